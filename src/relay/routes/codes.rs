//! `/api/redemption/…`: the owner's redemption codes. A code is told once, when it is made.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::answers::{Answered, done, json_answer};
use super::super::app::App;
use super::super::auth;
use super::super::ids::{self, SecretHash};
use super::super::rows::Account;
use super::super::settings::LARGEST_QUOTA;
use super::super::store::StoreError;
use super::super::store::codes::{self, Code, DISABLED, UNUSED};
use super::params::{Paging, Params};
use super::sent;
use super::sent::whole;
use crate::domain::key::mask;
use crate::wire::new_api::Envelope;

type Id = Result<Path<i64>, PathRejection>;

const NOT_FOUND: &str = "record not found";
/// The longest name, in characters.
const LONGEST_NAME: usize = 20;
/// The most codes in one call.
const MOST: i64 = 100;

/// What a body says of codes.
#[derive(Default, Deserialize)]
#[serde(default)]
struct CodeDraft {
    #[serde(deserialize_with = "whole")]
    id: Option<i64>,
    name: Option<String>,
    #[serde(deserialize_with = "whole")]
    quota: Option<i64>,
    #[serde(deserialize_with = "whole")]
    count: Option<i64>,
    #[serde(deserialize_with = "whole")]
    expired_time: Option<i64>,
    #[serde(deserialize_with = "whole")]
    status: Option<i64>,
}

impl CodeDraft {
    fn put_on(&self, code: &mut Code, now: i64) -> Result<(), String> {
        if let Some(name) = &self.name {
            code.name = name.trim().to_owned();
        }
        let length = code.name.chars().count();
        if !(1..=LONGEST_NAME).contains(&length) || code.name.chars().any(char::is_control) {
            return Err(format!("a code's name has 1 to {LONGEST_NAME} characters"));
        }
        code.units = self.quota.unwrap_or(code.units);
        if !(1..=LARGEST_QUOTA).contains(&code.units) {
            return Err(format!("quota is between 1 and {LARGEST_QUOTA} units"));
        }
        if let Some(expiry) = self.expired_time {
            if expiry != 0 && expiry <= now {
                return Err("the expiry is in the past; 0 means never".into());
            }
            code.expires = expiry;
        }
        if let Some(status) = self.status {
            if !matches!(status, UNUSED | DISABLED) {
                return Err("status must be 1 (unused) or 2 (disabled)".into());
            }
            code.status = status;
        }
        Ok(())
    }
}

/// `GET /api/redemption/`, and `/search?keyword=`: newest first.
pub async fn list(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Answered {
    auth::admin(&app, &headers)?;
    let params = Params::of(&uri);
    let word = params.text("keyword");
    let rows: Vec<Value> = app
        .store
        .read(codes::all)
        .await?
        .iter()
        .filter(|code| code.name.contains(&word) || code.id.to_string() == word)
        .map(shown)
        .collect();
    Ok(done(Paging::of(&params).cut(rows)))
}

/// `GET /api/redemption/:id`.
pub async fn one(State(app): State<Arc<App>>, headers: HeaderMap, id: Id) -> Answered {
    auth::admin(&app, &headers)?;
    let Path(id) = id.map_err(|_| NOT_FOUND)?;
    let found = app.store.read(move |connection| codes::one(connection, id));
    Ok(done(shown(&found.await?.ok_or(NOT_FOUND)?)))
}

/// `POST /api/redemption/`: makes codes; the answer holds them, once.
pub async fn create(State(app): State<Arc<App>>, request: Request) -> Answered {
    let (admin, draft): (Account, CodeDraft) = sent::by(&app, request, auth::admin).await?;
    let count = draft.count.unwrap_or(1);
    if !(1..=MOST).contains(&count) {
        return Err(format!("count is between 1 and {MOST}").into());
    }
    let now = app.clock.seconds().0;
    let mut made = Vec::new();
    for _ in 0..count {
        let secret = ids::hex_code().map_err(|_| "the system gave no randomness; try again")?;
        let mut code = Code {
            id: 0,
            hash: SecretHash::of(&secret),
            masked: mask(&secret),
            name: String::new(),
            status: UNUSED,
            units: 0,
            created_by: admin.id,
            created: now,
            expires: 0,
            used_by: 0,
            redeemed: 0,
        };
        draft.put_on(&mut code, now)?;
        made.push((secret, code));
    }
    let kept = app.store.change(
        move |transaction| {
            for (_, code) in &made {
                codes::insert(transaction, code)?;
            }
            Ok(made)
        },
        |_| {},
    );
    let secrets: Vec<String> = kept.await?.into_iter().map(|(secret, _)| secret).collect();
    Ok(done(secrets))
}

/// `PUT /api/redemption/`; with `?status_only=1` only on and off.
pub async fn update(State(app): State<Arc<App>>, request: Request) -> Answered {
    let status_only = Params::of(request.uri()).get("status_only").is_some();
    let (_, mut draft): (Account, CodeDraft) = sent::by(&app, request, auth::admin).await?;
    let id = draft.id.ok_or("the body names no id")?;
    if status_only {
        draft = CodeDraft {
            status: draft.status,
            ..CodeDraft::default()
        };
    }
    let now = app.clock.seconds().0;
    let changed = app.store.change(
        move |transaction| {
            let missing = || StoreError::Refused(NOT_FOUND.into());
            let mut code = codes::one(transaction, id)?.ok_or_else(missing)?;
            draft.put_on(&mut code, now).map_err(StoreError::Refused)?;
            if codes::update(transaction, &code)? == 0 {
                return Err(StoreError::Refused(
                    "the code was redeemed; it cannot be changed".into(),
                ));
            }
            Ok(code)
        },
        |_| {},
    );
    Ok(done(shown(&changed.await?)))
}

/// `DELETE /api/redemption/:id`. What was redeemed stays in the wallets and their histories.
pub async fn remove(State(app): State<Arc<App>>, headers: HeaderMap, id: Id) -> Answered {
    auth::admin(&app, &headers)?;
    let Path(id) = id.map_err(|_| NOT_FOUND)?;
    let removed = app.store.change(
        move |transaction| Ok(codes::delete(transaction, id)?),
        |_| {},
    );
    match removed.await? {
        0 => Err(NOT_FOUND.into()),
        _ => Ok(json_answer(StatusCode::OK, &Envelope::done())),
    }
}

/// `DELETE /api/redemption/invalid`: all that can no longer be redeemed; the answer is how many.
pub async fn remove_invalid(State(app): State<Arc<App>>, headers: HeaderMap) -> Answered {
    auth::admin(&app, &headers)?;
    let now = app.clock.seconds().0;
    let removed = app.store.change(
        move |transaction| Ok(codes::delete_invalid(transaction, now)?),
        |_| {},
    );
    Ok(done(removed.await?))
}

fn shown(code: &Code) -> Value {
    json!({
        "id": code.id, "user_id": code.created_by, "key": code.masked, "status": code.status, "name": code.name,
        "quota": code.units, "created_time": code.created, "redeemed_time": code.redeemed,
        "used_user_id": code.used_by, "expired_time": code.expires,
    })
}
