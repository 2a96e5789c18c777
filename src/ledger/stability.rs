//! The receipts that say how well groups have worked, as samples: of the newest, at most so many.

use rusqlite::{Connection, params};

use super::row::read_millis;
use super::words::{read_fault_kind, read_finish};
use crate::domain::stability::Sample;
use crate::domain::{FaultKind, Finish, UnixMillis};

/// Walks the index of a profile from its newest end. What still runs, and what belongs to no group, says nothing yet.
const NEWEST: &str = "SELECT billing_group, model, sent_ms, state, fault, finish, first_ms, status, request_id
    FROM receipts WHERE profile = ?1 AND sent_ms >= ?2 AND state <> 'sent' AND billing_group IS NOT NULL
    ORDER BY sent_ms DESC, id DESC LIMIT ?3";

/// The samples of a profile since a point in time, newest first.
pub(super) fn samples(
    db: &Connection,
    profile: &str,
    since: UnixMillis,
    most: u32,
) -> rusqlite::Result<Vec<Sample>> {
    let mut statement = db.prepare_cached(NEWEST)?;
    let mut rows = statement.query(params![profile, since.0, most])?;
    let mut samples = Vec::new();
    while let Some(row) = rows.next()? {
        let finish = row.get::<_, Option<String>>(5)?.map(read_finish);
        // What the user stopped, and what ended with us, was no answer and no trouble.
        if finish == Some(Finish::Cancelled) || row.get_ref(3)?.as_str()? == "interrupted" {
            continue;
        }
        let fault = row.get::<_, Option<String>>(4)?;
        let fault = fault.map(|word| read_fault_kind(&word));
        let cut = (finish == Some(Finish::Cut)).then_some(FaultKind::StreamBroken);
        samples.push(Sample {
            group: row.get(0)?,
            model: row.get(1)?,
            sent: UnixMillis(row.get(2)?),
            fault: fault.or(cut),
            first_ms: read_millis(row, 6)?,
            status: row.get(7)?,
            request_id: row.get(8)?,
        });
    }
    Ok(samples)
}
