//! Keys: the `sk-…` credentials of a relay, their settings and their masked form.
//!
//! The secret itself only lives in [`ApiKey`], which never shows in `Debug`, is not `Display`, and serialises nowhere.
//! What people, logs and errors see is the masked form, the same everywhere (S-24).

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::group::{AUTO, AutoRoute};
use super::money::{Money, QuotaScale, QuotaUnits};
use super::pace::Pace;
use super::time::UnixSeconds;

use crate::locale::say;

/// A key's secret.
#[derive(Clone)]
pub struct ApiKey(SecretString);

impl ApiKey {
    /// Wraps a secret as it is. For what people paste, use [`ApiKey::from_pasted`].
    pub fn new(secret: impl Into<String>) -> Self {
        ApiKey(SecretString::from(secret.into()))
    }

    /// Cleans what people paste (S-59): quotes, `Bearer `, white space and line breaks go; what was done is told.
    ///
    /// # Errors
    /// When nothing is left, or when what is left cannot be sent in a header.
    pub fn from_pasted(text: &str) -> Result<(Self, Vec<KeyCleaning>), KeyTextError> {
        let mut done = Vec::new();
        let mut rest = text.trim();
        if rest.len() != text.len() {
            done.push(KeyCleaning::Spaces);
        }
        loop {
            let before = rest;
            for quote in ['"', '\'', '`', '“', '”', '‘', '’'] {
                rest = rest.trim_matches(quote);
            }
            if rest.len() != before.len() {
                done.push(KeyCleaning::Quotes);
            }
            let prefixed = [
                "Authorization:",
                "authorization:",
                "Bearer ",
                "bearer ",
                "BEARER ",
            ];
            if let Some(stripped) = prefixed.iter().find_map(|prefix| rest.strip_prefix(prefix)) {
                rest = stripped;
                done.push(KeyCleaning::Bearer);
            }
            rest = rest.trim();
            if rest.len() == before.len() {
                break;
            }
        }
        let joined: String = rest
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .collect();
        if joined.len() != rest.len() {
            done.push(KeyCleaning::Spaces);
        }
        done.dedup();
        if joined.is_empty() {
            return Err(KeyTextError::Empty);
        }
        if let Some(odd) = joined.chars().find(|letter| !letter.is_ascii_graphic()) {
            return Err(KeyTextError::OddCharacter(odd));
        }
        Ok((ApiKey::new(joined), done))
    }

    /// The secret, for the header that carries it and the file that keeps it. Nothing else may ask.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// `sk-aB3d**********x9Zk`: the form that may be seen.
    pub fn masked(&self) -> String {
        mask(self.expose())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ApiKey({})", self.masked())
    }
}

impl PartialEq for ApiKey {
    /// For tests and look-ups in one's own vault; the relay compares hashes in constant time instead.
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for ApiKey {}

/// The masked form of a secret: `sk-` if it had it, the first four and the last four characters, ten stars between.
/// Short secrets show fewer characters, so that never more than half of one is seen. Idempotent: a masked key stays as it is.
pub fn mask(secret: &str) -> String {
    let (prefix, body) = match secret.strip_prefix("sk-") {
        Some(body) => ("sk-", body),
        None => ("", secret),
    };
    if body.contains("***") {
        return secret.to_owned();
    }
    let letters: Vec<char> = body.chars().collect();
    let shown = (letters.len() / 4).min(4);
    let head: String = letters[..shown].iter().collect();
    let tail: String = letters[letters.len() - shown..].iter().collect();
    format!("{prefix}{head}**********{tail}")
}

/// What cleaning a pasted key had to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyCleaning {
    /// White space or line breaks were taken out.
    Spaces,
    /// Quotes were taken off.
    Quotes,
    /// A `Bearer ` or `Authorization:` prefix was taken off.
    Bearer,
}

impl KeyCleaning {
    /// What the user is told.
    pub fn told(self) -> &'static str {
        match self {
            KeyCleaning::Spaces => say!("key-told-spaces"),
            KeyCleaning::Quotes => say!("key-told-quotes"),
            KeyCleaning::Bearer => say!("key-told-bearer"),
        }
    }
}

/// Why a pasted text cannot be a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyTextError {
    /// Nothing in it.
    #[error("{}", say!("key-text-none"))]
    Empty,
    /// A character no header can carry.
    #[error("{}", say!("key-text-odd", odd = format!("{:?}", _0)))]
    OddCharacter(char),
}

/// Whether a key may be used, computed from its status, expiry and quota (`contract/new-api.md` 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyStatus {
    /// Usable.
    Enabled,
    /// Switched off by its owner.
    Disabled,
    /// Past its expiry.
    Expired,
    /// Its quota is used up.
    Exhausted,
}

impl KeyStatus {
    /// The word people see (S-21).
    pub const fn word(self) -> &'static str {
        match self {
            KeyStatus::Enabled => "enabled",
            KeyStatus::Disabled => "disabled",
            KeyStatus::Expired => "expired",
            KeyStatus::Exhausted => "exhausted",
        }
    }

    /// The number of the New API protocol.
    pub const fn code(self) -> i64 {
        match self {
            KeyStatus::Enabled => 1,
            KeyStatus::Disabled => 2,
            KeyStatus::Expired => 3,
            KeyStatus::Exhausted => 4,
        }
    }

    /// From the stored number and the facts that may have overtaken it: a relay need not write expiry and exhaustion back.
    pub fn effective(
        code: i64,
        left: QuotaLimit,
        expires: Option<UnixSeconds>,
        now: UnixSeconds,
    ) -> Self {
        match code {
            2 => KeyStatus::Disabled,
            3 => KeyStatus::Expired,
            4 => KeyStatus::Exhausted,
            _ if expires.is_some_and(|expiry| expiry <= now) => KeyStatus::Expired,
            _ if matches!(left, QuotaLimit::Limited(QuotaUnits(units)) if units <= 0) => {
                KeyStatus::Exhausted
            }
            _ => KeyStatus::Enabled,
        }
    }
}

/// What a key may still spend: a ceiling on top of the account's balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaLimit {
    /// Only the account's balance limits it.
    Unlimited,
    /// So many quota units are left; may be negative by the requests that were in flight.
    Limited(QuotaUnits),
}

impl QuotaLimit {
    /// What is left as money; `None` for unlimited.
    pub fn money(self, scale: QuotaScale) -> Option<Money> {
        match self {
            QuotaLimit::Unlimited => None,
            QuotaLimit::Limited(units) => Some(scale.money(units)),
        }
    }
}

/// A key as its relay describes it. What a relay does not return is `None` and shown as *not provided* (S-20).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyInfo {
    /// The relay's number for it.
    pub id: i64,
    /// Its name; relays do not make names unique.
    pub name: String,
    /// The masked form, `sk-` included.
    pub masked: String,
    /// Whether it may be used, computed at the time it was fetched.
    pub status: KeyStatus,
    /// Its group; empty means the account's own group.
    pub group: String,
    /// What it may still spend.
    pub left: QuotaLimit,
    /// What it has spent.
    pub used: QuotaUnits,
    /// When it was made.
    pub created: Option<UnixSeconds>,
    /// When it was last used; `None` for never, or not provided.
    pub last_used: Option<UnixSeconds>,
    /// When it ends; `None` for never.
    pub expires: Option<UnixSeconds>,
    /// The only models it may call; `None` for all.
    pub models: Option<Vec<String>>,
    /// The only addresses it may be used from; `None` for all.
    pub ips: Option<Vec<String>>,
    /// How fast it may be used; `None` where the relay does not say.
    #[serde(default)]
    pub pace: Option<Pace>,
    /// How it walks the groups, where its own is `auto`.
    #[serde(default)]
    pub auto: AutoRoute,
}

/// The settings of a key that is to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyDraft {
    /// Required; at most 50 bytes.
    pub name: String,
    /// Empty for the account's own group.
    pub group: String,
    /// What it may spend.
    pub quota: QuotaLimit,
    /// When it ends; `None` for never.
    pub expires: Option<UnixSeconds>,
    /// The only models it may call; empty for all.
    pub models: Vec<String>,
    /// The only addresses it may be used from; empty for all.
    pub ips: Vec<String>,
    /// How fast it may be used; only our own relay knows such ceilings.
    #[serde(default)]
    pub pace: Pace,
    /// How it walks the groups, where its own is `auto`; means nothing elsewhere.
    #[serde(default)]
    pub auto: AutoRoute,
}

/// The longest name a relay of 2026 takes, in bytes of UTF-8.
pub const NAME_LIMIT_BYTES: usize = 50;

impl KeyDraft {
    /// The settings of a key that is there, to be changed or made again.
    pub fn of(info: &KeyInfo) -> Self {
        KeyDraft {
            name: info.name.clone(),
            group: info.group.clone(),
            quota: info.left,
            expires: info.expires,
            models: info.models.clone().unwrap_or_default(),
            ips: info.ips.clone().unwrap_or_default(),
            pace: info.pace.unwrap_or_default(),
            auto: info.auto.clone(),
        }
    }

    /// Whether a key with these settings could be used at all, and if not, why.
    ///
    /// # Errors
    /// What such a key would be: expired or exhausted.
    pub fn check_alive(&self, now: UnixSeconds) -> Result<(), KeyStatus> {
        match KeyStatus::effective(KeyStatus::Enabled.code(), self.quota, self.expires, now) {
            KeyStatus::Enabled => Ok(()),
            dead => Err(dead),
        }
    }

    /// What is wrong with the name, if anything; checked before anything is sent.
    ///
    /// # Errors
    /// A sentence for the field.
    pub fn check_name(name: &str) -> Result<(), String> {
        let trimmed = name.trim();
        if trimmed.is_empty() {
            return Err(say!("key-name-none").into());
        }
        if trimmed.len() > NAME_LIMIT_BYTES {
            return Err(say!(
                "key-name-long",
                bytes = trimmed.len(),
                limit = NAME_LIMIT_BYTES
            ));
        }
        if trimmed.chars().any(char::is_control) {
            return Err(say!("key-name-control").into());
        }
        Ok(())
    }

    /// A warning where the relay left out how a key in `auto` is to walk the groups: those of before 2025-12 do not know it.
    pub fn auto_left_out(&self, kept: &KeyInfo) -> Option<&'static str> {
        let left_out = self.group == AUTO && self.auto != kept.auto;
        left_out.then_some(say!("key-auto-left-out"))
    }

    /// A warning, never a refusal, for names that will say nothing in a month (S-12).
    pub fn weak_name(name: &str) -> Option<&'static str> {
        let lower = name.trim().to_ascii_lowercase();
        let stem = lower.trim_end_matches(|letter: char| {
            letter.is_ascii_digit() || matches!(letter, '-' | '_')
        });
        let weak = [
            "", "a", "abc", "test", "key", "mykey", "my-key", "new", "newkey", "tmp", "temp",
            "default", "token", "api", "apikey",
        ];
        weak.contains(&stem).then_some(say!("key-name-weak"))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A key in a group, without limits.
    pub fn key_in(group: &str) -> KeyInfo {
        KeyInfo {
            id: 1,
            name: "ci".into(),
            masked: "sk-a".into(),
            status: KeyStatus::Enabled,
            group: group.into(),
            left: QuotaLimit::Unlimited,
            used: QuotaUnits(0),
            created: None,
            last_used: None,
            expires: None,
            models: None,
            ips: None,
            pace: None,
            auto: AutoRoute::default(),
        }
    }

    #[test]
    fn pasted_keys_are_cleaned_and_the_user_is_told() {
        for (pasted, cleaning) in [
            ("sk-abc123", vec![]),
            ("Bearer sk-abc123", vec![KeyCleaning::Bearer]),
            ("\"sk-abc123\"", vec![KeyCleaning::Quotes]),
            ("sk-abc\n 123\n", vec![KeyCleaning::Spaces]),
            ("Authorization: Bearer sk-abc123", vec![KeyCleaning::Bearer]),
        ] {
            let (key, done) = ApiKey::from_pasted(pasted).unwrap();
            assert_eq!((key.expose(), done), ("sk-abc123", cleaning), "{pasted}");
        }
        assert_eq!(
            ApiKey::from_pasted(" \" \" ").unwrap_err(),
            KeyTextError::Empty
        );
        assert_eq!(
            ApiKey::from_pasted("sk-ключ").unwrap_err(),
            KeyTextError::OddCharacter('к')
        );
    }

    #[test]
    fn s_24_the_mask_is_the_relays_own() {
        assert_eq!(mask("sk-aB3dEFGHijklmnopx9Zk"), "sk-aB3d**********x9Zk");
        assert_eq!(mask("short"), "s**********t");
        assert_eq!(
            format!("{:?}", ApiKey::new("sk-aB3dEFGHijklmnopx9Zk")),
            "ApiKey(sk-aB3d**********x9Zk)"
        );
    }

    #[test]
    fn the_status_is_computed_not_believed() {
        let now = UnixSeconds(1_000);
        let none = QuotaLimit::Limited(QuotaUnits(0));
        assert_eq!(
            KeyStatus::effective(1, none, None, now),
            KeyStatus::Exhausted
        );
        assert_eq!(
            KeyStatus::effective(1, QuotaLimit::Unlimited, Some(UnixSeconds(1_000)), now),
            KeyStatus::Expired
        );
        assert_eq!(
            KeyStatus::effective(2, none, Some(UnixSeconds(1)), now),
            KeyStatus::Disabled
        );
        assert_eq!(
            KeyStatus::effective(1, QuotaLimit::Unlimited, None, now),
            KeyStatus::Enabled
        );
    }

    #[test]
    fn s_12_weak_names_are_warned_of() {
        assert!(KeyDraft::weak_name("test").is_some() && KeyDraft::weak_name("key1").is_some());
        assert!(KeyDraft::weak_name("blog-prod-summaries-ann").is_none());
        assert!(
            KeyDraft::check_name(" ").is_err() && KeyDraft::check_name(&"键".repeat(17)).is_err()
        );
    }

    #[test]
    fn what_an_older_relay_leaves_out_of_a_key_in_auto_is_warned_of() {
        let mut draft = KeyDraft {
            name: "ci".into(),
            group: AUTO.into(),
            quota: QuotaLimit::Unlimited,
            expires: None,
            models: vec![],
            ips: vec![],
            pace: Pace::default(),
            auto: AutoRoute {
                groups: vec![],
                cross_group_retry: true,
            },
        };
        let mut kept = key_in(AUTO);
        assert!(draft.auto_left_out(&kept).is_some());
        kept.auto.cross_group_retry = true;
        assert!(draft.auto_left_out(&kept).is_none());
        draft.group = "vip".into();
        kept.auto = AutoRoute::default();
        assert!(
            draft.auto_left_out(&kept).is_none(),
            "it means nothing there"
        );
    }

    proptest! {
        #[test]
        fn a_mask_shows_at_most_half_and_is_stable(secret in "(sk-)?[A-Za-z0-9]{1,60}") {
            let masked = mask(&secret);
            prop_assert_eq!(mask(&masked), masked.clone());
            let body = secret.strip_prefix("sk-").unwrap_or(&secret);
            let shown = masked.strip_prefix("sk-").unwrap_or(&masked).chars().filter(|letter| *letter != '*').count();
            prop_assert!(shown * 2 <= body.len());
        }
    }
}
