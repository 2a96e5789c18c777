//! What makes a receipt worth a question to the relay: evidence, never a verdict.

use serde::Serialize;

use super::chat::Finish;
use super::money::Money;
use super::price::Price;
use super::receipt::Receipt;

use crate::locale::say;

/// Why a receipt may be disputed. The first that holds is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dispute {
    /// Charged, though nothing was generated.
    Empty,
    /// Charged, though the answer broke off.
    Cut,
    /// Charged more than its price says, by more than a twentieth and the rounding of a unit. A price of the bundled
    /// catalogue says nothing about what a relay may charge.
    Overcharged,
    /// The relay counted more of an answer than we saw, by more than a quarter and 50 tokens. Hidden reasoning counts
    /// too. Of an answer that we did not see there is nothing to say.
    Overcounted,
}

impl Dispute {
    /// What there is to ask about this receipt, if anything. The ledger's index of disputes holds the same condition.
    pub fn of(receipt: &Receipt) -> Option<Self> {
        let charged = receipt.charged.filter(|charged| *charged > Money::ZERO)?;
        let reported = receipt.reported.map(|usage| usage.output);
        let counted = receipt.counted.output;
        if !matches!(receipt.price, Price::PerCall { .. }) && reported.unwrap_or(counted) == 0 {
            return Some(Dispute::Empty);
        }
        if receipt.finish == Some(Finish::Cut) {
            return Some(Dispute::Cut);
        }
        let allowed = |expected: Money| expected.nanos() + expected.nanos() / 20 + 2_000;
        if !receipt.price.is_listed()
            && receipt
                .expected
                .is_some_and(|expected| charged.nanos() > allowed(expected))
        {
            return Some(Dispute::Overcharged);
        }
        reported
            .is_some_and(|reported| counted > 0 && reported > counted + counted / 4 + 50)
            .then_some(Dispute::Overcounted)
    }

    /// The words people see.
    pub fn words(self) -> &'static str {
        match self {
            Dispute::Empty => say!("dispute-empty"),
            Dispute::Cut => say!("dispute-cut"),
            Dispute::Overcharged => say!("dispute-overcharged"),
            Dispute::Overcounted => {
                say!("dispute-overcounted")
            }
        }
    }
}
