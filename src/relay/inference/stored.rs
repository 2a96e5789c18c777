//! What a Responses client does with an answer afterwards: fetch it, list what was asked, cancel it, delete it.
//!
//! The relay keeps no answers. Whoever made one may keep it, so every upstream of the key's group that speaks Responses is
//! asked in turn until one knows it. It costs nothing.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;

use super::super::answers::{ApiError, RequestId, raw_json};
use super::super::app::App;
use super::super::auth::{self, Peer};
use super::super::channels::{Channel, Upstream, server};
use super::super::protocol::Protocol;
use super::ask::invalid;

/// At most so many upstreams are asked for one answer.
const ASKED: usize = 4;
/// How long one may take.
const WITHIN: Duration = Duration::from_secs(60);
/// The largest stored answer that is handed on.
const LARGEST: usize = 64 * 1024 * 1024;
/// The longest id.
const LONGEST_ID: usize = 200;
/// What may be asked of an upstream beside the id; the rest of a query stays here, a key above all.
const PASSED: [&str; 6] = [
    "include",
    "include[]",
    "include%5B%5D",
    "after",
    "limit",
    "order",
];

/// The handler of `/v1/responses/{id}` and what lies below it.
pub async fn call(State(app): State<Arc<App>>, request: Request) -> Response {
    let id = RequestId::of(request.extensions());
    let (parts, _) = request.into_parts();
    match find(&app, &parts).await {
        Ok((status, body)) => raw_json(status, Body::from(body)),
        Err(error) => error.answer_in(Protocol::Responses, &id),
    }
}

async fn find(app: &App, request: &Parts) -> Result<(StatusCode, Vec<u8>), ApiError> {
    let peer = Peer::of(&request.extensions);
    let caller = auth::caller(app, &request.headers, &request.uri, peer)?;
    let path = asked_for(request)?;
    let catalog = app.wall.now();
    let groups = app.groups_of(&caller);
    let mut keepers: Vec<&Arc<Channel>> = catalog
        .channels()
        .filter(|channel| channel.enabled() && keeps(channel))
        .filter(|channel| groups.iter().any(|group| channel.in_group(group)))
        .collect();
    keepers.sort_by_key(|channel| Reverse(channel.priority));
    if keepers.is_empty() {
        return Err(unknown(
            "no upstream of this key's group keeps responses, and this relay keeps none",
        ));
    }
    let mut trouble = None;
    for channel in keepers.into_iter().take(ASKED) {
        let Upstream::Server(upstream) = &channel.upstream else {
            continue;
        };
        let method = request.method.clone();
        match server::fetch(&app.clients, upstream, method, &path, WITHIN, LARGEST).await {
            Ok((404, _)) => {}
            Ok((status @ 200..300, body)) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
                return Ok((status, body));
            }
            Ok((status, body)) => {
                let failure = super::trouble::from_status(channel, status, None, &body);
                if !failure.elsewhere {
                    return Err(failure.error);
                }
                trouble.get_or_insert(failure.error);
            }
            Err(error) => {
                trouble.get_or_insert(super::trouble::from_error(&error).error);
            }
        }
    }
    Err(trouble.unwrap_or_else(|| {
        unknown("none of the upstreams of this key's group has a response of this id")
    }))
}

/// Whether its upstream may have kept an answer.
fn keeps(channel: &Channel) -> bool {
    channel.speaks(Protocol::Responses) || channel.learned().speaks_responses()
}

/// The path at an upstream, with as much of the query as is meant for it.
fn asked_for(request: &Parts) -> Result<String, ApiError> {
    let path = request.uri.path();
    let id = path.trim_start_matches("/v1/responses/").split('/').next();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let id = id.unwrap_or_default();
    if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(plain) {
        return Err(invalid("this cannot be the id of a response"));
    }
    let query = request.uri.query().unwrap_or_default();
    let pairs = || query.split('&').filter(|pair| !pair.is_empty());
    if request.method == Method::GET && pairs().any(|pair| pair == "stream=true") {
        return Err(invalid(
            "a stored response is given whole; leave stream out",
        ));
    }
    let name = |pair: &&str| PASSED.contains(&pair.split('=').next().unwrap_or_default());
    let passed: Vec<&str> = pairs().filter(name).collect();
    Ok(match passed.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", passed.join("&")),
    })
}

fn unknown(why: &str) -> ApiError {
    ApiError::own(
        StatusCode::NOT_FOUND,
        "response_not_found",
        format!("{why}; send the whole conversation in input instead"),
    )
}
