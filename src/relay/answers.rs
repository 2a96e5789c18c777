//! The shapes of answers: the console's envelope, and errors of the model API (`contract/new-api.md` 1.1 and 8.7).
//!
//! What always holds: whatever goes wrong, the answer is JSON, and a refusal of the model API names the request's id.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{Extensions, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use super::protocol::Protocol;
use super::store::StoreError;
use super::translate::{Dialect, Trouble, TroubleKind, google_error};
use crate::wire::new_api::Envelope;

/// The id of the request that is being answered.
#[derive(Clone, Debug)]
pub struct RequestId(pub Arc<str>);

impl RequestId {
    /// The id that the door gave to a request.
    pub fn of(extensions: &Extensions) -> Self {
        let given = extensions.get::<RequestId>().cloned();
        given.unwrap_or_else(|| RequestId(Arc::from("")))
    }
}

/// A JSON answer.
pub fn json_answer(status: StatusCode, body: &impl Serialize) -> Response {
    // None of our rows can fail to become JSON; if one ever did, the answer is still JSON.
    let text = serde_json::to_vec(body).unwrap_or_else(|_| {
        br#"{"success":false,"message":"the answer could not be written"}"#.to_vec()
    });
    raw_json(status, Body::from(text))
}

/// A JSON answer whose text is there already.
pub fn raw_json(status: StatusCode, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    response
}

/// The console's success.
pub fn done<T: Serialize>(data: T) -> Response {
    json_answer(StatusCode::OK, &Envelope::ok(data))
}

/// The console's failure of a request that was understood: HTTP 200, as clients of this protocol expect it.
pub fn failed(message: impl Into<String>) -> Response {
    json_answer(StatusCode::OK, &Envelope::failed(message))
}

/// The console's refusal with a status and a code of its own.
pub fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    let body = Envelope {
        code: Some(Value::from(code)),
        ..Envelope::failed(message)
    };
    json_answer(status, &body)
}

/// What the console says when the database fails, or its rows forbid what was asked.
pub fn broken_store(error: &StoreError) -> Response {
    if let StoreError::Refused(why) = error {
        return failed(why);
    }
    refused(
        StatusCode::SERVICE_UNAVAILABLE,
        "store_unavailable",
        &error.to_string(),
    )
}

/// A refusal on its way out of a handler.
#[derive(Debug)]
pub struct Refusal(Box<Response>);

/// What a handler of the console gives.
pub type Answered = Result<Response, Refusal>;

impl From<Box<Response>> for Refusal {
    fn from(response: Box<Response>) -> Self {
        Refusal(response)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Refusal(Box::new(broken_store(&error)))
    }
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Refusal(Box::new(failed(why)))
    }
}

impl From<&str> for Refusal {
    fn from(why: &str) -> Self {
        Refusal::from(why.to_owned())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// The console's refusal of a caller who must wait.
pub fn too_often(seconds: u64) -> Response {
    let mut response = refused(
        StatusCode::TOO_MANY_REQUESTS,
        "too_many_attempts",
        &format!("too many attempts from this address; try again in {seconds} seconds"),
    );
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The answer to a path that does not exist (shape D).
pub fn no_such_path(method: &str, path: &str) -> Response {
    let body = json!({"error": {
        "message": format!("Invalid URL ({method} {path})"), "type": "invalid_request_error", "param": "", "code": "",
    }});
    json_answer(StatusCode::NOT_FOUND, &body)
}

/// A refusal of the model API.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiError {
    pub status: StatusCode,
    /// The machine's word; a text in our own refusals, whatever the upstream sent in its.
    pub code: Box<Value>,
    /// `new_api_error` for our own, the upstream's word for its.
    pub kind: Cow<'static, str>,
    pub message: String,
    pub param: Box<Value>,
    /// Seconds.
    pub retry_after: Option<u64>,
}

/// The `type` of our own refusals.
pub const OWN: &str = "new_api_error";

impl ApiError {
    /// A refusal of ours.
    pub fn own(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        ApiError {
            status,
            code: Box::new(Value::from(code)),
            kind: Cow::Borrowed(OWN),
            message: message.into(),
            param: Box::new(Value::from("")),
            retry_after: None,
        }
    }

    /// Its machine's word as text, for the log.
    pub fn code_text(&self) -> String {
        match &*self.code {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        }
    }

    /// Its body (shape B).
    pub fn body(&self, id: &RequestId) -> Value {
        json!({"error": {
            "message": format!("{} (request id: {})", self.message, id.0),
            "type": self.kind, "param": self.param, "code": self.code,
        }})
    }

    /// Itself in the words that all dialects share.
    pub fn trouble(&self, id: &RequestId) -> Trouble {
        let code = self.code_text();
        let kind = match (code.as_str(), self.status.as_u16()) {
            ("model_not_found", _) | (_, 404) => TroubleKind::NotFound,
            (_, 401) => TroubleKind::Authentication,
            (_, 402) => TroubleKind::Billing,
            (_, 403) => TroubleKind::Permission,
            (_, 408 | 504) => TroubleKind::Timeout,
            (_, 413) => TroubleKind::TooLarge,
            (_, 429) => TroubleKind::RateLimit,
            (_, 503 | 529) => TroubleKind::Overloaded,
            (_, 400..500) => TroubleKind::BadRequest,
            _ => TroubleKind::Server,
        };
        Trouble {
            status: self.status.as_u16(),
            code,
            param: self.param.as_str().map(str::to_owned),
            ..Trouble::new(kind, format!("{} (request id: {})", self.message, id.0))
        }
    }

    /// Itself as an answer in the protocol that was called.
    pub fn answer_in(&self, protocol: Protocol, id: &RequestId) -> Response {
        self.with_body(&self.body_in(protocol, id))
    }

    /// Its body in the protocol that was called. All of OpenAI's share a shape.
    pub fn body_in(&self, protocol: Protocol, id: &RequestId) -> Value {
        match protocol {
            Protocol::Chat | Protocol::Responses | Protocol::Embeddings => self.body(id),
            Protocol::Messages => self.trouble(id).document(Dialect::Messages),
            Protocol::Gemini => google_error(
                self.status.as_u16(),
                &format!("{} (request id: {})", self.message, id.0),
                &self.code_text(),
                &self.kind,
            ),
        }
    }

    /// Itself as the event that ends a stream of responses: in the form that is documented, and in the member that the
    /// SDKs raise an exception for.
    pub fn event(&self, id: &RequestId, number: u64) -> Value {
        let body = self.body(id);
        let error = &body["error"];
        json!({
            "type": "error", "code": error["code"], "message": error["message"], "param": error["param"],
            "sequence_number": number, "error": error,
        })
    }

    /// Itself as an answer.
    pub fn answer(&self, id: &RequestId) -> Response {
        self.with_body(&self.body(id))
    }

    fn with_body(&self, body: &Value) -> Response {
        let mut response = json_answer(self.status, body);
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_ours_has_the_shape_clients_know() {
        let error = ApiError::own(StatusCode::UNAUTHORIZED, "invalid_token", "Invalid token");
        assert_eq!(
            error.body(&RequestId("R".into())),
            json!({"error": {"message": "Invalid token (request id: R)", "type": "new_api_error", "param": "", "code": "invalid_token"}})
        );
    }
}
