//! Groups: a relay's resource channels, each with a price ratio and a set of models.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::own_words;

/// The name that stands for several groups of a relay: which of them is billed, the relay chooses anew for each request.
pub const AUTO: &str = "auto";

/// A multiplier in billionths: `Ratio::ONE` is ×1. Relays publish ratios as JSON numbers; as an integer they
/// multiply without drift. Nine decimals are more than any relay publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ratio(i64);

impl Ratio {
    /// ×1.
    pub const ONE: Ratio = Ratio(1_000_000_000);
    /// ×0: free of charge.
    pub const ZERO: Ratio = Ratio(0);

    /// A ratio in billionths; negative ones are not ratios and become ×0.
    pub const fn from_billionths(billionths: i64) -> Self {
        Ratio(if billionths < 0 { 0 } else { billionths })
    }

    /// Reads a JSON number. `None` when it is negative, not finite or absurdly large (over a million).
    pub fn from_f64(value: f64) -> Option<Self> {
        (value.is_finite() && (0.0..=1_000_000.0).contains(&value))
            .then(|| Ratio((value * 1e9).round() as i64))
    }

    /// The ratio in billionths.
    pub const fn billionths(self) -> i64 {
        self.0
    }

    /// The ratio as a JSON number, for the wire only.
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl fmt::Display for Ratio {
    /// `×0.8`, `×1`: no trailing zeros.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "×{}", super::Money::from_nanos(self.0).decimal(0))
    }
}

/// How a key in [`AUTO`] walks the groups (`contract/new-api.md` 5.1). Means nothing on a key of one group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AutoRoute {
    /// The groups it tries, in this order; empty for those that the relay names for everybody.
    pub groups: Vec<String>,
    /// Whether it goes on to the next group where none of a group's channels answered; else it stays in the first that
    /// serves the model.
    pub cross_group_retry: bool,
}

impl AutoRoute {
    /// Whether it is what a key has that says nothing of it.
    pub fn is_plain(&self) -> bool {
        *self == AutoRoute::default()
    }
}

/// A group this account may put on a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The name as the relay spells it.
    pub name: String,
    /// What the relay says of it; may be empty.
    pub description: String,
    /// The price multiplier for this account; `None` for `auto`, which picks a group per request, and where the relay does not say.
    pub ratio: Option<Ratio>,
}

impl Group {
    /// What the relay says of it, for people; our own words in the language that is spoken.
    pub fn about(&self) -> &str {
        own_words::told(self.description.trim())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_show_without_trailing_zeros() {
        assert_eq!(Ratio::ONE.to_string(), "×1");
        assert_eq!(Ratio::from_f64(0.8).unwrap().to_string(), "×0.8");
        assert_eq!(Ratio::from_f64(-1.0), None);
        assert_eq!(Ratio::from_f64(f64::NAN), None);
    }
}
