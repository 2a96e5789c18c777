//! Which model, group, price and endpoint a diagnosis or a test goes by, from what the console tells (S-57).

use std::sync::Arc;

use super::door::{Console, HeldSecret};
use crate::domain::price::BasePrice;
use crate::domain::{Endpoint, KeyInfo, Model, Price};

/// The key as the account's list describes it.
pub fn key_info<'a>(console: &'a Console, key: &HeldSecret) -> Option<&'a KeyInfo> {
    let masked = key.secret.masked();
    let keys = console.keys.as_deref().unwrap_or_default();
    keys.iter()
        .find(|info| Some(info.id) == key.id)
        .or_else(|| keys.iter().find(|info| info.masked == masked))
}

/// The group a key is billed in: its own, or the account's.
pub fn billed_group(console: &Console, key: &HeldSecret) -> Option<String> {
    let account = console
        .account
        .as_ref()
        .and_then(|account| account.as_ref().ok());
    key_info(console, key)
        .map(|info| info.group.clone())
        .filter(|group| !group.is_empty())
        .or_else(|| account.map(|account| account.group.clone()))
        .filter(|group| !group.is_empty())
}

/// The price of a model in a group, as far as it is known.
pub fn price_of(console: &Console, model: &Model, group: Option<&str>) -> Price {
    match (group, &console.groups) {
        (Some(group), Some(groups)) => model.price_in_group(group, groups, console.scale),
        _ => model.price_in_no_group(),
    }
}

/// The marketplace, and what is listed to the key beside it.
pub fn all_known(console: &Console, served: &[Model]) -> Vec<Model> {
    let mut known = console.models.clone().unwrap_or_default();
    for model in served {
        if known.iter().all(|there| there.name != model.name) {
            known.push(model.clone());
        }
    }
    known
}

/// The cheapest model that chats, in the key's group and listed to the key; the first of them where no prices are known.
pub fn cheapest(console: &Console, served: &[Model], group: Option<&str>) -> Option<Model> {
    let cost = |model: &Model| match price_of(console, model, group) {
        Price::PerToken(prices) | Price::Listed(prices) => (0, prices.output.nanos()),
        Price::PerCall { call } => (1, call.nanos()),
        Price::Tiered { .. } | Price::Unknown => (2, 0),
    };
    all_known(console, served)
        .into_iter()
        .filter(|model| {
            first_endpoint(model).is_some_and(|endpoint| endpoint != Endpoint::Embeddings)
        })
        .filter(|model| group.is_none_or(|group| model.in_group(group)))
        .filter(|model| served.is_empty() || served.iter().any(|there| there.name == model.name))
        .min_by_key(|model| (is_odd(&model.name), cost(model)))
}

/// Names of models that do something else than chat; a relay that lists names alone does not tell. The built-in test
/// model answers nothing but filler.
fn is_odd(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "embed",
        "whisper",
        "tts",
        "dall-e",
        "image",
        "rerank",
        "moderation",
        "audio",
        "-lab",
    ]
    .iter()
    .any(|word| name.contains(word))
}

/// How a model is called first: as a chat where it can be, and where the relay does not say. `None` for one that is only
/// called in a way we do not know.
pub fn first_endpoint(model: &Model) -> Option<Endpoint> {
    if model.endpoints.is_empty() {
        return Some(Endpoint::Chat);
    }
    let order = [
        Endpoint::Chat,
        Endpoint::Messages,
        Endpoint::Responses,
        Endpoint::Gemini,
        Endpoint::Embeddings,
    ];
    order
        .into_iter()
        .find(|endpoint| model.endpoints.contains(endpoint))
}

/// A model of which nothing but the name is known.
pub fn bare(name: &str) -> Model {
    Model {
        name: name.to_owned(),
        vendor: Arc::default(),
        description: String::new(),
        tags: Arc::default(),
        groups: None,
        endpoints: Arc::default(),
        price: BasePrice::Unknown,
        context: None,
        max_output: None,
    }
}
