//! Writes an answer for a Messages client: as a stream of events in Anthropic's order, or whole.

use std::sync::Arc;

use serde_json::{Value, json};

use super::buffer::{end, event, json_text, number, raw};
use super::sequence::{Blocks, Close, Head, Kind, Sequence};
use super::{Finish, Heard, Part, input_object, messages_usage};
use crate::relay::translate::{Dialect, Stamp, Trouble};

/// A stream: `message_start`, then each block from its start to its stop, `message_delta`, `message_stop`.
pub(in crate::relay::translate) struct MessagesWriter {
    stamp: Arc<Stamp>,
    row: Sequence,
    events: Events,
}

impl MessagesWriter {
    pub fn new(stamp: Arc<Stamp>) -> Self {
        MessagesWriter {
            row: row(&stamp),
            stamp,
            events: Events {
                index: 0,
                kind: Kind::Text,
            },
        }
    }

    /// The message begins. Its prompt is not counted yet: the estimate stands until the end tells.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        let message = json!({"type": "message_start", "message": {
            "id": id(&self.stamp), "type": "message", "role": "assistant", "model": self.stamp.model,
            "content": [], "stop_reason": null, "stop_sequence": null,
            "usage": {
                "input_tokens": self.stamp.prompt_tokens, "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0, "output_tokens": 0,
            },
        }});
        event(out, "message_start");
        raw(out, &message.to_string());
        end(out);
        raw(out, "event: ping\ndata: {\"type\":\"ping\"}\n\n");
    }

    pub fn part(&mut self, part: Part<'_>, out: &mut Vec<u8>) {
        self.row.part(part, &mut self.events, out);
    }

    /// The message is complete.
    pub fn end(&mut self, heard: &Heard, out: &mut Vec<u8>) -> Result<(), Trouble> {
        self.row.finish(&mut self.events, out)?;
        let delta = json!({
            "type": "message_delta",
            "delta": {"stop_reason": stop_reason(heard.finish()), "stop_sequence": heard.stop_text},
            "usage": messages_usage(heard.told(self.stamp.prompt_tokens)),
        });
        event(out, "message_delta");
        raw(out, &delta.to_string());
        end(out);
        raw(
            out,
            "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        );
        Ok(())
    }

    /// The message is not completed. `error` is the last event, and clients raise it.
    pub fn fail(&mut self, trouble: &Trouble, out: &mut Vec<u8>) {
        self.row.cut(&mut self.events, out);
        event(out, "error");
        raw(out, &trouble.document(Dialect::Messages).to_string());
        end(out);
    }
}

fn row(stamp: &Stamp) -> Sequence {
    Sequence::new(format!("toolu_{}_", stamp.id))
}

fn id(stamp: &Stamp) -> String {
    format!("msg_{}", stamp.id)
}

const fn stop_reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "end_turn",
        Finish::StopText => "stop_sequence",
        Finish::Length => "max_tokens",
        Finish::Calls => "tool_use",
        Finish::Refused => "refusal",
    }
}

/// The events of blocks.
struct Events {
    /// Index of the open block, or of the next one.
    index: u64,
    kind: Kind,
}

impl Events {
    fn start(&self, out: &mut Vec<u8>) {
        event(out, "content_block_start");
        raw(out, r#"{"type":"content_block_start","index":"#);
        number(out, self.index);
        raw(out, r#","content_block":"#);
    }

    fn delta(&self, kind_and_member: &str, text: &str, out: &mut Vec<u8>) {
        event(out, "content_block_delta");
        raw(out, r#"{"type":"content_block_delta","index":"#);
        number(out, self.index);
        raw(out, r#","delta":{"type":"#);
        raw(out, kind_and_member);
        json_text(out, text);
        raw(out, "}}\n\n");
    }
}

impl Blocks for Events {
    fn open(&mut self, head: Head<'_>, out: &mut Vec<u8>) {
        self.kind = head.kind;
        let block = match head.kind {
            Kind::Text | Kind::Refusal => r#"{"type":"text","text":""}"#,
            Kind::Thinking => r#"{"type":"thinking","thinking":"","signature":""}"#,
            Kind::Call => {
                self.start(out);
                raw(out, r#"{"type":"tool_use","id":"#);
                json_text(out, head.id);
                raw(out, r#","name":"#);
                json_text(out, head.name);
                raw(out, ",\"input\":{}}}\n\n");
                return;
            }
            // It begins with all it has: that comes as its only piece.
            Kind::Redacted => return,
        };
        self.start(out);
        raw(out, block);
        raw(out, "}\n\n");
    }

    fn piece(&mut self, text: &str, out: &mut Vec<u8>) {
        match self.kind {
            Kind::Text | Kind::Refusal => self.delta(r#""text_delta","text":"#, text, out),
            Kind::Thinking => self.delta(r#""thinking_delta","thinking":"#, text, out),
            Kind::Call => self.delta(r#""input_json_delta","partial_json":"#, text, out),
            Kind::Redacted => {
                self.start(out);
                raw(out, r#"{"type":"redacted_thinking","data":"#);
                json_text(out, text);
                raw(out, "}}\n\n");
            }
        }
    }

    fn signature(&mut self, signature: &str, out: &mut Vec<u8>) {
        self.delta(r#""signature_delta","signature":"#, signature, out);
    }

    fn close(&mut self, how: Close, out: &mut Vec<u8>) {
        // A call that was cut is left open: closed, half of its arguments would pass for all of them.
        if how != Close::Cut || self.kind != Kind::Call {
            event(out, "content_block_stop");
            raw(out, r#"{"type":"content_block_stop","index":"#);
            number(out, self.index);
            raw(out, "}\n\n");
        }
        self.index += 1;
    }
}

/// A whole message, from all its parts.
pub(in crate::relay::translate) struct MessagesDocument {
    stamp: Arc<Stamp>,
    row: Sequence,
    content: Content,
}

impl MessagesDocument {
    pub fn new(stamp: Arc<Stamp>) -> Self {
        MessagesDocument {
            row: row(&stamp),
            stamp,
            content: Content {
                blocks: Vec::new(),
                text: String::new(),
            },
        }
    }

    pub fn part(&mut self, part: Part<'_>) {
        self.row.part(part, &mut self.content, &mut Vec::new());
    }

    /// The document.
    ///
    /// # Errors
    /// When a call has no name.
    pub fn end(mut self, heard: &Heard) -> Result<Value, Trouble> {
        self.row.finish(&mut self.content, &mut Vec::new())?;
        Ok(json!({
            "id": id(&self.stamp), "type": "message", "role": "assistant", "model": self.stamp.model,
            "content": self.content.blocks,
            "stop_reason": stop_reason(heard.finish()), "stop_sequence": heard.stop_text,
            "usage": messages_usage(heard.told(self.stamp.prompt_tokens)),
        }))
    }
}

/// Blocks as values; the last one is still filled.
struct Content {
    blocks: Vec<Value>,
    text: String,
}

impl Blocks for Content {
    fn open(&mut self, head: Head<'_>, _: &mut Vec<u8>) {
        self.text.clear();
        self.blocks.push(match head.kind {
            Kind::Text | Kind::Refusal => json!({"type": "text"}),
            Kind::Thinking => json!({"type": "thinking", "thinking": "", "signature": ""}),
            Kind::Redacted => json!({"type": "redacted_thinking"}),
            Kind::Call => json!({"type": "tool_use", "id": head.id, "name": head.name}),
        });
    }

    fn piece(&mut self, text: &str, _: &mut Vec<u8>) {
        self.text.push_str(text);
    }

    fn signature(&mut self, signature: &str, _: &mut Vec<u8>) {
        if let Some(block) = self.blocks.last_mut() {
            block["signature"] = signature.into();
        }
    }

    fn close(&mut self, _: Close, _: &mut Vec<u8>) {
        let Some(block) = self.blocks.last_mut() else {
            return;
        };
        let text = std::mem::take(&mut self.text);
        let (member, value) = match block["type"].as_str() {
            Some("thinking") => ("thinking", text.into()),
            Some("redacted_thinking") => ("data", text.into()),
            Some("tool_use") => ("input", input_object(&text)),
            _ => ("text", text.into()),
        };
        block[member] = value;
    }
}
