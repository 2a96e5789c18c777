//! `/api/log/…` and `/api/data/…`: what requests came to, row by row, summed up, and by the hour
//! (`contract/new-api.md` 7.1–7.3).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use serde_json::json;

use super::super::answers::{Answered, broken_store, done, refused};
use super::super::app::App;
use super::super::auth;
use super::super::ids::SecretHash;
use super::super::rows::{ADMIN, DISABLED};
use super::super::store::logs::{self, Filter};
use super::super::store::{statistics, told};
use super::params::{Paging, Params};
use crate::wire::new_api::LogRow;

/// The longest span of hourly sums, in seconds.
const LONGEST_SPAN: i64 = 2_592_000;
/// The most rows that a key may read of its own.
const ROWS_OF_A_KEY: i64 = 1_000;

/// `GET /api/log/self`.
pub async fn page(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Answered {
    let account = auth::account(&app, &headers)?;
    // Channels are the owner's business.
    let shows_channels = account.role >= ADMIN;
    rows(&app, Some(account.id), &uri, shows_channels).await
}

/// `GET /api/log/`: everybody's, for administrators.
pub async fn all(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Answered {
    auth::admin(&app, &headers)?;
    rows(&app, None, &uri, true).await
}

async fn rows(app: &App, account: Option<i64>, uri: &Uri, shows_channels: bool) -> Answered {
    let params = Params::of(uri);
    let (paging, filter) = (Paging::of(&params), filter(account, &params));
    let read = app
        .store
        .read(move |connection| logs::page(connection, &filter, paging.offset(), paging.size));
    let (mut rows, total) = read.await?;
    if !shows_channels {
        rows.iter_mut().for_each(without_channels);
    }
    Ok(done(paging.page(rows, total)))
}

/// A row without what is the administrators' business.
fn without_channels(row: &mut LogRow) {
    row.channel_name.clear();
    told::for_everybody(&mut row.other);
}

/// `GET /api/log/self/stat`.
pub async fn sums(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Answered {
    let account = auth::account(&app, &headers)?;
    summed(&app, Some(account.id), &uri).await
}

/// `GET /api/log/stat`: everybody's, for administrators.
pub async fn all_sums(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Answered {
    auth::admin(&app, &headers)?;
    summed(&app, None, &uri).await
}

async fn summed(app: &App, account: Option<i64>, uri: &Uri) -> Answered {
    let mut filter = filter(account, &Params::of(uri));
    if filter.kind == 0 {
        // A sum of what was spent and what came in means nothing.
        filter.kind = logs::CONSUMPTION;
    }
    let now = app.clock.seconds().0;
    let read = app
        .store
        .read(move |connection| logs::sums(connection, &filter, now));
    let sums = read.await?;
    Ok(done(
        json!({"quota": sums.quota, "rpm": sums.requests, "tpm": sums.tokens}),
    ))
}

/// `GET /api/log/token`: a key's own rows, newest first, asked for with the key. An expired or exhausted key may ask.
pub async fn of_key(State(app): State<Arc<App>>, request: Request) -> Response {
    let unauthorized = |code, message| refused(StatusCode::UNAUTHORIZED, code, message);
    let Some(sent) = auth::key_in(request.headers(), request.uri()) else {
        return unauthorized("token_missing", "Token not provided");
    };
    let key = match app.book.key_by_secret(&SecretHash::of_key(&sent)) {
        None => return unauthorized("invalid_token", "Invalid token"),
        Some(key) if key.status == DISABLED => {
            return unauthorized("token_disabled", "This token status is unavailable");
        }
        Some(key) => key,
    };
    let filter = Filter {
        account_id: Some(key.account_id),
        key_id: Some(key.id),
        ..Filter::default()
    };
    let read = app
        .store
        .read(move |connection| logs::page(connection, &filter, 0, ROWS_OF_A_KEY));
    match read.await {
        Ok((mut rows, _)) => {
            rows.iter_mut().for_each(without_channels);
            done(rows)
        }
        Err(error) => broken_store(&error),
    }
}

/// `GET /api/data/self`: hourly sums. At most a month at once; the last day where nobody says.
pub async fn hours(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Answered {
    let account = auth::account(&app, &headers)?;
    by_hour(&app, Some(account.id), &Params::of(&uri)).await
}

/// `GET /api/data/`: everybody's, for administrators, or one user's by `username`.
pub async fn all_hours(State(app): State<Arc<App>>, headers: HeaderMap, uri: Uri) -> Answered {
    auth::admin(&app, &headers)?;
    by_hour(&app, None, &Params::of(&uri)).await
}

async fn by_hour(app: &App, account: Option<i64>, params: &Params) -> Answered {
    let until = time(params, "end_timestamp").unwrap_or(app.clock.seconds().0);
    let from = time(params, "start_timestamp").unwrap_or(until.saturating_sub(24 * 3_600));
    if until.saturating_sub(from) > LONGEST_SPAN {
        return Err("the span of time cannot exceed one month".into());
    }
    let username = match account {
        Some(_) => String::new(),
        None => params.text("username"),
    };
    let read = app
        .store
        .read(move |connection| statistics::hours(connection, account, &username, from, until));
    Ok(done(read.await?))
}

fn time(params: &Params, name: &str) -> Option<i64> {
    params.number(name).filter(|time| *time > 0)
}

fn filter(account: Option<i64>, params: &Params) -> Filter {
    Filter {
        account_id: account,
        key_id: None,
        // Only administrators ask about others.
        username: match account {
            Some(_) => String::new(),
            None => params.text("username"),
        },
        channel: params.number("channel").filter(|channel| *channel > 0),
        kind: params.number("type").unwrap_or(0),
        from: time(params, "start_timestamp"),
        until: time(params, "end_timestamp"),
        key_name: params.text("token_name"),
        model: params.text("model_name"),
        group: params.text("group"),
        request_id: params.text("request_id"),
    }
}
