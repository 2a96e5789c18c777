//! Log rows: writing them, and reading them page by page.

use std::borrow::Cow;

use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, ToSql, params_from_iter};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::told::Told;
use crate::domain::halves;
use crate::wire::new_api::LogRow;

/// Money that came in.
pub const TOP_UP: i64 = 1;
/// A request that was answered.
pub const CONSUMPTION: i64 = 2;
/// The owner changed something about an account.
pub const MANAGEMENT: i64 = 3;
/// A request that failed.
pub const ERROR: i64 = 5;
/// A reservation that was released at start.
pub const REFUND: i64 = 6;
/// A log-in with a password.
pub const LOG_IN: i64 = 7;

/// `total` stops counting here: nobody pages further, and counting costs.
const COUNT_LIMIT: i64 = 10_000;

/// The tokens of a row, prompt and answer together. Whatever their columns hold, they do not overflow.
pub const TOKENS: &str =
    "min(prompt_tokens, 2305843009213693951) + min(completion_tokens, 2305843009213693951)";

/// A row about to be written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NewLog<'a> {
    pub account_id: i64,
    pub created_at: i64,
    pub kind: i64,
    #[serde(borrow)]
    pub content: Cow<'a, str>,
    pub key_id: i64,
    pub key_name: &'a str,
    pub model: &'a str,
    /// Quota units.
    pub quota: i64,
    pub prompt_tokens: i64,
    pub completion_tokens: i64,
    /// Seconds.
    pub use_time: i64,
    pub is_stream: bool,
    pub channel_id: i64,
    pub channel_name: &'a str,
    pub group: &'a str,
    pub request_id: &'a str,
    /// A JSON map as text.
    #[serde(borrow)]
    pub other: Cow<'a, str>,
    /// Instead of that map, what it is made of ([`super::told`]).
    #[serde(serialize_with = "as_bytes", deserialize_with = "where_they_stand")]
    pub told: Cow<'a, [u8]>,
}

fn as_bytes<S: Serializer>(bytes: &[u8], out: S) -> Result<S::Ok, S::Error> {
    out.serialize_bytes(bytes)
}

fn where_they_stand<'de: 'a, 'a, D: Deserializer<'de>>(
    input: D,
) -> Result<Cow<'a, [u8]>, D::Error> {
    <&[u8]>::deserialize(input).map(Cow::Borrowed)
}

/// Which rows are asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// One account's; everybody's when absent.
    pub account_id: Option<i64>,
    /// One key's.
    pub key_id: Option<i64>,
    /// The account of this name; empty for any.
    pub username: String,
    pub channel: Option<i64>,
    /// 0 for all.
    pub kind: i64,
    pub from: Option<i64>,
    pub until: Option<i64>,
    pub key_name: String,
    pub model: String,
    pub group: String,
    pub request_id: String,
}

/// Sums over log rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// Quota units over the range.
    pub quota: i64,
    /// Requests in the last minute.
    pub requests: i64,
    /// Tokens in the last minute.
    pub tokens: i64,
}

/// Writes a row.
pub fn insert(connection: &Connection, row: &NewLog<'_>) -> rusqlite::Result<()> {
    insert_all(connection, &[row])
}

/// So many rows share a statement where there are as many, and what it costs beside them.
const TOGETHER: usize = 16;

/// Writes rows, in their order.
pub fn insert_all(connection: &Connection, rows: &[&NewLog<'_>]) -> rusqlite::Result<()> {
    let (groups, rest) = rows.as_chunks::<TOGETHER>();
    if !groups.is_empty() {
        let mut statement = connection.prepare_cached(&insertion(TOGETHER))?;
        for group in groups {
            execute(&mut statement, group)?;
        }
    }
    if !rest.is_empty() {
        let mut statement = connection.prepare_cached(&insertion(1))?;
        for row in rest {
            execute(&mut statement, std::slice::from_ref(row))?;
        }
    }
    Ok(())
}

/// The statement that writes so many rows. Whoever writes rows gives the whole transaction up when one fails, so it need not
/// be able to take back those before it: SQLite would copy every page it changes for that.
fn insertion(rows: usize) -> String {
    const ROW: &str = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let rows = vec![ROW; rows].join(", ");
    format!(
        "INSERT OR FAIL INTO logs (account_id, created_at, kind, content, key_id, key_name, model_name, quota, prompt_tokens,
         completion_tokens, use_time, is_stream, channel_id, channel_name, billed_group, request_id, other, told) VALUES {rows}"
    )
}

fn execute(statement: &mut CachedStatement<'_>, rows: &[&NewLog<'_>]) -> rusqlite::Result<()> {
    let mut place = 0;
    for row in rows {
        let values: [&dyn ToSql; 18] = [
            &row.account_id,
            &row.created_at,
            &row.kind,
            &row.content,
            &row.key_id,
            &row.key_name,
            &row.model,
            &row.quota,
            &row.prompt_tokens,
            &row.completion_tokens,
            &row.use_time,
            &row.is_stream,
            &row.channel_id,
            &row.channel_name,
            &row.group,
            &row.request_id,
            &row.other,
            &row.told,
        ];
        for value in values {
            place += 1;
            statement.raw_bind_parameter(place, value)?;
        }
    }
    statement.raw_execute().map(drop)
}

impl Filter {
    /// The condition as SQL, with its values.
    fn condition(&self) -> (String, Vec<Value>) {
        let mut sql = String::from("1 = 1");
        let mut values = Vec::new();
        let mut number = |column: &str, value: Option<i64>| {
            if let Some(value) = value {
                sql.push_str(&format!(" AND {column} ?"));
                values.push(Value::Integer(value));
            }
        };
        number("account_id =", self.account_id);
        number("key_id =", self.key_id);
        number("channel_id =", self.channel);
        number("kind =", (self.kind != 0).then_some(self.kind));
        number("created_at >=", self.from);
        number("created_at <=", self.until);
        if !self.username.is_empty() {
            sql.push_str(" AND account_id IN (SELECT id FROM accounts WHERE username = ?)");
            values.push(Value::Text(self.username.clone()));
        }
        for (column, text) in [
            ("key_name", &self.key_name),
            ("model_name", &self.model),
            ("billed_group", &self.group),
            ("request_id", &self.request_id),
        ] {
            if text.is_empty() {
                continue;
            }
            // A name matches exactly, unless it holds the wildcard.
            if text.contains('%') {
                sql.push_str(&format!(" AND {column} LIKE ? ESCAPE '\\'"));
                values.push(Value::Text(text.replace('\\', "\\\\").replace('_', "\\_")));
            } else {
                sql.push_str(&format!(" AND {column} = ?"));
                values.push(Value::Text(text.clone()));
            }
        }
        (sql, values)
    }
}

/// One page of rows, newest first, and how many there are in all (at most 10,000).
pub fn page(
    connection: &Connection,
    filter: &Filter,
    offset: i64,
    count: i64,
) -> rusqlite::Result<(Vec<LogRow>, i64)> {
    let (condition, mut values) = filter.condition();
    let total = connection
        .prepare(&format!(
            "SELECT count(*) FROM (SELECT 1 FROM logs WHERE {condition} LIMIT {COUNT_LIMIT})"
        ))?
        .query_row(params_from_iter(&values), |row| row.get(0))?;
    values.extend([Value::Integer(count), Value::Integer(offset)]);
    let mut statement = connection.prepare(&format!(
        "SELECT id, account_id, created_at, kind, content, (SELECT username FROM accounts WHERE accounts.id = account_id) AS username,
         key_name, key_id, model_name, quota, prompt_tokens, completion_tokens, use_time, is_stream, channel_id, channel_name,
         billed_group, request_id, other, told FROM logs WHERE {condition} ORDER BY id DESC LIMIT ? OFFSET ?"
    ))?;
    let rows = statement
        .query_map(params_from_iter(&values), read)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    Ok((rows, total))
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<LogRow> {
    Ok(LogRow {
        id: row.get("id")?,
        user_id: row.get("account_id")?,
        created_at: row.get("created_at")?,
        kind: row.get("kind")?,
        content: row.get("content")?,
        username: row
            .get::<_, Option<String>>("username")?
            .unwrap_or_default(),
        token_name: row.get("key_name")?,
        token_id: row.get("key_id")?,
        model_name: row.get("model_name")?,
        quota: row.get("quota")?,
        prompt_tokens: row.get("prompt_tokens")?,
        completion_tokens: row.get("completion_tokens")?,
        use_time: row.get("use_time")?,
        is_stream: row.get("is_stream")?,
        channel: row.get("channel_id")?,
        channel_name: row.get("channel_name")?,
        group: row.get("billed_group")?,
        request_id: row.get("request_id")?,
        other: match Told::json(row.get_ref("told")?.as_blob()?) {
            Some(other) => other,
            None => row.get("other")?,
        },
    })
}

/// What requests came to, and how busy the last minute was.
pub fn sums(connection: &Connection, filter: &Filter, now: i64) -> rusqlite::Result<Sums> {
    let (condition, values) = filter.condition();
    let quota = connection
        .prepare(&format!(
            "SELECT {} FROM logs WHERE {condition}",
            halves::columns("quota")
        ))?
        .query_row(params_from_iter(&values), |row| {
            Ok(halves::whole(row.get(0)?, row.get(1)?))
        })?;
    let minute = Filter {
        from: Some(now - 60),
        until: None,
        ..filter.clone()
    };
    let (condition, values) = minute.condition();
    let (requests, tokens) = connection
        .prepare(&format!(
            "SELECT count(*), {} FROM logs WHERE {condition}",
            halves::columns(TOKENS)
        ))?
        .query_row(params_from_iter(&values), |row| {
            Ok((row.get(0)?, halves::whole(row.get(1)?, row.get(2)?)))
        })?;
    Ok(Sums {
        quota,
        requests,
        tokens,
    })
}
