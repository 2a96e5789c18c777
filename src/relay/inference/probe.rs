//! One tiny request to see whether a channel answers. Nobody is billed for it here.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::json;

use super::super::app::App;
use super::super::channels::Channel;
use super::super::protocol::{Protocol, embeds};
use super::super::translate::Stamp;
use super::ask::Ask;
use super::attempt;
use super::gemini::Method;

/// Asks a model through a channel.
///
/// # Errors
/// What is told of the failure.
pub async fn probe(app: &App, channel: &Arc<Channel>, model: &str) -> Result<(), String> {
    let embeds = embeds(model);
    let gemini = channel.serves(Protocol::Gemini);
    let text = json!({"parts": [{"text": "hi"}]});
    let body = match (gemini, embeds) {
        (true, true) => json!({"content": text}),
        (true, false) => {
            json!({"contents": [{"role": "user", "parts": text["parts"]}], "generationConfig": {"maxOutputTokens": 16}})
        }
        (false, true) => json!({"model": model, "input": "hi"}),
        (false, false) => {
            json!({"model": model, "max_tokens": 16, "messages": [{"role": "user", "content": "hi"}]})
        }
    };
    let body = Bytes::from(body.to_string());
    let ask = match (gemini, embeds) {
        (true, true) => Ask::gemini(model.to_owned(), Method::Embed, &body),
        (true, false) => Ask::gemini(model.to_owned(), Method::Generate, &body),
        (false, true) => Ask::read(Protocol::Embeddings, &body),
        (false, false) => Ask::read(Protocol::Chat, &body),
    };
    let told = |error: super::super::answers::ApiError| error.message;
    let ask = ask.map_err(told)?;
    let mut sent = ask.for_channel(channel, app.clock.now()).map_err(told)?;
    let stamp = Stamp {
        id: "test".into(),
        created: 0,
        model: model.into(),
        prompt_tokens: 0,
    };
    let opened = attempt::open(app, channel, &ask, &mut sent, &stamp).await;
    opened.map(drop).map_err(|failure| failure.error.message)
}
