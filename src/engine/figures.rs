//! The figures that move, of a reply while it streams and of the day, as the door hands them over.

use crate::domain::{Cost, Money, Usage};

/// The figures that move while a reply streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spend {
    /// Tokens so far; `cost.basis` says whether they are counted or reported.
    pub usage: Usage,
    /// What they cost so far.
    pub cost: Cost,
    /// Milliseconds since the request was sent.
    pub elapsed_ms: u64,
    /// Milliseconds to the first part, once there was one.
    pub first_ms: Option<u64>,
    /// Tokens a second, in tenths, since the first part.
    pub tenths_per_second: Option<u32>,
    /// What the key may still spend, this reply taken off; `None` for unlimited or unknown.
    pub key_left: Option<Money>,
    /// What is left in the wallet, this reply taken off; `None` when unknown.
    pub wallet: Option<Money>,
}

impl Spend {
    /// Puts the relay's bill in the place of what the reply was reckoned to cost; what is left changes by the difference.
    pub fn settle(&mut self, bill: Cost) {
        let before = self.cost.amount;
        // Of a cost that was not known, nothing was taken off yet.
        let settled = |rest: Money| match bill.amount {
            Some(bill) => rest.plus(before.unwrap_or(Money::ZERO)).minus(bill),
            None => rest,
        };
        self.key_left = self.key_left.map(settled);
        self.wallet = self.wallet.map(settled);
        self.cost = bill;
    }
}

/// Money and tokens since local midnight, from the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Today {
    /// Spent by requests whose cost is known.
    pub spent: Money,
    /// Whether an estimate is part of that.
    pub estimated: bool,
    /// Requests whose cost is not known.
    pub unknown: u64,
    /// Tokens of all requests.
    pub tokens: u64,
    /// Requests.
    pub requests: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Basis;

    fn settled(before: Option<i64>, left: Option<i64>, bills: &[i64]) -> Option<i64> {
        let mut spend = Spend {
            usage: Usage::default(),
            cost: Cost {
                amount: before.map(Money::from_usd),
                basis: Basis::Estimated,
            },
            elapsed_ms: 0,
            first_ms: None,
            tenths_per_second: None,
            key_left: left.map(Money::from_usd),
            wallet: left.map(Money::from_usd),
        };
        for bill in bills {
            spend.settle(Cost {
                amount: Some(Money::from_usd(*bill)),
                basis: Basis::Settled,
            });
        }
        assert_eq!(spend.cost.basis, Basis::Settled);
        assert_eq!(spend.key_left, spend.wallet);
        spend.wallet.map(|left| left.nanos() / 1_000_000_000)
    }

    #[test]
    fn x_01_a_bill_takes_the_place_of_what_was_reckoned_whether_that_was_known_or_not() {
        assert_eq!(settled(Some(2), Some(10), &[3]), Some(9));
        // After a timeout the cost is unknown, and key and wallet stand as they did before it.
        assert_eq!(settled(None, Some(10), &[3]), Some(7));
        assert_eq!(settled(None, Some(10), &[3, 3]), Some(7), "billed once");
        assert_eq!(settled(None, None, &[3]), None, "unknown stays unknown");
    }
}
