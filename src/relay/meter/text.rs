//! The words in a JSON message: what a model reads or writes, without names of members, images or sounds.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::domain::count::TokenCounter;

/// The members that hold words, or hold something that holds words.
const WORDY: [&str; 12] = [
    "content",
    "text",
    "arguments",
    "name",
    "function",
    "tool_calls",
    "thinking",
    "reasoning",
    "reasoning_content",
    "refusal",
    "delta",
    "partial_json",
];

/// Hands every text in this JSON to `sink`. What is not JSON, or is nested too deeply, ends it early.
pub fn each_text(json: &str, sink: &mut dyn FnMut(&str)) {
    let mut reader = serde_json::Deserializer::from_str(json);
    // Whatever was handed over before the trouble stands.
    let _ = Texts(sink).deserialize(&mut reader);
}

/// The messages of a chat request, each as JSON; none when they are no list.
pub fn messages(json: Option<&RawValue>) -> Vec<&RawValue> {
    json.and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default()
}

/// The light count of a request's messages, system prompt and tools, for the estimate before it is sent.
pub fn light_prompt(
    messages_json: Option<&RawValue>,
    system: Option<&RawValue>,
    tools: Option<&RawValue>,
) -> u64 {
    let list = messages(messages_json);
    let mut counter = TokenCounter::default();
    for message in list.iter().copied().chain(system) {
        each_text(message.get(), &mut |text| {
            counter.add(text);
            counter.add("\n");
        });
    }
    if let Some(tools) = tools {
        counter.add(tools.get());
    }
    counter.tokens() + framing(list.len())
}

/// The tokens that frame so many messages, as the vendors' chat formats have it.
pub fn framing(messages: usize) -> u64 {
    messages as u64 * 4 + 3
}

struct Texts<'s>(&'s mut dyn FnMut(&str));

impl<'de> DeserializeSeed<'de> for Texts<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any JSON")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        (self.0)(text);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Texts(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(member) = map.next_key::<Cow<'de, str>>()? {
            if WORDY.contains(&member.as_ref()) {
                map.next_value_seed(Texts(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
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

    #[test]
    fn a_prompt_without_messages_still_has_a_size() {
        assert_eq!(light_prompt(None, None, None), 3);
        let odd = RawValue::from_string("\"text\"".into()).unwrap();
        assert_eq!(light_prompt(Some(&odd), None, None), 3);
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

    proptest! {
        #[test]
        fn nothing_makes_it_panic(json in "\\PC{0,120}") {
            texts(&json);
        }
    }
}
