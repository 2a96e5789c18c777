//! Channels of a relay, as their owner sees them (`contract/new-api.md` 9.3).

use serde::{Deserialize, Serialize};

use crate::wire::lenient;

/// A channel of the relay, as its owner sees it (`contract/new-api.md` 9.3).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelRow {
    /// The relay's number for it.
    #[serde(deserialize_with = "lenient::int")]
    pub id: i64,
    /// Its name.
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    /// 1 OpenAI-compatible, 14 Anthropic, 24 Gemini.
    #[serde(rename = "type", deserialize_with = "lenient::int")]
    pub kind: i64,
    /// The upstream's credential; write-only, empty or masked when read.
    #[serde(deserialize_with = "lenient::text")]
    pub key: String,
    /// The upstream's base address, without `/v1`.
    #[serde(deserialize_with = "lenient::text")]
    pub base_url: String,
    /// Names, separated by commas.
    #[serde(deserialize_with = "lenient::text")]
    pub models: String,
    /// Groups, separated by commas.
    #[serde(deserialize_with = "lenient::text")]
    pub group: String,
    /// JSON map in a string, ours to theirs.
    #[serde(deserialize_with = "lenient::text")]
    pub model_mapping: String,
    /// Higher is tried first.
    #[serde(deserialize_with = "lenient::int")]
    pub priority: i64,
    /// Share among equals.
    #[serde(deserialize_with = "lenient::int")]
    pub weight: i64,
    /// 1 enabled, 2 disabled by hand, 3 disabled by failures.
    #[serde(deserialize_with = "lenient::int")]
    pub status: i64,
    /// The endpoints its upstream is said to have, separated by commas. The embedded relay's own.
    #[serde(deserialize_with = "lenient::text")]
    pub endpoints: String,
    /// Seconds until it is tried like any other again, after failures; 0 while it is. The embedded relay's own, like the
    /// next two.
    #[serde(deserialize_with = "lenient::int")]
    pub cooling_seconds: i64,
    /// What its last failure was, while it cools down.
    #[serde(deserialize_with = "lenient::text")]
    pub cooling_why: String,
    /// The models that cool down by themselves, separated by commas.
    #[serde(deserialize_with = "lenient::text")]
    pub cooling_models: String,
}
