//! The console's answers: their envelope, and what their failures mean (`contract/new-api.md` 1.1, 1.2, 2.4, 5).
//!
//! The HTTP status says little: most failures come with 200 and `success: false`, a missing route answers in the shape
//! of the model API or as another route's failure, limiters answer nothing at all.

use serde_json::Value;

use super::openai_error::{ErrorAnswer, ErrorText, Shape, classify, read_error};
use crate::domain::{Fault, FaultKind as Kind};
use crate::locale::{Word, foreign, say};

/// The document of an answer that worked.
///
/// # Errors
/// What the answer's failure means. An answer without `success` is judged by `code`, then by `message`.
pub fn document(answer: &ErrorAnswer<'_>) -> Result<Value, Fault> {
    let good = answer
        .status
        .is_none_or(|status| (200..300).contains(&status));
    if good
        && let Ok(value) = serde_json::from_slice::<Value>(answer.body)
        && value.is_object()
        && worked(&value)
    {
        return Ok(value);
    }
    Err(failure(answer))
}

/// Whether an envelope says that it worked.
fn worked(value: &Value) -> bool {
    match (value.get("success"), value.get("code")) {
        (Some(Value::Bool(worked)), _) => *worked,
        (None, Some(Value::Bool(worked))) => *worked,
        _ if value.get("error").is_some_and(|error| !error.is_null()) => false,
        _ => match value.get("message").and_then(Value::as_str) {
            Some("success") => true,
            Some("error") => false,
            _ => value.get("data").is_some(),
        },
    }
}

/// What a console's failure means.
pub fn failure(answer: &ErrorAnswer<'_>) -> Fault {
    let status = answer.status.unwrap_or(200);
    let text = read_error(answer.body);
    let fault = match judge(status, &text) {
        Some((kind, head, advice)) => {
            let message = match text.message.as_str() {
                "" => say!("trouble-relay-status", head = head, status = status),
                words => say!("trouble-relay-says", head = head, words = foreign(words)),
            };
            let mut fault = Fault::new(kind, message).with_status(status);
            if let Some(advice) = advice {
                fault = fault.advise(advice);
            }
            fault
        }
        // Pages, limiters and trouble of the server mean the same as on the model API.
        None => classify(answer),
    };
    let mut fault = fault.with_request_id(answer.request_id.map(str::to_owned));
    fault.retry_after = answer.retry_after;
    fault
}

type Judgement = Option<(Kind, &'static str, Option<&'static str>)>;

const REFUSED: Word = Word("trouble-relay-token-refused");
const NEW_TOKEN: Word = Word("trouble-relay-token-advice");

fn judge(status: u16, text: &ErrorText) -> Judgement {
    if text.shape != Shape::Json {
        return None;
    }
    let says = |needles: &[&str]| {
        let lower = text.message.to_lowercase();
        needles.iter().any(|needle| lower.contains(needle))
    };
    let coded = by_code(&text.code);
    if coded.is_some() {
        return coded;
    }
    // An unknown path answers like the model API; one segment under a list falls into the route of its members.
    if status == 404 || says(&["strconv.atoi", "invalid url ("]) {
        return Some((Kind::Unsupported, say!("trouble-relay-no-function"), None));
    }
    if wanted_header(&text.message).is_some() {
        return Some((
            Kind::CredentialRefused,
            say!("trouble-relay-wants-number"),
            Some(say!("trouble-relay-wants-number-advice")),
        ));
    }
    if status == 401
        || says(&[
            "access token 无效",
            "invalid access token",
            "未提供 access token",
            "no access token provided",
        ])
    {
        return Some((
            Kind::CredentialRefused,
            REFUSED.say(),
            Some(NEW_TOKEN.say()),
        ));
    }
    if says(&["封禁", "banned"]) {
        let advice = say!("trouble-relay-banned");
        return Some((
            Kind::Forbidden,
            say!("trouble-relay-forbidden"),
            Some(advice),
        ));
    }
    if says(&["pricing is disabled"]) {
        return Some((Kind::Unsupported, say!("trouble-relay-prices-hidden"), None));
    }
    if status == 403 || says(&["权限不足", "insufficient privilege"]) {
        return Some((Kind::Forbidden, say!("trouble-relay-forbidden"), None));
    }
    if says(&["record not found", "不存在"]) {
        return Some((Kind::NotFound, say!("trouble-relay-not-found"), None));
    }
    if says(&["令牌数量限制", "number of tokens reached"]) {
        let advice = say!("trouble-relay-keys-full-advice");
        return Some((
            Kind::BadRequest,
            say!("trouble-relay-keys-full"),
            Some(advice),
        ));
    }
    if says(&["名称过长", "name is too long"]) {
        let advice = say!("trouble-relay-name-refused-advice");
        return Some((
            Kind::BadRequest,
            say!("trouble-relay-name-refused"),
            Some(advice),
        ));
    }
    let failed = status == 429 || status >= 500;
    (!failed).then_some((Kind::BadRequest, say!("trouble-relay-refused"), None))
}

/// The codes of July 2026 and later.
fn by_code(code: &str) -> Judgement {
    Some(match code {
        "AUTH_INSUFFICIENT_PRIVILEGE" => (Kind::Forbidden, say!("trouble-relay-forbidden"), None),
        "AUTH_SESSION_REQUIRED" => (
            Kind::Unsupported,
            say!("trouble-relay-wants-login"),
            Some(say!("trouble-relay-wants-login-advice")),
        ),
        "AUTH_USER_DISABLED" | "AUTH_USER_INVALID" => (
            Kind::Forbidden,
            say!("trouble-relay-account-disabled"),
            Some(say!("trouble-relay-ask-support")),
        ),
        "AUTH_INTERNAL_ERROR" => (Kind::Server, say!("trouble-relay-server"), None),
        "ACCESS_TOKEN_EXPIRED" => (
            Kind::CredentialRefused,
            say!("trouble-relay-token-expired"),
            Some(NEW_TOKEN.say()),
        ),
        "ACCESS_TOKEN_LEGACY_RETIRED" => (
            Kind::CredentialRefused,
            say!("trouble-relay-token-old"),
            Some(say!("trouble-relay-token-old-advice")),
        ),
        "ACCESS_TOKEN_SCOPE_DENIED" | "ACCESS_TOKEN_ROUTE_UNDECLARED" => (
            Kind::Forbidden,
            say!("trouble-relay-token-lacks"),
            Some(say!("trouble-relay-token-lacks-advice")),
        ),
        code if code.starts_with("AUTH_") => (
            Kind::CredentialRefused,
            REFUSED.say(),
            Some(NEW_TOKEN.say()),
        ),
        _ => return None,
    })
}

/// The header a relay asks for the account's number in, from the message that misses it: `New-Api-User`, or a fork's own.
pub fn wanted_header(message: &str) -> Option<&str> {
    let plain = |letter: char| letter.is_ascii_alphabetic() || letter == '-';
    message.split(|letter| !plain(letter)).find(|word| {
        word.len() > 5
            && word.len() < 40
            && (word.to_ascii_lowercase().ends_with("-user")
                || word.eq_ignore_ascii_case("user-id"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Result<Value, Fault> {
        document(&ErrorAnswer {
            status: Some(status),
            body: body.as_bytes(),
            ..ErrorAnswer::default()
        })
    }

    #[test]
    fn every_envelope_that_worked_is_read() {
        for body in [
            r#"{"success":true,"message":"","data":[1]}"#,
            r#"{"success":true}"#,
            r#"{"code":true,"message":"ok","data":{}}"#,
            r#"{"message":"success","data":"x"}"#,
            r#"{"data":[{"id":1}],"total_count":1}"#,
        ] {
            assert!(answer(200, body).is_ok(), "{body}");
        }
    }

    #[test]
    fn failures_of_every_era_are_understood() {
        for (status, body, kind) in [
            (
                401,
                r#"{"success":false,"message":"无权进行此操作，未登录且未提供 access token"}"#,
                Kind::CredentialRefused,
            ),
            (
                200,
                r#"{"success":false,"message":"无权进行此操作，access token 无效"}"#,
                Kind::CredentialRefused,
            ),
            (
                200,
                r#"{"success":false,"message":"Unauthorized, invalid access token"}"#,
                Kind::CredentialRefused,
            ),
            (
                401,
                r#"{"success":false,"message":"Unauthorized, New-Api-User header not provided"}"#,
                Kind::CredentialRefused,
            ),
            (
                401,
                r#"{"success":false,"code":"AUTH_UNAUTHORIZED","message":"x"}"#,
                Kind::CredentialRefused,
            ),
            (
                401,
                r#"{"success":false,"code":"AUTH_TOKEN_EXPIRED","message":"x"}"#,
                Kind::CredentialRefused,
            ),
            (
                401,
                r#"{"success":false,"code":"AUTH_USER_DISABLED","message":"x"}"#,
                Kind::Forbidden,
            ),
            (
                403,
                r#"{"success":false,"code":"AUTH_INSUFFICIENT_PRIVILEGE","message":"x"}"#,
                Kind::Forbidden,
            ),
            (
                403,
                r#"{"success":false,"code":"AUTH_SESSION_REQUIRED","message":"x"}"#,
                Kind::Unsupported,
            ),
            (
                401,
                r#"{"success":false,"code":"ACCESS_TOKEN_LEGACY_RETIRED","message":"x"}"#,
                Kind::CredentialRefused,
            ),
            (
                403,
                r#"{"success":false,"code":"ACCESS_TOKEN_SCOPE_DENIED","message":"The access token lacks the required permission: api_key:write"}"#,
                Kind::Forbidden,
            ),
            (
                200,
                r#"{"success":false,"message":"用户已被封禁"}"#,
                Kind::Forbidden,
            ),
            (
                200,
                r#"{"success":false,"message":"Unauthorized, insufficient privileges"}"#,
                Kind::Forbidden,
            ),
            (
                200,
                r#"{"success":false,"message":"record not found"}"#,
                Kind::NotFound,
            ),
            (
                200,
                r#"{"success":false,"message":"strconv.Atoi: parsing \"checkin\": invalid syntax"}"#,
                Kind::Unsupported,
            ),
            (
                404,
                r#"{"error":{"message":"Invalid URL (GET /api/pricing)","type":"invalid_request_error","param":"","code":""}}"#,
                Kind::Unsupported,
            ),
            (
                403,
                r#"{"success":false,"message":"pricing is disabled"}"#,
                Kind::Unsupported,
            ),
            (
                200,
                r#"{"success":false,"message":"已达到最大令牌数量限制 (1000)"}"#,
                Kind::BadRequest,
            ),
            (
                200,
                r#"{"success":false,"message":"令牌名称过长"}"#,
                Kind::BadRequest,
            ),
            (
                200,
                r#"{"message":"error","data":"参数错误"}"#,
                Kind::BadRequest,
            ),
            (429, "", Kind::RateLimited),
            (500, "", Kind::Server),
            (413, "", Kind::BadRequest),
            (200, "<!doctype html><title>Relay</title>", Kind::NotAnApi),
            (200, "", Kind::NotAnApi),
            (502, "<html>bad gateway</html>", Kind::Server),
        ] {
            let fault = answer(status, body).unwrap_err();
            assert_eq!(fault.kind, kind, "{status} {body}: {fault}");
            assert!(!fault.message.is_empty() && !fault.advice.is_empty());
        }
    }

    #[test]
    fn the_header_a_relay_wants_is_read_from_its_message() {
        for (message, header) in [
            ("无权进行此操作，未提供 New-Api-User", Some("New-Api-User")),
            (
                "Unauthorized, Veloera-User header not provided",
                Some("Veloera-User"),
            ),
            ("missing header: User-id", Some("User-id")),
            ("access token 无效", None),
            ("the user may not", None),
        ] {
            assert_eq!(wanted_header(message), header, "{message}");
        }
    }
}
