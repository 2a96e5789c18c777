//! Hourly sums of what was spent, computed from the log when they are asked for.

use rusqlite::{Connection, params};
use serde::Serialize;

use super::logs::{CONSUMPTION, TOKENS};
use crate::domain::halves;

/// An hour of one account's requests to one model in one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hour {
    /// The protocol has a number here; nothing refers to it.
    pub id: i64,
    pub user_id: i64,
    pub username: String,
    pub model_name: String,
    pub use_group: String,
    /// The beginning of the hour, unix seconds.
    pub created_at: i64,
    /// Requests.
    pub count: i64,
    /// Quota units.
    pub quota: i64,
    pub token_used: i64,
}

/// The hours between two points in time, oldest first: of one account, or of all; of one user name, where it is not
/// empty.
pub fn hours(
    connection: &Connection,
    account: Option<i64>,
    username: &str,
    from: i64,
    until: i64,
) -> rusqlite::Result<Vec<Hour>> {
    connection
        .prepare_cached(&format!(
            "SELECT logs.account_id, coalesce(accounts.username, ''), model_name, billed_group, created_at / 3600 * 3600 AS hour,
                    count(*), {}, {}
             FROM logs LEFT JOIN accounts ON accounts.id = logs.account_id
             WHERE kind = ?1 AND created_at BETWEEN ?2 AND ?3 AND (?4 IS NULL OR logs.account_id = ?4)
                   AND (?5 = '' OR accounts.username = ?5)
             GROUP BY hour, logs.account_id, model_name, billed_group
             ORDER BY hour, logs.account_id, model_name, billed_group",
            halves::columns("logs.quota"),
            halves::columns(TOKENS),
        ))?
        .query_map(
            params![CONSUMPTION, from, until, account, username],
            |row| {
                Ok(Hour {
                    id: 0,
                    user_id: row.get(0)?,
                    username: row.get(1)?,
                    model_name: row.get(2)?,
                    use_group: row.get(3)?,
                    created_at: row.get(4)?,
                    count: row.get(5)?,
                    quota: halves::whole(row.get(6)?, row.get(7)?),
                    token_used: halves::whole(row.get(8)?, row.get(9)?),
                })
            },
        )?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::super::logs::{self, Filter, NewLog};
    use super::*;

    #[test]
    fn sums_of_the_largest_numbers_are_cut_and_not_refused() {
        let folder = tempfile::tempdir().unwrap();
        let connection = file::open(&folder.path().join("relay.db")).unwrap();
        let row = NewLog {
            account_id: 1,
            created_at: 10,
            kind: CONSUMPTION,
            quota: i64::MAX,
            prompt_tokens: i64::MAX,
            completion_tokens: i64::MAX,
            ..NewLog::default()
        };
        for _ in 0..3 {
            logs::insert(&connection, &row).unwrap();
        }
        let hours = hours(&connection, None, "", 0, 20).unwrap();
        assert_eq!(
            (hours[0].quota, hours[0].token_used, hours[0].count),
            (i64::MAX, i64::MAX, 3)
        );
        let sums = logs::sums(&connection, &Filter::default(), 20).unwrap();
        assert_eq!((sums.quota, sums.tokens), (i64::MAX, i64::MAX));
    }
}
