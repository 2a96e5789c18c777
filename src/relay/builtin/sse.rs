//! Turns a script into the events of a `chat.completion.chunk` stream, each with the time it is due. No clock, no waiting.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::reply::{End, GARBAGE, LATE_ERROR, Script, reset};
use crate::relay::upstream::UpstreamError;

/// One event, and when it is due, counted from the request.
#[derive(Debug)]
pub(super) struct Frame {
    pub due: Duration,
    pub bytes: Result<Bytes, UpstreamError>,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Role,
    Piece(u64),
    Finish,
    Usage,
    Done,
    Nothing,
}

/// The events of a script, in order.
pub(super) struct Frames {
    script: Script,
    usage_chunk: bool,
    next: Next,
    /// The beginning that all chunks with a choice share, up to the delta.
    head: String,
}

impl Frames {
    /// The events of this script; the usage chunk only where it was asked for.
    pub fn new(script: Script, usage_chunk: bool) -> Self {
        let head = format!(
            "data: {{\"id\":{},\"object\":\"chat.completion.chunk\",\"created\":{},\"model\":{},\"choices\":[",
            Value::from(script.stamp.id.as_str()),
            script.stamp.created,
            Value::from(script.model.as_str()),
        );
        Frames {
            usage_chunk: usage_chunk && script.reports_usage,
            next: Next::Role,
            head,
            script,
        }
    }

    fn chunk(&self, delta: &str, finish: &str) -> Bytes {
        let (head, tail) = (&self.head, "\"logprobs\":null,\"finish_reason\":");
        format!("{head}{{\"index\":0,\"delta\":{delta},{tail}{finish}}}]}}\n\n").into()
    }

    /// The chunk of one piece: reasoning comes before the answer.
    fn piece(&self, at: u64) -> Option<Bytes> {
        let thought = self.script.reasoning.count();
        let (member, piece) = match at.checked_sub(thought) {
            None => ("reasoning_content", self.script.reasoning.piece(at)?),
            Some(at) => ("content", self.script.content.piece(at)?),
        };
        let text = Value::from(piece);
        Some(self.chunk(&format!("{{\"{member}\":{text}}}"), "null"))
    }

    /// What happens instead of this piece, or of the end, when the script says so.
    fn broken(&self, at: u64) -> Option<Option<Result<Bytes, UpstreamError>>> {
        let last = at >= self.script.pieces();
        let here = |after: u64| at >= after || last;
        match self.script.end {
            End::Cut(after) if here(after) => Some(None),
            End::Reset(after) if here(after) => Some(Some(Err(reset()))),
            End::Garbage(after) if here(after) => Some(Some(Ok(Bytes::from_static(GARBAGE)))),
            End::Error(after) if here(after) => {
                Some(Some(Ok(format!("data: {LATE_ERROR}\n\n").into())))
            }
            _ => None,
        }
    }
}

impl Iterator for Frames {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        let pieces = self.script.pieces();
        let at = match self.next {
            Next::Role => 0,
            Next::Piece(at) => at,
            _ => pieces,
        };
        let due = self.script.pace.due(at);
        // Where the trouble is due at the very start, not even the role goes out.
        if matches!(self.next, Next::Role | Next::Piece(_) | Next::Finish)
            && let Some(instead) = self.broken(at)
        {
            self.next = Next::Nothing;
            return instead.map(|bytes| Frame { due, bytes });
        }
        let after = |at: u64| match at < pieces {
            true => Next::Piece(at),
            false => Next::Finish,
        };
        let (bytes, next) = match self.next {
            Next::Role => {
                let delta = r#"{"role":"assistant","content":""}"#;
                (self.chunk(delta, "null"), after(0))
            }
            Next::Piece(at) => (self.piece(at)?, after(at + 1)),
            Next::Finish => {
                let reason = Value::from(self.script.finish).to_string();
                let next = match self.usage_chunk {
                    true => Next::Usage,
                    false => Next::Done,
                };
                (self.chunk("{}", &reason), next)
            }
            Next::Usage => {
                let text = format!("{}],\"usage\":{}}}\n\n", self.head, self.script.usage());
                (text.into(), Next::Done)
            }
            Next::Done if self.script.end == End::Unmarked => return None,
            Next::Done => (Bytes::from_static(b"data: [DONE]\n\n"), Next::Nothing),
            Next::Nothing => return None,
        };
        self.next = next;
        Some(Frame {
            due,
            bytes: Ok(bytes),
        })
    }
}
