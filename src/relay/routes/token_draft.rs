//! The settings of a key as they are sent, checked one by one.

use serde::{Deserialize, Deserializer};

use super::super::catalog::Catalog;
use super::super::rows::{Account, Key, NEVER, odd_address};
use super::sent::whole;
use crate::domain::group::AUTO;
use crate::domain::key::NAME_LIMIT_BYTES;
use crate::domain::{AutoRoute, KeyDraft};

/// More than anybody's budget, and far from overflowing: a billion dollars.
const LARGEST_QUOTA: i64 = 500_000_000_000_000;
/// Longest lists, in bytes.
const LONGEST_LIST: usize = 64 * 1024;

/// What a body says. What it does not say stays as it is, which is kinder than the original: there it becomes zero.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TokenDraft {
    #[serde(deserialize_with = "whole")]
    pub id: Option<i64>,
    #[serde(deserialize_with = "whole")]
    pub status: Option<i64>,
    name: Option<String>,
    #[serde(deserialize_with = "whole")]
    expired_time: Option<i64>,
    #[serde(deserialize_with = "whole")]
    remain_quota: Option<i64>,
    unlimited_quota: Option<bool>,
    model_limits_enabled: Option<bool>,
    model_limits: Option<String>,
    allow_ips: Option<String>,
    group: Option<String>,
    cross_group_retry: Option<bool>,
    /// Nothing where it is not sent; `null` for the relay's own list.
    #[serde(deserialize_with = "sent")]
    auto_groups: Option<Option<Vec<String>>>,
    #[serde(deserialize_with = "whole")]
    requests_per_minute: Option<i64>,
    #[serde(deserialize_with = "whole")]
    tokens_per_minute: Option<i64>,
    #[serde(deserialize_with = "whole")]
    concurrency: Option<i64>,
}

impl TokenDraft {
    /// Puts what is said on a key.
    ///
    /// # Errors
    /// A sentence about the first thing that cannot be.
    pub fn put_on(self, key: &mut Key, account: &Account, catalog: &Catalog) -> Result<(), String> {
        if let Some(name) = self.name {
            key.name = name.trim().to_owned();
        }
        if key.name.len() > NAME_LIMIT_BYTES {
            return Err(format!(
                "Token name is too long: {} bytes, at most {NAME_LIMIT_BYTES}",
                key.name.len()
            ));
        }
        KeyDraft::check_name(&key.name)?;
        if let Some(expiry) = self.expired_time {
            // The protocol takes 0 for never when a key is made.
            key.expired = if expiry <= 0 { NEVER } else { expiry };
        }
        key.unlimited = self.unlimited_quota.unwrap_or(key.unlimited);
        if let Some(quota) = self.remain_quota {
            if !key.unlimited && quota < 0 {
                return Err("Token quota cannot be negative".into());
            }
            if quota > LARGEST_QUOTA {
                return Err(format!("Token quota is too large: at most {LARGEST_QUOTA}"));
            }
            key.remain_quota = quota.max(0);
        }
        key.limits_models = self.model_limits_enabled.unwrap_or(key.limits_models);
        if let Some(models) = self.model_limits {
            key.model_limits = models;
        }
        if let Some(ips) = self.allow_ips {
            key.allow_ips = ips;
        }
        if key.model_limits.len() > LONGEST_LIST || key.allow_ips.len() > LONGEST_LIST {
            return Err(format!("a list is too long: at most {LONGEST_LIST} bytes"));
        }
        if let Some(odd) = odd_address(&key.allow_ips) {
            return Err(format!(
                "{odd:?} is no address; write one a line, like 10.0.0.1 or 10.0.0.0/8"
            ));
        }
        for (name, said, place) in [
            (
                "requests_per_minute",
                self.requests_per_minute,
                &mut key.pace.requests_per_minute,
            ),
            (
                "tokens_per_minute",
                self.tokens_per_minute,
                &mut key.pace.tokens_per_minute,
            ),
            ("concurrency", self.concurrency, &mut key.pace.concurrency),
        ] {
            if let Some(said) = said {
                *place = ceiling(name, said)?;
            }
        }
        if let Some(group) = self.group {
            key.group = group;
        }
        if let Some(named) = self.auto_groups {
            let named = named.unwrap_or_default();
            check_auto(&named, key, account, catalog)?;
            key.auto.groups = named;
        }
        key.auto.cross_group_retry = self.cross_group_retry.unwrap_or(key.auto.cross_group_retry);
        if key.group != AUTO {
            key.auto = AutoRoute::default();
        }
        let walks = !catalog.auto_groups_of(&key.auto, Some(account)).is_empty();
        let known: Vec<&str> = catalog
            .groups_for(Some(account))
            .map(|group| group.name.as_str())
            .chain(walks.then_some(AUTO))
            .collect();
        if !key.group.is_empty() && !known.contains(&key.group.as_str()) {
            return Err(format!(
                "there is no group {:?} for this account; its groups are: {}",
                key.group,
                known.join(", ")
            ));
        }
        Ok(())
    }
}

/// Checks the groups that a key in `auto` is to try. What it has already may stay, though its account lost it: a client
/// that changes something else sends the whole key.
fn check_auto(
    named: &[String],
    key: &Key,
    account: &Account,
    catalog: &Catalog,
) -> Result<(), String> {
    let most = catalog.settings.most_auto_groups();
    if named.len() > most {
        return Err(format!(
            "auto_groups names {} groups; at most {most} are allowed",
            named.len()
        ));
    }
    let usable: Vec<&str> = catalog
        .groups_for(Some(account))
        .map(|group| group.name.as_str())
        .collect();
    for (at, name) in named.iter().enumerate() {
        if named[..at].contains(name) {
            return Err(format!("auto_groups names {name:?} twice"));
        }
        if !usable.contains(&name.as_str()) && !key.auto.groups.contains(name) {
            return Err(format!(
                "auto_groups: there is no group {name:?} for this account; its groups are: {}",
                usable.join(", ")
            ));
        }
    }
    Ok(())
}

/// A member that may be `null`, which is another thing than not to be there.
fn sent<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Option<Vec<String>>>, D::Error> {
    Option::deserialize(input).map(Some)
}

/// A ceiling as it was sent: 0 lifts it.
fn ceiling(name: &str, said: i64) -> Result<Option<u32>, String> {
    match u32::try_from(said) {
        Ok(0) => Ok(None),
        Ok(most) => Ok(Some(most)),
        Err(_) => Err(format!(
            "{name} must be between 0 (no limit) and {}",
            u32::MAX
        )),
    }
}
