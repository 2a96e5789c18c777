//! The wall clock and the time zone, passed in so that tests bring their own.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::domain::UnixMillis;

/// A wall clock and the time zone its owner lives in.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> UnixMillis + Send + Sync>,
    zone: TimeZone,
}

impl Clock {
    /// The machine's own clock and zone.
    pub fn system() -> Self {
        Clock::new(
            || UnixMillis(jiff::Timestamp::now().as_millisecond()),
            TimeZone::system(),
        )
    }

    /// A clock that says what it is told.
    pub fn new(now: impl Fn() -> UnixMillis + Send + Sync + 'static, zone: TimeZone) -> Self {
        Clock {
            now: Arc::new(now),
            zone,
        }
    }

    /// The time.
    pub fn now(&self) -> UnixMillis {
        (self.now)()
    }

    /// Where its owner lives.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }
}
