//! `/api/channel/…`: the owner's upstreams.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::super::answers::{broken_store, done, failed, json_answer};
use super::super::app::App;
use super::super::auth;
use super::super::catalog::Catalog;
use super::super::channels::kind::Kind;
use super::super::channels::{BUILT_IN, Channel, Server, Upstream, server};
use super::super::inference::{bill::millis, probe};
use super::super::rows::ENABLED;
use super::super::store::channels::{self as rows, StoredChannel};
use super::super::store::{StoreError, prices};
use super::channel_draft::ChannelDraft;
use super::params::{PageWith, Paging, Params};
use super::sent;
use crate::domain::{Address, ApiKey, UnixMillis};
use crate::wire::new_api::{ChannelRow, Envelope};

type Id = Result<Path<i64>, PathRejection>;

const NOT_FOUND: &str = "record not found";

/// `GET /api/channel/`.
pub async fn list(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Response {
    if let Err(refusal) = auth::admin(&app, &headers) {
        return *refusal;
    }
    let (catalog, now) = (app.wall.now(), app.clock.now());
    let rows: Vec<ChannelRow> = catalog
        .channels()
        .rev()
        .map(|channel| row(channel, now))
        .collect();
    let mut type_counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in &rows {
        *type_counts.entry(row.kind.to_string()).or_default() += 1;
    }
    let page = Paging::of(&Params::of(&uri)).cut(rows);
    done(PageWith {
        page,
        extra: json!({"type_counts": type_counts}),
    })
}

/// `GET /api/channel/:id`.
pub async fn one(State(app): State<Arc<App>>, headers: HeaderMap, id: Id) -> Response {
    match find(&app, &headers, id) {
        Ok(channel) => done(row(&channel, app.clock.now())),
        Err(response) => *response,
    }
}

/// `POST /api/channel/`: makes one. Without models, its upstream is asked for them.
pub async fn create(State(app): State<Arc<App>>, request: Request) -> Response {
    let (draft, catalog) = match read(&app, request).await {
        Ok(read) => read,
        Err(response) => return *response,
    };
    let mut channel = StoredChannel {
        id: 0,
        name: String::new(),
        kind: Kind::OpenAi.number(),
        secret: String::new(),
        base_url: String::new(),
        models: String::new(),
        groups: String::new(),
        model_mapping: String::new(),
        priority: 0,
        weight: 0,
        status: ENABLED,
        created: app.clock.seconds().0,
        endpoints: String::new(),
    };
    if let Err(why) = draft.put_on(&mut channel, &catalog) {
        return failed(why);
    }
    if channel.models.is_empty() {
        match upstream_models(&app, &channel).await {
            Ok(models) => channel.models = models.join(","),
            Err(why) => return failed(why),
        }
    }
    save(&app, channel, &draft).await
}

/// `PUT /api/channel/`.
pub async fn update(State(app): State<Arc<App>>, request: Request) -> Response {
    let (draft, catalog) = match read(&app, request).await {
        Ok(read) => read,
        Err(response) => return *response,
    };
    let Some(id) = draft.id else {
        return failed("the body names no id");
    };
    let stored = app.store.read(rows::all).await;
    let found = match stored {
        Ok(stored) => stored.into_iter().find(|channel| channel.id == id),
        Err(error) => return broken_store(&error),
    };
    let Some(mut channel) = found else {
        return failed(NOT_FOUND);
    };
    if let Err(why) = draft.put_on(&mut channel, &catalog) {
        return failed(why);
    }
    save(&app, channel, &draft).await
}

/// `DELETE /api/channel/:id`.
pub async fn delete(State(app): State<Arc<App>>, headers: HeaderMap, id: Id) -> Response {
    let channel = match find(&app, &headers, id) {
        Ok(channel) => channel,
        Err(response) => return *response,
    };
    if matches!(channel.upstream, Upstream::BuiltIn) {
        return failed(
            "the models built in cannot be removed; disable their channel instead (status 2)",
        );
    }
    let id = channel.id;
    let wall = Arc::clone(&app);
    let removed = app.store.change(
        move |transaction| {
            rows::delete(transaction, id)?;
            Ok(Arc::new(Catalog::load(transaction)?))
        },
        move |catalog| wall.wall.hang(Arc::clone(catalog)),
    );
    match removed.await {
        Ok(_) => json_answer(StatusCode::OK, &Envelope::done()),
        Err(error) => broken_store(&error),
    }
}

/// `GET /api/channel/test/:id?model=`: one small request, billed to nobody here.
pub async fn test(State(app): State<Arc<App>>, headers: HeaderMap, id: Id, uri: Uri) -> Response {
    let channel = match find(&app, &headers, id) {
        Ok(channel) => channel,
        Err(response) => return *response,
    };
    let model = Params::of(&uri)
        .get("model")
        .or_else(|| channel.models().next())
        .map(str::to_owned);
    let Some(model) = model else {
        return failed("the channel has no model to test");
    };
    let begun = Instant::now();
    let tried = probe::probe(&app, &channel, &model).await;
    json_answer(
        StatusCode::OK,
        &json!({
            "success": tried.is_ok(), "message": tried.err().unwrap_or_default(),
            "time": millis(begun) as f64 / 1000.0, "model": model,
        }),
    )
}

/// `GET /api/channel/fetch_models/:id`: what the upstream says it serves.
pub async fn fetch_models(State(app): State<Arc<App>>, headers: HeaderMap, id: Id) -> Response {
    let channel = match find(&app, &headers, id) {
        Ok(channel) => channel,
        Err(response) => return *response,
    };
    match &channel.upstream {
        Upstream::BuiltIn => done(channel.models().collect::<Vec<_>>()),
        Upstream::Server(server) => match server::models(&app.clients, server).await {
            Ok(models) => done(models),
            Err(error) => failed(error.to_string()),
        },
    }
}

async fn read(app: &App, request: Request) -> Result<(ChannelDraft, Arc<Catalog>), Box<Response>> {
    let (parts, body) = request.into_parts();
    auth::admin(app, &parts.headers)?;
    let body: Value = sent::json(app, body).await?;
    let draft = ChannelDraft::read(body).map_err(|why| Box::new(failed(why)))?;
    Ok((draft, app.wall.now()))
}

fn find(app: &App, headers: &HeaderMap, id: Id) -> Result<Arc<Channel>, Box<Response>> {
    auth::admin(app, headers)?;
    let catalog = app.wall.now();
    let found = id.ok().and_then(|Path(id)| catalog.channel(id).cloned());
    found.ok_or_else(|| Box::new(failed(NOT_FOUND)))
}

/// Keeps a new or changed channel with its prices, and hangs up the new catalog.
async fn save(app: &Arc<App>, mut channel: StoredChannel, draft: &ChannelDraft) -> Response {
    let listed = match draft.prices(&channel.models) {
        Ok(listed) => listed,
        Err(why) => return failed(why),
    };
    let wall = Arc::clone(app);
    let saved = app.store.change(
        move |transaction| {
            if channel.id == 0 {
                channel.id = rows::insert(transaction, &channel)?;
            } else if rows::update(transaction, &channel)? == 0 {
                return Err(StoreError::Failed(
                    "the channel was removed meanwhile".into(),
                ));
            }
            for (model, price) in &listed {
                prices::put(transaction, model, price)?;
            }
            Ok((channel.id, Arc::new(Catalog::load(transaction)?)))
        },
        move |(_, catalog)| wall.wall.hang(Arc::clone(catalog)),
    );
    match saved.await {
        Ok((id, catalog)) => match catalog.channel(id) {
            Some(channel) => done(row(channel, app.clock.now())),
            None => failed("the channel is kept, but this version cannot serve it"),
        },
        Err(error) => broken_store(&error),
    }
}

/// The models of a channel that is not kept yet.
async fn upstream_models(app: &App, channel: &StoredChannel) -> Result<Vec<String>, String> {
    let (base, _) = Address::parse(&channel.base_url).map_err(|error| error.to_string())?;
    let kind = Kind::of_number(channel.kind).unwrap_or(Kind::OpenAi);
    let secret = (!channel.secret.is_empty()).then(|| ApiKey::new(channel.secret.clone()));
    let server = Server::new(kind, base, secret);
    let models = server::models(&app.clients, &server)
        .await
        .map_err(|error| format!("{error}; or name its models yourself"))?;
    if models.is_empty() {
        return Err("the upstream lists no models; name its models yourself".into());
    }
    Ok(models)
}

/// A channel as the protocol shows it. Its key is masked.
fn row(channel: &Channel, now: UnixMillis) -> ChannelRow {
    let rest = channel.cooling().rest(now);
    let (kind, base_url, key) = match &channel.upstream {
        Upstream::BuiltIn => (BUILT_IN, String::new(), String::new()),
        Upstream::Server(server) => (
            server.kind.number(),
            server.base.base().to_owned(),
            server
                .secret
                .as_ref()
                .map(ApiKey::masked)
                .unwrap_or_default(),
        ),
    };
    let join = |names: Vec<&str>| names.join(",");
    ChannelRow {
        id: channel.id,
        name: channel.name.to_string(),
        kind,
        key,
        base_url,
        models: join(channel.models().collect()),
        group: join(channel.groups().collect()),
        model_mapping: channel.mapping_text(),
        priority: channel.priority,
        weight: channel.weight,
        status: channel.status,
        endpoints: channel.endpoints(),
        cooling_seconds: rest
            .as_ref()
            .map_or(0, |rest| (rest.until.0 - now.0 + 999) / 1_000),
        cooling_why: rest.map_or_else(String::new, |rest| rest.why),
        cooling_models: channel.cooling().resting_models(now).join(","),
    }
}
