//! `/api/token/…`: an account's keys. A new key's secret is in the answer to its creation and nowhere else.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::super::answers::{broken_store, done, failed, json_answer, refused};
use super::super::app::App;
use super::super::auth;
use super::super::ids::{self, SecretHash};
use super::super::rows::{Account, DISABLED, ENABLED, Key, NEVER};
use super::super::store::keys;
use super::super::store::setup::masked;
use super::params::{Paging, Params};
use super::sent;
use super::token_draft::TokenDraft;
use crate::domain::{AutoRoute, KeyStatus, Pace, UnixSeconds};
use crate::wire::new_api::{Envelope, TokenRow};

/// The most keys an account may have.
const MOST: usize = 1_000;
/// What the protocol says of a key that does not exist.
const NOT_FOUND: &str = "record not found";

type Id = Result<Path<i64>, PathRejection>;

/// `GET /api/token/`: newest first.
pub async fn list(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Response {
    match auth::account(&app, &headers) {
        Ok(account) => {
            let rows = rows(&app, &account, |_| true);
            done(Paging::of(&Params::of(&uri)).cut(rows))
        }
        Err(refusal) => *refusal,
    }
}

/// `GET /api/token/search`: by exact name, or by a pattern with `%`; or by the whole secret.
pub async fn search(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Response {
    let account = match auth::account(&app, &headers) {
        Ok(account) => account,
        Err(refusal) => return *refusal,
    };
    let params = Params::of(&uri);
    let keyword = params.text("keyword");
    let secret = params.get("token").map(SecretHash::of_key);
    let found = rows(&app, &account, |key| {
        let named = keyword.is_empty() || matches(&keyword, &key.name);
        named && secret.is_none_or(|hash| key.hash.matches(&hash))
    });
    done(Paging::of(&params).cut(found))
}

/// `GET /api/token/:id`.
pub async fn one(State(app): State<Arc<App>>, headers: HeaderMap, id: Id) -> Response {
    match auth::account(&app, &headers) {
        Ok(account) => {
            let key = id.ok().and_then(|Path(id)| app.book.key(account.id, id));
            match key {
                Some(key) => done(row(&key, app.clock.seconds())),
                None => failed(NOT_FOUND),
            }
        }
        Err(refusal) => *refusal,
    }
}

/// `GET /api/token/auto-groups`: the groups that a key in `auto` tries where it names none of its own, and how many it may
/// name.
pub async fn auto_groups(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match auth::account(&app, &headers) {
        Ok(account) => {
            let catalog = app.wall.now();
            let groups = catalog.auto_groups(Some(&account));
            let groups: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
            let most = catalog.settings.most_auto_groups();
            done(json!({"groups": groups, "max_count": most}))
        }
        Err(refusal) => *refusal,
    }
}

/// `POST /api/token/`: makes a key. The answer holds the secret (without `sk-`), once.
pub async fn create(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let account = match auth::account(&app, &parts.headers) {
        Ok(account) => account,
        Err(refusal) => return *refusal,
    };
    let draft: TokenDraft = match sent::json(&app, body).await {
        Ok(draft) => draft,
        Err(refusal) => return *refusal,
    };
    let Ok(secret) = ids::new_key() else {
        return refused(
            StatusCode::INTERNAL_SERVER_ERROR,
            "no_randomness",
            "the system gave no randomness, so no key was made; try again",
        );
    };
    let mut key = Key {
        id: 0,
        account_id: account.id,
        hash: SecretHash::of_key(secret.expose()),
        masked: masked(secret.expose()),
        name: String::new(),
        status: ENABLED,
        group: String::new(),
        remain_quota: 0,
        unlimited: false,
        used_quota: 0,
        created: app.clock.seconds().0,
        accessed: 0,
        expired: NEVER,
        limits_models: false,
        model_limits: String::new(),
        allow_ips: String::new(),
        pace: Pace::default(),
        auto: AutoRoute::default(),
    };
    if let Err(why) = draft.put_on(&mut key, &account, &app.wall.now()) {
        return failed(why);
    }
    if app.book.keys(account.id).len() >= MOST {
        return failed(format!("Maximum number of tokens reached ({MOST})"));
    }
    let book = Arc::clone(&app.book);
    let made = app.store.change(
        move |transaction| {
            key.id = keys::insert(transaction, &key)?;
            Ok(key)
        },
        move |key| book.put_key(key.clone()),
    );
    match made.await {
        Ok(key) => {
            let secret = secret.expose();
            done(TokenRow {
                key: secret.strip_prefix("sk-").unwrap_or(secret).to_owned(),
                ..row(&key, app.clock.seconds())
            })
        }
        Err(error) => broken_store(&error),
    }
}

/// `PUT /api/token/`: new settings, or with `?status_only=1` only on and off.
pub async fn update(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let account = match auth::account(&app, &parts.headers) {
        Ok(account) => account,
        Err(refusal) => return *refusal,
    };
    let draft: TokenDraft = match sent::json(&app, body).await {
        Ok(draft) => draft,
        Err(refusal) => return *refusal,
    };
    let Some(id) = draft.id else {
        return failed("the body names no id");
    };
    let status_only = Params::of(&parts.uri).get("status_only").is_some();
    let (catalog, now, book) = (app.wall.now(), app.clock.seconds(), Arc::clone(&app.book));
    let changed = app.store.change(
        move |transaction| {
            let Some(mut key) = keys::one(transaction, account.id, id)? else {
                return Ok(Err(NOT_FOUND.to_owned()));
            };
            let put = if status_only {
                switch(&mut key, draft.status, now)
            } else {
                draft.put_on(&mut key, &account, &catalog)
            };
            if let Err(why) = put {
                return Ok(Err(why));
            }
            keys::update(transaction, &key)?;
            Ok(Ok(key))
        },
        move |changed: &Result<Key, String>| {
            if let Ok(key) = changed {
                book.put_key(key.clone());
            }
        },
    );
    match changed.await {
        Ok(Ok(key)) => done(row(&key, app.clock.seconds())),
        Ok(Err(why)) => failed(why),
        Err(error) => broken_store(&error),
    }
}

/// `DELETE /api/token/:id`.
pub async fn delete(State(app): State<Arc<App>>, headers: HeaderMap, id: Id) -> Response {
    match auth::account(&app, &headers) {
        Ok(account) => {
            let ids = id.ok().map(|Path(id)| id).into_iter().collect();
            match remove(&app, &account, ids).await {
                Ok(0) => failed(NOT_FOUND),
                Ok(_) => json_answer(StatusCode::OK, &Envelope::done()),
                Err(response) => *response,
            }
        }
        Err(refusal) => *refusal,
    }
}

/// `POST /api/token/batch`: deletes several; the answer is how many there were.
pub async fn delete_many(State(app): State<Arc<App>>, request: Request) -> Response {
    #[derive(Deserialize)]
    struct Ids {
        ids: Vec<i64>,
    }
    let (parts, body) = request.into_parts();
    let account = match auth::account(&app, &parts.headers) {
        Ok(account) => account,
        Err(refusal) => return *refusal,
    };
    match sent::json::<Ids>(&app, body).await {
        Ok(Ids { ids }) => match remove(&app, &account, ids).await {
            Ok(count) => done(count),
            Err(response) => *response,
        },
        Err(refusal) => *refusal,
    }
}

/// `POST /api/token/:id/key`: never. Only a hash of the secret is kept.
pub async fn reveal(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match auth::account(&app, &headers) {
        Ok(_) => refused(
            StatusCode::FORBIDDEN,
            "key_not_revealable",
            "This relay keeps only a hash of each key, so a key is shown once, when it is made. Make a new one instead.",
        ),
        Err(refusal) => *refusal,
    }
}

async fn remove(app: &App, account: &Account, ids: Vec<i64>) -> Result<usize, Box<Response>> {
    let (account, now, book) = (account.id, app.clock.seconds().0, Arc::clone(&app.book));
    let removed = app.store.change(
        move |transaction| {
            let mut removed = Vec::new();
            for id in ids {
                if keys::delete(transaction, account, id, now)? > 0 {
                    removed.push(id);
                }
            }
            Ok(removed)
        },
        move |removed| removed.iter().for_each(|id| book.remove_key(*id)),
    );
    match removed.await {
        Ok(removed) => Ok(removed.len()),
        Err(error) => Err(Box::new(broken_store(&error))),
    }
}

/// Switches a key on or off. What is expired or used up cannot be switched on: that would change nothing.
fn switch(key: &mut Key, status: Option<i64>, now: UnixSeconds) -> Result<(), String> {
    match status {
        Some(DISABLED) => key.status = DISABLED,
        Some(ENABLED) => {
            key.status = ENABLED;
            match key.effective(now) {
                KeyStatus::Expired => {
                    return Err(
                        "Token has expired and cannot be enabled: give it a later expiry first"
                            .into(),
                    );
                }
                KeyStatus::Exhausted => {
                    return Err(
                        "Token quota is exhausted and it cannot be enabled: raise its quota first"
                            .into(),
                    );
                }
                KeyStatus::Enabled | KeyStatus::Disabled => {}
            }
        }
        _ => return Err("status must be 1 (enabled) or 2 (disabled)".into()),
    }
    Ok(())
}

fn rows(app: &App, account: &Account, wanted: impl Fn(&Key) -> bool) -> Vec<TokenRow> {
    let now = app.clock.seconds();
    let keys = app.book.keys(account.id);
    keys.iter()
        .filter(|key| wanted(key))
        .map(|key| row(key, now))
        .collect()
}

/// A key as the protocol shows it: masked, its state computed.
fn row(key: &Key, now: UnixSeconds) -> TokenRow {
    TokenRow {
        id: key.id,
        user_id: key.account_id,
        key: key.masked.clone(),
        status: key.effective(now).code(),
        name: key.name.clone(),
        created_time: key.created,
        accessed_time: key.accessed,
        expired_time: key.expired,
        remain_quota: key.remain_quota,
        unlimited_quota: key.unlimited,
        used_quota: key.used_quota,
        model_limits_enabled: key.limits_models,
        model_limits: key.model_limits.clone(),
        allow_ips: key.allow_ips.clone(),
        group: key.group.clone(),
        cross_group_retry: key.auto.cross_group_retry,
        auto_groups: (!key.auto.groups.is_empty()).then(|| key.auto.groups.clone()),
        requests_per_minute: Some(told(key.pace.requests_per_minute)),
        tokens_per_minute: Some(told(key.pace.tokens_per_minute)),
        concurrency: Some(told(key.pace.concurrency)),
    }
}

/// A ceiling as it is told: 0 where there is none.
fn told(ceiling: Option<u32>) -> i64 {
    ceiling.map_or(0, i64::from)
}

/// Whether a text fits a pattern in which `%` stands for anything; without one, whether they are the same.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('%');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut last = None;
    for part in parts {
        if let Some(middle) = last.replace(part) {
            match rest.find(middle) {
                Some(at) => rest = &rest[at + middle.len()..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |end| rest.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_finds_what_it_should() {
        for (pattern, text, fits) in [
            ("laptop", "laptop", true),
            ("laptop", "laptop2", false),
            ("lap%", "laptop", true),
            ("%top", "laptop", true),
            ("%pt%", "laptop", true),
            ("l%t%p", "laptop", true),
            ("l%x%p", "laptop", false),
            ("%", "", true),
            ("aa%aa", "aaa", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
