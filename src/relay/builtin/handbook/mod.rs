//! `relaydeck-handbook`: finds the entry of the built-in handbook that fits a question, and says so when none does.

use std::time::Duration;

use super::Stamp;
use super::reply::{Pace, Script};
use super::request::Ask;
use crate::relay::upstream::UpstreamReply;

/// The pace of an answer: that of a quick model, so that what is shown while it streams is what a real one shows.
const PACE: Pace = Pace {
    first: Duration::from_millis(150),
    speed: 90,
    stall: None,
    whole_waits: false,
};

/// Answers a request from the handbook.
pub(super) async fn answer(ask: Ask, stamp: Stamp) -> UpstreamReply {
    let text = format!(
        "The lab obeys these directives:\n\n{}",
        super::lab::as_list()
    );
    let (stream, usage_chunk) = (ask.stream, ask.usage_chunk);
    Script::new(&ask, stamp, String::new(), text, PACE)
        .play(stream, usage_chunk)
        .await
}
