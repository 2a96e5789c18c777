//! Writes an answer for a Chat Completions client: as a stream of chunks, or whole.

use serde_json::{Map, Value, json};

use super::buffer::{json_text, number, raw};
use super::{Finish, Heard, Part, chat_usage};
use crate::relay::translate::{Dialect, Stamp, Trouble};

/// A stream: the role, then deltas, the reason why it ended, the usage where it was asked for, `[DONE]`.
pub(in crate::relay::translate) struct ChatWriter {
    /// The beginning of every chunk, up to its choices.
    head: String,
    usage_chunk: bool,
    prompt_tokens: u64,
    /// Keys of the calls so far; the place is the call's index.
    calls: Vec<u64>,
    thoughts: Thoughts,
}

impl ChatWriter {
    pub fn new(stamp: &Stamp, usage_chunk: bool) -> Self {
        ChatWriter {
            head: format!(
                "data: {{\"id\":{},\"object\":\"chat.completion.chunk\",\"created\":{},\"model\":{},\"choices\":[",
                Value::from(id(stamp)),
                stamp.created,
                Value::from(&*stamp.model),
            ),
            usage_chunk,
            prompt_tokens: stamp.prompt_tokens,
            calls: Vec::new(),
            thoughts: Thoughts::default(),
        }
    }

    /// The chunk that says who speaks.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        self.chunk_head(out);
        raw(out, r#""role":"assistant","content":"""#);
        self.chunk_end("null", out);
    }

    pub fn part(&mut self, part: Part<'_>, out: &mut Vec<u8>) {
        self.thoughts.note(&part);
        match part {
            Part::Text(text) => self.member(r#""content":"#, text, out),
            Part::Thinking("") => {}
            Part::Thinking(text) => self.member(r#""reasoning_content":"#, text, out),
            Part::Refusal(text) => self.member(r#""refusal":"#, text, out),
            Part::Call(call) => {
                let known = self.calls.iter().rposition(|key| *key == call.key);
                // Another name is another call, whatever its number.
                match known.filter(|_| call.name.is_empty()) {
                    Some(_) if call.arguments.is_empty() => {}
                    Some(index) => {
                        self.call_head(index, out);
                        raw(out, r#""function":{"arguments":"#);
                        json_text(out, call.arguments);
                        raw(out, "}}]");
                        self.chunk_end("null", out);
                    }
                    None => {
                        self.calls.push(call.key);
                        self.call_head(self.calls.len() - 1, out);
                        raw(out, r#""id":"#);
                        json_text(out, call.id);
                        raw(out, r#","type":"function","function":{"name":"#);
                        json_text(out, call.name);
                        raw(out, r#","arguments":"#);
                        json_text(out, call.arguments);
                        raw(out, "}}]");
                        self.chunk_end("null", out);
                    }
                }
            }
            Part::Signature(_) | Part::Redacted(_) | Part::Seal => {}
        }
    }

    /// The answer is complete.
    pub fn end(&mut self, heard: &Heard, out: &mut Vec<u8>) {
        self.chunk_head(out);
        if let Some(blocks) = std::mem::take(&mut self.thoughts).signed() {
            raw(out, &format!("\"thinking_blocks\":{blocks}"));
        }
        let reason = format!("\"{}\"", finish_reason(heard.finish()));
        self.chunk_end(&reason, out);
        if self.usage_chunk {
            raw(out, &self.head);
            raw(out, "],\"usage\":");
            raw(out, &chat_usage(heard.told(self.prompt_tokens)).to_string());
            raw(out, "}\n\n");
        }
        raw(out, "data: [DONE]\n\n");
    }

    /// The answer is not completed: an error that clients raise, then the end mark they wait for.
    pub fn fail(&mut self, trouble: &Trouble, out: &mut Vec<u8>) {
        raw(out, "data: ");
        raw(out, &trouble.document(Dialect::Chat).to_string());
        raw(out, "\n\ndata: [DONE]\n\n");
    }

    fn member(&self, member: &str, text: &str, out: &mut Vec<u8>) {
        self.chunk_head(out);
        raw(out, member);
        json_text(out, text);
        self.chunk_end("null", out);
    }

    fn call_head(&self, index: usize, out: &mut Vec<u8>) {
        self.chunk_head(out);
        raw(out, r#""tool_calls":[{"index":"#);
        number(out, index as u64);
        raw(out, ",");
    }

    fn chunk_head(&self, out: &mut Vec<u8>) {
        raw(out, &self.head);
        raw(out, r#"{"index":0,"delta":{"#);
    }

    fn chunk_end(&self, reason: &str, out: &mut Vec<u8>) {
        raw(out, r#"},"logprobs":null,"finish_reason":"#);
        raw(out, reason);
        // Where the usage was asked for, OpenAI's other chunks say that they hold none.
        raw(
            out,
            if self.usage_chunk {
                "}],\"usage\":null}\n\n"
            } else {
                "}]}\n\n"
            },
        );
    }
}

fn id(stamp: &Stamp) -> String {
    format!("chatcmpl-{}", stamp.id)
}

const fn finish_reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop | Finish::StopText => "stop",
        Finish::Length => "length",
        Finish::Calls => "tool_calls",
        Finish::Refused => "content_filter",
    }
}

/// Thinking with its signatures. Clients that send messages back as they got them keep it, and Anthropic then goes on
/// thinking where it was. It comes in one piece, with indexes: SDKs add up lists by them.
#[derive(Default)]
struct Thoughts {
    blocks: Vec<Value>,
    open: bool,
    signed: bool,
}

impl Thoughts {
    fn note(&mut self, part: &Part<'_>) {
        match part {
            Part::Thinking(text) => {
                if !std::mem::replace(&mut self.open, true) {
                    let index = self.blocks.len();
                    self.blocks.push(json!({"index": index, "type": "thinking", "thinking": "", "signature": ""}));
                }
                self.add("thinking", text);
            }
            Part::Signature(signature) if self.open => {
                self.signed = true;
                self.add("signature", signature);
            }
            Part::Redacted(data) => {
                self.signed = true;
                let index = self.blocks.len();
                self.blocks
                    .push(json!({"index": index, "type": "redacted_thinking", "data": data}));
                self.open = false;
            }
            _ => self.open = false,
        }
    }

    fn add(&mut self, member: &str, text: &str) {
        let block = self
            .blocks
            .last_mut()
            .and_then(|block| block.get_mut(member));
        if let Some(Value::String(whole)) = block {
            whole.push_str(text);
        }
    }

    /// The blocks, where there is anything in them that `reasoning_content` does not hold.
    fn signed(self) -> Option<Value> {
        self.signed.then_some(Value::Array(self.blocks))
    }
}

/// A whole answer, from all its parts.
#[derive(Default)]
pub(in crate::relay::translate) struct ChatDocument {
    said: String,
    thought: String,
    refused: String,
    calls: Vec<(u64, Value)>,
    thoughts: Thoughts,
}

impl ChatDocument {
    pub fn part(&mut self, part: Part<'_>) {
        self.thoughts.note(&part);
        match part {
            Part::Text(text) => self.said.push_str(text),
            Part::Thinking(text) => self.thought.push_str(text),
            Part::Refusal(text) => self.refused.push_str(text),
            Part::Call(call) => {
                let known = self
                    .calls
                    .iter_mut()
                    .rev()
                    .find(|(key, _)| *key == call.key);
                match known.filter(|_| call.name.is_empty()) {
                    Some((_, value)) => {
                        if let Value::String(whole) = &mut value["function"]["arguments"] {
                            whole.push_str(call.arguments);
                        }
                    }
                    None => self.calls.push((
                        call.key,
                        json!({
                            "id": call.id, "type": "function",
                            "function": {"name": call.name, "arguments": call.arguments},
                        }),
                    )),
                }
            }
            Part::Signature(_) | Part::Redacted(_) | Part::Seal => {}
        }
    }

    /// The document.
    pub fn end(self, stamp: &Stamp, heard: &Heard) -> Value {
        let or_null = |text: String| {
            Some(text)
                .filter(|text| !text.is_empty())
                .map_or(Value::Null, Value::from)
        };
        let mut message = Map::new();
        message.insert("role".into(), "assistant".into());
        let content = match self.calls.is_empty() && self.refused.is_empty() {
            true => self.said.into(),
            false => or_null(self.said),
        };
        message.insert("content".into(), content);
        message.insert("refusal".into(), or_null(self.refused));
        if !self.thought.is_empty() {
            message.insert("reasoning_content".into(), self.thought.into());
        }
        if let Some(blocks) = self.thoughts.signed() {
            message.insert("thinking_blocks".into(), blocks);
        }
        if !self.calls.is_empty() {
            let calls: Vec<Value> = self.calls.into_iter().map(|(_, call)| call).collect();
            message.insert("tool_calls".into(), calls.into());
        }
        json!({
            "id": id(stamp), "object": "chat.completion", "created": stamp.created, "model": stamp.model,
            "choices": [{
                "index": 0, "message": message, "logprobs": null,
                "finish_reason": finish_reason(heard.finish()),
            }],
            "usage": chat_usage(heard.told(stamp.prompt_tokens)),
        })
    }
}
