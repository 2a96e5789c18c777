//! Redemption codes as rows: made, listed, redeemed exactly once.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::ids::SecretHash;
use super::StoreError;
use super::top_ups::{self, Credit};

/// The stored state of a code that nobody has used.
pub const UNUSED: i64 = 1;
/// The stored state of a code that the owner switched off.
pub const DISABLED: i64 = 2;
/// The stored state of a code that was redeemed.
pub const USED: i64 = 3;

/// A redemption code. Of the code itself only a hash is kept, so it is told once, when it is made.
#[derive(Clone)]
pub struct Code {
    pub id: i64,
    pub hash: SecretHash,
    pub masked: String,
    pub name: String,
    pub status: i64,
    /// Quota units.
    pub units: i64,
    pub created_by: i64,
    pub created: i64,
    /// 0 never.
    pub expires: i64,
    pub used_by: i64,
    pub redeemed: i64,
}

/// Writes a new code and gives it its number. Its `id` is not read.
pub fn insert(connection: &Connection, code: &Code) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO codes (hash, masked, name, quota, created_by, created_time, expired_time)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            code.hash.bytes(),
            code.masked,
            code.name,
            code.units,
            code.created_by,
            code.created,
            code.expires
        ])?;
    Ok(connection.last_insert_rowid())
}

/// Writes the settings of a code that nobody has used. How many rows there were.
pub fn update(connection: &Connection, code: &Code) -> rusqlite::Result<usize> {
    connection.execute(
        "UPDATE codes SET name = ?2, status = ?3, quota = ?4, expired_time = ?5 WHERE id = ?1 AND status <> 3",
        params![code.id, code.name, code.status, code.units, code.expires],
    )
}

/// Redeems a code for an account: code, wallet, history and log change together, and a code only ever once.
///
/// # Errors
/// [`StoreError::Refused`] with the reason; then nothing was changed.
pub fn redeem(
    connection: &Connection,
    hash: &SecretHash,
    account_id: i64,
    now: i64,
) -> Result<Code, StoreError> {
    let found = connection
        .query_row("SELECT * FROM codes WHERE hash = ?1", [hash.bytes()], read)
        .optional()?;
    let refused = |why: &str| Err(StoreError::Refused(format!("Redemption failed, {why}")));
    let code = match found {
        Some(code) if code.hash.matches(hash) => code,
        _ => return refused("invalid redemption code"),
    };
    if code.status == USED {
        return refused("the redemption code has been used");
    }
    if code.status != UNUSED {
        return refused("the redemption code is switched off");
    }
    if code.expires != 0 && code.expires <= now {
        return refused("the redemption code has expired");
    }
    connection.execute(
        "UPDATE codes SET status = 3, used_by = ?2, redeemed_time = ?3 WHERE id = ?1",
        [code.id, account_id, now],
    )?;
    top_ups::credit(
        connection,
        Credit {
            account_id,
            units: code.units,
            trade_no: &format!("code-{}", code.id),
            method: "code",
            told: format!("Redeemed code {} ({})", code.id, code.name),
            at: now,
        },
    )?;
    Ok(code)
}

/// A code by its number.
pub fn one(connection: &Connection, id: i64) -> rusqlite::Result<Option<Code>> {
    connection
        .query_row("SELECT * FROM codes WHERE id = ?1", [id], read)
        .optional()
}

/// Removes a code. How many rows there were.
pub fn delete(connection: &Connection, id: i64) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM codes WHERE id = ?1", [id])
}

/// Removes every code that can no longer be redeemed. How many there were.
pub fn delete_invalid(connection: &Connection, now: i64) -> rusqlite::Result<usize> {
    connection.execute(
        "DELETE FROM codes WHERE status <> 1 OR (expired_time <> 0 AND expired_time <= ?1)",
        [now],
    )
}

/// Every code, newest first.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<Code>> {
    connection
        .prepare("SELECT * FROM codes ORDER BY id DESC")?
        .query_map([], read)?
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Code> {
    let hash: Vec<u8> = row.get("hash")?;
    Ok(Code {
        id: row.get("id")?,
        hash: SecretHash::from_bytes(&hash).ok_or(rusqlite::Error::InvalidQuery)?,
        masked: row.get("masked")?,
        name: row.get("name")?,
        status: row.get("status")?,
        units: row.get("quota")?,
        created_by: row.get("created_by")?,
        created: row.get("created_time")?,
        expires: row.get("expired_time")?,
        used_by: row.get("used_by")?,
        redeemed: row.get("redeemed_time")?,
    })
}
