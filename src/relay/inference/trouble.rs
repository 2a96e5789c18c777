//! An upstream's trouble in the words of the protocol (`contract/new-api.md` 8.7): its own status, text, type and code
//! where it has some, and the protocol's words for what has none.

use std::borrow::Cow;

use axum::http::StatusCode;
use serde_json::Value;

use super::super::answers::{ApiError, OWN};
use super::super::channels::cooling::Cause;
use super::super::channels::{Channel, Upstream};
use super::super::upstream::UpstreamError;
use crate::wire::plain::without_marked_keys;

/// The longest text of an upstream that is passed on, in bytes.
const LONGEST: usize = 4_000;

/// Why an attempt with one channel failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub error: ApiError,
    /// Whether another channel may do better: its trouble is its own, not the request's.
    pub elsewhere: bool,
    /// Whether it looks as if the upstream did not know the protocol it was called in.
    pub says_unspoken: bool,
    /// What it says of the channel.
    pub cause: Cause,
}

impl Failure {
    /// A request that this channel cannot mean; another channel may.
    pub fn elsewhere(error: ApiError) -> Self {
        Failure::of(error, Cause::Request)
    }

    /// Trouble of a channel that another may not have.
    fn of(error: ApiError, cause: Cause) -> Self {
        Failure {
            error,
            elsewhere: true,
            says_unspoken: false,
            cause,
        }
    }
}

/// What a refusal says of the channel (`contract/new-api.md` 8.7: an operator's troubles are not the client's).
fn cause_of(error: &ApiError) -> Cause {
    let code = error.code_text();
    let says = |words: &[&str]| {
        words
            .iter()
            .any(|word| code.contains(word) || error.kind.contains(word))
    };
    match error.status.as_u16() {
        _ if says(&["insufficient", "quota_exceeded", "billing"]) => Cause::Refused,
        401 | 402 => Cause::Refused,
        // What a relay says of a name or a group, whatever the status (S-93).
        _ if says(&["model_not_found", "get_channel_failed", "model_price_error"]) => Cause::Model,
        // A place or a plan that has no access: to this model, as a rule.
        403 | 404 => Cause::Model,
        429 => Cause::Busy(error.retry_after),
        503 | 529 if error.retry_after.is_some() => Cause::Busy(error.retry_after),
        408 | 500.. => Cause::Down,
        _ => Cause::Request,
    }
}

/// The upstream could not be reached, was too slow, or broke off before it said anything.
pub fn from_error(error: &UpstreamError) -> Failure {
    let (status, code) = match error {
        UpstreamError::Unreachable(_) => (StatusCode::INTERNAL_SERVER_ERROR, "do_request_failed"),
        UpstreamError::TimedOut(_) => (
            StatusCode::GATEWAY_TIMEOUT,
            "channel:response_time_exceeded",
        ),
        UpstreamError::Cut(_) => (StatusCode::BAD_GATEWAY, "read_response_body_failed"),
    };
    let error = ours(status, code, format!("upstream error: {error}"));
    Failure::of(error, Cause::Down)
}

/// The upstream answered with a status that is no success.
pub fn from_status(
    channel: &Channel,
    status: u16,
    retry_after: Option<u64>,
    body: &[u8],
) -> Failure {
    // A status that is no failure (a redirect) is still no answer.
    let told = StatusCode::from_u16(status)
        .ok()
        .filter(|status| status.is_client_error() || status.is_server_error());
    let mut error = error_in(body).map_or_else(
        || {
            ours(
                told.unwrap_or(StatusCode::BAD_GATEWAY),
                "bad_response_status_code",
                format!("bad response status code {status}"),
            )
        },
        |value| from_value(channel, told, &value).error,
    );
    error.retry_after = retry_after;
    // What is wrong with the request stays wrong elsewhere.
    let elsewhere = !matches!(status, 400 | 405 | 406 | 409 | 411 | 413 | 415 | 422);
    let cause = if elsewhere {
        cause_of(&error)
    } else {
        Cause::Request
    };
    Failure {
        elsewhere,
        ..Failure::of(error, cause)
    }
}

/// The upstream sent an error where an answer should be: instead of it, or in the middle of a stream.
pub fn from_value(channel: &Channel, status: Option<StatusCode>, error: &Value) -> Failure {
    let text = |name: &str| error.get(name).and_then(Value::as_str);
    let kind = text("type").unwrap_or_default();
    let status = status
        .or_else(|| number_as_status(error.get("code")))
        .or_else(|| number_as_status(error.get("status")))
        .or_else(|| number_as_status(error.get("status_code")))
        .unwrap_or(match kind {
            "invalid_request_error" => StatusCode::BAD_REQUEST,
            "rate_limit_error" | "rate_limit_exceeded" => StatusCode::TOO_MANY_REQUESTS,
            "overloaded_error" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_GATEWAY,
        });
    let message = error
        .as_str()
        .or_else(|| text("message"))
        .filter(|message| !message.trim().is_empty())
        .unwrap_or("the upstream failed without saying why");
    // Clients tell our own refusals from an upstream's by the type and by how many request ids follow the message. An
    // upstream that is a relay too appends its own; one that only borrows the type must not pass for us. What is built in
    // is a part of us, and says what we would (X-09).
    let borrowed = matches!(kind, OWN | "one_api_error")
        && !message.contains("(request id:")
        && !matches!(channel.upstream, Upstream::BuiltIn);
    let kind = if kind.is_empty() || borrowed {
        "upstream_error"
    } else {
        kind
    };
    // Another upstream behind it may tell a key of its own.
    let said = |text: &str| shorten(&without_marked_keys(&channel.scrub(text)));
    let mark = |name: &str| match error.get(name) {
        Some(Value::String(text)) => Value::String(said(text)),
        Some(Value::Number(number)) => Value::Number(number.clone()),
        _ => Value::Null,
    };
    let error = ApiError {
        status,
        code: Box::new(mark("code")),
        kind: Cow::Owned(said(kind)),
        message: said(message),
        param: Box::new(mark("param")),
        retry_after: None,
    };
    let cause = cause_of(&error);
    Failure::of(error, cause)
}

/// The relay itself ends while a request runs.
pub fn stopping() -> ApiError {
    ApiError::own(
        StatusCode::SERVICE_UNAVAILABLE,
        "relay_stopping",
        "the relay is shutting down; the answer was cut",
    )
}

/// An event that says why an answer failed, with the whole answer so far: what may be a key is masked in its error, and only
/// the channel's own in the rest, which is the answer's.
pub fn masked_event(channel: &Channel, event: &[u8]) -> String {
    let text = channel.scrub(&String::from_utf8_lossy(event));
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let Some(data) = line.strip_prefix("data:") else {
            out.push_str(line);
            continue;
        };
        match serde_json::from_str::<Value>(data) {
            Ok(mut document) => {
                for place in ["/error", "/response/error"] {
                    if let Some(error) = document.pointer_mut(place) {
                        mask_in(error);
                    }
                }
                out.push_str("data: ");
                out.push_str(&document.to_string());
                out.push('\n');
            }
            Err(_) => {
                out.push_str("data:");
                out.push_str(&without_marked_keys(data));
            }
        }
    }
    out
}

/// Masks what may be a key in every text of a document.
fn mask_in(value: &mut Value) {
    match value {
        Value::String(text) => *text = without_marked_keys(text),
        Value::Array(items) => items.iter_mut().for_each(mask_in),
        Value::Object(members) => members.values_mut().for_each(mask_in),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The upstream ended without an answer.
pub fn empty() -> Failure {
    let error = ours(
        StatusCode::INTERNAL_SERVER_ERROR,
        "empty_response",
        "upstream error: the answer was empty".into(),
    );
    Failure::of(error, Cause::Down)
}

/// The upstream sent something else than an answer: a web page, or garbage.
pub fn foreign(body: &[u8]) -> Failure {
    let page = body.trim_ascii_start().starts_with(b"<");
    let what = if page {
        "a web page instead of an answer; the channel's address may be wrong"
    } else {
        "something that is no answer"
    };
    let error = ours(
        StatusCode::INTERNAL_SERVER_ERROR,
        "bad_response_body",
        format!("upstream error: it sent {what}"),
    );
    Failure {
        says_unspoken: page,
        ..Failure::of(error, Cause::Down)
    }
}

fn ours(status: StatusCode, code: &'static str, message: String) -> ApiError {
    ApiError {
        kind: Cow::Borrowed("upstream_error"),
        ..ApiError::own(status, code, message)
    }
}

/// The error inside a body, in any of the shapes upstreams use.
fn error_in(body: &[u8]) -> Option<Value> {
    let value: Value = serde_json::from_slice(body).ok()?;
    if let Some(error) = value.get("error").filter(|error| !error.is_null()) {
        return Some(error.clone());
    }
    if let Some(detail) = value.get("detail").filter(|detail| !detail.is_null()) {
        let text = detail
            .as_str()
            .map_or_else(|| detail.to_string(), str::to_owned);
        return Some(Value::from(text));
    }
    value.get("message").is_some().then_some(value)
}

fn number_as_status(value: Option<&Value>) -> Option<StatusCode> {
    let value = value?;
    let number = value
        .as_u64()
        .or_else(|| value.as_str()?.parse().ok())
        .and_then(|number| u16::try_from(number).ok())?;
    (400..600)
        .contains(&number)
        .then(|| StatusCode::from_u16(number).ok())?
}

fn shorten(text: &str) -> String {
    match text.char_indices().find(|(at, _)| *at >= LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::channels::tests::channel;
    use super::*;
    use serde_json::json;

    fn ready() -> Channel {
        Channel::from_stored(channel(1, 0, 0)).unwrap()
    }

    #[test]
    fn an_upstreams_own_words_are_kept_and_its_key_is_not() {
        let body = json!({"error": {"message": "Incorrect API key provided: upstream-secret.", "type": "invalid_request_error", "code": "invalid_api_key", "param": null}});
        let failure = from_status(&ready(), 401, Some(3), body.to_string().as_bytes());
        assert_eq!(failure.error.status, StatusCode::UNAUTHORIZED);
        assert_eq!(*failure.error.code, json!("invalid_api_key"));
        assert_eq!(failure.error.retry_after, Some(3));
        assert!(failure.elsewhere && !failure.error.message.contains("upstream-secret"));
    }

    #[test]
    fn its_key_is_in_no_member_of_an_error() {
        let key = "upstream-secret";
        let error = json!({"message": key, "type": key, "code": format!("bad {key}"), "param": {"key": key}});
        let told = from_value(&ready(), None, &error).error;
        assert!(!format!("{told:?}").contains(key), "{told:?}");
        assert_eq!(*told.param, Value::Null);
        let other = format!("sk-{}", "aB3x9Zk7".repeat(5));
        let error = json!({"message": format!("no {other}"), "code": other});
        let told = from_value(&ready(), None, &error).error;
        assert!(!format!("{told:?}").contains(&other), "{told:?}");
        let error = json!({"message": "x", "code": "y".repeat(9_999), "param": 7});
        let told = from_value(&ready(), None, &error).error;
        assert!(told.code_text().len() < 2 * LONGEST && *told.param == json!(7));
    }

    #[test]
    fn a_body_without_words_gets_the_protocols() {
        for body in [&b""[..], b"<html>502</html>", b"{}", b"[]"] {
            let failure = from_status(&ready(), 502, None, body);
            assert_eq!(failure.error.message, "bad response status code 502");
            assert_eq!(*failure.error.code, json!("bad_response_status_code"));
        }
        assert_eq!(
            from_status(&ready(), 302, None, b"").error.status,
            StatusCode::BAD_GATEWAY
        );
    }

    #[test]
    fn what_a_failure_says_of_its_channel() {
        for (status, wait, body, cause) in [
            (401, None, "{}", Cause::Refused),
            (429, Some(7), "{}", Cause::Busy(Some(7))),
            (
                429,
                None,
                r#"{"error":{"message":"x","code":"insufficient_quota"}}"#,
                Cause::Refused,
            ),
            (
                403,
                None,
                r#"{"error":{"message":"x","code":"insufficient_user_quota"}}"#,
                Cause::Refused,
            ),
            (403, None, "{}", Cause::Model),
            (404, None, "{}", Cause::Model),
            (
                503,
                None,
                r#"{"error":{"message":"x","code":"model_not_found"}}"#,
                Cause::Model,
            ),
            (503, None, "{}", Cause::Down),
            (529, Some(3), "{}", Cause::Busy(Some(3))),
            (502, None, "<html>", Cause::Down),
            (400, None, "{}", Cause::Request),
            (413, None, "{}", Cause::Request),
        ] {
            let failure = from_status(&ready(), status, wait, body.as_bytes());
            assert_eq!(failure.cause, cause, "{status} {body}");
        }
        assert_eq!(empty().cause, Cause::Down);
        assert_eq!(from_error(&UpstreamError::TimedOut(1)).cause, Cause::Down);
    }

    #[test]
    fn other_shapes_are_understood() {
        for (body, message) in [
            (json!({"error": "no such model"}), "no such model"),
            (json!({"detail": "Not Found"}), "Not Found"),
            (json!({"message": "busy", "code": 503}), "busy"),
            (
                json!({"error": {"message": ""}}),
                "the upstream failed without saying why",
            ),
        ] {
            let failure = from_status(&ready(), 404, None, body.to_string().as_bytes());
            assert_eq!(failure.error.message, message);
        }
        assert!(!from_status(&ready(), 400, None, b"{}").elsewhere);
    }

    #[test]
    fn an_error_in_a_stream_finds_its_status() {
        let status = |error: Value| from_value(&ready(), None, &error).error.status.as_u16();
        assert_eq!(status(json!({"code": 429})), 429);
        assert_eq!(status(json!({"code": "503"})), 503);
        assert_eq!(
            status(json!({"code": 200, "type": "invalid_request_error"})),
            400
        );
        assert_eq!(status(json!("text")), 502);
    }

    #[test]
    fn nobody_else_passes_for_us() {
        let kind = |message: &str| {
            let error = json!({"message": message, "type": "new_api_error"});
            from_value(&ready(), None, &error).error.kind
        };
        assert_eq!(kind("no"), "upstream_error");
        assert_eq!(
            kind("no (request id: 1)"),
            "new_api_error",
            "a relay behind us: two ids tell it"
        );
    }
}
