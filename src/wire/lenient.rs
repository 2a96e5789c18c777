//! Deserialisers for what relays really send: numbers as strings, floats where integers belong, null for empty.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::takes::{Takes, Taking};

/// An integer from an integer, a float or a numeric string; 0 from anything else.
///
/// # Errors
/// Only when the input is not JSON at all.
pub fn int<'de, D: Deserializer<'de>>(input: D) -> Result<i64, D::Error> {
    Ok(opt_int(input)?.unwrap_or_default())
}

/// The same, with `None` for anything that is no number.
///
/// # Errors
/// Only when the input is not JSON at all.
pub fn opt_int<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i64>, D::Error> {
    Ok(as_int(&Value::deserialize(input)?))
}

/// A float from a number or a numeric string; `None` from anything else, such as the word for *automatic* in place of a ratio.
///
/// # Errors
/// Only when the input is not JSON at all.
pub fn opt_float<'de, D: Deserializer<'de>>(input: D) -> Result<Option<f64>, D::Error> {
    Ok(match Value::deserialize(input)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text
            .trim()
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite()),
        _ => None,
    })
}

/// A text; empty for null, and the JSON of anything else.
///
/// # Errors
/// Only when the input is not JSON at all.
pub fn text<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(input)? {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    })
}

/// A truth from a bool, a number or the words for one; false from anything else.
///
/// # Errors
/// Only when the input is not JSON at all.
pub fn truth<'de, D: Deserializer<'de>>(input: D) -> Result<bool, D::Error> {
    Ok(match Value::deserialize(input)? {
        Value::Bool(truth) => truth,
        Value::Number(number) => number.as_f64().is_some_and(|value| value != 0.0),
        Value::String(text) => matches!(text.as_str(), "true" | "1"),
        _ => false,
    })
}

/// A list whose odd elements are left out: one broken row must not hide the thousand good ones beside it. Anything that
/// is no list is the empty one.
///
/// # Errors
/// Only when the input is not JSON at all.
pub fn list<'de, T, D>(input: D) -> Result<Vec<T>, D::Error>
where
    T: DeserializeOwned,
    D: Deserializer<'de>,
{
    let mut rows = Vec::new();
    let take = |row: T| rows.push(row);
    Taking(&mut Rows::new(take)).deserialize(input)?;
    rows.shrink_to_fit();
    Ok(rows)
}

/// Reads one list of a document row by row and keeps none of it: each good row is handed on, odd ones are left out. A
/// document without such a list has no rows, and one that breaks off has those before the break.
pub fn each<T: DeserializeOwned>(document: &[u8], list: &str, take: impl FnMut(T)) {
    let rows = Rows::new(take);
    let mut document = serde_json::Deserializer::from_slice(document);
    // Whoever read the rest of the document knows whether it is sound.
    let _ = Taking(Member { list, rows }).deserialize(&mut document);
}

/// A list whose rows are handed on one by one, so that of thousands only one is in memory twice.
struct Rows<T, F> {
    take: F,
    of: PhantomData<T>,
}

impl<T, F: FnMut(T)> Rows<T, F> {
    fn new(take: F) -> Self {
        let of = PhantomData;
        Rows { take, of }
    }
}

impl<'de, T: DeserializeOwned, F: FnMut(T)> Takes<'de> for &mut Rows<T, F> {
    type Taken = ();

    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(row) = list.next_element::<Value>()? {
            if let Ok(row) = serde_json::from_value(row) {
                (self.take)(row);
            }
        }
        Ok(())
    }
}

/// A document, of which one list matters.
struct Member<'a, T, F> {
    list: &'a str,
    rows: Rows<T, F>,
}

impl<'de, T: DeserializeOwned, F: FnMut(T)> Takes<'de> for Member<'_, T, F> {
    type Taken = ();

    fn members<A: MapAccess<'de>>(mut self, mut document: A) -> Result<(), A::Error> {
        while let Some(name) = document.next_key::<String>()? {
            if name == self.list {
                document.next_value_seed(Taking(&mut self.rows))?;
            } else {
                document.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// A map by name; anything that is no map is the empty one.
///
/// # Errors
/// Only when the input is not JSON at all.
pub fn map<'de, D: Deserializer<'de>>(input: D) -> Result<BTreeMap<String, Value>, D::Error> {
    Ok(match Value::deserialize(input)? {
        Value::Object(members) => members.into_iter().collect(),
        _ => BTreeMap::new(),
    })
}

/// A list of texts, also from one text with commas; `None` from null and anything else. The empty list stays an empty list.
///
/// # Errors
/// Only when the input is not JSON at all.
pub fn opt_texts<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Vec<String>>, D::Error> {
    Ok(match Value::deserialize(input)? {
        Value::Array(rows) => Some(
            rows.into_iter()
                .filter_map(|row| match row {
                    Value::String(text) => Some(text),
                    _ => None,
                })
                .collect(),
        ),
        Value::String(text) => Some(
            text.split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
        ),
        _ => None,
    })
}

fn as_int(value: &Value) -> Option<i64> {
    let from_float =
        |float: f64| (float.is_finite() && float.abs() < 9.0e18).then_some(float.round() as i64);
    match value {
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().and_then(from_float)),
        Value::String(text) => {
            let text = text.trim();
            text.parse()
                .ok()
                .or_else(|| text.parse().ok().and_then(from_float))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Odd {
        #[serde(default, deserialize_with = "int")]
        a: i64,
        #[serde(default, deserialize_with = "opt_float")]
        b: Option<f64>,
        #[serde(default, deserialize_with = "text")]
        c: String,
        #[serde(default, deserialize_with = "truth")]
        d: bool,
    }

    #[test]
    fn odd_types_are_read_as_what_they_mean() {
        let odd: Odd = serde_json::from_str(r#"{"a":"12","b":"自动","c":null,"d":1}"#).unwrap();
        assert_eq!((odd.a, odd.b, odd.c.as_str(), odd.d), (12, None, "", true));
        let odd: Odd =
            serde_json::from_str(r#"{"a":500000.0,"b":"0.8","c":7,"d":"true"}"#).unwrap();
        assert_eq!(
            (odd.a, odd.b, odd.c.as_str(), odd.d),
            (500_000, Some(0.8), "7", true)
        );
        let odd: Odd = serde_json::from_str(r#"{"a":1e300,"b":[]}"#).unwrap();
        assert_eq!((odd.a, odd.b), (0, None));
    }

    #[derive(Deserialize)]
    struct Lists {
        #[serde(default, deserialize_with = "list")]
        rows: Vec<u8>,
        #[serde(default, deserialize_with = "opt_texts")]
        names: Option<Vec<String>>,
        #[serde(default, deserialize_with = "map")]
        by_name: BTreeMap<String, Value>,
    }

    #[test]
    fn rows_are_handed_on_one_by_one_wherever_their_list_stands() {
        let rows = |document: &str| {
            let mut rows = Vec::new();
            each(document.as_bytes(), "data", |row: u8| rows.push(row));
            rows
        };
        assert_eq!(
            rows(r#"{"a":{"data":[9]},"data":[1,null,"x",2],"b":[3]}"#),
            [1, 2]
        );
        for none in [
            "",
            "null",
            "[1]",
            "7",
            "{}",
            r#"{"data":null}"#,
            r#"{"data":{"x":1}}"#,
        ] {
            assert!(rows(none).is_empty(), "{none}");
        }
        assert_eq!(
            rows(r#"{"data":"x","b":1,"data":[4"#),
            [4],
            "what broke off"
        );
    }

    #[test]
    fn one_broken_row_hides_no_other() {
        let read = |text: &str| serde_json::from_str::<Lists>(text).unwrap();
        let lists = read(r#"{"rows":[1,null,"x",{},2],"names":["a",3,"b"],"by_name":[1]}"#);
        assert_eq!(lists.rows, [1, 2]);
        assert_eq!(lists.names, Some(vec!["a".to_owned(), "b".to_owned()]));
        assert!(lists.by_name.is_empty());
        let lists = read(r#"{"rows":{},"names":"a, b,","by_name":{"k":null}}"#);
        assert!(lists.rows.is_empty() && lists.by_name.contains_key("k"));
        assert_eq!(lists.names, Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(read(r#"{"names":null}"#).names, None);
        for odd in ["null", "true", "-1", "7", "1.5", "\"1,2\"", "{\"a\":[1]}"] {
            assert!(
                read(&format!("{{\"rows\":{odd}}}")).rows.is_empty(),
                "{odd}"
            );
        }
        assert_eq!(read(r#"{"names":[]}"#).names, Some(vec![]));
    }
}
