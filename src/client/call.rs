//! One call and its answer: headers, time limits, redirects within the origin, and repeated reads.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{
    ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    LOCATION,
};
use reqwest::{Method, Response};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::RelayClient;
use super::answer::{Answer, redirect_fault};
use super::http::{network_fault, timeout_fault};
use crate::domain::retry::Trouble;
use crate::domain::{ApiKey, Fault, FaultKind};
use crate::locale::say;
use crate::wire::console_error::wanted_header;
use crate::wire::plain::one_line;

/// More than any price list; a server that sends more means no good.
const LARGEST_BODY: usize = 64 * 1024 * 1024;
/// The most that is set aside for an answer on its word that it will be that long.
const ROOM_AT_ONCE: usize = 4 * 1024 * 1024;
/// Hops within one origin.
const HOPS: usize = 3;
/// The headers in which versions and forks want the account's number (`contract/new-api.md` 2.8). Sending all is harmless.
pub(super) const USER_HEADERS: [&str; 7] = [
    "new-api-user",
    "veloera-user",
    "x-api-user",
    "voapi-user",
    "user-id",
    "rix-api-user",
    "neo-api-user",
];

/// Whose secret a call carries.
#[derive(Clone, Copy)]
pub(super) enum As<'a> {
    /// The account's access token, where there is one.
    Account,
    /// A key.
    Key(&'a ApiKey),
    /// Nobody's.
    Nobody,
}

/// A call of the console or a short one of the model API.
pub(super) struct Call<'a> {
    pub method: Method,
    pub path: String,
    pub by: As<'a>,
    pub body: Option<Vec<u8>>,
    /// A secret inside the body, which an answer might echo.
    pub holds: Option<ApiKey>,
    /// Headers beyond the usual.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub limit: Duration,
}

impl<'a> Call<'a> {
    /// A read.
    pub fn get(path: impl Into<String>, by: As<'a>, limit: Duration) -> Self {
        Call {
            method: Method::GET,
            path: path.into(),
            by,
            body: None,
            holds: None,
            headers: Vec::new(),
            limit,
        }
    }

    /// A write; never repeated.
    pub fn write(method: Method, path: impl Into<String>, limit: Duration) -> Self {
        Call {
            method,
            ..Call::get(path, As::Account, limit)
        }
    }
}

impl RelayClient {
    /// Makes the call; a read is repeated where that may help (S-97).
    ///
    /// # Errors
    /// When no answer came at all. An answer of failure is an answer.
    pub(super) async fn call(&self, call: &Call<'_>) -> Result<Answer, Fault> {
        let options = &self.inner.options;
        let may_repeat = call.method == Method::GET;
        let mut repetition = 0;
        loop {
            let outcome = self.call_without_repeating(call).await;
            let (trouble, again) = match &outcome {
                Ok(answer) => {
                    let retry_after = super::answer::headers_of(&answer.headers).retry_after;
                    let status = Some(answer.status);
                    (
                        Trouble {
                            status,
                            kind: None,
                            retry_after,
                        },
                        true,
                    )
                }
                // Once is enough to get past a connection that was closing; nobody wants to wait for a wrong address.
                Err(fault) => {
                    let kind = Some(fault.kind);
                    (
                        Trouble {
                            kind,
                            ..Trouble::default()
                        },
                        repetition == 0,
                    )
                }
            };
            let wait = options
                .wait(repetition, trouble)
                .filter(|_| may_repeat && again);
            let Some(wait) = wait else {
                return outcome;
            };
            repetition += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// Makes the call once, even a read.
    pub(super) async fn call_without_repeating(&self, call: &Call<'_>) -> Result<Answer, Fault> {
        let answer = self.follow(call).await?;
        if answer.status == 401 && self.learn_header(&answer) {
            return self.follow(call).await;
        }
        Ok(answer)
    }

    /// Notes a header that this relay wants the account's number in and that was not sent. Says whether to ask again.
    fn learn_header(&self, answer: &Answer) -> bool {
        if self.inner.credentials.user_id.is_none() {
            return false;
        }
        let text = String::from_utf8_lossy(&answer.body);
        let Some(wanted) = wanted_header(&text).map(str::to_ascii_lowercase) else {
            return false;
        };
        if USER_HEADERS.contains(&wanted.as_str()) {
            return false;
        }
        let mut known = self
            .inner
            .fork_header
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let fresh = known.as_deref() != Some(wanted.as_str());
        *known = Some(wanted);
        fresh
    }

    async fn follow(&self, call: &Call<'_>) -> Result<Answer, Fault> {
        let deadline = Instant::now() + call.limit;
        let late = || timeout_fault(&self.inner.address);
        let mut url = self.url(&call.path)?;
        let mut headers = self.headers(call.by)?;
        headers.extend(call.headers.iter().cloned());
        for _ in 0..=HOPS {
            let mut request = self
                .inner
                .http
                .request(call.method.clone(), url.clone())
                .headers(headers.clone());
            if let Some(body) = &call.body {
                request = request
                    .header(CONTENT_TYPE, "application/json")
                    .body(body.clone());
            }
            let sent = Instant::now();
            let response = timeout_at(deadline, request.send())
                .await
                .map_err(|_| late())?
                .map_err(|error| network_fault(&self.inner.address, &error))?;
            let took = sent.elapsed();
            let status = response.status().as_u16();
            if !matches!(status, 301 | 302 | 303 | 307 | 308) {
                let headers = response.headers().clone();
                let body = timeout_at(deadline, self.read(response, LARGEST_BODY))
                    .await
                    .map_err(|_| late())??;
                return Ok(Answer {
                    status,
                    headers,
                    body,
                    took,
                    secrets: self
                        .secrets(call.by)
                        .into_iter()
                        .chain(call.holds.clone())
                        .collect(),
                });
            }
            let target = response
                .headers()
                .get(LOCATION)
                .and_then(|target| target.to_str().ok())
                .and_then(|target| url.join(target).ok());
            // A read may be followed anywhere within its origin, a write only where its method and body stay.
            let stays = call.method == Method::GET || matches!(status, 307 | 308);
            match target {
                Some(target) if stays && target.origin() == url.origin() => url = target,
                target => {
                    return Err(redirect_fault(
                        status,
                        target.as_ref().map(shown).as_deref(),
                    ));
                }
            }
        }
        Err(Fault::new(FaultKind::NotAnApi, say!("redirects-circle")))
    }

    /// The whole body, up to so many bytes.
    pub(super) async fn read(&self, mut response: Response, limit: usize) -> Result<Bytes, Fault> {
        // A list of a megabyte that grows piece by piece is moved again and again.
        let told = response.content_length().unwrap_or_default();
        let mut body = BytesMut::with_capacity(
            usize::try_from(told)
                .unwrap_or(ROOM_AT_ONCE)
                .min(ROOM_AT_ONCE),
        );
        loop {
            let piece = response
                .chunk()
                .await
                .map_err(|error| network_fault(&self.inner.address, &error))?;
            let Some(piece) = piece else {
                return Ok(body.freeze());
            };
            if body.len() + piece.len() > limit {
                return Err(Fault::new(
                    FaultKind::NotAnApi,
                    say!("answer-larger", size = limit / 1024 / 1024),
                ));
            }
            body.extend_from_slice(&piece);
        }
    }

    pub(super) fn url(&self, path: &str) -> Result<Url, Fault> {
        Url::parse(&self.inner.address.join(path)).map_err(|error| {
            Fault::new(
                FaultKind::BadRequest,
                say!("path-odd", path = format!("{path:?}"), error = error),
            )
        })
    }

    /// The headers of a call: the same language everywhere, so that errors vary less.
    pub(super) fn headers(&self, by: As<'_>) -> Result<HeaderMap, Fault> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("en"));
        let secret = match by {
            As::Account => self.inner.credentials.access_token.as_ref(),
            As::Key(key) => Some(key),
            As::Nobody => None,
        };
        if let Some(secret) = secret {
            headers.insert(AUTHORIZATION, bearer(secret)?);
        }
        if let (As::Account, Some(id)) = (by, self.inner.credentials.user_id) {
            let value = HeaderValue::from(id);
            for name in USER_HEADERS {
                headers.insert(HeaderName::from_static(name), value.clone());
            }
            let learnt = self
                .inner
                .fork_header
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .as_deref()
                .and_then(|name| HeaderName::try_from(name).ok());
            if let Some(name) = learnt {
                headers.insert(name, value);
            }
        }
        Ok(headers)
    }

    pub(super) fn secrets(&self, by: As<'_>) -> Vec<ApiKey> {
        let token = self.inner.credentials.access_token.iter().cloned();
        match by {
            As::Key(key) => token.chain([key.clone()]).collect(),
            _ => token.collect(),
        }
    }
}

fn bearer(secret: &ApiKey) -> Result<HeaderValue, Fault> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", secret.expose())).map_err(|_| {
        Fault::new(FaultKind::CredentialRefused, say!("key-odd")).advise(say!("key-odd-advice"))
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// Where a redirect leads, without a query: it may hold anything.
fn shown(target: &Url) -> String {
    one_line(target.as_str().split(['?', '#']).next().unwrap_or_default())
}
