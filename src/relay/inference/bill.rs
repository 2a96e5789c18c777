//! A request's bill: money set aside when it starts, and exactly one ending: settled, or released.
//!
//! What always holds: a bill that is dropped releases what it had set aside, and has its row all the same, since an upstream
//! was asked; a settlement, once begun, goes on though the client is gone; and nobody is told of a
//! figure before it is kept, or where nothing can be written, held to be written as soon as something can.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures_util::future::Either;

use super::super::answers::ApiError;
use super::super::app::App;
use super::super::book::{Caller, Change, Refusal, Share};
use super::super::catalog::scale;
use super::super::channels::Channel;
use super::super::live::{Entry, Progress, Run};
use super::super::meter::{count, tally::Tally};
use super::super::protocol::Protocol;
use super::super::refusals;
use super::super::store::money::Ending;
use super::ask::Ask;
use super::note::{self, Tried};
use super::trouble;
use super::way::Terms;
use crate::domain::price::BasePrice;
use crate::domain::{Money, Price, Ratio, UnixMillis, UnixSeconds, Usage};

/// What is known of a request before it is sent anywhere. It holds its words, so it is not to be printed.
#[derive(Clone)]
pub struct Order {
    pub caller: Caller,
    pub request_id: Arc<str>,
    pub model: Arc<str>,
    /// The published price, and the group's ratio on it.
    pub base: BasePrice,
    pub group_ratio: Ratio,
    /// What both come to: what it costs in the caller's group.
    pub price: Price,
    /// The same, where accounts of the caller's group pay a ratio of their own.
    pub special_ratio: Option<Ratio>,
    pub stream: bool,
    pub path: &'static str,
    /// The request as the upstream gets it, for counting where nobody else does.
    pub body: Bytes,
    /// What that body is written in.
    pub written_in: Protocol,
    pub started: Instant,
    /// When it was taken up, its body being there, as the calendar has it.
    pub begun: UnixMillis,
    /// The program it came from, by its own word.
    pub tool: Arc<str>,
    /// What it pays in the groups that it may go on to, in their order.
    pub later: Vec<Terms>,
}

impl Order {
    /// Quota units for a usage; `None` where the price is unknown.
    pub fn units(&self, usage: &Usage) -> Option<i64> {
        Some(self.price.cost(usage)?.units(scale()).0)
    }

    /// Quota units to set aside at a price: what prompt and expected output cost, at least one where anything costs anything.
    fn estimate(price: &Price, prompt: u64, output: u64) -> i64 {
        let usage = Usage {
            input: prompt,
            output,
            ..Usage::default()
        };
        let Some(cost) = price.cost(&usage) else {
            return 0;
        };
        let least = i64::from(cost.money() > Money::ZERO);
        cost.units(scale()).0.max(least)
    }
}

/// Why an answer ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// As it should.
    Complete,
    /// The client went away; the upstream was told to stop.
    ClientGone,
    /// The upstream broke off or failed, or the relay had to stop.
    Broken(ApiError),
}

/// What a request came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settled {
    pub usage: Usage,
    /// Whether we counted, because the upstream reported nothing.
    pub counted: bool,
    /// Quota units; `None` where the price is unknown.
    pub units: Option<i64>,
}

/// Money set aside for a request.
pub struct Bill {
    facts: Option<Box<Facts>>,
}

/// Everything a settlement needs.
pub struct Facts {
    pub app: Arc<App>,
    pub order: Order,
    pub reserved: Share,
    /// The channel that is tried, and those before it.
    pub tried: Tried,
    /// The first channel's trouble.
    missed: Option<Box<Missed>>,
    /// Milliseconds to the first event.
    pub first_ms: Option<u64>,
    /// Its place among what runs.
    entry: Entry,
}

/// Why a request failed, and where: at which channel, and in which group that was.
pub struct Missed {
    pub error: ApiError,
    pub channel: Option<Arc<Channel>>,
    pub group: Arc<str>,
}

impl Bill {
    /// Sets money aside for a prompt of so many tokens, and the answer it may get.
    pub fn open(
        app: &Arc<App>,
        mut order: Order,
        ask: &Ask<'_>,
        prompt: u64,
        output_limit: Option<u64>,
    ) -> Result<Self, ApiError> {
        let expected = ask.expected_output(output_limit);
        let estimate = |price: &Price| Order::estimate(price, prompt, expected);
        let units = estimate(&order.price);
        let dearest = order.later.iter().map(|terms| estimate(&terms.price));
        let mut share = Share {
            units: dearest.max().unwrap_or(0).max(units),
            tokens: prompt.saturating_add(expected),
        };
        let now = order.begun.seconds();
        let caller = &order.caller;
        let begin = |share| app.book.begin(caller.account_id, caller.key_id, share, now);
        let mut begun = begin(share);
        if share.units > units && matches!(begun, Err(Refusal::NoMoney(_))) {
            // There is not enough for wherever it might go on: then it stays where it begins.
            share.units = units;
            begun = begin(share);
            order.later.clear();
        }
        begun.map_err(|refusal| match refusal {
            Refusal::TooMuch(told) => refusals::too_much(told),
            Refusal::NoMoney(why) => refusals::no_money(why, units),
        })?;
        let caller = &order.caller;
        let entry = app.live.begin(Run {
            number: app.reservation_number(),
            account_id: caller.account_id,
            key_id: caller.key_id,
            units: share.units,
            request_id: Arc::clone(&order.request_id),
            key_name: Arc::clone(&caller.key_name),
            model: Arc::clone(&order.model),
            group: Arc::clone(&caller.group),
            tool: Arc::clone(&order.tool),
            stream: order.stream,
            begun: order.begun,
            since: order.started,
            prompt,
            progress: Progress::default(),
        });
        app.store.writer().begun();
        Ok(Bill {
            facts: Some(Box::new(Facts {
                app: Arc::clone(app),
                order,
                reserved: share,
                tried: Tried::default(),
                missed: None,
                first_ms: None,
                entry,
            })),
        })
    }

    /// The model that is asked.
    pub fn model(&self) -> &str {
        self.facts.as_ref().map_or("", |facts| &facts.order.model)
    }

    /// Remembers the channel that is tried.
    pub fn through(&mut self, channel: &Arc<Channel>) {
        if let Some(facts) = &mut self.facts {
            facts.tried.next(channel);
        }
    }

    /// The channel that is tried failed. The first one's trouble is what is told in the end: it had been the choice.
    pub fn missed(&mut self, error: ApiError) {
        if let Some(facts) = &mut self.facts
            && facts.missed.is_none()
        {
            facts.missed = Some(Box::new(Missed {
                error,
                channel: facts.tried.last().cloned(),
                group: Arc::clone(&facts.order.caller.group),
            }));
        }
    }

    /// The request goes on to the next of its groups, and pays what that costs. `false` where it may go no further.
    pub fn go_on(&mut self) -> bool {
        let Some(facts) = &mut self.facts else {
            return false;
        };
        let order = &mut facts.order;
        if order.later.is_empty() {
            return false;
        }
        let terms = order.later.remove(0);
        facts.entry.run().progress.moved_to(&terms.group);
        order.caller.group = terms.group;
        order.group_ratio = terms.ratio;
        order.special_ratio = terms.special_ratio;
        order.price = terms.price;
        true
    }

    /// Remembers when the first event came.
    pub fn first_event(&mut self) {
        if let Some(facts) = &mut self.facts {
            facts.first_ms = Some(millis(facts.order.started));
        }
    }

    /// Tells whoever watches how far the answer has come.
    pub fn heard(&self, parts: u64) {
        if let Some(facts) = &self.facts {
            facts.entry.heard(parts);
        }
    }

    /// Settles the exact amount. It begins at once and goes on by itself; the future is for whoever must not tell the
    /// client before it is done.
    pub fn settle(
        mut self,
        tally: Tally,
        end: End,
    ) -> impl Future<Output = Settled> + Send + 'static {
        let generated = !tally.is_empty();
        let work = self.facts.take().map(|facts| {
            let told = tally.told();
            if told.is_some() || !generated {
                let usage = told.unwrap_or_default();
                let counted = told.is_none();
                return Either::Left(facts.conclude(generated, end, usage, counted));
            }
            // Nobody reported what it came to, so it must be counted, which takes its time.
            let (settling, runtime) = (facts.app.settling.clone(), facts.app.runtime.clone());
            let counting = async move {
                let usage = facts.count(&tally).await;
                facts.conclude(generated, end, usage, true).await
            };
            Either::Right(settling.spawn_on(counting, &runtime))
        });
        async move {
            match work {
                Some(Either::Left(kept)) => kept.await,
                Some(Either::Right(task)) => task.await.unwrap_or_default(),
                None => Settled::default(),
            }
        }
    }

    /// Releases the money and keeps a row that says why, before the client is told the same.
    pub async fn fail(mut self) -> Option<ApiError> {
        // What failed nowhere keeps its facts, and is released like any answer that nobody waited for.
        let missed = self.facts.as_mut()?.missed.take()?;
        let facts = self.facts.take()?;
        note::trace_failure(&facts, &missed);
        facts.end(&facts.released(&missed)).await;
        Some(missed.error)
    }
}

impl Drop for Bill {
    fn drop(&mut self) {
        if let Some(facts) = self.facts.take() {
            let end = if facts.app.cut.is_cancelled() {
                End::Broken(trouble::stopping())
            } else {
                End::ClientGone
            };
            // It is kept when this returns, or as soon as it can be.
            drop(facts.conclude(false, end, Usage::default(), true));
        }
    }
}

impl Facts {
    /// Hands the ending to the writer; the future waits until it is kept.
    fn conclude(
        self: Box<Self>,
        generated: bool,
        end: End,
        usage: Usage,
        counted: bool,
    ) -> impl Future<Output = Settled> + Send + 'static {
        let missed;
        let (ending, settled) = match end {
            End::Broken(error) if !generated => {
                missed = Missed {
                    error,
                    channel: self.tried.last().cloned(),
                    group: Arc::clone(&self.order.caller.group),
                };
                note::trace_failure(&self, &missed);
                (self.released(&missed), Settled::default())
            }
            end => {
                let units = self.order.units(&usage);
                // Empty answers cost nothing, whatever their prompt would have cost; nor does what never came.
                let charged = if generated { units.unwrap_or(0) } else { 0 };
                let settled = Settled {
                    usage,
                    counted,
                    units: units.map(|_| charged),
                };
                note::trace(&self, &settled, &end);
                let now = self.app.clock.seconds();
                let ending = Ending {
                    reservation: self.entry.run().number,
                    change: self.change(Some(charged), usage.total(), now),
                    log: Some(note::consumption(&self, &settled, generated, &end, now)),
                };
                (ending, settled)
            }
        };
        let kept = self.end(&ending);
        async move {
            // Where it could not be kept yet, the writer has told so and tries again.
            kept.await;
            settled
        }
    }

    /// Our own count, of an answer whose upstream reported nothing.
    async fn count(&self, tally: &Tally) -> Usage {
        // An answer that broke off may have told what its prompt came to.
        let prompt = Usage {
            output: 0,
            ..tally.reported.unwrap_or(tally.begun_with)
        };
        let prompt = if prompt.is_empty() {
            Usage {
                input: count::prompt(self.order.written_in, self.order.body.clone()).await,
                ..Usage::default()
            }
        } else {
            prompt
        };
        Usage {
            output: count::output(tally.text.clone())
                .await
                .saturating_add(tally.beyond()),
            ..prompt
        }
    }

    /// Hands its ending over.
    fn end(&self, ending: &Ending<'_>) -> impl Future<Output = bool> + Send + use<> {
        self.app.store.writer().end(ending, self.entry.run())
    }

    /// The ending of a request that failed, and so cost nothing.
    fn released<'a>(&'a self, missed: &'a Missed) -> Ending<'a> {
        let now = self.app.clock.seconds();
        Ending {
            reservation: self.entry.run().number,
            change: self.change(None, 0, now),
            log: Some(note::failure(self, missed, now)),
        }
    }

    fn change(&self, charged: Option<i64>, tokens: u64, at: UnixSeconds) -> Change {
        Change {
            account_id: self.order.caller.account_id,
            key_id: self.order.caller.key_id,
            reserved: self.reserved,
            charged,
            tokens,
            at,
        }
    }
}

/// Milliseconds since a point in time.
pub fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}
