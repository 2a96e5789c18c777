//! A relay as the tests know it: its facts, account, keys, groups and models.

use relaydeck::domain::price::{BasePrice, ModelRatios};
use relaydeck::domain::profile::LOCAL;
use relaydeck::domain::{
    Access, Account, Address, Endpoint, Group, KeyInfo, KeyStatus, Model, Money, Profile,
    QuotaLimit, QuotaScale, QuotaUnits, Ratio, RelayFacts, UnixSeconds,
};
use relaydeck::engine::door::KeyRow;

use super::NOON;

pub fn profile(name: &str) -> Profile {
    let address = if name == LOCAL {
        "http://127.0.0.1:4141".to_owned()
    } else {
        format!("https://{name}.example")
    };
    Profile {
        name: name.into(),
        address: Address::parse(&address).unwrap().0,
        access: Access::Account { user_id: Some(1) },
    }
}

pub fn facts(manages: bool) -> RelayFacts {
    RelayFacts {
        system_name: "a relay".into(),
        version: None,
        scale: QuotaScale::default(),
        manages,
        reveals_keys: false,
        new_keys_in_auto: false,
        latency_ms: 38,
    }
}

pub fn account(balance: &str) -> Account {
    Account {
        id: Some(1),
        name: "lin".into(),
        group: "default".into(),
        balance: Some(Money::parse(balance).unwrap()),
        used: Some(Money::parse("2.5").unwrap()),
        requests: Some(12),
    }
}

pub fn ratio(value: f64) -> Ratio {
    Ratio::from_f64(value).unwrap()
}

pub fn group(name: &str, value: Option<f64>, description: &str) -> Group {
    Group {
        name: name.into(),
        description: description.into(),
        ratio: value.map(ratio),
    }
}

pub fn groups() -> Vec<Group> {
    vec![
        group(
            "auto",
            None,
            "Automatic: the first group that serves the model",
        ),
        group("default", Some(1.0), "official channels"),
        group("vip", Some(0.8), "reverse channels, cheaper"),
        group("企业专线", Some(1.2), "稳定的企业通道"),
    ]
}

/// Seconds from the tests' noon.
pub fn at(seconds: i64) -> Option<UnixSeconds> {
    Some(UnixSeconds(NOON.seconds().0 + seconds))
}

pub fn key(id: i64, name: &str) -> KeyRow {
    KeyRow {
        info: KeyInfo {
            id,
            name: name.into(),
            masked: format!("sk-k{id}aB**********x9Zk"),
            status: KeyStatus::Enabled,
            group: "default".into(),
            left: QuotaLimit::Unlimited,
            used: QuotaUnits(0),
            created: at(-86_400 * 40),
            last_used: None,
            expires: None,
            models: None,
            ips: None,
            pace: None,
            auto: relaydeck::domain::AutoRoute::default(),
        },
        held: true,
    }
}

/// Keys of every state, the newest first.
pub fn keys() -> Vec<KeyRow> {
    let day = 86_400;
    let mut cursor = key(4, "cursor-dev");
    cursor.info.left = QuotaLimit::Limited(QuotaUnits(2_450_000));
    cursor.info.used = QuotaUnits(50_000);
    cursor.info.expires = at(29 * day + 60);
    cursor.info.last_used = at(-130);
    let mut flow = key(3, "n8n-prod-workflow");
    flow.info.group = "vip".into();
    flow.info.used = QuotaUnits(15_620_000);
    flow.info.last_used = at(-5);
    flow.held = false;
    let mut old = key(2, "old-laptop");
    old.info.left = QuotaLimit::Limited(QuotaUnits(0));
    old.info.used = QuotaUnits(2_500_000);
    old.info.status = KeyStatus::Exhausted;
    old.info.expires = at(-12 * day);
    old.info.last_used = at(-40 * day);
    let mut soon = key(1, "博客-生产-总结");
    soon.info.group = String::new();
    soon.info.status = KeyStatus::Disabled;
    soon.info.left = QuotaLimit::Limited(QuotaUnits(300_000));
    soon.info.used = QuotaUnits(2_200_000);
    soon.info.expires = at(3 * day + 60);
    soon.info.models = Some(vec!["gpt-4o-mini".into(), "claude-opus-4-5".into()]);
    soon.info.ips = Some(vec!["10.0.0.0/8".into()]);
    vec![cursor, flow, old, soon]
}

pub fn priced(name: &str, vendor: &str, input: f64, output: f64) -> Model {
    Model {
        name: name.into(),
        vendor: vendor.into(),
        description: String::new(),
        tags: [].into(),
        groups: Some(["default".into(), "vip".into()].into()),
        endpoints: [Endpoint::Chat].into(),
        price: BasePrice::Ratios(ModelRatios {
            model: ratio(input / 2.0),
            completion: ratio(output / input),
            cache_read: Some(ratio(0.1)),
            cache_write: None,
        }),
        context: None,
        max_output: None,
    }
}

/// Models of every kind, by name.
pub fn models() -> Vec<Model> {
    let mut opus = priced("claude-opus-4-5", "Anthropic", 5.0, 25.0);
    opus.endpoints = [Endpoint::Chat, Endpoint::Messages].into();
    let mut sonnet = priced("claude-sonnet-4-5-20250929", "Anthropic", 3.0, 15.0);
    sonnet.description = "A model for code and long work; reads images.".into();
    sonnet.tags = ["vision".into(), "tools".into()].into();
    sonnet.endpoints = [Endpoint::Chat, Endpoint::Messages].into();
    sonnet.context = Some(200_000);
    sonnet.max_output = Some(64_000);
    let mut thinking = priced("claude-sonnet-4-5-thinking", "Anthropic", 3.0, 15.0);
    thinking.groups = Some(["vip".into()].into());
    let mini = priced("gpt-4o-mini", "OpenAI", 0.15, 0.6);
    let mut picture = priced("gpt-image-1", "OpenAI", 1.0, 1.0);
    picture.price = BasePrice::PerCall {
        call: Money::parse("0.02").unwrap(),
    };
    let mut tiered = priced("qwen-max", "阿里云", 1.0, 1.0);
    tiered.price = BasePrice::Tiered {
        expression: "tier(prompt, 32000, 1.2, 2.4)".into(),
    };
    let handbook = priced("relaydeck-handbook", "relaydeck", 0.1, 0.4);
    let mut embed = priced("text-embedding-3-small", "OpenAI", 0.02, 0.02);
    embed.endpoints = [Endpoint::Embeddings].into();
    embed.price = BasePrice::Unknown;
    vec![
        opus, sonnet, thinking, mini, picture, tiered, handbook, embed,
    ]
}
