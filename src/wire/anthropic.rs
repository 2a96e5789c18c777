//! The dialect of `/v1/messages`: requests out, answers in, whole or as events (`contract/new-api.md` 8.4, 8.5).
//!
//! As lenient as its siblings: members may be missing, null or of another type, and what is not understood is skipped.

use serde_json::{Map, Value, json};

use super::model_habits::{ClaudeModel, Thinks};
use super::openai_chat::{is_error, text, usage};
use super::reply::{fault_of, json_of, say_model};
use crate::domain::{ChatMessage, ChatRequest, Effort, Fault, Finish, Part, Role, Usage};

/// The smallest budget for thinking that Anthropic takes.
const SMALLEST_BUDGET: u64 = 1_024;

/// Encodes a request for a stream.
pub fn encode(request: &ChatRequest) -> Vec<u8> {
    let model = ClaudeModel::of(&request.model);
    let max_tokens = request.max_tokens.map_or(model.max_tokens, u64::from);
    let mut body = Map::new();
    body.insert("model".into(), json!(request.model));
    // The dialect requires a limit, and counts thinking into it.
    body.insert("max_tokens".into(), json!(max_tokens));
    let system: Vec<&str> = request
        .messages
        .iter()
        .filter(|message| message.role == Role::System)
        .map(|message| message.text.as_str())
        .collect();
    if !system.is_empty() {
        body.insert("system".into(), json!(system.join("\n\n")));
    }
    let said = request
        .messages
        .iter()
        .filter(|message| message.role != Role::System);
    body.insert("messages".into(), said.map(message).collect());
    if let Some(temperature) = request.temperature {
        body.insert("temperature".into(), json!(temperature));
    }
    if let Some(effort) = request.effort {
        think(effort, model.thinks, max_tokens, &mut body);
    }
    body.insert("stream".into(), json!(true));
    Value::Object(body).to_string().into_bytes()
}

fn message(message: &ChatMessage) -> Value {
    if message.images.is_empty() {
        return json!({"role": message.role, "content": message.text});
    }
    let mut blocks: Vec<Value> = message
        .images
        .iter()
        .map(|image| {
            json!({"type": "image", "source": {
                "type": "base64", "media_type": image.kind, "data": image.base64(),
            }})
        })
        .collect();
    blocks.push(json!({"type": "text", "text": message.text}));
    json!({"role": message.role, "content": blocks})
}

/// How hard the model is to think, as its version wants to be told. One that cannot think is told nothing.
fn think(effort: Effort, thinks: Thinks, max_tokens: u64, body: &mut Map<String, Value>) {
    match thinks {
        Thinks::Never => {}
        Thinks::ByBudget => {
            let wanted = match effort {
                Effort::Minimal => SMALLEST_BUDGET,
                Effort::Low => 2_048,
                Effort::Medium => 8_192,
                Effort::High => 24_576,
            };
            // A third of the limit is kept for the answer.
            let budget = wanted.min(max_tokens / 3 * 2);
            if budget >= SMALLEST_BUDGET {
                let thinking = json!({"type": "enabled", "budget_tokens": budget});
                body.insert("thinking".into(), thinking);
            }
        }
        Thinks::ByEffort => {
            let word = match effort {
                Effort::Minimal => Effort::Low.word(),
                other => other.word(),
            };
            // Newer models show what they think only when asked.
            let thinking = json!({"type": "adaptive", "display": "summarized"});
            body.insert("thinking".into(), thinking);
            body.insert("output_config".into(), json!({"effort": word}));
        }
    }
}

/// What has been seen of an answer so far.
#[derive(Debug, Default)]
pub struct MessagesDecoder {
    model: String,
    counted: Usage,
    finished: bool,
    done: bool,
}

impl MessagesDecoder {
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
        if is_error(&value) {
            return Err(fault_of(data));
        }
        match value.get("type").and_then(Value::as_str) {
            Some("message_start") => {
                let message = value.get("message").unwrap_or(&Value::Null);
                self.count(message.get("usage"));
                say_model(&mut self.model, message, out);
            }
            Some("content_block_start") => block(value.get("content_block"), out),
            Some("content_block_delta") => block(value.get("delta"), out),
            Some("message_delta") => {
                self.count(value.get("usage"));
                let delta = value.get("delta").unwrap_or(&Value::Null);
                self.end(delta, out);
            }
            Some("message_stop") => self.done = true,
            Some("message") => {
                say_model(&mut self.model, &value, out);
                let blocks = value.get("content").and_then(Value::as_array);
                for content in blocks.into_iter().flatten() {
                    block(Some(content), out);
                }
                self.count(value.get("usage"));
                self.end(&value, out);
            }
            _ => {}
        }
        Ok(())
    }

    /// The prompt is counted at the beginning and the answer at the end; some relays tell all of it twice.
    fn count(&mut self, told: Option<&Value>) {
        let Some(told) = told.and_then(usage) else {
            return;
        };
        let newer = |new: u64, old: u64| if new > 0 { new } else { old };
        self.counted = Usage {
            input: newer(told.input, self.counted.input),
            cache_read: newer(told.cache_read, self.counted.cache_read),
            cache_write: newer(told.cache_write, self.counted.cache_write),
            output: newer(told.output, self.counted.output),
        };
    }

    fn end(&mut self, told: &Value, out: &mut Vec<Part>) {
        if !self.counted.is_empty() {
            out.push(Part::Usage(self.counted));
        }
        let reason = told.get("stop_reason").and_then(Value::as_str);
        if let Some(reason) = reason.filter(|reason| !reason.is_empty())
            && !std::mem::replace(&mut self.finished, true)
        {
            out.push(Part::Finish(finish(reason)));
        }
    }
}

/// The text in a content block, or in a piece of one.
fn block(block: Option<&Value>, out: &mut Vec<Part>) {
    let Some(block) = block else { return };
    match block.get("type").and_then(Value::as_str) {
        Some("text" | "text_delta") => out.extend(text(block.get("text")).map(Part::Text)),
        Some("thinking" | "thinking_delta") => {
            out.extend(text(block.get("thinking")).map(Part::Reasoning));
        }
        _ => {}
    }
}

fn finish(reason: &str) -> Finish {
    match reason {
        "end_turn" | "stop_sequence" | "stop" => Finish::Stop,
        "max_tokens" | "model_context_window_exceeded" => Finish::Length,
        "tool_use" => Finish::ToolCalls,
        "refusal" => Finish::ContentFilter,
        other => Finish::Other(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FaultKind, Image};

    fn parts(documents: &[&str]) -> Vec<Part> {
        let (mut decoder, mut out) = (MessagesDecoder::default(), Vec::new());
        for document in documents {
            decoder.take(document, &mut out).unwrap();
        }
        out
    }

    fn encoded(request: &ChatRequest) -> Value {
        serde_json::from_slice(&encode(request)).unwrap()
    }

    #[test]
    fn s_73_a_request_is_encoded_as_the_dialect_wants_it() {
        let image = Image::new("a.gif", b"GIF89a".to_vec()).unwrap();
        let request = ChatRequest {
            model: "claude-sonnet-4-5-20250929".into(),
            messages: vec![
                ChatMessage::new(Role::System, "Be brief."),
                ChatMessage {
                    images: vec![image],
                    ..ChatMessage::new(Role::User, "What is it?")
                },
                ChatMessage::new(Role::Assistant, "A cat."),
                ChatMessage::new(Role::User, "Sure?"),
            ],
            max_tokens: Some(6_000),
            effort: Some(Effort::Medium),
            ..ChatRequest::default()
        };
        assert_eq!(
            encoded(&request),
            json!({
                "model": "claude-sonnet-4-5-20250929",
                "max_tokens": 6000,
                "system": "Be brief.",
                "messages": [
                    {"role": "user", "content": [
                        {"type": "image", "source": {"type": "base64", "media_type": "image/gif", "data": "R0lGODlh"}},
                        {"type": "text", "text": "What is it?"},
                    ]},
                    {"role": "assistant", "content": "A cat."},
                    {"role": "user", "content": "Sure?"},
                ],
                "thinking": {"type": "enabled", "budget_tokens": 4000},
                "stream": true,
            })
        );
    }

    #[test]
    fn every_version_is_told_to_think_in_its_own_way() {
        let told = |model: &str, max_tokens| {
            let request = ChatRequest {
                model: model.into(),
                max_tokens,
                effort: Some(Effort::High),
                ..ChatRequest::default()
            };
            let body = encoded(&request);
            (
                body["thinking"]["type"].as_str().map(str::to_owned),
                body["max_tokens"].as_u64(),
            )
        };
        assert_eq!(told("claude-3-5-haiku-20241022", None), (None, Some(8_192)));
        assert_eq!(
            told("claude-opus-4-1", None),
            (Some("enabled".into()), Some(32_000))
        );
        assert_eq!(told("claude-opus-4-1", Some(900)), (None, Some(900)));
        assert_eq!(
            told("claude-opus-4-7", None),
            (Some("adaptive".into()), Some(32_000))
        );
    }

    #[test]
    fn a_stream_becomes_parts_with_the_cache_told_apart() {
        assert_eq!(
            parts(&[
                r#"{"type":"message_start","message":{"model":"claude-x","usage":{"input_tokens":9,"cache_read_input_tokens":100,"cache_creation_input_tokens":20,"output_tokens":1}}}"#,
                r#"{"type":"ping"}"#,
                r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}"#,
                r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#,
                r#"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"x"}}"#,
                r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hello"}}"#,
                r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":7}}"#,
                r#"{"type":"message_stop"}"#,
            ]),
            [
                Part::Model("claude-x".into()),
                Part::Reasoning("hm".into()),
                Part::Text("Hello".into()),
                Part::Usage(Usage {
                    input: 9,
                    cache_read: 100,
                    cache_write: 20,
                    output: 7
                }),
                Part::Finish(Finish::Stop),
            ]
        );
    }

    #[test]
    fn a_whole_message_and_a_refusal_are_understood() {
        assert_eq!(
            parts(&[
                r#"{"type":"message","model":"c","content":[{"type":"text","text":"a"},{"type":"tool_use"}],"stop_reason":"refusal","usage":{"input_tokens":3,"output_tokens":1}}"#
            ]),
            [
                Part::Model("c".into()),
                Part::Text("a".into()),
                Part::Usage(Usage {
                    input: 3,
                    output: 1,
                    ..Usage::default()
                }),
                Part::Finish(Finish::ContentFilter),
            ]
        );
        for odd in [
            "{}",
            "7",
            r#"{"type":"content_block_delta","delta":null}"#,
            r#"{"type":"new"}"#,
        ] {
            assert_eq!(parts(&[odd]), [], "{odd}");
        }
    }

    #[test]
    fn an_error_of_either_shape_is_a_fault() {
        for (data, kind) in [
            (
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                FaultKind::Upstream,
            ),
            (
                r#"{"error":{"message":"用户额度不足","type":"new_api_error","code":"insufficient_user_quota"}}"#,
                FaultKind::Balance,
            ),
        ] {
            let fault = MessagesDecoder::default()
                .take(data, &mut Vec::new())
                .unwrap_err();
            assert_eq!(fault.kind, kind, "{data}");
        }
    }
}
