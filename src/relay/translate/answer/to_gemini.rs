//! Writes an answer for a client of Gemini's: as a stream of chunks, or whole.
//!
//! Google's calls come in one piece, so a call waits until it is whole; one whose arguments were cut is never shown.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::buffer::{json_text, raw};
use super::sequence::{Blocks, Close, Head, Kind, Sequence};
use super::{Counts, Finish, Heard, Part, input_object};
use crate::relay::translate::recall::{Recall, seal_redacted, seal_signature};
use crate::relay::translate::{Dialect, Stamp, Trouble};

/// A stream: chunks of text and calls; the last one says why it ended and what was used.
pub(in crate::relay::translate) struct GeminiWriter {
    stamp: Arc<Stamp>,
    row: Sequence,
    chunks: Chunks,
}

impl GeminiWriter {
    pub fn new(stamp: Arc<Stamp>, recall: &Recall) -> Self {
        GeminiWriter {
            row: row(&stamp),
            chunks: Chunks {
                tail: format!(
                    "],\"role\":\"model\"}},\"index\":0}}],\"modelVersion\":{},\"responseId\":{}}}\r\n\r\n",
                    Value::from(&*stamp.model),
                    Value::from(&*stamp.id),
                ),
                block: Block::new(recall.thoughts),
            },
            stamp,
        }
    }

    /// A chunk without words: the answer has begun.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        self.chunks.write(&json!({"text": ""}), out);
    }

    pub fn part(&mut self, part: Part<'_>, out: &mut Vec<u8>) {
        self.row.part(part, &mut self.chunks, out);
    }

    /// The answer is complete.
    ///
    /// # Errors
    /// When a call has no name.
    pub fn end(&mut self, heard: &Heard, out: &mut Vec<u8>) -> Result<(), Trouble> {
        self.row.finish(&mut self.chunks, out)?;
        let last = document(
            &self.stamp,
            vec![json!({"text": ""})],
            heard,
            self.chunks.block.short,
        );
        raw(out, "data: ");
        raw(out, &last.to_string());
        raw(out, "\r\n\r\n");
        Ok(())
    }

    /// The answer is not completed.
    pub fn fail(&mut self, trouble: &Trouble, out: &mut Vec<u8>) {
        self.row.cut(&mut self.chunks, out);
        raw(out, "data: ");
        raw(out, &trouble.document(Dialect::Gemini).to_string());
        raw(out, "\r\n\r\n");
    }
}

fn row(stamp: &Stamp) -> Sequence {
    Sequence::new(format!("call_{}_", stamp.id))
}

/// What is known of the open block.
struct Block {
    /// Whether the client wants to see thinking.
    thoughts: bool,
    kind: Kind,
    id: String,
    name: String,
    /// What cannot be shown before all of it is there.
    held: String,
    signature: String,
    /// Whether some call's arguments were not all there.
    short: bool,
}

impl Block {
    fn new(thoughts: bool) -> Self {
        Block {
            thoughts,
            kind: Kind::Text,
            id: String::new(),
            name: String::new(),
            held: String::new(),
            signature: String::new(),
            short: false,
        }
    }

    fn open(&mut self, head: Head<'_>) {
        self.kind = head.kind;
        self.id = head.id.to_owned();
        self.name = head.name.to_owned();
        self.held.clear();
        self.signature.clear();
    }

    /// The part that what was held comes to, if any.
    fn close(&mut self, how: Close) -> Option<Value> {
        let held = std::mem::take(&mut self.held);
        match self.kind {
            Kind::Call if how == Close::Whole => Some(json!({"functionCall": {
                "id": self.id, "name": self.name, "args": input_object(&held),
            }})),
            Kind::Call => {
                self.short = true;
                None
            }
            Kind::Text | Kind::Refusal => (!held.is_empty()).then(|| json!({"text": held})),
            Kind::Thinking if !self.thoughts => None,
            Kind::Thinking if self.signature.is_empty() => {
                (!held.is_empty()).then(|| json!({"text": held, "thought": true}))
            }
            Kind::Thinking => Some(json!({
                "text": held, "thought": true, "thoughtSignature": seal_signature(&self.signature),
            })),
            Kind::Redacted => Some(json!({
                "text": "", "thought": true, "thoughtSignature": seal_redacted(&held),
            })),
        }
    }
}

/// Chunks with one part each.
struct Chunks {
    /// The end of every chunk, from its part on.
    tail: String,
    block: Block,
}

impl Chunks {
    fn head(out: &mut Vec<u8>) {
        raw(out, r#"data: {"candidates":[{"content":{"parts":["#);
    }

    fn write(&self, part: &Value, out: &mut Vec<u8>) {
        Chunks::head(out);
        raw(out, &part.to_string());
        raw(out, &self.tail);
    }
}

impl Blocks for Chunks {
    fn open(&mut self, head: Head<'_>, _: &mut Vec<u8>) {
        self.block.open(head);
    }

    fn piece(&mut self, text: &str, out: &mut Vec<u8>) {
        let end = match self.block.kind {
            Kind::Text | Kind::Refusal => "}",
            Kind::Thinking if self.block.thoughts => r#","thought":true}"#,
            Kind::Thinking => return,
            Kind::Call | Kind::Redacted => return self.block.held.push_str(text),
        };
        if text.is_empty() {
            return;
        }
        Chunks::head(out);
        raw(out, r#"{"text":"#);
        json_text(out, text);
        raw(out, end);
        raw(out, &self.tail);
    }

    fn signature(&mut self, signature: &str, _: &mut Vec<u8>) {
        self.block.signature.push_str(signature);
    }

    fn close(&mut self, how: Close, out: &mut Vec<u8>) {
        if let Some(part) = self.block.close(how) {
            self.write(&part, out);
        }
    }
}

/// A whole answer, from all its parts.
pub(in crate::relay::translate) struct GeminiDocument {
    stamp: Arc<Stamp>,
    row: Sequence,
    whole: Whole,
}

/// Parts as values; the last block is still filled.
struct Whole {
    parts: Vec<Value>,
    block: Block,
}

impl GeminiDocument {
    pub fn new(stamp: Arc<Stamp>, recall: &Recall) -> Self {
        GeminiDocument {
            row: row(&stamp),
            stamp,
            whole: Whole {
                parts: Vec::new(),
                block: Block::new(recall.thoughts),
            },
        }
    }

    pub fn part(&mut self, part: Part<'_>) {
        self.row.part(part, &mut self.whole, &mut Vec::new());
    }

    /// The document.
    ///
    /// # Errors
    /// When a call has no name.
    pub fn end(mut self, heard: &Heard) -> Result<Value, Trouble> {
        self.row.finish(&mut self.whole, &mut Vec::new())?;
        let short = self.whole.block.short;
        Ok(document(&self.stamp, self.whole.parts, heard, short))
    }
}

impl Blocks for Whole {
    fn open(&mut self, head: Head<'_>, _: &mut Vec<u8>) {
        self.block.open(head);
    }

    fn piece(&mut self, text: &str, _: &mut Vec<u8>) {
        self.block.held.push_str(text);
    }

    fn signature(&mut self, signature: &str, _: &mut Vec<u8>) {
        self.block.signature.push_str(signature);
    }

    fn close(&mut self, how: Close, _: &mut Vec<u8>) {
        self.parts.extend(self.block.close(how));
    }
}

fn document(stamp: &Stamp, parts: Vec<Value>, heard: &Heard, short: bool) -> Value {
    json!({
        "candidates": [{
            "content": {"parts": parts, "role": "model"},
            "finishReason": finish_reason(heard.finish(), short), "index": 0,
        }],
        "usageMetadata": usage(heard.told(stamp.prompt_tokens)),
        "modelVersion": stamp.model, "responseId": stamp.id,
    })
}

const fn finish_reason(finish: Finish, short: bool) -> &'static str {
    match finish {
        Finish::Length => "MAX_TOKENS",
        Finish::Refused => "SAFETY",
        _ if short => "MALFORMED_FUNCTION_CALL",
        Finish::Stop | Finish::StopText | Finish::Calls => "STOP",
    }
}

/// Google's usage object: what was thought is beside the answer, not in it; a cache's part is in the prompt.
fn usage(counts: Counts) -> Value {
    let usage = counts.usage;
    let thought = counts.reasoning.unwrap_or(0).min(usage.output);
    let mut value = Map::new();
    value.insert("promptTokenCount".into(), usage.prompt().into());
    let rest = usage.output - thought;
    value.insert("candidatesTokenCount".into(), rest.into());
    value.insert("totalTokenCount".into(), usage.total().into());
    if usage.cache_read > 0 {
        value.insert("cachedContentTokenCount".into(), usage.cache_read.into());
    }
    if thought > 0 {
        value.insert("thoughtsTokenCount".into(), thought.into());
    }
    value.into()
}
