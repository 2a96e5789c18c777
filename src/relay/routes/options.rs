//! `/api/option/`: how the owner wants the relay to be, its groups and its prices (`contract/new-api.md` 9.2). A change
//! holds from the next request on; one that cannot be changes nothing.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rusqlite::Transaction;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::answers::{Answered, Refusal, done, json_answer};
use super::super::app::App;
use super::super::auth;
use super::super::catalog::Catalog;
use super::super::rows::Account;
use super::super::settings;
use super::super::store::prices::OwnPrice;
use super::super::store::{StoreError, options, prices};
use super::channel_draft::PriceDraft;
use super::maps::MAPS;
use super::sent;
use crate::wire::new_api::Envelope;

/// `GET /api/option/`: every option with its value as text; maps as JSON.
pub async fn list(State(app): State<Arc<App>>, headers: HeaderMap) -> Answered {
    auth::owner(&app, &headers)?;
    let catalog = app.wall.now();
    let plain = catalog.settings.all();
    let rows: Vec<Value> = plain
        .map(|(key, value)| json!({"key": key, "value": value}))
        .chain(
            MAPS.iter()
                .map(|(key, map)| json!({"key": key, "value": map.now(&catalog).to_string()})),
        )
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
    if let Some((_, map)) = MAPS.iter().find(|(known, _)| *known == key) {
        let checked = map
            .check(&draft.value)
            .map_err(|why| format!("{key}: {why}"))?;
        return change(&app, move |transaction| checked.write(transaction)).await;
    }
    let Some(checked) = settings::check(&key, &draft.value) else {
        let maps = MAPS.iter().map(|(known, _)| *known);
        let known: Vec<&str> = settings::names().chain(maps).collect();
        let told = format!(
            "there is no option {key:?}; the options are: {}",
            known.join(", ")
        );
        return Err(told.into());
    };
    let value = checked?;
    change(&app, move |transaction| {
        Ok(options::put(transaction, &key, &value)?)
    })
    .await
}

/// What is asked of one model's price.
#[derive(Deserialize)]
struct ModelPricing {
    model: String,
    /// In dollars; nothing to forget the owner's price.
    #[serde(default)]
    price: Option<PriceDraft>,
}

/// `PATCH /api/option/model_pricing`: the whole price of one model at once, which the maps cannot do. The shape of its
/// body is ours.
pub async fn price(State(app): State<Arc<App>>, request: Request) -> Answered {
    let (_, draft): (Account, ModelPricing) = sent::by(&app, request, auth::owner).await?;
    let model = draft.model.trim().to_owned();
    if model.is_empty() || model.len() > 200 || model.chars().any(char::is_control) {
        return Err(format!("{model:?} cannot be the name of a model").into());
    }
    let price = match &draft.price {
        None => None,
        Some(price) => {
            let base = price.base().map_err(|why| format!("{model}: {why}"))?;
            Some(OwnPrice::from(&base))
        }
    };
    change(&app, move |transaction| {
        match price {
            Some(price) => prices::put(transaction, &model, &price)?,
            None if prices::remove(transaction, &model)? == 0 => {
                return Err(StoreError::Refused(format!(
                    "record not found: {model} has no price of the owner's"
                )));
            }
            None => {}
        }
        Ok(())
    })
    .await
}

/// `GET /api/group/`: the names of all groups.
pub async fn groups(State(app): State<Arc<App>>, headers: HeaderMap) -> Answered {
    auth::admin(&app, &headers)?;
    let catalog = app.wall.now();
    let names: Vec<&str> = catalog.groups().map(|group| group.name.as_str()).collect();
    Ok(done(names))
}

/// Writes, and hangs up the catalog that comes of it.
async fn change(
    app: &Arc<App>,
    write: impl FnOnce(&Transaction<'_>) -> Result<(), StoreError> + Send + 'static,
) -> Result<Response, Refusal> {
    let wall = Arc::clone(app);
    let changed = app.store.change(
        move |transaction| {
            write(transaction)?;
            Ok(Arc::new(Catalog::load(transaction)?))
        },
        move |catalog| wall.wall.hang(Arc::clone(catalog)),
    );
    changed.await?;
    Ok(json_answer(StatusCode::OK, &Envelope::done()))
}
