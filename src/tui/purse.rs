//! What is left in wallet and key as far as is known now, and whether that is reckoned: deck and chat say the same.

use crate::domain::{Basis, Money};
use crate::engine::door::Spend;

use super::model::Model;

/// What is left somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// How much.
    pub money: Money,
    /// Whether the last answer was taken off by what it is reckoned to cost, and not by the relay's bill.
    pub reckoned: bool,
}

impl Rest {
    fn after(spend: &Spend, rest: Option<Money>) -> Option<Self> {
        rest.map(|money| Rest {
            money,
            reckoned: spend.cost.basis != Basis::Settled,
        })
    }
}

/// What is in the wallet; what the relay said after the last answer stands above what was left after it.
pub fn wallet(model: &Model) -> Option<Rest> {
    let account = model.relay.account.timed();
    if let (Some(spend), Some(last)) = (&model.chat.spend, model.chat.turns.last()) {
        let ended = last.turn.sent.0.saturating_add(
            i64::try_from(last.turn.total_ms.unwrap_or(u64::MAX)).unwrap_or(i64::MAX),
        );
        let newer = account.is_none_or(|account| account.at.0 < ended);
        if let (Some(rest), true) = (Rest::after(spend, spend.wallet), newer) {
            return Some(rest);
        }
    }
    let balance = account.and_then(|account| account.balance)?;
    Some(Rest {
        money: balance,
        reckoned: false,
    })
}

/// What the key of the last answer may still spend; `None` for unlimited and unknown.
pub fn key(model: &Model) -> Option<Rest> {
    let spend = model.chat.spend.as_ref()?;
    Rest::after(spend, spend.key_left)
}
