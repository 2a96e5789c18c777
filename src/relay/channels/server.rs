//! Calling a server in its dialect: one request to a model, or its list of models.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER,
};
use serde::Deserialize;

use super::super::translate::Dialect;
use super::super::upstream::{UpstreamError, UpstreamReply};
use super::http::Clients;
use crate::domain::{Address, ApiKey};

/// How long a list of models may take.
const LIST: Duration = Duration::from_secs(20);
/// The largest list of models that is read.
const LIST_LIMIT: usize = 8 * 1024 * 1024;

/// The version of Anthropic's protocol that is spoken.
const ANTHROPIC_VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");

/// Sends a request to a model. Waits for status and headers, at most as long as it is told to.
pub async fn send(
    clients: &Clients,
    dialect: Dialect,
    base: &Address,
    secret: Option<&ApiKey>,
    body: Bytes,
    wait: Duration,
) -> Result<UpstreamReply, UpstreamError> {
    let request = clients
        .reaching(base)?
        .post(base.join(dialect.path()))
        .headers(headers(dialect, secret)?)
        .header(CONTENT_TYPE, "application/json")
        .body(body);
    let response = tokio::time::timeout(wait, request.send())
        .await
        .map_err(|_| UpstreamError::TimedOut(wait.as_secs()))?
        .map_err(unreachable)?;
    let text = |name| {
        let value = response.headers().get(name).map(HeaderValue::to_str);
        value.and_then(Result::ok).unwrap_or_default().to_owned()
    };
    Ok(UpstreamReply {
        status: response.status().as_u16(),
        content_type: text(CONTENT_TYPE),
        retry_after: text(RETRY_AFTER).parse().ok(),
        body: response
            .bytes_stream()
            .map(|piece| piece.map_err(|error| UpstreamError::Cut(reason(&error))))
            .boxed(),
    })
}

/// The models an upstream says it serves, in its order.
pub async fn models(
    clients: &Clients,
    dialect: Dialect,
    base: &Address,
    secret: Option<&ApiKey>,
) -> Result<Vec<String>, ListError> {
    #[derive(Deserialize)]
    struct List {
        data: Vec<Entry>,
    }
    #[derive(Deserialize)]
    struct Entry {
        id: String,
    }
    let request = clients
        .reaching(base)?
        .get(base.join(match dialect {
            // Anthropic gives twenty at a time unless asked for more.
            Dialect::Messages => "/v1/models?limit=1000",
            Dialect::Chat | Dialect::Responses => "/v1/models",
        }))
        .headers(headers(dialect, secret)?)
        .timeout(LIST);
    let response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    if !status.is_success() {
        return Err(ListError::Status(status.as_u16()));
    }
    let mut text = Vec::new();
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        text.extend_from_slice(&piece.map_err(|error| UpstreamError::Cut(reason(&error)))?);
        if text.len() > LIST_LIMIT {
            return Err(ListError::NoList);
        }
    }
    let list: List = serde_json::from_slice(&text).map_err(|_| ListError::NoList)?;
    let mut ids: Vec<String> = Vec::new();
    for entry in list.data {
        // A comma would break the list apart wherever it is written down.
        if !entry.id.is_empty() && !entry.id.contains(',') && !ids.contains(&entry.id) {
            ids.push(entry.id);
        }
    }
    Ok(ids)
}

/// Why an upstream's models could not be listed.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// It could not be reached, or broke off.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// It refused.
    #[error("the upstream answers {0} to GET /v1/models{hint}", hint = hint(*.0))]
    Status(u16),
    /// It answered something else.
    #[error("the upstream's answer to GET /v1/models is not a list of models; check its address")]
    NoList,
}

fn hint(status: u16) -> &'static str {
    match status {
        401 | 403 => "; check its key",
        404 => "; check its address",
        _ => "",
    }
}

fn headers(dialect: Dialect, secret: Option<&ApiKey>) -> Result<HeaderMap, UpstreamError> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    if dialect == Dialect::Messages {
        headers.insert("anthropic-version", ANTHROPIC_VERSION);
    }
    if let Some(secret) = secret {
        let (name, text) = match dialect {
            Dialect::Messages => (
                HeaderName::from_static("x-api-key"),
                secret.expose().to_owned(),
            ),
            Dialect::Chat | Dialect::Responses => {
                (AUTHORIZATION, format!("Bearer {}", secret.expose()))
            }
        };
        let mut value = HeaderValue::try_from(text).map_err(|_| {
            UpstreamError::Unreachable("its key holds a character no header can carry".into())
        })?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

fn unreachable(error: reqwest::Error) -> UpstreamError {
    if error.is_timeout() {
        return UpstreamError::TimedOut(if error.is_connect() {
            10
        } else {
            LIST.as_secs()
        });
    }
    UpstreamError::Unreachable(reason(&error))
}

/// The innermost reason, without the address: that belongs to the owner, and this text goes to whoever asked.
fn reason(error: &reqwest::Error) -> String {
    let mut told = None;
    let mut next = error.source();
    while let Some(source) = next {
        told = Some(source.to_string());
        next = source.source();
    }
    told.unwrap_or_else(|| "the request failed".into())
}
