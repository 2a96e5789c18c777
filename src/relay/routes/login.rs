//! `/api/user/login`, `/register`, `/auth/…`, `/logout`, `/sessions`: getting in with a password, and out again
//! (`contract/new-api.md` 2.2, 2.3, 2.7).

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::header::{COOKIE, SET_COOKIE, USER_AGENT};
use axum::http::{Extensions, HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::answers::{Answered, Refusal, done, json_answer, refused, too_often};
use super::super::app::App;
use super::super::auth::{self, Peer};
use super::super::ids::SecretHash;
use super::super::passwords::Passwords;
use super::super::rows::{Account, ENABLED, USER};
use super::super::sessions::{Secrets, Session, Worth};
use super::super::store::logs::{self, NewLog};
use super::super::store::setup::DEFAULT_GROUP;
use super::super::store::top_ups::{self, Credit};
use super::super::store::{StoreError, accounts, sessions};
use super::{sent, user};
use crate::domain::UnixSeconds;
use crate::wire::new_api::Envelope;

/// The cookie that holds what buys the next access token.
const REFRESH: &str = "new_api_refresh";
/// What is said of a wrong name, a wrong password and a disabled account alike, so that nobody learns which it was.
const WRONG: &str = "Username or password is incorrect, or user has been banned";

#[derive(Deserialize)]
struct LogIn {
    username: String,
    password: String,
}

/// `POST /api/user/login`.
pub async fn login(State(app): State<Arc<App>>, request: Request) -> Answered {
    let (parts, body) = request.into_parts();
    let from = peer(&parts.extensions);
    if !app.wall.now().settings.flag("PasswordLoginEnabled") {
        return Err("Password login has been disabled by administrator".into());
    }
    let now = app.clock.seconds();
    if let Err(seconds) = app.attempts.may(from, now) {
        return Ok(too_often(seconds));
    }
    let LogIn { username, password } = sent::json(&app, body).await?;
    let found = app.book.account_named(username.trim());
    let kept = found.as_ref().and_then(|found| found.password.clone());
    let fits = app.passwords.fits(kept.clone(), password).await;
    let Some(account) = found.filter(|found| fits && found.status == ENABLED) else {
        app.attempts.failed(from, now);
        return Err(WRONG.into());
    };
    let agent = parts.headers.get(USER_AGENT);
    let agent = agent
        .and_then(|text| text.to_str().ok())
        .unwrap_or_default();
    let (session, secrets) =
        Session::begin(account.id, now, from.to_string(), agent).map_err(|_| no_randomness())?;
    let (kept_in, row) = (Arc::clone(&app), session.clone());
    let gone = app.store.change(
        move |transaction| {
            // The account may have changed while its password was checked.
            let still = accounts::one(transaction, row.account_id)?
                .filter(|still| still.status == ENABLED && still.password == kept);
            if still.is_none() {
                return Err(StoreError::Refused(WRONG.into()));
            }
            let entry = NewLog {
                account_id: row.account_id,
                created_at: now.0,
                kind: logs::LOG_IN,
                content: "Log-in with a password".into(),
                ..NewLog::default()
            };
            logs::insert(transaction, &entry)?;
            Ok((sessions::insert(transaction, &row, now.0)?, row))
        },
        move |(gone, row)| {
            kept_in.sessions.remove(gone);
            kept_in.sessions.put(row.clone());
        },
    );
    gone.await?;
    Ok(bundle(&account, &session, &secrets, now))
}

#[derive(Deserialize)]
struct Registration {
    username: String,
    password: String,
}

/// `POST /api/user/register`: only where the owner allows it.
pub async fn register(State(app): State<Arc<App>>, request: Request) -> Answered {
    let (parts, body) = request.into_parts();
    let catalog = app.wall.now();
    if !catalog.settings.registers() {
        return Err("New user registration has been disabled by administrator".into());
    }
    let (from, now) = (peer(&parts.extensions), app.clock.seconds());
    if let Err(seconds) = app.attempts.may(from, now) {
        return Ok(too_often(seconds));
    }
    let draft: Registration = sent::json(&app, body).await?;
    // Each registration counts as an attempt: an address makes only so many accounts in a while.
    app.attempts.failed(from, now);
    let username = user::username(&draft.username)?;
    Passwords::check(&draft.password)?;
    let password = app.passwords.hash(draft.password).await?;
    let account = Account {
        id: 0,
        display_name: username.clone(),
        username,
        role: USER,
        status: ENABLED,
        group: DEFAULT_GROUP.into(),
        quota: catalog.settings.quota_for_new_user(),
        used_quota: 0,
        request_count: 0,
        access_token: None,
        password: Some(password),
        remark: String::new(),
        created: now.0,
    };
    make(&app, account, "Credit for a new account").await?;
    Ok(json_answer(StatusCode::OK, &Envelope::done()))
}

/// Makes an account; what it begins with is recorded.
pub async fn make(
    app: &Arc<App>,
    mut account: Account,
    told: &'static str,
) -> Result<Account, Refusal> {
    let (book, now) = (Arc::clone(&app.book), app.clock.seconds().0);
    let made = app.store.change(
        move |transaction| {
            account.id = accounts::insert(transaction, &account, now)?;
            if account.quota > 0 {
                let credit = Credit {
                    account_id: account.id,
                    units: account.quota,
                    trade_no: &format!("start-{}", account.id),
                    method: "start",
                    told: told.into(),
                    at: now,
                };
                top_ups::record(transaction, credit)?;
            }
            Ok(account)
        },
        move |account| book.put_account(account.clone()),
    );
    Ok(made.await?)
}

/// `POST /api/user/auth/refresh`: the next pair of secrets, once.
pub async fn refresh(State(app): State<Arc<App>>, headers: HeaderMap) -> Answered {
    let Some((id, secret)) = cookie(&headers) else {
        return Ok(unauthorized(
            "AUTH_UNAUTHORIZED",
            "no refresh cookie was sent",
        ));
    };
    let (now, hash) = (app.clock.seconds(), SecretHash::of(&secret));
    let memory = Arc::clone(&app);
    let turned = app.store.change(
        move |transaction| {
            let Some(mut session) = sessions::one(transaction, &id)? else {
                return Ok(Err(vec![id]));
            };
            match session.worth(&hash, now) {
                Worth::NextPair => {}
                Worth::Stolen | Worth::Over => {
                    let gone = sessions::remove(transaction, session.account_id, &id, false)?;
                    return Ok(Err(gone));
                }
            }
            let secrets = session
                .rotate(now)
                .map_err(|_| StoreError::Failed("the system gives no randomness".into()))?;
            sessions::rotate(transaction, &session)?;
            Ok(Ok((session, secrets)))
        },
        move |turned| match turned {
            Ok((session, _)) => memory.sessions.put(session.clone()),
            Err(gone) => memory.sessions.remove(gone),
        },
    );
    let revoked = || unauthorized("AUTH_SESSION_REVOKED", "the log-in is over; log in again");
    let Ok((session, secrets)) = turned.await? else {
        return Ok(revoked());
    };
    match app.book.account(session.account_id) {
        Some(account) if account.status == ENABLED => Ok(bundle(&account, &session, &secrets, now)),
        Some(_) => Ok(unauthorized("AUTH_USER_DISABLED", "User has been banned")),
        None => Ok(revoked()),
    }
}

/// `POST /api/user/auth/logout`, and `GET /api/user/logout` as it was before: ends the log-in that asks.
pub async fn logout(State(app): State<Arc<App>>, headers: HeaderMap) -> Answered {
    let by_token = auth::who(&app, &headers).ok();
    let by_token = by_token.and_then(|who| Some((who.account.id, who.session?)));
    let session = match (by_token, cookie(&headers)) {
        (Some(found), _) => Some(found),
        (None, Some((id, secret))) => {
            let known = app.store.read({
                let id = id.clone();
                move |connection| sessions::one(connection, &id)
            });
            let hash = SecretHash::of(&secret);
            let known = known.await?.filter(|known| known.refresh.matches(&hash));
            known.map(|known| (known.account_id, id))
        }
        (None, None) => None,
    };
    if let Some((account, id)) = session {
        end(&app, account, id, false).await?;
    }
    let mut response = json_answer(StatusCode::OK, &Envelope::done());
    put_cookie(&mut response, "", 0);
    Ok(response)
}

/// `GET /api/user/sessions`.
pub async fn list(State(app): State<Arc<App>>, headers: HeaderMap) -> Answered {
    let who = auth::who(&app, &headers)?;
    let found = app.sessions.of(who.account.id, app.clock.seconds());
    let rows: Vec<Value> = found
        .iter()
        .map(|session| shown(session, who.session.as_ref() == Some(&session.id)))
        .collect();
    Ok(done(rows))
}

/// `DELETE /api/user/sessions/:sid`.
pub async fn remove(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answered {
    let account = auth::account(&app, &headers)?;
    match end(&app, account.id, id, false).await? {
        0 => Err("record not found".into()),
        _ => Ok(json_answer(StatusCode::OK, &Envelope::done())),
    }
}

/// `POST /api/user/sessions/revoke-others`: all but the one that asks.
pub async fn remove_others(State(app): State<Arc<App>>, headers: HeaderMap) -> Answered {
    let who = auth::who(&app, &headers)?;
    let own = who.session.unwrap_or_default();
    Ok(done(end(&app, who.account.id, own, true).await?))
}

/// Ends an account's log-ins: this one, or all but this one. How many there were.
pub async fn end(
    app: &Arc<App>,
    account: i64,
    id: String,
    others: bool,
) -> Result<usize, StoreError> {
    let memory = Arc::clone(app);
    let gone = app.store.change(
        move |transaction| Ok(sessions::remove(transaction, account, &id, others)?),
        move |gone| memory.sessions.remove(gone),
    );
    Ok(gone.await?.len())
}

/// What a log-in gives: the secrets, the session, the account.
fn bundle(account: &Account, session: &Session, secrets: &Secrets, now: UnixSeconds) -> Response {
    let mut response = done(json!({
        "access_token": secrets.access, "token_type": "Bearer", "access_expires_at": session.access_expires,
        "session": shown(session, true), "user": user::row(account.clone()),
    }));
    let value = format!("{}.{}", session.id, secrets.refresh);
    put_cookie(&mut response, &value, session.left(now));
    response
}

fn shown(session: &Session, current: bool) -> Value {
    json!({
        "sid": session.id, "current": current, "login_method": "password", "ip": session.address,
        "user_agent": session.user_agent, "created_at": session.created, "last_active_at": session.active,
        "expires_at": session.expires,
    })
}

/// Not marked `Secure`: the relay itself speaks plain HTTP, to this machine or to a front end that adds TLS.
fn put_cookie(response: &mut Response, value: &str, seconds: i64) {
    let text = format!(
        "{REFRESH}={value}; Path=/api/user/auth; HttpOnly; SameSite=Strict; Max-Age={seconds}"
    );
    // Letters, digits and a dot always are a header.
    if let Ok(mut value) = HeaderValue::from_str(&text) {
        value.set_sensitive(true);
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// Session and secret of the refresh cookie.
fn cookie(headers: &HeaderMap) -> Option<(String, String)> {
    let texts = headers.get_all(COOKIE).into_iter();
    let mut pairs = texts
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == REFRESH)?;
    let (id, secret) = value.split_once('.')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn peer(extensions: &Extensions) -> IpAddr {
    Peer::of(extensions).unwrap_or(Ipv4Addr::UNSPECIFIED.into())
}

fn unauthorized(code: &str, message: &str) -> Response {
    refused(StatusCode::UNAUTHORIZED, code, message)
}

fn no_randomness() -> Refusal {
    Refusal::from(Box::new(refused(
        StatusCode::INTERNAL_SERVER_ERROR,
        "no_randomness",
        "the system gave no randomness; try again",
    )))
}
