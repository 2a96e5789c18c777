//! The usage of an answer, as many kinds of upstream write it, and as we write it, in every protocol.

use serde_json::{Value, json};

use super::super::inference::body::Members;
use super::super::protocol::Protocol;
use crate::domain::Usage;

/// More tokens than any request has. An upstream that reports more is wrong, and must not overflow anybody's wallet.
const MOST: u64 = 1_000_000_000;

/// Reads a `usage` member. `None` when it says nothing: null, empty, or all zero.
pub fn read(json: &str) -> Option<Usage> {
    let usage = Members::read(json.as_bytes()).ok()?;
    let details = usage
        .get("prompt_tokens_details")
        .or(usage.get("input_tokens_details"))
        .and_then(|details| Members::read(details.get().as_bytes()).ok());
    let in_details = |names: &[&str]| details.as_ref().and_then(|map| first(map, names));
    let prompt = first(&usage, &["prompt_tokens", "input_tokens"]);
    let output = first(&usage, &["completion_tokens", "output_tokens"]).or_else(|| {
        let total = first(&usage, &["total_tokens"])?;
        Some(total.saturating_sub(prompt.unwrap_or(0)))
    });
    let cache_read = in_details(&["cached_tokens"])
        .or_else(|| first(&usage, &["prompt_cache_hit_tokens"]))
        .unwrap_or(0);
    let cache_write = in_details(&["cache_write_tokens", "cache_creation_tokens"]).unwrap_or(0);
    // The counters of `domain` do not overlap: what came from or went to a cache is not plain input.
    let prompt = prompt.unwrap_or(0);
    let cache_read = cache_read.min(prompt);
    let cache_write = cache_write.min(prompt - cache_read);
    let found = Usage {
        input: prompt - cache_read - cache_write,
        cache_read,
        cache_write,
        output: output.unwrap_or(0),
    };
    (!found.is_empty()).then_some(found)
}

/// The first of these members that is a number.
fn first(map: &Members<'_>, names: &[&str]) -> Option<u64> {
    names.iter().find_map(|name| {
        let number = map.get(name)?.get();
        let whole = number.parse::<u64>().ok().or_else(|| {
            let value: f64 = serde_json::from_str(number).ok()?;
            (value >= 0.0).then_some(value as u64)
        });
        whole.map(|value| value.min(MOST))
    })
}

/// Reads a `usageMetadata` member of Gemini's. `None` when it says nothing.
pub fn read_gemini(json: &str) -> Option<Usage> {
    let usage = Members::read(json.as_bytes()).ok()?;
    let number = |name: &str| first(&usage, &[name]).unwrap_or(0);
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
/// event repeats only some of them. Whether it said anything of the output.
pub fn read_messages(json: &str, known: &mut Usage) -> bool {
    let Ok(usage) = Members::read(json.as_bytes()) else {
        return false;
    };
    let put = |name: &str, place: &mut u64| {
        let number = first(&usage, &[name]);
        *place = number.unwrap_or(*place);
        number.is_some()
    };
    put("input_tokens", &mut known.input);
    put("cache_read_input_tokens", &mut known.cache_read);
    put("cache_creation_input_tokens", &mut known.cache_write);
    put("output_tokens", &mut known.output)
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
            ("null", None),
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
    fn what_we_write_we_read() {
        let ours = usage(6, 4, 0, 5).unwrap();
        assert_eq!(read(&write(&ours).to_string()), Some(ours));
    }
}
