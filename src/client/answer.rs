//! An answer as it came, and what it says.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use crate::domain::key::mask;
use crate::domain::{ApiKey, Fault, FaultKind, UnixSeconds};
use crate::locale::say;
use crate::wire::console_error;
use crate::wire::openai_error::{ErrorAnswer, classify};

/// Headers in which relays and vendors name a request.
const REQUEST_IDS: [&str; 4] = [
    "x-oneapi-request-id",
    "x-request-id",
    "request-id",
    "x-trace-id",
];

/// A whole answer.
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// From sending to the headers.
    pub took: Duration,
    /// What must not be repeated to anybody, should the server echo it.
    pub secrets: Vec<ApiKey>,
}

impl Answer {
    /// Whether the status is one of success.
    pub fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The server's clock, where it told.
    pub fn server_time(&self) -> Option<UnixSeconds> {
        let text = self.headers.get(DATE)?.to_str().ok()?;
        let parsed = jiff::fmt::rfc2822::DateTimeParser::new()
            .parse_timestamp(text)
            .ok()?;
        Some(UnixSeconds(parsed.as_second()))
    }

    /// The console's document.
    ///
    /// # Errors
    /// What its failure means.
    pub fn document(&self) -> Result<Value, Fault> {
        let body = self.scrubbed();
        console_error::document(&self.described(body.as_deref().unwrap_or(&self.body)))
    }

    /// What a failed answer of the console means.
    pub fn console_failure(&self) -> Fault {
        let body = self.scrubbed();
        console_error::failure(&self.described(body.as_deref().unwrap_or(&self.body)))
    }

    /// What a failed answer of the model API means.
    pub fn failure(&self) -> Fault {
        let body = self.scrubbed();
        classify(&self.described(body.as_deref().unwrap_or(&self.body)))
    }

    /// The JSON of an answer of the model API.
    ///
    /// # Errors
    /// What its failure means; also an error that came with status 200, and a page.
    pub fn json(&self) -> Result<Value, Fault> {
        if !self.is_good() {
            return Err(self.failure());
        }
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(value) if value.get("error").is_some_and(|error| !error.is_null()) => {
                Err(self.failure())
            }
            Ok(value) => Ok(value),
            Err(_) => Err(self.failure()),
        }
    }

    /// The body with our own secrets masked, where it holds them.
    fn scrubbed(&self) -> Option<Vec<u8>> {
        // Price lists of megabytes are not searched: success is not shown to anybody as a message.
        if self.is_good() && self.body.len() > 64 * 1024 {
            return None;
        }
        // Relays know keys without their `sk-`; anything shorter would be found in innocent words.
        let bare = |secret: &ApiKey| secret.expose().trim_start_matches("sk-").to_owned();
        let held: Vec<String> = self
            .secrets
            .iter()
            .map(bare)
            .filter(|secret| secret.len() >= 8)
            .filter(|secret| {
                let bytes = secret.as_bytes();
                self.body.windows(bytes.len()).any(|window| window == bytes)
            })
            .collect();
        if held.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(&self.body).into_owned();
        let masked = held
            .iter()
            .fold(text, |text, secret| text.replace(secret, &mask(secret)));
        Some(masked.into_bytes())
    }

    fn described<'a>(&'a self, body: &'a [u8]) -> ErrorAnswer<'a> {
        ErrorAnswer {
            status: Some(self.status),
            body,
            ..headers_of(&self.headers)
        }
    }
}

/// What an answer's headers say about an error.
pub(super) fn headers_of(headers: &HeaderMap) -> ErrorAnswer<'_> {
    ErrorAnswer {
        request_id: request_id(headers),
        from_relay: headers.contains_key(REQUEST_IDS[0]),
        firewall: headers.contains_key("cf-mitigated"),
        retry_after: retry_after(headers),
        ..ErrorAnswer::default()
    }
}

/// The request's id, by the name that relays use first.
pub(super) fn request_id(headers: &HeaderMap) -> Option<&str> {
    REQUEST_IDS.iter().find_map(|name| {
        let id = headers.get(*name)?.to_str().ok()?.trim();
        (!id.is_empty() && id.len() <= 200).then_some(id)
    })
}

/// Seconds to wait. A date is not followed: it would need a clock we trust.
fn retry_after(headers: &HeaderMap) -> Option<u64> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds: f64 = text.parse().ok()?;
    (seconds.is_finite() && (0.0..1.0e9).contains(&seconds)).then(|| seconds.ceil() as u64)
}

/// An answer that leads elsewhere.
pub(super) fn redirect_fault(status: u16, target: Option<&str>) -> Fault {
    let fault = match target {
        Some(target) => Fault::new(FaultKind::NotAnApi, say!("redirects-to", target = target))
            .advise(say!("redirects-to-advice")),
        None => Fault::new(FaultKind::NotAnApi, say!("redirects-nowhere")),
    };
    fault.with_status(status)
}
