//! Groups, as rows.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::super::catalog::Group;
use super::StoreError;
use super::setup::DEFAULT_GROUP;
use crate::domain::Ratio;

/// Every group.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<Group>> {
    connection
        .prepare("SELECT name, ratio, description, usable FROM user_groups")?
        .query_map([], |row| {
            Ok(Group {
                name: row.get(0)?,
                ratio: Ratio::from_billionths(row.get(1)?),
                description: row.get(2)?,
                usable: row.get(3)?,
            })
        })?
        .collect()
}

/// Writes all ratios: what the map does not name is no group any more. A new group has no description, and only
/// accounts whose own group it is may use it, until it is given to all.
///
/// # Errors
/// [`StoreError::Refused`] when a group would go that somebody cannot do without.
pub fn put_ratios(
    connection: &Connection,
    map: &BTreeMap<String, Ratio>,
) -> Result<(), StoreError> {
    if !map.contains_key(DEFAULT_GROUP) {
        return Err(StoreError::Refused(format!(
            "the group {DEFAULT_GROUP:?} cannot be removed: new accounts begin in it"
        )));
    }
    for group in all(connection)? {
        if map.contains_key(&group.name) {
            continue;
        }
        let used: i64 = connection.query_row(
            "SELECT count(*) FROM accounts WHERE user_group = ?1 AND deleted_time IS NULL",
            [&group.name],
            |row| row.get(0),
        )?;
        if used > 0 {
            return Err(StoreError::Refused(format!(
                "the group {:?} is the own group of {used} account(s); give them another first",
                group.name
            )));
        }
        connection.execute("DELETE FROM user_groups WHERE name = ?1", [&group.name])?;
    }
    for (name, ratio) in map {
        connection.execute(
            "INSERT INTO user_groups (name, ratio, description, usable) VALUES (?1, ?2, '', 0)
             ON CONFLICT (name) DO UPDATE SET ratio = ?2",
            params![name, ratio.billionths()],
        )?;
    }
    Ok(())
}

/// Writes which groups every account may use, with their descriptions. One that did not exist is made, at ×1, as a
/// missing ratio means in the protocol.
pub fn put_usable(connection: &Connection, map: &BTreeMap<String, String>) -> rusqlite::Result<()> {
    connection.execute("UPDATE user_groups SET usable = 0", [])?;
    for (name, description) in map {
        connection.execute(
            "INSERT INTO user_groups (name, ratio, description, usable) VALUES (?1, ?2, ?3, 1)
             ON CONFLICT (name) DO UPDATE SET description = ?3, usable = 1",
            params![name, Ratio::ONE.billionths(), description],
        )?;
    }
    Ok(())
}
