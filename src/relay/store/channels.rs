//! Channel rows: made, changed, removed, read.

use std::collections::HashMap;

use rusqlite::{Connection, Row, params};

/// A channel as it is stored. Its secret is the upstream's credential.
#[derive(Clone)]
pub struct StoredChannel {
    pub id: i64,
    pub name: String,
    /// 1 OpenAI-compatible, 14 Anthropic, 24 Gemini, 1000 built in.
    pub kind: i64,
    pub secret: String,
    pub base_url: String,
    /// Separated by commas.
    pub models: String,
    /// Separated by commas.
    pub groups: String,
    /// A JSON map, ours to theirs; or empty.
    pub model_mapping: String,
    pub priority: i64,
    pub weight: i64,
    pub status: i64,
    pub created: i64,
    /// What its upstream is said to speak: names of endpoints, separated by commas; empty where nobody said.
    pub endpoints: String,
}

/// Writes a new channel and gives it its number. Its `id` is not read.
pub fn insert(connection: &Connection, channel: &StoredChannel) -> rusqlite::Result<i64> {
    connection.execute(
        "INSERT INTO channels (name, kind, secret, base_url, models, user_groups, model_mapping, priority, weight, status, created_time, endpoints)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            channel.name,
            channel.kind,
            channel.secret,
            channel.base_url,
            channel.models,
            channel.groups,
            channel.model_mapping,
            channel.priority,
            channel.weight,
            channel.status,
            channel.created,
            channel.endpoints
        ],
    )?;
    Ok(connection.last_insert_rowid())
}

/// Writes a channel's settings. How many rows there were: none when it is gone. What was learned of another upstream is
/// forgotten.
pub fn update(connection: &Connection, channel: &StoredChannel) -> rusqlite::Result<usize> {
    connection.execute(
        "DELETE FROM learned_of_channels WHERE channel IN (
             SELECT id FROM channels WHERE id = ?1 AND (secret <> ?2 OR base_url <> ?3 OR endpoints <> ?4))",
        params![channel.id, channel.secret, channel.base_url, channel.endpoints],
    )?;
    connection.execute(
        "UPDATE channels SET name = ?2, secret = ?3, base_url = ?4, models = ?5, user_groups = ?6, model_mapping = ?7,
         priority = ?8, weight = ?9, status = ?10, endpoints = ?11 WHERE id = ?1",
        params![
            channel.id,
            channel.name,
            channel.secret,
            channel.base_url,
            channel.models,
            channel.groups,
            channel.model_mapping,
            channel.priority,
            channel.weight,
            channel.status,
            channel.endpoints
        ],
    )
}

/// Removes a channel. How many rows there were.
pub fn delete(connection: &Connection, id: i64) -> rusqlite::Result<usize> {
    connection.execute("DELETE FROM learned_of_channels WHERE channel = ?1", [id])?;
    connection.execute("DELETE FROM channels WHERE id = ?1", [id])
}

/// Writes what was learned of a channel.
pub fn put_learned(connection: &Connection, id: i64, what: &str) -> rusqlite::Result<usize> {
    connection.execute(
        "INSERT INTO learned_of_channels (channel, what) SELECT id, ?2 FROM channels WHERE id = ?1
         ON CONFLICT (channel) DO UPDATE SET what = excluded.what",
        params![id, what],
    )
}

/// What was learned of channels, by their number.
pub fn learned(connection: &Connection) -> rusqlite::Result<HashMap<i64, String>> {
    connection
        .prepare("SELECT channel, what FROM learned_of_channels")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Every channel.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<StoredChannel>> {
    connection
        .prepare("SELECT * FROM channels ORDER BY id")?
        .query_map([], read)?
        .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredChannel> {
    Ok(StoredChannel {
        id: row.get("id")?,
        name: row.get("name")?,
        kind: row.get("kind")?,
        secret: row.get("secret")?,
        base_url: row.get("base_url")?,
        models: row.get("models")?,
        groups: row.get("user_groups")?,
        model_mapping: row.get("model_mapping")?,
        priority: row.get("priority")?,
        weight: row.get("weight")?,
        status: row.get("status")?,
        created: row.get("created_time")?,
        endpoints: row.get("endpoints")?,
    })
}
