//! Key rows: made, changed, marked as deleted, read at start.

use rusqlite::{Connection, Row, params};

use super::super::ids::SecretHash;
use super::super::rows::Key;
use crate::domain::{AutoRoute, Pace};

/// Writes a new key and gives it its number. Its `id` is not read.
pub fn insert(connection: &Connection, key: &Key) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "INSERT INTO keys (account_id, hash, masked, name, status, key_group, remain_quota, unlimited_quota, created_time,
             expired_time, model_limits_enabled, model_limits, allow_ips, requests_per_minute, tokens_per_minute, concurrency,
             auto_groups, cross_group_retry)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
        )?
        .execute(params![
            key.account_id,
            key.hash.bytes(),
            key.masked,
            key.name,
            key.status,
            key.group,
            key.remain_quota,
            key.unlimited,
            key.created,
            key.expired,
            key.limits_models,
            key.model_limits,
            key.allow_ips,
            key.pace.requests_per_minute,
            key.pace.tokens_per_minute,
            key.pace.concurrency,
            list(&key.auto.groups),
            key.auto.cross_group_retry
        ])?;
    Ok(connection.last_insert_rowid())
}

/// Writes a key's settings. What it used, its secret and its owner are not touched.
pub fn update(connection: &Connection, key: &Key) -> rusqlite::Result<usize> {
    connection
        .prepare_cached(
            "UPDATE keys SET name = ?2, status = ?3, key_group = ?4, remain_quota = ?5, unlimited_quota = ?6, expired_time = ?7,
             model_limits_enabled = ?8, model_limits = ?9, allow_ips = ?10, requests_per_minute = ?11, tokens_per_minute = ?12,
             concurrency = ?13, auto_groups = ?14, cross_group_retry = ?15 WHERE id = ?1 AND deleted_time IS NULL",
        )?
        .execute(params![
            key.id,
            key.name,
            key.status,
            key.group,
            key.remain_quota,
            key.unlimited,
            key.expired,
            key.limits_models,
            key.model_limits,
            key.allow_ips,
            key.pace.requests_per_minute,
            key.pace.tokens_per_minute,
            key.pace.concurrency,
            list(&key.auto.groups),
            key.auto.cross_group_retry
        ])
}

/// Marks a key of an account as deleted.
pub fn delete(connection: &Connection, account: i64, id: i64, now: i64) -> rusqlite::Result<usize> {
    connection
        .prepare_cached("UPDATE keys SET deleted_time = ?3 WHERE id = ?2 AND account_id = ?1 AND deleted_time IS NULL")?
        .execute([account, id, now])
}

/// A key that is not deleted.
pub fn one(connection: &Connection, account: i64, id: i64) -> rusqlite::Result<Option<Key>> {
    use rusqlite::OptionalExtension;
    connection
        .prepare_cached(
            "SELECT * FROM keys WHERE id = ?2 AND account_id = ?1 AND deleted_time IS NULL",
        )?
        .query_row([account, id], read)
        .optional()
}

/// Every key that is not deleted.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<Key>> {
    connection
        .prepare("SELECT * FROM keys WHERE deleted_time IS NULL")?
        .query_map([], read)?
        .collect()
}

/// Whether a secret was ever a key, and of which number; deleted ones count.
pub fn ever(connection: &Connection, hash: &SecretHash) -> rusqlite::Result<Option<(i64, bool)>> {
    use rusqlite::OptionalExtension;
    connection
        .query_row(
            "SELECT id, deleted_time IS NOT NULL FROM keys WHERE hash = ?1",
            [hash.bytes()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Key> {
    Ok(Key {
        id: row.get("id")?,
        account_id: row.get("account_id")?,
        hash: hash(row, "hash")?,
        masked: row.get("masked")?,
        name: row.get("name")?,
        status: row.get("status")?,
        group: row.get("key_group")?,
        remain_quota: row.get("remain_quota")?,
        unlimited: row.get("unlimited_quota")?,
        used_quota: row.get("used_quota")?,
        created: row.get("created_time")?,
        accessed: row.get("accessed_time")?,
        expired: row.get("expired_time")?,
        limits_models: row.get("model_limits_enabled")?,
        model_limits: row.get("model_limits")?,
        allow_ips: row.get("allow_ips")?,
        pace: Pace {
            requests_per_minute: row.get("requests_per_minute")?,
            tokens_per_minute: row.get("tokens_per_minute")?,
            concurrency: row.get("concurrency")?,
        },
        auto: AutoRoute {
            groups: listed(&row.get::<_, String>("auto_groups")?),
            cross_group_retry: row.get("cross_group_retry")?,
        },
    })
}

/// Names as they are kept: JSON, or nothing where there are none.
fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        // A list of texts always becomes text.
        names => serde_json::to_string(names).unwrap_or_default(),
    }
}

fn listed(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_default()
}

fn hash(row: &Row<'_>, column: &str) -> rusqlite::Result<SecretHash> {
    let bytes: Vec<u8> = row.get(column)?;
    SecretHash::from_bytes(&bytes).ok_or(rusqlite::Error::InvalidQuery)
}
