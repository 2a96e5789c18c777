//! Reads the events and documents of OpenAI's Responses.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::super::super::inference::body::from_json;
use super::super::usage;
use super::{Seen, Tally, error_of};

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
    item: Option<&'a RawValue>,
    delta: Option<&'a RawValue>,
    sequence_number: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
    code: Option<&'a RawValue>,
    message: Option<&'a RawValue>,
    param: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(borrow)]
    status: Option<Cow<'a, str>>,
    #[serde(borrow)]
    output: Option<&'a RawValue>,
    usage: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
}

/// Reads the data of an event. `None` when it is no JSON object.
pub(super) fn event(tally: &mut Tally, text: &[u8]) -> Option<Seen> {
    let event: Event<'_> = from_json(text).ok()?;
    let number = event.sequence_number.and_then(|raw| raw.get().parse().ok());
    tally.sequence = number.or(tally.sequence);
    if let Some(error) = error_of(event.error) {
        return Some(Seen::Error(error));
    }
    match event.kind.as_deref().unwrap_or_default() {
        "response.completed" | "response.incomplete" => {
            if let Some(response) = event.response {
                response_in(tally, response.get());
            }
            tally.finished = true;
            return Some(Seen::Done);
        }
        "response.failed" => {
            let told = event
                .response
                .and_then(|response| response_in(tally, response.get()));
            return Some(told.unwrap_or_else(|| Seen::Error(Value::Null)));
        }
        "error" => {
            let own = |raw: Option<&RawValue>| {
                raw.and_then(|raw| serde_json::from_str::<Value>(raw.get()).ok())
            };
            let error = json!({"code": own(event.code), "message": own(event.message), "param": own(event.param)});
            return Some(Seen::Error(error));
        }
        // An answer that breaks off never comes to the event that holds them all.
        "response.output_item.added" | "response.output_item.done" => {
            if let Some(item) = event.item {
                tally.referable.item(item.get());
            }
        }
        // Sounds and pictures are no words.
        kind if kind.ends_with(".delta") && !kind.contains("audio") => {
            if let Some(delta) = event.delta {
                tally.words(delta.get());
            }
        }
        _ => {}
    }
    Some(Seen::Part)
}

/// Reads a document. `None` when it is no response.
pub(super) fn document(tally: &mut Tally, text: &[u8]) -> Option<Seen> {
    response_in(tally, std::str::from_utf8(text).ok()?)
}

fn response_in(tally: &mut Tally, text: &str) -> Option<Seen> {
    let response: Response<'_> = serde_json::from_str(text).ok()?;
    if let Some(output) = response.output {
        tally.referable.output(output.get());
    }
    if let Some(usage) = response.usage.and_then(|raw| usage::read(raw.get())) {
        tally.reported = Some(usage);
    }
    if let Some(error) = error_of(response.error) {
        return Some(Seen::Error(error));
    }
    let status = response.status?;
    tally.finished |= matches!(status.as_ref(), "completed" | "incomplete");
    // The events of a stream have told the words already.
    if let Some(output) = response.output
        && tally.text.is_empty()
    {
        tally.words(output.get());
        tally.made |= output.get().len() > 2;
    }
    Some(Seen::Part)
}
