//! The rows of money: a reservation of what runs on, and what its ending comes to.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::super::book::Change;
use super::super::live::Run;
use super::logs::{self, NewLog};

/// How a request ended. Written out once for each: the journal and the database have it from the same bytes.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Ending<'a> {
    pub reservation: i64,
    pub change: Change,
    /// The row that tells of it; a release may need none.
    #[serde(borrow)]
    pub log: Option<NewLog<'a>>,
}

/// Writes the reservation of a request in flight, so that a killed process leaves a trace of it.
pub fn reserve(connection: &Connection, run: &Run) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO reservations VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?
        .execute(params![
            run.number,
            run.account_id,
            run.key_id,
            run.units,
            run.key_name,
            run.model,
            run.group(),
            run.request_id,
            run.begun.seconds().0
        ])?;
    Ok(())
}

/// Takes a reservation's row away, where it has one.
pub fn release(connection: &Connection, reservation: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM reservations WHERE id = ?1")?
        .execute([reservation])?;
    Ok(())
}

/// Posts endings: the row of each, and what they come to for keys and accounts.
pub fn post<'a>(
    connection: &Connection,
    endings: impl Iterator<Item = &'a Ending<'a>>,
) -> rusqlite::Result<()> {
    let mut rows = Vec::new();
    let mut sums = Sums::default();
    for ending in endings {
        rows.extend(&ending.log);
        sums.add(&ending.change);
    }
    logs::insert_all(connection, &rows)?;
    sums.write(connection)
}

/// What the endings of one transaction come to for each key and its account.
#[derive(Default)]
struct Sums(Vec<Sum>);

struct Sum {
    key_id: i64,
    account_id: i64,
    charged: i64,
    requests: i64,
    /// The latest.
    at: i64,
}

impl Sums {
    /// Adds an ending; one without a charge changes nothing.
    fn add(&mut self, change: &Change) {
        let Some(charged) = change.charged else {
            return;
        };
        let ids = (change.key_id, change.account_id);
        let known = self
            .0
            .iter_mut()
            .find(|sum| (sum.key_id, sum.account_id) == ids);
        match known {
            Some(sum) => {
                sum.charged = sum.charged.saturating_add(charged);
                sum.requests += 1;
                sum.at = sum.at.max(change.at.0);
            }
            None => self.0.push(Sum {
                key_id: ids.0,
                account_id: ids.1,
                charged,
                requests: 1,
                at: change.at.0,
            }),
        }
    }

    /// Writes them. A sum beyond what a column holds stays at its end, as in the book: SQLite makes it a real number, and the
    /// transaction would fail for ever.
    fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        for sum in &self.0 {
            connection
                .prepare_cached(
                    "UPDATE keys SET used_quota = CAST(used_quota + ?2 AS INTEGER), accessed_time = max(accessed_time, ?3),
                     remain_quota = CAST(remain_quota - iif(unlimited_quota, 0, ?2) AS INTEGER) WHERE id = ?1",
                )?
                .execute(params![sum.key_id, sum.charged, sum.at])?;
            connection
                .prepare_cached(
                    "UPDATE accounts SET quota = CAST(quota - ?2 AS INTEGER), used_quota = CAST(used_quota + ?2 AS INTEGER),
                     request_count = request_count + ?3 WHERE id = ?1",
                )?
                .execute(params![sum.account_id, sum.charged, sum.requests])?;
        }
        Ok(())
    }
}

/// Releases what a process that ended too soon had reserved, with a log row each. How many there were.
pub fn release_orphans(connection: &Connection, now: i64) -> rusqlite::Result<usize> {
    let released = connection.execute(
        "INSERT INTO logs (account_id, created_at, kind, content, key_id, key_name, model_name, billed_group, request_id, other)
         SELECT account_id, ?1, ?2, 'Reservation of ' || quota || ' units released: the relay ended while this request ran. Nothing was charged.',
                key_id, key_name, model_name, billed_group, request_id,
                json_object('released_quota', quota, 'reserved_at', created_time)
         FROM reservations ORDER BY id",
        params![now, logs::REFUND],
    )?;
    connection.execute("DELETE FROM reservations", [])?;
    Ok(released)
}

#[cfg(test)]
mod tests {
    use super::super::super::book::Share;
    use super::super::file;
    use super::*;
    use crate::domain::UnixSeconds;

    #[test]
    fn sums_beyond_their_columns_stay_at_the_end_and_fail_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let connection = file::open(&folder.path().join("relay.db")).unwrap();
        connection
            .execute_batch(
                "INSERT INTO accounts (id, username, display_name, role, user_group, quota, used_quota, created_time)
                     VALUES (1, 'a', 'a', 1, 'default', -9223372036854775800, 9223372036854775800, 0);
                 INSERT INTO keys (id, account_id, hash, masked, name, key_group, remain_quota, unlimited_quota, created_time)
                     VALUES (1, 1, x'00', '', '', '', 7, 0, 0);",
            )
            .unwrap();
        let ending = Ending {
            reservation: 1,
            change: Change {
                account_id: 1,
                key_id: 1,
                reserved: Share::default(),
                charged: Some(i64::MAX),
                tokens: 0,
                at: UnixSeconds(7),
            },
            log: None,
        };
        post(&connection, [&ending, &ending].into_iter()).unwrap();
        post(&connection, [&ending].into_iter()).unwrap();
        for (sql, expected) in [
            ("SELECT quota FROM accounts", i64::MIN),
            ("SELECT used_quota FROM accounts", i64::MAX),
            ("SELECT request_count FROM accounts", 3),
            ("SELECT used_quota FROM keys", i64::MAX),
            ("SELECT remain_quota FROM keys", i64::MIN),
        ] {
            let found: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
            assert_eq!(found, expected, "{sql}");
        }
    }
}
