//! `GET /v1/models` and `GET /v1/models/{id}`: what a key may call, in OpenAI's shape or Anthropic's.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::answers::{ApiError, RequestId, json_answer};
use super::super::app::App;
use super::super::auth::{self, Peer};
use super::super::builtin;
use super::super::catalog::Catalog;
use super::super::protocol::Protocol;

/// When every model was made, as far as this protocol is concerned.
const CREATED: i64 = 1_626_777_600;
const CREATED_TEXT: &str = "2021-07-20T10:40:00Z";

/// The handler of the list.
pub async fn list(State(app): State<Arc<App>>, request: Request) -> Response {
    let id = RequestId::of(request.extensions());
    let headers = request.headers();
    let anthropic = headers.contains_key("x-api-key") && headers.contains_key("anthropic-version");
    match callable(&app, &request) {
        Ok(models) if anthropic => json_answer(
            StatusCode::OK,
            &json!({
                "data": models.iter().map(|name| json!({
                    "id": name, "created_at": CREATED_TEXT, "display_name": name, "type": "model",
                })).collect::<Vec<_>>(),
                "first_id": models.first(), "has_more": false, "last_id": models.last(),
            }),
        ),
        Ok(models) => json_answer(
            StatusCode::OK,
            &json!({
                "success": true, "object": "list",
                "data": models.iter().map(|name| entry(&app.wall.now(), name)).collect::<Vec<_>>(),
            }),
        ),
        Err(error) => error.answer(&id),
    }
}

/// The handler of one. Names may hold slashes, so the rest of the path is the name; what is no text names nothing.
pub async fn one(
    State(app): State<Arc<App>>,
    name: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let id = RequestId::of(request.extensions());
    let name = name.map(|Path(name)| name).unwrap_or_default();
    match callable(&app, &request) {
        Ok(models) if models.contains(&name) => {
            json_answer(StatusCode::OK, &entry(&app.wall.now(), &name))
        }
        Ok(_) => no_such_model(&name).answer(&id),
        Err(error) => error.answer(&id),
    }
}

/// What is said of a model that is not there.
pub fn no_such_model(name: &str) -> ApiError {
    ApiError {
        kind: "invalid_request_error".into(),
        param: Box::new(Value::from("model")),
        ..ApiError::own(
            StatusCode::NOT_FOUND,
            "model_not_found",
            format!("The model '{name}' does not exist"),
        )
    }
}

/// The models the caller's key may call in a protocol, by name.
pub fn callable_in(
    app: &App,
    request: &Request,
    protocol: Protocol,
) -> Result<Vec<String>, ApiError> {
    let mut models = callable(app, request)?;
    let catalog = app.wall.now();
    models.retain(|name| catalog.protocols_of(name).contains(&protocol));
    Ok(models)
}

/// The models the caller's key may call, by name.
fn callable(app: &App, request: &Request) -> Result<Vec<String>, ApiError> {
    let peer = Peer::of(request.extensions());
    let caller = auth::caller(app, request.headers(), request.uri(), peer)?;
    let catalog = app.wall.now();
    let groups = app.groups_of(&caller);
    let models: BTreeSet<&str> = groups
        .iter()
        .flat_map(|group| catalog.models_in(group))
        .collect();
    Ok(models
        .into_iter()
        .filter(|name| caller.rules.allows_model(name) && catalog.sells(name))
        .map(str::to_owned)
        .collect())
}

fn entry(catalog: &Catalog, name: &str) -> Value {
    let spoken = catalog.protocols_of(name);
    let endpoints: Vec<&str> = spoken.iter().map(|protocol| protocol.name()).collect();
    let known = builtin::models().iter().find(|known| known.name == name);
    json!({
        "id": name, "object": "model", "created": CREATED,
        "owned_by": known.map_or("custom", |known| known.vendor),
        "supported_endpoint_types": endpoints,
    })
}
