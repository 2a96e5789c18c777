//! What the open relay told about itself: its facts, and the four lists that are fetched from it.

use std::sync::Arc;

use crate::domain::stability::Measured;
use crate::domain::{
    Account, FaultKind, Group, KeyStatus, Model, Money, Price, Profile, QuotaScale, Ratio,
    RelayFacts, UnixMillis,
};
use crate::domain::{Fault, UnixSeconds};
use crate::engine::door::{ChannelRow, KeyRow, RelayLook, Scope, Snapshot, WalletInfo};

use super::remote::Remote;

/// Whether a relay is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    /// None was asked for.
    #[default]
    Closed,
    /// This profile is being opened.
    Opening(String),
    /// It is open.
    Open(Box<Profile>, Box<RelayFacts>),
    /// This profile could not be opened.
    Failed(String, Fault),
}

/// The relay in use.
#[derive(Clone, Debug, Default)]
pub struct Relay {
    /// Whether it is open.
    pub connection: Connection,
    /// The account and its wallet.
    pub account: Remote<Account>,
    /// The keys, newest first.
    pub keys: Remote<Vec<KeyRow>>,
    /// The groups, by name.
    pub groups: Remote<Vec<Group>>,
    /// The models, by name.
    pub models: Remote<Arc<[Model]>>,
    /// The upstreams behind the groups, for the owner of a relay.
    pub channels: Remote<Vec<ChannelRow>>,
    /// How well the groups have worked for us.
    pub measured: Measured,
    /// The wallet beside its balance.
    pub wallet: Remote<WalletInfo>,
    /// All relays side by side.
    pub looks: Remote<Vec<RelayLook>>,
    /// The model whose prices stand there, if one was asked about.
    pub looks_at: Option<String>,
}

impl Relay {
    /// The open profile.
    pub fn profile(&self) -> Option<&Profile> {
        match &self.connection {
            Connection::Open(profile, _) => Some(profile),
            Connection::Closed | Connection::Opening(_) | Connection::Failed(..) => None,
        }
    }

    /// What the open relay is and can do.
    pub fn facts(&self) -> Option<&RelayFacts> {
        match &self.connection {
            Connection::Open(_, facts) => Some(facts),
            Connection::Closed | Connection::Opening(_) | Connection::Failed(..) => None,
        }
    }

    /// The name of the profile that is open, being opened, or failed to open.
    pub fn profile_name(&self) -> Option<&str> {
        match &self.connection {
            Connection::Closed => None,
            Connection::Opening(name) | Connection::Failed(name, _) => Some(name),
            Connection::Open(profile, _) => Some(&profile.name),
        }
    }

    /// Whether keys, groups and wallet can be seen with the credential at hand.
    pub fn manages(&self) -> bool {
        self.facts().is_some_and(|facts| facts.manages)
    }

    /// What the relay's units are worth.
    pub fn scale(&self) -> QuotaScale {
        self.facts().map(|facts| facts.scale).unwrap_or_default()
    }

    /// Forgets the lists: another relay is being opened.
    pub fn forget(&mut self) {
        self.account.clear();
        self.keys.clear();
        self.groups.clear();
        self.models.clear();
        self.channels.clear();
        self.wallet.clear();
        self.looks.clear();
        self.measured = Measured::default();
    }

    /// A list was asked for.
    pub fn ask(&mut self, scope: Scope) {
        match scope {
            Scope::Account => self.account.ask(),
            Scope::Keys => self.keys.ask(),
            Scope::Groups => self.groups.ask(),
            Scope::Models => self.models.ask(),
            Scope::Channels => self.channels.ask(),
            Scope::Wallet => self.wallet.ask(),
        }
    }

    /// A list came.
    pub fn arrive(&mut self, snapshot: Snapshot, at: UnixMillis) {
        match snapshot {
            Snapshot::Account(account) => self.account.arrive(account, at),
            Snapshot::Keys(keys) => self.keys.arrive(keys, at),
            Snapshot::Groups(groups) => self.groups.arrive(groups, at),
            Snapshot::Models(models) => self.models.arrive(models, at),
            Snapshot::Channels(channels) => self.channels.arrive(channels, at),
            Snapshot::Wallet(wallet) => self.wallet.arrive(*wallet, at),
        }
    }

    /// A list could not be fetched.
    pub fn fail(&mut self, scope: Scope, fault: Fault) {
        match scope {
            Scope::Account => self.account.fail(fault),
            Scope::Keys => self.keys.fail(fault),
            Scope::Groups => self.groups.fail(fault),
            Scope::Models => self.models.fail(fault),
            Scope::Channels => self.channels.fail(fault),
            Scope::Wallet => self.wallet.fail(fault),
        }
    }

    /// Whether a list that prices and keys are read from is still on its way for the first time.
    pub fn is_arriving(&self) -> bool {
        fn arriving<T>(list: &Remote<T>) -> bool {
            matches!(list, Remote::Loading(None))
        }
        arriving(&self.account)
            || arriving(&self.keys)
            || arriving(&self.groups)
            || arriving(&self.models)
    }

    /// Whether the last thing asked of it failed on the way.
    pub fn is_out_of_reach(&self) -> bool {
        fn lost<T>(list: &Remote<T>) -> bool {
            list.fault()
                .is_some_and(|fault| matches!(fault.kind, FaultKind::Network | FaultKind::Timeout))
        }
        lost(&self.account) || lost(&self.keys) || lost(&self.groups) || lost(&self.models)
    }

    /// The keys that are known.
    pub fn key_rows(&self) -> &[KeyRow] {
        self.keys.value().map_or(&[], Vec::as_slice)
    }

    /// The groups that are known.
    pub fn group_rows(&self) -> &[Group] {
        self.groups.value().map_or(&[], Vec::as_slice)
    }

    /// The models that are known.
    pub fn model_rows(&self) -> &[Model] {
        self.models.value().map_or(&[], |models| models)
    }

    /// A key by its number.
    pub fn key(&self, id: i64) -> Option<&KeyRow> {
        self.key_rows().iter().find(|row| row.info.id == id)
    }

    /// A model by its exact name.
    pub fn model(&self, name: &str) -> Option<&Model> {
        // Lists are sorted by name as the door says; a relay of thousands is searched at every keystroke.
        let rows = self.model_rows();
        match rows.binary_search_by(|model| model.name.as_str().cmp(name)) {
            Ok(at) => rows.get(at),
            Err(_) => rows.iter().find(|model| model.name == name),
        }
    }

    /// A group by its name.
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.group_rows().iter().find(|group| group.name == name)
    }

    /// A group's ratio, where known.
    pub fn ratio(&self, group: &str) -> Option<Ratio> {
        self.group(group).and_then(|group| group.ratio)
    }

    /// The account's own group: what a key without a group is billed in.
    pub fn own_group(&self) -> Option<&str> {
        let own = self.account.value().map(|account| account.group.as_str());
        own.filter(|group| !group.is_empty())
    }

    /// The group a key is billed in, where known.
    pub fn group_of<'a>(&'a self, row: &'a KeyRow) -> Option<&'a str> {
        match row.info.group.as_str() {
            "" => self.own_group(),
            group => Some(group),
        }
    }

    /// A model's price in a group; the empty name is that of no group that is known.
    pub fn price(&self, model: &Model, group: &str) -> Price {
        match group {
            "" => model.price_in_no_group(),
            group => model.price_in(self.ratio(group), self.scale()),
        }
    }

    /// What is left in the wallet, where known.
    pub fn balance(&self) -> Option<Money> {
        self.account.value().and_then(|account| account.balance)
    }

    /// A key's state now: an expiry may have passed since the list was fetched.
    pub fn status(&self, row: &KeyRow, now: UnixSeconds) -> KeyStatus {
        let overdue = row.info.expires.is_some_and(|expiry| expiry <= now);
        match row.info.status {
            KeyStatus::Enabled if overdue => KeyStatus::Expired,
            status => status,
        }
    }

    /// How many models say that they are served in a group; `None` where no model says anything, and for a group like
    /// `auto` that stands for others.
    pub fn models_in(&self, group: &str) -> Option<usize> {
        let models = self.models.value()?;
        let told = models.iter().any(|model| model.groups.is_some());
        let count = models.iter().filter(|model| model.in_group(group)).count();
        let stands_for_others = count == 0 && self.ratio(group).is_none();
        (told && !stands_for_others).then_some(count)
    }
}
