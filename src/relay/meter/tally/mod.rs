//! What an answer says of itself as it passes: its text, its usage, its end, its errors.
//!
//! One for each answer, fed with the lines of a stream or with a whole document. It never changes what passes.

mod chat;
mod gemini;
mod messages;
mod pattern;
pub mod referable;
mod responses;

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;
use serde_json::value::RawValue;

use super::super::protocol::Protocol;
use super::text::each_text;
use crate::domain::Usage;
use crate::domain::count::TokenCounter;
use chat::Identity;
use pattern::{Pattern, Words};
use referable::Referable;

/// Text beyond this is counted as it passes instead of being kept.
const KEPT: usize = 4 * 1024 * 1024;

/// What is known of an answer so far.
#[derive(Default)]
pub struct Tally {
    /// The last usage the upstream reported.
    pub reported: Option<Usage>,
    /// What an answer that has not ended said of its usage: the prompt's part of it counts.
    pub begun_with: Usage,
    /// What the answer is written in.
    protocol: Protocol,
    /// What was generated, as far as it is kept.
    pub text: String,
    /// Whether the upstream said why it ended.
    pub finished: bool,
    /// The number of the last event, where they are numbered.
    pub sequence: Option<u64>,
    /// Whether something came that has no words: vectors, pictures.
    made: bool,
    /// What a later request could refer to, where the upstream keeps it.
    pub referable: Referable,
    beyond: TokenCounter,
    identity: Option<Identity>,
    pattern: Pattern,
    heard: Heard,
}

/// Tells none of its words.
impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tally")
            .field("protocol", &self.protocol)
            .field("reported", &self.reported)
            .field("finished", &self.finished)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

/// The words of one chunk.
#[derive(Clone, Copy, Debug, Default)]
enum Heard {
    #[default]
    Nothing,
    Once(Words),
    Often,
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

impl Tally {
    /// A tally for an answer in a protocol.
    pub fn of(protocol: Protocol) -> Self {
        Tally {
            protocol,
            ..Tally::default()
        }
    }

    /// The protocol of the answer.
    pub fn protocol(&self) -> Protocol {
        self.protocol
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
            if self.heralds_an_end(line) {
                return Seen::Herald;
            }
            let field = known.iter().any(|start| line.starts_with(start));
            return if field { Seen::Other } else { Seen::Foreign };
        };
        let data = data.trim_ascii();
        if data == b"[DONE]" {
            return Seen::Done;
        }
        if let Some(words) = self.pattern.words(data) {
            self.keep(words);
            return Seen::Part;
        }
        self.heard = Heard::Nothing;
        let seen = match self.protocol {
            Protocol::Chat | Protocol::Embeddings => chat::read(self, data, false),
            Protocol::Messages => messages::read(self, data),
            Protocol::Responses => responses::event(self, data),
            Protocol::Gemini => gemini::read(self, data),
        };
        match (&seen, self.heard) {
            (Some(Seen::Part), Heard::Once(words)) => self.pattern.learn(data, words),
            _ => self.pattern.forget(),
        }
        // What is no JSON is not ours to judge: it passes, and is not counted.
        seen.unwrap_or(Seen::Part)
    }

    /// Looks at a whole document. `None` when it is not an answer of this protocol at all.
    pub fn document(&mut self, text: &[u8]) -> Option<Seen> {
        // It has no chunks that would repeat whose they are.
        self.identity = Some(Identity::default());
        match self.protocol {
            Protocol::Chat | Protocol::Embeddings => chat::read(self, text, true),
            Protocol::Messages => messages::read(self, text),
            Protocol::Responses => responses::document(self, text),
            Protocol::Gemini => gemini::read(self, text),
        }
    }

    /// Whether a line names an event that must not pass before the money is settled.
    fn heralds_an_end(&self, line: &[u8]) -> bool {
        let name = line.strip_prefix(b"event:").map(<[u8]>::trim_ascii);
        match self.protocol {
            Protocol::Messages => matches!(name, Some(b"message_stop" | b"error")),
            Protocol::Responses => matches!(
                name,
                Some(
                    b"response.completed" | b"response.incomplete" | b"response.failed" | b"error"
                )
            ),
            Protocol::Chat | Protocol::Embeddings | Protocol::Gemini => false,
        }
    }

    fn words(&mut self, json: &str) {
        each_text(json, &mut |words| {
            self.heard = match self.heard {
                Heard::Nothing => Heard::Once(Words::of(words)),
                Heard::Once(_) | Heard::Often => Heard::Often,
            };
            self.keep(words);
        });
    }

    fn keep(&mut self, words: &str) {
        if self.text.len() + words.len() <= KEPT {
            self.text.push_str(words);
        } else {
            self.beyond.add(words);
        }
    }

    /// Whether nothing was generated or reported.
    pub fn is_empty(&self) -> bool {
        !self.made && self.text.is_empty() && self.reported.is_none_or(|usage| usage.output == 0)
    }

    /// The usage that stands for the whole answer. An answer that broke off may have told of its prompt alone; then its words
    /// have to be counted.
    pub fn told(&self) -> Option<Usage> {
        let prompt_only =
            |usage: &Usage| usage.output == 0 && !self.finished && !self.text.is_empty();
        self.reported.filter(|usage| !prompt_only(usage))
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

/// An error member, where there is one that says something.
fn error_of(member: Option<&RawValue>) -> Option<Value> {
    told(member).then(|| {
        let error = member.and_then(|raw| serde_json::from_str(raw.get()).ok());
        error.unwrap_or_default()
    })
}

/// Whether a member is there and not null.
fn told(member: Option<&RawValue>) -> bool {
    member.is_some_and(|raw| raw.get() != "null")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn an_answer_prints_none_of_its_words() {
        let mut tally = Tally::of(Protocol::Chat);
        let said =
            json!({"id": "secret", "choices": [{"index": 0, "message": {"content": "a secret"}}]});
        tally.document(said.to_string().as_bytes());
        assert_eq!(tally.text, "a secret");
        let printed = format!("{tally:?}");
        assert!(printed.contains("bytes: 8") && !printed.contains("secret"));
    }

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
        let answer = json!({"choices": [{
            "message": {"content": "Hi", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]},
            "finish_reason": "stop",
        }]});
        let document = |usage: Value| {
            let mut answer = answer.clone();
            answer["usage"] = usage;
            answer.to_string()
        };
        let untold = document(json!({"prompt_tokens": 1, "completion_tokens": 0}));
        assert_eq!(tally.document(untold.as_bytes()), Some(Seen::Part));
        assert_eq!((tally.text.as_str(), tally.is_empty()), ("Hif{}", false));
        let mut tally = Tally::default();
        let told = document(json!({"prompt_tokens": 1, "completion_tokens": 1}));
        assert_eq!(tally.document(told.as_bytes()), Some(Seen::Part));
        let why = "nobody has to count what the usage tells";
        assert_eq!(
            (tally.text.as_str(), tally.is_empty()),
            ("", false),
            "{why}"
        );
        assert_eq!(Tally::default().document(b"<html>"), None);
    }

    #[test]
    fn an_answer_that_broke_off_and_told_of_its_prompt_alone_has_to_be_counted() {
        let chunk = |text: &str, end: Value| {
            json!({"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": end}],
            "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9}})
        };
        let mut tally = Tally::of(Protocol::Gemini);
        for words in ["one", "two"] {
            tally.line(format!("data: {}", chunk(words, Value::Null)).as_bytes());
        }
        assert_eq!((tally.told(), tally.is_empty()), (None, false));
        assert_eq!(tally.reported.map(|usage| usage.input), Some(9));
        tally.line(format!("data: {}", chunk("three", json!("STOP"))).as_bytes());
        assert_eq!(tally.told(), tally.reported, "at its end a report is one");
    }

    #[test]
    fn words_beside_a_usage_that_nobody_can_read_are_counted() {
        for usage in [
            r#"{"prompt_tokens":1e999}"#,
            r#"{"completion_tokens":"\ud800"}"#,
        ] {
            let mut tally = Tally::default();
            let choice = r#"{"delta":{"content":"Hello"},"finish_reason":"stop"}"#;
            let line = format!(r#"data: {{"choices":[{choice}],"usage":{usage}}}"#);
            assert_eq!(tally.line(line.as_bytes()), Seen::Part);
            assert_eq!(
                (tally.text.as_str(), tally.finished),
                ("Hello", true),
                "{usage}"
            );
            let alone = format!(r#"data: {{"choices":[],"usage":{usage}}}"#);
            assert_eq!(tally.line(alone.as_bytes()), Seen::UsageOnly);
            assert_eq!(tally.reported, None);
        }
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
        fn chunks_that_look_alike_are_read_as_if_each_were_the_first(words in prop::collection::vec(prop_oneof![
            3 => "[a-z 语\u{301}]{0,8}", 1 => ".{0,8}", 1 => Just("\u{7}".to_owned())
        ], 1..12), written in 0_usize..3) {
            let chunk = |words: &str| match written {
                0 => json!({"choices": [{"delta": {"content": words}, "finish_reason": null}]}),
                1 => json!({"choices": [{"delta": {"content": words, "reasoning": words}}]}),
                _ => json!({"choices": [{"delta": {"content": words}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}),
            };
            let (mut known, mut text) = (Tally::default(), String::new());
            for words in &words {
                let line = format!("data: {}", chunk(words));
                let mut new = Tally::default();
                prop_assert_eq!(known.line(line.as_bytes()), new.line(line.as_bytes()));
                text.push_str(&new.text);
                prop_assert_eq!((known.finished, known.reported), (new.finished, new.reported));
            }
            prop_assert_eq!(known.text, text);
        }

        #[test]
        fn no_line_makes_it_panic(line in prop::collection::vec(any::<u8>(), 0..200), prefix in prop_oneof![Just(""), Just("data: "), Just("data: {\"choices\":[")]) {
            let mut text = prefix.as_bytes().to_vec();
            text.extend(line);
            Tally::default().line(&text);
        }
    }
}
