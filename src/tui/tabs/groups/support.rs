//! The message that a relay's support needs to find a request (S-36). It never holds a key, not even a masked one.

use jiff::Timestamp;

use crate::domain::stability::Sample;
use crate::domain::{FaultKind, UnixMillis};
use crate::locale::Word;
use crate::tui::model::Model;

/// What it is called when it was copied.
pub const WHAT: Word = Word("copied-support");

/// What is known of a request.
pub struct Case<'a> {
    /// When it was sent.
    pub sent: UnixMillis,
    /// The exact name of the model.
    pub model: &'a str,
    /// The group it was billed in.
    pub group: Option<&'a str>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The relay's request id.
    pub request_id: Option<&'a str>,
    /// What went wrong.
    pub trouble: &'a str,
}

/// The message about a request that was measured.
pub fn of_sample(model: &Model, sample: &Sample) -> String {
    let relay = model.relay.profile().map(|profile| profile.address.base());
    let trouble = sample.fault.map_or("unknown", word);
    message(
        relay.unwrap_or("unknown"),
        &Case {
            sent: sample.sent,
            model: &sample.model,
            group: Some(&sample.group),
            status: sample.status,
            request_id: sample.request_id.as_deref(),
            trouble,
        },
    )
}

/// The message, a line each, in universal time: the reader is somewhere else.
pub fn message(relay: &str, case: &Case<'_>) -> String {
    let sent = Timestamp::from_millisecond(case.sent.0);
    let sent = sent.map_or("unknown".into(), |at| {
        at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
    });
    let unknown = || "not given".to_owned();
    let status = case
        .status
        .map_or_else(unknown, |status| status.to_string());
    let lines = [
        ("Relay", relay.to_owned()),
        (
            "Request id",
            case.request_id.map_or_else(unknown, str::to_owned),
        ),
        ("Time", sent),
        ("Model", case.model.to_owned()),
        ("Group", case.group.map_or_else(unknown, str::to_owned)),
        ("HTTP status", status),
        ("What happened", case.trouble.to_owned()),
    ];
    let lines = lines.map(|(label, value)| format!("{label}: {value}\n"));
    format!(
        "A request failed on your side. Can you tell why?\n\n{}",
        lines.concat()
    )
}

/// What went wrong, in words for somebody else.
pub const fn word(fault: FaultKind) -> &'static str {
    match fault {
        FaultKind::Upstream => "your upstream answered with an error",
        FaultKind::Server => "your relay answered with an error",
        FaultKind::Network => "the connection failed",
        FaultKind::Timeout => "no answer came in time",
        FaultKind::StreamBroken => "the stream broke off",
        FaultKind::RateLimited => "too many requests, it said",
        FaultKind::NotAnApi => "something other than an API answered",
        _ => "the request was refused",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_36_the_message_has_all_that_support_needs_and_no_key() {
        let text = message(
            "https://r.example",
            &Case {
                sent: UnixMillis(1_795_349_040_000),
                model: "gpt-4o",
                group: Some("vip"),
                status: Some(503),
                request_id: Some("20261122-7f3a"),
                trouble: word(FaultKind::Upstream),
            },
        );
        for part in [
            "https://r.example",
            "20261122-7f3a",
            "2026-11-22 12:04:00 UTC",
            "gpt-4o",
            "vip",
            "503",
            "upstream",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("sk-"));
    }
}
