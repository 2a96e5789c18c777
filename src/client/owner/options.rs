//! How a relay one owns is set: its options, its groups and its prices (`contract/new-api.md` 9.2).

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::super::RelayClient;
use super::super::account::odd_answer;
use crate::domain::price::{BasePrice, ModelRatios};
use crate::domain::{Fault, FaultKind, Money, Ratio, TokenPrices};
use crate::locale::{listed, say};

const OPTIONS: &str = "/api/option/";
const GROUPS: &str = "GroupRatio";
const USABLE: &str = "UserUsableGroups";
const MODEL: &str = "ModelRatio";
const COMPLETION: &str = "CompletionRatio";
const CACHE_READ: &str = "CacheRatio";
const CACHE_WRITE: &str = "CreateCacheRatio";
const CALL: &str = "ModelPrice";

/// A group as its relay's owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerGroup {
    /// Its name.
    pub name: String,
    /// The multiplier of every price.
    pub ratio: Ratio,
    /// What it is for, where it is for everybody; otherwise `None`, and only accounts with it as their own use it.
    pub public: Option<String>,
}

/// What is to be changed of a group; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct GroupChange {
    /// The multiplier of every price.
    pub ratio: Option<Ratio>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether every account may use it.
    pub public: Option<bool>,
}

/// A price as an owner sets it, in a group of ×1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerPrice {
    /// Dollars a million tokens.
    PerToken(TokenPrices),
    /// Dollars a call.
    PerCall(Money),
}

impl RelayClient {
    /// Every option with its value as text.
    ///
    /// # Errors
    /// [`FaultKind::Forbidden`] when the account is not the relay's owner; otherwise what the refusal means.
    pub async fn options(&self) -> Result<BTreeMap<String, String>, Fault> {
        self.needs_token(say!("what-options"))?;
        let document = self.console(OPTIONS).await?;
        let rows = document.get("data").and_then(Value::as_array);
        let rows = rows.ok_or_else(|| odd_answer(say!("what-options")))?;
        let text = |row: &Value, name: &str| Some(row.get(name)?.as_str()?.to_owned());
        Ok(rows
            .iter()
            .filter_map(|row| Some((text(row, "key")?, text(row, "value").unwrap_or_default())))
            .collect())
    }

    /// Sets an option.
    ///
    /// # Errors
    /// When the relay does not know it or refuses the value; nothing was changed then.
    pub async fn set_option(&self, key: &str, value: &str) -> Result<(), Fault> {
        let body = json!({"key": key, "value": value});
        self.owner_writes(Method::PUT, OPTIONS, &body, None)
            .await
            .map(|_| ())
    }

    /// Every group, by name.
    ///
    /// # Errors
    /// [`FaultKind::Forbidden`] when the account is not the relay's owner; otherwise what the refusal means.
    pub async fn owner_groups(&self) -> Result<Vec<OwnerGroup>, Fault> {
        let options = self.options().await?;
        let (ratios, usable) = (map(&options, GROUPS)?, map(&options, USABLE)?);
        Ok(ratios
            .iter()
            .map(|(name, value)| OwnerGroup {
                name: name.clone(),
                ratio: value
                    .as_f64()
                    .and_then(Ratio::from_f64)
                    .unwrap_or(Ratio::ONE),
                public: usable
                    .get(name)
                    .map(|label| label.as_str().unwrap_or_default().to_owned()),
            })
            .collect())
    }

    /// Makes a group or changes it. A new one costs ×1 and is for everybody, unless the change says otherwise.
    ///
    /// # Errors
    /// When the relay refuses.
    pub async fn set_group(&self, name: &str, change: &GroupChange) -> Result<(), Fault> {
        let options = self.options().await?;
        let (mut ratios, mut usable) = (map(&options, GROUPS)?, map(&options, USABLE)?);
        let fresh = !ratios.contains_key(name);
        if let Some(ratio) = change.ratio.or(fresh.then_some(Ratio::ONE)) {
            ratios.insert(name.to_owned(), json!(ratio.to_f64()));
            self.set_map(GROUPS, &ratios).await?;
        }
        let was_public = usable.contains_key(name);
        let public = change.public.unwrap_or(fresh || was_public);
        let label = change.description.clone().map(Value::String);
        if !public {
            if change.description.is_some() {
                return Err(Fault::new(FaultKind::Usage, say!("owner-description"))
                    .advise(say!("owner-description-advice")));
            }
            if usable.remove(name).is_some() {
                self.set_map(USABLE, &usable).await?;
            }
        } else if !was_public || label.is_some() {
            let label = label.unwrap_or_else(|| json!(name));
            usable.insert(name.to_owned(), label);
            self.set_map(USABLE, &usable).await?;
        }
        Ok(())
    }

    /// Removes a group. Keys that name it stop working.
    ///
    /// # Errors
    /// [`FaultKind::NotFound`] when there is none of this name; otherwise what the refusal means.
    pub async fn remove_group(&self, name: &str) -> Result<(), Fault> {
        let options = self.options().await?;
        let (mut ratios, mut usable) = (map(&options, GROUPS)?, map(&options, USABLE)?);
        if ratios.remove(name).is_none() {
            return Err(no_such(
                |name| say!("owner-no-group", name = name),
                name,
                ratios.keys(),
            ));
        }
        // The ratio first: where the group is still needed, the relay refuses here, and nothing has changed.
        self.set_map(GROUPS, &ratios).await?;
        if usable.remove(name).is_some() {
            self.set_map(USABLE, &usable).await?;
        }
        Ok(())
    }

    /// The prices that the owner set, by model.
    ///
    /// # Errors
    /// [`FaultKind::Forbidden`] when the account is not the relay's owner; otherwise what the refusal means.
    pub async fn owner_prices(&self) -> Result<BTreeMap<String, BasePrice>, Fault> {
        let options = self.options().await?;
        let calls = map(&options, CALL)?;
        let models = map(&options, MODEL)?;
        let part = |name: &str, model: &str| -> Result<Option<Ratio>, Fault> {
            let value = map(&options, name)?.get(model).and_then(Value::as_f64);
            Ok(value.and_then(Ratio::from_f64))
        };
        let mut prices = BTreeMap::new();
        for (model, value) in &models {
            let Some(ratio) = value.as_f64().and_then(Ratio::from_f64) else {
                continue;
            };
            let ratios = ModelRatios {
                model: ratio,
                completion: part(COMPLETION, model)?.unwrap_or(Ratio::ONE),
                cache_read: part(CACHE_READ, model)?,
                cache_write: part(CACHE_WRITE, model)?,
            };
            prices.insert(model.clone(), BasePrice::Ratios(ratios));
        }
        for (model, value) in &calls {
            if let Some(dollars) = value
                .as_f64()
                .filter(|dollars| (0.0..1.0e9).contains(dollars))
            {
                let call = Money::from_nanos((dollars * 1e9).round() as i64);
                prices.insert(model.clone(), BasePrice::PerCall { call });
            }
        }
        Ok(prices)
    }

    /// Sets a model's price, or forgets it. On a relay of ours in one step; elsewhere map by map, the one that decides
    /// how it is billed last.
    ///
    /// # Errors
    /// When the relay refuses the price, or there is none to forget.
    pub async fn set_price(&self, model: &str, price: Option<OwnerPrice>) -> Result<(), Fault> {
        if matches!(self.site().await?, Some(site) if site.ours) {
            let body = json!({"model": model, "price": price.as_ref().map(in_dollars)});
            let path = "/api/option/model_pricing";
            return self
                .owner_writes(Method::PATCH, path, &body, None)
                .await
                .map(|_| ());
        }
        let options = self.options().await?;
        let mut maps = BTreeMap::new();
        let mut known = false;
        for name in [COMPLETION, CACHE_READ, CACHE_WRITE, MODEL, CALL] {
            let mut map = map(&options, name)?;
            known |= map.remove(model).is_some();
            maps.insert(name, map);
        }
        if price.is_none() && !known {
            return Err(no_such(
                |name| say!("owner-no-price", name = name),
                model,
                [].iter(),
            ));
        }
        let mut put = |name: &str, value: Value| {
            if let Some(map) = maps.get_mut(name) {
                map.insert(model.to_owned(), value);
            }
        };
        match price {
            Some(OwnerPrice::PerCall(call)) => put(CALL, json!(call.nanos() as f64 / 1e9)),
            Some(OwnerPrice::PerToken(prices)) => {
                let ratios = ModelRatios::from_prices(&prices).ok_or_else(|| {
                    Fault::new(FaultKind::Usage, say!("owner-free-input"))
                        .advise(say!("owner-free-input-advice"))
                })?;
                put(MODEL, json!(ratios.model.to_f64()));
                put(COMPLETION, json!(ratios.completion.to_f64()));
                for (name, ratio) in [
                    (CACHE_READ, ratios.cache_read),
                    (CACHE_WRITE, ratios.cache_write),
                ] {
                    if let Some(ratio) = ratio {
                        put(name, json!(ratio.to_f64()));
                    }
                }
            }
            None => {}
        }
        for name in [COMPLETION, CACHE_READ, CACHE_WRITE, MODEL, CALL] {
            let map = &maps[name];
            if options.get(name).map(String::as_str)
                != Some(&Value::Object(map.clone()).to_string())
            {
                self.set_map(name, map).await?;
            }
        }
        Ok(())
    }

    async fn set_map(&self, name: &str, map: &Map<String, Value>) -> Result<(), Fault> {
        self.set_option(name, &Value::Object(map.clone()).to_string())
            .await
    }
}

/// A map among the options. One that cannot be read must not be written over.
pub(super) fn map(
    options: &BTreeMap<String, String>,
    name: &str,
) -> Result<Map<String, Value>, Fault> {
    match options.get(name).map(|text| text.trim()) {
        None | Some("") => Ok(Map::new()),
        Some(text) => serde_json::from_str(text).map_err(|error| {
            odd_answer(&say!("what-option", name = name))
                .advise(say!("owner-option-advice", error = error))
        }),
    }
}

fn in_dollars(price: &OwnerPrice) -> Value {
    let text = |money: Money| money.decimal(2);
    match price {
        OwnerPrice::PerCall(call) => json!({"call": text(*call)}),
        OwnerPrice::PerToken(prices) => json!({
            "input": text(prices.input), "output": text(prices.output),
            "cache_read": text(prices.cache_read), "cache_write": text(prices.cache_write),
        }),
    }
}

pub(super) fn no_such<'a>(
    told: impl FnOnce(String) -> String,
    name: &str,
    known: impl Iterator<Item = &'a String>,
) -> Fault {
    let known: Vec<&str> = known.map(String::as_str).collect();
    let fault = Fault::new(FaultKind::NotFound, told(format!("{name:?}")));
    if known.is_empty() {
        fault
    } else {
        fault.advise(say!("owner-there-are", names = listed(&known)))
    }
}
