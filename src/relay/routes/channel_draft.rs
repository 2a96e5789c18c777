//! The settings of a channel as they are sent, with prices for its models, checked one by one.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::super::catalog::{Catalog, ListPrice};
use super::super::channels::BUILT_IN;
use super::super::channels::kind::Kind;
use super::super::protocol::Protocol;
use super::super::rows::{DISABLED, ENABLED, names};
use super::super::store::channels::StoredChannel;
use super::super::store::prices::OwnPrice;
use super::sent::whole;
use crate::domain::price::BasePrice;
use crate::domain::{Address, Money, TokenPrices};

/// The dearest price that is taken, in dollars: above it a cost could overflow.
const DEAREST: Money = Money::from_usd(1_000_000);

/// Stands for every model of the channel in its prices.
const EVERY_MODEL: &str = "*";

/// What a body says; what it does not say stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChannelDraft {
    #[serde(deserialize_with = "whole")]
    pub id: Option<i64>,
    name: Option<String>,
    #[serde(rename = "type", deserialize_with = "whole")]
    kind: Option<i64>,
    key: Option<String>,
    base_url: Option<String>,
    models: Option<Value>,
    group: Option<Value>,
    model_mapping: Option<Value>,
    #[serde(deserialize_with = "whole")]
    priority: Option<i64>,
    #[serde(deserialize_with = "whole")]
    weight: Option<i64>,
    #[serde(deserialize_with = "whole")]
    status: Option<i64>,
    /// Ours: what the upstream speaks, by the names of endpoints; empty to learn it.
    endpoints: Option<Value>,
    /// Ours: model to prices in dollars, by the million tokens or by the call.
    prices: BTreeMap<String, PriceDraft>,
}

/// A model's price as decimal texts (or numbers) of dollars.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PriceDraft {
    input: Option<Value>,
    output: Option<Value>,
    cache_read: Option<Value>,
    cache_write: Option<Value>,
    call: Option<Value>,
}

impl ChannelDraft {
    /// Reads either form the protocol has had: the channel itself, or `{"mode":…,"channel":{…}}`.
    ///
    /// # Errors
    /// A sentence about what cannot be read.
    pub fn read(body: Value) -> Result<Self, String> {
        let told = |error: serde_json::Error| format!("Invalid parameters: {error}");
        let mode = body.get("mode").and_then(Value::as_str).unwrap_or("single");
        if mode != "single" {
            return Err(format!(
                "mode {mode:?} is not offered; send one channel at a time, mode \"single\""
            ));
        }
        match body.get("channel") {
            Some(channel @ Value::Object(_)) => {
                let mut draft: ChannelDraft =
                    serde_json::from_value(channel.clone()).map_err(told)?;
                if let (true, Some(prices)) = (draft.prices.is_empty(), body.get("prices")) {
                    draft.prices = serde_json::from_value(prices.clone()).map_err(told)?;
                }
                Ok(draft)
            }
            _ => serde_json::from_value(body).map_err(told),
        }
    }

    /// The prices that are sent, by model. The price of `*` goes to every model of the channel without one of its own,
    /// so that a price can be named before the upstream was asked for its models.
    ///
    /// # Errors
    /// A sentence about the first that cannot be.
    pub fn prices(&self, models: &str) -> Result<Vec<(String, OwnPrice)>, String> {
        let mut listed = Vec::new();
        for (model, draft) in &self.prices {
            let base = draft
                .base()
                .map_err(|why| format!("the price of {model}: {why}"))?;
            let price = OwnPrice::from(&base);
            if model == EVERY_MODEL {
                let others = names(models).filter(|name| !self.prices.contains_key(*name));
                listed.extend(others.map(|name| (name.to_owned(), price)));
            } else {
                listed.push((model.clone(), price));
            }
        }
        Ok(listed)
    }

    /// Puts what is said on a channel.
    ///
    /// # Errors
    /// A sentence about the first thing that cannot be.
    pub fn put_on(&self, channel: &mut StoredChannel, catalog: &Catalog) -> Result<(), String> {
        if channel.kind != BUILT_IN {
            self.put_upstream_on(channel)?;
        }
        if let Some(name) = &self.name {
            channel.name = name.trim().to_owned();
        }
        if channel.name.is_empty() {
            let (base, _) = Address::parse(&channel.base_url).map_err(|error| error.to_string())?;
            channel.name = base.host().to_owned();
        }
        if channel.name.len() > 100 || channel.name.chars().any(char::is_control) {
            return Err("a channel's name has 100 bytes at most, and no control characters".into());
        }
        if let Some(groups) = &self.group {
            channel.groups = list(groups, "group")?;
        }
        if channel.groups.is_empty() {
            channel.groups = super::super::store::setup::DEFAULT_GROUP.into();
        }
        if let Some(unknown) = names(&channel.groups).find(|name| catalog.group(name).is_none()) {
            return Err(format!("there is no group {unknown:?}"));
        }
        channel.priority = self.priority.unwrap_or(channel.priority);
        channel.weight = self.weight.unwrap_or(channel.weight);
        if !(0..=1_000_000).contains(&channel.weight) {
            return Err("a channel's weight is between 0 and 1000000".into());
        }
        if let Some(status) = self.status {
            if !matches!(status, ENABLED | DISABLED) {
                return Err("status must be 1 (enabled) or 2 (disabled)".into());
            }
            channel.status = status;
        }
        Ok(())
    }

    fn put_upstream_on(&self, channel: &mut StoredChannel) -> Result<(), String> {
        if let Some(kind) = self.kind {
            if Kind::of_number(kind).is_none() {
                return Err(format!(
                    "channel type {kind} is not offered; type 1 reaches any OpenAI-compatible address, type 14 Anthropic, type 24 Gemini"
                ));
            }
            channel.kind = kind;
        }
        let kind = Kind::of_number(channel.kind).unwrap_or(Kind::OpenAi);
        let usual = kind.usual_base();
        if let Some(address) = &self.base_url {
            let text = if address.trim().is_empty() {
                usual
            } else {
                address
            };
            let (base, _) = Address::parse(text).map_err(|error| error.to_string())?;
            channel.base_url = base.base().to_owned();
        } else if channel.base_url.is_empty() {
            channel.base_url = usual.into();
        }
        // What is shown of a key is masked; sent back as it was read, it changes nothing.
        let sent = self.key.as_deref().map(str::trim);
        if let Some(key) = sent.filter(|key| !key.is_empty() && !key.contains("***")) {
            if key.chars().any(|letter| !letter.is_ascii_graphic()) {
                return Err("the key holds a character that no header can carry".into());
            }
            channel.secret = key.to_owned();
        }
        if let Some(models) = &self.models {
            channel.models = list(models, "models")?;
        }
        if let Some(mapping) = &self.model_mapping {
            channel.model_mapping = map(mapping)?;
        }
        if let Some(endpoints) = &self.endpoints {
            channel.endpoints = spoken(endpoints)?;
        }
        if kind != Kind::OpenAi && !channel.endpoints.is_empty() {
            return Err(
                "endpoints are for channels of type 1; what the others speak is known".into(),
            );
        }
        Ok(())
    }
}

impl PriceDraft {
    /// The price as it is published and billed.
    ///
    /// # Errors
    /// A sentence about what cannot be.
    pub fn base(&self) -> Result<BasePrice, String> {
        const ODD: &str = "input cannot be free while something else is not: the protocol writes all prices as multiples of it";
        self.read()?.base().ok_or_else(|| ODD.into())
    }

    fn read(&self) -> Result<ListPrice, String> {
        let by_token = [
            &self.input,
            &self.output,
            &self.cache_read,
            &self.cache_write,
        ];
        if let Some(call) = &self.call {
            if by_token.iter().any(|part| part.is_some()) {
                return Err("it is by the call or by the token, not both".into());
            }
            return Ok(ListPrice::PerCall(amount(call)?));
        }
        let (Some(input), Some(output)) = (&self.input, &self.output) else {
            return Err("it needs input and output, in dollars by the million tokens".into());
        };
        let input = amount(input)?;
        // No price of its own means no discount and no surcharge.
        let or_input = |part: &Option<Value>| part.as_ref().map_or(Ok(input), amount);
        Ok(ListPrice::PerToken(TokenPrices {
            input,
            output: amount(output)?,
            cache_read: or_input(&self.cache_read)?,
            cache_write: or_input(&self.cache_write)?,
        }))
    }
}

fn amount(value: &Value) -> Result<Money, String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return Err("an amount is a text like \"0.10\"".into()),
    };
    let money = Money::parse(&text).map_err(|error| error.to_string())?;
    if money < Money::ZERO || money > DEAREST {
        return Err(format!(
            "{text} is not between 0 and {}",
            DEAREST.decimal(0)
        ));
    }
    Ok(money)
}

/// A list of names, written with commas or as a JSON list; with commas in the end.
fn list(value: &Value, what: &str) -> Result<String, String> {
    let wrong = || format!("{what} is a text with commas between the names");
    let found: Vec<&str> = match value {
        Value::Null => Vec::new(),
        Value::String(text) => names(text).collect(),
        Value::Array(items) => {
            let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            texts.ok_or_else(wrong)?
        }
        _ => return Err(wrong()),
    };
    let mut kept: Vec<&str> = Vec::new();
    for name in found {
        if name.chars().any(char::is_control) || name.contains(',') {
            return Err(format!("{name:?} cannot be a name in {what}"));
        }
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    Ok(kept.join(","))
}

/// Names of endpoints that an OpenAI-compatible server may have.
fn spoken(value: &Value) -> Result<String, String> {
    let told = list(value, "endpoints")?;
    for name in names(&told) {
        if matches!(Protocol::named(name), None | Some(Protocol::Gemini)) {
            return Err(format!(
                "{name:?} is no endpoint here; there are openai, openai-response, anthropic and embeddings"
            ));
        }
    }
    Ok(told)
}

/// A mapping, written as JSON in a text or as JSON; as a text in the end.
fn map(value: &Value) -> Result<String, String> {
    let read: BTreeMap<String, String> = match value {
        Value::Null => BTreeMap::new(),
        Value::String(text) if text.trim().is_empty() => BTreeMap::new(),
        Value::String(text) => {
            serde_json::from_str(text).map_err(|error| format!("model_mapping: {error}"))?
        }
        other => serde_json::from_value(other.clone())
            .map_err(|error| format!("model_mapping: {error}"))?,
    };
    if read.is_empty() {
        return Ok(String::new());
    }
    serde_json::to_string(&read).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn price(value: Value) -> Result<ListPrice, String> {
        let draft = ChannelDraft::read(json!({"prices": {"m": value}}))?;
        draft.prices("a, b")?;
        draft.prices["m"].read()
    }

    #[test]
    fn prices_are_decimal_texts_of_dollars() {
        let ListPrice::PerToken(prices) =
            price(json!({"input": "0.10", "output": 0.4, "cache_read": "0.01"})).unwrap()
        else {
            panic!("by the token")
        };
        assert_eq!(prices.input.decimal(2), "0.10");
        assert_eq!(prices.output.decimal(2), "0.40");
        assert_eq!(prices.cache_read.decimal(2), "0.01");
        assert_eq!(prices.cache_write, prices.input);
        assert_eq!(
            price(json!({"call": "0.04"})),
            Ok(ListPrice::PerCall(Money::parse("0.04").unwrap()))
        );
        for wrong in [
            json!({"input": "0.1"}),
            json!({"input": "x", "output": "1"}),
            json!({"input": "0", "output": "1"}),
            json!({"input": "-1", "output": "1"}),
            json!({"input": "1", "output": "1e9"}),
            json!({"call": "1", "input": "1"}),
            json!({"inptu": "1"}),
        ] {
            let told = price(wrong.clone()).unwrap_err();
            assert!(!told.is_empty(), "{wrong}");
        }
    }

    #[test]
    fn one_price_can_stand_for_every_model() {
        let draft = ChannelDraft::read(json!({"prices": {
            "*": {"input": "1", "output": "2"},
            "b": {"call": "3"},
        }}))
        .unwrap();
        let listed = draft.prices("a, b,c").unwrap();
        let call = |model: &str| {
            let found = listed.iter().find(|(name, _)| name == model).unwrap();
            found.1.call.is_some()
        };
        assert_eq!(listed.len(), 3);
        assert_eq!(["a", "b", "c"].map(call), [false, true, false]);
    }

    #[test]
    fn both_forms_of_the_body_say_the_same() {
        let flat = json!({"name": "a", "models": "x, y,x", "type": 1});
        let union =
            json!({"mode": "single", "channel": flat, "name": "a", "prices": {"x": {"call": "1"}}});
        for body in [flat, union] {
            let draft = ChannelDraft::read(body).unwrap();
            assert_eq!(draft.name.as_deref(), Some("a"));
            assert_eq!(
                list(draft.models.as_ref().unwrap(), "models"),
                Ok("x,y".into())
            );
        }
        assert!(ChannelDraft::read(json!({"mode": "batch"})).is_err());
    }
}
