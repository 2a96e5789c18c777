//! Accounts and keys as they are stored, and what a key's texts mean.

use std::net::IpAddr;

use ipnet::IpNet;

use super::ids::SecretHash;
use super::passwords::PasswordHash;
use crate::domain::{AutoRoute, KeyStatus, Pace, QuotaLimit, QuotaUnits, UnixSeconds};

/// The role of a user.
pub const USER: i64 = 1;
/// The role of the owner.
pub const OWNER: i64 = 100;
/// The role of an administrator: from here on, users, channels and codes may be managed.
pub const ADMIN: i64 = 10;
/// The stored status of what is switched on.
pub const ENABLED: i64 = 1;
/// The stored status of what is switched off.
pub const DISABLED: i64 = 2;
/// The expiry of what never expires.
pub const NEVER: i64 = -1;

/// An account; its money is what is left after everything settled, in quota units.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: i64,
    pub username: String,
    pub display_name: String,
    pub role: i64,
    pub status: i64,
    pub group: String,
    pub quota: i64,
    pub used_quota: i64,
    pub request_count: i64,
    pub access_token: Option<SecretHash>,
    /// `None` where nobody can log in with a password.
    pub password: Option<PasswordHash>,
    /// What the owner noted about it.
    pub remark: String,
    /// Unix seconds.
    pub created: i64,
}

/// A key; its money is what is left after everything settled, in quota units.
#[derive(Clone)]
pub struct Key {
    pub id: i64,
    pub account_id: i64,
    pub hash: SecretHash,
    pub masked: String,
    pub name: String,
    pub status: i64,
    pub group: String,
    pub remain_quota: i64,
    pub unlimited: bool,
    pub used_quota: i64,
    pub created: i64,
    pub accessed: i64,
    pub expired: i64,
    pub limits_models: bool,
    pub model_limits: String,
    pub allow_ips: String,
    pub pace: Pace,
    /// How it walks the groups where its own is `auto`.
    pub auto: AutoRoute,
}

impl Account {
    /// Takes what so many requests came to, in quota units.
    pub fn charge(&mut self, units: i64, requests: i64) {
        self.used_quota = self.used_quota.saturating_add(units);
        self.quota = self.quota.saturating_sub(units);
        self.request_count = self.request_count.saturating_add(requests);
    }
}

impl Key {
    /// Takes what a request came to, in quota units, that ended at this time.
    pub fn charge(&mut self, units: i64, at: i64) {
        self.used_quota = self.used_quota.saturating_add(units);
        if !self.unlimited {
            self.remain_quota = self.remain_quota.saturating_sub(units);
        }
        self.accessed = self.accessed.max(at);
    }

    /// Whether it may be used now, computed from what is stored.
    pub fn effective(&self, now: UnixSeconds) -> KeyStatus {
        let left = if self.unlimited {
            QuotaLimit::Unlimited
        } else {
            QuotaLimit::Limited(QuotaUnits(self.remain_quota))
        };
        let expires = (self.expired != NEVER).then_some(UnixSeconds(self.expired));
        KeyStatus::effective(self.status, left, expires, now)
    }
}

/// What a key may be used for, read once when it is loaded or changed.
#[derive(Clone, Debug, Default)]
pub struct KeyRules {
    models: Option<Vec<String>>,
    ips: Vec<IpNet>,
    /// How it walks the groups where its own is `auto`.
    pub auto: AutoRoute,
}

impl KeyRules {
    /// The rules of a stored key. Addresses that cannot be read were refused when the key was made.
    pub fn of(key: &Key) -> Self {
        KeyRules {
            models: key
                .limits_models
                .then(|| names(&key.model_limits).map(str::to_owned).collect()),
            ips: key.allow_ips.lines().filter_map(network).collect(),
            auto: key.auto.clone(),
        }
    }

    /// Whether it may call this model.
    pub fn allows_model(&self, model: &str) -> bool {
        self.models
            .as_ref()
            .is_none_or(|models| models.iter().any(|name| name == model))
    }

    /// Whether it may be used from this address.
    pub fn allows_ip(&self, ip: IpAddr) -> bool {
        let plain = ip.to_canonical();
        self.ips.is_empty() || self.ips.iter().any(|net| net.contains(&plain))
    }
}

/// The names of a list separated by commas.
pub fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
}

/// An address or a range of them.
pub fn network(line: &str) -> Option<IpNet> {
    let line = line.trim();
    line.parse()
        .ok()
        .or_else(|| line.parse::<IpAddr>().ok().map(IpNet::from))
}

/// Checks a key's list of addresses: the first line that is none.
pub fn odd_address(list: &str) -> Option<&str> {
    list.lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && network(line).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(models: Option<&str>, ips: &str) -> KeyRules {
        KeyRules {
            models: models.map(|list| names(list).map(str::to_owned).collect()),
            ips: ips.lines().filter_map(network).collect(),
            auto: AutoRoute::default(),
        }
    }

    #[test]
    fn a_key_without_rules_may_everything_and_an_empty_list_nothing() {
        let ip = "10.1.2.3".parse().unwrap();
        assert!(rules(None, "").allows_model("any") && rules(None, "").allows_ip(ip));
        assert!(!rules(Some(""), "").allows_model("any"));
        assert!(rules(Some("a, b"), "").allows_model("b"));
    }

    #[test]
    fn addresses_and_ranges_are_understood_in_both_families() {
        let rules = rules(None, "10.0.0.0/8\n::1\n");
        for (ip, may) in [
            ("10.9.9.9", true),
            ("11.0.0.1", false),
            ("::1", true),
            ("::ffff:10.0.0.1", true),
        ] {
            assert_eq!(rules.allows_ip(ip.parse().unwrap()), may, "{ip}");
        }
        assert_eq!(odd_address("10.0.0.1\n\nhome\n"), Some("home"));
    }
}
