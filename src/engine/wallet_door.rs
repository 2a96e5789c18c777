//! The part of the door that is about money that comes in, and about several relays side by side.

use crate::domain::{ApiKey, Fault, Money, PayLink, Price, TopUp, WaysToPay};

/// The wallet beside its balance: how it is filled, and what came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WalletInfo {
    /// What the relay takes.
    pub ways: WaysToPay,
    /// What came in, the newest first.
    pub top_ups: Vec<TopUp>,
    /// Why what came in cannot be told, where it cannot.
    pub fault: Option<Fault>,
}

/// What can be asked of a wallet.
#[derive(Clone, Debug)]
pub enum WalletAsk {
    /// Redeems a code. Answered by [`WalletTold::Redeemed`].
    Redeem {
        /// The code; whoever has it has the money.
        code: ApiKey,
    },
    /// Orders a top-up. Answered by [`WalletTold::Ordered`].
    Order {
        /// In whole dollars of quota.
        amount: u64,
        /// The way to pay; the relay's first when absent.
        method: Option<String>,
    },
}

/// What became of it.
#[derive(Clone, Debug)]
pub enum WalletTold {
    /// A code was redeemed, and added so much.
    Redeemed(Money),
    /// An order was placed; nothing is paid yet.
    Ordered(PayLink),
}

/// One of several relays, looked at beside the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayLook {
    /// The profile's name.
    pub profile: String,
    /// What is in its wallet; `None` where that cannot be seen.
    pub balance: Option<Money>,
    /// The group in which the model that was asked about is the cheapest, and its price there.
    pub best: Option<(String, Price)>,
    /// Why it could not be looked at.
    pub fault: Option<Fault>,
}
