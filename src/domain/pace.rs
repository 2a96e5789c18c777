//! How fast a key may be used: requests and tokens a minute, and requests at once.

use serde::{Deserialize, Serialize};

/// The ceilings on a key's use over time, beside those on its money. `None` is no ceiling.
///
/// The New API protocol has no such settings: our own relay takes and tells them as members of their own
/// (`requests_per_minute`, `tokens_per_minute`, `concurrency`), which other relays skip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pace {
    /// At most so many requests begin in any 60 seconds.
    pub requests_per_minute: Option<u32>,
    /// No request begins while so many tokens, prompt and answer together, were used in the last 60 seconds or are
    /// expected of the requests that run.
    pub tokens_per_minute: Option<u32>,
    /// At most so many requests run at once.
    pub concurrency: Option<u32>,
}

impl Pace {
    /// Whether there is no ceiling at all.
    pub fn is_free(&self) -> bool {
        *self == Pace::default()
    }
}
