//! Error answers of a model API, of every shape, understood as a [`Fault`] (`contract/new-api.md` 8.6, 8.7).
//!
//! The hard part is whose trouble it is. A relay passes its upstream's errors on with their status, so a 401 may mean
//! that the *operator's* key is broken. What tells them apart: the relay's own errors carry its own type and exactly one
//! request id at the end of the message; passed-on ones carry a foreign type, or one id for each relay they came through.
//! An address that adds no id at all is no relay: there, a foreign type speaks for the address itself.

mod pace;
mod read;
mod rules;
mod verdict;

use crate::domain::{Fault, FaultKind};

pub use read::{ErrorText, Shape, read_error, strip_request_ids};

/// An error answer as it came.
#[derive(Clone, Copy, Debug, Default)]
pub struct ErrorAnswer<'a> {
    /// The HTTP status; `None` for an error inside a stream that had begun with 200.
    pub status: Option<u16>,
    /// The body, whatever its content type says.
    pub body: &'a [u8],
    /// The request id of the headers.
    pub request_id: Option<&'a str>,
    /// Whether the headers are those of a relay of this family (`X-Oneapi-Request-Id`).
    pub from_relay: bool,
    /// Whether a firewall in front of the relay answered (`cf-mitigated`).
    pub firewall: bool,
    /// Seconds of the `Retry-After` header.
    pub retry_after: Option<u64>,
}

/// What the answer means, whose trouble it is, and what to do about it. Never holds a key.
pub fn classify(answer: &ErrorAnswer<'_>) -> Fault {
    let text = read_error(answer.body);
    let verdict = rules::judge(answer, &text);
    let mut fault = verdict.fault(answer.status, &text);
    let slow_down = fault.kind == FaultKind::RateLimited || answer.status == Some(429);
    fault.retry_after = answer.retry_after.or_else(|| {
        slow_down
            .then(|| pace::wait(answer.body, &text.message))
            .flatten()
    });
    fault.request_id = answer
        .request_id
        .map(str::to_owned)
        .or_else(|| text.request_ids.last().cloned());
    fault
}
