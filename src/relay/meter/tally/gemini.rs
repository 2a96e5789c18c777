//! Reads Gemini's chunks, documents, counts and embeddings.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::super::inference::body::from_json;
use super::super::usage;
use super::{Seen, Tally, error_of, told};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow)]
    candidates: Option<Vec<Candidate<'a>>>,
    usage_metadata: Option<&'a RawValue>,
    prompt_feedback: Option<&'a RawValue>,
    embedding: Option<&'a RawValue>,
    embeddings: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate<'a> {
    #[serde(borrow)]
    content: Option<&'a RawValue>,
    finish_reason: Option<&'a RawValue>,
}

/// Reads a chunk, or a document. `None` when it is no JSON object.
pub(super) fn read(tally: &mut Tally, text: &[u8]) -> Option<Seen> {
    let body: Body<'_> = from_json(text).ok()?;
    if let Some(error) = error_of(body.error) {
        return Some(Seen::Error(error));
    }
    for candidate in body.candidates.as_deref().unwrap_or_default() {
        if let Some(content) = candidate.content {
            tally.words(content.get());
            // A picture has no words.
            tally.made |= content.get().contains("inlineData");
        }
        tally.finished |= told(candidate.finish_reason);
    }
    // A prompt that is refused gets no candidate and no more.
    let feedback = body.prompt_feedback.map_or("", RawValue::get);
    tally.finished |= feedback.contains("blockReason");
    tally.made |= told(body.embedding) || told(body.embeddings);
    // Every chunk has the sum so far.
    let usage = body
        .usage_metadata
        .and_then(|raw| usage::read_gemini(raw.get()));
    tally.reported = usage.or(tally.reported);
    Some(Seen::Part)
}
