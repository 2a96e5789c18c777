//! What is sent to the console: JSON bodies, and the numbers in them as many languages write them.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::super::answers::refused;
use super::super::app::App;
use super::super::inference::body;
use super::super::rows::Account;

/// The largest body the console reads.
const LARGEST: usize = 1024 * 1024;

/// Who sends a request, and the JSON in its body.
pub async fn by<T: DeserializeOwned>(
    app: &App,
    request: Request,
    who: impl Fn(&App, &HeaderMap) -> Result<Account, Box<Response>>,
) -> Result<(Account, T), Box<Response>> {
    let (parts, body) = request.into_parts();
    let account = who(app, &parts.headers)?;
    Ok((account, json(app, body).await?))
}

/// Reads a JSON body.
pub async fn json<T: DeserializeOwned>(app: &App, body: Body) -> Result<T, Box<Response>> {
    let most = LARGEST.min(app.limits.body);
    let text = body::read(body, most, app.limits.client)
        .await
        .map_err(|error| Box::new(refused(error.status, &error.code_text(), &error.message)))?;
    serde_json::from_slice(&text).map_err(|error| {
        Box::new(refused(
            StatusCode::BAD_REQUEST,
            "INVALID_REQUEST",
            &format!("Invalid parameters: {error}"),
        ))
    })
}

/// A whole number, also when it is written as `5.0` or `"5"`; nothing when it is null.
pub fn whole<'de, D: Deserializer<'de>>(input: D) -> Result<Option<i64>, D::Error> {
    let value = Value::deserialize(input)?;
    let found = match &value {
        Value::Null => return Ok(None),
        Value::Number(number) => number.as_i64().or_else(|| {
            let float = number.as_f64()?;
            (float.fract() == 0.0 && float.abs() < 9.0e15).then_some(float as i64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    found
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("{value} is not a whole number")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Sent {
        #[serde(default, deserialize_with = "whole")]
        n: Option<i64>,
    }

    #[test]
    fn whole_numbers_of_any_spelling_are_read_and_others_refused() {
        for (json, expected) in [
            ("{}", Some(None)),
            (r#"{"n":null}"#, Some(None)),
            (r#"{"n":5}"#, Some(Some(5))),
            (r#"{"n":500000.0}"#, Some(Some(500_000))),
            (r#"{"n":"-1"}"#, Some(Some(-1))),
            (r#"{"n":0.5}"#, None),
            (r#"{"n":1e300}"#, None),
            (r#"{"n":"many"}"#, None),
            (r#"{"n":[]}"#, None),
        ] {
            let read = serde_json::from_str::<Sent>(json).map(|sent| sent.n).ok();
            assert_eq!(read, expected, "{json}");
        }
    }
}
