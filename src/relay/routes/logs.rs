//! `GET /api/log/self` and its sums: what an account's requests came to.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use serde_json::json;

use super::super::answers::{broken_store, done};
use super::super::app::App;
use super::super::auth;
use super::super::rows::{ADMIN, Account};
use super::super::store::logs::{self, Filter};
use super::params::{Paging, Params};

/// `GET /api/log/self`.
pub async fn page(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Response {
    let account = match auth::account(&app, &headers) {
        Ok(account) => account,
        Err(refusal) => return *refusal,
    };
    let params = Params::of(&uri);
    let (paging, filter) = (Paging::of(&params), filter(&account, &params));
    let read = app
        .store
        .read(move |connection| logs::page(connection, &filter, paging.offset(), paging.size));
    match read.await {
        Ok((mut rows, total)) => {
            if account.role < ADMIN {
                // Channels are the owner's business.
                rows.iter_mut().for_each(|row| row.channel_name.clear());
            }
            done(paging.page(rows, total))
        }
        Err(error) => broken_store(&error),
    }
}

/// `GET /api/log/self/stat`.
pub async fn sums(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Response {
    let account = match auth::account(&app, &headers) {
        Ok(account) => account,
        Err(refusal) => return *refusal,
    };
    let mut filter = filter(&account, &Params::of(&uri));
    if filter.kind == 0 {
        // A sum of what was spent and what came in means nothing.
        filter.kind = logs::CONSUMPTION;
    }
    let now = app.clock.seconds().0;
    let read = app
        .store
        .read(move |connection| logs::sums(connection, &filter, now));
    match read.await {
        Ok(sums) => done(json!({"quota": sums.quota, "rpm": sums.requests, "tpm": sums.tokens})),
        Err(error) => broken_store(&error),
    }
}

fn filter(account: &Account, params: &Params) -> Filter {
    let time = |name: &str| params.number(name).filter(|time| *time > 0);
    Filter {
        account_id: account.id,
        kind: params.number("type").unwrap_or(0),
        from: time("start_timestamp"),
        until: time("end_timestamp"),
        key_name: params.text("token_name"),
        model: params.text("model_name"),
        group: params.text("group"),
        request_id: params.text("request_id"),
    }
}
