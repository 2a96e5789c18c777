//! `/api/user/…`: the account itself, its groups, its models.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::super::answers::done;
use super::super::app::App;
use super::super::auth;
use super::super::rows::Account;
use super::params::Params;
use crate::wire::new_api::{GroupEntry, SelfUser};

/// `GET /api/user/self`.
pub async fn own(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match auth::account(&app, &headers) {
        Ok(account) => done(row(account)),
        Err(refusal) => *refusal,
    }
}

/// `GET /api/user/self/groups`: the groups this account may put on a key.
pub async fn own_groups(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match auth::account(&app, &headers) {
        Ok(_) => groups(State(app)).await,
        Err(refusal) => *refusal,
    }
}

/// `GET /api/user/groups`: the same for anybody. Every group may be used by every account.
pub async fn groups(State(app): State<Arc<App>>) -> Response {
    let catalog = app.wall.now();
    let map: BTreeMap<&str, GroupEntry> = catalog
        .groups()
        .map(|group| {
            let entry = GroupEntry {
                ratio: Some(group.ratio.to_f64()),
                desc: group.description.clone(),
            };
            (group.name.as_str(), entry)
        })
        .collect();
    done(map)
}

/// `GET /api/user/models`: names, of all groups or of the one asked for.
pub async fn models(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Response {
    if let Err(refusal) = auth::account(&app, &headers) {
        return *refusal;
    }
    let catalog = app.wall.now();
    let params = Params::of(&uri);
    let names: BTreeSet<&str> = match params.get("group") {
        Some(group) => catalog.models_in(group).collect(),
        None => catalog
            .groups()
            .flat_map(|group| catalog.models_in(&group.name))
            .collect(),
    };
    done(names)
}

fn row(account: Account) -> SelfUser {
    SelfUser {
        id: account.id,
        username: account.username,
        display_name: account.display_name,
        role: account.role,
        status: account.status,
        email: String::new(),
        group: account.group,
        quota: account.quota,
        used_quota: account.used_quota,
        request_count: account.request_count,
    }
}
