//! A request to a model, in any protocol: checked, paid for in advance, sent to the first channel that answers.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;
use futures_util::FutureExt;
use serde_json::json;

use super::super::answers::{ApiError, RequestId, json_answer, raw_json};
use super::super::app::App;
use super::super::auth::{self, Peer};
use super::super::book::Caller;
use super::super::builtin;
use super::super::catalog::Catalog;
use super::super::channels::Channel;
use super::super::ids;
use super::super::live::tool_in;
use super::super::meter::tally::referable::Referable;
use super::super::meter::{text::Prompt, usage};
use super::super::protocol::Protocol;
use super::super::refusals::no_channel;
use super::super::translate::{Bridge, Stamp};
use super::answer::Answer;
use super::ask::Ask;
use super::attempt::{self, Opened};
use super::bill::{Bill, End, Order, Settled};
use super::binding::conversation_is_owners;
use super::body::{self, Members};
use super::encoding::Encoding;
use super::gemini::Method;
use super::stored::{self, Keeper};
use super::trouble::Failure;
use super::way::{Beginning, Way, choose_group};
use crate::domain::UnixMillis;
use crate::domain::group::AUTO;

/// At most so many channels are tried for one request.
const ATTEMPTS: usize = 4;

/// A request on one of the paths whose bodies name their model.
pub fn answer(
    app: &Arc<App>,
    protocol: Protocol,
    request: Request,
    id: RequestId,
    peer: Peer,
) -> impl Future<Output = Response> + Send + use<'_> {
    handle(app, request, id, Some(peer.0.ip()), Door::Named(protocol))
}

/// A Gemini client calls a model.
pub fn gemini(
    app: &Arc<App>,
    model: String,
    method: Method,
    request: Request,
) -> impl Future<Output = Response> + Send + use<'_> {
    let (id, peer) = (
        RequestId::of(request.extensions()),
        Peer::of(request.extensions()),
    );
    handle(app, request, id, peer, Door::Gemini(model, method))
}

/// The handler of `POST /v1/messages/count_tokens`: our own count; it costs nothing and asks nobody.
pub async fn count_tokens(State(app): State<Arc<App>>, request: Request) -> Response {
    let id = RequestId::of(request.extensions());
    match count(&app, request).await {
        Ok(tokens) => json_answer(StatusCode::OK, &json!({"input_tokens": tokens})),
        Err(error) => error.answer_in(Protocol::Messages, &id),
    }
}

async fn count(app: &Arc<App>, request: Request) -> Result<u64, ApiError> {
    let peer = Peer::of(request.extensions());
    let (mut caller, _, body) = taken(app, request, peer)?;
    let body = body.await?;
    let ask = Ask::read(Protocol::Messages, &body)?;
    let catalog = app.wall.now();
    choose_group(app, &catalog, &mut caller, &ask);
    allowed(&catalog, &caller, &ask.model)?;
    candidates(&catalog, &caller, &ask, app.clock.now())?;
    ask.check()?;
    Ok(ask.prompt_tokens())
}

/// A Gemini client has its prompt counted: the upstream's count, which costs nothing, or ours where it has none.
pub async fn pass_count(app: &Arc<App>, model: String, request: Request) -> Response {
    let id = RequestId::of(request.extensions());
    match counted_upstream(app, &id, model, request).await {
        Ok(body) => raw_json(StatusCode::OK, Body::from(body)),
        Err(error) => error.answer_in(Protocol::Gemini, &id),
    }
}

async fn counted_upstream(
    app: &Arc<App>,
    id: &RequestId,
    model: String,
    request: Request,
) -> Result<Bytes, ApiError> {
    let peer = Peer::of(request.extensions());
    let (mut caller, _, body) = taken(app, request, peer)?;
    let body = body.await?;
    let ask = Ask::gemini(model, Method::Count, &body)?;
    let catalog = app.wall.now();
    choose_group(app, &catalog, &mut caller, &ask);
    allowed(&catalog, &caller, &ask.model)?;
    let now = app.clock.now();
    let channels = candidates(&catalog, &caller, &ask, now)?;
    let stamp = stamp(id, &ask, now);
    let mut failure = None;
    for channel in channels.into_iter().take(ATTEMPTS) {
        if !channel.speaks(Protocol::Gemini) {
            let counted = json!({"totalTokens": stamp.prompt_tokens});
            return Ok(Bytes::from(counted.to_string()));
        }
        let mut sent = ask.for_channel(&channel, app.clock.now())?;
        match attempt::open(app, &channel, &ask, &mut sent, &stamp).await {
            Ok(Opened::Document { body, .. }) => return Ok(body),
            Ok(Opened::Stream(_)) => {}
            Err(failed) => {
                let elsewhere = failed.elsewhere;
                failure.get_or_insert(failed.error);
                if !elsewhere {
                    break;
                }
            }
        }
    }
    Err(failure.unwrap_or_else(|| no_channel(&ask.model, &caller.group)))
}

/// Where a request came in: the way to read its body.
enum Door {
    /// Its body names the model.
    Named(Protocol),
    /// Its path does.
    Gemini(String, Method),
}

impl Door {
    const fn protocol(&self) -> Protocol {
        match self {
            Door::Named(protocol) => *protocol,
            Door::Gemini(..) => Protocol::Gemini,
        }
    }

    fn read<'a>(self, parts: &Parts, body: &'a Bytes) -> Result<Ask<'a>, ApiError> {
        match self {
            Door::Named(protocol) => {
                Ok(Ask::read(protocol, body)?.with_headers(&parts.headers, &parts.uri))
            }
            Door::Gemini(model, method) => Ask::gemini(model, method, body),
        }
    }
}

/// Who asks, and what: a request whose key was checked, and its body once it is here.
fn taken(
    app: &App,
    request: Request,
    peer: Option<IpAddr>,
) -> Result<
    (
        Caller,
        Parts,
        impl Future<Output = Result<Bytes, ApiError>> + use<>,
    ),
    ApiError,
> {
    let (parts, body) = request.into_parts();
    let caller = auth::caller(app, &parts.headers, &parts.uri, peer)?;
    let (encoding, most) = (Encoding::of(&parts.headers)?, app.limits.body);
    let body = body::read(body, most, app.limits.client);
    let body = body.map(move |read| encoding.undo(read?, most));
    Ok((caller, parts, body))
}

/// What a request keeps while it waits is large, and a future is copied whole at each layer that it is handed through: so it
/// is put in one place here, and neither this nor what stands between it and the connection is `async`.
fn handle(
    app: &Arc<App>,
    request: Request,
    id: RequestId,
    peer: Option<IpAddr>,
    door: Door,
) -> impl Future<Output = Response> + Send + use<'_> {
    let protocol = door.protocol();
    let running = Box::pin(run(app, id.clone(), request, peer, door));
    running.map(move |answered| answered.unwrap_or_else(|error| error.answer_in(protocol, &id)))
}

async fn run(
    app: &Arc<App>,
    id: RequestId,
    request: Request,
    peer: Option<IpAddr>,
    door: Door,
) -> Result<Response, ApiError> {
    let started = Instant::now();
    let (mut caller, parts, body) = taken(app, request, peer)?;
    let body = body.await?;
    let ask = door.read(&parts, &body)?;
    let catalog = app.wall.now();
    let later = choose_group(app, &catalog, &mut caller, &ask);
    allowed(&catalog, &caller, &ask.model)?;
    // All that follows up to its being sent is one moment.
    let now = app.clock.now();
    let channels = candidates(&catalog, &caller, &ask, now)?;
    let account_id = caller.account_id;
    let references = ask.references()?;
    conversation_is_owners(app, account_id, &references)?;
    ask.check()?;
    let base = catalog.price(&ask.model).clone();
    let way = Way {
        app,
        catalog: &catalog,
        caller: &caller,
        ask: &ask,
        base: &base,
        now,
    };
    let begun = Box::pin(way.begin(&references, channels, later)).await?;
    let detours = way.detours(&begun.later);
    let Beginning {
        terms,
        channels,
        sent,
        ..
    } = begun;
    caller.group = terms.group;
    let counted = match sent.bridge {
        Some(_) => sent.body.clone(),
        None => body.clone(),
    };
    let mut stamp = stamp(&id, &ask, now);
    if sent.bridge.is_some() {
        let members = Members::read(&counted).ok();
        let light = members.map(|members| Prompt::of(sent.protocol, &members).light());
        stamp.prompt_tokens = light.unwrap_or(stamp.prompt_tokens);
    }
    if !app.store.writer().healthy() {
        return Err(ApiError::own(
            StatusCode::SERVICE_UNAVAILABLE,
            "store_unavailable",
            "The relay cannot write its database (is the disk full?), so nothing can be billed now",
        ));
    }
    let order = Order {
        request_id: Arc::clone(&id.0),
        model: ask.model.clone(),
        price: terms.price,
        base,
        group_ratio: terms.ratio,
        special_ratio: terms.special_ratio,
        stream: ask.stream,
        path: ask.protocol.path(),
        body: counted,
        written_in: sent.protocol,
        started,
        begun: now,
        caller,
        tool: tool_in(&parts.headers),
        later: detours.iter().map(|way| way.terms.clone()).collect(),
    };
    let prompt_tokens = stamp.prompt_tokens;
    let mut bill = Bill::open(app, order, &ask, prompt_tokens, output_limit(&ask.model))?;
    let mut prepared = Some(sent);
    let beyond = detours.into_iter().flat_map(|detour| {
        let channels = detour.channels.into_iter().take(ATTEMPTS);
        channels.enumerate().map(|(at, channel)| (at == 0, channel))
    });
    let channels = channels.into_iter().take(ATTEMPTS);
    for (goes_on, channel) in channels.map(|channel| (false, channel)).chain(beyond) {
        if goes_on && !bill.go_on() {
            break;
        }
        bill.through(&channel);
        let sent = match prepared.take() {
            Some(sent) => Ok(sent),
            None => ask
                .for_channel(&channel, app.clock.now())
                .map_err(Failure::elsewhere),
        };
        let opened = match sent {
            Ok(mut sent) => attempt::open(app, &channel, &ask, &mut sent, &stamp).await,
            Err(failed) => Err(failed),
        };
        match opened {
            Ok(Opened::Stream(opening)) => {
                bill.first_event();
                let keeper = Keeper::of(account_id, &ask, &channel);
                let named = ask.stores().then(|| stored::id_in(&opening.out));
                let maker = Arc::clone(&channel);
                let answer = Answer::new(app, id, maker, bill, *opening, ask.wants_usage);
                // From here on it is billed for what came, whoever goes away.
                let answer = event_stream(answer.kept_for(keeper).into_body());
                if let (Some(keeper), Some(named)) = (keeper, named) {
                    Box::pin(keeper.remember(app, named, Referable::default())).await;
                }
                return Ok(answer);
            }
            Ok(Opened::Document {
                body,
                mut tally,
                bridge,
            }) => {
                bill.first_event();
                let stores = bridge.is_none() && ask.stores();
                let named = stores.then(|| stored::id_of(&body)).flatten();
                let whole = Whole {
                    body,
                    protocol: tally.protocol(),
                    reported: tally.told().is_some(),
                    way: bridge.map(|bridge| (bridge, stamp)),
                };
                // A whole answer is settled first, whoever goes away; then it is sent.
                let parts = std::mem::take(&mut tally.referable);
                let settled = bill.settle(*tally, End::Complete);
                if let Some(keeper) = Keeper::of(account_id, &ask, &channel) {
                    Box::pin(keeper.remember(app, named, parts)).await;
                }
                return Ok(whole.after(&settled.await));
            }
            Err(failed) => {
                tracing::debug!(request_id = %id.0, channel = channel.id, code = failed.error.code_text(), "a channel failed");
                bill.missed(failed.error);
                if !failed.elsewhere {
                    break;
                }
            }
        }
    }
    let error = Box::pin(bill.fail()).await;
    Err(error.unwrap_or_else(|| no_channel(&ask.model, "?")))
}

/// Whether the key may call the model in its group.
fn allowed(catalog: &Catalog, caller: &Caller, model: &str) -> Result<(), ApiError> {
    if &*caller.group == AUTO {
        return Err(no_channel(model, AUTO));
    }
    let Some(group) = catalog.group(&caller.group) else {
        return Err(ApiError::own(
            StatusCode::FORBIDDEN,
            "group_not_allowed",
            format!("Group {} has been deprecated", caller.group),
        ));
    };
    if !group.usable && !caller.any_group {
        return Err(ApiError::own(
            StatusCode::FORBIDDEN,
            "group_not_allowed",
            format!("No permission to access group {}", caller.group),
        ));
    }
    if !caller.rules.allows_model(model) {
        return Err(ApiError::own(
            StatusCode::FORBIDDEN,
            "model_not_allowed",
            format!("This token has no access to model {model}"),
        ));
    }
    if !catalog.sells(model) {
        return Err(ApiError::own(
            StatusCode::BAD_REQUEST,
            "model_price_error",
            format!("Model {model} has not been priced by the administrator yet"),
        ));
    }
    Ok(())
}

/// The channels to try, in their order.
fn candidates(
    catalog: &Catalog,
    caller: &Caller,
    ask: &Ask<'_>,
    now: UnixMillis,
) -> Result<Vec<Arc<Channel>>, ApiError> {
    let (model, group) = (&*ask.model, &*caller.group);
    let mut found = catalog.candidates(model, group, ask.protocol, ids::lot(), now);
    found.retain(|channel| ask.can_go_to(channel));
    if found.is_empty() {
        return Err(match catalog.serving(model, group).next() {
            Some(_) => elsewhere_called(catalog, ask),
            None => no_channel(model, group),
        });
    }
    Ok(found)
}

/// The model is there, but not on this path (S-91).
fn elsewhere_called(catalog: &Catalog, ask: &Ask<'_>) -> ApiError {
    let spoken = catalog.protocols_of(&ask.model);
    let paths: Vec<String> = spoken
        .iter()
        .map(|protocol| protocol.path().replace("{model}", &ask.model))
        .collect();
    ApiError::own(
        StatusCode::NOT_FOUND,
        "endpoint_not_supported",
        format!(
            "The model {} cannot be called on {}; its endpoints are: {}",
            ask.model,
            ask.protocol.path().replace("{model}", &ask.model),
            paths.join(", ")
        ),
    )
}

fn stamp(id: &RequestId, ask: &Ask<'_>, now: UnixMillis) -> Stamp {
    Stamp {
        id: Arc::clone(&id.0),
        created: u64::try_from(now.seconds().0).unwrap_or(0),
        model: ask.model.clone(),
        prompt_tokens: ask.prompt_tokens(),
    }
}

/// The longest answer a model gives, where it is known.
fn output_limit(model: &str) -> Option<u64> {
    let known = builtin::models().iter().find(|known| known.name == model);
    known.map(|known| known.max_output)
}

fn event_stream(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Reverse proxies would otherwise collect the stream before they pass it on.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response
}

/// A whole answer.
struct Whole {
    body: Bytes,
    protocol: Protocol,
    /// Whether it tells its usage.
    reported: bool,
    /// The way to the client's dialect, where it is another.
    way: Option<(Box<Bridge>, Stamp)>,
}

impl Whole {
    /// The answer after it was settled. Where the upstream gave no usage, ours stands in it.
    fn after(self, settled: &Settled) -> Response {
        let Whole {
            body,
            protocol,
            reported,
            way,
        } = self;
        let filled = (!reported && !settled.usage.is_empty())
            .then(|| Members::read(&body).ok())
            .flatten()
            .and_then(|members| {
                let (name, usage) = usage::member(protocol, &settled.usage);
                members.with(&[(name, Some(usage.to_string()))])
            });
        let body = filled.unwrap_or(body);
        // It was translated once before it was paid for, so it can be.
        let translated = way.and_then(|(bridge, stamp)| bridge.answer(&body, stamp).ok());
        let body = translated.map_or(body, |answer| Bytes::from(answer.body));
        raw_json(StatusCode::OK, Body::from(body))
    }
}
