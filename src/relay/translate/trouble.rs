//! An upstream's error, understood once and told in the shape and the words of whichever protocol was called.
//!
//! The status stays the upstream's own (`contract/new-api.md` 8.7); only what no client of the protocol knows is
//! replaced. The message stays too, with the ids of the relays it came through: who reads it needs to count them.

use serde_json::{Value, json};

use super::Dialect;
use crate::wire::openai_error::{ErrorText, Shape, read_error};

/// What kind of trouble it is. Each dialect has a word and a status for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TroubleKind {
    /// The request is wrong.
    BadRequest,
    /// The key is refused.
    Authentication,
    /// Money is missing.
    Billing,
    /// The key may not do that.
    Permission,
    /// No such model or endpoint.
    NotFound,
    /// The request is too large.
    TooLarge,
    /// Too many requests.
    RateLimit,
    /// It took too long.
    Timeout,
    /// The upstream has too much to do.
    Overloaded,
    /// Anything else on the upstream's side.
    Server,
}

use TroubleKind::{
    Authentication, BadRequest, Billing, NotFound, Overloaded, Permission, RateLimit, Server,
    Timeout, TooLarge,
};

/// A row a kind: its status, Anthropic's word, OpenAI's word, and the words that tell it in an error of either.
const WORDS: [(TroubleKind, u16, &str, &str, &[&str]); 10] = [
    (
        Billing,
        402,
        "billing_error",
        "insufficient_quota",
        &[
            "billing_error",
            "insufficient_quota",
            "insufficient_user_quota",
        ],
    ),
    (
        RateLimit,
        429,
        "rate_limit_error",
        "rate_limit_error",
        &[
            "rate_limit_error",
            "rate_limit_exceeded",
            "tokens",
            "requests",
        ],
    ),
    (
        Authentication,
        401,
        "authentication_error",
        "authentication_error",
        &["authentication_error", "invalid_api_key"],
    ),
    (
        Permission,
        403,
        "permission_error",
        "permission_error",
        &["permission_error"],
    ),
    (
        NotFound,
        404,
        "not_found_error",
        "not_found_error",
        &["not_found_error", "model_not_found"],
    ),
    (
        TooLarge,
        413,
        "request_too_large",
        "invalid_request_error",
        &["request_too_large"],
    ),
    (
        Timeout,
        504,
        "timeout_error",
        "timeout_error",
        &["timeout_error"],
    ),
    (
        Overloaded,
        503,
        "overloaded_error",
        "overloaded_error",
        &["overloaded_error", "engine_overloaded"],
    ),
    (
        BadRequest,
        400,
        "invalid_request_error",
        "invalid_request_error",
        &["invalid_request_error", "invalid_prompt"],
    ),
    (
        Server,
        500,
        "api_error",
        "server_error",
        &["api_error", "server_error", "internal_error"],
    ),
];

/// An error of an upstream, or of the way to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Trouble {
    /// The HTTP status it came with, or the one that fits it.
    pub status: u16,
    /// What kind it is.
    pub kind: TroubleKind,
    /// What went wrong.
    pub message: String,
    /// The upstream's word for programs; empty when it has none.
    pub code: String,
    /// The member of the request that it is about.
    pub param: Option<String>,
}

impl Trouble {
    /// Trouble of a kind, with the status that fits it.
    pub fn new(kind: TroubleKind, message: impl Into<String>) -> Self {
        Trouble {
            status: kind.row().1,
            kind,
            message: message.into(),
            code: String::new(),
            param: None,
        }
    }

    /// An upstream's error answer, whatever shape it has.
    pub fn read(status: u16, body: &[u8]) -> Self {
        let text = read_error(body);
        let kind = match status {
            400 | 422 => BadRequest,
            401 => Authentication,
            402 => Billing,
            403 => Permission,
            404 => NotFound,
            408 | 504 => Timeout,
            413 => TooLarge,
            429 => RateLimit,
            503 | 529 => Overloaded,
            _ => told(&text).unwrap_or(Server),
        };
        Trouble {
            status,
            kind,
            message: match text.message.as_str() {
                "" => format!("bad response status code {status}"),
                _ if text.shape == Shape::Html => {
                    format!("the upstream answered {status} with a web page")
                }
                _ => with_ids(&text),
            },
            code: match text.code.as_str() {
                "" if text.shape != Shape::Json => "bad_response_status_code".into(),
                code => code.into(),
            },
            param: param(body),
        }
    }

    /// An error inside an answer that had begun with status 200; its words are all there is to go by.
    pub fn read_late(body: &[u8]) -> Self {
        let text = read_error(body);
        let mut trouble = Trouble::new(
            told(&text).unwrap_or(Server),
            match text.message.as_str() {
                "" => "the upstream reported an error without saying which".into(),
                _ => with_ids(&text),
            },
        );
        trouble.code = text.code;
        trouble
    }

    /// The answer that never ended.
    pub(super) fn cut() -> Self {
        let mut trouble = Trouble::new(Server, "the upstream broke off its answer");
        trouble.status = 502;
        trouble.code = "upstream_cut".into();
        trouble
    }

    /// The answer that never began.
    pub(super) fn empty() -> Self {
        let mut trouble = Trouble::new(Server, "the upstream sent an empty answer");
        trouble.status = 502;
        trouble.code = "empty_response".into();
        trouble
    }

    /// Something that is no answer in the upstream's dialect.
    pub(super) fn garbage(what: &str) -> Self {
        let mut trouble = Trouble::new(Server, format!("the upstream sent {what}"));
        trouble.status = 502;
        trouble.code = "bad_response_body".into();
        trouble
    }

    /// The status and the document in the shape of the protocol that was called.
    pub fn answer(&self, client: Dialect) -> (u16, Value) {
        // 529 is Anthropic's own; other clients know 503.
        let status = match (self.status, client) {
            (529, Dialect::Chat | Dialect::Responses | Dialect::Gemini) => 503,
            (status, _) => status,
        };
        (status, self.document(client))
    }

    /// The document alone: the body of an error answer, or the data of an error in a stream.
    pub fn document(&self, client: Dialect) -> Value {
        let (_, _, messages, openai, _) = self.kind.row();
        match client {
            Dialect::Messages => {
                json!({"type": "error", "error": {"type": messages, "message": self.message}})
            }
            Dialect::Gemini => google_error(self.status, &self.message, &self.code, openai),
            Dialect::Chat | Dialect::Responses => json!({"error": {
                "message": self.message, "type": openai, "param": self.param, "code": self.code_or_null(),
            }}),
        }
    }

    pub(super) fn code_or_null(&self) -> Option<&str> {
        Some(self.code.as_str()).filter(|code| !code.is_empty())
    }
}

impl TroubleKind {
    fn row(
        self,
    ) -> &'static (
        TroubleKind,
        u16,
        &'static str,
        &'static str,
        &'static [&'static str],
    ) {
        let known = WORDS.iter().find(|row| row.0 == self);
        known.unwrap_or(&WORDS[WORDS.len() - 1])
    }
}

/// An error in Google's shape.
pub fn google_error(status: u16, message: &str, reason: &str, domain: &str) -> Value {
    json!({"error": {
        "code": status, "message": message, "status": google_status(status),
        "details": [{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": domain,
        }],
    }})
}

/// Google's word for a status.
const fn google_status(status: u16) -> &'static str {
    match status {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        402 | 403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        413 | 429 => "RESOURCE_EXHAUSTED",
        408 | 504 => "DEADLINE_EXCEEDED",
        501 => "UNIMPLEMENTED",
        502 | 503 => "UNAVAILABLE",
        _ => "INTERNAL",
    }
}

/// The kind that an error's own words tell.
fn told(text: &ErrorText) -> Option<TroubleKind> {
    let says = |words: &[&str]| {
        words
            .iter()
            .any(|word| *word == text.kind || *word == text.code)
    };
    let known = WORDS.iter().find(|row| says(row.4));
    known.map(|row| row.0).or_else(|| {
        let status: u16 = text.code.parse().ok()?;
        WORDS.iter().find(|row| row.1 == status).map(|row| row.0)
    })
}

fn with_ids(text: &ErrorText) -> String {
    let mut message = text.message.clone();
    for id in &text.request_ids {
        message.push_str(&format!(" (request id: {id})"));
    }
    message
}

fn param(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let param = value.get("error")?.get("param")?.as_str()?;
    (!param.is_empty()).then(|| param.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_speaks_the_language_of_the_called_protocol() {
        let openai = br#"{"error":{"message":"Rate limit reached","type":"tokens","param":null,"code":"rate_limit_exceeded"}}"#;
        let trouble = Trouble::read(429, openai);
        assert_eq!(
            trouble.answer(Dialect::Messages),
            (
                429,
                json!({"type": "error", "error": {"type": "rate_limit_error", "message": "Rate limit reached"}})
            )
        );
        let anthropic =
            br#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
        let trouble = Trouble::read(529, anthropic);
        assert_eq!(
            trouble.answer(Dialect::Chat),
            (
                503,
                json!({"error": {"message": "Overloaded", "type": "overloaded_error", "param": null, "code": null}})
            )
        );
        assert_eq!(trouble.answer(Dialect::Messages).0, 529);
    }

    #[test]
    fn what_helps_a_client_is_kept() {
        let body = br#"{"error":{"message":"too long (request id: a) (request id: b)","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#;
        let trouble = Trouble::read(400, body);
        assert_eq!(trouble.message, "too long (request id: a) (request id: b)");
        assert_eq!(
            (trouble.code.as_str(), trouble.param.as_deref()),
            ("context_length_exceeded", Some("messages"))
        );
    }

    #[test]
    fn what_is_no_error_document_is_one_all_the_same() {
        for (body, message) in [
            ("", "bad response status code 502"),
            (
                "<html><title>Bad gateway</title></html>",
                "the upstream answered 502 with a web page",
            ),
            ("upstream connect error", "upstream connect error"),
        ] {
            let trouble = Trouble::read(502, body.as_bytes());
            assert_eq!(trouble.message, message);
            assert_eq!(trouble.code, "bad_response_status_code");
            assert_eq!(
                trouble.document(Dialect::Messages)["error"]["type"],
                "api_error"
            );
        }
    }

    #[test]
    fn late_errors_get_the_status_their_words_mean() {
        for (body, status) in [
            (
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                503,
            ),
            (
                r#"{"error":{"message":"no","type":"invalid_request_error","code":null}}"#,
                400,
            ),
            (r#"{"error":{"message":"no","code":429}}"#, 429),
            (r#"{"error":"boom"}"#, 500),
        ] {
            assert_eq!(Trouble::read_late(body.as_bytes()).status, status, "{body}");
        }
    }
}
