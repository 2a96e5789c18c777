//! What the ledger says was spent, and what runs at the relay now: told to the dashboard while it is looked at.
//!
//! What other programs send is followed by a request that the relay answers when something changes. While nobody looks, only
//! a relay on this machine is asked, and only for beginnings and ends: what they cost belongs into the spend of today as
//! soon as it is billed, and while nothing is sent nobody is woken. Nothing is lost at the others: whatever ended
//! meanwhile is read from the relay's log the moment it is looked at again.

use std::time::Duration;

use super::bringing::bring_in;
use super::clock::Clock;
use super::door::{Event, Scope, UsageView};
use super::session::Session;
use super::task::{Engine, Report, not_open};
use crate::domain::{Fault, FaultKind, RunningRequest, UnixMillis};
use crate::ledger::{Ledger, LedgerError, ReceiptFilter};
use crate::locale::say;

/// The latest receipts that are shown.
const RECEIPTS: u32 = 200;
const HOUR_MS: i64 = 3_600_000;
/// How long ends are gathered while nobody looks: a busy relay must not be read all the time.
const GATHER: Duration = Duration::from_secs(1);
/// How long until a relay that failed is asked again what runs.
const AGAIN: Duration = Duration::from_secs(5);

impl Engine {
    /// Answers with what was spent since a point in time.
    pub(super) fn look_at_usage(&mut self, since: UnixMillis, disputes: bool) {
        let Some(session) = &self.session else {
            return self.tell(Event::UsageFailed { fault: not_open() });
        };
        let Some(ledger) = self.ledger.clone() else {
            let fault = Fault::new(FaultKind::Local, say!("usage-ledger-closed"))
                .advise(say!("usage-ledger-closed-advice"));
            return self.tell(Event::UsageFailed { fault });
        };
        let profile = session.profile.name.clone();
        let (outbox, now) = (self.inbox.outbox.clone(), self.clock.now());
        let looking = self.tasks.spawn(async move {
            outbox.push(match read(&ledger, profile, since, disputes, now).await {
                Ok(view) => Event::Usage {
                    view: Box::new(view),
                    at: now,
                },
                Err(error) => Event::UsageFailed {
                    fault: Fault::from(error),
                },
            });
        });
        if let Some(older) = self.looking.replace(looking) {
            older.abort();
        }
    }

    /// Watches what runs at the relay while somebody looks, and what ends where that costs nothing. Only our own relay
    /// tells; others are asked once.
    pub(super) fn watch_running(&mut self, looked_at: bool) {
        if let Some(watcher) = self.watcher.take() {
            watcher.abort();
        }
        let watched =
            |session: &Session| session.facts.manages && (looked_at || session.profile.is_local());
        let Some(session) = self.session.clone().filter(watched) else {
            return;
        };
        let (outbox, reports) = (self.inbox.outbox.clone(), self.reports.0.clone());
        let generation = self.generation;
        let (ledger, clock) = (self.ledger.clone(), self.clock.clone());
        self.watcher = Some(self.tasks.spawn(async move {
            let mut version = None;
            // At first, whatever ended while nobody looked is looked up.
            let mut before = usize::MAX;
            loop {
                match running(&session, version, !looked_at).await {
                    Ok((now, running)) => {
                        version = Some(now);
                        // Between two answers one may have begun and another ended: what ended has a bill by now.
                        let ended = running.len() < before || !looked_at;
                        if ended {
                            let brought = brought(&session, ledger.as_ref(), &clock).await;
                            if looked_at || brought > 0 {
                                let _ = reports.send(Report::Spent);
                            }
                            if brought > 0 {
                                // What was spent is gone from the wallet and from a key.
                                let _ = reports.send(Report::Done {
                                    generation,
                                    scopes: &[Scope::Account, Scope::Keys],
                                    event: None,
                                });
                            }
                        }
                        before = running.len();
                        if looked_at {
                            outbox.push(Event::Running(running));
                        } else {
                            tokio::time::sleep(GATHER).await;
                        }
                    }
                    Err(fault) if may_tell_later(&fault) => {
                        version = None;
                        tokio::time::sleep(AGAIN).await;
                    }
                    Err(_) => return,
                }
            }
        }));
    }
}

/// Brings in what other programs sent; what could not be read is looked up the next time.
async fn brought(session: &Session, ledger: Option<&Ledger>, clock: &Clock) -> usize {
    let Some(ledger) = ledger else { return 0 };
    let (brought, trouble) = bring_in(session, ledger, clock, None).await;
    match trouble {
        None => tracing::debug!(brought, "requests of other programs"),
        Some(fault) => tracing::warn!(%fault, "the requests of other programs"),
    }
    brought
}

async fn running(
    session: &Session,
    version: Option<u64>,
    still: bool,
) -> Result<(u64, Vec<RunningRequest>), Fault> {
    let session = session.clone().alive().await?;
    session.client.running(version, still).await
}

/// Whether a relay that did not say what runs may say so another time.
fn may_tell_later(fault: &Fault) -> bool {
    matches!(
        fault.kind,
        FaultKind::Network | FaultKind::Timeout | FaultKind::Server | FaultKind::RateLimited
    )
}

async fn read(
    ledger: &Ledger,
    profile: String,
    since: UnixMillis,
    disputes: bool,
    now: UnixMillis,
) -> Result<UsageView, LedgerError> {
    let report = ledger.spending(Some(&profile), since).await?;
    let hour_ago = UnixMillis(now.0.saturating_sub(HOUR_MS));
    let last_hour = ledger.totals(Some(&profile), hour_ago).await?;
    let receipts = ledger
        .receipts(ReceiptFilter {
            profile: Some(profile.clone()),
            since: Some(since),
            disputed: disputes,
            limit: RECEIPTS,
            ..ReceiptFilter::default()
        })
        .await?;
    Ok(UsageView {
        profile,
        since,
        disputes,
        report,
        last_hour: last_hour.spent,
        last_hour_estimated: last_hour.estimated,
        receipts,
    })
}
