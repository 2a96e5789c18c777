//! What came into wallets: the one way to credit an account, and the rows that tell of it (S-06).

use rusqlite::{Connection, params};

use super::accounts;
use super::logs::{self, NewLog};

/// Money that comes into a wallet.
pub struct Credit<'a> {
    pub account_id: i64,
    /// Quota units, more than none.
    pub units: i64,
    /// Its number, which no other has.
    pub trade_no: &'a str,
    /// How it came: `owner`, `code`, `start`.
    pub method: &'a str,
    /// For people.
    pub told: String,
    /// Unix seconds.
    pub at: i64,
}

/// A row of what came in.
pub struct TopUp {
    pub id: i64,
    pub account_id: i64,
    pub units: i64,
    pub trade_no: String,
    pub method: String,
    pub at: i64,
}

/// Credits an account: wallet, history and log, in the transaction of the caller.
pub fn credit(connection: &Connection, credit: Credit<'_>) -> rusqlite::Result<()> {
    accounts::add_quota(connection, credit.account_id, credit.units)?;
    record(connection, credit)
}

/// Writes the rows of a credit that the wallet was made with.
pub fn record(connection: &Connection, credit: Credit<'_>) -> rusqlite::Result<()> {
    connection.execute(
        "INSERT INTO top_ups (account_id, quota, trade_no, method, created_time) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            credit.account_id,
            credit.units,
            credit.trade_no,
            credit.method,
            credit.at
        ],
    )?;
    logs::insert(
        connection,
        &NewLog {
            account_id: credit.account_id,
            created_at: credit.at,
            kind: logs::TOP_UP,
            content: credit.told.into(),
            quota: credit.units,
            ..NewLog::default()
        },
    )
}

/// A page of what came in, newest first, and how many rows there are: of one account, or of all; with a number that
/// holds `number`, where it is not empty.
pub fn page(
    connection: &Connection,
    account: Option<i64>,
    number: &str,
    offset: i64,
    count: i64,
) -> rusqlite::Result<(Vec<TopUp>, i64)> {
    const WHERE: &str =
        "FROM top_ups WHERE (?1 IS NULL OR account_id = ?1) AND instr(trade_no, ?2) > 0";
    let total = connection
        .prepare(&format!("SELECT count(*) {WHERE}"))?
        .query_row(params![account, number], |row| row.get(0))?;
    let rows = connection
        .prepare(&format!(
            "SELECT id, account_id, quota, trade_no, method, created_time {WHERE} ORDER BY id DESC LIMIT ?3 OFFSET ?4"
        ))?
        .query_map(params![account, number, count, offset], |row| {
            Ok(TopUp {
                id: row.get(0)?,
                account_id: row.get(1)?,
                units: row.get(2)?,
                trade_no: row.get(3)?,
                method: row.get(4)?,
                at: row.get(5)?,
            })
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok((rows, total))
}
