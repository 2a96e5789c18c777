//! What an answer says of itself as it passes: its text, its usage, its end, its errors.
//!
//! One for each answer, fed with the lines of a stream or with a whole document. It never changes what passes.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::super::translate::Dialect;
use super::text::each_text;
use super::usage;
use crate::domain::Usage;
use crate::domain::count::TokenCounter;

/// Text beyond this is counted as it passes instead of being kept.
const KEPT: usize = 4 * 1024 * 1024;

/// What is known of an answer so far.
#[derive(Debug, Default)]
pub struct Tally {
    /// The last usage the upstream reported.
    pub reported: Option<Usage>,
    /// What an answer that has not ended said of its usage: the prompt's part of it counts.
    pub begun_with: Usage,
    /// Whether the events are Anthropic's.
    messages: bool,
    /// What was generated, as far as it is kept.
    pub text: String,
    /// Whether the upstream said why it ended.
    pub finished: bool,
    beyond: TokenCounter,
    identity: Option<Identity>,
}

/// The members every chunk of one stream repeats, as JSON.
#[derive(Clone, Debug, Default)]
struct Identity {
    id: Option<String>,
    created: Option<String>,
    model: Option<String>,
}

/// What a line of a stream is.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// The name of an event that ends the answer.
    Herald,
    /// The empty line that ends an event.
    Blank,
    /// A comment, or a field other than `data`.
    Other,
    /// A part of the answer.
    Part,
    /// Usage, and nothing else: what a client that did not ask does not expect.
    UsageOnly,
    /// `[DONE]`, or what stands for it.
    Done,
    /// The upstream's error, in the middle of a stream.
    Error(Value),
    /// No line of an event stream at all.
    Foreign,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    created: Option<&'a RawValue>,
    model: Option<&'a RawValue>,
    choices: Option<Vec<Choice<'a>>>,
    usage: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    delta: Option<&'a RawValue>,
    message: Option<&'a RawValue>,
    finish_reason: Option<&'a RawValue>,
}

/// An event of Anthropic's dialect, or a whole answer.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    content_block: Option<&'a RawValue>,
    content: Option<&'a RawValue>,
    delta: Option<&'a RawValue>,
    stop_reason: Option<&'a RawValue>,
    usage: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
}

impl Tally {
    /// A tally for an answer in a dialect.
    pub fn of(dialect: Dialect) -> Self {
        Tally {
            messages: dialect == Dialect::Messages,
            ..Tally::default()
        }
    }

    /// The dialect of the answer.
    pub fn dialect(&self) -> Dialect {
        if self.messages {
            Dialect::Messages
        } else {
            Dialect::Chat
        }
    }

    /// Looks at one line of a stream, with or without its end.
    pub fn line(&mut self, line: &[u8]) -> Seen {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if line.is_empty() {
            return Seen::Blank;
        }
        let Some(data) = line.strip_prefix(b"data:") else {
            let known = [b":".as_slice(), b"event:", b"id:", b"retry:"];
            if self.messages && ends_an_answer(line) {
                return Seen::Herald;
            }
            let field = known.iter().any(|start| line.starts_with(start));
            return if field { Seen::Other } else { Seen::Foreign };
        };
        let data = data.trim_ascii();
        if data == b"[DONE]" {
            return Seen::Done;
        }
        if self.messages {
            let event = serde_json::from_slice::<Event<'_>>(data);
            return event.map_or(Seen::Part, |event| self.event(&event));
        }
        match serde_json::from_slice::<Body<'_>>(data) {
            Ok(body) => self.body(&body),
            // Not ours to judge: it passes, and is not counted.
            Err(_) => Seen::Part,
        }
    }

    /// Looks at a whole document. `None` when it is not an answer of this dialect at all.
    pub fn document(&mut self, text: &[u8]) -> Option<Seen> {
        if self.messages {
            let whole: Event<'_> = serde_json::from_slice(text).ok()?;
            return Some(self.event(&whole));
        }
        let body: Body<'_> = serde_json::from_slice(text).ok()?;
        Some(self.body(&body))
    }

    fn body(&mut self, body: &Body<'_>) -> Seen {
        if let Some(error) = body.error.filter(|error| error.get() != "null") {
            return Seen::Error(serde_json::from_str(error.get()).unwrap_or_default());
        }
        if self.identity.is_none() {
            let own = |raw: Option<&RawValue>| raw.map(|raw| raw.get().to_owned());
            self.identity = Some(Identity {
                id: own(body.id),
                created: own(body.created),
                model: own(body.model),
            });
        }
        let usage = body.usage.and_then(|raw| usage::read(raw.get()));
        let choices = body.choices.as_deref().unwrap_or_default();
        for choice in choices {
            for words in [choice.delta, choice.message].into_iter().flatten() {
                self.words(words.get());
            }
            self.finished |= choice
                .finish_reason
                .is_some_and(|reason| reason.get() != "null");
        }
        let only = choices.is_empty() && body.usage.is_some_and(|raw| raw.get() != "null");
        self.reported = usage.or(self.reported);
        if only { Seen::UsageOnly } else { Seen::Part }
    }

    fn event(&mut self, event: &Event<'_>) -> Seen {
        if let Some(error) = event.error.filter(|error| error.get() != "null") {
            return Seen::Error(serde_json::from_str(error.get()).unwrap_or_default());
        }
        match event.kind.as_deref().unwrap_or_default() {
            "message_stop" => return Seen::Done,
            "ping" => return Seen::Other,
            "message_start" => {
                let message = event.message.map(|message| message.get());
                let message = message.and_then(|text| serde_json::from_str::<Event<'_>>(text).ok());
                if let Some(usage) = message.and_then(|message| message.usage) {
                    // Its output is a placeholder; the end of the answer has the true one.
                    usage::read_messages(usage.get(), &mut self.begun_with);
                }
                return Seen::Part;
            }
            _ => {}
        }
        let words = [event.content_block, event.delta, event.content];
        for words in words.into_iter().flatten() {
            self.words(words.get());
        }
        let told = |raw: Option<&RawValue>| raw.is_some_and(|raw| raw.get() != "null");
        let inner = event.delta.map(|delta| delta.get());
        let inner = inner.and_then(|text| serde_json::from_str::<Event<'_>>(text).ok());
        self.finished |=
            told(event.stop_reason) || inner.is_some_and(|delta| told(delta.stop_reason));
        if let Some(usage) = event.usage
            && usage::read_messages(usage.get(), &mut self.begun_with)
            && !self.begun_with.is_empty()
        {
            self.reported = Some(self.begun_with);
        }
        Seen::Part
    }

    fn words(&mut self, json: &str) {
        each_text(json, &mut |words| {
            if self.text.len() + words.len() <= KEPT {
                self.text.push_str(words);
            } else {
                self.beyond.add(words);
            }
        });
    }

    /// Whether anything was generated or reported.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.reported.is_none_or(|usage| usage.output == 0)
    }

    /// Tokens of the text that was not kept.
    pub fn beyond(&self) -> u64 {
        self.beyond.tokens()
    }

    /// The head of a usage chunk as the upstream would have sent it, up to the value of `usage`; a brace and an empty
    /// line end it.
    pub fn usage_chunk_head(&self) -> String {
        let identity = self.identity.clone().unwrap_or_default();
        let or = |json: Option<String>, instead: &'static str| {
            json.map_or(Cow::Borrowed(instead), Cow::Owned)
        };
        format!(
            "data: {{\"id\":{},\"object\":\"chat.completion.chunk\",\"created\":{},\"model\":{},\"choices\":[],\"usage\":",
            or(identity.id, "\"\""),
            or(identity.created, "0"),
            or(identity.model, "\"\""),
        )
    }
}

/// Whether a line names an event that must not pass before the money is settled.
fn ends_an_answer(line: &[u8]) -> bool {
    let name = line.strip_prefix(b"event:").map(<[u8]>::trim_ascii);
    matches!(name, Some(b"message_stop" | b"error"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_stream_is_read_line_by_line() {
        let mut tally = Tally::default();
        let mut seen = Vec::new();
        for line in [
            ": hello",
            r#"data: {"id":"c1","created":7,"model":"m","choices":[{"delta":{"role":"assistant","content":""}}]}"#,
            "",
            "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}],\"usage\":null}\r\n",
            r#"data:{"choices":[{"delta":{"content":"lo","reasoning_content":"hm"},"finish_reason":"stop"}]}"#,
            r#"data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#,
            "data: [DONE]",
        ] {
            seen.push(tally.line(line.as_bytes()));
        }
        assert_eq!(
            seen,
            [
                Seen::Other,
                Seen::Part,
                Seen::Blank,
                Seen::Part,
                Seen::Part,
                Seen::UsageOnly,
                Seen::Done
            ]
        );
        assert_eq!(tally.text, "Hellohm");
        assert!(tally.finished);
        assert_eq!(tally.reported.map(|usage| usage.prompt()), Some(3));
        let chunk = format!("{}null}}", tally.usage_chunk_head());
        let chunk: Value = serde_json::from_str(chunk.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(
            (&chunk["id"], &chunk["created"], &chunk["model"]),
            (&json!("c1"), &json!(7), &json!("m"))
        );
    }

    #[test]
    fn errors_and_foreign_lines_are_told_apart_from_parts() {
        let mut tally = Tally::default();
        assert_eq!(
            tally.line(br#"data: {"error":{"message":"overloaded","code":503}}"#),
            Seen::Error(json!({"message": "overloaded", "code": 503}))
        );
        assert_eq!(tally.line(b"<html>"), Seen::Foreign);
        assert_eq!(tally.line(b"{\"id\":1}"), Seen::Foreign);
        assert_eq!(tally.line(b"data: not json"), Seen::Part);
        assert!(tally.is_empty());
    }

    #[test]
    fn a_document_is_read_as_a_whole() {
        let mut tally = Tally::default();
        let text = br#"{"choices":[{"message":{"content":"Hi","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#;
        assert_eq!(tally.document(text), Some(Seen::Part));
        assert_eq!(tally.text, "Hif{}");
        assert_eq!(Tally::default().document(b"<html>"), None);
    }

    #[test]
    fn text_beyond_what_is_kept_is_still_counted() {
        let mut tally = Tally::default();
        let words = "word ".repeat(10_000);
        let line = format!(
            "data: {}",
            json!({"choices": [{"delta": {"content": words}}]})
        );
        for _ in 0..100 {
            tally.line(line.as_bytes());
        }
        assert!(tally.text.len() <= KEPT && tally.beyond() > 100_000);
    }

    proptest! {
        #[test]
        fn no_line_makes_it_panic(line in prop::collection::vec(any::<u8>(), 0..200), prefix in prop_oneof![Just(""), Just("data: "), Just("data: {\"choices\":[")]) {
            let mut text = prefix.as_bytes().to_vec();
            text.extend(line);
            Tally::default().line(&text);
        }
    }
}
