//! Money as integers: nano-dollars inside, quota units at the relay's door, decimal text for people.
//!
//! One dollar is 1,000,000,000 nano-dollars, so an `i64` holds about ±9.2 billion dollars. Floats never carry
//! money here; what a relay sends as a float is turned into an integer at the wire.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::locale::say;

/// Nano-dollars in one dollar.
pub const NANOS_PER_USD: i64 = 1_000_000_000;

/// An amount of money in nano-dollars (10⁻⁹ USD); may be negative.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// Nothing at all. Not a stand-in for *unknown*: that is `Option::None`.
    pub const ZERO: Money = Money(0);

    /// An amount given in nano-dollars.
    pub const fn from_nanos(nanos: i64) -> Self {
        Money(nanos)
    }

    /// A whole number of dollars; saturates at the ends of the range.
    pub const fn from_usd(dollars: i64) -> Self {
        Money(dollars.saturating_mul(NANOS_PER_USD))
    }

    /// The amount in nano-dollars, for JSON fields ending in `_nusd` and for SQL.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Rounds a wide intermediate to the range of an amount, saturating at its ends.
    pub fn from_wide_nanos(nanos: i128) -> Self {
        Money(i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX }))
    }

    /// Adds, saturating at the ends of the range: a display must never panic over a relay's odd figure.
    pub const fn plus(self, other: Money) -> Self {
        Money(self.0.saturating_add(other.0))
    }

    /// Subtracts, saturating at the ends of the range.
    pub const fn minus(self, other: Money) -> Self {
        Money(self.0.saturating_sub(other.0))
    }

    /// Reads what a person types or a file holds: `5`, `5.00`, `$0.000001`, `-3.5`. At most nine decimals.
    ///
    /// # Errors
    /// Says what is wrong with the text when it is not such an amount.
    pub fn parse(text: &str) -> Result<Self, MoneyTextError> {
        let trimmed = text.trim();
        let (negative, digits) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let digits = digits.strip_prefix('$').unwrap_or(digits);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction)
        {
            return Err(MoneyTextError::NotAnAmount(text.to_owned()));
        }
        if fraction.len() > 9 {
            return Err(MoneyTextError::TooFine(text.to_owned()));
        }
        let parse = |part: &str| {
            if part.is_empty() {
                Ok(0)
            } else {
                part.parse::<i128>()
            }
        };
        let too_large = |_| MoneyTextError::TooLarge(text.to_owned());
        let whole = parse(whole).map_err(too_large)?;
        let nanos = parse(&format!("{fraction:0<9}")).map_err(too_large)?;
        let total = whole
            .checked_mul(i128::from(NANOS_PER_USD))
            .and_then(|dollars| dollars.checked_add(nanos))
            .map(|amount| if negative { -amount } else { amount })
            .and_then(|amount| i64::try_from(amount).ok())
            .ok_or_else(|| MoneyTextError::TooLarge(text.to_owned()))?;
        Ok(Money(total))
    }

    /// Decimal text with at least `min` and at most nine decimals, no currency sign: `0.002676`, `-1.50`.
    pub fn decimal(self, min: usize) -> String {
        let text = self.fixed(9);
        let Some((whole, fraction)) = text.split_once('.') else {
            return text;
        };
        let kept = fraction.trim_end_matches('0').len().max(min.min(9));
        match kept {
            0 => whole.to_owned(),
            _ => format!("{whole}.{}", &fraction[..kept]),
        }
    }

    /// How many decimals an amount is told with: four, six when it is under one cent, nine when it is smaller still.
    pub fn places(self) -> usize {
        match self.0.unsigned_abs() {
            0 => 2,
            1..1_000 => 9,
            1_000..10_000_000 => 6,
            _ => 4,
        }
    }

    /// The same with a currency sign, and exactly so many decimals: `-$1.50`.
    pub fn with_sign(self, places: usize) -> String {
        let text = self.fixed(places);
        match text.strip_prefix('-') {
            Some(rest) => format!("-${rest}"),
            None => format!("${text}"),
        }
    }

    /// Decimal text with exactly `places` decimals (0–9), rounded half away from zero: for columns that line up.
    pub fn fixed(self, places: usize) -> String {
        let places = places.min(9);
        let step = 10_u128.pow(9 - places as u32);
        let magnitude = (u128::from(self.0.unsigned_abs()) + step / 2) / step;
        let unit = 10_u128.pow(places as u32);
        let sign = if self.0 < 0 && magnitude > 0 { "-" } else { "" };
        match places {
            0 => format!("{sign}{magnitude}"),
            _ => format!("{sign}{}.{:0places$}", magnitude / unit, magnitude % unit),
        }
    }
}

impl fmt::Display for Money {
    /// `$12.4831`: four decimals, six when the amount is under one cent, nine when it is smaller still.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.with_sign(self.places()))
    }
}

/// Why a text is not an amount of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyTextError {
    /// Something other than digits and one point.
    #[error("{}", say!("money-no-amount", text = format!("{:?}", _0)))]
    NotAnAmount(String),
    /// More than nine decimals.
    #[error("{}", say!("money-too-fine", text = format!("{:?}", _0)))]
    TooFine(String),
    /// Beyond ±9.2 billion dollars.
    #[error("{}", say!("money-too-large", text = format!("{:?}", _0)))]
    TooLarge(String),
}

/// A relay's integer money. What one unit is worth, [`QuotaScale`] says.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct QuotaUnits(pub i64);

/// How many quota units one dollar is. Source: `quota_per_unit` of `GET /api/status`; 500,000 unless the relay says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaScale {
    units_per_usd: u32,
}

impl Default for QuotaScale {
    fn default() -> Self {
        QuotaScale {
            units_per_usd: 500_000,
        }
    }
}

impl QuotaScale {
    /// A scale of so many units a dollar; `None` for zero, which would make every price infinite.
    pub const fn new(units_per_usd: u32) -> Option<Self> {
        if units_per_usd == 0 {
            None
        } else {
            Some(QuotaScale { units_per_usd })
        }
    }

    /// Units in one dollar.
    pub const fn units_per_usd(self) -> u32 {
        self.units_per_usd
    }

    /// What so many units are worth, rounded to the nearest nano-dollar (exact for the usual scale).
    pub fn money(self, units: QuotaUnits) -> Money {
        let nanos = i128::from(units.0) * i128::from(NANOS_PER_USD);
        Money::from_wide_nanos(div_round(nanos, i128::from(self.units_per_usd)))
    }

    /// The nearest number of units for an amount of money, half away from zero.
    pub fn units(self, money: Money) -> QuotaUnits {
        let wide = i128::from(money.nanos()) * i128::from(self.units_per_usd);
        let units = div_round(wide, i128::from(NANOS_PER_USD));
        QuotaUnits(i64::try_from(units).unwrap_or(if units < 0 { i64::MIN } else { i64::MAX }))
    }
}

/// Integer division rounded to the nearest, halves away from zero. `divisor` must be positive.
pub(crate) fn div_round(dividend: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    let away = rest.unsigned_abs() * 2 >= divisor.unsigned_abs();
    quotient + if away { dividend.signum() } else { 0 }
}

/// What a figure rests on. Every cost and token count that is shown carries one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// We counted.
    Estimated,
    /// The relay's usage, times the price it publishes.
    Reported,
    /// The relay's bill: its log row.
    Settled,
}

impl Basis {
    /// The word people see.
    pub fn words(self) -> &'static str {
        match self {
            Basis::Estimated => say!("basis-estimated"),
            Basis::Reported => say!("basis-reported"),
            Basis::Settled => say!("basis-settled"),
        }
    }
}

/// A cost and what it rests on; the amount is `None` where the price is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// Nano-dollars, or `None` for *unknown*.
    pub amount: Option<Money>,
    /// What the amount rests on.
    pub basis: Basis,
}

impl fmt::Display for Cost {
    /// `~$0.002676 estimated`, `$0.002676 reported`, `? settled`: always six decimals, because it is a request's cost (S-08).
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tilde = if self.basis == Basis::Estimated {
            "~"
        } else {
            ""
        };
        match self.amount {
            Some(amount) => write!(out, "{tilde}${} {}", amount.fixed(6), self.basis.words()),
            None => write!(out, "? {}", self.basis.words()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_and_written() {
        assert_eq!(Money::parse("5").unwrap(), Money::from_usd(5));
        assert_eq!(
            Money::parse(" $0.000001 ").unwrap(),
            Money::from_nanos(1_000)
        );
        assert_eq!(
            Money::parse("-3.5").unwrap(),
            Money::from_nanos(-3_500_000_000)
        );
        assert_eq!(Money::parse(".5").unwrap(), Money::from_nanos(500_000_000));
        for wrong in [
            "",
            ".",
            "five",
            "1,5",
            "1.2.3",
            "--1",
            "1e3",
            "0.0000000001",
            "99999999999",
        ] {
            assert!(Money::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn small_amounts_keep_their_digits_on_screen() {
        assert_eq!(Money::from_nanos(12_483_100_000).to_string(), "$12.4831");
        assert_eq!(Money::from_nanos(2_676_000).to_string(), "$0.002676");
        assert_eq!(Money::from_nanos(50).to_string(), "$0.000000050");
        assert_eq!(Money::ZERO.to_string(), "$0.00");
        assert_eq!(Money::from_nanos(-2_676_000).to_string(), "-$0.002676");
    }

    #[test]
    fn an_unknown_cost_is_a_question_mark() {
        assert_eq!(
            Cost {
                amount: None,
                basis: Basis::Reported
            }
            .to_string(),
            "? reported"
        );
        let cost = Cost {
            amount: Some(Money::from_nanos(2_676_000)),
            basis: Basis::Estimated,
        };
        assert_eq!(cost.to_string(), "~$0.002676 estimated");
    }

    #[test]
    fn a_quota_unit_is_two_thousand_nanos() {
        let scale = QuotaScale::default();
        assert_eq!(scale.money(QuotaUnits(1)), Money::from_nanos(2_000));
        assert_eq!(scale.units(Money::from_usd(10)), QuotaUnits(5_000_000));
        assert_eq!(scale.units(Money::from_nanos(999)), QuotaUnits(0));
        assert_eq!(scale.units(Money::from_nanos(1_000)), QuotaUnits(1));
    }

    proptest! {
        #[test]
        fn decimal_text_reads_back(nanos in any::<i64>()) {
            let money = Money::from_nanos(nanos);
            prop_assert_eq!(Money::parse(&money.decimal(2)), Ok(money));
        }

        #[test]
        fn units_survive_the_way_through_money(units in -4_000_000_000_000_i64..4_000_000_000_000, per_usd in 1_u32..100_000_000) {
            let scale = QuotaScale::new(per_usd).unwrap();
            prop_assume!((units as i128 * NANOS_PER_USD as i128 / per_usd as i128).abs() < i64::MAX as i128);
            prop_assert_eq!(scale.units(scale.money(QuotaUnits(units))), QuotaUnits(units));
        }
    }
}
