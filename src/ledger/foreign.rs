//! Receipts of requests that other programs sent, from the log of a relay that tells what each came from.
//!
//! The log names another relaydeck as it names this one. What is in this file already is ours; so is what answers to a
//! request of ours that never learned its id. Everything else somebody else sent.

use rusqlite::{Connection, OptionalExtension, Transaction, named_params, params};

use super::row::{all_tokens, millis, tokens};
use super::values::{Brought, LogEntry};
use super::words::word;
use crate::domain::program::{OTHER_RELAYDECK, OURS};
use crate::domain::{Finish, LogMark, UnixMillis};

/// How far the relay's time of a request may lie from ours, in milliseconds, for a request without an id to be the same: its
/// log knows seconds, and clocks differ.
const NEAR_MS: i64 = 120_000;

/// A receipt that has this id, whatever profile it came through: two may lead to one account. Our relay gives no id twice.
const KNOWN: &str =
    "SELECT id FROM receipts WHERE request_id = ?1 ORDER BY tool <> 'relaydeck' LIMIT 1";

/// The bill of one of ours that has none yet.
const SETTLE: &str = "UPDATE receipts SET charged_nanos = ?2, billing_group = coalesce(?3, billing_group)
    WHERE id = ?1 AND tool = 'relaydeck' AND charged_nanos IS NULL AND state IN ('ended', 'interrupted')";

/// How long after its end by the log a request of ours that runs may still learn its id, in milliseconds: that comes with the
/// beginning of its answer, so only a receipt whose end could not be written is open for longer.
const LEARNS_WITHIN_MS: i64 = 300_000;

/// A request of ours that nobody has billed and that never learned its id, nearest in time, through this profile or another
/// that leads to the same relay. A refusal costs nothing, and so does what never left: it has no status and no cost.
const NAMELESS: &str = "SELECT id, state = 'sent' FROM receipts
    WHERE (profile = ?1 OR relay = ?2) AND sent_ms BETWEEN ?3 - ?4 AND ?3 + ?4 AND model = ?5 AND coalesce(key_id = ?6, 1)
        AND tool = 'relaydeck' AND request_id IS NULL AND charged_nanos IS NULL
        AND state <> 'failed' AND (state <> 'ended' OR status IS NOT NULL OR expected_nanos IS NOT 0)
    ORDER BY abs(sent_ms - ?3) LIMIT 1";

/// What the log says of such a request.
const NAME: &str = "UPDATE receipts SET request_id = :request_id, charged_nanos = :charged,
        billing_group = coalesce(:group, billing_group), reported_input = :input, reported_cache_read = :read,
        reported_cache_write = :write, reported_output = :output, tokens = :tokens
    WHERE id = :id";

const INSERT: &str = "INSERT INTO receipts (profile, relay, sent_ms, state, model, key_id, key_name, key_masked,
        billing_group, reported_input, reported_cache_read, reported_cache_write, reported_output, tokens, price_kind,
        expected_basis, charged_nanos, finish, status, request_id, first_ms, total_ms, tool)
    VALUES (:profile, :relay, :sent, 'ended', :model, :key_id, :key_name, '', :group,
        :input, :read, :write, :output, :tokens, 'unknown',
        'settled', :charged, :finish, 200, :request_id, :first, :total, :tool)";

/// Writes down what entries of a log say that is not here yet. A request is known by its relay's id.
pub(super) fn bring_in(
    db: &Transaction<'_>,
    profile: &str,
    relay: &str,
    entries: &[LogEntry],
    now: UnixMillis,
) -> rusqlite::Result<Brought> {
    let mut brought = Brought::default();
    for entry in entries {
        let known: Option<i64> = db
            .prepare_cached(KNOWN)?
            .query_row([&entry.request_id], |row| row.get(0))
            .optional()?;
        if let Some(id) = known {
            db.prepare_cached(SETTLE)?
                .execute(params![id, entry.charged.nanos(), entry.group])?;
            continue;
        }
        match nameless(db, profile, relay, entry, now)? {
            Some((_, true)) => brought.undecided = true,
            Some((id, false)) => {
                name(db, id, entry)?;
                brought.new += 1;
            }
            None => {
                insert(db, profile, relay, entry)?;
                brought.new += 1;
            }
        }
    }
    Ok(brought)
}

/// The request of ours that an entry may be of, and whether it may still tell by itself.
fn nameless(
    db: &Transaction<'_>,
    profile: &str,
    relay: &str,
    entry: &LogEntry,
    now: UnixMillis,
) -> rusqlite::Result<Option<(i64, bool)>> {
    if entry.tool != OURS {
        return Ok(None);
    }
    let took = millis(entry.total_ms).unwrap_or_default();
    let ended = entry.sent.0.saturating_add(took);
    let is_fresh = now.0 < ended.saturating_add(LEARNS_WITHIN_MS);
    db.prepare_cached(NAMELESS)?
        .query_row(
            params![
                profile,
                relay,
                entry.sent.0,
                NEAR_MS,
                entry.model,
                entry.key_id
            ],
            |row| Ok((row.get(0)?, row.get::<_, bool>(1)? && is_fresh)),
        )
        .optional()
}

fn name(db: &Transaction<'_>, id: i64, entry: &LogEntry) -> rusqlite::Result<()> {
    let usage = entry.usage;
    db.prepare_cached(NAME)?.execute(named_params! {
        ":id": id,
        ":request_id": entry.request_id,
        ":charged": entry.charged.nanos(),
        ":group": entry.group,
        ":input": tokens(usage.input),
        ":read": tokens(usage.cache_read),
        ":write": tokens(usage.cache_write),
        ":output": tokens(usage.output),
        ":tokens": all_tokens(usage),
    })?;
    Ok(())
}

fn insert(
    db: &Transaction<'_>,
    profile: &str,
    relay: &str,
    entry: &LogEntry,
) -> rusqlite::Result<()> {
    let usage = entry.usage;
    let finish = entry.broken.then_some(Finish::Cut);
    let program = match entry.tool.as_str() {
        OURS => OTHER_RELAYDECK,
        other => other,
    };
    db.prepare_cached(INSERT)?.execute(named_params! {
        ":profile": profile,
        ":relay": relay,
        ":sent": entry.sent.0,
        ":model": entry.model,
        ":key_id": entry.key_id,
        ":key_name": entry.key_name,
        ":group": entry.group,
        ":input": tokens(usage.input),
        ":read": tokens(usage.cache_read),
        ":write": tokens(usage.cache_write),
        ":output": tokens(usage.output),
        ":tokens": all_tokens(usage),
        ":charged": entry.charged.nanos(),
        ":finish": finish.as_ref().map(word).transpose()?,
        ":request_id": entry.request_id,
        ":first": millis(entry.first_ms),
        ":total": millis(entry.total_ms),
        ":tool": program,
    })?;
    Ok(())
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
