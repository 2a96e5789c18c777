//! What a key's requests come to at this moment and in the last minute, held against the key's pace.
//!
//! Constant memory: a key whose pace names a minute has 60 counters, one a second, for each thing it limits; every other
//! key has two numbers. The clock is passed in, and one that runs backwards only keeps a key waiting a little longer.

use crate::domain::{Pace, UnixSeconds};

/// The seconds of a minute.
const MINUTE: usize = 60;

/// One key's traffic.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Requests that run.
    running: u32,
    /// Tokens that the running ones may come to.
    expected: u64,
    requests: Option<Box<Window>>,
    tokens: Option<Box<Window>>,
}

/// Which ceiling a request hit, and when to come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMuch {
    /// The ceiling.
    pub ceiling: Ceiling,
    /// What it allows.
    pub most: u32,
    /// Seconds until there may be room, at least one.
    pub wait: u64,
}

/// The ceilings of a pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceiling {
    /// Requests in a minute.
    Requests,
    /// Tokens in a minute.
    Tokens,
    /// Requests at once.
    Concurrency,
}

impl Traffic {
    /// Whether one more request may begin; it changes nothing but what has grown old.
    pub fn may_begin(&mut self, pace: &Pace, now: UnixSeconds) -> Result<(), TooMuch> {
        let too_much = |ceiling, most, wait: u64| {
            Err(TooMuch {
                ceiling,
                most,
                wait: wait.max(1),
            })
        };
        if let Some(most) = pace.concurrency
            && self.running >= most
        {
            return too_much(Ceiling::Concurrency, most, 1);
        }
        if let (Some(most), Some(window)) = (pace.requests_per_minute, &mut self.requests) {
            window.turn_to(now);
            let wait = window.until_at_most(u64::from(most).saturating_sub(1));
            if wait > 0 {
                return too_much(Ceiling::Requests, most, wait);
            }
        }
        if let Some(most) = pace.tokens_per_minute {
            let mut used = 0;
            if let Some(window) = &mut self.tokens {
                window.turn_to(now);
                let wait = window.until_at_most(u64::from(most).saturating_sub(1));
                if wait > 0 {
                    return too_much(Ceiling::Tokens, most, wait);
                }
                used = window.sum;
            }
            // Nobody knows when those that run will end; a second is as good a guess as any.
            if used.saturating_add(self.expected) >= u64::from(most) {
                return too_much(Ceiling::Tokens, most, 1);
            }
        }
        Ok(())
    }

    /// A request begins that may come to so many tokens.
    pub fn begin(&mut self, pace: &Pace, expected: u64, now: UnixSeconds) {
        self.running = self.running.saturating_add(1);
        self.expected = self.expected.saturating_add(expected);
        if pace.requests_per_minute.is_some() {
            self.requests.get_or_insert_default().add(1, now);
        }
    }

    /// A request that was to come to so many tokens ended; it came to so many.
    pub fn end(&mut self, pace: &Pace, expected: u64, tokens: u64, now: UnixSeconds) {
        self.running = self.running.saturating_sub(1);
        self.expected = self.expected.saturating_sub(expected);
        if pace.tokens_per_minute.is_some() && tokens > 0 {
            self.tokens.get_or_insert_default().add(tokens, now);
        }
    }

    /// Forgets the minutes that a new pace does not ask for.
    pub fn fit(&mut self, pace: &Pace) {
        if pace.requests_per_minute.is_none() {
            self.requests = None;
        }
        if pace.tokens_per_minute.is_none() {
            self.tokens = None;
        }
    }
}

/// Counts of the last 60 seconds, each second apart.
#[derive(Debug)]
struct Window {
    counts: [u64; MINUTE],
    /// The newest second there is a count of.
    newest: i64,
    sum: u64,
}

impl Default for Window {
    fn default() -> Self {
        Window {
            counts: [0; MINUTE],
            newest: 0,
            sum: 0,
        }
    }
}

impl Window {
    /// Forgets what is older than a minute.
    fn turn_to(&mut self, now: UnixSeconds) {
        let passed = now.0.saturating_sub(self.newest);
        if passed <= 0 {
            return;
        }
        if passed >= MINUTE as i64 {
            self.counts = [0; MINUTE];
            self.sum = 0;
        } else {
            for second in self.newest + 1..=now.0 {
                let count = std::mem::take(&mut self.counts[slot(second)]);
                self.sum = self.sum.saturating_sub(count);
            }
        }
        self.newest = now.0;
    }

    fn add(&mut self, count: u64, now: UnixSeconds) {
        self.turn_to(now);
        let place = &mut self.counts[slot(self.newest)];
        *place = place.saturating_add(count);
        self.sum = self.sum.saturating_add(count);
    }

    /// Seconds until the sum is at most this if nothing is added; 0 when it is already.
    fn until_at_most(&self, most: u64) -> u64 {
        let mut left = self.sum;
        if left <= most {
            return 0;
        }
        for wait in 1..=MINUTE as i64 {
            // What goes in so many seconds is from a minute before then.
            let leaving = self.newest + wait - MINUTE as i64;
            left = left.saturating_sub(self.counts[slot(leaving)]);
            if left <= most {
                return wait.unsigned_abs();
            }
        }
        MINUTE as u64
    }
}

fn slot(second: i64) -> usize {
    second.rem_euclid(MINUTE as i64).unsigned_abs() as usize % MINUTE
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pace(requests: Option<u32>, tokens: Option<u32>, concurrency: Option<u32>) -> Pace {
        Pace {
            requests_per_minute: requests,
            tokens_per_minute: tokens,
            concurrency,
        }
    }

    const T: i64 = 1_800_000_000;

    fn at(seconds: i64) -> UnixSeconds {
        UnixSeconds(T + seconds)
    }

    #[test]
    fn requests_of_a_minute_are_counted_to_the_second() {
        let (pace, mut traffic) = (pace(Some(3), None, None), Traffic::default());
        for second in [0, 10, 20] {
            assert_eq!(traffic.may_begin(&pace, at(second)), Ok(()));
            traffic.begin(&pace, 5, at(second));
            traffic.end(&pace, 5, 5, at(second));
        }
        let told = traffic.may_begin(&pace, at(21)).unwrap_err();
        assert_eq!(
            (told.ceiling, told.most, told.wait),
            (Ceiling::Requests, 3, 39)
        );
        assert_eq!(traffic.may_begin(&pace, at(59)).unwrap_err().wait, 1);
        assert_eq!(traffic.may_begin(&pace, at(60)), Ok(()));
        traffic.begin(&pace, 5, at(60));
        assert_eq!(traffic.may_begin(&pace, at(60)).unwrap_err().wait, 10);
        assert_eq!(traffic.may_begin(&pace, at(1_000)), Ok(()));
        assert!(
            traffic.tokens.is_none(),
            "nobody asked for a count of tokens"
        );
    }

    #[test]
    fn tokens_are_overrun_by_one_request_at_most() {
        let (pace, mut traffic) = (pace(None, Some(100), None), Traffic::default());
        traffic.begin(&pace, 90, at(0));
        assert_eq!(traffic.may_begin(&pace, at(0)), Ok(()), "ten are free");
        traffic.begin(&pace, 50, at(0));
        let told = traffic.may_begin(&pace, at(0)).unwrap_err();
        assert_eq!((told.ceiling, told.wait), (Ceiling::Tokens, 1));
        traffic.end(&pace, 90, 30, at(5));
        traffic.end(&pace, 50, 0, at(6));
        assert_eq!(
            traffic.may_begin(&pace, at(6)),
            Ok(()),
            "only what was used counts"
        );
        traffic.begin(&pace, 90, at(6));
        traffic.end(&pace, 90, 70, at(8));
        assert_eq!(traffic.may_begin(&pace, at(10)).unwrap_err().wait, 55);
        assert_eq!(traffic.may_begin(&pace, at(65)), Ok(()));
    }

    #[test]
    fn so_many_run_at_once_and_a_new_pace_holds_at_once() {
        let (tight, mut traffic) = (pace(None, None, Some(2)), Traffic::default());
        traffic.begin(&tight, 0, at(0));
        traffic.begin(&tight, 0, at(0));
        let told = traffic.may_begin(&tight, at(0)).unwrap_err();
        assert_eq!((told.ceiling, told.most), (Ceiling::Concurrency, 2));
        assert_eq!(traffic.may_begin(&pace(None, None, Some(3)), at(0)), Ok(()));
        traffic.end(&tight, 0, 9, at(1));
        assert_eq!(traffic.may_begin(&tight, at(1)), Ok(()));
        let minute = pace(Some(1), Some(1), None);
        traffic.begin(&minute, 0, at(1));
        traffic.fit(&Pace::default());
        assert!(traffic.requests.is_none());
    }

    #[test]
    fn a_clock_that_runs_backwards_frees_nothing_early() {
        let (pace, mut traffic) = (pace(Some(1), None, None), Traffic::default());
        traffic.begin(&pace, 0, at(100));
        assert!(traffic.may_begin(&pace, at(0)).is_err());
        assert!(traffic.may_begin(&pace, at(159)).is_err());
        assert_eq!(traffic.may_begin(&pace, at(160)), Ok(()));
    }

    proptest! {
        #[test]
        fn no_sixty_seconds_hold_more_than_the_ceiling_and_no_wait_is_longer_than_needed(
            gaps in prop::collection::vec(0_i64..40, 1..80), most in 1_u32..6,
        ) {
            let (pace, mut traffic) = (pace(Some(most), None, None), Traffic::default());
            let (mut now, mut begun) = (0, Vec::new());
            for gap in gaps {
                now += gap;
                let inside = |from: i64| begun.iter().filter(|second| **second > from - 60).count();
                match traffic.may_begin(&pace, at(now)) {
                    Ok(()) => {
                        prop_assert!(inside(now) < most as usize);
                        traffic.begin(&pace, 0, at(now));
                        begun.push(now);
                    }
                    Err(told) => {
                        let wait = told.wait as i64;
                        prop_assert!(inside(now + wait) < most as usize);
                        prop_assert!(inside(now + wait - 1) >= most as usize);
                    }
                }
            }
        }
    }
}
