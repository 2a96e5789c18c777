//! A chat turn: what is asked, and the parts in which the answer arrives, whatever dialect the relay speaks.

use serde::{Deserialize, Serialize};

use super::usage::Usage;

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions to the model.
    System,
    /// The person, or the program, that asks.
    User,
    /// The model.
    Assistant,
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub text: String,
}

/// A request for one reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChatRequest {
    /// The exact name of the model.
    pub model: String,
    /// The conversation so far, the system message first if there is one.
    pub messages: Vec<ChatMessage>,
    /// At most so many tokens in the answer; the model's own limit when absent.
    pub max_tokens: Option<u32>,
    /// Sampling temperature; the model's own default when absent.
    pub temperature: Option<f32>,
}

/// A piece of an answer, in the order of arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text of the answer.
    Text(String),
    /// Text of the model's reasoning, where the relay shows it.
    Reasoning(String),
    /// The relay's own count, usually once, near the end.
    Usage(Usage),
    /// The name of the model that answers, as the relay echoes it.
    Model(String),
    /// The mark by which the vendor tells one set-up of the model from another, where it gives one.
    Fingerprint(String),
    /// Why the answer ended.
    Finish(Finish),
}

/// Why an answer ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// It was complete.
    Stop,
    /// The limit of tokens was reached.
    Length,
    /// A filter of the vendor cut it.
    ContentFilter,
    /// The model wants a tool called.
    ToolCalls,
    /// A reason we have no word for, as the relay spells it.
    Other(String),
    /// The user stopped it.
    Cancelled,
    /// The stream ended without saying why.
    Cut,
}

impl Finish {
    /// From OpenAI's `finish_reason`.
    pub fn from_openai(reason: &str) -> Self {
        match reason {
            "stop" => Finish::Stop,
            "length" => Finish::Length,
            "content_filter" => Finish::ContentFilter,
            "tool_calls" | "function_call" => Finish::ToolCalls,
            other => Finish::Other(other.to_owned()),
        }
    }

    /// The word people see.
    pub fn word(&self) -> &str {
        match self {
            Finish::Stop => "stop",
            Finish::Length => "length",
            Finish::ContentFilter => "content filter",
            Finish::ToolCalls => "tool calls",
            Finish::Other(reason) => reason,
            Finish::Cancelled => "cancelled",
            Finish::Cut => "cut",
        }
    }
}
