//! Reads the answer of an Anthropic upstream: its events, or its whole document.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::lenient::{Count, Text, mended, object};
use super::{CallPart, Counts, Finish, Heard, Part};
use crate::domain::Usage;
use crate::relay::translate::Trouble;
use crate::relay::translate::recall::Recall;
use crate::relay::translate::stream::Step;

/// An event of any type, or a whole answer: one pass over the JSON, whichever it is.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(default)]
    index: Count,
    #[serde(borrow, default)]
    delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    content_block: Option<Block<'a>>,
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    text: Text<'a>,
    #[serde(borrow, default)]
    thinking: Text<'a>,
    #[serde(borrow, default)]
    signature: Text<'a>,
    #[serde(borrow, default)]
    partial_json: Text<'a>,
    #[serde(borrow, default)]
    stop_reason: Text<'a>,
    #[serde(borrow, default)]
    stop_sequence: Text<'a>,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    text: Text<'a>,
    #[serde(borrow, default)]
    thinking: Text<'a>,
    #[serde(borrow, default)]
    signature: Text<'a>,
    #[serde(borrow, default)]
    data: Text<'a>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Whole<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    content: Option<Vec<Block<'a>>>,
    #[serde(borrow, default)]
    stop_reason: Text<'a>,
    #[serde(borrow, default)]
    stop_sequence: Text<'a>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

/// The block that is open.
#[derive(Debug, Default)]
enum Open {
    /// None, or one of a type that is not translated.
    #[default]
    Other,
    Said,
    Call {
        key: u64,
        /// Arguments that came with the block's beginning, should no others follow.
        input: String,
        any: bool,
    },
}

/// What must be known between two events.
#[derive(Debug, Default)]
pub(in crate::relay::translate) struct MessagesReader {
    open: Open,
    blocks: u64,
    tally: Tally,
}

impl MessagesReader {
    /// Reads one event; `name` is that of its `event:` line.
    ///
    /// # Errors
    /// When it is an error, or no event.
    pub fn read(
        &mut self,
        name: Option<&str>,
        data: &str,
        heard: &mut Heard,
        sink: &mut dyn FnMut(Part<'_>),
    ) -> Result<Step, Trouble> {
        if data.trim().is_empty() {
            return Ok(Step::Nothing);
        }
        let mend;
        let event: Event<'_> = match object(data) {
            Some(event) => event,
            None => {
                mend = mended(data).unwrap_or_default();
                object(&mend).ok_or_else(|| {
                    Trouble::garbage("something that is no event of a Messages answer")
                })?
            }
        };
        let mut give = |part: Part<'_>| {
            heard.note(&part);
            sink(part);
        };
        let kind = match event.kind.is_empty() {
            true => name.unwrap_or_default(),
            false => &event.kind,
        };
        match kind {
            "content_block_delta" => self.delta(&event.delta.unwrap_or_default(), &mut give),
            "content_block_start" => {
                if let Some(block) = event.content_block {
                    self.start(event.index.0, &block, &mut give);
                }
            }
            "content_block_stop" => self.stop(&mut give),
            "message_start" => {
                let message = event
                    .message
                    .and_then(|raw| serde_json::from_str::<Value>(raw.get()).ok());
                if let Some(usage) = message.as_ref().and_then(|message| message.get("usage")) {
                    heard.counts = self.tally.take(usage);
                }
            }
            "message_delta" => {
                let delta = event.delta.unwrap_or_default();
                finish(&delta.stop_reason, delta.stop_sequence, heard);
                let usage = event
                    .usage
                    .and_then(|raw| serde_json::from_str::<Value>(raw.get()).ok());
                if let Some(usage) = usage {
                    heard.counts = self.tally.take(&usage);
                }
            }
            "message_stop" => return Ok(Step::Done),
            "ping" => return Ok(Step::Nothing),
            _ if kind == "error" || event.error.is_some() => {
                return Err(Trouble::read_late(data.as_bytes()));
            }
            // Types to come: the ones above are all that a message needs.
            _ => return Ok(Step::Nothing),
        }
        Ok(Step::Heard)
    }

    /// Reads a whole answer.
    ///
    /// # Errors
    /// When it is an error, or no Messages answer.
    pub fn whole(
        body: &str,
        _: &Recall,
        heard: &mut Heard,
        sink: &mut dyn FnMut(Part<'_>),
    ) -> Result<(), Trouble> {
        if body.trim().is_empty() {
            return Err(Trouble::empty());
        }
        let no_answer = || Trouble::garbage("something that is no Messages answer");
        let whole: Whole<'_> = object(body).ok_or_else(no_answer)?;
        if whole.error.is_some() || &*whole.kind == "error" {
            return Err(Trouble::read_late(body.as_bytes()));
        }
        let blocks = whole.content.ok_or_else(no_answer)?;
        let mut reader = MessagesReader::default();
        let mut give = |part: Part<'_>| {
            heard.note(&part);
            sink(part);
        };
        for block in &blocks {
            reader.start(None, block, &mut give);
            reader.stop(&mut give);
        }
        finish(&whole.stop_reason, whole.stop_sequence, heard);
        let usage = whole
            .usage
            .and_then(|raw| serde_json::from_str::<Value>(raw.get()).ok());
        heard.counts = usage.and_then(|usage| reader.tally.take(&usage));
        Ok(())
    }

    fn start(&mut self, index: Option<u64>, block: &Block<'_>, give: &mut dyn FnMut(Part<'_>)) {
        let key = index.unwrap_or(self.blocks);
        self.blocks = key.saturating_add(1);
        self.open = Open::Said;
        match &*block.kind {
            "text" => {
                if !block.text.is_empty() {
                    give(Part::Text(&block.text));
                }
            }
            "thinking" => {
                give(Part::Thinking(&block.thinking));
                if !block.signature.is_empty() {
                    give(Part::Signature(&block.signature));
                }
            }
            "redacted_thinking" => give(Part::Redacted(&block.data)),
            "tool_use" => {
                let input = block.input.map_or("", RawValue::get);
                self.open = Open::Call {
                    key,
                    input: input.to_owned(),
                    any: false,
                };
                give(Part::Call(CallPart {
                    key,
                    id: &block.id,
                    name: &block.name,
                    arguments: "",
                }));
            }
            _ => self.open = Open::Other,
        }
    }

    fn delta(&mut self, delta: &Delta<'_>, give: &mut dyn FnMut(Part<'_>)) {
        match (&*delta.kind, &mut self.open) {
            ("text_delta", Open::Said) if !delta.text.is_empty() => give(Part::Text(&delta.text)),
            ("thinking_delta", Open::Said) if !delta.thinking.is_empty() => {
                give(Part::Thinking(&delta.thinking));
            }
            ("signature_delta", Open::Said) if !delta.signature.is_empty() => {
                give(Part::Signature(&delta.signature));
            }
            ("input_json_delta", Open::Call { key, any, .. }) if !delta.partial_json.is_empty() => {
                *any = true;
                give(arguments(*key, &delta.partial_json));
            }
            _ => {}
        }
    }

    fn stop(&mut self, give: &mut dyn FnMut(Part<'_>)) {
        match std::mem::take(&mut self.open) {
            Open::Other => return,
            // OpenAI's arguments are always JSON, also where a tool takes none.
            Open::Call {
                key,
                input,
                any: false,
            } => {
                give(arguments(key, if input.is_empty() { "{}" } else { &input }));
            }
            Open::Said | Open::Call { .. } => {}
        }
        give(Part::Seal);
    }
}

const fn arguments(key: u64, text: &str) -> Part<'_> {
    Part::Call(CallPart {
        key,
        id: "",
        name: "",
        arguments: text,
    })
}

fn finish(word: &str, stop_text: Text<'_>, heard: &mut Heard) {
    heard.finish = Some(match word {
        "" => return,
        "max_tokens" | "model_context_window_exceeded" => Finish::Length,
        "tool_use" => Finish::Calls,
        "stop_sequence" => {
            heard.stop_text = Some(stop_text.0.into_owned()).filter(|text| !text.is_empty());
            Finish::StopText
        }
        "refusal" => Finish::Refused,
        _ => Finish::Stop,
    });
}

/// Counters that arrive bit by bit; each is a total, so a later one replaces an earlier one.
#[derive(Debug, Default)]
struct Tally {
    usage: Usage,
    reasoning: Option<u64>,
}

impl Tally {
    fn take(&mut self, usage: &Value) -> Option<Counts> {
        let set = |slot: &mut u64, member: &str| {
            if let Some(count) = usage.get(member).and_then(Value::as_u64) {
                *slot = count;
            }
        };
        set(&mut self.usage.input, "input_tokens");
        set(&mut self.usage.cache_read, "cache_read_input_tokens");
        set(&mut self.usage.cache_write, "cache_creation_input_tokens");
        set(&mut self.usage.output, "output_tokens");
        let reasoning = usage.pointer("/output_tokens_details/thinking_tokens");
        self.reasoning = reasoning.and_then(Value::as_u64).or(self.reasoning);
        (!self.usage.is_empty()).then_some(Counts {
            usage: self.usage,
            reasoning: self.reasoning,
        })
    }
}
