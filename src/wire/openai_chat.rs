//! The dialect of `/v1/chat/completions`: requests out, answers in, whole or in chunks (`contract/new-api.md` 8.4, 8.5).
//!
//! Decoding believes nothing: every member may be missing, null or of another type, and what is not understood is
//! skipped. An answer's JSON is one of two things here: parts of a reply, or an error.

mod usage;

use serde::Serialize;
use serde_json::{Value, json};

use super::model_habits::ChatModel;
use super::openai_error::{ErrorAnswer, classify};
use crate::domain::{ChatMessage, ChatRequest, Effort, Fault, FaultKind, Finish, Part, Role};
use crate::locale::{foreign, say};

pub use usage::usage;

/// The body of a request.
#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    /// What OpenAI's reasoning models call it; they refuse the other name.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<Effort>,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct Message<'a> {
    role: Role,
    content: Content<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Text(&'a str),
    Parts(Vec<Value>),
}

fn content(message: &ChatMessage) -> Content<'_> {
    if message.images.is_empty() {
        return Content::Text(&message.text);
    }
    let mut parts: Vec<Value> = message
        .images
        .iter()
        .map(|image| json!({"type": "image_url", "image_url": {"url": image.data_url()}}))
        .collect();
    parts.push(json!({"type": "text", "text": message.text}));
    Content::Parts(parts)
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

/// How an answer is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// In one piece.
    Whole,
    /// As a stream that ends with the relay's count.
    Stream,
    /// As a stream without asking for the count: some servers refuse the question.
    StreamWithoutUsage,
}

/// Encodes a request.
pub fn encode(request: &ChatRequest, delivery: Delivery) -> Vec<u8> {
    let reasoner = ChatModel::of(&request.model).openai_reasoner;
    let body = Body {
        model: &request.model,
        messages: request
            .messages
            .iter()
            .map(|message| Message {
                role: message.role,
                content: content(message),
            })
            .collect(),
        max_tokens: request.max_tokens.filter(|_| !reasoner),
        max_completion_tokens: request.max_tokens.filter(|_| reasoner),
        temperature: request.temperature,
        reasoning_effort: request.effort,
        stream: delivery != Delivery::Whole,
        stream_options: (delivery == Delivery::Stream).then_some(StreamOptions {
            include_usage: true,
        }),
    };
    // Strings and numbers only: this cannot fail, and an empty body would be refused loudly.
    serde_json::to_vec(&body).unwrap_or_default()
}

/// What has been seen of an answer so far.
#[derive(Debug, Default)]
pub struct ChatDecoder {
    model: String,
    fingerprint: String,
    finished: bool,
    done: bool,
}

impl ChatDecoder {
    /// Whether the answer said why it ended.
    pub const fn finished(&self) -> bool {
        self.finished
    }

    /// Whether the end mark `[DONE]` came.
    pub const fn done(&self) -> bool {
        self.done
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
        if data == "[DONE]" {
            self.done = true;
            return Ok(());
        }
        let value: Value = serde_json::from_str(data).map_err(|error| {
            Fault::new(
                FaultKind::StreamBroken,
                say!("trouble-relay-no-json", error = foreign(&error)),
            )
        })?;
        if is_error(&value) {
            return Err(classify(&ErrorAnswer {
                body: data.as_bytes(),
                ..ErrorAnswer::default()
            }));
        }
        self.parts(&value, out);
        Ok(())
    }

    fn parts(&mut self, value: &Value, out: &mut Vec<Part>) {
        if let Some(model) = value.get("model").and_then(Value::as_str)
            && !model.is_empty()
            && model != self.model
        {
            self.model = model.to_owned();
            out.push(Part::Model(model.to_owned()));
        }
        if let Some(mark) = text(value.get("system_fingerprint"))
            && mark != self.fingerprint
        {
            self.fingerprint.clone_from(&mark);
            out.push(Part::Fingerprint(mark));
        }
        // We ask for one choice; should a server send several, the first is the answer.
        let choice = value
            .get("choices")
            .and_then(Value::as_array)
            .and_then(|choices| choices.iter().find(|choice| index(choice) == 0));
        if let Some(choice) = choice {
            let said = ["delta", "message"]
                .iter()
                .find_map(|name| choice.get(*name).filter(|said| said.is_object()));
            if let Some(said) = said {
                let reasoning =
                    text(said.get("reasoning_content")).or_else(|| text(said.get("reasoning")));
                out.extend(reasoning.map(Part::Reasoning));
                out.extend(text(said.get("content")).map(Part::Text));
                out.extend(text(said.get("refusal")).map(Part::Text));
            } else {
                // The elder dialect of plain completions.
                out.extend(text(choice.get("text")).map(Part::Text));
            }
            if let Some(reason) = choice.get("finish_reason").and_then(Value::as_str)
                && !reason.is_empty()
                && !std::mem::replace(&mut self.finished, true)
            {
                out.push(Part::Finish(Finish::from_openai(reason)));
            }
        }
        out.extend(value.get("usage").and_then(usage).map(Part::Usage));
    }
}

/// Whether a document is an error rather than an answer.
pub(super) fn is_error(value: &Value) -> bool {
    let flag = |name| value.get(name);
    match flag("error") {
        None | Some(Value::Null) => {}
        // An empty object or text beside choices is a habit of some servers, not an error.
        Some(Value::Object(members)) if members.is_empty() => {}
        Some(Value::String(words)) if words.is_empty() => {}
        Some(_) => return true,
    }
    if flag("choices").is_some() {
        return false;
    }
    flag("success") == Some(&Value::Bool(false))
        || flag("object").and_then(Value::as_str) == Some("error")
        || flag("type").and_then(Value::as_str) == Some("error")
        || flag("detail").is_some()
}

fn index(choice: &Value) -> u64 {
    choice.get("index").and_then(Value::as_u64).unwrap_or(0)
}

/// The text in a member: a string, or a list of parts that hold text. `None` when there is none.
pub(super) fn text(value: Option<&Value>) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| match part {
                Value::String(text) => Some(text.as_str()),
                other => other.get("text").and_then(Value::as_str),
            })
            .collect(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Usage;

    fn request() -> ChatRequest {
        ChatRequest {
            model: "gpt-4o".into(),
            messages: vec![
                ChatMessage::new(Role::System, "Be brief."),
                ChatMessage::new(Role::User, "Hi \"you\"\n"),
            ],
            max_tokens: Some(64),
            temperature: Some(0.7),
            ..ChatRequest::default()
        }
    }

    fn parts(documents: &[&str]) -> Vec<Part> {
        let (mut decoder, mut out) = (ChatDecoder::default(), Vec::new());
        for document in documents {
            decoder.take(document, &mut out).unwrap();
        }
        out
    }

    #[test]
    fn a_request_is_encoded_as_every_server_expects_it() {
        let body = String::from_utf8(encode(&request(), Delivery::Stream)).unwrap();
        assert_eq!(
            body,
            r#"{"model":"gpt-4o","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi \"you\"\n"}],"max_tokens":64,"temperature":0.7,"stream":true,"stream_options":{"include_usage":true}}"#
        );
        let reasoner = ChatRequest {
            model: "o3-mini".into(),
            messages: vec![],
            temperature: None,
            effort: Some(Effort::Low),
            ..request()
        };
        let body = String::from_utf8(encode(&reasoner, Delivery::Whole)).unwrap();
        assert_eq!(
            body,
            r#"{"model":"o3-mini","messages":[],"max_completion_tokens":64,"reasoning_effort":"low","stream":false}"#
        );
        let seen = ChatRequest {
            messages: vec![ChatMessage {
                images: vec![crate::domain::Image::new("a.gif", b"GIF89a".to_vec()).unwrap()],
                ..ChatMessage::new(Role::User, "What?")
            }],
            ..ChatRequest::default()
        };
        let body = String::from_utf8(encode(&seen, Delivery::Whole)).unwrap();
        assert_eq!(
            body,
            r#"{"model":"","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/gif;base64,R0lGODlh"}},{"type":"text","text":"What?"}]}],"stream":false}"#
        );
        let plain = ChatRequest {
            max_tokens: None,
            temperature: None,
            messages: vec![],
            ..request()
        };
        let body = String::from_utf8(encode(&plain, Delivery::Whole)).unwrap();
        assert_eq!(body, r#"{"model":"gpt-4o","messages":[],"stream":false}"#);
    }

    #[test]
    fn a_stream_becomes_parts() {
        let usage = Usage {
            input: 9,
            output: 2,
            ..Usage::default()
        };
        assert_eq!(
            parts(&[
                r#"{"id":"1","model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#,
                r#"{"model":"m-1","choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]}"#,
                r#"{"model":"m-1","choices":[{"index":0,"delta":{"content":"Hel"}}],"usage":null}"#,
                r#"{"model":"m-1","choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}"#,
                r#"{"model":"m-1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}"#,
                "[DONE]",
            ]),
            [
                Part::Model("m-1".into()),
                Part::Reasoning("hm".into()),
                Part::Text("Hel".into()),
                Part::Text("lo".into()),
                Part::Finish(Finish::Stop),
                Part::Usage(usage),
            ]
        );
    }

    #[test]
    fn odd_types_are_skipped() {
        for odd in [
            "{}",
            "7",
            "null",
            r#"{"choices":null,"usage":"none","model":3}"#,
            r#"{"choices":{"0":{}}}"#,
            r#"{"choices":[null,7,"x"]}"#,
            r#"{"choices":[{"delta":null,"finish_reason":""}],"error":null}"#,
            r#"{"choices":[{"delta":{"content":null,"reasoning":{}}}],"error":{}}"#,
            r#"{"choices":[{"index":1,"delta":{"content":"the other answer"}}]}"#,
        ] {
            assert_eq!(parts(&[odd]), [], "{odd}");
        }
        assert_eq!(
            parts(&[
                r#"{"choices":[{"message":{"content":[{"type":"text","text":"a"},"b",{"type":"image"}]}}]}"#
            ]),
            [Part::Text("ab".into())]
        );
        assert_eq!(
            parts(&[r#"{"choices":[{"text":"old"}]}"#, "", "  "]),
            [Part::Text("old".into())]
        );
    }

    #[test]
    fn errors_in_a_stream_are_faults() {
        for (data, kind) in [
            (
                r#"{"error":{"message":"用户额度不足, 剩余额度: ＄0.000000 (request id: R)","type":"new_api_error","code":"insufficient_user_quota"}}"#,
                FaultKind::Balance,
            ),
            (r#"{"error":"overloaded"}"#, FaultKind::Upstream),
            (
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                FaultKind::Upstream,
            ),
            (
                r#"{"object":"error","message":"boom","code":500}"#,
                FaultKind::Upstream,
            ),
            (r#"{"choices":[{"del"#, FaultKind::StreamBroken),
        ] {
            let fault = ChatDecoder::default()
                .take(data, &mut Vec::new())
                .unwrap_err();
            assert_eq!(fault.kind, kind, "{data}: {fault}");
        }
    }

    #[test]
    fn a_finish_is_told_once_and_the_end_mark_is_seen() {
        let mut decoder = ChatDecoder::default();
        let mut out = Vec::new();
        let end = r#"{"choices":[{"delta":{},"finish_reason":"length"}]}"#;
        decoder.take(end, &mut out).unwrap();
        decoder.take(end, &mut out).unwrap();
        assert_eq!(out, [Part::Finish(Finish::Length)]);
        assert!(decoder.finished() && !decoder.done());
        decoder.take("[DONE]", &mut out).unwrap();
        assert!(decoder.done());
    }
}
