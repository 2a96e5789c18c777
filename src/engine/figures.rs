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
        let settled = |rest: Money| match (before, bill.amount) {
            (Some(before), Some(bill)) => rest.plus(before).minus(bill),
            _ => rest,
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
