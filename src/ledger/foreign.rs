//! Receipts of requests that other programs sent through a relay that tells of them.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params, params};

use super::row::{all_tokens, millis, tokens};
use super::values::ForeignReceipt;
use super::words::word;
use crate::domain::{Finish, LogMark};

/// Writes those that are not here yet; says how many there were. A request is known by its relay's id.
pub(super) fn bring_in(
    db: &Transaction<'_>,
    profile: &str,
    relay: &str,
    receipts: &[ForeignReceipt],
) -> rusqlite::Result<usize> {
    let mut known =
        db.prepare_cached("SELECT 1 FROM receipts WHERE profile = ?1 AND request_id = ?2 LIMIT 1")?;
    let mut insert = db.prepare_cached(
        "INSERT INTO receipts (profile, relay, sent_ms, state, model, key_id, key_name, key_masked, billing_group,
            reported_input, reported_cache_read, reported_cache_write, reported_output, tokens, price_kind,
            expected_basis, charged_nanos, finish, status, request_id, first_ms, total_ms, tool)
         VALUES (:profile, :relay, :sent, 'ended', :model, :key_id, :key_name, '', :group,
            :input, :read, :write, :output, :tokens, 'unknown',
            'settled', :charged, :finish, 200, :request_id, :first, :total, :tool)",
    )?;
    let mut new = 0;
    for receipt in receipts {
        let here: Option<i64> = known
            .query_row(params![profile, receipt.request_id], |row| row.get(0))
            .optional()?;
        if here.is_some() {
            continue;
        }
        let usage = receipt.usage;
        let finish = receipt.broken.then_some(Finish::Cut);
        insert.execute(named_params! {
            ":profile": profile,
            ":relay": relay,
            ":sent": receipt.sent.0,
            ":model": receipt.model,
            ":key_id": receipt.key_id,
            ":key_name": receipt.key_name,
            ":group": receipt.group,
            ":input": tokens(usage.input),
            ":read": tokens(usage.cache_read),
            ":write": tokens(usage.cache_write),
            ":output": tokens(usage.output),
            ":tokens": all_tokens(usage),
            ":charged": receipt.charged.nanos(),
            ":finish": finish.as_ref().map(word).transpose()?,
            ":request_id": receipt.request_id,
            ":first": millis(receipt.first_ms),
            ":total": millis(receipt.total_ms),
            ":tool": receipt.tool,
        })?;
        new += 1;
    }
    Ok(new)
}

/// How far the log of a profile's relay has been read; the beginning where that was never noted.
pub(super) fn log_mark(db: &Connection, profile: &str) -> rusqlite::Result<LogMark> {
    let mark = db
        .prepare_cached("SELECT log_row, request_id FROM log_marks WHERE profile = ?1")?
        .query_row([profile], |row| {
            Ok(LogMark {
                row: row.get(0)?,
                request_id: row.get(1)?,
            })
        })
        .optional()?;
    Ok(mark.unwrap_or_default())
}

/// Notes how far it has been read.
pub(super) fn set_log_mark(db: &Connection, profile: &str, mark: &LogMark) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO log_marks (profile, log_row, request_id) VALUES (?1, ?2, ?3)
         ON CONFLICT (profile) DO UPDATE SET log_row = excluded.log_row, request_id = excluded.request_id",
    )?
    .execute(params![profile, mark.row, mark.request_id])?;
    Ok(())
}
