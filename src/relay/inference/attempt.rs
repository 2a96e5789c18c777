//! One attempt with one channel: sent, and followed until its first event or the whole of its answer is there.
//!
//! Only then is it known whether there is an answer at all; before that, nothing has reached the client and another
//! channel can be tried.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt};
use rusqlite::Transaction;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, timeout, timeout_at};

use super::super::app::App;
use super::super::builtin;
use super::super::channels::server::{self, Call};
use super::super::channels::{Channel, Upstream};
use super::super::meter::tally::{Seen, Tally};
use super::super::protocol::Protocol;
use super::super::store::channels as rows;
use super::super::translate::{Answer, Bridge, Stamp, Trouble};
use super::super::upstream::{UpstreamError, UpstreamReply};
use super::ask::{Ask, Sent, unreadable_body};
use super::body::Gathered;
use super::passage::Passage;
use super::sieve::Turn;
use super::trouble::{self, Failure};
use super::unspoken::{self, Unspoken};

/// The largest answer that is no stream.
const LARGEST_DOCUMENT: usize = 64 * 1024 * 1024;
/// What is read of a refusal, or of what comes before a first event.
const LARGEST_PREAMBLE: usize = 1024 * 1024;
/// How long a refusal's body may take.
const REFUSAL: Duration = Duration::from_secs(10);

/// An answer that has begun.
pub enum Opened {
    /// A stream whose first event is there.
    Stream(Box<Opening>),
    /// A whole document.
    Document {
        body: Bytes,
        tally: Box<Tally>,
        /// The way to the client's dialect, where it is another.
        bridge: Option<Box<Bridge>>,
    },
}

/// A stream whose first event is there.
pub struct Opening {
    pub passage: Passage,
    /// What may pass already.
    pub out: VecDeque<Bytes>,
    /// What the first pieces came to.
    pub turn: Turn,
    pub rest: BoxStream<'static, Result<Bytes, UpstreamError>>,
}

/// Tries a channel, and remembers how it did. What was sent in the end is in `sent`.
pub async fn open(
    app: &App,
    channel: &Arc<Channel>,
    ask: &Ask<'_>,
    sent: &mut Sent,
    stamp: &Stamp,
) -> Result<Opened, Failure> {
    let opened = try_open(app, channel, ask, sent, stamp).await;
    match &opened {
        Ok(_) => channel.cooling().answered(&ask.model),
        Err(failed) => {
            let why = &failed.error.message;
            channel.failed(&ask.model, failed.cause, why, app.clock.now());
        }
    }
    opened
}

async fn try_open(
    app: &App,
    channel: &Arc<Channel>,
    ask: &Ask<'_>,
    sent: &mut Sent,
    stamp: &Stamp,
) -> Result<Opened, Failure> {
    let deadline = Instant::now() + app.limits.first_event;
    loop {
        let reply = send(app, channel, ask, sent).await?;
        let otherwise = sent.otherwise.take();
        if !(200..300).contains(&reply.status) {
            let (status, retry_after) = (reply.status, reply.retry_after);
            let body = Box::pin(read_refusal(reply.body)).await;
            if let Some(pair) = otherwise
                && let Some(unspoken) = unspoken::read(status, &body)
            {
                let model = (unspoken == Unspoken::Model).then_some(&*ask.model);
                channel.learned().refused_responses(model, app.clock.now());
                Box::pin(keep_learned(app, channel)).await;
                *sent = ask.translated(pair, channel).map_err(Failure::elsewhere)?;
                continue;
            }
            // Some servers refuse members they do not know. This one is our wish, not the client's: try without, once.
            let ours = sent.usage_is_ours && matches!(status, 400 | 422);
            if ours && String::from_utf8_lossy(&body).contains("stream_options") {
                channel.learned().refused_stream_options();
                Box::pin(keep_learned(app, channel)).await;
                *sent = ask
                    .for_channel(channel, app.clock.now())
                    .map_err(Failure::elsewhere)?;
                continue;
            }
            return Err(trouble::from_status(channel, status, retry_after, &body));
        }
        let document = reply.says_json();
        let reading = Reading {
            app,
            channel,
            protocol: sent.protocol,
            bridge: sent.bridge.take(),
            stamp,
        };
        let opened = if ask.stream && !document {
            Box::pin(reading.first_event(reply, sent.usage_is_ours, deadline)).await
        } else {
            let body = read_document(app, reply.body, Gathered::default(), deadline).await?;
            reading.document_in(body)
        };
        match (opened, otherwise) {
            (Err(failure), Some(pair)) if failure.says_unspoken => {
                channel.learned().refused_responses(None, app.clock.now());
                Box::pin(keep_learned(app, channel)).await;
                *sent = ask.translated(pair, channel).map_err(Failure::elsewhere)?;
            }
            (opened, otherwise) => {
                if opened.is_ok() && otherwise.is_some() && channel.learned().answered_responses() {
                    Box::pin(keep_learned(app, channel)).await;
                }
                return opened;
            }
        }
    }
}

/// Writes down what was learned of a channel. It happens once in a while; where it fails, it is learned again.
async fn keep_learned(app: &App, channel: &Channel) {
    let (id, what) = (channel.id, channel.learned().write());
    let write = move |transaction: &Transaction<'_>| Ok(rows::put_learned(transaction, id, &what)?);
    if let Err(error) = app.store.change(write, |_| {}).await {
        tracing::warn!(%error, channel = id, "what was learned of a channel is not kept");
    }
}

async fn send(
    app: &App,
    channel: &Channel,
    ask: &Ask<'_>,
    sent: &Sent,
) -> Result<UpstreamReply, Failure> {
    let wait = app.limits.first_event;
    let reply = match &channel.upstream {
        Upstream::Server(server) => {
            let call = Call {
                path: &sent.path,
                body: sent.body.clone(),
                headers: &ask.passed_headers(sent),
            };
            // It is the largest that waits in here; each layer around it would be larger by as much.
            Box::pin(server::send(&app.clients, server, call, wait)).await
        }
        Upstream::BuiltIn => {
            let read = serde_json::from_slice::<Map<String, Value>>(&sent.body);
            let body = read.map_err(|error| Failure::elsewhere(unreadable_body(&error)))?;
            let name = channel.upstream_name(&ask.model);
            timeout(wait, Box::pin(builtin::answer(name, &body, app.known_as)))
                .await
                .map_err(|_| UpstreamError::TimedOut(wait.as_secs()))
        }
    };
    reply.map_err(|error| trouble::from_error(&error))
}

/// An answer that is being read.
struct Reading<'a> {
    app: &'a App,
    channel: &'a Arc<Channel>,
    /// What the upstream answers in.
    protocol: Protocol,
    bridge: Option<Bridge>,
    stamp: &'a Stamp,
}

impl Reading<'_> {
    /// Reads a stream until its first event.
    async fn first_event(
        self,
        reply: UpstreamReply,
        hide_usage: bool,
        deadline: Instant,
    ) -> Result<Opened, Failure> {
        let mut rest = reply.body;
        let mut passage = match &self.bridge {
            Some(bridge) => Passage::translated(bridge, self.stamp.clone()),
            None => Passage::straight(self.protocol, hide_usage),
        };
        let mut out = VecDeque::new();
        // Kept until it is known that this is a stream: what calls itself one may be a document or a web page.
        let mut raw = Gathered::default();
        loop {
            let late = || UpstreamError::TimedOut(self.app.limits.first_event.as_secs());
            let piece = timeout_at(deadline, rest.next())
                .await
                .unwrap_or_else(|_| Some(Err(late())));
            let mut ended = false;
            let turn = match piece {
                Some(Ok(piece)) => {
                    raw.add(piece.clone());
                    passage.feed(piece, &mut out)
                }
                Some(Err(error)) => return Err(trouble::from_error(&error)),
                None => {
                    ended = true;
                    let turn = passage.finish(&mut out);
                    if !passage.begun() && turn == Turn::On {
                        return if raw.so_far().trim_ascii().is_empty() || !passage.foreign() {
                            Err(trouble::empty())
                        } else {
                            self.document_in(raw.finish())
                        };
                    }
                    turn
                }
            };
            let speaks = passage.speaks(&out);
            if let (Turn::Error(error), false) = (&turn, speaks) {
                return Err(trouble::from_value(self.channel, None, error));
            }
            let mute = self.bridge.is_some() && !speaks;
            if mute && passage.begun() && (turn == Turn::Done || ended) {
                return Err(trouble::empty());
            }
            if passage.foreign() && !passage.begun() {
                let body = read_document(self.app, rest, raw, deadline).await?;
                return self.document_in(body);
            }
            if speaks || turn != Turn::On || ended {
                return Ok(Opened::Stream(Box::new(Opening {
                    passage,
                    out,
                    turn,
                    rest,
                })));
            }
            if raw.len() > LARGEST_PREAMBLE {
                return Err(trouble::foreign(raw.so_far()));
            }
        }
    }

    fn document_in(self, body: Bytes) -> Result<Opened, Failure> {
        let body = without_comments(body);
        if body.trim_ascii().is_empty() {
            return Err(trouble::empty());
        }
        let mut tally = Box::new(Tally::of(self.protocol));
        match tally.document(&body) {
            Some(Seen::Error(error)) => Err(Failure {
                says_unspoken: unspoken::in_answer(&body),
                ..trouble::from_value(self.channel, None, &error)
            }),
            Some(_) => {
                // What cannot be told to the client is no answer, and another channel may have one.
                if let Some(Err(trouble)) = self.translated(&body) {
                    let error = json!({"message": trouble.message, "code": trouble.code});
                    return Err(trouble::from_value(self.channel, None, &error));
                }
                Ok(Opened::Document {
                    body,
                    tally,
                    bridge: self.bridge.map(Box::new),
                })
            }
            None => Err(trouble::foreign(&body)),
        }
    }

    fn translated(&self, body: &[u8]) -> Option<Result<Answer, Trouble>> {
        let bridge = self.bridge.as_ref()?;
        Some(bridge.answer(body, self.stamp.clone()))
    }
}

/// Reads the rest of a document. Each piece may take as long as a stream may be silent; the blank lines that some servers
/// send through a long silence are none.
async fn read_document(
    app: &App,
    mut pieces: BoxStream<'static, Result<Bytes, UpstreamError>>,
    mut whole: Gathered,
    deadline: Instant,
) -> Result<Bytes, Failure> {
    // When it last said something; where that is not known it was a moment ago.
    let mut heard = None;
    loop {
        let next = match pieces.next().now_or_never() {
            Some(there) => Ok(there),
            None => {
                let since = *heard.get_or_insert_with(Instant::now);
                timeout_at(deadline.max(since + app.limits.stall), pieces.next()).await
            }
        };
        match next {
            Ok(None) => return Ok(whole.finish()),
            Ok(Some(Ok(piece))) => {
                if !piece.trim_ascii().is_empty() {
                    heard = None;
                }
                whole.add(piece);
            }
            Ok(Some(Err(error))) => return Err(trouble::from_error(&error)),
            Err(_) => {
                let error = UpstreamError::TimedOut(app.limits.stall.as_secs());
                return Err(trouble::from_error(&error));
            }
        }
        if whole.len() > LARGEST_DOCUMENT {
            return Err(trouble::foreign(whole.so_far()));
        }
    }
}

/// A body without the comments at its beginning: relays that kept a stream alive before the upstream answered write an
/// error behind them that is no event (`contract/new-api.md` 8.6).
fn without_comments(mut body: Bytes) -> Bytes {
    while body.trim_ascii_start().starts_with(b":") {
        let end = body.iter().skip_while(|byte| byte.is_ascii_whitespace());
        let comment = end.take_while(|byte| **byte != b'\n').count();
        let blank = body.len() - body.trim_ascii_start().len();
        body = body.slice((blank + comment).min(body.len())..);
    }
    body
}

async fn read_refusal(mut pieces: BoxStream<'static, Result<Bytes, UpstreamError>>) -> Bytes {
    let mut whole = Gathered::default();
    // What has arrived when the time is over, or when it breaks off, is what there is.
    let read = async {
        while let Some(Ok(piece)) = pieces.next().await {
            whole.add(piece);
            if whole.len() > LARGEST_PREAMBLE {
                break;
            }
        }
    };
    let _ = timeout(REFUSAL, read).await;
    whole.finish()
}
