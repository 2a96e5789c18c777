//! The wallet: what came into it, and the ways a relay takes money or codes.

use serde::{Deserialize, Serialize};

use super::money::Money;
use super::own_words;
use super::time::UnixSeconds;

/// How far a top-up has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TopUpState {
    /// An order that nobody has paid yet.
    Pending,
    /// The money is in the wallet.
    Done,
    /// It will not come.
    Failed,
    /// The order was not paid in time.
    Expired,
}

impl TopUpState {
    /// The word people see.
    pub const fn word(self) -> &'static str {
        match self {
            TopUpState::Pending => "pending",
            TopUpState::Done => "done",
            TopUpState::Failed => "failed",
            TopUpState::Expired => "expired",
        }
    }
}

/// Something that came, or was to come, into a wallet (S-06).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopUp {
    /// When it was begun, by the relay's clock.
    pub at: UnixSeconds,
    /// What the wallet gets; `None` where the relay tells it in words only.
    pub amount: Option<Money>,
    /// How, in one line: a payment method, or the relay's own words.
    pub how: String,
    /// The number of the order; empty where there was none.
    pub number: String,
    /// How far it has come.
    pub state: TopUpState,
}

impl TopUp {
    /// How, for people: in words, where our own relay tells it by one.
    pub fn shown_how(&self) -> &str {
        own_words::credit(&self.how)
    }
}

/// A way to pay that a relay names (S-07).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayMethod {
    /// The word that chooses it: `alipay`, `stripe`, …
    pub word: String,
    /// The name the relay shows for it.
    pub name: String,
    /// The least amount it takes, in whole dollars of quota (or whole units, where the relay counts in those).
    pub least: Option<u64>,
}

/// What a relay offers for filling a wallet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaysToPay {
    /// Ways to pay online; empty where the relay offers none.
    pub methods: Vec<PayMethod>,
    /// Whether codes are redeemed here.
    pub redeems: bool,
    /// The relay's own shop, where it has one.
    pub shop: Option<String>,
    /// Amounts the relay suggests, in whole dollars of quota.
    pub suggested: Vec<u64>,
}

/// Where to pay an order. No card data ever passes through this program (S-07).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayLink {
    /// The page to open.
    pub url: String,
    /// What it costs in the relay's own currency, as the relay writes it.
    pub price: Option<String>,
    /// The number of the order; empty where the relay does not say.
    pub number: String,
}
