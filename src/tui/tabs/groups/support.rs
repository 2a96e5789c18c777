//! The message that a relay's support needs to find a request (S-36). It never holds a key, not even a masked one.

use jiff::Timestamp;

use crate::domain::stability::Sample;
use crate::domain::{FaultKind, UnixMillis};
use crate::locale::{Word, say};
use crate::tui::model::Model;
use crate::tui::tabs::chat::state::ChatTurn;

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
    let trouble = sample.fault.map_or(say!("failure-unknown"), word);
    message(
        relay.unwrap_or(say!("failure-unknown")),
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

/// The message about a turn of the chat that failed. What was asked stays out of it.
pub fn of_turn(model: &Model, turn: &ChatTurn) -> String {
    let relay = model.relay.profile().map(|profile| profile.address.base());
    let fault = turn.turn.fault.as_ref();
    let trouble = fault.map_or(say!("support-stream"), |fault| word(fault.kind));
    message(
        relay.unwrap_or(say!("failure-unknown")),
        &Case {
            sent: turn.turn.sent,
            model: &turn.turn.model,
            group: turn.group.as_deref(),
            status: fault.and_then(|fault| fault.status),
            request_id: turn.request_id.as_deref(),
            trouble,
        },
    )
}

/// The message, a line each, in universal time: the reader is somewhere else.
pub fn message(relay: &str, case: &Case<'_>) -> String {
    let sent = Timestamp::from_millisecond(case.sent.0);
    let sent = sent.map_or(say!("failure-unknown").into(), |at| {
        at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
    });
    let unknown = || say!("support-not-given").to_owned();
    let status = case
        .status
        .map_or_else(unknown, |status| status.to_string());
    let lines = [
        (say!("support-relay"), relay.to_owned()),
        (
            say!("support-request-id"),
            case.request_id.map_or_else(unknown, str::to_owned),
        ),
        (say!("support-time"), sent),
        (say!("support-model"), case.model.to_owned()),
        (
            say!("support-group"),
            case.group.map_or_else(unknown, str::to_owned),
        ),
        (say!("support-status"), status),
        (say!("support-what"), case.trouble.to_owned()),
    ];
    let lines = lines.map(|(label, value)| format!("{label}: {value}\n"));
    say!("support-message", lines = lines.concat())
}

/// What went wrong, in words for somebody else.
pub fn word(fault: FaultKind) -> &'static str {
    match fault {
        FaultKind::Upstream => say!("support-upstream"),
        FaultKind::Server => say!("support-server"),
        FaultKind::Network => say!("support-network"),
        FaultKind::Timeout => say!("support-timeout"),
        FaultKind::StreamBroken => say!("support-stream"),
        FaultKind::RateLimited => say!("support-rate"),
        FaultKind::NotAnApi => say!("support-not-api"),
        _ => say!("support-refused"),
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
