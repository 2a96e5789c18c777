//! Whose a part of an answer is that an upstream may have kept, and which upstream: items of responses, and the containers
//! that tools ran in. Never what they hold.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::responses::REMEMBERED;

/// Remembers what an account was told of; what is too old to be had goes. Some upstreams give an id to several accounts:
/// nobody loses one by that.
pub fn put(
    connection: &Connection,
    ids: &[String],
    channel: i64,
    account: i64,
    now: i64,
) -> rusqlite::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    connection
        .prepare_cached("DELETE FROM stored_items WHERE created_time < ?1")?
        .execute([now - REMEMBERED])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO stored_items (id, account_id, channel, created_time) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id, account_id, channel) DO UPDATE SET created_time = ?4",
    )?;
    for id in ids {
        insert.execute(params![id, account, channel, now])?;
    }
    Ok(())
}

/// Those of some ids that are known, each with the channels where this account has it: with none where only others have it.
pub fn known(
    connection: &Connection,
    ids: &[String],
    account: i64,
) -> rusqlite::Result<HashMap<String, Vec<i64>>> {
    let ids = serde_json::Value::from(ids).to_string();
    let mut select = connection.prepare_cached(
        "SELECT asked.value, own.channel FROM json_each(?1) AS asked
         LEFT JOIN stored_items AS own ON own.id = asked.value AND own.account_id = ?2
         WHERE EXISTS (SELECT 1 FROM stored_items WHERE id = asked.value)",
    )?;
    let mut rows = select.query(params![ids, account])?;
    let mut known: HashMap<String, Vec<i64>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let own = known.entry(row.get(0)?).or_default();
        own.extend(row.get::<_, Option<i64>>(1)?);
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn an_item_is_known_by_its_id_wherever_it_was_made_until_it_is_too_old() {
        let folder = tempfile::tempdir().unwrap();
        let connection = file::open(&folder.path().join("relay.db")).unwrap();
        let all = |ids: &[&str]| -> Vec<String> { ids.iter().map(|id| (*id).into()).collect() };
        let put = |ids: &[&str], channel, account, now| {
            super::put(&connection, &all(ids), channel, account, now).unwrap();
        };
        let known = |ids: &[&str], account| {
            let known = super::known(&connection, &all(ids), account).unwrap();
            let mut known: Vec<_> = known.into_iter().collect();
            known.sort();
            known
        };
        let has = |id: &str, channels: &[i64]| (id.to_owned(), channels.to_vec());
        put(&["a", "b\"'"], 3, 1, 100);
        put(&["a"], 4, 2, 200);
        assert_eq!(known(&["a"], 1), [has("a", &[3])]);
        assert_eq!(known(&["a"], 2), [has("a", &[4])]);
        assert_eq!(known(&["a"], 9), [has("a", &[])]);
        assert_eq!(known(&["b\"'", "c"], 1), [has("b\"'", &[3])]);
        assert_eq!(known(&[], 1), []);
        // The same upstream gives it to another account, and gives it twice.
        put(&["a"], 3, 2, 200);
        put(&["a"], 3, 2, 250);
        assert_eq!(known(&["a"], 1), [has("a", &[3])]);
        assert_eq!(known(&["a"], 2), [has("a", &[3, 4])]);
        put(&["c"], 3, 1, 150 + REMEMBERED);
        assert_eq!(known(&["a", "b\"'"], 1), [has("a", &[])]);
        assert_eq!(known(&["a"], 2), [has("a", &[3, 4])]);
    }
}
