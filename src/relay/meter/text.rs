//! The words in a JSON message: what a model reads or writes, without names of members, images or sounds.

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess};
use serde_json::value::RawValue;

use super::super::inference::body::{Members, Name};
use super::super::protocol::Protocol;
use crate::domain::count::TokenCounter;
use crate::wire::takes::{Takes, Taking};

/// Whether a member of this name holds words, or holds something that holds words.
fn is_wordy(name: &str) -> bool {
    matches!(
        name,
        "content"
            | "text"
            | "arguments"
            | "name"
            | "function"
            | "tool_calls"
            | "thinking"
            | "reasoning"
            | "reasoning_content"
            | "refusal"
            | "delta"
            | "partial_json"
            | "summary"
            | "parts"
            | "functionCall"
            // What a tool of Responses is given, and what it gave.
            | "input"
            | "output"
    )
}

/// Hands every text in this JSON to `sink`. What is not JSON, or is nested too deeply, ends it early.
pub fn each_text(json: &str, sink: &mut dyn FnMut(&str)) {
    let mut reader = serde_json::Deserializer::from_str(json);
    // Whatever was handed over before the trouble stands.
    let _ = Taking(Texts(sink)).deserialize(&mut reader);
}

/// A request's prompt, as its protocol spells it: what is said, what is said before it, and the tools.
pub struct Prompt<'a> {
    turns: Option<&'a RawValue>,
    system: Option<&'a RawValue>,
    tools: Option<&'a RawValue>,
    /// A conversation is framed; a text that becomes a vector is not.
    framed: bool,
}

impl<'a> Prompt<'a> {
    /// The prompt among a body's members.
    pub fn of(protocol: Protocol, body: &Members<'a>) -> Self {
        let (turns, system) = match protocol {
            Protocol::Chat => (body.get("messages"), None),
            Protocol::Messages => (body.get("messages"), body.get("system")),
            Protocol::Responses => (body.get("input"), body.get("instructions")),
            Protocol::Embeddings => (body.get("input"), None),
            Protocol::Gemini => (
                // Embeddings have one content, or a list of requests with one each.
                ["contents", "content", "requests"]
                    .into_iter()
                    .find_map(|name| body.get(name)),
                body.get("systemInstruction")
                    .or(body.get("system_instruction")),
            ),
        };
        Prompt {
            turns,
            system,
            tools: body.get("tools"),
            framed: protocol != Protocol::Embeddings,
        }
    }

    /// Its tokens by a way to count texts.
    pub fn tokens(&self, mut count: impl FnMut(&str) -> u64) -> u64 {
        let (mut tokens, mut turns) = (0, 0);
        match self.turns {
            Some(list) if self.framed => {
                turns = each_turn(list, &mut |text| tokens += count(text));
            }
            // Who embeds may send tokens instead of texts: a list of numbers, or one of its numbers.
            Some(list) => {
                for item in items(list) {
                    let mut texts = 0_u64;
                    each_text(item.get(), &mut |text| {
                        texts += 1;
                        tokens += count(text);
                    });
                    if texts == 0 {
                        tokens +=
                            1 + item.get().bytes().filter(|byte| *byte == b',').count() as u64;
                    }
                }
            }
            None => {}
        }
        if let Some(system) = self.system {
            each_text(system.get(), &mut |text| tokens += count(text));
        }
        let tools = self.tools.map_or(0, |tools| count(tools.get()));
        // The tokens that frame its turns, as the vendors' chat formats have it.
        let framing = if self.framed { turns * 4 + 3 } else { 0 };
        tokens + tools + framing
    }

    /// The light count, for the estimate before it is sent.
    pub fn light(&self) -> u64 {
        let mut counter = TokenCounter::default();
        let rest = self.tokens(|text| {
            counter.add(text);
            counter.add("\n");
            0
        });
        counter.tokens() + rest
    }
}

/// Hands every text of a list's items to `sink`; how many items there are. What is no list is one item.
fn each_turn(list: &RawValue, sink: &mut dyn FnMut(&str)) -> u64 {
    let mut reader = serde_json::Deserializer::from_str(list.get());
    let mut read = 0;
    let turns = Turns {
        sink,
        read: &mut read,
    };
    if Taking(turns).deserialize(&mut reader).is_ok() {
        return read as u64;
    }
    // One is nested too deeply, and what was handed over of it stands; those behind it need not be.
    let items = items(list);
    for item in items.iter().skip(read + 1) {
        each_text(item.get(), sink);
    }
    items.len() as u64
}

/// The items of a list; what is none stands for itself.
fn items(json: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(json.get()).unwrap_or_else(|_| vec![json])
}

struct Turns<'s> {
    sink: &'s mut dyn FnMut(&str),
    /// Items that were read to their end.
    read: &'s mut usize,
}

impl<'de> Takes<'de> for Turns<'_> {
    type Taken = ();

    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Taking(Texts(self.sink)))?.is_some() {
            *self.read += 1;
        }
        Ok(())
    }

    fn members<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        *self.read = 1;
        Texts(self.sink).members(members)
    }

    fn text(self, text: &str) {
        *self.read = 1;
        (self.sink)(text);
    }
}

struct Texts<'s>(&'s mut dyn FnMut(&str));

impl<'de> Takes<'de> for Texts<'_> {
    type Taken = ();

    fn text(self, text: &str) {
        (self.0)(text);
    }

    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Taking(Texts(self.0)))?.is_some() {}
        Ok(())
    }

    fn members<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key_seed(Name)? {
            if is_wordy(&name) {
                members.next_value_seed(Taking(Texts(self.0)))?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(json: &str) -> Vec<String> {
        let mut found = Vec::new();
        each_text(json, &mut |text| found.push(text.to_owned()));
        found
    }

    #[test]
    fn words_are_found_and_pictures_are_not() {
        let json = r#"{"role":"user","content":[{"type":"text","text":"what\u0020is this?"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}"#;
        assert_eq!(texts(json), ["what is this?"]);
        let call = r#"{"role":"assistant","content":null,"tool_calls":[{"id":"x","function":{"name":"add","arguments":"{\"a\":1}"}}]}"#;
        assert_eq!(texts(call), ["add", "{\"a\":1}"]);
    }

    fn light(protocol: Protocol, body: &str) -> u64 {
        Prompt::of(protocol, &Members::read(body.as_bytes()).unwrap()).light()
    }

    #[test]
    fn a_prompt_without_messages_still_has_a_size() {
        assert_eq!(light(Protocol::Chat, "{}"), 3);
        assert_eq!(light(Protocol::Embeddings, "{}"), 0);
    }

    #[test]
    fn every_protocol_spells_its_prompt_in_its_own_way() {
        let words = "one two three four five six";
        let chat = light(
            Protocol::Chat,
            &format!(r#"{{"messages":[{{"role":"user","content":"{words}"}}]}}"#),
        );
        for (protocol, body) in [
            (Protocol::Responses, format!(r#"{{"input":"{words}"}}"#)),
            (
                Protocol::Gemini,
                format!(r#"{{"contents":[{{"role":"user","parts":[{{"text":"{words}"}}]}}]}}"#),
            ),
            (
                Protocol::Messages,
                format!(
                    r#"{{"messages":[{{"role":"user","content":[{{"type":"text","text":"{words}"}}]}}]}}"#
                ),
            ),
        ] {
            assert_eq!(light(protocol, &body), chat, "{body}");
        }
        let framing = 4 + 3;
        let embedded = light(Protocol::Embeddings, &format!(r#"{{"input":["{words}"]}}"#));
        assert_eq!(embedded, chat - framing);
        let twice = format!(r#"{{"input":"{words}","instructions":"{words}"}}"#);
        assert!(light(Protocol::Responses, &twice) > chat);
    }

    #[test]
    fn what_tools_were_given_and_gave_is_part_of_a_prompt() {
        let words = "one two three four five six";
        for item in [
            format!(r#"{{"type":"function_call_output","call_id":"c","output":"{words}"}}"#),
            format!(r#"{{"type":"custom_tool_call","call_id":"c","name":"","input":"{words}"}}"#),
        ] {
            let items =
                |items: &str| light(Protocol::Responses, &format!(r#"{{"input":[{items}]}}"#));
            assert!(items(&item) >= items("{}") + 6, "{item}");
        }
    }

    #[test]
    fn tokens_that_are_sent_as_numbers_are_counted() {
        for (input, tokens) in [("[1,2,3]", 3), ("[[1,2],[3]]", 3), ("\"\"", 1)] {
            let body = format!(r#"{{"input":{input}}}"#);
            assert!(
                light(Protocol::Embeddings, &body).abs_diff(tokens) <= 1,
                "{input}"
            );
        }
    }

    #[test]
    fn deep_nesting_ends_early_instead_of_overflowing() {
        let deep = format!(
            r#"{{"content":{}"x"{}}}"#,
            "[".repeat(5_000),
            "]".repeat(5_000)
        );
        assert!(texts(&deep).is_empty());
    }

    #[test]
    fn a_turn_that_is_nested_too_deeply_hides_none_behind_it() {
        let said = r#"{"role":"user","content":"one two three four five six"}"#;
        let of = |turns: &str| light(Protocol::Chat, &format!(r#"{{"messages":[{turns}]}}"#));
        let deep = format!(r#"{{"content":{}{}}}"#, "[".repeat(500), "]".repeat(500));
        let two = of(&format!("{said},{said}"));
        assert_eq!(of(&format!("{deep},{said},{said}")), two + 4);
        assert_eq!(of(&format!("{said},null,{said}")), two + 4);
        assert_eq!(of(""), 3);
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(json in "\\PC{0,120}") {
            texts(&json);
        }
    }
}
