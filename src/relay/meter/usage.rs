//! The usage of an answer, as many kinds of upstream write it, and as we write it, in every protocol.

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess};
use serde_json::{Value, json};

use super::super::inference::body::{Members, Name};
use super::super::protocol::Protocol;
use crate::domain::Usage;
use crate::wire::takes::{Takes, Taking};

/// More tokens than any request has. An upstream that reports more is wrong, and must not overflow anybody's wallet.
const MOST: u64 = 1_000_000_000;

/// Reads a `usage` member. `None` when it says nothing: null, empty, or all zero.
pub fn read(json: &str) -> Option<Usage> {
    serde_json::from_str::<Reported>(json).ok()?.usage
}

/// A `usage` member, as it stands among others.
#[derive(Default)]
pub struct Reported {
    /// Whether it is there and not null.
    pub told: bool,
    /// What it says; `None` when it says nothing.
    pub usage: Option<Usage>,
}

impl<'de> Deserialize<'de> for Reported {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let counts = Option::deserialize(input)?;
        Ok(Reported {
            told: counts.is_some(),
            usage: counts.and_then(|counts: Counts| counts.usage()),
        })
    }
}

/// The counters of a `usage` member, of its details too.
#[derive(Clone, Copy, Default)]
struct Counts {
    prompt: Option<u64>,
    input: Option<u64>,
    completion: Option<u64>,
    output: Option<u64>,
    total: Option<u64>,
    cache_hit: Option<u64>,
    details: Option<Details>,
    input_details: Option<Details>,
}

#[derive(Clone, Copy, Default)]
struct Details {
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    cache_creation: Option<u64>,
}

impl Counts {
    fn usage(self) -> Option<Usage> {
        let details = self.details.or(self.input_details).unwrap_or_default();
        let prompt = self.prompt.or(self.input);
        let output = self.completion.or(self.output).or_else(|| {
            let total = self.total?;
            Some(total.saturating_sub(prompt.unwrap_or(0)))
        });
        // The counters of `domain` do not overlap: what came from or went to a cache is not plain input.
        let prompt = prompt.unwrap_or(0);
        let cache_read = details.cache_read.or(self.cache_hit).unwrap_or(0);
        let cache_read = cache_read.min(prompt);
        let cache_write = details.cache_write.or(details.cache_creation).unwrap_or(0);
        let cache_write = cache_write.min(prompt - cache_read);
        let found = Usage {
            input: prompt - cache_read - cache_write,
            cache_read,
            cache_write,
            output: output.unwrap_or(0),
        };
        (!found.is_empty()).then_some(found)
    }
}

impl<'de> Deserialize<'de> for Counts {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        Taking(Counts::default()).deserialize(input)
    }
}

impl<'de> Takes<'de> for Counts {
    type Taken = Counts;

    fn members<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Counts, A::Error> {
        while let Some(name) = members.next_key_seed(Name)? {
            let place = match &*name {
                "prompt_tokens" => &mut self.prompt,
                "input_tokens" => &mut self.input,
                "completion_tokens" => &mut self.completion,
                "output_tokens" => &mut self.output,
                "total_tokens" => &mut self.total,
                "prompt_cache_hit_tokens" => &mut self.cache_hit,
                "prompt_tokens_details" => {
                    self.details = members.next_value_seed(Taking(Details::default()))?;
                    continue;
                }
                "input_tokens_details" => {
                    self.input_details = members.next_value_seed(Taking(Details::default()))?;
                    continue;
                }
                _ => {
                    members.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *place = members.next_value_seed(Taking(Tokens))?;
        }
        Ok(self)
    }
}

impl<'de> Takes<'de> for Details {
    type Taken = Option<Details>;

    fn members<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Option<Details>, A::Error> {
        while let Some(name) = members.next_key_seed(Name)? {
            let place = match &*name {
                "cached_tokens" => &mut self.cache_read,
                "cache_write_tokens" => &mut self.cache_write,
                "cache_creation_tokens" => &mut self.cache_creation,
                _ => {
                    members.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *place = members.next_value_seed(Taking(Tokens))?;
        }
        Ok(Some(self))
    }
}

/// A number of tokens; what is none says nothing.
struct Tokens;

impl<'de> Takes<'de> for Tokens {
    type Taken = Option<u64>;

    fn whole(self, number: u64) -> Option<u64> {
        Some(number.min(MOST))
    }

    fn number(self, number: f64) -> Option<u64> {
        (number >= 0.0).then_some((number as u64).min(MOST))
    }
}

/// A member that is a number of tokens.
fn tokens(map: &Members<'_>, name: &str) -> Option<u64> {
    let number = map.get(name)?.get();
    let whole = number.parse::<u64>().ok().or_else(|| {
        let value: f64 = serde_json::from_str(number).ok()?;
        (value >= 0.0).then_some(value as u64)
    });
    whole.map(|value| value.min(MOST))
}

/// Reads a `usageMetadata` member of Gemini's. `None` when it says nothing.
pub fn read_gemini(json: &str) -> Option<Usage> {
    let usage = Members::read(json.as_bytes()).ok()?;
    let number = |name: &str| tokens(&usage, name).unwrap_or(0);
    // What tools read is prompt too, and is not in its count; what is thought is output, and is not in its.
    let prompt = number("promptTokenCount") + number("toolUsePromptTokenCount");
    let cache_read = number("cachedContentTokenCount").min(prompt);
    let found = Usage {
        input: prompt - cache_read,
        cache_read,
        output: number("candidatesTokenCount") + number("thoughtsTokenCount"),
        ..Usage::default()
    };
    (!found.is_empty()).then_some(found)
}

/// Writes a usage the way a protocol does, for clients that expect one where the upstream sent none; with the name of
/// its member.
pub fn member(protocol: Protocol, usage: &Usage) -> (&'static str, Value) {
    match protocol {
        Protocol::Chat => ("usage", write(usage)),
        Protocol::Messages => ("usage", write_messages(usage)),
        Protocol::Responses => (
            "usage",
            json!({
                "input_tokens": usage.prompt(),
                "input_tokens_details": {"cached_tokens": usage.cache_read},
                "output_tokens": usage.output,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": usage.total(),
            }),
        ),
        Protocol::Embeddings => (
            "usage",
            json!({"prompt_tokens": usage.prompt(), "total_tokens": usage.total()}),
        ),
        Protocol::Gemini => (
            "usageMetadata",
            json!({
                "promptTokenCount": usage.prompt(),
                "candidatesTokenCount": usage.output,
                "totalTokenCount": usage.total(),
            }),
        ),
    }
}

/// Writes a `usage` member of OpenAI's chat.
pub fn write(usage: &Usage) -> Value {
    let mut value = json!({
        "prompt_tokens": usage.prompt(),
        "completion_tokens": usage.output,
        "total_tokens": usage.total(),
    });
    if usage.cache_read > 0 {
        value["prompt_tokens_details"] = json!({"cached_tokens": usage.cache_read});
    }
    value
}

/// Writes a `usage` member of Anthropic's dialect.
pub fn write_messages(usage: &Usage) -> Value {
    json!({
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_write,
        "cache_read_input_tokens": usage.cache_read,
        "output_tokens": usage.output,
    })
}

/// Puts what a `usage` member of Anthropic's dialect says over what was known: its counters do not overlap, and each
/// event repeats only some of them, which some upstreams write as 0. Whether it said anything of the output.
pub fn read_messages(json: &str, known: &mut Usage) -> bool {
    let Ok(usage) = Members::read(json.as_bytes()) else {
        return false;
    };
    let put = |name: &str, place: &mut u64| {
        let number = tokens(&usage, name).filter(|number| *number > 0);
        *place = number.unwrap_or(*place);
    };
    put("input_tokens", &mut known.input);
    put("cache_read_input_tokens", &mut known.cache_read);
    put("cache_creation_input_tokens", &mut known.cache_write);
    let output = tokens(&usage, "output_tokens");
    known.output = output.unwrap_or(known.output);
    output.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(input: u64, cache_read: u64, cache_write: u64, output: u64) -> Option<Usage> {
        Some(Usage {
            input,
            cache_read,
            cache_write,
            output,
        })
    }

    #[test]
    fn many_kinds_of_upstream_are_understood() {
        for (json, expected) in [
            (
                r#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}"#,
                usage(10, 0, 0, 5),
            ),
            (
                r#"{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":4}}"#,
                usage(6, 4, 0, 5),
            ),
            (
                r#"{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":null}"#,
                usage(10, 0, 0, 5),
            ),
            (
                r#"{"prompt_tokens":10,"completion_tokens":5,"prompt_cache_hit_tokens":8}"#,
                usage(2, 8, 0, 5),
            ),
            (
                r#"{"prompt_tokens":10,"total_tokens":12}"#,
                usage(10, 0, 0, 2),
            ),
            (
                r#"{"input_tokens":3.0,"output_tokens":1}"#,
                usage(3, 0, 0, 1),
            ),
            (
                r#"{"prompt_tokens":5,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":9}}"#,
                usage(0, 5, 0, 0),
            ),
            (
                r#"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#,
                None,
            ),
            (
                r#"{"prompt_tokens":4,"prompt_tokens":[7],"completion_tokens":2,"prompt_tokens_details":7,"input_tokens_details":{"x":{},"cached_tokens":true}}"#,
                usage(0, 0, 0, 2),
            ),
            (
                r#"{"input_tokens":9,"output_tokens":2,"input_tokens_details":{"cached_tokens":1,"cache_creation_tokens":3}}"#,
                usage(5, 1, 3, 2),
            ),
            ("null", None),
            ("[1]", None),
            ("{}", None),
            (r#"{"prompt_tokens":"many"}"#, None),
        ] {
            assert_eq!(read(json), expected, "{json}");
        }
    }

    #[test]
    fn an_absurd_report_is_cut_to_what_can_be_billed() {
        let found =
            read(r#"{"prompt_tokens":18446744073709551615,"completion_tokens":1e300}"#).unwrap();
        assert_eq!((found.input, found.output), (MOST, MOST));
    }

    #[test]
    fn a_later_event_of_anthropics_does_not_take_the_prompt_back() {
        let mut known = Usage::default();
        let start = r#"{"input_tokens":500,"cache_read_input_tokens":40,"output_tokens":1}"#;
        assert!(read_messages(start, &mut known));
        let end = r#"{"input_tokens":0,"cache_read_input_tokens":0,"output_tokens":7}"#;
        assert!(read_messages(end, &mut known));
        assert_eq!(Some(known), usage(500, 40, 0, 7));
        assert!(!read_messages(r#"{"input_tokens":510}"#, &mut known));
        assert_eq!(Some(known), usage(510, 40, 0, 7));
    }

    #[test]
    fn what_we_write_we_read() {
        let ours = usage(6, 4, 0, 5).unwrap();
        assert_eq!(read(&write(&ours).to_string()), Some(ours));
    }
}
