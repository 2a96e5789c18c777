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
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::answers::{ApiError, RequestId, raw_json};
use super::super::app::App;
use super::super::auth::{self, Peer};
use super::super::channels::{Channel, Upstream, server};
use super::super::meter::tally::referable::Referable;
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
        Ok((status, body)) if body.is_empty() => status.into_response(),
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
    let deletes = request.method == Method::DELETE;
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
            // Some say of a deletion that it is done and no more.
            Ok((200..300, body)) if !(is_object(&body) || deletes && body.is_empty()) => {
                trouble.get_or_insert(super::trouble::foreign(&body).error);
            }
            Ok((status @ 200..300, body)) => {
                if deletes {
                    forget(app, id, number).await;
                }
                let keeper = Keeper {
                    account: caller.account_id,
                    channel: number,
                    whole: true,
                };
                keeper.remember(app, None, made_in(&body)).await;
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

/// Who may refer to an answer, or to a part of it, later: the account that asked for it, at the channel that made it.
#[derive(Clone, Copy, Debug)]
pub struct Keeper {
    account: i64,
    channel: i64,
    /// Whether the upstream was to keep the response and its items. Where it was not, they cannot be referred to, and
    /// whoever asked does not wait for the database. A container is there all the same.
    whole: bool,
}

impl Keeper {
    /// `None` where nothing of an answer can be referred to.
    pub fn of(account: i64, ask: &Ask<'_>, channel: &Arc<Channel>) -> Option<Self> {
        let whole = match ask.protocol {
            Protocol::Responses if keeps(channel) => ask.stores(),
            Protocol::Messages if channel.speaks(Protocol::Messages) => false,
            _ => return None,
        };
        Some(Keeper {
            account,
            channel: channel.id,
            whole,
        })
    }

    /// Remembers whose an answer is: its own id before it is told, the ids in a stream before its end is. Where that fails
    /// they only cannot be referred to later. It is handed over when this is first polled, and done then though nobody waits.
    pub async fn remember(self, app: &App, response: Option<String>, parts: Referable) {
        let response = response.filter(|id| self.whole && id_is_plain(id));
        let mut ids: Vec<String> = parts.containers.into_iter().collect();
        if self.whole {
            ids.extend(parts.items);
        }
        if response.is_none() && ids.is_empty() {
            return;
        }
        let now = app.clock.seconds().0;
        let write = move |transaction: &rusqlite::Transaction<'_>| {
            let Keeper {
                account, channel, ..
            } = self;
            if let Some(id) = response {
                responses::put(transaction, &id, channel, account, now)?;
            }
            Ok(items::put(transaction, &ids, channel, account, now)?)
        };
        if let Err(error) = Box::pin(app.store.change(write, |()| {})).await {
            tracing::warn!(%error, "whose an answer is was not kept: it cannot be fetched, and nothing of it referred to, later");
        }
    }
}

/// What a stored response made. What it was asked is no proof of anything: whoever asked could name any id.
fn made_in(document: &[u8]) -> Referable {
    #[derive(Deserialize)]
    struct Whole<'a> {
        #[serde(borrow)]
        output: Option<&'a RawValue>,
    }
    let whole = serde_json::from_slice::<Whole<'_>>(document).ok();
    let output = whole.and_then(|whole| whole.output);
    let mut made = Referable::default();
    if let Some(output) = output {
        made.output(output.get());
    }
    made
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
    read.await.map_err(|error| store_unavailable(&error))
}

const STORE_UNAVAILABLE: &str = "store_unavailable";

/// The database cannot be asked whose something is.
pub fn store_unavailable(error: &impl std::fmt::Display) -> ApiError {
    ApiError::own(
        StatusCode::SERVICE_UNAVAILABLE,
        STORE_UNAVAILABLE,
        error.to_string(),
    )
}

/// Whether an error says so.
pub fn is_store_unavailable(error: &ApiError) -> bool {
    error.code_text() == STORE_UNAVAILABLE
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
