//! What was spent over a span of time, and on what: sums, never single requests.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::money::Money;
use super::time::UnixMillis;

/// A sum over requests, each with its best figure: settled before reported before estimated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spending {
    /// What they cost, as far as it is known.
    pub spent: Money,
    /// Those that are over and whose cost is not known.
    pub unknown: u64,
    /// Those whose cost is in the sum and only an estimate: the relay neither reported their usage nor billed them.
    pub estimated: u64,
    /// Tokens of all of them.
    pub tokens: u64,
    /// How many there are.
    pub requests: u64,
}

impl Spending {
    /// Adds another sum; it saturates instead of overflowing.
    pub fn add(&mut self, other: &Spending) {
        let nanos = i128::from(self.spent.nanos()) + i128::from(other.spent.nanos());
        self.spent = Money::from_wide_nanos(nanos);
        self.unknown = self.unknown.saturating_add(other.unknown);
        self.estimated = self.estimated.saturating_add(other.estimated);
        self.tokens = self.tokens.saturating_add(other.tokens);
        self.requests = self.requests.saturating_add(other.requests);
    }
}

/// By what spending is broken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// By day, where the user is.
    Day,
    /// By key: its name, or its masked form where it has none.
    Key,
    /// By the exact name of the model.
    Model,
    /// By the group it was billed in.
    Group,
    /// By the program that sent it.
    Tool,
}

impl By {
    /// Every breakdown.
    pub const ALL: [By; 5] = [By::Day, By::Key, By::Model, By::Group, By::Tool];

    /// The word people see.
    pub const fn word(self) -> &'static str {
        match self {
            By::Day => "day",
            By::Key => "key",
            By::Model => "model",
            By::Group => "group",
            By::Tool => "tool",
        }
    }
}

/// Everything about the spending of a span.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpendingReport {
    /// All of it.
    pub whole: Spending,
    /// By hour, or by quarter of an hour where the span does not begin with an hour; the oldest first, those without a
    /// request left out.
    pub slots: Vec<(UnixMillis, Spending)>,
    /// By key, the dearest first; so are the others.
    pub keys: Vec<(String, Spending)>,
    /// By model.
    pub models: Vec<(String, Spending)>,
    /// By group; empty where no group was known.
    pub groups: Vec<(String, Spending)>,
    /// By program.
    pub tools: Vec<(String, Spending)>,
}

impl SpendingReport {
    /// One breakdown as rows of a name and a sum. Days come oldest first, as `2027-01-31`.
    pub fn rows(&self, by: By, zone: &TimeZone) -> Vec<(String, Spending)> {
        match by {
            By::Day => {
                let mut days: BTreeMap<Date, Spending> = BTreeMap::new();
                for (start, sum) in &self.slots {
                    days.entry(day_of(*start, zone)).or_default().add(sum);
                }
                days.into_iter()
                    .map(|(day, sum)| (day.to_string(), sum))
                    .collect()
            }
            By::Key => self.keys.clone(),
            By::Model => self.models.clone(),
            By::Group => self.groups.clone(),
            By::Tool => self.tools.clone(),
        }
    }

    /// What was spent on each of so many days up to and with the day of `now`, the oldest first, empty days too.
    pub fn last_days(
        &self,
        count: usize,
        now: UnixMillis,
        zone: &TimeZone,
    ) -> Vec<(String, Spending)> {
        let today = day_of(now, zone);
        let by_day: BTreeMap<String, Spending> = self.rows(By::Day, zone).into_iter().collect();
        let days = (0..count).rev().map(|back| {
            let back = i64::try_from(back).unwrap_or_default();
            let day = today.checked_sub(back.days()).unwrap_or(today).to_string();
            let sum = by_day.get(&day).copied().unwrap_or_default();
            (day, sum)
        });
        days.collect()
    }

    /// What was spent in each hour of the day of `now`, from midnight on, empty hours too. A day on which the clocks
    /// change has its own number of hours.
    pub fn hours(&self, now: UnixMillis, zone: &TimeZone) -> Vec<Spending> {
        let start = super::expiry::midnight(now.seconds(), zone).millis();
        let passed = now.since(start) / HOUR_MS.unsigned_abs();
        let mut hours = vec![Spending::default(); usize::try_from(passed).unwrap_or_default() + 1];
        for (slot, sum) in &self.slots {
            if *slot >= start
                && let Ok(place) = usize::try_from(slot.since(start) / HOUR_MS.unsigned_abs())
                && let Some(hour) = hours.get_mut(place)
            {
                hour.add(sum);
            }
        }
        hours
    }
}

/// An hour, in milliseconds.
pub const HOUR_MS: i64 = 3_600_000;

/// A quarter of an hour, in milliseconds.
pub const QUARTER_MS: i64 = 900_000;

fn day_of(at: UnixMillis, zone: &TimeZone) -> Date {
    let moment = Timestamp::from_millisecond(at.0).unwrap_or_default();
    moment.to_zoned(zone.clone()).date()
}

/// How long money lasts at the pace of the last hour: minutes; `None` where nothing was spent.
pub fn minutes_left(wallet: Money, last_hour: Money) -> Option<u64> {
    if last_hour <= Money::ZERO {
        return None;
    }
    let minutes = i128::from(wallet.nanos().max(0)) * 60 / i128::from(last_hour.nanos());
    Some(u64::try_from(minutes).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(nanos: i64) -> Spending {
        Spending {
            spent: Money::from_nanos(nanos),
            requests: 1,
            ..Spending::default()
        }
    }

    /// 2026-01-01T00:00:00Z.
    const NEW_YEAR: i64 = 1_767_225_600_000;

    #[test]
    fn days_are_those_of_the_user_and_empty_ones_show() {
        let kathmandu =
            TimeZone::fixed(jiff::tz::Offset::from_seconds(5 * 3600 + 45 * 60).unwrap());
        let at = |minutes: i64| UnixMillis(NEW_YEAR + minutes * 60_000);
        let report = SpendingReport {
            // A quarter to and a quarter past midnight in Kathmandu, and two days on.
            slots: vec![
                (at(18 * 60), sum(1)),
                (at(18 * 60 + 15), sum(2)),
                (at(3 * 24 * 60), sum(4)),
            ],
            ..SpendingReport::default()
        };
        let spent = |rows: Vec<(String, Spending)>| -> Vec<(String, i64)> {
            rows.into_iter()
                .map(|(day, sum)| (day, sum.spent.nanos()))
                .collect()
        };
        assert_eq!(
            spent(report.rows(By::Day, &kathmandu)),
            [
                ("2026-01-01".to_owned(), 1),
                ("2026-01-02".into(), 2),
                ("2026-01-04".into(), 4)
            ]
        );
        assert_eq!(
            spent(report.last_days(3, at(3 * 24 * 60), &kathmandu)),
            [
                ("2026-01-02".to_owned(), 2),
                ("2026-01-03".into(), 0),
                ("2026-01-04".into(), 4)
            ]
        );
        let hours = report.hours(at(3 * 24 * 60 + 5), &TimeZone::UTC);
        assert_eq!(hours.len(), 1);
        assert_eq!(hours[0].spent.nanos(), 4);
    }

    #[test]
    fn x_04_how_long_a_wallet_lasts() {
        let usd = Money::from_usd;
        assert_eq!(minutes_left(usd(19), usd(6)), Some(190));
        assert_eq!(minutes_left(usd(-1), usd(6)), Some(0));
        assert_eq!(minutes_left(usd(1), Money::ZERO), None);
        assert_eq!(
            minutes_left(Money::from_nanos(i64::MAX), Money::from_nanos(1)),
            Some(u64::MAX)
        );
    }
}
