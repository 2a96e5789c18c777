//! The relay's only clock, handed in by whoever starts it.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::{UnixMillis, UnixSeconds};

/// Tells the time; tests pass one that stands still or runs when told.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> UnixMillis + Send + Sync>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Clock::from_fn(|| {
            let since = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            // Asked for a dozen times a request, so without a division of 128 bits.
            let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
            let millis = i64::from(since.subsec_millis());
            UnixMillis(seconds.saturating_mul(1_000).saturating_add(millis))
        })
    }

    /// Any other clock.
    pub fn from_fn(now: impl Fn() -> UnixMillis + Send + Sync + 'static) -> Self {
        Clock(Arc::new(now))
    }

    /// The present, in milliseconds.
    pub fn now(&self) -> UnixMillis {
        (self.0)()
    }

    /// The present, in seconds: the unit of the protocol.
    pub fn seconds(&self) -> UnixSeconds {
        self.now().seconds()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Clock")
    }
}
