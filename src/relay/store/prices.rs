//! The owner's prices and the groups, as rows.

use rusqlite::{Connection, params};

use super::super::catalog::{Group, ListPrice};
use crate::domain::{Money, Ratio, TokenPrices};

/// Writes a model's price in place of the old one.
pub fn put(connection: &Connection, model: &str, price: &ListPrice) -> rusqlite::Result<()> {
    let (tokens, call) = match price {
        ListPrice::PerToken(prices) => (Some(prices), None),
        ListPrice::PerCall(call) => (None, Some(call.nanos())),
    };
    connection.execute(
        "INSERT OR REPLACE INTO prices (model, input, output, cache_read, cache_write, per_call) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            model,
            tokens.map(|prices| prices.input.nanos()),
            tokens.map(|prices| prices.output.nanos()),
            tokens.map(|prices| prices.cache_read.nanos()),
            tokens.map(|prices| prices.cache_write.nanos()),
            call
        ],
    )?;
    Ok(())
}

/// Every price.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<(String, ListPrice)>> {
    let money = |nanos: Option<i64>| Money::from_nanos(nanos.unwrap_or_default());
    connection
        .prepare("SELECT model, input, output, cache_read, cache_write, per_call FROM prices")?
        .query_map([], |row| {
            let price = match row.get::<_, Option<i64>>("per_call")? {
                Some(call) => ListPrice::PerCall(Money::from_nanos(call)),
                None => ListPrice::PerToken(TokenPrices {
                    input: money(row.get("input")?),
                    output: money(row.get("output")?),
                    cache_read: money(row.get("cache_read")?),
                    cache_write: money(row.get("cache_write")?),
                }),
            };
            Ok((row.get("model")?, price))
        })?
        .collect()
}

/// Every group.
pub fn groups(connection: &Connection) -> rusqlite::Result<Vec<Group>> {
    connection
        .prepare("SELECT name, ratio, description FROM user_groups")?
        .query_map([], |row| {
            Ok(Group {
                name: row.get(0)?,
                ratio: Ratio::from_billionths(row.get(1)?),
                description: row.get(2)?,
            })
        })?
        .collect()
}
