//! A receipt as a row of its table, and back.

use rusqlite::{Row, named_params, types::Value};

use super::values::NewRequest;
use super::words::{read_fault_kind, read_finish, read_word};
use crate::domain::{Money, Price, Receipt, TokenPrices, UnixMillis, Usage, key::mask};

/// The columns of a receipt, in the order in which [`read`] wants them.
pub(super) const COLUMNS: &str = "id, profile, relay, sent_ms, state, model, model_echoed, key_id, key_name, key_masked, \
    billing_group, counted_input, counted_cache_read, counted_cache_write, counted_output, reported_input, \
    reported_cache_read, reported_cache_write, reported_output, price_kind, price_input_nanos, price_output_nanos, \
    price_cache_read_nanos, price_cache_write_nanos, price_call_nanos, price_expression, expected_nanos, \
    expected_basis, charged_nanos, finish, fault, status, request_id, first_ms, total_ms, tool, price_listed";

/// More tokens than this are a slip of whoever reports them; four such counters still add up without overflow.
pub(super) const MOST_TOKENS: u64 = 1 << 60;

/// A counter as its column holds it.
pub(super) fn tokens(count: u64) -> i64 {
    count.min(MOST_TOKENS) as i64
}

/// The sum of the counters as their columns hold them.
pub(super) fn all_tokens(usage: Usage) -> i64 {
    tokens(usage.input)
        + tokens(usage.cache_read)
        + tokens(usage.cache_write)
        + tokens(usage.output)
}

/// A span of time as its column holds it; 292 million years are as good as any longer time.
pub(super) fn millis(span: Option<u64>) -> Option<i64> {
    span.map(|span| i64::try_from(span).unwrap_or(i64::MAX))
}

/// Nano-dollars as their column holds them.
pub(super) fn nanos(money: Option<Money>) -> Option<i64> {
    money.map(Money::nanos)
}

/// Reads counters from four columns, beginning at this one.
pub(super) fn read_usage(row: &Row<'_>, first: usize) -> rusqlite::Result<Usage> {
    let counter = |column: usize| -> rusqlite::Result<u64> {
        // Written by us and never negative; a damaged file must still not wrap around.
        Ok(row.get::<_, i64>(first + column)?.max(0) as u64)
    };
    Ok(Usage {
        input: counter(0)?,
        cache_read: counter(1)?,
        cache_write: counter(2)?,
        output: counter(3)?,
    })
}

/// Reads a span of time.
pub(super) fn read_millis(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<u64>> {
    Ok(row
        .get::<_, Option<i64>>(column)?
        .map(|span| span.max(0) as u64))
}

/// Reads an amount.
pub(super) fn read_money(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Money>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Money::from_nanos))
}

/// Writes the row of a request that is about to be sent; answers its number.
pub(super) fn insert(
    db: &rusqlite::Connection,
    run: &str,
    new: &NewRequest,
) -> rusqlite::Result<i64> {
    let (kind, prices, call, expression) = match &new.price {
        Price::PerToken(prices) | Price::Listed(prices) => ("per_token", Some(*prices), None, None),
        Price::PerCall { call } => ("per_call", None, Some(*call), None),
        Price::Tiered { expression } => ("tiered", None, None, Some(expression)),
        Price::Unknown => ("unknown", None, None, None),
    };
    let price =
        |part: fn(&TokenPrices) -> Money| Value::from(prices.as_ref().map(|all| part(all).nanos()));
    db.prepare_cached(
        "INSERT INTO receipts (profile, relay, sent_ms, state, run, model, key_id, key_name, key_masked, billing_group,
            price_kind, price_input_nanos, price_output_nanos, price_cache_read_nanos, price_cache_write_nanos,
            price_call_nanos, price_expression, price_listed, expected_basis)
         VALUES (:profile, :relay, :sent, 'sent', :run, :model, :key_id, :key_name, :key_masked, :group,
            :kind, :input, :output, :read, :write, :call, :expression, :listed, 'estimated')",
    )?
    .insert(named_params! {
        ":profile": new.profile,
        ":relay": new.relay,
        ":sent": new.sent.0,
        ":run": run,
        ":model": new.model,
        ":key_id": new.key_id,
        ":key_name": new.key_name,
        ":key_masked": mask(&new.key_masked),
        ":group": new.group,
        ":kind": kind,
        ":input": price(|all| all.input),
        ":output": price(|all| all.output),
        ":read": price(|all| all.cache_read),
        ":write": price(|all| all.cache_write),
        ":call": nanos(call),
        ":expression": expression,
        ":listed": new.price.is_listed(),
    })
}

/// Reads a row of [`COLUMNS`].
pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Receipt> {
    let text = |column: usize| row.get::<_, Option<String>>(column);
    let reported = match row.get::<_, Option<i64>>(15)? {
        Some(_) => Some(read_usage(row, 15)?),
        None => None,
    };
    Ok(Receipt {
        id: row.get(0)?,
        profile: row.get(1)?,
        relay: row.get(2)?,
        sent: UnixMillis(row.get(3)?),
        state: read_word(4, row.get_ref(4)?.as_str()?)?,
        model: row.get(5)?,
        model_echoed: text(6)?,
        key_id: row.get(7)?,
        key_name: text(8)?,
        key_masked: row.get(9)?,
        group: text(10)?,
        counted: read_usage(row, 11)?,
        reported,
        price: read_price(row)?,
        expected: read_money(row, 26)?,
        expected_basis: read_word(27, row.get_ref(27)?.as_str()?)?,
        charged: read_money(row, 28)?,
        finish: text(29)?.map(read_finish),
        fault: text(30)?.map(|word| read_fault_kind(&word)),
        status: row.get(31)?,
        request_id: text(32)?,
        first_ms: read_millis(row, 33)?,
        total_ms: read_millis(row, 34)?,
        tool: row.get(35)?,
    })
}

fn read_price(row: &Row<'_>) -> rusqlite::Result<Price> {
    let money = |column: usize| row.get(column).map(Money::from_nanos);
    Ok(match row.get_ref(19)?.as_str()? {
        "per_token" => {
            let prices = TokenPrices {
                input: money(20)?,
                output: money(21)?,
                cache_read: money(22)?,
                cache_write: money(23)?,
            };
            match row.get(36)? {
                true => Price::Listed(prices),
                false => Price::PerToken(prices),
            }
        }
        "per_call" => Price::PerCall { call: money(24)? },
        "tiered" => Price::Tiered {
            expression: row.get(25)?,
        },
        _ => Price::Unknown,
    })
}
