//! `POST /v1/chat/completions`: checked, paid for in advance, sent to the first channel that answers.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use bytes::Bytes;

use super::super::answers::{ApiError, RequestId, raw_json};
use super::super::app::App;
use super::super::auth::{self, Peer};
use super::super::book::Caller;
use super::super::builtin;
use super::super::catalog::Catalog;
use super::super::ids;
use super::super::meter::{tally::Tally, usage};
use super::answer::Answer;
use super::ask::Ask;
use super::attempt::{self, Opened};
use super::bill::{Bill, End, Order};
use super::body::{self, Members};

/// At most so many channels are tried for one request.
const ATTEMPTS: usize = 4;

/// The handler.
pub async fn handle(State(app): State<Arc<App>>, request: Request) -> Response {
    let id = RequestId::of(request.extensions());
    match run(&app, &id, request).await {
        Ok(response) => response,
        Err(error) => error.answer(&id),
    }
}

async fn run(app: &Arc<App>, id: &RequestId, request: Request) -> Result<Response, ApiError> {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let peer = parts.extensions.get::<Peer>().map(|peer| peer.0.ip());
    let caller = auth::caller(app, &parts.headers, &parts.uri, peer)?;
    let body = body::read(&parts.headers, body, app.limits.body, app.limits.client).await?;
    let ask = Ask::read(&body)?;
    let catalog = app.wall.now();
    let group_ratio = allowed(&catalog, &caller, &ask.model)?;
    let channels = catalog.candidates(&ask.model, &caller.group, ids::lot());
    if channels.is_empty() {
        return Err(no_channel(&ask.model, &caller.group));
    }
    ask.check()?;
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
        base: catalog.price(&ask.model).clone(),
        group_ratio,
        stream: ask.stream,
        path: "/v1/chat/completions",
        body: body.clone(),
        started,
        caller,
    };
    let mut bill = Bill::open(app, order, &ask, output_limit(&ask.model))?;
    let mut failure: Option<ApiError> = None;
    for channel in channels.into_iter().take(ATTEMPTS) {
        bill.through(&channel);
        match attempt::open(app, &channel, &ask).await {
            Ok(Opened::Stream(opening)) => {
                bill.first_event();
                let wants_usage = ask.wants_usage;
                let answer = Answer::new(app, id.clone(), channel, bill, *opening, wants_usage);
                return Ok(event_stream(answer.into_body()));
            }
            Ok(Opened::Document { body, tally }) => {
                bill.first_event();
                return Ok(document(bill, body, tally).await);
            }
            Err(failed) => {
                // The first channel's trouble is what is told: it had been the choice.
                let told = failure.get_or_insert(failed.error);
                if !failed.elsewhere {
                    break;
                }
                tracing::debug!(request_id = %id.0, channel = channel.id, code = told.code_text(), "trying the next channel");
            }
        }
    }
    let error = failure.unwrap_or_else(|| no_channel(&ask.model, "?"));
    bill.fail(&error).await;
    Err(error)
}

/// Whether the key may call the model in its group; the group's ratio if so.
fn allowed(
    catalog: &Catalog,
    caller: &Caller,
    model: &str,
) -> Result<crate::domain::Ratio, ApiError> {
    let Some(group) = catalog.group(&caller.group) else {
        return Err(ApiError::own(
            StatusCode::FORBIDDEN,
            "group_not_allowed",
            format!("Group {} has been deprecated", caller.group),
        ));
    };
    if !caller.rules.allows_model(model) {
        return Err(ApiError::own(
            StatusCode::FORBIDDEN,
            "model_not_allowed",
            format!("This token has no access to model {model}"),
        ));
    }
    Ok(group.ratio)
}

fn no_channel(model: &str, group: &str) -> ApiError {
    ApiError::own(
        StatusCode::SERVICE_UNAVAILABLE,
        "model_not_found",
        format!("No available channel for model {model} under group {group} (distributor)"),
    )
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

/// A whole answer: settled first, then sent. Where the upstream gave no usage, ours stands in it.
async fn document(bill: Bill, body: Bytes, tally: Tally) -> Response {
    let reported = tally.reported.is_some();
    let settled = bill.settle(tally, End::Complete).await;
    let filled = (!reported && !settled.usage.is_empty())
        .then(|| Members::read(&body).ok())
        .flatten()
        .and_then(|members| {
            members.with(&[("usage", Some(usage::write(&settled.usage).to_string()))])
        });
    raw_json(StatusCode::OK, Body::from(filled.unwrap_or(body)))
}
