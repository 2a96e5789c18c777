//! One reply, from the moment it is sent to its bill: the relay's stream on one side, the ledger on the other.
//!
//! What always holds: nothing is sent before the ledger has a row for it, and every way out of here gives that row its
//! end. The dashboard and `relaydeck chat` both come through here.

use futures_util::StreamExt;
use tokio::time::{Duration, Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::clock::Clock;
use super::door::TurnEnd;
use super::session::{Plan, Session};
use super::spend::SpendMeter;
use crate::client::{Charge, ChargeQuery, Reply};
use crate::domain::{Basis, Cost, Fault, FaultKind, Finish, Money, Part, UnixMillis, Usage};
use crate::ledger::{self, Bill, Ledger, LedgerError, NewRequest, Outcome, ReceiptId};
use crate::locale::say;

/// What a reply gives while it runs.
#[derive(Clone, Debug)]
pub enum Progress {
    /// More text of the answer, or of the reasoning.
    Text {
        /// The text.
        text: String,
        /// Whether it is reasoning.
        reasoning: bool,
    },
    /// The figures moved.
    Spend(super::door::Spend),
}

/// A reply that ended, with its place in the ledger.
#[derive(Clone, Debug)]
pub struct Done {
    /// How it ended.
    pub end: TurnEnd,
    /// Its row; `None` when the ledger could not take it, in which case nothing was sent.
    pub receipt: Option<ReceiptId>,
    /// Whether the relay may have charged for it.
    pub may_be_billed: bool,
    /// The name the relay echoed.
    pub model_echoed: Option<String>,
    /// The vendor's mark of the set-up that answered, where it gave one.
    pub fingerprint: Option<String>,
    /// The HTTP status, where an answer came.
    pub status: Option<u16>,
    /// What the relay reported, where it did.
    pub reported: Option<Usage>,
    /// What we counted.
    pub counted: Usage,
}

/// Sends a request and follows its reply to the end, or until `stop` is called.
pub async fn run(
    session: &Session,
    ledger: &Ledger,
    plan: &Plan,
    clock: &Clock,
    stop: &CancellationToken,
    tell: impl FnMut(Progress),
) -> Done {
    let (key, request) = (&plan.key.held.secret, &plan.request);
    let asked = session
        .client
        .chat_with_patience(key, request, plan.silence);
    run_asked(session, ledger, plan, clock, stop, asked, tell).await
}

/// The same for a reply that is asked for in another way; `asked` sends nothing before it is polled.
pub async fn run_asked(
    session: &Session,
    ledger: &Ledger,
    plan: &Plan,
    clock: &Clock,
    stop: &CancellationToken,
    asked: impl Future<Output = Result<Reply, Fault>>,
    mut tell: impl FnMut(Progress),
) -> Done {
    let mut meter = SpendMeter::new(&plan.request, plan.purse.clone());
    let receipt = match ledger.append(new_request(session, plan, clock)).await {
        Ok(receipt) => receipt,
        Err(error) => {
            let fault: Fault = error.into();
            let fault = Fault {
                message: say!("turn-nothing-sent", why = fault.message),
                ..fault
            };
            let end = TurnEnd {
                finish: Finish::Cut,
                fault: Some(fault),
                spend: SpendMeter::nothing(&plan.purse, Some(Money::ZERO), 0),
                total_ms: 0,
                request_id: None,
            };
            return Done {
                end,
                receipt: None,
                may_be_billed: false,
                model_echoed: None,
                fingerprint: None,
                status: None,
                reported: None,
                counted: Usage::default(),
            };
        }
    };
    let started = Instant::now();
    let elapsed = || u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tell(Progress::Spend(meter.spend(0)));

    let mut course = Course::default();
    let sent = !stop.is_cancelled();
    let answered = tokio::select! {
        biased;
        () = stop.cancelled() => Err(None),
        reply = asked => reply.map_err(Some),
    };
    match answered {
        Ok(reply) => {
            course.status = Some(reply.status);
            course.request_id = reply.request_id.clone();
            follow(
                reply,
                &mut course,
                &mut meter,
                ledger,
                receipt,
                stop,
                &elapsed,
                &mut tell,
            )
            .await;
        }
        Err(Some(fault)) => course.fail(about_pictures(fault, plan)),
        Err(None) => course.finish = Some(Finish::Cancelled),
    }

    let total_ms = elapsed();
    let generated = meter.first_ms().is_some();
    let refused = !generated && course.was_refused(&meter);
    let spend = if generated || meter.reported().is_some() {
        meter.spend(total_ms)
    } else {
        // A refusal costs nothing. But where the line broke or was given up after the relay had taken the request on,
        // only its log knows what that costs: relays charge a prompt that was read, whoever waits for the answer.
        let cost = (refused || !sent).then_some(Money::ZERO);
        SpendMeter::nothing(&plan.purse, cost, total_ms)
    };
    let end = TurnEnd {
        finish: course.finish.clone().unwrap_or(Finish::Cut),
        fault: course.fault.clone(),
        spend,
        total_ms,
        request_id: course.request_id.clone(),
    };
    let outcome = outcome(&end, &course, &meter, refused);
    let mut done = Done {
        end,
        receipt: Some(receipt),
        may_be_billed: sent && !refused,
        model_echoed: course.model_echoed,
        fingerprint: course.fingerprint,
        status: course.status,
        reported: meter.reported(),
        counted: meter.counted(),
    };
    if let Err(error) = ledger.end(receipt, outcome).await {
        done.end.fault = done.end.fault.or(Some(error.into()));
    }
    done
}

/// A refusal that is about a picture says what to do about it: the pictures of earlier questions go along too.
fn about_pictures(fault: Fault, plan: &Plan) -> Fault {
    let message = fault.message.to_lowercase();
    let named = ["image", "picture", "vision"];
    let about = named.iter().any(|word| message.contains(word));
    match fault.kind {
        FaultKind::BadRequest if about && plan.request.has_images() => {
            fault.advise(say!("turn-pictures-advice"))
        }
        _ => fault,
    }
}

/// What was learned on the way.
#[derive(Default)]
struct Course {
    status: Option<u16>,
    request_id: Option<String>,
    model_echoed: Option<String>,
    fingerprint: Option<String>,
    finish: Option<Finish>,
    fault: Option<Fault>,
}

impl Course {
    /// Whether the relay refused the request before it was taken on, or it never left. A timeout is no refusal, and neither is
    /// a line that broke while its answer was waited for: the relay may still be at work, and charge.
    fn was_refused(&self, meter: &SpendMeter) -> bool {
        let Some(fault) = &self.fault else {
            return false;
        };
        let unsent = || {
            // What is wrong with a key or an address is found before anything is sent.
            let on_the_way = matches!(
                fault.kind,
                FaultKind::Network
                    | FaultKind::Timeout
                    | FaultKind::StreamBroken
                    | FaultKind::NotAnApi
            );
            fault.never_left || !on_the_way
        };
        meter.reported().is_none() && self.status.map_or_else(unsent, |status| status >= 400)
    }

    fn fail(&mut self, fault: Fault) {
        self.status = self.status.or(fault.status);
        self.request_id = self.request_id.take().or_else(|| fault.request_id.clone());
        self.finish = Some(Finish::Cut);
        self.fault = Some(fault);
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "the two halves of one function, parted for reading"
)]
async fn follow(
    mut reply: Reply,
    course: &mut Course,
    meter: &mut SpendMeter,
    ledger: &Ledger,
    receipt: ReceiptId,
    stop: &CancellationToken,
    elapsed: &impl Fn() -> u64,
    tell: &mut impl FnMut(Progress),
) {
    // Noted at once, so that the bill of a killed process can be found.
    ledger.progress(receipt, meter.progress(course.request_id.as_deref()));
    loop {
        let part = tokio::select! {
            biased;
            () = stop.cancelled() => {
                course.finish = Some(Finish::Cancelled);
                return;
            }
            part = reply.parts.next() => part,
        };
        let part = match part {
            Some(Ok(part)) => part,
            Some(Err(fault)) => return course.fail(fault),
            None => break,
        };
        meter.take(&part, elapsed());
        match part {
            Part::Text(text) => tell(Progress::Text {
                text,
                reasoning: false,
            }),
            Part::Reasoning(text) => tell(Progress::Text {
                text,
                reasoning: true,
            }),
            Part::Usage(_) => {}
            Part::Model(name) => {
                course.model_echoed.get_or_insert(name);
                continue;
            }
            Part::Fingerprint(mark) => {
                course.fingerprint.get_or_insert(mark);
                continue;
            }
            Part::Finish(finish) => {
                course.finish.get_or_insert(finish);
                continue;
            }
        }
        tell(Progress::Spend(meter.spend(elapsed())));
        // So that a killed process leaves what it had counted.
        ledger.progress(receipt, meter.progress(course.request_id.as_deref()));
    }
    if course.finish.is_none() {
        course.fail(Fault::new(FaultKind::StreamBroken, say!("turn-no-reason")));
    }
}

fn new_request(session: &Session, plan: &Plan, clock: &Clock) -> NewRequest {
    let info = plan.key.info.as_ref();
    let name = info
        .map(|info| info.name.clone())
        .unwrap_or_else(|| plan.key.held.name.clone());
    NewRequest {
        profile: session.profile.name.clone(),
        relay: session.profile.address.base().to_owned(),
        sent: clock.now(),
        model: plan.request.model.clone(),
        key_id: plan.key.held.id,
        key_name: Some(name).filter(|name| !name.is_empty()),
        key_masked: plan.key.held.secret.masked(),
        group: plan.group.clone(),
        price: plan.purse.price.clone(),
    }
}

fn outcome(end: &TurnEnd, course: &Course, meter: &SpendMeter, refused: bool) -> Outcome {
    Outcome {
        how: if refused {
            ledger::Ending::Failed
        } else {
            ledger::Ending::Ended
        },
        model_echoed: course.model_echoed.clone(),
        counted: if end.spend.usage.is_empty() {
            end.spend.usage
        } else {
            meter.counted()
        },
        reported: meter.reported(),
        expected: end.spend.cost.amount,
        expected_basis: end.spend.cost.basis,
        finish: Some(end.finish.clone()),
        fault: end.fault.as_ref().map(|fault| fault.kind),
        status: course.status,
        request_id: course.request_id.clone(),
        first_ms: meter.first_ms(),
        total_ms: Some(end.total_ms),
    }
}

/// Waits before each look into the relay's log: it may be written a moment after the stream ended, or some seconds.
const SETTLE_AFTER: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(400),
    Duration::from_secs(2),
    Duration::from_secs(6),
];

/// Asks the relay's log what a reply was charged, and writes it down. `None` when the log does not know it (yet), this
/// credential may not look, or `hurry` came before the log knew; the next start looks again.
///
/// # Errors
/// When the relay cannot be asked, or the ledger cannot be written.
pub async fn settle(
    session: &Session,
    ledger: &Ledger,
    plan: &Plan,
    done: &Done,
    sent: UnixMillis,
    hurry: &CancellationToken,
) -> Result<Option<Cost>, Fault> {
    let billed = session.facts.manages && done.may_be_billed;
    let Some(receipt) = done.receipt.filter(|_| billed) else {
        return Ok(None);
    };
    let query = ChargeQuery {
        request_id: done.end.request_id.clone(),
        model: plan.request.model.clone(),
        sent,
        ended: UnixMillis(
            sent.0
                .saturating_add(i64::try_from(done.end.total_ms).unwrap_or(i64::MAX)),
        ),
        // An estimate of ours would never match a row of the relay's.
        usage: done.reported,
    };
    for wait in SETTLE_AFTER {
        tokio::select! {
            biased;
            () = sleep(wait) => {}
            () = hurry.cancelled(), if !wait.is_zero() => return Ok(None),
        }
        let found = tokio::select! {
            biased;
            found = session.client.charge_of(&query) => found?,
            () = hurry.cancelled() => return Ok(None),
        };
        if let Some(charge) = found {
            let failed: fn(LedgerError) -> Fault = Into::into;
            ledger
                .settle(receipt, bill(&charge))
                .await
                .map_err(failed)?;
            return Ok(Some(Cost {
                amount: Some(charge.money),
                basis: Basis::Settled,
            }));
        }
    }
    Ok(None)
}

/// A charge as the ledger keeps it.
pub(super) fn bill(charge: &Charge) -> Bill {
    Bill {
        charged: charge.money,
        group: Some(charge.group.clone()).filter(|group| !group.is_empty()),
        request_id: charge.request_id.clone(),
    }
}
