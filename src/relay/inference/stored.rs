//! What a Responses client does with an answer afterwards: fetch it, list what was asked, cancel it, delete it, go on from
//! it.
//!
//! The relay keeps no answers, but whose each is, whose its items are, and which upstream made them: that one is asked, for
//! the account that made it and for nobody else. For all others there is no such response. It costs nothing.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::answers::{ApiError, RequestId, raw_json};
use super::super::app::App;
use super::super::auth::{self, Peer};
use super::super::channels::{Channel, Upstream, server};
use super::super::meter::tally::kept;
use super::super::protocol::Protocol;
use super::super::store::{items, responses};
use super::ask::{Ask, invalid};

/// How long an upstream may take.
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
    let (id, path) = asked_for(request)?;
    let catalog = app.wall.now();
    let mut trouble = None;
    for number in made_at(app, id, caller.account_id).await? {
        let Some(channel) = catalog.channel(number).filter(|channel| channel.enabled()) else {
            continue;
        };
        let Upstream::Server(upstream) = &channel.upstream else {
            continue;
        };
        let method = request.method.clone();
        match server::fetch(&app.clients, upstream, method, &path, WITHIN, LARGEST).await {
            Ok((404, _)) => {}
            Ok((200..300, body)) if !is_object(&body) => {
                trouble.get_or_insert(super::trouble::foreign(&body).error);
            }
            Ok((status @ 200..300, body)) => {
                if request.method == Method::DELETE {
                    forget(app, id, number).await;
                }
                remember_items(app, caller.account_id, number, kept_in(&body)).await;
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
    Err(trouble.unwrap_or_else(|| unknown(id)))
}

/// Remembers whose an answer is, before its id is told. Where that fails it can only not be fetched later.
pub async fn remember(
    app: &App,
    account: i64,
    ask: &Ask<'_>,
    channel: &Arc<Channel>,
    id: Option<String>,
) {
    let plain = |id: &String| id_is_plain(id);
    let Some(id) = id.filter(plain).filter(|_| keeps(channel) && ask.stores()) else {
        return;
    };
    let (channel, now) = (channel.id, app.clock.seconds().0);
    let write = move |transaction: &rusqlite::Transaction<'_>| {
        Ok(responses::put(transaction, &id, channel, account, now)?)
    };
    if let Err(error) = app.store.change(write, |()| {}).await {
        tracing::warn!(%error, "whose a response is was not kept: it cannot be fetched later");
    }
}

/// Whether an answer may name what its upstream keeps, and this account may refer to it later.
pub fn may_name_items(ask: &Ask<'_>, channel: &Arc<Channel>) -> bool {
    match ask.protocol {
        // A container is there though the response is not kept.
        Protocol::Responses => keeps(channel),
        Protocol::Messages => channel.speaks(Protocol::Messages),
        Protocol::Chat | Protocol::Embeddings | Protocol::Gemini => false,
    }
}

/// Remembers whose the items of an answer are. Where that fails they only cannot be referred to later.
pub async fn remember_items(app: &App, account: i64, channel: i64, ids: Vec<String>) {
    if ids.is_empty() {
        return;
    }
    let now = app.clock.seconds().0;
    let write = move |transaction: &rusqlite::Transaction<'_>| {
        Ok(items::put(transaction, &ids, channel, account, now)?)
    };
    if let Err(error) = Box::pin(app.store.change(write, |()| {})).await {
        tracing::warn!(%error, "whose the items of an answer are was not kept: they cannot be referred to later");
    }
}

/// The items that a stored response, or a list of what it was asked, names.
fn kept_in(document: &[u8]) -> Vec<String> {
    #[derive(Deserialize)]
    struct Lists<'a> {
        #[serde(borrow)]
        output: Option<&'a RawValue>,
        #[serde(borrow)]
        data: Option<&'a RawValue>,
    }
    let Ok(Lists { output, data }) = serde_json::from_slice(document) else {
        return Vec::new();
    };
    let lists = [output, data].into_iter().flatten();
    lists.flat_map(|list| kept::in_output(list.get())).collect()
}

/// The id in a whole answer.
pub fn id_of(document: &[u8]) -> Option<String> {
    serde_json::from_slice::<Named>(document).ok()?.id
}

/// The id in the beginning of a stream: its first event names it.
pub fn id_in(beginning: &VecDeque<Bytes>) -> Option<String> {
    #[derive(Deserialize)]
    struct Event {
        response: Option<Named>,
    }
    let text: Vec<u8> = beginning.iter().flatten().copied().collect();
    text.split(|byte| *byte == b'\n').find_map(|line| {
        let data = line.strip_prefix(b"data:")?;
        serde_json::from_slice::<Event>(data).ok()?.response?.id
    })
}

#[derive(Deserialize)]
struct Named {
    id: Option<String>,
}

/// Whether a text is a JSON object, whatever is in it.
fn is_object(text: &[u8]) -> bool {
    let document: Result<Box<RawValue>, _> = serde_json::from_slice(text);
    document.is_ok_and(|document| document.get().starts_with('{'))
}

/// The channels where an account made a response of this id.
pub async fn made_at(app: &App, id: &str, account: i64) -> Result<Vec<i64>, ApiError> {
    let id = id.to_owned();
    let read = app
        .store
        .read(move |connection| responses::channels(connection, &id, account));
    read.await.map_err(|error| unreadable(&error))
}

/// The database cannot be asked whose something is.
pub fn unreadable(error: &impl std::fmt::Display) -> ApiError {
    ApiError::own(
        StatusCode::SERVICE_UNAVAILABLE,
        "store_unavailable",
        error.to_string(),
    )
}

async fn forget(app: &App, id: &str, channel: i64) {
    let id = id.to_owned();
    let write = move |transaction: &rusqlite::Transaction<'_>| {
        Ok(responses::remove(transaction, &id, channel)?)
    };
    if let Err(error) = app.store.change(write, |_| {}).await {
        tracing::warn!(%error, "that a response is deleted is not kept");
    }
}

/// Whether its upstream may have kept an answer.
fn keeps(channel: &Arc<Channel>) -> bool {
    channel.speaks(Protocol::Responses) || channel.learned().speaks_responses()
}

fn id_is_plain(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(plain)
}

/// The id that is asked for, and the path at an upstream with as much of the query as is meant for it.
fn asked_for(request: &Parts) -> Result<(&str, String), ApiError> {
    let path = request.uri.path();
    let id = path.trim_start_matches("/v1/responses/").split('/').next();
    let id = id.unwrap_or_default();
    if !id_is_plain(id) {
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
    let path = match passed.is_empty() {
        true => path.to_owned(),
        false => format!("{path}?{}", passed.join("&")),
    };
    Ok((id, path))
}

/// The same for whoever did not make it, for one that is gone, and for one that never was.
fn unknown(id: &str) -> ApiError {
    ApiError::own(
        StatusCode::NOT_FOUND,
        "response_not_found",
        format!(
            "Response with id '{id}' not found: this account has none of this id at an upstream that keeps responses; \
             send the whole conversation in input instead"
        ),
    )
}
