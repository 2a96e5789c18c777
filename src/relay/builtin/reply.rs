//! Plays a script as an answer: one document, or a stream of events with the script's pace and the script's end.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, sleep_until};

use super::Stamp;
use super::pieces::pieces;
use super::refusal::whole;
use super::request::Ask;
use super::sse::Frames;
use crate::relay::upstream::{UpstreamError, UpstreamReply};

/// After so many events without a wait, other tasks of the thread get their turn.
const EVENTS_PER_TURN: u32 = 64;

/// Bytes that are neither an event nor text, with a terminal's escape among them: whoever shows them unfiltered shows it.
pub(super) const GARBAGE: &[u8] =
    b"\x00\xff\xfe\x80 }{ ]] no event \xc3\x28 \x1b[31mred\x1b[0m\r\r\x07\n=;<::>\xf0\x9f\n\n\xed\xa0\x80";

/// The error that comes late, in an event or bare.
pub(super) const LATE_ERROR: &str = "{\"error\":{\"message\":\"relaydeck-lab was asked to fail in the middle\",\
                                     \"type\":\"server_error\",\"param\":null,\"code\":\"overloaded\"}}";

/// A text and where its pieces end.
#[derive(Clone, Debug, Default)]
pub(super) struct CutText {
    text: String,
    ends: Vec<usize>,
}

impl CutText {
    /// Cuts a text.
    pub fn new(mut text: String, most: u64) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut end = 0;
        let ends: Vec<usize> = pieces(&text)
            .take(most)
            .map(|piece| {
                end += piece.len();
                end
            })
            .collect();
        text.truncate(end);
        CutText { text, ends }
    }

    /// How many pieces there are.
    pub fn count(&self) -> u64 {
        self.ends.len() as u64
    }

    /// One piece, counted from 0.
    pub fn piece(&self, at: u64) -> Option<&str> {
        let at = usize::try_from(at).ok()?;
        let start = match at.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..*self.ends.get(at)?)
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// When the pieces come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// From the request to the first event.
    pub first: Duration,
    /// Pieces a second; 0 for as fast as they are taken.
    pub speed: u64,
    /// A silence before the piece of this number, counted from 0.
    pub stall: Option<(u64, Duration)>,
    /// Whether an answer in one document takes as long as the stream would; else it waits `first` only.
    pub whole_waits: bool,
}

impl Pace {
    /// When the piece of this number is due, counted from the request.
    pub fn due(&self, piece: u64) -> Duration {
        let nanos = u128::from(piece) * 1_000_000_000;
        let flowing = nanos
            .checked_div(u128::from(self.speed))
            .map_or(Duration::ZERO, |nanos| {
                Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
            });
        let silence = match self.stall {
            Some((after, silence)) if piece >= after => silence,
            _ => Duration::ZERO,
        };
        self.first.saturating_add(flowing).saturating_add(silence)
    }
}

/// How the answer ends. The number is how many pieces come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// As it should.
    Whole,
    /// The body ends where more is due.
    Cut(u64),
    /// The connection breaks.
    Reset(u64),
    /// What follows is no event.
    Garbage(u64),
    /// What follows is an error event.
    Error(u64),
    /// The body ends where only `[DONE]` is due.
    Unmarked,
}

/// Everything an answer is made of.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub stamp: Stamp,
    /// The model that the answer says it is from.
    pub model: String,
    pub reasoning: CutText,
    pub content: CutText,
    /// OpenAI's `finish_reason`.
    pub finish: &'static str,
    pub prompt_tokens: u64,
    /// Whether usage is reported at all.
    pub reports_usage: bool,
    pub pace: Pace,
    pub end: End,
}

impl Script {
    /// A script for this text, cut where the request's stop texts and its limit say.
    pub fn new(
        ask: &Ask,
        stamp: Stamp,
        reasoning: String,
        mut content: String,
        pace: Pace,
    ) -> Self {
        let stop = ask
            .stops
            .iter()
            .filter_map(|stop| content.find(stop.as_str()))
            .min();
        if let Some(at) = stop {
            content.truncate(at);
        }
        let limit = ask.limit.unwrap_or(u64::MAX);
        let wanted = (reasoning.len() + content.len()) as u64;
        let reasoning = CutText::new(reasoning, limit);
        let content = CutText::new(content, limit - reasoning.count());
        let kept = (reasoning.text.len() + content.text.len()) as u64;
        Script {
            stamp,
            model: ask.model.name.to_owned(),
            reasoning,
            content,
            finish: if kept < wanted { "length" } else { "stop" },
            prompt_tokens: ask.prompt_tokens,
            reports_usage: true,
            pace,
            end: End::Whole,
        }
    }

    /// How many pieces are generated.
    pub fn pieces(&self) -> u64 {
        self.reasoning.count() + self.content.count()
    }

    /// OpenAI's usage object.
    pub fn usage(&self) -> Value {
        let mut usage = json!({
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.pieces(),
            "total_tokens": self.prompt_tokens + self.pieces(),
        });
        if self.reasoning.count() > 0 {
            usage["completion_tokens_details"] =
                json!({"reasoning_tokens": self.reasoning.count()});
        }
        usage
    }

    /// The answer in one document.
    fn document(&self) -> Value {
        let mut message =
            json!({"role": "assistant", "content": self.content.text(), "refusal": null});
        if self.reasoning.count() > 0 {
            message["reasoning_content"] = self.reasoning.text().into();
        }
        let mut document = json!({
            "id": self.stamp.id,
            "object": "chat.completion",
            "created": self.stamp.created,
            "model": self.model,
            "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": self.finish}],
        });
        if self.reports_usage {
            document["usage"] = self.usage();
        }
        document
    }

    /// Plays it the way the request wants it.
    pub async fn play(self, stream: bool, usage_chunk: bool) -> UpstreamReply {
        if stream {
            return UpstreamReply {
                status: 200,
                content_type: "text/event-stream".into(),
                retry_after: None,
                body: paced(Frames::new(self, usage_chunk)),
            };
        }
        let wait = match self.pace.whole_waits {
            true => self.pace.due(self.pieces()),
            false => self.pace.first,
        };
        if !wait.is_zero() {
            sleep(wait).await;
        }
        let document = self.document().to_string();
        let half = Bytes::copy_from_slice(&document.as_bytes()[..document.len() / 2]);
        match self.end {
            End::Whole | End::Unmarked => whole(200, "application/json", None, document),
            End::Error(_) => whole(200, "application/json", None, LATE_ERROR),
            End::Cut(_) => whole(200, "application/json", None, half),
            End::Garbage(_) => whole(200, "application/json", None, GARBAGE),
            End::Reset(_) => UpstreamReply {
                status: 200,
                content_type: "application/json".into(),
                retry_after: None,
                body: futures_util::stream::iter([Ok(half), Err(reset())]).boxed(),
            },
        }
    }
}

/// What a reset looks like to whoever reads the body.
pub(super) fn reset() -> UpstreamError {
    UpstreamError::Cut("connection reset, as the prompt asked with fault=reset".into())
}

/// Hands out frames when they are due. It works only while it is read: dropping it ends everything.
fn paced(frames: Frames) -> futures_util::stream::BoxStream<'static, Result<Bytes, UpstreamError>> {
    let state = (frames, None::<Instant>, 0_u32);
    futures_util::stream::unfold(state, |(mut frames, started, mut at_once)| async move {
        let started = started.unwrap_or_else(Instant::now);
        let frame = frames.next()?;
        let due = started.checked_add(frame.due).unwrap_or(started);
        if due > Instant::now() {
            sleep_until(due).await;
            at_once = 0;
        } else if at_once >= EVENTS_PER_TURN {
            tokio::task::yield_now().await;
            at_once = 0;
        }
        Some((frame.bytes, (frames, Some(started), at_once + 1)))
    })
    .boxed()
}
