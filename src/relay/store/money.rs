//! The rows of money: a reservation when a request starts, and the one transaction that ends it.

use rusqlite::{Connection, params};

use super::super::book::Change;
use super::logs::{self, NewLog};

/// What a request in flight may cost, kept so that a killed process leaves a trace of it.
#[derive(Clone, Debug)]
pub struct Reservation {
    pub id: i64,
    pub account_id: i64,
    pub key_id: i64,
    /// Quota units.
    pub units: i64,
    pub key_name: String,
    pub model: String,
    pub group: String,
    pub request_id: String,
    /// Unix seconds.
    pub created: i64,
}

/// How a request ended.
#[derive(Clone, Debug)]
pub struct Ending {
    pub reservation: i64,
    pub change: Change,
    /// The row that tells of it; a release may need none.
    pub log: Option<NewLog>,
}

/// Writes a reservation.
pub fn reserve(connection: &Connection, row: &Reservation) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO reservations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?
        .execute(params![
            row.id,
            row.account_id,
            row.key_id,
            row.units,
            row.key_name,
            row.model,
            row.group,
            row.request_id,
            row.created
        ])?;
    Ok(())
}

/// Ends a request: the reservation goes, and log, key and account follow. Whether it did: a reservation that is gone
/// was ended before, and nothing is billed twice.
pub fn end(connection: &Connection, ending: &Ending) -> rusqlite::Result<bool> {
    let gone = connection
        .prepare_cached("DELETE FROM reservations WHERE id = ?1")?
        .execute([ending.reservation])?;
    if gone == 0 {
        return Ok(false);
    }
    if let Some(log) = &ending.log {
        logs::insert(connection, log)?;
    }
    if let Some(charged) = ending.change.charged {
        connection
            .prepare_cached(
                "UPDATE keys SET used_quota = used_quota + ?2, accessed_time = max(accessed_time, ?3),
                 remain_quota = remain_quota - iif(unlimited_quota, 0, ?2) WHERE id = ?1",
            )?
            .execute(params![ending.change.key_id, charged, ending.change.at.0])?;
        connection
            .prepare_cached(
                "UPDATE accounts SET quota = quota - ?2, used_quota = used_quota + ?2,
                 request_count = request_count + 1 WHERE id = ?1",
            )?
            .execute(params![ending.change.account_id, charged])?;
    }
    Ok(true)
}

/// Releases what a process that ended too soon had reserved, with a log row each. How many there were.
pub fn release_orphans(connection: &Connection, now: i64) -> rusqlite::Result<usize> {
    let released = connection.execute(
        "INSERT INTO logs (account_id, created_at, kind, content, key_id, key_name, model_name, billed_group, request_id, other)
         SELECT account_id, ?1, ?2, 'Reservation of ' || quota || ' units released: the relay ended while this request ran. Nothing was charged.',
                key_id, key_name, model_name, billed_group, request_id,
                json_object('released_quota', quota, 'reserved_at', created_time)
         FROM reservations ORDER BY id",
        params![now, logs::REFUND],
    )?;
    connection.execute("DELETE FROM reservations", [])?;
    Ok(released)
}
