//! Accounts and keys in memory: who a secret belongs to, and whether there is money for what it asks.
//!
//! Not responsible for: the database. The book follows what was settled as soon as that is in the journal, so what is read
//! here is never more than what would survive a killed process; and it knows what of it the database lacks, so that a row
//! read there can take its place here. Reservations live here first: they are taken at once, under one lock, so two
//! requests can never spend the same unit.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::ids::SecretHash;
use super::rows::{ADMIN, Account, ENABLED, Key, KeyRules};
use super::traffic::{TooMuch, Traffic};
use crate::domain::{KeyStatus, UnixSeconds};

/// Accounts and keys.
#[derive(Default)]
pub struct Book {
    pages: Mutex<Pages>,
}

#[derive(Default)]
struct Pages {
    accounts: BTreeMap<i64, AccountPage>,
    keys: BTreeMap<i64, KeyPage>,
    key_by_hash: HashMap<SecretHash, i64>,
    account_by_token: HashMap<SecretHash, i64>,
}

struct AccountPage {
    /// As it is: what was settled and not yet posted counts.
    row: Account,
    group: Arc<str>,
    reserved: i64,
    unposted: Unposted,
}

struct KeyPage {
    /// As it is: what was settled and not yet posted counts.
    row: Key,
    rules: Arc<KeyRules>,
    texts: KeyTexts,
    reserved: i64,
    traffic: Traffic,
    unposted: Unposted,
}

/// What every request with a key takes along of its row.
struct KeyTexts {
    name: Arc<str>,
    masked: Arc<str>,
    /// `None` where it has none of its own.
    group: Option<Arc<str>>,
}

impl KeyTexts {
    fn of(row: &Key) -> Self {
        let own_group = (!row.group.is_empty()).then_some(row.group.as_str());
        KeyTexts {
            name: row.name.as_str().into(),
            masked: row.masked.as_str().into(),
            group: own_group.map(Arc::from),
        }
    }
}

/// What the database does not have yet.
#[derive(Clone, Copy, Default)]
struct Unposted {
    /// Quota units.
    charged: i64,
    requests: i64,
}

impl Unposted {
    fn add(&mut self, charged: i64) {
        self.charged = self.charged.saturating_add(charged);
        self.requests += 1;
    }

    fn take(&mut self, charged: i64) {
        self.requests -= 1;
        // Sums that were too large for an exact figure have none left when nothing is.
        self.charged = match self.requests {
            0 => 0,
            _ => self.charged.saturating_sub(charged),
        };
    }
}

/// Whom a request comes from.
#[derive(Clone, Debug)]
pub struct Caller {
    pub account_id: i64,
    pub key_id: i64,
    pub key_name: Arc<str>,
    pub key_masked: Arc<str>,
    /// The key's own group or, where it has none, the account's.
    pub group: Arc<str>,
    /// The account's group: what is paid in another may depend on it.
    pub own_group: Arc<str>,
    /// Whether it may use the group though the group is not for everybody: it is its account's own, or an administrator's.
    pub any_group: bool,
    pub rules: Arc<KeyRules>,
}

/// Why a key does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRefusal {
    /// No such key, or it was deleted.
    Unknown,
    /// It is switched off, past its expiry, or used up.
    State(KeyStatus),
    /// Its account is switched off.
    AccountDisabled,
}

/// Why there is no money for a request. Amounts in quota units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoMoney {
    /// The key's own quota is too small; so much of it is free.
    Key { free: i64 },
    /// The account's balance is too small; so much of it is free.
    Account { free: i64 },
    /// Key or account were deleted meanwhile.
    Gone,
}

/// Why a request may not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Its key is used too fast.
    TooMuch(TooMuch),
    /// There is no money for it.
    NoMoney(NoMoney),
}

/// What a request may come to, set aside from the moment it begins until it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Quota units.
    pub units: i64,
    /// Tokens, of prompt and answer together.
    pub tokens: u64,
}

/// What a finished request changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub account_id: i64,
    pub key_id: i64,
    /// What had been set aside for it.
    pub reserved: Share,
    /// What it costs; `None` when it did not come to a charge, not even one of zero.
    pub charged: Option<i64>,
    /// Tokens it came to.
    pub tokens: u64,
    /// When it ended.
    pub at: UnixSeconds,
}

impl Book {
    /// Puts an account in, or its new state in place of the old, as the database has it; what is reserved stays reserved,
    /// and what is not posted still counts.
    pub fn put_account(&self, mut row: Account) {
        let mut pages = self.open();
        pages.account_by_token.retain(|_, id| *id != row.id);
        if let Some(hash) = row.access_token {
            pages.account_by_token.insert(hash, row.id);
        }
        let old = pages.accounts.get(&row.id);
        let (reserved, unposted) =
            old.map_or((0, Unposted::default()), |old| (old.reserved, old.unposted));
        row.charge(unposted.charged, unposted.requests);
        let page = AccountPage {
            group: row.group.as_str().into(),
            reserved,
            unposted,
            row,
        };
        pages.accounts.insert(page.row.id, page);
    }

    /// Puts a key in, or its new state in place of the old, as the database has it; what is reserved stays reserved, and
    /// what runs or is not posted still counts.
    pub fn put_key(&self, mut row: Key) {
        let mut pages = self.open();
        let (reserved, unposted, mut traffic) = match pages.keys.remove(&row.id) {
            Some(old) => {
                row.charge(old.unposted.charged, old.row.accessed);
                (old.reserved, old.unposted, old.traffic)
            }
            None => (0, Unposted::default(), Traffic::default()),
        };
        traffic.fit(&row.pace);
        pages.key_by_hash.insert(row.hash, row.id);
        let page = KeyPage {
            rules: Arc::new(KeyRules::of(&row)),
            texts: KeyTexts::of(&row),
            reserved,
            traffic,
            unposted,
            row,
        };
        pages.keys.insert(page.row.id, page);
    }

    /// Takes a key out.
    pub fn remove_key(&self, id: i64) {
        let mut pages = self.open();
        if let Some(page) = pages.keys.remove(&id) {
            pages.key_by_hash.remove(&page.row.hash);
        }
    }

    /// Takes an account out, and its keys with it. What it had reserved ends on its row in the file alone.
    pub fn remove_account(&self, id: i64) {
        let mut pages = self.open();
        pages.accounts.remove(&id);
        pages.account_by_token.retain(|_, owner| *owner != id);
        let Pages {
            keys, key_by_hash, ..
        } = &mut *pages;
        keys.retain(|_, page| {
            let stays = page.row.account_id != id;
            if !stays {
                key_by_hash.remove(&page.row.hash);
            }
            stays
        });
    }

    /// Whose key this is, and whether it may be used.
    pub fn caller(&self, hash: &SecretHash, now: UnixSeconds) -> Result<Caller, KeyRefusal> {
        let pages = self.open();
        let page = pages.key(hash).ok_or(KeyRefusal::Unknown)?;
        let account = pages
            .accounts
            .get(&page.row.account_id)
            .ok_or(KeyRefusal::Unknown)?;
        match page.row.effective(now) {
            KeyStatus::Enabled => {}
            other => return Err(KeyRefusal::State(other)),
        }
        if account.row.status != ENABLED {
            return Err(KeyRefusal::AccountDisabled);
        }
        let group = page.texts.group.as_ref().unwrap_or(&account.group);
        Ok(Caller {
            account_id: account.row.id,
            key_id: page.row.id,
            key_name: Arc::clone(&page.texts.name),
            key_masked: Arc::clone(&page.texts.masked),
            any_group: *group == account.group || account.row.role >= ADMIN,
            group: Arc::clone(group),
            own_group: Arc::clone(&account.group),
            rules: Arc::clone(&page.rules),
        })
    }

    /// The key that has this secret, whatever its state.
    pub fn key_by_secret(&self, hash: &SecretHash) -> Option<Key> {
        self.open().key(hash).map(|page| page.row.clone())
    }

    /// The account that has this access token, whatever its state.
    pub fn account_by_token(&self, hash: &SecretHash) -> Option<Account> {
        let pages = self.open();
        let id = pages.account_by_token.get(hash)?;
        let row = &pages.accounts.get(id)?.row;
        let stored = row.access_token.as_ref()?;
        stored.matches(hash).then(|| row.clone())
    }

    /// An account.
    pub fn account(&self, id: i64) -> Option<Account> {
        self.open().accounts.get(&id).map(|page| page.row.clone())
    }

    /// The account that logs in under this name.
    pub fn account_named(&self, username: &str) -> Option<Account> {
        let pages = self.open();
        let mut rows = pages.accounts.values().map(|page| &page.row);
        rows.find(|row| row.username == username).cloned()
    }

    /// Every account, oldest first.
    pub fn accounts(&self) -> Vec<Account> {
        let pages = self.open();
        pages
            .accounts
            .values()
            .map(|page| page.row.clone())
            .collect()
    }

    /// A key of an account.
    pub fn key(&self, account_id: i64, id: i64) -> Option<Key> {
        let pages = self.open();
        let page = pages.keys.get(&id)?;
        (page.row.account_id == account_id).then(|| page.row.clone())
    }

    /// The keys of an account, newest first.
    pub fn keys(&self, account_id: i64) -> Vec<Key> {
        let pages = self.open();
        let rows = pages.keys.values().rev().map(|page| &page.row);
        rows.filter(|row| row.account_id == account_id)
            .cloned()
            .collect()
    }

    /// Lets a request begin: its share is set aside from key and account, and it counts against the key's pace; all
    /// of it or nothing.
    pub fn begin(
        &self,
        account_id: i64,
        key_id: i64,
        share: Share,
        now: UnixSeconds,
    ) -> Result<(), Refusal> {
        let units = share.units;
        let mut pages = self.open();
        let Pages { accounts, keys, .. } = &mut *pages;
        let gone = || Refusal::NoMoney(NoMoney::Gone);
        let account = accounts.get_mut(&account_id).ok_or_else(gone)?;
        let key = keys.get_mut(&key_id).ok_or_else(gone)?;
        let pace = key.row.pace;
        key.traffic
            .may_begin(&pace, now)
            .map_err(Refusal::TooMuch)?;
        let free = account.row.quota.saturating_sub(account.reserved);
        // What costs nothing may run on an empty wallet.
        if units > 0 && free < units {
            return Err(Refusal::NoMoney(NoMoney::Account { free }));
        }
        let free = key.row.remain_quota.saturating_sub(key.reserved);
        if units > 0 && !key.row.unlimited && free < units {
            return Err(Refusal::NoMoney(NoMoney::Key { free }));
        }
        account.reserved = account.reserved.saturating_add(units);
        key.reserved = key.reserved.saturating_add(units);
        key.traffic.begin(&pace, share.tokens, now);
        Ok(())
    }

    /// Follows what was kept of finished requests, wherever it is kept.
    pub fn ended<'a>(&self, changes: impl IntoIterator<Item = &'a Change>) {
        let mut pages = self.open();
        changes.into_iter().for_each(|change| pages.end(change));
    }

    /// Remembers that the database has what finished requests came to.
    pub fn posted<'a>(&self, changes: impl Iterator<Item = &'a Change>) {
        let mut pages = self.open();
        changes.for_each(|change| pages.post(change));
    }

    /// Units reserved from an account at this moment.
    #[cfg(test)]
    pub fn reserved(&self, account_id: i64) -> i64 {
        let pages = self.open();
        pages
            .accounts
            .get(&account_id)
            .map_or(0, |page| page.reserved)
    }

    fn open(&self) -> MutexGuard<'_, Pages> {
        // Nothing in here panics while it changes something, so a poisoned lock still guards whole pages.
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    /// A key deleted meanwhile leaves its charge on the account.
    fn end(&mut self, change: &Change) {
        if let Some(page) = self.keys.get_mut(&change.key_id) {
            page.reserved = page.reserved.saturating_sub(change.reserved.units);
            let expected = change.reserved.tokens;
            page.traffic
                .end(&page.row.pace, expected, change.tokens, change.at);
            if let Some(charged) = change.charged {
                page.row.charge(charged, change.at.0);
                page.unposted.add(charged);
            }
        }
        if let Some(page) = self.accounts.get_mut(&change.account_id) {
            page.reserved = page.reserved.saturating_sub(change.reserved.units);
            if let Some(charged) = change.charged {
                page.row.charge(charged, 1);
                page.unposted.add(charged);
            }
        }
    }

    fn post(&mut self, change: &Change) {
        let Some(charged) = change.charged else {
            return;
        };
        if let Some(page) = self.keys.get_mut(&change.key_id) {
            page.unposted.take(charged);
        }
        if let Some(page) = self.accounts.get_mut(&change.account_id) {
            page.unposted.take(charged);
        }
    }

    fn key(&self, hash: &SecretHash) -> Option<&KeyPage> {
        let page = self.keys.get(self.key_by_hash.get(hash)?)?;
        page.row.hash.matches(hash).then_some(page)
    }
}

#[cfg(test)]
mod tests;
