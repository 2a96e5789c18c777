//! Gemini's doors: models and methods in the path, errors in Google's shape. What is asked goes straight to `gemini` channels,
//! and translated to all others; only vectors are had from no other.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::answers::{ApiError, RequestId, json_answer};
use super::super::app::App;
use super::super::protocol::{Protocol, embeds};
use super::chat;
use super::models;

/// What a client calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// `generateContent`.
    #[default]
    Generate,
    /// `streamGenerateContent`; the answer is a stream of events, with or without `alt=sse`.
    Stream,
    /// `countTokens`; costs nothing. Where the upstream has no such thing, the count is ours.
    Count,
    /// `embedContent`.
    Embed,
    /// `batchEmbedContents`.
    EmbedMany,
}

impl Method {
    const ALL: [Method; 5] = [
        Method::Generate,
        Method::Stream,
        Method::Count,
        Method::Embed,
        Method::EmbedMany,
    ];

    const fn name(self) -> &'static str {
        match self {
            Method::Generate => "generateContent",
            Method::Stream => "streamGenerateContent",
            Method::Count => "countTokens",
            Method::Embed => "embedContent",
            Method::EmbedMany => "batchEmbedContents",
        }
    }

    /// Whether the answer is generated, and so has a length.
    pub const fn generates(self) -> bool {
        matches!(self, Method::Generate | Method::Stream)
    }

    /// The member it cannot do without, and what is said when it is missing.
    pub const fn wants(self) -> Option<(&'static str, &'static str)> {
        match self {
            Method::Generate | Method::Stream => {
                Some(("contents", "field contents is required and must be a list"))
            }
            Method::Embed => Some(("content", "field content is required")),
            Method::EmbedMany => {
                Some(("requests", "field requests is required and must be a list"))
            }
            // Either `contents` or a whole `generateContentRequest`.
            Method::Count => None,
        }
    }

    /// The path at an upstream. A model's name may hold anything; a path may not.
    pub fn path(self, model: &str) -> String {
        let mut path = String::from("/v1beta/models/");
        for byte in model.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
                path.push(char::from(byte));
            } else {
                // Writing to a text cannot fail.
                let _ = write!(path, "%{byte:02X}");
            }
        }
        path.push(':');
        path.push_str(self.name());
        if self == Method::Stream {
            path.push_str("?alt=sse");
        }
        path
    }
}

/// The handler of `POST /v1beta/models/{model}:{method}`.
pub async fn call(
    State(app): State<Arc<App>>,
    rest: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let rest = rest.map(|Path(rest)| rest).unwrap_or_default();
    let found = rest.rsplit_once(':').and_then(|(model, name)| {
        let method = Method::ALL
            .into_iter()
            .find(|method| method.name() == name)?;
        Some((without_prefix(model).to_owned(), method))
    });
    match found {
        Some((model, Method::Count)) => chat::pass_count(&app, model, request).await,
        Some((model, method)) => chat::gemini(&app, model, method, request).await,
        None => {
            let known: Vec<&str> = Method::ALL.map(Method::name).into();
            let error = ApiError::own(
                StatusCode::NOT_FOUND,
                "method_not_found",
                format!(
                    "Invalid URL (POST /v1beta/models/{rest}): after the model's name comes a colon and one of {}",
                    known.join(", ")
                ),
            );
            error.answer_in(Protocol::Gemini, &RequestId::of(request.extensions()))
        }
    }
}

/// The handler of `GET /v1beta/models`.
pub async fn list(State(app): State<Arc<App>>, request: Request) -> Response {
    let id = RequestId::of(request.extensions());
    match models::callable_in(&app, &request, Protocol::Gemini) {
        Ok(names) => {
            let models: Vec<Value> = names.iter().map(|name| entry(name)).collect();
            json_answer(StatusCode::OK, &json!({"models": models}))
        }
        Err(error) => error.answer_in(Protocol::Gemini, &id),
    }
}

/// The handler of `GET /v1beta/models/{model}`.
pub async fn one(
    State(app): State<Arc<App>>,
    name: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let id = RequestId::of(request.extensions());
    let name = name.map(|Path(name)| name).unwrap_or_default();
    let name = without_prefix(&name).to_owned();
    let found = models::callable_in(&app, &request, Protocol::Gemini).and_then(|names| {
        if names.contains(&name) {
            Ok(entry(&name))
        } else {
            Err(models::no_such_model(&name))
        }
    });
    match found {
        Ok(entry) => json_answer(StatusCode::OK, &entry),
        Err(error) => error.answer_in(Protocol::Gemini, &id),
    }
}

/// A name may come as Google writes it.
fn without_prefix(name: &str) -> &str {
    name.strip_prefix("models/").unwrap_or(name)
}

fn entry(name: &str) -> Value {
    let methods = if embeds(name) {
        json!(["embedContent", "batchEmbedContents"])
    } else {
        json!(["generateContent", "streamGenerateContent", "countTokens"])
    };
    json!({
        "name": format!("models/{name}"), "baseModelId": name, "displayName": name,
        "supportedGenerationMethods": methods,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_path() {
        assert_eq!(
            Method::Generate.path("gemini-2.5-pro"),
            "/v1beta/models/gemini-2.5-pro:generateContent"
        );
        assert_eq!(
            Method::Stream.path("../a?b#c/d e:f"),
            "/v1beta/models/..%2Fa%3Fb%23c%2Fd%20e%3Af:streamGenerateContent?alt=sse"
        );
    }
}
