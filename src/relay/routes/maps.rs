//! The options that are maps: groups and prices. Each is read from its table and written whole, as the protocol has it
//! (`contract/new-api.md` 9.2); a map that cannot be read changes nothing.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde_json::{Map, Number, Value, json};

use super::super::catalog::{Catalog, dollars};
use super::super::store::prices::Column;
use super::super::store::{StoreError, groups, prices};
use crate::domain::group::AUTO;
use crate::domain::{Money, Ratio};

/// The longest name of a group, in characters.
const LONGEST_GROUP: usize = 50;
/// The longest name of a model, in bytes.
const LONGEST_MODEL: usize = 200;
/// The longest description, in characters.
const LONGEST_DESCRIPTION: usize = 200;
/// The dearest call, in dollars.
const DEAREST: f64 = 1_000_000.0;

/// A map among the options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapOption {
    GroupRatio,
    UserUsableGroups,
    Prices(Column),
}

/// Every map with its name in the protocol.
pub const MAPS: [(&str, MapOption); 7] = [
    ("GroupRatio", MapOption::GroupRatio),
    ("UserUsableGroups", MapOption::UserUsableGroups),
    ("ModelRatio", MapOption::Prices(Column::ModelRatio)),
    (
        "CompletionRatio",
        MapOption::Prices(Column::CompletionRatio),
    ),
    ("CacheRatio", MapOption::Prices(Column::CacheRatio)),
    (
        "CreateCacheRatio",
        MapOption::Prices(Column::CreateCacheRatio),
    ),
    ("ModelPrice", MapOption::Prices(Column::CallPrice)),
];

/// A map that was read and found good.
pub enum Checked {
    Ratios(BTreeMap<String, Ratio>),
    Descriptions(BTreeMap<String, String>),
    /// In the unit of its column.
    Prices(Column, Vec<(String, i64)>),
}

impl MapOption {
    /// The map as it stands.
    pub fn now(self, catalog: &Catalog) -> Value {
        let map: Map<String, Value> = match self {
            MapOption::GroupRatio => catalog
                .groups()
                .map(|group| (group.name.clone(), json!(group.ratio.to_f64())))
                .collect(),
            MapOption::UserUsableGroups => catalog
                .groups()
                .filter(|group| group.usable)
                .map(|group| (group.name.clone(), json!(group.description)))
                .collect(),
            MapOption::Prices(column) => catalog
                .own_prices()
                .filter_map(|(model, price)| {
                    let value = match (column, price.part(column)?) {
                        (Column::CallPrice, nanos) => dollars(Money::from_nanos(nanos)),
                        (_, billionths) => Ratio::from_billionths(billionths).to_f64(),
                    };
                    Some((model.to_owned(), json!(value)))
                })
                .collect(),
        };
        Value::Object(map)
    }

    /// Reads a map that was sent: JSON, or JSON inside a text.
    ///
    /// # Errors
    /// A sentence about the first thing that cannot be.
    pub fn check(self, value: &Value) -> Result<Checked, String> {
        let map: Map<String, Value> = match value {
            Value::Object(map) => map.clone(),
            Value::String(text) => {
                serde_json::from_str(text).map_err(|error| format!("it is no JSON map: {error}"))?
            }
            _ => return Err("it is a JSON map, written in a text".into()),
        };
        let entries = map.iter();
        match self {
            MapOption::GroupRatio => entries
                .map(|(name, value)| Ok((group_name(name)?, ratio(name, value)?)))
                .collect::<Result<_, String>>()
                .map(Checked::Ratios),
            MapOption::UserUsableGroups => entries
                .map(|(name, value)| Ok((group_name(name)?, description(name, value)?)))
                .collect::<Result<_, String>>()
                .map(Checked::Descriptions),
            MapOption::Prices(column) => entries
                .map(|(name, value)| {
                    let value = match column {
                        Column::CallPrice => call_price(name, value)?.nanos(),
                        _ => ratio(name, value)?.billionths(),
                    };
                    Ok((model_name(name)?, value))
                })
                .collect::<Result<_, String>>()
                .map(|map| Checked::Prices(column, map)),
        }
    }
}

impl Checked {
    /// Writes it.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when something still depends on what would go.
    pub fn write(&self, connection: &Connection) -> Result<(), StoreError> {
        match self {
            Checked::Ratios(map) => groups::put_ratios(connection, map),
            Checked::Descriptions(map) => Ok(groups::put_usable(connection, map)?),
            Checked::Prices(column, map) => Ok(prices::put_column(connection, *column, map)?),
        }
    }
}

fn group_name(name: &str) -> Result<String, String> {
    let odd = |letter: char| letter.is_control() || letter == ',';
    if name == AUTO {
        return Err("auto is no group of its own; the option AutoGroups says for which automatic keys try others".into());
    }
    if name.trim() != name || name.is_empty() || name.chars().any(odd) {
        return Err(format!("{name:?} cannot be the name of a group"));
    }
    if name.chars().count() > LONGEST_GROUP {
        return Err(format!(
            "a group's name has at most {LONGEST_GROUP} characters"
        ));
    }
    Ok(name.to_owned())
}

fn model_name(name: &str) -> Result<String, String> {
    if name.is_empty() || name.len() > LONGEST_MODEL || name.chars().any(char::is_control) {
        return Err(format!("{name:?} cannot be the name of a model"));
    }
    Ok(name.to_owned())
}

fn description(name: &str, value: &Value) -> Result<String, String> {
    let Value::String(text) = value else {
        return Err(format!("the description of {name:?} is a text"));
    };
    if text.chars().count() > LONGEST_DESCRIPTION || text.chars().any(char::is_control) {
        return Err(format!(
            "the description of {name:?} is one line of at most {LONGEST_DESCRIPTION} characters"
        ));
    }
    Ok(text.trim().to_owned())
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Number::as_f64(number),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn ratio(name: &str, value: &Value) -> Result<Ratio, String> {
    number(value)
        .and_then(Ratio::from_f64)
        .ok_or_else(|| format!("the ratio of {name:?} is a number from 0 to 1000000, not {value}"))
}

fn call_price(name: &str, value: &Value) -> Result<Money, String> {
    let dollars = number(value).filter(|dollars| (0.0..=DEAREST).contains(dollars));
    let dollars = dollars.ok_or_else(|| {
        format!("the price of {name:?} is a number of dollars from 0 to {DEAREST}, not {value}")
    })?;
    Ok(Money::from_nanos((dollars * 1e9).round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_come_as_json_or_as_text_and_nonsense_is_told() {
        let ratios = |value: Value| match MapOption::GroupRatio.check(&value) {
            Ok(Checked::Ratios(map)) => Ok(map),
            Ok(_) => panic!("ratios are ratios"),
            Err(why) => Err(why),
        };
        let half = Ratio::from_billionths(500_000_000);
        for value in [
            json!({"default": 1, "vip": 0.5}),
            json!("{\"default\": 1, \"vip\": \"0.5\"}"),
        ] {
            let map = ratios(value).unwrap();
            assert_eq!((map["default"], map["vip"]), (Ratio::ONE, half));
        }
        for (value, told) in [
            (json!("{"), "JSON map"),
            (json!([1]), "JSON map"),
            (json!(5), "JSON map"),
            (json!({"a": -1}), "from 0"),
            (json!({"a": 1e12}), "from 0"),
            (json!({"a": null}), "from 0"),
            (json!({"": 1}), "cannot be"),
            (json!({" a": 1}), "cannot be"),
            (json!({"a,b": 1}), "cannot be"),
            (json!({"auto": 1}), "automatic"),
        ] {
            let why = ratios(value.clone()).unwrap_err();
            assert!(why.contains(told), "{value}: {why}");
        }
        let call = MapOption::Prices(Column::CallPrice);
        let Ok(Checked::Prices(_, map)) = call.check(&json!({"m": 0.04})) else {
            panic!("a price by the call")
        };
        assert_eq!(map, [("m".to_owned(), 40_000_000)]);
        assert!(call.check(&json!({"m": "dear"})).is_err());
        assert!(MapOption::UserUsableGroups.check(&json!({"a": 1})).is_err());
    }
}
