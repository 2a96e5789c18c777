//! Reads the answer of a chat upstream: its chunks, or its whole document, which differ by one name only.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::lenient::{Count, Text, mended, object};
use super::{CallPart, Counts, Finish, Heard, Part};
use crate::relay::translate::Trouble;
use crate::relay::translate::recall::Recall;
use crate::relay::translate::stream::Step;
use crate::wire::openai_chat;

/// A chunk of a stream, or a whole answer.
#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    choices: Option<Vec<Choice<'a>>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(default)]
    index: Count,
    #[serde(borrow, default)]
    delta: Option<Said<'a>>,
    #[serde(borrow, default)]
    message: Option<Said<'a>>,
    #[serde(borrow, default)]
    finish_reason: Text<'a>,
    /// Some servers tell here which text ended the answer.
    #[serde(borrow, default)]
    stop_reason: Text<'a>,
}

#[derive(Deserialize)]
struct Said<'a> {
    #[serde(borrow, default)]
    content: Text<'a>,
    #[serde(borrow, default)]
    reasoning_content: Text<'a>,
    #[serde(borrow, default)]
    reasoning: Text<'a>,
    #[serde(borrow, default)]
    refusal: Text<'a>,
    #[serde(borrow, default)]
    tool_calls: Option<Vec<Call<'a>>>,
    #[serde(borrow, default)]
    function_call: Option<Function<'a>>,
}

#[derive(Deserialize)]
struct Call<'a> {
    #[serde(default)]
    index: Count,
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    function: Option<Function<'a>>,
}

#[derive(Default, Deserialize)]
struct Function<'a> {
    #[serde(borrow, default)]
    name: Text<'a>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
}

/// What must be known between two chunks.
#[derive(Debug, Default)]
pub(in crate::relay::translate) struct ChatReader {
    /// Key of the call that was spoken of last, for servers that send no index.
    last_call: Option<u64>,
}

impl ChatReader {
    /// Reads the data of one event.
    ///
    /// # Errors
    /// When it is an error, or no chunk.
    pub fn read(
        &mut self,
        data: &str,
        recall: &Recall,
        heard: &mut Heard,
        sink: &mut dyn FnMut(Part<'_>),
    ) -> Result<Step, Trouble> {
        let data = data.trim();
        if data.is_empty() {
            return Ok(Step::Nothing);
        }
        if data.starts_with("[DONE]") {
            return Ok(Step::Done);
        }
        let mend;
        let chunk: Chunk<'_> = match object(data) {
            Some(chunk) => chunk,
            None => {
                mend = mended(data).unwrap_or_default();
                object(&mend).ok_or_else(|| {
                    Trouble::garbage("something that is no chunk of a chat answer")
                })?
            }
        };
        self.take(chunk, data, recall, heard, sink)?;
        Ok(Step::Heard)
    }

    /// Reads a whole answer.
    ///
    /// # Errors
    /// When it is an error, no chat answer, or one without a choice.
    pub fn whole(
        body: &str,
        recall: &Recall,
        heard: &mut Heard,
        sink: &mut dyn FnMut(Part<'_>),
    ) -> Result<(), Trouble> {
        let body = body.trim();
        if body.is_empty() {
            return Err(Trouble::empty());
        }
        let chunk: Chunk<'_> =
            object(body).ok_or_else(|| Trouble::garbage("something that is no chat answer"))?;
        let chosen = chunk
            .choices
            .as_ref()
            .is_some_and(|choices| !choices.is_empty());
        ChatReader::default().take(chunk, body, recall, heard, sink)?;
        match chosen {
            true => Ok(()),
            false => Err(Trouble::empty()),
        }
    }

    fn take(
        &mut self,
        chunk: Chunk<'_>,
        data: &str,
        recall: &Recall,
        heard: &mut Heard,
        sink: &mut dyn FnMut(Part<'_>),
    ) -> Result<(), Trouble> {
        if chunk
            .error
            .is_some_and(|error| means_something(error.get()))
            || chunk.choices.is_none() && chunk.usage.is_none() && is_error(data)
        {
            return Err(Trouble::read_late(data.as_bytes()));
        }
        if let Some(counts) = chunk.usage.and_then(|usage| counts(usage.get())) {
            heard.counts = Some(counts);
        }
        let choices = chunk.choices.unwrap_or_default();
        // One choice is asked for; should a server send several, the first is the answer.
        let Some(choice) = choices
            .into_iter()
            .find(|choice| choice.index.0.unwrap_or(0) == 0)
        else {
            return Ok(());
        };
        let mut give = |part: Part<'_>| {
            heard.note(&part);
            sink(part);
        };
        if let Some(said) = choice.delta.or(choice.message) {
            let thought = match said.reasoning_content.is_empty() {
                true => &said.reasoning,
                false => &said.reasoning_content,
            };
            if !thought.is_empty() {
                give(Part::Thinking(thought));
            }
            if !said.content.is_empty() {
                give(Part::Text(&said.content));
            }
            if !said.refusal.is_empty() {
                give(Part::Refusal(&said.refusal));
            }
            for call in said.tool_calls.unwrap_or_default() {
                let key = self.key(&call);
                let function = call.function.unwrap_or_default();
                give_call(key, &call.id, &function, recall, &mut give);
            }
            if let Some(function) = said.function_call {
                give_call(u64::MAX, "", &function, recall, &mut give);
            }
        }
        if let Some(finish) = finish(&choice.finish_reason) {
            heard.finish = Some(finish);
        }
        if recall.stops.iter().any(|stop| *stop == *choice.stop_reason) {
            heard.finish = Some(Finish::StopText);
            heard.stop_text = Some(choice.stop_reason.0.into_owned());
        }
        Ok(())
    }

    /// Which call a piece belongs to. Without an index, a piece with a name begins one and others go on with the last.
    fn key(&mut self, call: &Call<'_>) -> u64 {
        let named = call
            .function
            .as_ref()
            .is_some_and(|function| !function.name.is_empty());
        let key = match (call.index.0, self.last_call) {
            (Some(index), _) => index,
            (None, None) => 0,
            (None, Some(last)) if named => last.saturating_add(1),
            (None, Some(last)) => last,
        };
        self.last_call = Some(key);
        key
    }
}

fn give_call(
    key: u64,
    id: &str,
    function: &Function<'_>,
    recall: &Recall,
    give: &mut dyn FnMut(Part<'_>),
) {
    let raw = function.arguments.map_or("", RawValue::get);
    // Arguments are JSON in a text; some servers send the object itself.
    let text: Text<'_> = match raw.starts_with('"') {
        true => serde_json::from_str(raw).unwrap_or_default(),
        false => Text(raw.into()),
    };
    give(Part::Call(CallPart {
        key,
        id,
        name: recall.own_name(&function.name),
        arguments: &text,
    }));
}

fn finish(word: &str) -> Option<Finish> {
    Some(match word {
        "" => return None,
        "length" | "max_tokens" => Finish::Length,
        "tool_calls" | "function_call" => Finish::Calls,
        "content_filter" => Finish::Refused,
        _ => Finish::Stop,
    })
}

fn counts(usage: &str) -> Option<Counts> {
    let value: Value = serde_json::from_str(usage).ok()?;
    let reasoning = value
        .pointer("/completion_tokens_details/reasoning_tokens")
        .and_then(Value::as_u64);
    openai_chat::usage(&value).map(|usage| Counts { usage, reasoning })
}

/// Whether an `error` member holds an error: some servers send an empty one beside every chunk.
fn means_something(error: &str) -> bool {
    !matches!(error.trim(), "{}" | "\"\"" | "false" | "[]")
}

/// Whether a document without choices and usage is an error in some server's own shape.
fn is_error(data: &str) -> bool {
    serde_json::from_str::<Value>(data).is_ok_and(|value| {
        !value.is_object()
            || value.get("success") == Some(&Value::Bool(false))
            || ["object", "type"]
                .iter()
                .any(|name| value.get(name).is_some_and(|kind| kind == "error"))
            || value.get("detail").is_some()
    })
}
