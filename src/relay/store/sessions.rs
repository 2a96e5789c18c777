//! Log-in rows.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::ids::SecretHash;
use super::super::sessions::Session;

/// The most log-ins an account keeps; the oldest goes when one more is made.
const MOST: i64 = 50;

/// Writes a new log-in; those that are over go, and the account's oldest beyond the most. The ids of what went.
pub fn insert(
    connection: &Connection,
    session: &Session,
    now: i64,
) -> rusqlite::Result<Vec<String>> {
    let gone = remove_where(
        connection,
        "expires_time <= ?1 OR id IN (SELECT id FROM sessions WHERE account_id = ?2 ORDER BY active_time DESC, id LIMIT -1 OFFSET ?3)",
        &[&now, &session.account_id, &(MOST - 1)],
    )?;
    connection.execute(
        "INSERT INTO sessions (id, account_id, access, access_expires, refresh, created_time, active_time, expires_time,
         address, user_agent) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        params![
            session.id,
            session.account_id,
            session.access.bytes(),
            session.access_expires,
            session.refresh.bytes(),
            session.created,
            session.active,
            session.expires,
            session.address,
            session.user_agent
        ],
    )?;
    Ok(gone)
}

/// Writes new secrets in place of the old ones.
pub fn rotate(connection: &Connection, session: &Session) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE sessions SET access = ?2, access_expires = ?3, refresh = ?4, replaced = ?5, replaced_time = ?6,
         active_time = ?7 WHERE id = ?1",
        params![
            session.id,
            session.access.bytes(),
            session.access_expires,
            session.refresh.bytes(),
            session.replaced.as_ref().map(SecretHash::bytes),
            session.replaced_at,
            session.active
        ],
    )?;
    Ok(())
}

/// A log-in by its id.
pub fn one(connection: &Connection, id: &str) -> rusqlite::Result<Option<Session>> {
    connection
        .query_row("SELECT * FROM sessions WHERE id = ?1", [id], read)
        .optional()
}

/// Every log-in that is not over.
pub fn all(connection: &Connection, now: i64) -> rusqlite::Result<Vec<Session>> {
    connection
        .prepare("SELECT * FROM sessions WHERE expires_time > ?1")?
        .query_map([now], read)?
        .collect()
}

/// Ends an account's log-ins: this one, or all but this one. The ids of what went.
pub fn remove(
    connection: &Connection,
    account: i64,
    id: &str,
    others: bool,
) -> rusqlite::Result<Vec<String>> {
    let condition = match others {
        true => "account_id = ?1 AND id <> ?2",
        false => "account_id = ?1 AND id = ?2",
    };
    remove_where(connection, condition, &[&account, &id])
}

fn remove_where(
    connection: &Connection,
    condition: &str,
    values: &[&dyn rusqlite::ToSql],
) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare(&format!(
            "DELETE FROM sessions WHERE {condition} RETURNING id"
        ))?
        .query_map(values, |row| row.get(0))?
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Session> {
    let hash = |column: &str| -> rusqlite::Result<Option<SecretHash>> {
        let bytes: Option<Vec<u8>> = row.get(column)?;
        Ok(bytes.as_deref().and_then(SecretHash::from_bytes))
    };
    let whole = |found: Option<SecretHash>| found.ok_or(rusqlite::Error::InvalidQuery);
    Ok(Session {
        id: row.get("id")?,
        account_id: row.get("account_id")?,
        access: whole(hash("access")?)?,
        access_expires: row.get("access_expires")?,
        refresh: whole(hash("refresh")?)?,
        replaced: hash("replaced")?,
        replaced_at: row.get("replaced_time")?,
        created: row.get("created_time")?,
        active: row.get("active_time")?,
        expires: row.get("expires_time")?,
        address: row.get("address")?,
        user_agent: row.get("user_agent")?,
    })
}
