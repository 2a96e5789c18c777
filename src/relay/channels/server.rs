//! Calling a server in its dialect: one request to a model, or its list of models.

use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use bytes::Bytes;
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::super::upstream::{UpstreamError, UpstreamReply};
use super::http::{self, Clients};
use super::kind::Kind;
use super::target::Server;

/// How long a list of models may take.
const LIST: Duration = Duration::from_secs(20);
/// The largest list of models that is read.
const LIST_LIMIT: usize = 8 * 1024 * 1024;
/// At most so many pages of a list are read.
const PAGES: usize = 20;

/// Which of its features a client of Anthropic's protocol wants.
pub const ANTHROPIC_BETA: HeaderName = HeaderName::from_static("anthropic-beta");
/// Which version of Anthropic's protocol is spoken.
pub const ANTHROPIC_VERSION: HeaderName = HeaderName::from_static("anthropic-version");
/// The version that is spoken when a client names none.
pub const USUAL_VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");

/// One request to a model.
pub struct Call<'a> {
    /// Path and query.
    pub path: &'a str,
    pub body: Bytes,
    /// Headers of the client's that its protocol lets through, in place of ours.
    pub headers: &'a HeaderMap,
}

/// Sends a request to a model. Waits for status and headers, at most as long as it is told to.
pub fn send<'a>(
    clients: &'a Clients,
    server: &Server,
    call: Call<'_>,
    wait: Duration,
) -> impl Future<Output = Result<UpstreamReply, UpstreamError>> + Send + use<'a> {
    let sent = written(server, call).map(|request| clients.send(request));
    async move {
        let answer = tokio::time::timeout(wait, sent?)
            .await
            .map_err(|_| UpstreamError::TimedOut(wait.as_secs()))??;
        let text = |name| {
            let value = answer.headers.get(name).map(HeaderValue::to_str);
            value.and_then(Result::ok).unwrap_or_default()
        };
        Ok(UpstreamReply {
            status: answer.status,
            content_type: text(CONTENT_TYPE).to_owned(),
            retry_after: text(RETRY_AFTER).parse().ok(),
            body: answer.body,
        })
    }
}

/// A request to a model, as its server wants it.
fn written(server: &Server, call: Call<'_>) -> Result<http::Call, UpstreamError> {
    let mut headers = server.headers()?.clone();
    for name in call.headers.keys() {
        headers.remove(name);
    }
    for (name, value) in call.headers {
        headers.append(name, value.clone());
    }
    Ok(http::Call {
        method: Method::POST,
        uri: server.uri(call.path)?,
        is_near: server.is_near(),
        headers,
        body: call.body,
    })
}

/// The models an upstream says it serves, in its order.
pub async fn models(clients: &Clients, server: &Server) -> Result<Vec<String>, ListError> {
    let mut ids: Vec<String> = Vec::new();
    let mut page = String::new();
    for _ in 0..PAGES {
        let path = match server.kind {
            Kind::OpenAi => "/v1/models".to_owned(),
            // Anthropic gives twenty at a time unless asked for more; Google fifty.
            Kind::Anthropic => format!("/v1/models?limit=1000{page}"),
            Kind::Gemini => format!("/v1beta/models?pageSize=1000{page}"),
        };
        let (found, next) = names_in(server.kind, &list(clients, server, &path).await?)?;
        for id in found {
            // A comma would break the list apart wherever it is written down.
            if !id.is_empty() && !id.contains(',') && !ids.contains(&id) {
                ids.push(id);
            }
        }
        match next {
            Some(next) => page = next,
            None => break,
        }
    }
    Ok(ids)
}

/// One page of a list.
async fn list(clients: &Clients, server: &Server, path: &str) -> Result<Vec<u8>, ListError> {
    let reading = tokio::time::timeout(LIST, read_list(clients, server, path));
    reading
        .await
        .unwrap_or_else(|_| Err(UpstreamError::TimedOut(LIST.as_secs()).into()))
}

async fn read_list(clients: &Clients, server: &Server, path: &str) -> Result<Vec<u8>, ListError> {
    let (status, text) = read(clients, server, Method::GET, path, LIST_LIMIT).await?;
    if !StatusCode::from_u16(status).is_ok_and(|status| status.is_success()) {
        return Err(ListError::Status(status, server.kind));
    }
    if text.len() > LIST_LIMIT {
        return Err(ListError::NoList(server.kind));
    }
    Ok(text)
}

/// Asks for something that is no answer of a model and needs no body: its status, and its text.
pub async fn fetch(
    clients: &Clients,
    server: &Server,
    method: Method,
    path: &str,
    within: Duration,
    most: usize,
) -> Result<(u16, Vec<u8>), UpstreamError> {
    let reading = tokio::time::timeout(within, read(clients, server, method, path, most));
    let (status, text) = reading
        .await
        .unwrap_or(Err(UpstreamError::TimedOut(within.as_secs())))?;
    if text.len() > most {
        return Err(UpstreamError::Cut(format!("more than {most} bytes")));
    }
    Ok((status, text))
}

/// Reads an answer, and no further than a little beyond the most that is wanted.
async fn read(
    clients: &Clients,
    server: &Server,
    method: Method,
    path: &str,
    most: usize,
) -> Result<(u16, Vec<u8>), UpstreamError> {
    let mut headers = server.headers()?.clone();
    headers.remove(CONTENT_TYPE);
    let request = http::Call {
        method,
        uri: server.uri(path)?,
        is_near: server.is_near(),
        headers,
        body: Bytes::new(),
    };
    let mut answer = clients.send(request).await?;
    let mut text = Vec::new();
    while let Some(piece) = answer.body.next().await {
        text.extend_from_slice(&piece?);
        if text.len() > most {
            break;
        }
    }
    Ok((answer.status, text))
}

/// The names on a page, and what asks for the next one.
fn names_in(kind: Kind, page: &[u8]) -> Result<(Vec<String>, Option<String>), ListError> {
    #[derive(Deserialize)]
    struct List {
        data: Vec<Entry>,
        has_more: Option<Value>,
        last_id: Option<Value>,
    }
    #[derive(Deserialize)]
    struct Entry {
        id: String,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Models {
        models: Vec<Model>,
        next_page_token: Option<Value>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Model {
        name: String,
        supported_generation_methods: Option<Vec<String>>,
    }
    let next = |name: &str, value: Option<&Value>| {
        let text = value
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())?;
        // The address is only a place to write a query in.
        let mut url = Url::parse("http://page").ok()?;
        url.query_pairs_mut().append_pair(name, text);
        url.query().map(|query| format!("&{query}"))
    };
    let no_list = |_| ListError::NoList(kind);
    if kind != Kind::Gemini {
        let list: List = serde_json::from_slice(page).map_err(no_list)?;
        let more = kind == Kind::Anthropic && list.has_more == Some(Value::Bool(true));
        let next = more
            .then(|| next("after_id", list.last_id.as_ref()))
            .flatten();
        return Ok((list.data.into_iter().map(|entry| entry.id).collect(), next));
    }
    let list: Models = serde_json::from_slice(page).map_err(no_list)?;
    let called = |model: &Model| {
        let methods = model.supported_generation_methods.as_deref();
        methods.is_none_or(|methods| {
            let known = ["generateContent", "embedContent"];
            methods
                .iter()
                .any(|method| known.contains(&method.as_str()))
        })
    };
    let names = list.models.into_iter().filter(called).map(|model| {
        let name = model.name.strip_prefix("models/");
        name.unwrap_or(&model.name).to_owned()
    });
    let next = next("pageToken", list.next_page_token.as_ref());
    Ok((names.collect(), next))
}

/// Why an upstream's models could not be listed.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// It could not be reached, or broke off.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// It refused.
    #[error("the upstream answers {0} to GET {path}{hint}", path = list_path(*.1), hint = hint(*.0))]
    Status(u16, Kind),
    /// It answered something else.
    #[error("the upstream's answer to GET {path} is not a list of models; check its address", path = list_path(*.0))]
    NoList(Kind),
}

const fn list_path(kind: Kind) -> &'static str {
    match kind {
        Kind::OpenAi | Kind::Anthropic => "/v1/models",
        Kind::Gemini => "/v1beta/models",
    }
}

fn hint(status: u16) -> &'static str {
    match status {
        401 | 403 => "; check its key",
        404 => "; check its address",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn page(kind: Kind, page: Value) -> (Vec<String>, Option<String>) {
        names_in(kind, page.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn each_kind_lists_its_models_in_its_own_way() {
        let (names, next) = page(
            Kind::OpenAi,
            json!({"data": [{"id": "a"}], "has_more": true, "last_id": "a"}),
        );
        assert_eq!((names, next), (vec!["a".into()], None));
        let (_, next) = page(
            Kind::Anthropic,
            json!({"data": [{"id": "a"}], "has_more": true, "last_id": "a b"}),
        );
        assert_eq!(next.as_deref(), Some("&after_id=a+b"));
        let (names, next) = page(
            Kind::Gemini,
            json!({"models": [
                {"name": "models/gemini-x", "supportedGenerationMethods": ["generateContent", "countTokens"]},
                {"name": "models/aqa", "supportedGenerationMethods": ["generateAnswer"]},
                {"name": "plain", "supportedGenerationMethods": null},
            ], "nextPageToken": "t&"}),
        );
        assert_eq!(names, ["gemini-x", "plain"]);
        assert_eq!(next.as_deref(), Some("&pageToken=t%26"));
        assert!(names_in(Kind::Gemini, b"{\"data\":[]}").is_err());
        assert!(names_in(Kind::OpenAi, b"<html>").is_err());
    }
}
