//! Whose a part of an answer is that an upstream may have kept, and which upstream: items of responses, and the containers
//! that tools ran in. Never what they hold.

use rusqlite::{Connection, params};

use super::responses::REMEMBERED;

/// What is known of an id at one channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: String,
    pub channel: i64,
    pub account: i64,
}

/// Remembers what an account was told of; what is too old to be had goes.
pub fn put(
    connection: &Connection,
    ids: &[String],
    channel: i64,
    account: i64,
    now: i64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM stored_items WHERE created_time < ?1")?
        .execute([now - REMEMBERED])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO stored_items (id, channel, account_id, created_time) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id, channel) DO UPDATE SET account_id = ?3, created_time = ?4",
    )?;
    for id in ids {
        insert.execute(params![id, channel, account, now])?;
    }
    Ok(())
}

/// All that is known of some ids.
pub fn of(connection: &Connection, ids: &[String]) -> rusqlite::Result<Vec<Kept>> {
    let ids = serde_json::Value::from(ids).to_string();
    connection
        .prepare_cached(
            "SELECT id, channel, account_id FROM stored_items WHERE id IN (SELECT value FROM json_each(?1))",
        )?
        .query_map([ids], |row| {
            Ok(Kept {
                id: row.get(0)?,
                channel: row.get(1)?,
                account: row.get(2)?,
            })
        })?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn an_item_is_known_by_its_id_wherever_it_was_made_until_it_is_too_old() {
        let folder = tempfile::tempdir().unwrap();
        let connection = file::open(&folder.path().join("relay.db")).unwrap();
        let put = |ids: &[&str], channel, account, now| {
            let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
            super::put(&connection, &ids, channel, account, now).unwrap();
        };
        let of = |ids: &[&str]| {
            let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
            let kept = super::of(&connection, &ids).unwrap();
            let mut kept: Vec<_> = kept
                .into_iter()
                .map(|kept| (kept.id, kept.channel, kept.account))
                .collect();
            kept.sort();
            kept
        };
        put(&["a", "b\"'"], 3, 1, 100);
        put(&["a"], 4, 2, 200);
        assert_eq!(of(&["a"]), [("a".into(), 3, 1), ("a".into(), 4, 2)]);
        assert_eq!(of(&["b\"'", "c"]), [("b\"'".into(), 3, 1)]);
        assert_eq!(of(&[]), []);
        put(&["c"], 3, 1, 150 + REMEMBERED);
        assert_eq!(of(&["a", "b\"'"]), [("a".into(), 4, 2)]);
    }
}
