//! The dialect of `/v1/responses`: requests out, answers in, whole or as events (`contract/new-api.md` 8.4, 8.5).
//!
//! As lenient as its siblings: members may be missing, null or of another type, and what is not understood is skipped.

use serde_json::{Map, Value, json};

use super::openai_chat::{is_error, text, usage};
use super::reply::{fault_of, json_of, say_model};
use crate::domain::{ChatMessage, ChatRequest, Fault, Finish, Part, Role};
use crate::locale::say;

/// Encodes a request for a stream. Nothing is stored at the vendor: the conversation is kept here.
pub fn encode(request: &ChatRequest) -> Vec<u8> {
    let mut body = Map::new();
    body.insert("model".into(), json!(request.model));
    let system: Vec<&str> = request
        .messages
        .iter()
        .filter(|message| message.role == Role::System)
        .map(|message| message.text.as_str())
        .collect();
    if !system.is_empty() {
        body.insert("instructions".into(), json!(system.join("\n\n")));
    }
    let said = request
        .messages
        .iter()
        .filter(|message| message.role != Role::System);
    body.insert("input".into(), said.map(message).collect());
    if let Some(count) = request.max_tokens {
        body.insert("max_output_tokens".into(), json!(count));
    }
    if let Some(temperature) = request.temperature {
        body.insert("temperature".into(), json!(temperature));
    }
    if let Some(effort) = request.effort {
        let reasoning = json!({"effort": effort.word(), "summary": "auto"});
        body.insert("reasoning".into(), reasoning);
    }
    body.insert("store".into(), json!(false));
    body.insert("stream".into(), json!(true));
    Value::Object(body).to_string().into_bytes()
}

fn message(message: &ChatMessage) -> Value {
    if message.images.is_empty() {
        return json!({"role": message.role, "content": message.text});
    }
    let mut content: Vec<Value> = message
        .images
        .iter()
        .map(|image| json!({"type": "input_image", "image_url": image.data_url()}))
        .collect();
    content.push(json!({"type": "input_text", "text": message.text}));
    json!({"role": message.role, "content": content})
}

/// What has been seen of an answer so far.
#[derive(Debug, Default)]
pub struct ResponsesDecoder {
    model: String,
    said: bool,
    finished: bool,
    done: bool,
}

impl ResponsesDecoder {
    /// Whether the answer said why it ended.
    pub const fn finished(&self) -> bool {
        self.finished
    }

    /// Whether the end mark came.
    pub const fn done(&self) -> bool {
        self.done
    }

    /// Takes the data of one event, or a whole document, and appends its parts to `out`.
    ///
    /// # Errors
    /// When it is an error, or no JSON.
    pub fn take(&mut self, data: &str, out: &mut Vec<Part>) -> Result<(), Fault> {
        if data == "[DONE]" {
            self.done = true;
            return Ok(());
        }
        let value = json_of(data)?;
        let kind = value
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let response = value.get("response").unwrap_or(&Value::Null);
        match kind {
            "response.created" | "response.in_progress" => {
                say_model(&mut self.model, response, out);
            }
            "response.output_text.delta" | "response.refusal.delta" => {
                out.extend(text(value.get("delta")).map(Part::Text));
                self.said = true;
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                out.extend(text(value.get("delta")).map(Part::Reasoning));
            }
            "response.completed" | "response.incomplete" => {
                self.end(response, out);
                self.done = true;
            }
            "response.failed" => return Err(fault_of(&failure(response))),
            _ if value.get("object").and_then(Value::as_str) == Some("response") => {
                if value.get("status").and_then(Value::as_str) == Some("failed") {
                    return Err(fault_of(&failure(&value)));
                }
                say_model(&mut self.model, &value, out);
                self.end(&value, out);
            }
            _ if is_error(&value) => return Err(fault_of(data)),
            _ => {}
        }
        Ok(())
    }

    /// The response at its end. Relays that translate may have sent no pieces; then the text is here.
    fn end(&mut self, response: &Value, out: &mut Vec<Part>) {
        let items = response.get("output").and_then(Value::as_array);
        let items: &[Value] = items.map_or(&[], Vec::as_slice);
        let kind =
            |item: &Value, name: &str| item.get("type").and_then(Value::as_str) == Some(name);
        if !self.said {
            let said = items.iter().filter(|item| kind(item, "message"));
            let contents = said.filter_map(|item| item.get("content")?.as_array());
            for content in contents.flatten() {
                let told = text(content.get("text")).or_else(|| text(content.get("refusal")));
                out.extend(told.map(Part::Text));
            }
        }
        out.extend(response.get("usage").and_then(usage).map(Part::Usage));
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        let status = response.get("status").and_then(Value::as_str);
        let reason = response
            .get("incomplete_details")
            .and_then(|details| details.get("reason"))
            .and_then(Value::as_str);
        out.push(Part::Finish(match (status, reason) {
            (_, Some("max_output_tokens")) => Finish::Length,
            (_, Some("content_filter")) => Finish::ContentFilter,
            (_, Some(other)) => Finish::Other(other.to_owned()),
            (Some("incomplete"), None) => Finish::Length,
            _ if items.iter().any(|item| kind(item, "function_call")) => Finish::ToolCalls,
            _ => Finish::Stop,
        }));
    }
}

/// The error of a response that failed, in the shape that errors have elsewhere.
fn failure(response: &Value) -> String {
    let error = response.get("error").filter(|error| error.is_object());
    let nothing = json!({"message": say!("trouble-relay-no-reason")});
    json!({"error": error.unwrap_or(&nothing)}).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Effort, Image, Usage};

    fn parts(documents: &[&str]) -> Vec<Part> {
        let (mut decoder, mut out) = (ResponsesDecoder::default(), Vec::new());
        for document in documents {
            decoder.take(document, &mut out).unwrap();
        }
        out
    }

    #[test]
    fn a_request_is_encoded_as_the_dialect_wants_it() {
        let image = Image::new("a.gif", b"GIF89a".to_vec()).unwrap();
        let request = ChatRequest {
            model: "gpt-5-codex".into(),
            messages: vec![
                ChatMessage::new(Role::System, "Be brief."),
                ChatMessage {
                    images: vec![image],
                    ..ChatMessage::new(Role::User, "What is it?")
                },
                ChatMessage::new(Role::Assistant, "A cat."),
            ],
            max_tokens: Some(64),
            effort: Some(Effort::Low),
            ..ChatRequest::default()
        };
        let body: Value = serde_json::from_slice(&encode(&request)).unwrap();
        assert_eq!(
            body,
            json!({
                "model": "gpt-5-codex",
                "instructions": "Be brief.",
                "input": [
                    {"role": "user", "content": [
                        {"type": "input_image", "image_url": "data:image/gif;base64,R0lGODlh"},
                        {"type": "input_text", "text": "What is it?"},
                    ]},
                    {"role": "assistant", "content": "A cat."},
                ],
                "max_output_tokens": 64,
                "reasoning": {"effort": "low", "summary": "auto"},
                "store": false,
                "stream": true,
            })
        );
    }

    #[test]
    fn a_stream_becomes_parts() {
        let usage = Usage {
            input: 6,
            cache_read: 4,
            output: 2,
            ..Usage::default()
        };
        assert_eq!(
            parts(&[
                r#"{"type":"response.created","response":{"model":"gpt-5"}}"#,
                r#"{"type":"response.output_item.added","item":{"type":"reasoning"}}"#,
                r#"{"type":"response.reasoning_summary_text.delta","delta":"hm"}"#,
                r#"{"type":"response.output_text.delta","delta":"Hel"}"#,
                r#"{"type":"response.output_text.delta","delta":"lo"}"#,
                r#"{"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Hello"}]}],"usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4},"output_tokens":2}}}"#,
            ]),
            [
                Part::Model("gpt-5".into()),
                Part::Reasoning("hm".into()),
                Part::Text("Hel".into()),
                Part::Text("lo".into()),
                Part::Usage(usage),
                Part::Finish(Finish::Stop),
            ]
        );
    }

    #[test]
    fn a_whole_answer_and_one_that_was_cut_are_understood() {
        assert_eq!(
            parts(&[
                r#"{"object":"response","model":"m","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[{"type":"message","content":[{"type":"output_text","text":"half"}]}]}"#
            ]),
            [
                Part::Model("m".into()),
                Part::Text("half".into()),
                Part::Finish(Finish::Length),
            ]
        );
        for odd in [
            "{}",
            "7",
            r#"{"type":"response.output_text.delta","delta":null}"#,
            r#"{"type":"x"}"#,
        ] {
            assert_eq!(parts(&[odd]), [], "{odd}");
        }
    }

    #[test]
    fn failures_are_faults_in_every_form() {
        for data in [
            r#"{"type":"response.failed","response":{"error":{"code":"server_error","message":"boom"}}}"#,
            r#"{"type":"error","code":"server_error","message":"boom"}"#,
            r#"{"error":{"message":"boom","type":"server_error"}}"#,
            r#"{"object":"response","status":"failed","error":{"message":"boom"}}"#,
        ] {
            let fault = ResponsesDecoder::default()
                .take(data, &mut Vec::new())
                .unwrap_err();
            assert!(fault.message.contains("boom"), "{data}: {fault}");
        }
    }
}
