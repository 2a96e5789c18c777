//! A streamed answer on its way to the client: passed on as it arrives, kept alive when it is silent, settled before its end.
//!
//! It is polled by the connection itself, without a task or a channel between, so a token costs no hand-over. When
//! the client goes away the connection drops it: that ends the upstream call and bills what was generated.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, Stream, StreamExt};
use tokio::time::{Instant, Sleep, sleep_until};

use super::super::answers::RequestId;
use super::super::app::App;
use super::super::channels::Channel;
use super::super::sign::Sign;
use super::super::upstream::UpstreamError;
use super::attempt::Opening;
use super::bill::{Bill, End, Settled};
use super::passage::Passage;
use super::sieve::Turn;
use super::stored::Keeper;
use super::trouble::{self, Failure};

/// What keeps a silent stream alive: a comment.
const PING: Bytes = Bytes::from_static(b": PING\n\n");

/// The answer's state.
pub struct Answer {
    app: Arc<App>,
    id: RequestId,
    channel: Arc<Channel>,
    /// There until it is settled.
    bill: Option<Bill>,
    passage: Passage,
    out: VecDeque<Bytes>,
    turn: Turn,
    upstream: Option<BoxStream<'static, Result<Bytes, UpstreamError>>>,
    wants_usage: bool,
    /// Who may refer to its parts later.
    keeper: Option<Keeper>,
    /// When the upstream last sent data; comments and pings are none.
    heard: Instant,
    /// When the client was last sent anything.
    spoke: Instant,
    timer: Pin<Box<Sleep>>,
    cut: Sign,
    over: bool,
}

/// What happened next, other than a piece.
enum Event {
    Failed(UpstreamError),
    Ended,
    Time,
    Stop,
}

impl Answer {
    /// An answer whose first event is there.
    pub fn new(
        app: &Arc<App>,
        id: RequestId,
        channel: Arc<Channel>,
        bill: Bill,
        opening: Opening,
        wants_usage: bool,
    ) -> Self {
        let now = Instant::now();
        Answer {
            id,
            channel,
            bill: Some(bill),
            passage: opening.passage,
            out: opening.out,
            turn: opening.turn,
            upstream: Some(opening.rest),
            wants_usage,
            keeper: None,
            heard: now,
            spoke: now,
            timer: Box::pin(sleep_until(now + app.limits.ping.min(app.limits.stall))),
            cut: Sign::of(&app.cut),
            over: false,
            app: Arc::clone(app),
        }
    }

    /// The same, for somebody who may refer to its parts later.
    pub fn kept_for(mut self, keeper: Option<Keeper>) -> Self {
        self.keeper = keeper;
        self
    }

    /// The answer as a body.
    pub fn into_body(self) -> Body {
        Body::from_stream(Pieces {
            answer: Some(Box::new(self)),
            turning: None,
        })
    }

    /// Waits for what the upstream, the relay or the clock does; `None` is a piece, and it was taken.
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Event>> {
        let Some(upstream) = &mut self.upstream else {
            return Poll::Ready(Some(Event::Ended));
        };
        if let Poll::Ready(piece) = upstream.poll_next_unpin(context) {
            return Poll::Ready(match piece {
                Some(Ok(piece)) => {
                    self.hear(piece);
                    None
                }
                Some(Err(error)) => Some(Event::Failed(error)),
                None => Some(Event::Ended),
            });
        }
        if pin!(self.cut.given()).poll(context).is_ready() {
            return Poll::Ready(Some(Event::Stop));
        }
        self.timer
            .as_mut()
            .poll(context)
            .map(|()| Some(Event::Time))
    }

    /// Takes a piece of the upstream's.
    fn hear(&mut self, piece: Bytes) {
        self.spoke = Instant::now();
        let before = self.passage.parts();
        self.turn = self.passage.feed(piece, &mut self.out);
        if self.passage.parts() > before || self.passage.amid_line() {
            self.heard = self.spoke;
        }
        if let Some(bill) = &self.bill {
            bill.heard(self.passage.parts());
        }
    }

    /// The stream took a turn: what its last piece said, or what happened.
    async fn turn(&mut self, event: Option<Event>) {
        match std::mem::replace(&mut self.turn, Turn::On) {
            Turn::On => {}
            Turn::Done => return self.end(End::Complete).await,
            Turn::Error(error) => {
                let failure = trouble::from_value(&self.channel, None, &error);
                return self.broke(failure).await;
            }
        }
        match event {
            None => {}
            Some(Event::Ended) => self.ended().await,
            Some(Event::Failed(error)) => self.broke(trouble::from_error(&error)).await,
            Some(Event::Stop) => self.end(End::Broken(trouble::stopping())).await,
            Some(Event::Time) => self.time().await,
        }
    }

    /// The timer runs through silence and speech alike; only when it fires does anyone look how long it was silent.
    async fn time(&mut self) {
        let limits = self.app.limits;
        let now = Instant::now();
        if now >= self.heard + limits.stall {
            let error = UpstreamError::TimedOut(limits.stall.as_secs());
            self.broke(trouble::from_error(&error)).await;
            return;
        }
        if now >= self.spoke + limits.ping && self.passage.takes_comment() {
            self.spoke = now;
            self.out.push_back(PING);
        }
        // A ping that found no gap between two lines is tried again a little later.
        let ping = (self.spoke + limits.ping).max(now + limits.ping / 4);
        self.timer
            .as_mut()
            .reset(ping.min(self.heard + limits.stall));
    }

    /// The upstream ended without saying `[DONE]`.
    async fn ended(&mut self) {
        self.upstream = None;
        match self.passage.finish(&mut self.out) {
            Turn::On if self.passage.finished() => self.end(End::Complete).await,
            Turn::On => {
                let error = UpstreamError::Cut("the stream ended before it was complete".into());
                self.broke(trouble::from_error(&error)).await;
            }
            turn => self.turn = turn,
        }
    }

    /// The channel failed in the middle of its answer. No other can go on with it.
    async fn broke(&mut self, failure: Failure) {
        if let Some(bill) = &self.bill {
            let (why, now) = (&failure.error.message, self.app.clock.now());
            self.channel.failed(bill.model(), failure.cause, why, now);
        }
        self.end(End::Broken(failure.error)).await;
    }

    /// Settles, then says how it ended.
    async fn end(&mut self, end: End) {
        let head = self.passage.missing_usage(self.wants_usage);
        let mut tally = self.passage.take_tally();
        let parts = std::mem::take(&mut tally.referable);
        let bill = self.bill.take();
        let settling = bill.map(|bill| bill.settle(tally, end.clone()));
        if let Some(keeper) = self.keeper {
            keeper.remember(&self.app, None, parts).await;
        }
        let settled = match settling {
            Some(settling) => settling.await,
            None => Settled::default(),
        };
        if let End::Broken(error) = end {
            self.passage
                .break_off(&error, &self.id, &self.channel, &mut self.out);
        } else {
            self.passage.close(&settled, head, &mut self.out);
        }
        self.over = true;
    }

    /// After `[DONE]` the upstream's connection usually has its own end waiting; taking it lets the next request use it again.
    fn let_connection_rest(&mut self) {
        if let Some(upstream) = &mut self.upstream {
            let _ = upstream.next().now_or_never();
        }
        self.upstream = None;
    }
}

/// The answer piece by piece. Pieces come by the hundred and are handed on where they are polled; a turn comes once or
/// twice in a stream, and only it is worth a future.
struct Pieces {
    /// Not there while it takes a turn.
    answer: Option<Box<Answer>>,
    turning: Option<BoxFuture<'static, Box<Answer>>>,
}

impl Stream for Pieces {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(turning) = &mut self.turning {
                let answer = ready!(turning.as_mut().poll(context));
                self.turning = None;
                self.answer = Some(answer);
            }
            let Some(answer) = &mut self.answer else {
                return Poll::Ready(None);
            };
            if let Some(piece) = answer.out.pop_front() {
                return Poll::Ready(Some(Ok(piece)));
            }
            if answer.over {
                answer.let_connection_rest();
                return Poll::Ready(None);
            }
            let mut event = None;
            if matches!(answer.turn, Turn::On) {
                event = ready!(answer.poll_event(context));
                if event.is_none() {
                    continue;
                }
            }
            self.turning = self.answer.take().map(|mut answer| {
                let turned = async move {
                    answer.turn(event).await;
                    answer
                };
                turned.boxed()
            });
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if let Some(bill) = self.bill.take() {
            let mut tally = self.passage.take_tally();
            let parts = std::mem::take(&mut tally.referable);
            // Goes on by itself; nobody is left to wait for it.
            drop(bill.settle(tally, End::ClientGone));
            // What the client was told of it may refer to, though it did not stay for the rest.
            if let Some(keeper) = self.keeper.filter(|_| !parts.is_empty()) {
                let app = Arc::clone(&self.app);
                let remembering = async move { keeper.remember(&app, None, parts).await };
                self.app.settling.spawn_on(remembering, &self.app.runtime);
            }
        }
    }
}
