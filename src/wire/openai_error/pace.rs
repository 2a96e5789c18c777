//! Refusals of who asks too fast: which of a relay's or a vendor's ceilings it was, and how long to wait.
//!
//! Sources: the error references of OpenAI, Anthropic, Google, Azure, Groq, Moonshot and Zhipu, and the model limiter of
//! New API (`contract/new-api.md` 8.7). None of them agrees with another on words; most name the ceiling in the message only.

use serde_json::Value;

use crate::locale::say;

/// A ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ceiling {
    /// Tokens in a minute, or a day.
    Tokens,
    /// Requests in a minute, or a day.
    Requests,
    /// Requests at the same time.
    AtOnce,
}

const TOKENS: [&str; 10] = [
    "token limit: maximum",
    "tokens per min",
    "tokens per day",
    "token rate limit",
    "input tokens",
    "output tokens",
    "(tpm)",
    "tpm limit",
    "tokens_per_",
    "token 数限制",
];
const REQUESTS: [&str; 12] = [
    "request limit: maximum",
    "requests per min",
    "requests per day",
    "request rate limit",
    "call rate limit",
    "(rpm)",
    "(rpd)",
    "max rpm",
    "rpm limit",
    "generate_content_free_tier_requests",
    "请求数限制",
    "请求次数",
];
const AT_ONCE: [&str; 6] = [
    "concurren",
    "too many simultaneous",
    "parallel requests",
    "并发",
    "同时请求",
    "in flight",
];

/// Which ceiling a message in lower case speaks of, or an error's type or code names.
pub(super) fn ceiling(lower: &str, kind: &str, code: &str) -> Option<Ceiling> {
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if says(&AT_ONCE) {
        Some(Ceiling::AtOnce)
    } else if says(&TOKENS) || kind == "tokens" || code == "tokens_per_minute" {
        Some(Ceiling::Tokens)
    } else if says(&REQUESTS) || kind == "requests" || code == "limit_requests" {
        Some(Ceiling::Requests)
    } else {
        None
    }
}

/// What to do about one.
pub(super) fn advice(ceiling: Ceiling) -> &'static str {
    match ceiling {
        Ceiling::Tokens => say!("trouble-relay-pace-tokens"),
        Ceiling::Requests => say!("trouble-relay-pace-requests"),
        Ceiling::AtOnce => say!("trouble-relay-pace-at-once"),
    }
}

/// The longest wait that is believed, in seconds: a day.
const LONGEST: f64 = 86_400.0;

/// The seconds that the body of a refusal says to wait, rounded up: in Google's `RetryInfo`, or in words.
pub(super) fn wait(body: &[u8], message: &str) -> Option<u64> {
    let told = serde_json::from_slice::<Value>(body).ok();
    let told = told.as_ref().and_then(retry_delay);
    let seconds = told.or_else(|| in_words(&message.to_lowercase()))?;
    (seconds.is_finite() && (0.0..=LONGEST).contains(&seconds)).then(|| seconds.ceil() as u64)
}

fn retry_delay(value: &Value) -> Option<f64> {
    let root = value.get(0).unwrap_or(value);
    let details = root.get("error")?.get("details")?.as_array()?;
    let delay = details.iter().find_map(|detail| detail.get("retryDelay"));
    delay?.as_str()?.strip_suffix('s')?.parse().ok()
}

/// `try again in 1m2.5s`, `retry in 20.1s`, `retry after 6 seconds`, `after 3 seconds`, `in 350ms`, `等待 5 秒`.
fn in_words(lower: &str) -> Option<f64> {
    const BEFORE: [&str; 6] = [
        "try again in ",
        "retry in ",
        "retry after ",
        "try again after ",
        "please wait ",
        "等待",
    ];
    let rest = BEFORE
        .iter()
        .find_map(|before| Some(lower.split_once(before)?.1))?;
    let mut rest = rest.trim_start();
    let mut seconds = None;
    loop {
        let digits = rest
            .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
            .unwrap_or(rest.len());
        let Ok(number) = rest[..digits].trim_end_matches('.').parse::<f64>() else {
            return seconds;
        };
        let unit = rest[digits..].trim_start();
        let letters = unit
            .find(|letter: char| !letter.is_alphabetic())
            .unwrap_or(unit.len());
        let scale = match &unit[..letters] {
            "ms" | "milliseconds" => 0.001,
            "s" | "sec" | "second" | "seconds" | "秒" | "秒后" | "秒后再试" => 1.0,
            "m" | "min" | "minute" | "minutes" | "分钟" => 60.0,
            "h" | "hour" | "hours" | "小时" => 3_600.0,
            _ => return seconds,
        };
        seconds = Some(seconds.unwrap_or(0.0) + number * scale);
        rest = &unit[letters..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn waits_are_read_in_every_form() {
        for (message, seconds) in [
            ("Please try again in 1.202s. Visit", Some(2)),
            ("Please try again in 1m2.5s.", Some(63)),
            ("Please try again in 350ms.", Some(1)),
            ("Please retry in 20.1s.", Some(21)),
            ("Please retry after 6 seconds.", Some(6)),
            ("max RPM: 3, please try again after 1 seconds", Some(1)),
            ("发送过于频繁，请等待 12 秒后再试", Some(12)),
            ("try again in a while", None),
            ("try again in 99999999s", None),
            ("", None),
        ] {
            assert_eq!(wait(b"", message), seconds, "{message}");
        }
        let google = br#"{"error":{"code":429,"message":"Quota exceeded.","details":[{"@type":"x"},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.07s"}]}}"#;
        assert_eq!(wait(google, "Quota exceeded."), Some(35));
    }

    proptest! {
        #[test]
        fn no_words_make_it_panic(message in "(try again in )?[0-9.]{0,5} ?[a-zé秒]{0,4}.{0,9}") {
            let _ = (wait(message.as_bytes(), &message), ceiling(&message, "", ""));
        }
    }
}
