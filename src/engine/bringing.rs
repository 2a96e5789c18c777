//! What other programs sent, brought from the relay's log into the ledger: for the dashboard while it runs, and for
//! `relaydeck usage`, which may be the first to look since.

use std::time::Duration;

use tokio::time::timeout;

use super::clock::Clock;
use super::session::Session;
use crate::client::{LogPage, LoggedRequest};
use crate::domain::{Fault, FaultKind, LogMark};
use crate::ledger::{Ledger, LogEntry};
use crate::locale::say;

/// Brings in what the relay's log has that was not read before; only our own relay's log is read at all. Tells how much of it
/// is new, and the trouble that ended the reading; what had come by then is in the ledger. Each page is waited for so long;
/// where nothing is said, as long as any call to a console.
pub async fn bring_in(
    session: &Session,
    ledger: &Ledger,
    clock: &Clock,
    patience: Option<Duration>,
) -> (usize, Option<Fault>) {
    let mut new = 0;
    let trouble = read_on(session, ledger, clock, patience, &mut new)
        .await
        .err();
    (new, trouble)
}

/// Reads the log from its newest row back to where it was read before, however many pages that takes; only then the mark
/// moves on, so that whatever interrupts this leaves nothing out. It stays, too, while a row may yet turn out to be one of
/// ours or of another.
async fn read_on(
    session: &Session,
    ledger: &Ledger,
    clock: &Clock,
    patience: Option<Duration>,
    new: &mut usize,
) -> Result<(), Fault> {
    let (profile, relay) = (&session.profile.name, session.profile.address.to_string());
    let before = ledger.log_mark(profile).await?;
    let (mut after, mut newest) = (before.clone(), before.clone());
    let mut undecided = false;
    let (mut number, mut reached) = (1, i64::MAX);
    loop {
        let page = page(session, number, &after, patience).await?;
        if page.another {
            (after, newest) = (LogMark::default(), LogMark::default());
            (number, reached) = (1, i64::MAX);
            continue;
        }
        if page.newest.row > newest.row {
            newest = page.newest;
        }
        let entries = page.requests.into_iter().map(entry).collect();
        let brought = ledger
            .bring_in(profile, &relay, entries, clock.now())
            .await?;
        *new += brought.new;
        undecided |= brought.undecided;
        if !page.more {
            break;
        }
        // Every page goes further back; one that does not would be followed by such pages for ever.
        match page.oldest {
            Some(oldest) if oldest < reached => reached = oldest,
            _ => {
                let message = say!("account-unknown-answer", what = say!("what-log"));
                return Err(Fault::new(FaultKind::NotAnApi, message));
            }
        }
        number += 1;
    }
    if newest != before && !undecided {
        ledger.set_log_mark(profile, newest).await?;
    }
    Ok(())
}

async fn page(
    session: &Session,
    number: usize,
    after: &LogMark,
    patience: Option<Duration>,
) -> Result<LogPage, Fault> {
    let asked = session.client.logged_requests(number, after);
    let Some(patience) = patience else {
        return asked.await;
    };
    timeout(patience, asked).await.unwrap_or_else(|_| {
        let host = session.profile.address.host();
        Err(Fault::new(
            FaultKind::Timeout,
            say!("http-late", host = host),
        ))
    })
}

fn entry(request: LoggedRequest) -> LogEntry {
    let charge = request.charge;
    LogEntry {
        sent: request.sent,
        model: request.model,
        key_id: charge.key_id,
        key_name: Some(charge.key_name).filter(|name| !name.is_empty()),
        group: Some(charge.group).filter(|group| !group.is_empty()),
        usage: charge.usage,
        charged: charge.money,
        request_id: charge.request_id.unwrap_or_default(),
        first_ms: request.first_ms,
        total_ms: Some(request.total_ms),
        broken: request.broken,
        tool: request.tool,
    }
}
