//! `GET /v1/models` and `GET /v1/models/{id}`: what a key may call, in OpenAI's shape or Anthropic's.

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
use super::super::translate::Dialect;

/// When every model was made, as far as this protocol is concerned.
const CREATED: i64 = 1_626_777_600;
const CREATED_TEXT: &str = "2021-07-20T10:40:00Z";

/// The names of the endpoints every model answers on, with their paths: what no upstream speaks is translated.
pub fn endpoints() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        ("openai", Dialect::Chat),
        ("anthropic", Dialect::Messages),
        ("openai-response", Dialect::Responses),
    ]
    .into_iter()
    .map(|(name, dialect)| (name, dialect.path()))
}

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
                "data": models.iter().map(|name| entry(name)).collect::<Vec<_>>(),
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
        Ok(models) if models.contains(&name) => json_answer(StatusCode::OK, &entry(&name)),
        Ok(_) => {
            let error = ApiError {
                kind: "invalid_request_error".into(),
                param: Box::new(Value::from("model")),
                ..ApiError::own(
                    StatusCode::NOT_FOUND,
                    "model_not_found",
                    format!("The model '{name}' does not exist"),
                )
            };
            error.answer(&id)
        }
        Err(error) => error.answer(&id),
    }
}

/// The models the caller's key may call, by name.
fn callable(app: &App, request: &Request) -> Result<Vec<String>, ApiError> {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    let caller = auth::caller(app, request.headers(), request.uri(), peer)?;
    let catalog = app.wall.now();
    let models = catalog.models_in(&caller.group);
    Ok(models
        .filter(|name| caller.rules.allows_model(name))
        .map(str::to_owned)
        .collect())
}

fn entry(name: &str) -> Value {
    let known = builtin::models().iter().find(|known| known.name == name);
    json!({
        "id": name, "object": "model", "created": CREATED,
        "owned_by": known.map_or("custom", |known| known.vendor),
        "supported_endpoint_types": endpoints().map(|(name, _)| name).collect::<Vec<_>>(),
    })
}
