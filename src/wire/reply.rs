//! One reply in whichever dialect its endpoint speaks: the request's path and body, and the answer's parts.

use serde_json::Value;

use super::anthropic::{self, MessagesDecoder};
use super::gemini::{self, GeminiDecoder};
use super::openai_chat::{self, ChatDecoder, Delivery};
use super::openai_error::{ErrorAnswer, classify};
use super::openai_responses::{self, ResponsesDecoder};
use crate::domain::{ChatRequest, Endpoint, Fault, FaultKind, Part};
use crate::locale::{foreign, say};

/// The path that a streamed reply is asked on; `None` where the endpoint gives no replies to a chat.
pub fn path(endpoint: &Endpoint, model: &str) -> Option<String> {
    Some(match endpoint {
        Endpoint::Chat | Endpoint::Messages | Endpoint::Responses => endpoint.path(model)?,
        // Late versions look at the query, early ones at the path.
        Endpoint::Gemini => {
            let model = escaped(model);
            format!("/v1beta/models/{model}:streamGenerateContent?alt=sse")
        }
        Endpoint::Embeddings | Endpoint::Other(_) => return None,
    })
}

/// A model's name as it stands in a path: whatever would end the path or begin a query is escaped.
fn escaped(model: &str) -> String {
    let mut out = String::new();
    for byte in model.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' | b'@' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// The body of a request for a streamed reply.
pub fn encode(endpoint: &Endpoint, request: &ChatRequest, delivery: Delivery) -> Vec<u8> {
    match endpoint {
        Endpoint::Messages => anthropic::encode(request),
        Endpoint::Responses => openai_responses::encode(request),
        Endpoint::Gemini => gemini::encode(request),
        Endpoint::Chat | Endpoint::Embeddings | Endpoint::Other(_) => {
            openai_chat::encode(request, delivery)
        }
    }
}

/// Reads an answer.
#[derive(Debug)]
pub enum ReplyDecoder {
    /// Of `/v1/chat/completions`.
    Chat(ChatDecoder),
    /// Of `/v1/messages`.
    Messages(MessagesDecoder),
    /// Of `/v1/responses`.
    Responses(ResponsesDecoder),
    /// Of `/v1beta/models/…`.
    Gemini(GeminiDecoder),
}

impl ReplyDecoder {
    /// A decoder for what an endpoint answers.
    pub fn new(endpoint: &Endpoint) -> Self {
        match endpoint {
            Endpoint::Messages => ReplyDecoder::Messages(MessagesDecoder::default()),
            Endpoint::Responses => ReplyDecoder::Responses(ResponsesDecoder::default()),
            Endpoint::Gemini => ReplyDecoder::Gemini(GeminiDecoder::default()),
            Endpoint::Chat | Endpoint::Embeddings | Endpoint::Other(_) => {
                ReplyDecoder::Chat(ChatDecoder::default())
            }
        }
    }

    /// Whether the answer said why it ended.
    pub const fn finished(&self) -> bool {
        match self {
            ReplyDecoder::Chat(decoder) => decoder.finished(),
            ReplyDecoder::Messages(decoder) => decoder.finished(),
            ReplyDecoder::Responses(decoder) => decoder.finished(),
            ReplyDecoder::Gemini(decoder) => decoder.finished(),
        }
    }

    /// Whether the end mark came: nothing follows.
    pub const fn done(&self) -> bool {
        match self {
            ReplyDecoder::Chat(decoder) => decoder.done(),
            ReplyDecoder::Messages(decoder) => decoder.done(),
            ReplyDecoder::Responses(decoder) => decoder.done(),
            ReplyDecoder::Gemini(decoder) => decoder.done(),
        }
    }

    /// Takes the data of one event, or a whole document, and appends its parts to `out`.
    ///
    /// # Errors
    /// When it is an error, or no JSON.
    pub fn take(&mut self, data: &str, out: &mut Vec<Part>) -> Result<(), Fault> {
        let data = data.trim();
        if data.is_empty() {
            return Ok(());
        }
        match self {
            ReplyDecoder::Chat(decoder) => decoder.take(data, out),
            ReplyDecoder::Messages(decoder) => decoder.take(data, out),
            ReplyDecoder::Responses(decoder) => decoder.take(data, out),
            ReplyDecoder::Gemini(decoder) => decoder.take(data, out),
        }
    }
}

/// The JSON of an event.
///
/// # Errors
/// When it is none.
pub(super) fn json_of(data: &str) -> Result<Value, Fault> {
    serde_json::from_str(data).map_err(|error| {
        Fault::new(
            FaultKind::StreamBroken,
            say!("trouble-relay-no-json", error = foreign(&error)),
        )
    })
}

/// The fault that an error document tells of.
pub(super) fn fault_of(data: &str) -> Fault {
    classify(&ErrorAnswer {
        body: data.as_bytes(),
        ..ErrorAnswer::default()
    })
}

/// Tells the model's name where it is another than before.
pub(super) fn say_model(known: &mut String, value: &Value, out: &mut Vec<Part>) {
    if let Some(model) = value.get("model").and_then(Value::as_str)
        && !model.is_empty()
        && model != known
    {
        model.clone_into(known);
        out.push(Part::Model(model.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_57_every_endpoint_has_its_own_path() {
        assert_eq!(path(&Endpoint::Messages, "m").unwrap(), "/v1/messages");
        assert_eq!(path(&Endpoint::Responses, "m").unwrap(), "/v1/responses");
        assert_eq!(
            path(&Endpoint::Gemini, "google/模 型?x").unwrap(),
            "/v1beta/models/google/%E6%A8%A1%20%E5%9E%8B%3Fx:streamGenerateContent?alt=sse"
        );
        assert_eq!(path(&Endpoint::Embeddings, "m"), None);
        assert_eq!(path(&Endpoint::Other("jina-rerank".into()), "m"), None);
    }

    #[test]
    fn blank_data_is_nothing_in_every_dialect() {
        for endpoint in [
            Endpoint::Chat,
            Endpoint::Messages,
            Endpoint::Responses,
            Endpoint::Gemini,
        ] {
            let (mut decoder, mut out) = (ReplyDecoder::new(&endpoint), Vec::new());
            decoder.take("  ", &mut out).unwrap();
            decoder.take("{}", &mut out).unwrap();
            decoder.take("[DONE]", &mut out).unwrap();
            assert!(out.is_empty() && decoder.done() && !decoder.finished());
            assert_eq!(
                decoder.take("{", &mut out).unwrap_err().kind,
                FaultKind::StreamBroken
            );
        }
    }
}
