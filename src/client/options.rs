//! How long to wait, how often to repeat, and where time and luck come from.

use std::time::Duration;

use crate::domain::UnixMillis;
use crate::domain::retry::{self, Patience, Trouble};

/// The patience of a client. Tests bring their own; everything else uses the default.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// To open a connection, TLS included.
    pub connect: Duration,
    /// For a whole answer of the console.
    pub console: Duration,
    /// For a whole price list: several megabytes, which large sites take tens of seconds to compute.
    pub pricing: Duration,
    /// From sending a chat to the first data of its answer: models that think before they speak take minutes, and relays keep
    /// the line alive meanwhile.
    pub first_byte: Duration,
    /// Between two pieces of data of a stream; comments and pings are none.
    pub stall: Duration,
    /// For what follows after an answer said why it ended: the count and the end mark.
    pub tail: Duration,
    /// How often a read is repeated (S-97).
    pub retries: u32,
    /// The wait before the first repetition; doubled each time.
    pub backoff: Duration,
    /// The longest `Retry-After` that is waited for; a longer one is handed to the caller.
    pub longest_wait: Duration,
    /// A number from 0 up to 1, different each time: keeps many clients from knocking together.
    pub jitter: fn() -> f64,
    /// The time of this machine.
    pub clock: fn() -> UnixMillis,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            connect: Duration::from_secs(10),
            console: Duration::from_secs(30),
            pricing: Duration::from_secs(90),
            first_byte: Duration::from_secs(300),
            stall: Duration::from_secs(120),
            tail: Duration::from_secs(10),
            retries: 3,
            backoff: Duration::from_millis(500),
            longest_wait: Duration::from_secs(15),
            jitter: luck,
            clock: now,
        }
    }
}

impl Options {
    /// How long to wait before the repetition of this number (0 for the first); `None` when it is not worth it.
    pub(super) fn wait(&self, repetition: u32, trouble: Trouble) -> Option<Duration> {
        let patience = Patience {
            most: self.retries,
            first: self.backoff,
            longest: self.longest_wait,
        };
        retry::wait(&patience, repetition, trouble, (self.jitter)())
    }
}

fn luck() -> f64 {
    // Without luck from the system the waits are merely the same everywhere.
    getrandom::u32().map_or(0.5, |drawn| f64::from(drawn) / f64::from(u32::MAX))
}

fn now() -> UnixMillis {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    UnixMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luck_and_the_clock_are_of_this_machine() {
        assert!((0.0..=1.0).contains(&luck()) && now().0 > 1_700_000_000_000);
    }
}
