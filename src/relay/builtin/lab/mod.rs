//! `relaydeck-lab`: a test model that streams filler at the length and speed its prompt asks for, or fails as asked.

mod directives;
mod faults;
mod filler;

use std::time::Duration;

use super::Stamp;
use super::refusal::Refusal;
use super::reply::{End, Pace, Script};
use super::request::{Ask, Speaker};
use crate::relay::upstream::UpstreamReply;
pub(super) use directives::{MAX_TOKENS, as_list};
use directives::{Wishes, take};
use faults::How;
use filler::Language;

/// Pieces of a reply whose prompt asks for no length.
const USUAL_TOKENS: u64 = 120;
/// Pieces a second when the prompt asks for no speed.
const USUAL_SPEED: u64 = 60;
/// Time to the first piece when the prompt asks for none.
const USUAL_FIRST: Duration = Duration::from_millis(200);
/// The pace of `fault=slow`.
const SLOW: (Duration, u64) = (Duration::from_secs(8), 2);

/// Answers a request: the directives decide how.
pub(super) async fn answer(ask: Ask, stamp: Stamp) -> UpstreamReply {
    let (wishes, prompt) = match read_prompt(&ask) {
        Ok(read) => read,
        Err(message) => {
            let refusal = Refusal::bad("messages", message).coded("unknown_directive");
            return refusal.into_reply();
        }
    };
    if let Some(fault) = wishes.fault
        && let Some(reply) = fault.instead(ask.stream, wishes.retry_after)
    {
        if let Some(first) = wishes.first {
            tokio::time::sleep(first).await;
        }
        return reply;
    }
    let (stream, usage_chunk) = (ask.stream, ask.usage_chunk);
    script(&ask, stamp, wishes, &prompt)
        .play(stream, usage_chunk)
        .await
}

/// The directives of the instructions and of the last question, and that question without them.
fn read_prompt(ask: &Ask) -> Result<(Wishes, String), String> {
    let mut wishes = Wishes::default();
    for message in &ask.messages {
        if message.speaker == Speaker::Instructions {
            take(&message.text, &mut wishes)?;
        }
    }
    let prompt = take(ask.question(), &mut wishes)?;
    Ok((wishes, prompt.trim().to_owned()))
}

/// The script that the wishes describe.
fn script(ask: &Ask, stamp: Stamp, wishes: Wishes, prompt: &str) -> Script {
    let language = wishes.language.unwrap_or(Language::of(prompt));
    let content = match (wishes.echo, wishes.tokens) {
        _ if wishes.help => as_list(),
        (true, None) => prompt.to_owned(),
        (true, Some(most)) => super::pieces::pieces(prompt)
            .take(usize::try_from(most).unwrap_or(usize::MAX))
            .collect(),
        (false, tokens) => filler::text(language, tokens.unwrap_or(USUAL_TOKENS)),
    };
    let reasoning = filler::reasoning(language, wishes.reasoning);
    let slow = wishes.fault.is_some_and(|fault| fault.how == How::Slow);
    let (usual_first, usual_speed) = match (slow, wishes.speed) {
        (true, _) => SLOW,
        // Who wants it as fast as possible wants no wait before it either.
        (false, Some(0)) => (Duration::ZERO, 0),
        (false, _) => (USUAL_FIRST, USUAL_SPEED),
    };
    let pace = Pace {
        first: wishes.first.unwrap_or(usual_first),
        speed: wishes.speed.unwrap_or(usual_speed),
        stall: None,
        whole_waits: slow || wishes.speed.is_some() || wishes.stall.is_some(),
    };
    let mut script = Script::new(ask, stamp, reasoning, content, pace);
    let middle = wishes.after.unwrap_or(script.pieces() / 2);
    script.pace.stall = wishes.stall.map(|silence| (middle, silence));
    script.end = match wishes.fault.map(|fault| fault.how) {
        Some(How::Cut) => End::Cut(middle),
        Some(How::Reset) => End::Reset(middle),
        Some(How::LateError) => End::Error(middle),
        Some(How::NoEnd) => End::Unmarked,
        Some(How::Garbage) => End::Garbage(wishes.after.unwrap_or(0)),
        _ => End::Whole,
    };
    script.finish = wishes.finish.unwrap_or(script.finish);
    script.model = wishes.model.unwrap_or(script.model);
    script.reports_usage = !wishes.no_usage;
    script
}
