//! The account behind a credential: who it is, and what its wallet holds.

use serde::{Deserialize, Serialize};

use super::money::Money;
use super::own_words;

/// An account as its relay describes it; what the relay does not say is `None`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The relay's number for it.
    pub id: Option<i64>,
    /// The name to show.
    pub name: String,
    /// The account's own group: what a key without a group is billed in.
    pub group: String,
    /// What is left in the wallet; may be negative.
    pub balance: Option<Money>,
    /// What has been spent in all.
    pub used: Option<Money>,
    /// How many requests were made.
    pub requests: Option<u64>,
}

impl Account {
    /// Its name, for people: that of a relay's owner in the language that is spoken.
    pub fn shown_name(&self) -> &str {
        own_words::told(&self.name)
    }
}

/// What a relay is and can do, found out when it is opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelayFacts {
    /// The name the relay gives itself; empty when it does not.
    pub system_name: String,
    /// The version it names, where it does.
    pub version: Option<String>,
    /// What its quota units are worth.
    pub scale: super::money::QuotaScale,
    /// Whether keys and wallet can be managed with the credential at hand.
    pub manages: bool,
    /// Whether it will ever show a key's secret again (S-17).
    pub reveals_keys: bool,
    /// Whether it wants new keys to begin in group `auto`.
    pub new_keys_in_auto: bool,
    /// How long it took to answer, in milliseconds.
    pub latency_ms: u64,
}
