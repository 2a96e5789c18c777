//! Option rows: what the owner set differently from how a relay begins.

use std::collections::BTreeMap;

use rusqlite::Connection;

/// Every option that was set.
pub fn all(connection: &Connection) -> rusqlite::Result<BTreeMap<String, String>> {
    connection
        .prepare("SELECT key, value FROM options")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Sets an option.
pub fn put(connection: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT OR REPLACE INTO options (key, value) VALUES (?1, ?2)",
        [key, value],
    )?;
    Ok(())
}
