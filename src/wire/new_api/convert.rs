//! From rows of the management protocol to values of `domain`, and back (`contract/new-api.md` 4–6).
//!
//! Servers give lists in random order; what leaves here is sorted.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Pricing, PricingEntry, SelfUser, Status, TokenRow, Vendor};
use crate::domain::group::AUTO;
use crate::domain::key::mask;
use crate::domain::price::{BasePrice, ModelRatios};
use crate::domain::shelf::Shelf;
use crate::domain::{
    Account, ApiKey, AutoRoute, Endpoint, Group, KeyDraft, KeyInfo, KeyStatus, Model, Money, Pace,
    QuotaLimit, QuotaScale, QuotaUnits, Ratio, UnixSeconds,
};
use crate::wire::lenient;
use crate::wire::plain::one_line;

/// What the relay's quota units are worth; the usual scale where it does not say, or says nonsense.
pub fn scale(status: &Status) -> QuotaScale {
    status
        .quota_per_unit
        .and_then(|units| u32::try_from(units).ok())
        .and_then(QuotaScale::new)
        .unwrap_or_default()
}

/// The account behind a credential. `quota` is what is left, not what was granted.
pub fn account(user: &SelfUser, scale: QuotaScale) -> Account {
    let name = if user.display_name.is_empty() {
        &user.username
    } else {
        &user.display_name
    };
    Account {
        id: (user.id != 0).then_some(user.id),
        name: one_line(name),
        group: user.group.clone(),
        balance: Some(scale.money(QuotaUnits(user.quota))),
        used: Some(scale.money(QuotaUnits(user.used_quota))),
        requests: u64::try_from(user.request_count).ok(),
    }
}

/// A key as it stands at this time of the server's clock.
pub fn key_info(row: &TokenRow, now: UnixSeconds) -> KeyInfo {
    let left = if row.unlimited_quota {
        QuotaLimit::Unlimited
    } else {
        QuotaLimit::Limited(QuotaUnits(row.remain_quota))
    };
    let expires = moment(row.expired_time);
    KeyInfo {
        id: row.id,
        name: one_line(&row.name),
        masked: mask(secret_of(&row.key).expose()),
        status: KeyStatus::effective(row.status, left, expires, now),
        group: row.group.clone(),
        left,
        used: QuotaUnits(row.used_quota),
        created: moment(row.created_time),
        last_used: moment(row.accessed_time),
        expires,
        models: row
            .model_limits_enabled
            .then(|| pieces(&row.model_limits, &[',', '\n'])),
        ips: Some(pieces(&row.allow_ips, &['\n', ','])).filter(|ips| !ips.is_empty()),
        pace: pace(row),
        auto: AutoRoute {
            groups: row.auto_groups.clone().unwrap_or_default(),
            cross_group_retry: row.cross_group_retry,
        },
    }
}

/// How fast it may be used; `None` from a relay that says nothing of it. 0 is no ceiling.
fn pace(row: &TokenRow) -> Option<Pace> {
    let told = [
        row.requests_per_minute,
        row.tokens_per_minute,
        row.concurrency,
    ];
    let ceiling = |told: Option<i64>| u32::try_from(told?).ok().filter(|most| *most > 0);
    told.iter().any(Option::is_some).then(|| Pace {
        requests_per_minute: ceiling(row.requests_per_minute),
        tokens_per_minute: ceiling(row.tokens_per_minute),
        concurrency: ceiling(row.concurrency),
    })
}

/// The secret in the form tools want it: relays store and tell it without its `sk-`.
pub fn secret_of(key: &str) -> ApiKey {
    let key = key.trim();
    if key.is_empty() || key.starts_with("sk-") {
        ApiKey::new(key)
    } else {
        ApiKey::new(format!("sk-{key}"))
    }
}

/// Whether a list shows this key masked, so that its secret must be asked for.
pub fn is_masked(key: &str) -> bool {
    key.contains('*') || key.trim().is_empty()
}

/// The body that makes a key.
#[derive(Clone, Debug, Serialize)]
pub struct CreateToken {
    name: String,
    expired_time: i64,
    remain_quota: i64,
    unlimited_quota: bool,
    model_limits_enabled: bool,
    model_limits: String,
    allow_ips: String,
    group: String,
    cross_group_retry: bool,
    /// Left out where there are none: the relay's own then.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    auto_groups: Vec<String>,
    /// One API's words for the two limits; New API skips members it does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    models: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subnet: Option<String>,
    /// Our own relay's ceilings; no other relay is sent any.
    #[serde(flatten, skip_serializing_if = "Pace::is_free")]
    pace: Pace,
}

/// The body that makes this key.
pub fn create_token(draft: &KeyDraft) -> CreateToken {
    // Said of a key in `auto` only: it means nothing elsewhere, and relays do not keep it there.
    let auto = match draft.group.as_str() {
        AUTO => draft.auto.clone(),
        _ => AutoRoute::default(),
    };
    let (unlimited_quota, remain_quota) = match draft.quota {
        QuotaLimit::Unlimited => (true, 0),
        QuotaLimit::Limited(QuotaUnits(units)) => (false, units.max(0)),
    };
    CreateToken {
        name: draft.name.trim().to_owned(),
        expired_time: draft.expires.map_or(-1, |expiry| expiry.0),
        remain_quota,
        unlimited_quota,
        model_limits_enabled: !draft.models.is_empty(),
        model_limits: draft.models.join(","),
        allow_ips: draft.ips.join("\n"),
        group: draft.group.clone(),
        cross_group_retry: auto.cross_group_retry,
        auto_groups: auto.groups,
        models: (!draft.models.is_empty()).then(|| draft.models.join(",")),
        subnet: (!draft.ips.is_empty()).then(|| draft.ips.join(",")),
        pace: draft.pace,
    }
}

/// Puts new settings over a key as the relay sent it. Everything else it holds stays as it is: a relay takes what is not
/// sent for zero (`contract/new-api.md` 5.6). With `keep_quota` what it may spend stays too: it falls while one edits. Its state and secret are left out, because a state that is sent is checked.
pub fn put_settings(row: &mut Map<String, Value>, draft: &KeyDraft, keep_quota: bool) {
    let one_api = ["models", "subnet"].map(|name| row.contains_key(name));
    let kept = |name: &str| keep_quota && ["remain_quota", "unlimited_quota"].contains(&name);
    if row.contains_key("auto_groups") {
        row.insert("auto_groups".into(), Value::Null);
    }
    if let Ok(Value::Object(settings)) = serde_json::to_value(create_token(draft)) {
        for (name, value) in settings {
            if !(kept(&name) && row.contains_key(&name)) {
                row.insert(name, value);
            }
        }
    }
    for (name, there) in ["models", "subnet"].into_iter().zip(one_api) {
        let list = if name == "models" {
            &draft.models
        } else {
            &draft.ips
        };
        if there {
            row.insert(name.into(), Value::String(list.join(",")));
        }
    }
    // Only our own relay knows ceilings; one that is not said stays, and 0 lifts it.
    let pace = draft.pace;
    for (name, most) in [
        ("requests_per_minute", pace.requests_per_minute),
        ("tokens_per_minute", pace.tokens_per_minute),
        ("concurrency", pace.concurrency),
    ] {
        if row.contains_key(name) {
            row.insert(name.into(), Value::from(most.unwrap_or(0)));
        }
    }
    row.remove("status");
    row.remove("key");
}

/// The groups of `GET /api/user/self/groups`: a map from name to ratio and description, by name.
pub fn groups(data: &Value) -> Vec<Group> {
    let mut groups: Vec<Group> = match data {
        Value::Object(members) => members
            .iter()
            .map(|(name, entry)| Group {
                name: name.clone(),
                description: one_line(match entry {
                    Value::String(text) => text,
                    entry => entry
                        .get("desc")
                        .and_then(Value::as_str)
                        .unwrap_or_default(),
                }),
                ratio: ratio(entry.get("ratio").unwrap_or(entry)),
            })
            .collect(),
        // The administrators' list, and one fork's: names alone.
        Value::Array(names) => names
            .iter()
            .filter_map(Value::as_str)
            .map(|name| Group {
                name: name.to_owned(),
                description: String::new(),
                ratio: None,
            })
            .collect(),
        _ => Vec::new(),
    };
    // One version has a nameless entry for visitors.
    groups.retain(|group| !group.name.is_empty());
    groups.sort_by(|one, other| one.name.cmp(&other.name));
    groups
}

/// The groups a price list names, with the public ratios; a group without a ratio is billed at ×1 except `auto`.
pub fn groups_of_pricing(pricing: &Pricing) -> Vec<Group> {
    let mut groups: Vec<Group> = pricing
        .usable_group
        .iter()
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, description)| Group {
            name: name.clone(),
            description: one_line(description.as_str().unwrap_or_default()),
            ratio: match pricing.group_ratio.get(name) {
                Some(value) => ratio(value),
                None => (name != "auto").then_some(Ratio::ONE),
            },
        })
        .collect();
    groups.sort_by(|one, other| one.name.cmp(&other.name));
    groups
}

/// The marketplace of a whole answer of `GET /api/pricing`, by name, each model once. Vendors may stand behind the rows that
/// refer to them, so they come from a reading before.
pub fn models(answer: &[u8], vendors: &[Vendor]) -> Vec<Model> {
    let mut models = Vec::new();
    let mut shelves = Shelves::default();
    lenient::each(answer, "data", |entry: PricingEntry| {
        if !entry.model_name.is_empty() {
            models.push(model(entry, vendors, &mut shelves));
        }
    });
    models.sort_by(|one, other| one.name.cmp(&other.name));
    models.dedup_by(|later, kept| later.name == kept.name);
    // They stay as long as the program.
    models.shrink_to_fit();
    models
}

/// What models have in common.
#[derive(Default)]
struct Shelves {
    words: Shelf<str>,
    lists: Shelf<[String]>,
    endpoints: Shelf<[Endpoint]>,
}

fn model(entry: PricingEntry, vendors: &[Vendor], shelves: &mut Shelves) -> Model {
    let price = price(&entry);
    let vendor = entry
        .vendor_id
        .and_then(|id| vendors.iter().find(|vendor| vendor.id == id))
        .map_or(entry.owner_by.as_str(), |vendor| vendor.name.as_str());
    let mut endpoints: Vec<Endpoint> = Vec::new();
    for name in &entry.supported_endpoint_types {
        let endpoint = Endpoint::from_name(name);
        if !endpoints.contains(&endpoint) {
            endpoints.push(endpoint);
        }
    }
    let count = |tokens: Option<i64>| {
        tokens
            .and_then(|tokens| u64::try_from(tokens).ok())
            .filter(|tokens| *tokens > 0)
    };
    Model {
        vendor: shelves.words.one(one_line(vendor)),
        description: entry.description.trim().to_owned(),
        tags: shelves.lists.one(pieces(&entry.tags, &[',', '，'])),
        groups: entry.enable_groups.map(|list| shelves.lists.one(list)),
        endpoints: shelves.endpoints.one(endpoints),
        price,
        name: entry.model_name,
        context: count(entry.context_length),
        max_output: count(entry.max_output_tokens),
    }
}

/// The published price. A ratio that is null was never set; one that is 0 is free.
fn price(entry: &PricingEntry) -> BasePrice {
    if entry.billing_mode == "tiered_expr" || !entry.billing_expr.is_empty() {
        return match entry.billing_expr.trim() {
            "" => BasePrice::Unknown,
            expression => BasePrice::Tiered {
                expression: expression.to_owned(),
            },
        };
    }
    if entry.quota_type == 1 {
        return match entry.model_price.and_then(dollars) {
            Some(call) => BasePrice::PerCall { call },
            None => BasePrice::Unknown,
        };
    }
    let Some(model) = entry.model_ratio.and_then(Ratio::from_f64) else {
        return BasePrice::Unknown;
    };
    let optional = |value: Option<f64>| value.and_then(Ratio::from_f64);
    BasePrice::Ratios(ModelRatios {
        model,
        // Always sent, but 0 on odd entries, where ×1 is billed.
        completion: optional(entry.completion_ratio)
            .filter(|ratio| *ratio != Ratio::ZERO)
            .unwrap_or(Ratio::ONE),
        cache_read: optional(entry.cache_ratio),
        cache_write: optional(entry.create_cache_ratio),
    })
}

/// Dollars of a JSON number, to the nearest nano-dollar.
fn dollars(value: f64) -> Option<Money> {
    (value.is_finite() && (0.0..1.0e9).contains(&value))
        .then(|| Money::from_nanos((value * 1e9).round() as i64))
}

/// A ratio from a number or a numeric text; `None` for the word that stands where `auto` has none.
fn ratio(value: &Value) -> Option<Ratio> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.and_then(Ratio::from_f64)
}

/// A point in time; 0, −1 and anything negative mean *never*.
fn moment(seconds: i64) -> Option<UnixSeconds> {
    (seconds > 0).then_some(UnixSeconds(seconds))
}

fn pieces(text: &str, separators: &[char]) -> Vec<String> {
    text.split(separators)
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests;
