//! The part of the door that is lists of the relay: what can be fetched anew, and what was fetched.

use std::sync::Arc;

use super::row_door::{ChannelRow, KeyRow};
use super::wallet_door::WalletInfo;
use crate::domain::{Account, Group, Model};

/// What can be fetched anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The account and its wallet.
    Account,
    /// The keys.
    Keys,
    /// The groups.
    Groups,
    /// The marketplace.
    Models,
    /// The upstreams behind the groups, for the owner of a relay (S-31).
    Channels,
    /// How the wallet is filled, and what came in.
    Wallet,
}

impl Scope {
    /// Everything a relay may offer to anybody.
    pub const ALL: [Scope; 4] = [Scope::Account, Scope::Keys, Scope::Groups, Scope::Models];

    /// The word people see.
    pub const fn word(self) -> &'static str {
        match self {
            Scope::Account => "account",
            Scope::Keys => "keys",
            Scope::Groups => "groups",
            Scope::Models => "models",
            Scope::Channels => "channels",
            Scope::Wallet => "wallet",
        }
    }
}

/// A list that was fetched, whole.
#[derive(Clone, Debug, PartialEq)]
pub enum Snapshot {
    /// The account and its wallet.
    Account(Account),
    /// The keys, newest first.
    Keys(Vec<KeyRow>),
    /// The groups, by name.
    Groups(Vec<Group>),
    /// The models, by name.
    Models(Arc<[Model]>),
    /// The channels, by number.
    Channels(Vec<ChannelRow>),
    /// The wallet beside its balance.
    Wallet(Box<WalletInfo>),
}

impl Snapshot {
    /// What it is a list of.
    pub const fn scope(&self) -> Scope {
        match self {
            Snapshot::Account(_) => Scope::Account,
            Snapshot::Keys(_) => Scope::Keys,
            Snapshot::Groups(_) => Scope::Groups,
            Snapshot::Models(_) => Scope::Models,
            Snapshot::Channels(_) => Scope::Channels,
            Snapshot::Wallet(_) => Scope::Wallet,
        }
    }
}
