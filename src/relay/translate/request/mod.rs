//! A request between two dialects: read from one into an [`Ask`], written from there into the other.
//!
//! Four dialects are read and two are written, each in a file of its own, so that no pair needs a translation of its
//! own. What is read borrows from the body: a picture of some megabytes is copied once, when it is written.

mod ask;
mod content;
mod from_chat;
mod from_gemini;
mod from_messages;
mod from_responses;
mod schema;
mod to_chat;
mod to_messages;

use serde_json::{Map, Value};

use super::recall::Recall;
use super::{Dialect, Pair, Untranslatable};
use crate::wire::model_habits::{ChatModel, ClaudeModel};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// A translated request, and what its answer's translation must know of it.
pub(super) fn translate(
    pair: Pair,
    body: &Object,
    upstream_model: &str,
) -> Result<(Object, Recall), Untranslatable> {
    super::fate::check(pair.client(), body)?;
    let mut recall = Recall::default();
    let ask = match pair.client() {
        Dialect::Chat => from_chat::read(body)?,
        Dialect::Messages => from_messages::read(body)?,
        Dialect::Responses => from_responses::read(body, &mut recall)?,
        Dialect::Gemini => from_gemini::read(body, &mut recall)?,
    };
    recall.stops = ask.stop.iter().map(|stop| (*stop).to_owned()).collect();
    recall.usage_chunk = body
        .get("stream_options")
        .and_then(|options| options.get("include_usage"))
        .is_some_and(|wanted| wanted == true);
    let request = match pair.upstream() {
        Dialect::Messages => {
            to_messages::write(&ask, upstream_model, ClaudeModel::of(upstream_model))?
        }
        _ => to_chat::write(
            &ask,
            upstream_model,
            ChatModel::of(upstream_model),
            &mut recall,
        )?,
    };
    Ok((request, recall))
}
