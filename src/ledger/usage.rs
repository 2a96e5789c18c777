//! What was spent over a span, from the sums that triggers keep; and which receipts are worth a question.

use std::collections::HashMap;

use rusqlite::{Connection, params_from_iter, types::Value};

use crate::domain::spending::{HOUR_MS, QUARTER_MS};
use crate::domain::{Money, Spending, SpendingReport, UnixMillis};

/// The condition of the index of disputes, word for word (`0005_listed_prices.sql`); [`crate::domain::Dispute`] names the reason.
pub(super) const DISPUTED: &str = "charged_nanos > 0 AND (finish = 'cut'
        OR (price_kind <> 'per_call' AND coalesce(reported_output, counted_output) = 0)
        OR (price_listed = 0 AND charged_nanos > expected_nanos + expected_nanos / 20 + 2000)
        OR (counted_output > 0 AND reported_output > counted_output + counted_output / 4 + 50))";

/// The table of sums for a span that begins then, its column of time, and what one step of that is in milliseconds: whole
/// hours where it begins with one, because they are a quarter of the rows.
fn sums(since: UnixMillis) -> (&'static str, &'static str, i64) {
    let quarter = since.0.div_euclid(QUARTER_MS) * QUARTER_MS;
    match quarter.rem_euclid(HOUR_MS) {
        0 => ("usage_hours", "hour", HOUR_MS),
        _ => ("usage_sums", "quarter", QUARTER_MS),
    }
}

/// Everything sent since a point in time, rounded down to its quarter of an hour, for one profile or all.
pub(super) fn spending(
    db: &Connection,
    profile: Option<&str>,
    since: UnixMillis,
) -> rusqlite::Result<SpendingReport> {
    let (table, column, step) = sums(since);
    let mut values = vec![Value::from(since.0.div_euclid(step))];
    let of_profile = match profile {
        Some(profile) => {
            values.push(Value::from(profile.to_owned()));
            " AND profile = ?2"
        }
        None => "",
    };
    let mut statement = db.prepare_cached(&format!(
        "SELECT {column}, model, key, billing_group, tool, requests, unknown, dollars, nanos, tokens_high, tokens_low,
             estimated
         FROM {table} WHERE {column} >= ?1{of_profile} AND requests > 0"
    ))?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut whole = Wide::default();
    let mut slots: HashMap<i64, Wide> = HashMap::new();
    let mut parts: [HashMap<String, Wide>; 4] = Default::default();
    while let Some(row) = rows.next()? {
        let number = |column: usize| row.get::<_, i64>(column).map(i128::from);
        let sum = Wide {
            nanos: number(7)? * 1_000_000_000 + number(8)?,
            tokens: (number(9)? << 32) + number(10)?,
            unknown: row.get(6)?,
            estimated: row.get(11)?,
            requests: row.get(5)?,
        };
        whole.add(&sum);
        slots.entry(row.get(0)?).or_default().add(&sum);
        // Columns 1 to 4, in the order of `parts`.
        for (column, part) in parts.iter_mut().enumerate() {
            let name = row.get_ref(column + 1)?.as_str()?;
            match part.get_mut(name) {
                Some(known) => known.add(&sum),
                None => {
                    part.insert(name.to_owned(), sum);
                }
            }
        }
    }
    let mut slots: Vec<(UnixMillis, Spending)> = slots
        .into_iter()
        .map(|(slot, sum)| (UnixMillis(slot.saturating_mul(step)), sum.narrow()))
        .collect();
    slots.sort_unstable_by_key(|(start, _)| *start);
    let [models, keys, groups, tools] = parts.map(dearest_first);
    Ok(SpendingReport {
        whole: whole.narrow(),
        slots,
        keys,
        models,
        groups,
        tools,
    })
}

fn dearest_first(part: HashMap<String, Wide>) -> Vec<(String, Spending)> {
    let mut rows: Vec<(String, Spending)> = part
        .into_iter()
        .map(|(name, sum)| (name, sum.narrow()))
        .collect();
    rows.sort_by(|(one, a), (other, b)| {
        let dear = |sum: &Spending| (sum.spent, sum.requests);
        dear(b).cmp(&dear(a)).then_with(|| one.cmp(other))
    });
    rows
}

/// A sum that cannot overflow.
#[derive(Clone, Copy, Default)]
struct Wide {
    nanos: i128,
    tokens: i128,
    unknown: i64,
    estimated: i64,
    requests: i64,
}

impl Wide {
    fn add(&mut self, other: &Wide) {
        self.nanos += other.nanos;
        self.tokens += other.tokens;
        self.unknown += other.unknown;
        self.estimated += other.estimated;
        self.requests += other.requests;
    }

    fn narrow(self) -> Spending {
        Spending {
            spent: Money::from_wide_nanos(self.nanos),
            unknown: self.unknown.max(0).unsigned_abs(),
            estimated: self.estimated.max(0).unsigned_abs(),
            tokens: u64::try_from(self.tokens).unwrap_or(u64::MAX),
            requests: self.requests.max(0).unsigned_abs(),
        }
    }
}
