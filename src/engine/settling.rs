//! Bills that were not known when an earlier run ended, looked up in the relay's log.

use super::clock::Clock;
use super::session::Session;
use super::turn::bill;
use crate::client::ChargeQuery;
use crate::domain::{Receipt, UnixMillis};
use crate::ledger::{Ledger, ReceiptId};

/// Rows looked up at one start: enough for a crash, few enough not to trouble a relay.
const AT_ONCE: u32 = 20;
/// Older rows are left alone: a relay's log reaches back only so far.
const REACH_MS: i64 = 3 * 86_400_000;

/// Settles what can be settled and returns how many rows that were.
pub async fn settle_old_rows(session: &Session, ledger: &Ledger, clock: &Clock) -> usize {
    if !session.facts.manages {
        return 0;
    }
    let since = UnixMillis(clock.now().0.saturating_sub(REACH_MS));
    let rows = match ledger
        .unsettled(&session.profile.name, since, AT_ONCE)
        .await
    {
        Ok(rows) => rows,
        Err(error) => {
            tracing::warn!(%error, "unsettled rows");
            return 0;
        }
    };
    let mut settled = 0;
    for row in rows {
        match session.client.charge_of(&query(&row)).await {
            Ok(Some(charge)) => match ledger.settle(ReceiptId(row.id), bill(&charge)).await {
                Ok(()) => settled += 1,
                Err(error) => tracing::warn!(%error, "a row could not be settled"),
            },
            Ok(None) => {}
            // If the relay does not answer now it will not for the next row either.
            Err(fault) => {
                tracing::warn!(%fault, "the relay's log");
                break;
            }
        }
    }
    settled
}

/// A row without an end may have ended this much later, by the relay's log.
const OPEN_END_MS: i64 = 600_000;

fn query(row: &Receipt) -> ChargeQuery {
    let took = row.total_ms.and_then(|ms| i64::try_from(ms).ok());
    ChargeQuery {
        request_id: row.request_id.clone(),
        model: row.model.clone(),
        sent: row.sent,
        ended: UnixMillis(row.sent.0.saturating_add(took.unwrap_or(OPEN_END_MS))),
        usage: row.reported,
    }
}
