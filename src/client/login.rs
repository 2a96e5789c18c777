//! Logging in with a password to get an access token, and making an account (`contract/new-api.md` 2.2–2.7).
//!
//! Every era answers a log-in differently: with a cookie, with a short token, or with a question for a second factor.
//! What leaves here is the same each time: an access token that lasts, which is what a profile keeps. The password is
//! held for the call and nowhere else.

use reqwest::Method;
use reqwest::header::{COOKIE, HeaderName, HeaderValue, SET_COOKIE};
use serde_json::{Value, json};

use super::account::odd_answer;
use super::answer::Answer;
use super::call::{As, Call, USER_HEADERS};
use super::{Credentials, RelayClient};
use crate::domain::{ApiKey, Fault, FaultKind};
use crate::locale::say;
use crate::wire::plain::one_line;

/// What our access tokens must be able to do (`contract/new-api.md` 2.6), in the order the relay compares them in.
const SCOPES: [&str; 7] = [
    "api_key:read",
    "api_key:reveal",
    "api_key:write",
    "profile:read",
    "usage:read",
    "wallet:read",
    "wallet:write",
];
/// What our access token is called in the relay's console.
const TOKEN_NAME: &str = "relaydeck";

/// Who logs in.
#[derive(Clone, Debug)]
pub struct LogIn {
    /// The account's name, or its e-mail address where the relay takes that.
    pub username: String,
    /// The password.
    pub password: ApiKey,
    /// The code of a second factor, once the relay asked for it.
    pub code: Option<String>,
}

/// How a log-in ended.
#[derive(Clone, Debug)]
pub enum LoggedIn {
    /// The account is open.
    In {
        /// The account's number.
        user_id: Option<i64>,
        /// The account's name.
        name: String,
        /// What to keep. On relays with one token an account, the one before it stopped working.
        access_token: ApiKey,
    },
    /// The account has a second factor: ask for its code, then log in again with it.
    WantsCode,
}

/// Whether and where an account can be made (S-02).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Here, with a name and a password.
    Here,
    /// On the relay's own page: it wants an e-mail address or a puzzle solved.
    OnItsPage(String),
    /// Nowhere: the relay's owner makes accounts.
    Closed,
}

/// A log-in while it is used.
struct Open {
    user_id: Option<i64>,
    name: String,
    /// A short token, in newer versions.
    bearer: Option<ApiKey>,
    /// Cookies as they are sent back.
    cookies: String,
}

impl RelayClient {
    /// Logs in and gets an access token that lasts. Where a relay keeps one token an account, this replaces it: other
    /// programs that use the old one must be given the new one. Say so before.
    ///
    /// # Errors
    /// [`FaultKind::CredentialRefused`] for a wrong name or password; [`FaultKind::Unsupported`] where the relay wants
    /// what no terminal can do.
    pub async fn log_in(&self, draft: &LogIn) -> Result<LoggedIn, Fault> {
        if let Some(site) = self.site().await?
            && (site.turnstile || site.encrypts_passwords)
        {
            return Err(Fault::new(FaultKind::Unsupported, say!("login-browser"))
                .advise(say!("login-browser-advice")));
        }
        let body = json!({"username": draft.username.trim(), "password": draft.password.expose()});
        let answer = self.post("/api/user/login", &body, &[], draft).await?;
        let document = answer.document().map_err(refused)?;
        let data = document.get("data").unwrap_or(&Value::Null);
        let cookies = cookies(&answer);
        let flag = |name: &str| data.get(name).and_then(Value::as_bool) == Some(true);
        let open = if flag("require_2fa") || flag("require_verification") {
            let Some(code) = draft.code.as_deref() else {
                return Ok(LoggedIn::WantsCode);
            };
            let flow = data.get("flow_token").cloned().unwrap_or_default();
            let body = json!({"code": code.trim(), "flow_token": flow, "method": "2fa"});
            let headers = cookie_header(&cookies);
            let path = match flag("require_verification") {
                true => "/api/user/login/verify",
                false => "/api/user/login/2fa",
            };
            let answer = self.post(path, &body, &headers, draft).await?;
            let document = answer.document().map_err(refused)?;
            let newer = self::cookies(&answer);
            let cookies = if newer.is_empty() { cookies } else { newer };
            Open::read(document.get("data").unwrap_or(&Value::Null), cookies)
        } else {
            Open::read(data, cookies)
        };
        let open = open.ok_or_else(|| odd_answer(say!("what-login")))?;
        let access_token = self.token_of(&open, draft).await;
        self.leave(&open).await;
        Ok(LoggedIn::In {
            user_id: open.user_id,
            name: open.name,
            access_token: access_token?,
        })
    }

    /// Whether and where an account can be made.
    ///
    /// # Errors
    /// When the relay does not answer.
    pub async fn registration(&self) -> Result<Registration, Fault> {
        let page = || Registration::OnItsPage(self.inner.address.join("/register"));
        Ok(match self.site().await? {
            None => Registration::Closed,
            Some(site) if !site.registers => Registration::Closed,
            Some(site) if site.turnstile || site.verifies_email => page(),
            Some(_) => Registration::Here,
        })
    }

    /// Makes an account. Log in to it afterwards.
    ///
    /// # Errors
    /// When the relay refuses the name or the password, or makes no accounts; its words say why.
    pub async fn register(&self, draft: &LogIn) -> Result<(), Fault> {
        match self.registration().await? {
            Registration::Here => {}
            Registration::OnItsPage(url) => {
                return Err(Fault::new(FaultKind::Unsupported, say!("login-own-page"))
                    .advise(say!("login-open", url = url)));
            }
            Registration::Closed => {
                return Err(
                    Fault::new(FaultKind::Unsupported, say!("login-no-accounts"))
                        .advise(say!("login-ask-owner")),
                );
            }
        }
        let body = json!({"username": draft.username.trim(), "password": draft.password.expose()});
        let answer = self.post("/api/user/register", &body, &[], draft).await?;
        answer.document().map(|_| ())
    }

    /// An access token that lasts, through an open log-in.
    async fn token_of(&self, open: &Open, draft: &LogIn) -> Result<ApiKey, Fault> {
        if open.bearer.is_some() {
            // Scoped tokens since autumn 2026; elsewhere this path is another route, and refuses.
            let scoped = self.get_open("/api/user/access_tokens", open).await;
            if scoped.is_ok_and(|found| found.pointer("/data/items").is_some()) {
                return self.scoped_token(open, draft).await;
            }
        } else if let Ok(found) = self.get_open("/api/user/self", open).await
            && let Some(token) = found.pointer("/data/access_token").and_then(Value::as_str)
            && !token.is_empty()
        {
            // Some versions tell the token there is, so nothing need be replaced.
            return Ok(ApiKey::new(token));
        }
        let document = self.get_open("/api/user/token", open).await?;
        let token = document.get("data").and_then(Value::as_str);
        token
            .filter(|token| token.len() >= 8)
            .map(ApiKey::new)
            .ok_or_else(|| odd_answer(say!("what-access-token")))
    }

    /// A token with the scopes we need: first a proof that it is really the account's owner who asks.
    async fn scoped_token(&self, open: &Open, draft: &LogIn) -> Result<ApiKey, Fault> {
        let context = json!({"scopes": SCOPES, "expires_at": 0});
        let mut proof = json!({"scope": "access_token.generate", "context": context});
        match draft.code.as_deref() {
            Some(code) => {
                proof["method"] = json!("2fa");
                proof["code"] = json!(code.trim());
            }
            None => {
                proof["method"] = json!("password");
                proof["password"] = json!(draft.password.expose());
            }
        }
        let answer = self
            .post_open("/api/verify", &proof, open, None, draft)
            .await?;
        let document = answer.document()?;
        let proof = document
            .pointer("/data/proof_token")
            .and_then(Value::as_str);
        let proof = proof.ok_or_else(|| odd_answer(say!("what-proof")))?;
        let body = json!({"name": TOKEN_NAME, "scopes": SCOPES, "expires_at": 0});
        let path = "/api/user/access_tokens";
        let answer = self
            .post_open(path, &body, open, Some(proof), draft)
            .await?;
        let document = answer.document()?;
        let token = document.pointer("/data/token").and_then(Value::as_str);
        token
            .map(ApiKey::new)
            .ok_or_else(|| odd_answer(say!("what-access-token")))
    }

    /// Ends a log-in that has done its work. That it may fail matters to nobody: it ends by itself later.
    async fn leave(&self, open: &Open) {
        let left = if open.bearer.is_some() {
            let call = Call {
                method: Method::POST,
                ..self.opened("/api/user/auth/logout", open)
            };
            self.call_without_repeating(&call).await
        } else {
            self.call_without_repeating(&self.opened("/api/user/logout", open))
                .await
        };
        if let Err(fault) = left {
            tracing::debug!(%fault, "a log-in was not ended");
        }
    }

    async fn get_open(&self, path: &str, open: &Open) -> Result<Value, Fault> {
        let answer = self
            .call_without_repeating(&self.opened(path, open))
            .await?;
        answer.document()
    }

    async fn post_open(
        &self,
        path: &str,
        body: &Value,
        open: &Open,
        proof: Option<&str>,
        draft: &LogIn,
    ) -> Result<Answer, Fault> {
        let mut call = Call {
            method: Method::POST,
            body: Some(body.to_string().into_bytes()),
            holds: Some(draft.password.clone()),
            ..self.opened(path, open)
        };
        if let Some(proof) = proof.and_then(|proof| HeaderValue::from_str(proof).ok()) {
            call.headers
                .push((HeaderName::from_static("x-security-proof"), proof));
        }
        self.call(&call).await
    }

    /// A read through an open log-in.
    fn opened<'a>(&self, path: &str, open: &'a Open) -> Call<'a> {
        let by = open.bearer.as_ref().map_or(As::Nobody, As::Key);
        let mut call = Call::get(path, by, self.inner.options.console);
        call.headers = cookie_header(&open.cookies);
        if let Some(id) = open.user_id {
            let names = USER_HEADERS.into_iter().map(HeaderName::from_static);
            call.headers
                .extend(names.map(|name| (name, HeaderValue::from(id))));
        }
        call
    }

    async fn post(
        &self,
        path: &str,
        body: &Value,
        headers: &[(HeaderName, HeaderValue)],
        draft: &LogIn,
    ) -> Result<Answer, Fault> {
        let call = Call {
            by: As::Nobody,
            body: Some(body.to_string().into_bytes()),
            holds: Some(draft.password.clone()),
            headers: headers.to_vec(),
            ..Call::write(Method::POST, path, self.inner.options.console)
        };
        self.call(&call).await
    }

    /// A client of the same relay that has an account.
    ///
    /// # Errors
    /// When this machine cannot make TLS connections at all.
    pub fn with_account(&self, access_token: ApiKey, user_id: Option<i64>) -> Result<Self, Fault> {
        let credentials = Credentials {
            access_token: Some(access_token),
            user_id,
        };
        RelayClient::with_options(self.inner.address.clone(), credentials, self.inner.options)
    }
}

impl Open {
    fn read(data: &Value, cookies: String) -> Option<Self> {
        let user = data
            .get("user")
            .filter(|user| user.is_object())
            .unwrap_or(data);
        let text = |name: &str| user.get(name).and_then(Value::as_str).map(one_line);
        let bearer = data.get("access_token").and_then(Value::as_str);
        let open = Open {
            user_id: user.get("id").and_then(Value::as_i64).filter(|id| *id > 0),
            name: text("username").unwrap_or_default(),
            // April 2025 sends the whole row, whose token is the lasting one; then there is a cookie as well.
            bearer: bearer
                .filter(|token| !token.is_empty() && data.get("user").is_some())
                .map(ApiKey::new),
            cookies,
        };
        (open.bearer.is_some() || !open.cookies.is_empty()).then_some(open)
    }
}

/// Cookies of an answer as they are sent back: names and values alone.
fn cookies(answer: &Answer) -> String {
    let set = answer.headers.get_all(SET_COOKIE).into_iter();
    let pairs: Vec<&str> = set
        .filter_map(|value| value.to_str().ok())
        .filter_map(|text| text.split(';').next())
        .map(str::trim)
        .filter(|pair| pair.contains('='))
        .collect();
    pairs.join("; ")
}

fn cookie_header(cookies: &str) -> Vec<(HeaderName, HeaderValue)> {
    match HeaderValue::from_str(cookies) {
        Ok(mut value) if !cookies.is_empty() => {
            value.set_sensitive(true);
            vec![(COOKIE, value)]
        }
        _ => Vec::new(),
    }
}

/// A log-in that was refused is about name and password, whatever the status.
fn refused(fault: Fault) -> Fault {
    match fault.kind {
        FaultKind::BadRequest | FaultKind::Forbidden | FaultKind::CredentialRefused => Fault {
            kind: FaultKind::CredentialRefused,
            ..fault.advise(say!("login-check"))
        },
        _ => fault,
    }
}
