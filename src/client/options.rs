//! How long to wait, how often to repeat, and where time and luck come from.

use std::time::Duration;

use crate::domain::UnixMillis;

/// The patience of a client. Tests bring their own; everything else uses the default.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// To open a connection, TLS included.
    pub connect: Duration,
    /// For a whole answer of the console.
    pub console: Duration,
    /// For a whole price list: several megabytes, which large sites take tens of seconds to compute.
    pub pricing: Duration,
    /// From sending a chat to the first byte of its answer: models that think before they speak take minutes.
    pub first_byte: Duration,
    /// Between two pieces of a stream.
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
    pub(super) fn wait(&self, repetition: u32, retry_after: Option<u64>) -> Option<Duration> {
        if repetition >= self.retries {
            return None;
        }
        let grown = self.backoff.saturating_mul(1 << repetition.min(16));
        let own = grown.mul_f64(0.5 + (self.jitter)().clamp(0.0, 1.0) / 2.0);
        match retry_after.map(Duration::from_secs) {
            Some(asked) if asked > self.longest_wait => None,
            Some(asked) => Some(asked.max(own)),
            None => Some(own),
        }
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
    fn s_97_waits_double_and_honour_what_the_relay_asks() {
        let options = Options {
            jitter: || 1.0,
            ..Options::default()
        };
        let waits: Vec<_> = (0..4).map(|nth| options.wait(nth, None)).collect();
        let ms = |ms| Some(Duration::from_millis(ms));
        assert_eq!(waits, [ms(500), ms(1_000), ms(2_000), None]);
        assert_eq!(options.wait(0, Some(7)), Some(Duration::from_secs(7)));
        assert_eq!(options.wait(0, Some(3_600)), None, "too long to wait here");
        let lucky = Options {
            jitter: || 0.0,
            ..options
        };
        assert_eq!(lucky.wait(0, None), ms(250));
        assert!((0.0..=1.0).contains(&luck()) && now().0 > 1_700_000_000_000);
    }
}
