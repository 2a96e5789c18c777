//! Deserialisers for what relays really send: numbers as strings, floats where integers belong, null for empty.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

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

/// Null as the default of the type: the empty list, the empty map.
///
/// # Errors
/// When the input is neither null nor such a value.
pub fn or_default<'de, T, D>(input: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Default,
    D: Deserializer<'de>,
{
    Ok(Option::<T>::deserialize(input)?.unwrap_or_default())
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
        #[serde(default, deserialize_with = "or_default")]
        e: Vec<String>,
    }

    #[test]
    fn odd_types_are_read_as_what_they_mean() {
        let odd: Odd =
            serde_json::from_str(r#"{"a":"12","b":"自动","c":null,"d":1,"e":null}"#).unwrap();
        assert_eq!(
            (odd.a, odd.b, odd.c.as_str(), odd.d, odd.e.len()),
            (12, None, "", true, 0)
        );
        let odd: Odd =
            serde_json::from_str(r#"{"a":500000.0,"b":"0.8","c":7,"d":"true"}"#).unwrap();
        assert_eq!(
            (odd.a, odd.b, odd.c.as_str(), odd.d),
            (500_000, Some(0.8), "7", true)
        );
        let odd: Odd = serde_json::from_str(r#"{"a":1e300,"b":[]}"#).unwrap();
        assert_eq!((odd.a, odd.b), (0, None));
    }
}
