//! Whose a response is that an upstream may have kept, and which upstream. Never what it says.

use rusqlite::{Connection, params};

/// How long it is remembered, in seconds: upstreams forget a response after 30 days, and some a little later.
pub const REMEMBERED: i64 = 90 * 24 * 60 * 60;

/// Remembers who made a response; what is too old to be had goes. Where an upstream gives an id twice, the later one is
/// what it has.
pub fn put(
    connection: &Connection,
    id: &str,
    channel: i64,
    account: i64,
    now: i64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM stored_responses WHERE created_time < ?1")?
        .execute([now - REMEMBERED])?;
    connection
        .prepare_cached(
            "INSERT INTO stored_responses (id, channel, account_id, created_time) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id, channel) DO UPDATE SET account_id = ?3, created_time = ?4",
        )?
        .execute(params![id, channel, account, now])?;
    Ok(())
}

/// The channels where an account made a response of this id, the latest first; none where it made no such response.
pub fn channels(connection: &Connection, id: &str, account: i64) -> rusqlite::Result<Vec<i64>> {
    connection
        .prepare_cached(
            "SELECT channel FROM stored_responses WHERE id = ?1 AND account_id = ?2 ORDER BY created_time DESC, channel",
        )?
        .query_map(params![id, account], |row| row.get(0))?
        .collect()
}

/// Forgets a response that is deleted.
pub fn remove(connection: &Connection, id: &str, channel: i64) -> rusqlite::Result<usize> {
    connection
        .prepare_cached("DELETE FROM stored_responses WHERE id = ?1 AND channel = ?2")?
        .execute(params![id, channel])
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn a_response_is_its_makers_until_it_is_deleted_or_too_old() {
        let folder = tempfile::tempdir().unwrap();
        let connection = file::open(&folder.path().join("relay.db")).unwrap();
        let of = |id, account| channels(&connection, id, account).unwrap();
        put(&connection, "a", 3, 1, 100).unwrap();
        put(&connection, "a", 4, 1, 200).unwrap();
        put(&connection, "a", 5, 2, 200).unwrap();
        assert_eq!(
            (of("a", 1), of("a", 2), of("b", 1)),
            (vec![4, 3], vec![5], vec![])
        );
        put(&connection, "a", 4, 2, 300).unwrap();
        assert_eq!((of("a", 1), of("a", 2)), (vec![3], vec![4, 5]));
        remove(&connection, "a", 5).unwrap();
        put(&connection, "c", 3, 1, 150 + REMEMBERED).unwrap();
        assert_eq!((of("a", 1), of("a", 2)), (vec![], vec![4]));
    }
}
