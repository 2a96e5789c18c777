//! Who asks: a key for the model API, an access token for the console.
//!
//! The order of the checks is the protocol's: key, address, account, group. Refusals of a key say which of its states
//! it is in, by a code of its own and in the words that clients already look for.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use axum::http::header::AUTHORIZATION;
use axum::http::{Extensions, HeaderMap, HeaderName, StatusCode, Uri};
use axum::response::Response;

use super::answers::{ApiError, refused};
use super::app::App;
use super::book::{Caller, KeyRefusal};
use super::ids::SecretHash;
use super::refusals::unknown_key;
use super::rows::{ADMIN, Account, ENABLED, OWNER};
use super::sessions::Opened;
use crate::domain::KeyStatus;

const ANTHROPIC_KEY: HeaderName = HeaderName::from_static("x-api-key");
const GOOGLE_KEY: HeaderName = HeaderName::from_static("x-goog-api-key");

/// The address a request comes from.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl Peer {
    /// What the door noted of a request.
    pub fn of(extensions: &Extensions) -> Option<IpAddr> {
        extensions.get().map(|Peer(address)| address.ip())
    }
}

/// The key of a request; where several are sent, the last form of this list counts, as the protocol has it:
/// `Authorization`, `x-api-key`, `?key=`, `x-goog-api-key`.
pub fn key_in<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<Cow<'a, str>> {
    let header = |name: &HeaderName| {
        let text = headers.get(name)?.to_str().ok()?.trim();
        (!text.is_empty()).then_some(text)
    };
    let in_query = || {
        let pairs = url::form_urlencoded::parse(uri.query()?.as_bytes());
        let mut found = pairs.filter(|(name, value)| name == "key" && !value.is_empty());
        found.next().map(|(_, value)| value)
    };
    header(&GOOGLE_KEY)
        .map(Cow::Borrowed)
        .or_else(in_query)
        .or_else(|| header(&ANTHROPIC_KEY).map(Cow::Borrowed))
        .or_else(|| header(&AUTHORIZATION).map(|text| Cow::Borrowed(without_bearer(text))))
}

/// An `Authorization` value without its scheme.
fn without_bearer(text: &str) -> &str {
    match text.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("bearer") => rest.trim(),
        _ => text,
    }
}

/// Whom a request to the model API comes from.
pub fn caller(
    app: &App,
    headers: &HeaderMap,
    uri: &Uri,
    peer: Option<IpAddr>,
) -> Result<Caller, ApiError> {
    let unauthorized = |code, message: &str| ApiError::own(StatusCode::UNAUTHORIZED, code, message);
    let Some(key) = key_in(headers, uri) else {
        return Err(unauthorized(
            "token_missing",
            "Token not provided: send your key as Authorization: Bearer sk-…",
        ));
    };
    let caller = app
        .book
        .caller(&SecretHash::of_key(&key), app.clock.seconds())
        .map_err(|refusal| match refusal {
            KeyRefusal::Unknown if app.book.account_by_token(&SecretHash::of(&key)).is_some() => {
                unauthorized(
                    "invalid_token",
                    "Invalid token: this is an access token of the console; models are called with a key that starts with sk-",
                )
            }
            KeyRefusal::Unknown => unknown_key(),
            KeyRefusal::State(KeyStatus::Expired) => {
                unauthorized("token_expired", "This token has expired")
            }
            KeyRefusal::State(KeyStatus::Exhausted) => {
                unauthorized("token_exhausted", "This token quota is exhausted")
            }
            KeyRefusal::State(_) => {
                unauthorized("token_disabled", "This token status is unavailable")
            }
            KeyRefusal::AccountDisabled => ApiError::own(
                StatusCode::FORBIDDEN,
                "user_disabled",
                "User has been banned",
            ),
        })?;
    // Behind no proxy of ours, the peer is the client; what headers say of it anybody can write.
    if peer.is_some_and(|ip| !caller.rules.allows_ip(ip)) {
        return Err(ApiError::own(
            StatusCode::FORBIDDEN,
            "access_denied",
            "Your IP is not in the token's allowed list",
        ));
    }
    Ok(caller)
}

/// Who asks the console for something.
pub struct Who {
    pub account: Account,
    /// The log-in it came through; `None` for the account's access token.
    pub session: Option<String>,
}

/// The account of a request to the console.
pub fn account(app: &App, headers: &HeaderMap) -> Result<Account, Box<Response>> {
    who(app, headers).map(|who| who.account)
}

/// Who asks the console, and how. Headers that name the account's number are not read: the token says whose it is.
pub fn who(app: &App, headers: &HeaderMap) -> Result<Who, Box<Response>> {
    let denied =
        |code: &str, message: &str| Box::new(refused(StatusCode::UNAUTHORIZED, code, message));
    let unauthorized = |message: &str| denied("AUTH_UNAUTHORIZED", message);
    let Some(sent) = headers.get(AUTHORIZATION) else {
        return Err(unauthorized(
            "Unauthorized, not logged in and no access token provided",
        ));
    };
    let text = sent.to_str().unwrap_or_default().trim();
    let secret = without_bearer(text);
    let hash = SecretHash::of(secret);
    let (found, session) = match app.book.account_by_token(&hash) {
        Some(account) => (Some(account), None),
        None => match app.sessions.opened(&hash, app.clock.seconds()) {
            Some(Opened::Account(id, session)) => (app.book.account(id), Some(session)),
            Some(Opened::Expired) => {
                return Err(denied(
                    "AUTH_TOKEN_EXPIRED",
                    "Unauthorized, the log-in's token has expired: refresh it, or log in again",
                ));
            }
            None => (None, None),
        },
    };
    match found {
        Some(account) if account.status == ENABLED => Ok(Who { account, session }),
        Some(_) => Err(denied("AUTH_USER_DISABLED", "User has been banned")),
        None if secret.starts_with("sk-") => Err(unauthorized(
            "Unauthorized: this is a key for models; the console wants the account's access token",
        )),
        None => Err(unauthorized("Unauthorized, invalid access token")),
    }
}

/// The account of a request to the administrators' part of the console.
pub fn admin(app: &App, headers: &HeaderMap) -> Result<Account, Box<Response>> {
    at_least(ADMIN, app, headers)
}

/// The account of a request to what is the owner's alone.
pub fn owner(app: &App, headers: &HeaderMap) -> Result<Account, Box<Response>> {
    at_least(OWNER, app, headers)
}

fn at_least(role: i64, app: &App, headers: &HeaderMap) -> Result<Account, Box<Response>> {
    let account = account(app, headers)?;
    if account.role >= role {
        return Ok(account);
    }
    Err(Box::new(refused(
        StatusCode::FORBIDDEN,
        "AUTH_INSUFFICIENT_PRIVILEGE",
        "Unauthorized, insufficient privileges",
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(uri: &str, headers: &[(&'static str, &str)]) -> Option<String> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        key_in(&map, &uri.parse().unwrap()).map(Cow::into_owned)
    }

    #[test]
    fn a_key_is_found_wherever_the_protocol_lets_it_be() {
        for (uri, headers, expected) in [
            ("/", vec![("authorization", "Bearer sk-a")], Some("sk-a")),
            ("/", vec![("authorization", "bearer  sk-a")], Some("sk-a")),
            ("/", vec![("authorization", "a")], Some("a")),
            (
                "/",
                vec![("x-api-key", "b"), ("authorization", "a")],
                Some("b"),
            ),
            ("/?x=1&key=c%2B", vec![("x-api-key", "b")], Some("c+")),
            ("/?key=c", vec![("x-goog-api-key", "d")], Some("d")),
            ("/?key=", vec![], None),
            ("/", vec![("authorization", " ")], None),
        ] {
            assert_eq!(key(uri, &headers).as_deref(), expected, "{uri} {headers:?}");
        }
    }
}
