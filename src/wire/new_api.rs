//! The management protocol of New API, as our client reads it and our relay speaks it (`contract/new-api.md` 1–7, 9).
//!
//! Reading takes any version; writing gives the current shape. [`convert`] turns rows into values of `domain`.

mod channel;
pub mod convert;
mod live;
mod token;
mod wallet;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use channel::ChannelRow;
pub use live::{LiveList, LiveRow};
pub use token::TokenRow;
pub use wallet::TopUpRow;

use super::lenient;

/// The console's envelope: `{"success":true,"message":"","data":…}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Envelope<T> {
    /// Whether it worked; the HTTP status does not say (200 in most failures).
    #[serde(default, deserialize_with = "lenient::truth")]
    pub success: bool,
    /// Why not.
    #[serde(default, deserialize_with = "lenient::text")]
    pub message: String,
    /// A machine's word for why not, in newer versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<serde_json::Value>,
    /// The answer itself.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub data: Option<T>,
}

fn none<T>() -> Option<T> {
    None
}

impl<T> Envelope<T> {
    /// A successful answer.
    pub fn ok(data: T) -> Self {
        Envelope {
            success: true,
            message: String::new(),
            code: None,
            data: Some(data),
        }
    }
}

impl Envelope<()> {
    /// A success that has nothing to tell.
    pub fn done() -> Self {
        Envelope {
            success: true,
            message: String::new(),
            code: None,
            data: None,
        }
    }

    /// A failure.
    pub fn failed(message: impl Into<String>) -> Self {
        Envelope {
            success: false,
            message: message.into(),
            code: None,
            data: None,
        }
    }
}

/// A page of a list, 1-based.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Page<T> {
    /// Which page, from 1.
    #[serde(default, deserialize_with = "lenient::int")]
    pub page: i64,
    /// Rows a page.
    #[serde(default, deserialize_with = "lenient::int")]
    pub page_size: i64,
    /// Rows in all.
    #[serde(default, deserialize_with = "lenient::int")]
    pub total: i64,
    /// The rows of this page.
    #[serde(
        default = "Vec::new",
        deserialize_with = "lenient::list",
        bound(deserialize = "T: serde::de::DeserializeOwned")
    )]
    pub items: Vec<T>,
}

/// `data` of `GET /api/status`: the members we use.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Status {
    /// The version the build names; forks rewrite it.
    #[serde(deserialize_with = "lenient::text")]
    pub version: String,
    /// When the server was started, in unix seconds.
    #[serde(deserialize_with = "lenient::int")]
    pub start_time: i64,
    /// The name the relay gives itself.
    #[serde(deserialize_with = "lenient::text")]
    pub system_name: String,
    /// The address it believes to have; often wrong.
    #[serde(deserialize_with = "lenient::text")]
    pub server_address: String,
    /// Where its documentation is.
    #[serde(deserialize_with = "lenient::text")]
    pub docs_link: String,
    /// Whether the first-run set-up is done.
    #[serde(deserialize_with = "lenient::truth")]
    pub setup: bool,
    /// Whether accounts can be made.
    #[serde(deserialize_with = "lenient::truth")]
    pub register_enabled: bool,
    /// Whether a name and a password are enough to log in.
    #[serde(deserialize_with = "lenient::truth")]
    pub password_login_enabled: bool,
    /// Whether registration wants an e-mail address.
    #[serde(deserialize_with = "lenient::truth")]
    pub email_verification: bool,
    /// Whether a new key should begin in group `auto`.
    #[serde(deserialize_with = "lenient::truth")]
    pub default_use_auto_group: bool,
    /// Whether log-in wants a puzzle that no terminal can solve.
    #[serde(deserialize_with = "lenient::truth")]
    pub turnstile_check: bool,
    /// Quota units a dollar; 500,000 unless the relay says otherwise.
    #[serde(deserialize_with = "lenient::opt_int")]
    pub quota_per_unit: Option<i64>,
    /// The legacy switch between money and raw quota.
    #[serde(deserialize_with = "lenient::truth")]
    pub display_in_currency: bool,
    /// `USD`, `CNY`, `TOKENS` or `CUSTOM`.
    #[serde(deserialize_with = "lenient::text")]
    pub quota_display_type: String,
    /// Whether `api_info` is given.
    #[serde(deserialize_with = "lenient::truth")]
    pub api_info_enabled: bool,
    /// The relay's nodes.
    #[serde(deserialize_with = "lenient::list")]
    pub api_info: Vec<ApiInfo>,
    /// Whether hourly statistics are kept.
    #[serde(deserialize_with = "lenient::truth")]
    pub enable_data_export: bool,
    /// Links into chat programs; present in the New API family.
    pub chats: Option<serde_json::Value>,
}

/// One node of a relay.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ApiInfo {
    /// Its address, often with a path or a slash too many.
    #[serde(deserialize_with = "lenient::text")]
    pub url: String,
    /// Its name.
    #[serde(deserialize_with = "lenient::text")]
    pub route: String,
    /// What the operator says of it.
    #[serde(deserialize_with = "lenient::text")]
    pub description: String,
    /// A colour's name.
    #[serde(deserialize_with = "lenient::text")]
    pub color: String,
}

/// `data` of `GET /api/user/self`: the members we use.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SelfUser {
    /// The account's number.
    #[serde(deserialize_with = "lenient::int")]
    pub id: i64,
    /// Its log-in name.
    #[serde(deserialize_with = "lenient::text")]
    pub username: String,
    /// Its name for show.
    #[serde(deserialize_with = "lenient::text")]
    pub display_name: String,
    /// 1 user, 10 admin, 100 root.
    #[serde(deserialize_with = "lenient::int")]
    pub role: i64,
    /// 1 enabled, 2 disabled.
    #[serde(deserialize_with = "lenient::int")]
    pub status: i64,
    /// Its e-mail address.
    #[serde(deserialize_with = "lenient::text")]
    pub email: String,
    /// Its own group.
    #[serde(deserialize_with = "lenient::text")]
    pub group: String,
    /// What is left, in quota units.
    #[serde(deserialize_with = "lenient::int")]
    pub quota: i64,
    /// What was spent, in quota units.
    #[serde(deserialize_with = "lenient::int")]
    pub used_quota: i64,
    /// Requests made.
    #[serde(deserialize_with = "lenient::int")]
    pub request_count: i64,
}

/// One entry of `GET /api/user/self/groups`, whose `data` is a map by name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupEntry {
    /// The ratio for this account; no number for `auto`.
    #[serde(deserialize_with = "lenient::opt_float")]
    pub ratio: Option<f64>,
    /// The description.
    #[serde(deserialize_with = "lenient::text")]
    pub desc: String,
}

/// The answer of `GET /api/pricing` without its rows, which may be thousands: [`convert::models`] reads those one by one.
/// All members stand beside `success`, the rows as `data`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Pricing {
    /// Whether it worked.
    #[serde(deserialize_with = "lenient::truth")]
    pub success: bool,
    /// Why not.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub message: String,
    /// The vendors that `vendor_id` refers to.
    #[serde(deserialize_with = "lenient::list")]
    pub vendors: Vec<Vendor>,
    /// Group to ratio.
    #[serde(deserialize_with = "lenient::map")]
    pub group_ratio: BTreeMap<String, serde_json::Value>,
    /// Group to description, for the groups the caller may use.
    #[serde(deserialize_with = "lenient::map")]
    pub usable_group: BTreeMap<String, serde_json::Value>,
    /// Endpoint's name to path and method.
    #[serde(deserialize_with = "lenient::map")]
    pub supported_endpoint: BTreeMap<String, serde_json::Value>,
    /// The order in which `auto` tries groups.
    #[serde(deserialize_with = "lenient::list")]
    pub auto_groups: Vec<String>,
}

/// One model of `GET /api/pricing`: an element of its `data`, in no order.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PricingEntry {
    /// The exact name.
    #[serde(deserialize_with = "lenient::text")]
    pub model_name: String,
    /// A description; left out when empty.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub description: String,
    /// Tags, separated by commas.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub tags: String,
    /// Refers to `vendors[].id`.
    #[serde(
        deserialize_with = "lenient::opt_int",
        skip_serializing_if = "Option::is_none"
    )]
    pub vendor_id: Option<i64>,
    /// 0 by the token, 1 by the call.
    #[serde(deserialize_with = "lenient::int")]
    pub quota_type: i64,
    /// Ratio 1 is 2 USD per million input tokens.
    #[serde(deserialize_with = "lenient::opt_float")]
    pub model_ratio: Option<f64>,
    /// USD a call, where `quota_type` is 1.
    #[serde(deserialize_with = "lenient::opt_float")]
    pub model_price: Option<f64>,
    /// Normally empty.
    #[serde(deserialize_with = "lenient::text")]
    pub owner_by: String,
    /// Output price over input price.
    #[serde(deserialize_with = "lenient::opt_float")]
    pub completion_ratio: Option<f64>,
    /// Cache-read price over input price.
    #[serde(
        deserialize_with = "lenient::opt_float",
        skip_serializing_if = "Option::is_none"
    )]
    pub cache_ratio: Option<f64>,
    /// Cache-write price over input price.
    #[serde(
        deserialize_with = "lenient::opt_float",
        skip_serializing_if = "Option::is_none"
    )]
    pub create_cache_ratio: Option<f64>,
    /// Groups that serve it; may hold `all`; absent when the relay does not say.
    #[serde(deserialize_with = "lenient::opt_texts")]
    pub enable_groups: Option<Vec<String>>,
    /// Endpoints by name.
    #[serde(deserialize_with = "lenient::list")]
    pub supported_endpoint_types: Vec<String>,
    /// `tiered_expr` when an expression is the price.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub billing_mode: String,
    /// The expression.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub billing_expr: String,
    /// Longest prompt and output together, in tokens. Ours: no New API sends it.
    #[serde(
        deserialize_with = "lenient::opt_int",
        skip_serializing_if = "Option::is_none"
    )]
    pub context_length: Option<i64>,
    /// Longest output in tokens. Ours: no New API sends it.
    #[serde(
        deserialize_with = "lenient::opt_int",
        skip_serializing_if = "Option::is_none"
    )]
    pub max_output_tokens: Option<i64>,
}

/// A vendor of `GET /api/pricing`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Vendor {
    /// What `vendor_id` refers to.
    #[serde(deserialize_with = "lenient::int")]
    pub id: i64,
    /// Its name.
    #[serde(deserialize_with = "lenient::text")]
    pub name: String,
    /// What the relay says of it.
    #[serde(
        deserialize_with = "lenient::text",
        skip_serializing_if = "String::is_empty"
    )]
    pub description: String,
}

/// One row of `GET /api/log/self`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LogRow {
    /// A row number; not stable.
    #[serde(deserialize_with = "lenient::int")]
    pub id: i64,
    /// The account.
    #[serde(deserialize_with = "lenient::int")]
    pub user_id: i64,
    /// When it was written, unix seconds.
    #[serde(deserialize_with = "lenient::int")]
    pub created_at: i64,
    /// 1 top-up, 2 consumption, 3 management, 4 system, 5 error, 6 refund, 7 log-in.
    #[serde(rename = "type", deserialize_with = "lenient::int")]
    pub kind: i64,
    /// Text for people.
    #[serde(deserialize_with = "lenient::text")]
    pub content: String,
    /// The account's name.
    #[serde(deserialize_with = "lenient::text")]
    pub username: String,
    /// The key's name.
    #[serde(deserialize_with = "lenient::text")]
    pub token_name: String,
    /// The key's number.
    #[serde(deserialize_with = "lenient::int")]
    pub token_id: i64,
    /// The model.
    #[serde(deserialize_with = "lenient::text")]
    pub model_name: String,
    /// What was charged, in quota units.
    #[serde(deserialize_with = "lenient::int")]
    pub quota: i64,
    /// Prompt tokens, cached ones included.
    #[serde(deserialize_with = "lenient::int")]
    pub prompt_tokens: i64,
    /// Generated tokens.
    #[serde(deserialize_with = "lenient::int")]
    pub completion_tokens: i64,
    /// Seconds it took.
    #[serde(deserialize_with = "lenient::int")]
    pub use_time: i64,
    /// Whether it was streamed.
    #[serde(deserialize_with = "lenient::truth")]
    pub is_stream: bool,
    /// The channel's number, for show.
    #[serde(deserialize_with = "lenient::int")]
    pub channel: i64,
    /// The channel's name; empty for ordinary users.
    #[serde(deserialize_with = "lenient::text")]
    pub channel_name: String,
    /// The group it was billed in.
    #[serde(deserialize_with = "lenient::text")]
    pub group: String,
    /// The request's id.
    #[serde(deserialize_with = "lenient::text")]
    pub request_id: String,
    /// JSON in a string: ratios, time to first token, errors.
    #[serde(deserialize_with = "lenient::text")]
    pub other: String,
}
