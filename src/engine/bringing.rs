//! What other programs sent, brought from the relay's log into the ledger: for the dashboard while it runs, and for
//! `relaydeck usage`, which may be the first to look since.

use super::session::Session;
use crate::client::LoggedRequest;
use crate::domain::{Fault, LogMark};
use crate::ledger::{Ledger, LogEntry};

/// Pages of the relay's log that are looked through at once.
const PAGES: usize = 100;

/// Brings in what the relay's log has that was not read before. Tells how much of it is new, and the trouble that ended
/// the reading; what had come by then is in the ledger.
pub async fn bring_in(session: &Session, ledger: &Ledger) -> (usize, Option<Fault>) {
    let mut new = 0;
    let trouble = read_on(session, ledger, &mut new).await.err();
    (new, trouble)
}

/// Reads the log from its newest row back to where it was read before; only then the mark moves on, so that whatever
/// interrupts this leaves nothing out. It stays, too, while a row may yet turn out to be one of ours or of another.
async fn read_on(session: &Session, ledger: &Ledger, new: &mut usize) -> Result<(), Fault> {
    let (profile, relay) = (&session.profile.name, session.profile.address.to_string());
    let before = ledger.log_mark(profile).await?;
    let (mut after, mut newest) = (before.clone(), before.clone());
    let mut undecided = false;
    let mut number = 1;
    while number <= PAGES {
        let page = session.client.logged_requests(number, &after).await?;
        if page.another {
            (after, newest, number) = (LogMark::default(), LogMark::default(), 1);
            continue;
        }
        if page.newest.row > newest.row {
            newest = page.newest;
        }
        let entries = page.requests.into_iter().map(entry).collect();
        let brought = ledger.bring_in(profile, &relay, entries).await?;
        *new += brought.new;
        undecided |= brought.undecided;
        if !page.more {
            break;
        }
        number += 1;
    }
    if newest != before && !undecided {
        ledger.set_log_mark(profile, newest).await?;
    }
    Ok(())
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
