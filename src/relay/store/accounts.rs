//! Account rows: made, changed, credited, marked as deleted, read.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::ids::SecretHash;
use super::super::passwords::PasswordHash;
use super::super::rows::Account;
use super::StoreError;

/// Writes a new account and gives it its number. Its `id` and `used_quota` are not read.
///
/// # Errors
/// [`StoreError::Refused`] when another account has this name.
pub fn insert(connection: &Connection, account: &Account, now: i64) -> Result<i64, StoreError> {
    free_name(connection, &account.username, 0)?;
    connection.execute(
        "INSERT INTO accounts (username, display_name, role, status, user_group, quota, password, remark, created_time)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            account.username,
            account.display_name,
            account.role,
            account.status,
            account.group,
            account.quota,
            account.password.as_ref().map(PasswordHash::text),
            account.remark,
            now
        ],
    )?;
    Ok(connection.last_insert_rowid())
}

/// Writes an account's settings. Its money, its counters and its access token are not touched.
///
/// # Errors
/// [`StoreError::Refused`] when another account has this name.
pub fn update(connection: &Connection, account: &Account) -> Result<(), StoreError> {
    free_name(connection, &account.username, account.id)?;
    connection.execute(
        "UPDATE accounts SET username = ?2, display_name = ?3, role = ?4, status = ?5, user_group = ?6, password = ?7,
         remark = ?8 WHERE id = ?1",
        params![
            account.id,
            account.username,
            account.display_name,
            account.role,
            account.status,
            account.group,
            account.password.as_ref().map(PasswordHash::text),
            account.remark
        ],
    )?;
    Ok(())
}

fn free_name(connection: &Connection, name: &str, own: i64) -> Result<(), StoreError> {
    let taken: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM accounts WHERE username = ?1 AND id <> ?2)")?
        .query_row(params![name, own], |row| row.get(0))?;
    if taken {
        return Err(StoreError::Refused(format!(
            "the name {name:?} is taken: user exists"
        )));
    }
    Ok(())
}

/// Puts an access token in the place of the one before.
pub fn set_token(connection: &Connection, id: i64, token: &SecretHash) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE accounts SET access_token = ?2 WHERE id = ?1",
        params![id, token.bytes()],
    )?;
    Ok(())
}

/// Adds units to a wallet, or takes them when there are fewer than none.
pub fn add_quota(connection: &Connection, id: i64, units: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE accounts SET quota = quota + ?2 WHERE id = ?1")?
        .execute([id, units])?;
    Ok(())
}

/// Marks an account and its keys as deleted, ends its log-ins, and frees its name.
pub fn delete(connection: &Connection, id: i64, now: i64) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE accounts SET deleted_time = ?2, username = username || ' (deleted ' || id || ')', access_token = NULL,
         password = NULL WHERE id = ?1",
        [id, now],
    )?;
    connection.execute(
        "UPDATE keys SET deleted_time = ?2 WHERE account_id = ?1 AND deleted_time IS NULL",
        [id, now],
    )?;
    connection.execute("DELETE FROM sessions WHERE account_id = ?1", [id])?;
    Ok(())
}

/// An account that is not deleted.
pub fn one(connection: &Connection, id: i64) -> rusqlite::Result<Option<Account>> {
    connection
        .prepare_cached("SELECT * FROM accounts WHERE id = ?1 AND deleted_time IS NULL")?
        .query_row([id], read)
        .optional()
}

/// Every account that is not deleted.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<Account>> {
    connection
        .prepare("SELECT * FROM accounts WHERE deleted_time IS NULL ORDER BY id")?
        .query_map([], read)?
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Account> {
    let token: Option<Vec<u8>> = row.get("access_token")?;
    let password: Option<String> = row.get("password")?;
    Ok(Account {
        id: row.get("id")?,
        username: row.get("username")?,
        display_name: row.get("display_name")?,
        role: row.get("role")?,
        status: row.get("status")?,
        group: row.get("user_group")?,
        quota: row.get("quota")?,
        used_quota: row.get("used_quota")?,
        request_count: row.get("request_count")?,
        access_token: token.as_deref().and_then(SecretHash::from_bytes),
        password: password.as_deref().map(PasswordHash::stored),
        remark: row.get("remark")?,
        created: row.get("created_time")?,
    })
}
