//! Reads the body of a chat completion request, as far as a built-in model cares, and refuses what it cannot mean.

use serde_json::{Map, Value};

use super::BuiltinModel;
use super::refusal::Refusal;
use crate::domain::count::count_prompt;

/// Longest list of stop texts; OpenAI's own limit.
const MOST_STOPS: usize = 4;

/// A request for one answer.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    /// The model that is asked.
    pub model: &'static BuiltinModel,
    /// The conversation; never empty.
    pub messages: Vec<Message>,
    /// Whether the answer is wanted as a stream of events.
    pub stream: bool,
    /// Whether a stream ends with a chunk that holds the usage.
    pub usage_chunk: bool,
    /// At most so many pieces in the answer.
    pub limit: Option<u64>,
    /// Texts that end the answer; they are not part of it.
    pub stops: Vec<String>,
    /// Tokens of the prompt by our count.
    pub prompt_tokens: u64,
}

/// One message of the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    pub speaker: Speaker,
    pub text: String,
}

/// Who said something, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    /// `system` or `developer`.
    Instructions,
    /// `user`.
    User,
    /// `assistant`, `tool` and `function`: what the conversation already holds.
    Other,
}

impl Ask {
    /// Reads the members that matter; all others are left alone, as OpenAI-compatible servers do.
    ///
    /// # Errors
    /// A refusal that names the member and says what it must be.
    pub fn read(model: &'static BuiltinModel, body: &Map<String, Value>) -> Result<Self, Refusal> {
        let messages = match given(body, "messages") {
            None => return Err(Refusal::bad("messages", "field messages is required")),
            Some(Value::Array(list)) if list.is_empty() => {
                return Err(Refusal::bad("messages", "messages must not be empty"));
            }
            Some(Value::Array(list)) => list
                .iter()
                .enumerate()
                .map(|(at, message)| read_message(at, message, model.name))
                .collect::<Result<Vec<_>, _>>()?,
            Some(_) => {
                return Err(Refusal::bad("messages", "messages must be a list"));
            }
        };
        if given(body, "n").is_some_and(|n| n.as_u64() != Some(1)) {
            let text = format!("{} gives one answer a request: n must be 1", model.name);
            return Err(Refusal::bad("n", text));
        }
        let prompt_tokens = count_prompt(messages.iter().map(|message| message.text.as_str()));
        if prompt_tokens > model.context {
            let text = format!(
                "{} reads at most {} tokens; the messages hold {prompt_tokens}",
                model.name, model.context
            );
            return Err(Refusal::bad("messages", text).coded("context_length_exceeded"));
        }
        let usage_chunk = match given(body, "stream_options") {
            None => false,
            Some(Value::Object(options)) => flag(options, "include_usage")?,
            Some(_) => {
                return Err(Refusal::bad(
                    "stream_options",
                    "stream_options must be an object",
                ));
            }
        };
        Ok(Ask {
            model,
            messages,
            stream: flag(body, "stream")?,
            usage_chunk,
            limit: limit(body)?,
            stops: stops(body)?,
            prompt_tokens,
        })
    }

    /// What the user said last; empty when the user said nothing.
    pub fn question(&self) -> &str {
        self.questions().next().unwrap_or("")
    }

    /// What the user said, the last first.
    pub fn questions(&self) -> impl Iterator<Item = &str> {
        self.messages
            .iter()
            .rev()
            .filter(|message| message.speaker == Speaker::User)
            .map(|message| message.text.as_str())
    }
}

/// A member that is there and not null: programs write null for *not given*.
fn given<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    body.get(name).filter(|value| !value.is_null())
}

fn flag(body: &Map<String, Value>, name: &str) -> Result<bool, Refusal> {
    match given(body, name) {
        None => Ok(false),
        Some(Value::Bool(on)) => Ok(*on),
        Some(_) => Err(Refusal::bad(
            name,
            format!("{name} must be true or false, without quotes"),
        )),
    }
}

/// `max_completion_tokens`, or `max_tokens` as it used to be called; the smaller where both are given.
fn limit(body: &Map<String, Value>) -> Result<Option<u64>, Refusal> {
    let mut limit = None;
    for name in ["max_tokens", "max_completion_tokens"] {
        let Some(value) = given(body, name) else {
            continue;
        };
        match value.as_u64() {
            Some(tokens @ 1..) => {
                limit = Some(limit.map_or(tokens, |other: u64| other.min(tokens)));
            }
            _ => {
                let text = format!("{name} must be a whole number of at least 1");
                return Err(Refusal::bad(name, text));
            }
        }
    }
    Ok(limit)
}

fn stops(body: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    let wrong = || Refusal::bad("stop", "stop must be a text or a list of up to 4 texts");
    let stops = match given(body, "stop") {
        None => Vec::new(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(list)) if list.len() <= MOST_STOPS => list
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong))
            .collect::<Result<_, _>>()?,
        Some(_) => return Err(wrong()),
    };
    // An empty text would end every answer before it began.
    Ok(stops.into_iter().filter(|text| !text.is_empty()).collect())
}

fn read_message(at: usize, message: &Value, model: &str) -> Result<Message, Refusal> {
    let place = format!("messages[{at}]");
    let Some(message) = message.as_object() else {
        return Err(Refusal::bad(&place, format!("{place} must be an object")));
    };
    let speaker = match message.get("role").and_then(Value::as_str) {
        Some("system" | "developer") => Speaker::Instructions,
        Some("user") => Speaker::User,
        Some("assistant" | "tool" | "function") => Speaker::Other,
        Some(other) => {
            let text = format!(
                "{place}.role is {other:?}; it must be system, developer, user, assistant or tool"
            );
            return Err(Refusal::bad(format!("{place}.role"), text));
        }
        None => {
            let text = format!("{place}.role is missing; it is a text such as user");
            return Err(Refusal::bad(format!("{place}.role"), text));
        }
    };
    let text = match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => read_parts(&place, parts, model)?,
        // An assistant that called a tool has said nothing.
        None | Some(Value::Null) if speaker == Speaker::Other => String::new(),
        _ => {
            let text = format!("{place}.content must be a text or a list of parts");
            return Err(Refusal::bad(format!("{place}.content"), text));
        }
    };
    Ok(Message { speaker, text })
}

/// The text of a message that is given in parts, one line break between them.
fn read_parts(place: &str, parts: &[Value], model: &str) -> Result<String, Refusal> {
    let mut whole = String::new();
    for (at, part) in parts.iter().enumerate() {
        let place = format!("{place}.content[{at}]");
        let kind = part.get("type").and_then(Value::as_str);
        let text = match kind {
            Some("text" | "input_text" | "output_text" | "refusal") => part
                .get("text")
                .or_else(|| part.get("refusal"))
                .and_then(Value::as_str),
            Some(other) => {
                let text = format!("{model} reads text only; {place} is of type {other:?}");
                return Err(Refusal::bad(place, text));
            }
            None => None,
        };
        let Some(text) = text else {
            let text = format!("{place} must be like {{\"type\":\"text\",\"text\":\"…\"}}");
            return Err(Refusal::bad(place, text));
        };
        if at > 0 {
            whole.push('\n');
        }
        whole.push_str(text);
    }
    Ok(whole)
}
