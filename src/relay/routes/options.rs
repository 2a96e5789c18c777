//! `/api/option/`: how the owner wants the relay to be (`contract/new-api.md` 9.2). A change holds from the next request on.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::answers::{Answered, done, json_answer};
use super::super::app::App;
use super::super::auth;
use super::super::catalog::Catalog;
use super::super::rows::Account;
use super::super::settings;
use super::super::store::options;
use super::sent;
use crate::wire::new_api::Envelope;

/// `GET /api/option/`: every option with its value as text.
pub async fn list(State(app): State<Arc<App>>, headers: HeaderMap) -> Answered {
    auth::owner(&app, &headers)?;
    let catalog = app.wall.now();
    let rows: Vec<Value> = catalog
        .settings
        .all()
        .map(|(key, value)| json!({"key": key, "value": value}))
        .collect();
    Ok(done(rows))
}

#[derive(Deserialize)]
struct OptionDraft {
    key: String,
    #[serde(default)]
    value: Value,
}

/// `PUT /api/option/`.
pub async fn update(State(app): State<Arc<App>>, request: Request) -> Answered {
    let (_, draft): (Account, OptionDraft) = sent::by(&app, request, auth::owner).await?;
    let key = draft.key.trim().to_owned();
    let Some(checked) = settings::check(&key, &draft.value) else {
        let known: Vec<&str> = settings::names().collect();
        return Err(format!(
            "there is no option {key:?}; the options are: {}",
            known.join(", ")
        )
        .into());
    };
    let value = checked?;
    let wall = Arc::clone(&app);
    let changed = app.store.change(
        move |transaction| {
            options::put(transaction, &key, &value)?;
            Ok(Arc::new(Catalog::load(transaction)?))
        },
        move |catalog| wall.wall.hang(Arc::clone(catalog)),
    );
    changed.await?;
    Ok(json_answer(StatusCode::OK, &Envelope::done()))
}
