//! A key as the protocol writes it, with the members that only our own relay knows.

use serde::{Deserialize, Serialize};

use crate::wire::lenient;

/// A key, which the protocol calls a token (`contract/new-api.md` 5.1).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenRow {
    /// The relay's number for it.
    #[serde(deserialize_with = "lenient::int")]
    pub id: i64,
    /// The account it belongs to.
    #[serde(deserialize_with = "lenient::int")]
    pub user_id: i64,
    /// The secret without `sk-`, or its masked form.
    #[serde(deserialize_with = "lenient::text")]
    pub key: String,
    /// 1 enabled, 2 disabled, 3 expired, 4 exhausted.
    #[serde(deserialize_with = "lenient::int")]
    pub status: i64,
    /// Its name; not unique.
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    /// When it was made, unix seconds.
    #[serde(deserialize_with = "lenient::int")]
    pub created_time: i64,
    /// When it was last used, unix seconds.
    #[serde(deserialize_with = "lenient::int")]
    pub accessed_time: i64,
    /// When it ends, unix seconds; −1 never.
    #[serde(deserialize_with = "lenient::int")]
    pub expired_time: i64,
    /// What it may still spend, in quota units.
    #[serde(deserialize_with = "lenient::int")]
    pub remain_quota: i64,
    /// Whether `remain_quota` means nothing.
    #[serde(deserialize_with = "lenient::truth")]
    pub unlimited_quota: bool,
    /// What it has spent.
    #[serde(deserialize_with = "lenient::int")]
    pub used_quota: i64,
    /// Whether `model_limits` holds.
    #[serde(deserialize_with = "lenient::truth")]
    pub model_limits_enabled: bool,
    /// Names, separated by commas.
    #[serde(deserialize_with = "lenient::text")]
    pub model_limits: String,
    /// Addresses, a line each; empty for any.
    #[serde(deserialize_with = "lenient::text")]
    pub allow_ips: String,
    /// Its group; empty for the account's own.
    #[serde(deserialize_with = "lenient::text")]
    pub group: String,
    /// Only kept for group `auto`.
    #[serde(deserialize_with = "lenient::truth")]
    pub cross_group_retry: bool,
    /// The groups that a key in `auto` tries, in their order; `None` for the relay's own.
    #[serde(deserialize_with = "lenient::opt_texts")]
    pub auto_groups: Option<Vec<String>>,
    /// Ours: at most so many requests a minute; 0 for any number.
    #[serde(
        deserialize_with = "lenient::opt_int",
        skip_serializing_if = "Option::is_none"
    )]
    pub requests_per_minute: Option<i64>,
    /// Ours: at most so many tokens a minute; 0 for any number.
    #[serde(
        deserialize_with = "lenient::opt_int",
        skip_serializing_if = "Option::is_none"
    )]
    pub tokens_per_minute: Option<i64>,
    /// Ours: at most so many requests at once; 0 for any number.
    #[serde(
        deserialize_with = "lenient::opt_int",
        skip_serializing_if = "Option::is_none"
    )]
    pub concurrency: Option<i64>,
}
