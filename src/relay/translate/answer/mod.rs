//! An answer between two dialects: read from one as [`Part`]s, written from there in the other, whole or as a stream.
//!
//! Parts are what models make whatever the dialect: thinking, text, calls. They come in the order in which they were
//! made, in pieces of any size, and borrow from the event they were read from.

mod buffer;
mod from_chat;
mod from_messages;
mod items;
mod json_scan;
mod lenient;
mod sequence;
mod to_chat;
mod to_gemini;
mod to_messages;
mod to_responses;

use serde_json::{Value, json};

use crate::domain::Usage;
use crate::domain::count::TokenCounter;

pub(super) use from_chat::ChatReader;
pub(super) use from_messages::MessagesReader;
pub(super) use to_chat::{ChatDocument, ChatWriter};
pub(super) use to_gemini::{GeminiDocument, GeminiWriter};
pub(super) use to_messages::{MessagesDocument, MessagesWriter};
pub(super) use to_responses::ResponsesWriter;

/// A piece of what a model made.
#[derive(Debug)]
pub(super) enum Part<'a> {
    /// Thinking; may be empty where a block of it begins.
    Thinking(&'a str),
    /// What proves that the thinking before is the model's own.
    Signature(&'a str),
    /// Thinking that only its maker can read.
    Redacted(&'a str),
    Text(&'a str),
    /// Text that says why there is no answer.
    Refusal(&'a str),
    Call(CallPart<'a>),
    /// The block before is over.
    Seal,
}

/// A piece of a call; each of its texts may be empty.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallPart<'a> {
    /// Which call of the answer it belongs to.
    pub key: u64,
    pub id: &'a str,
    pub name: &'a str,
    /// A piece of the arguments' JSON.
    pub arguments: &'a str,
}

/// Why a model stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finish {
    Stop,
    /// At a text that the client named.
    StopText,
    Length,
    Calls,
    /// It would not, or was not let.
    Refused,
}

/// Token counts, with the part of the output that was reasoning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub usage: Usage,
    pub reasoning: Option<u64>,
}

/// What was heard beside the parts.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub counts: Option<Counts>,
    pub finish: Option<Finish>,
    pub stop_text: Option<String>,
    /// Whether any call came.
    pub called: bool,
    /// Our own count of the output, for upstreams that report none.
    pub counter: TokenCounter,
}

impl Heard {
    /// Notes what a part adds.
    pub fn note(&mut self, part: &Part<'_>) {
        match part {
            Part::Thinking(text) | Part::Text(text) | Part::Refusal(text) => self.counter.add(text),
            Part::Call(call) => {
                self.called = true;
                self.counter.add(call.arguments);
            }
            Part::Signature(_) | Part::Redacted(_) | Part::Seal => {}
        }
    }

    /// Why it stopped, as far as it can be told. Many servers say *stop* or nothing where tools are called.
    pub fn finish(&self) -> Finish {
        match self.finish {
            None | Some(Finish::Stop | Finish::Calls) if self.called => Finish::Calls,
            None | Some(Finish::Calls) => Finish::Stop,
            Some(finish) => finish,
        }
    }

    /// The counts that the client is told: the upstream's, or ours with the relay's estimate of the prompt.
    pub fn told(&self, prompt_estimate: u64) -> Counts {
        self.counts.unwrap_or_else(|| Counts {
            usage: Usage {
                input: prompt_estimate,
                output: self.counter.tokens(),
                ..Usage::default()
            },
            reasoning: None,
        })
    }
}

/// The arguments of a call as an object. What is no object is handed on in one: an agent then sees what was wrong
/// instead of a call without arguments.
pub(super) fn input_object(arguments: &str) -> Value {
    if arguments.trim().is_empty() {
        return json!({});
    }
    match serde_json::from_str::<Value>(arguments) {
        Ok(object @ Value::Object(_)) => object,
        Ok(Value::Null) => json!({}),
        _ => json!({"INVALID_JSON": arguments}),
    }
}

/// OpenAI's usage object; prompt tokens include those that a cache holds.
pub(super) fn chat_usage(counts: Counts) -> Value {
    let usage = counts.usage;
    let mut value = json!({
        "prompt_tokens": usage.prompt(),
        "completion_tokens": usage.output,
        "total_tokens": usage.total(),
        "prompt_tokens_details": {
            "cached_tokens": usage.cache_read, "cache_write_tokens": usage.cache_write,
        },
    });
    if let Some(reasoning) = counts.reasoning {
        value["completion_tokens_details"] = json!({"reasoning_tokens": reasoning});
    }
    value
}

/// Anthropic's usage object; the counters are disjoint.
pub(super) fn messages_usage(counts: Counts) -> Value {
    let usage = counts.usage;
    let mut value = json!({
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cache_read,
        "output_tokens": usage.output,
    });
    if let Some(reasoning) = counts.reasoning {
        value["output_tokens_details"] = json!({"thinking_tokens": reasoning});
    }
    value
}

/// The usage object of the Responses dialect.
pub(super) fn responses_usage(counts: Counts) -> Value {
    let usage = counts.usage;
    json!({
        "input_tokens": usage.prompt(),
        "input_tokens_details": {
            "cached_tokens": usage.cache_read, "cache_write_tokens": usage.cache_write,
        },
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": counts.reasoning.unwrap_or(0)},
        "total_tokens": usage.total(),
    })
}
