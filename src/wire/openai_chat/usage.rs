//! A vendor's token counts, taken apart into counters that never overlap.
//!
//! OpenAI's `prompt_tokens` includes cached and written tokens, Anthropic's `input_tokens` does not; DeepSeek, OpenRouter
//! and relays have names of their own for the same things (`contract/new-api.md` 6.2, 8.4).

use serde_json::Value;

use crate::domain::Usage;

/// The counts in a `usage` member. `None` when it says nothing: null, no figures, or all of them zero, as servers send
/// beside every chunk before they have counted.
pub fn usage(value: &Value) -> Option<Usage> {
    let figure = |path: &[&str]| -> Option<u64> {
        let found = path.iter().try_fold(value, |at, name| at.get(name))?;
        found
            .as_u64()
            .or_else(|| {
                let float = found.as_f64()?;
                (float.is_finite() && (0.0..9.0e15).contains(&float)).then_some(float as u64)
            })
            .or_else(|| found.as_str()?.trim().parse().ok())
    };
    let first = |paths: &[&[&str]]| paths.iter().find_map(|path| figure(path));

    let read = first(&[
        &["prompt_tokens_details", "cached_tokens"],
        &["input_tokens_details", "cached_tokens"],
        &["prompt_cache_hit_tokens"],
        &["cache_read_input_tokens"],
        &["cached_tokens"],
    ])
    .unwrap_or(0);
    let write = first(&[
        &["prompt_tokens_details", "cached_creation_tokens"],
        &["prompt_tokens_details", "cache_write_tokens"],
        &["prompt_tokens_details", "cache_creation_tokens"],
        &["cache_creation_input_tokens"],
    ])
    .unwrap_or(0);
    let output = first(&[&["completion_tokens"], &["output_tokens"]]).unwrap_or(0);
    let input = match figure(&["prompt_tokens"]) {
        Some(prompt) => without(prompt, read, write),
        None => match figure(&["input_tokens"]) {
            // The Responses dialect counts like OpenAI and says so by its details.
            Some(prompt) if value.get("input_tokens_details").is_some() => {
                without(prompt, read, write)
            }
            Some(input) => input,
            // Only a total: what is not output was input.
            None => figure(&["total_tokens"]).map_or(0, |total| {
                without(total.saturating_sub(output), read, write)
            }),
        },
    };
    let usage = Usage {
        input,
        cache_read: read,
        cache_write: write,
        output,
    };
    (!usage.is_empty()).then_some(usage)
}

/// Prompt tokens that were neither read from a cache nor written to one. Where those are more than the whole prompt, the
/// server's counters were disjoint already.
fn without(prompt: u64, read: u64, write: u64) -> u64 {
    prompt
        .checked_sub(read.saturating_add(write))
        .unwrap_or(prompt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn counted(value: Value) -> Option<(u64, u64, u64, u64)> {
        usage(&value).map(|usage| {
            (
                usage.input,
                usage.cache_read,
                usage.cache_write,
                usage.output,
            )
        })
    }

    #[test]
    fn counters_never_overlap() {
        for (value, expected) in [
            (
                json!({"prompt_tokens":100,"completion_tokens":20,"total_tokens":120}),
                (100, 0, 0, 20),
            ),
            (
                json!({"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":64}}),
                (36, 64, 0, 20),
            ),
            (
                json!({"prompt_tokens":100,"completion_tokens":20,"prompt_tokens_details":{"cached_tokens":60,"cached_creation_tokens":30}}),
                (10, 60, 30, 20),
            ),
            (
                json!({"prompt_tokens":100,"completion_tokens":20,"prompt_cache_hit_tokens":40,"prompt_cache_miss_tokens":60}),
                (60, 40, 0, 20),
            ),
            (
                json!({"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":900,"cache_creation_input_tokens":50}),
                (10, 900, 50, 5),
            ),
            (
                json!({"input_tokens":100,"output_tokens":5,"input_tokens_details":{"cached_tokens":90}}),
                (10, 90, 0, 5),
            ),
            (
                json!({"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":900}}),
                (10, 900, 0, 5),
            ),
            (
                json!({"prompt_tokens":"12","completion_tokens":3.0}),
                (12, 0, 0, 3),
            ),
            (
                json!({"total_tokens":9,"completion_tokens":4}),
                (5, 0, 0, 4),
            ),
        ] {
            assert_eq!(counted(value.clone()), Some(expected), "{value}");
        }
    }

    #[test]
    fn what_says_nothing_is_unknown_not_zero() {
        for value in [
            json!(null),
            json!({}),
            json!([]),
            json!("x"),
            json!({"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}),
            json!({"prompt_tokens":null,"completion_tokens":-4}),
            json!({"prompt_tokens_details":null}),
        ] {
            assert_eq!(usage(&value), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn the_prompt_adds_up(prompt in 1_u64..1_000_000, share in 0_u64..=100, output in 0_u64..1_000_000) {
            let cached = prompt * share / 100;
            let value = json!({"prompt_tokens":prompt,"completion_tokens":output,"prompt_tokens_details":{"cached_tokens":cached}});
            let usage = usage(&value).unwrap();
            prop_assert_eq!((usage.prompt(), usage.output, usage.cache_read), (prompt, output, cached));
        }
    }
}
