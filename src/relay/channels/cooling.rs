//! How long a channel that fails is left alone: others are tried before it until its time is over, and then it is as good
//! as any again. The clock is passed in.
//!
//! What always holds: a channel that rests is still tried where no other is left, so a rest never refuses a request; and
//! no clock that is set back keeps one resting for longer than [`LONGEST_MS`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::domain::UnixMillis;

/// What a failure says of the channel it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It is the request's own fault: another channel would say the same.
    Request,
    /// The channel cannot have this model, or not now.
    Model,
    /// It has too much to do; for so many seconds, where it says so.
    Busy(Option<u64>),
    /// It refuses its credential, or its account is empty: that takes somebody to mend.
    Refused,
    /// It cannot be reached, breaks off, or answers nonsense.
    Down,
}

/// The longest rest.
pub const LONGEST_MS: i64 = 10 * 60 * 1_000;
/// So many models rest one by one.
const MOST_MODELS: usize = 1_000;

impl Cause {
    /// The first rest, in milliseconds; each failure after it doubles it.
    const fn first_rest(self) -> i64 {
        match self {
            Cause::Request => 0,
            Cause::Down | Cause::Busy(_) => 5_000,
            Cause::Model => 30_000,
            Cause::Refused => 60_000,
        }
    }
}

/// One rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    /// Failures since it last answered.
    failures: u32,
    /// When it is over.
    pub until: UnixMillis,
    /// What the last failure was, in words that name no secret.
    pub why: String,
}

impl Rest {
    fn lasts(&self, now: UnixMillis) -> bool {
        let left = self.until.0.saturating_sub(now.0);
        left > 0 && left <= LONGEST_MS
    }

    fn fail(&mut self, cause: Cause, why: &str, now: UnixMillis) {
        let asked = match cause {
            Cause::Busy(Some(seconds)) => {
                let ms = i64::try_from(seconds).unwrap_or(LONGEST_MS);
                Some(ms.saturating_mul(1_000).clamp(1_000, LONGEST_MS))
            }
            _ => None,
        };
        // Requests that were under way together fail together: that is one failure.
        if !self.lasts(now) {
            self.failures = self.failures.saturating_add(1);
            let doubled = cause.first_rest() << (self.failures - 1).min(16);
            self.until = UnixMillis(now.0.saturating_add(doubled.min(LONGEST_MS)));
        }
        if let Some(asked) = asked {
            self.until = self.until.max(UnixMillis(now.0.saturating_add(asked)));
        }
        self.why = why.to_owned();
    }
}

/// The rests of a channel: of the whole of it, and of single models.
#[derive(Debug, Default)]
pub struct Cooling {
    /// Whether there is anything to look at: most channels never fail.
    troubled: AtomicBool,
    rests: Mutex<Rests>,
}

#[derive(Debug, Default)]
struct Rests {
    channel: Rest,
    models: HashMap<String, Rest>,
}

impl Cooling {
    /// A request for a model failed.
    pub fn failed(&self, model: &str, cause: Cause, why: &str, now: UnixMillis) {
        if cause == Cause::Request {
            return;
        }
        let mut rests = self.lock();
        self.troubled.store(true, Ordering::Release);
        if cause != Cause::Model {
            rests.channel.fail(cause, why, now);
            return;
        }
        if rests.models.len() >= MOST_MODELS {
            rests.models.retain(|_, rest| rest.lasts(now));
        }
        if rests.models.len() < MOST_MODELS {
            let rest = rests.models.entry(model.to_owned()).or_default();
            rest.fail(cause, why, now);
        }
    }

    /// A request for a model was answered: whatever was is forgotten.
    pub fn answered(&self, model: &str) {
        if !self.troubled.load(Ordering::Acquire) {
            return;
        }
        let mut rests = self.lock();
        rests.channel = Rest::default();
        rests.models.remove(model);
        let over = rests.models.is_empty();
        self.troubled.store(!over, Ordering::Release);
    }

    /// When the rest is over that keeps a model from being asked; `None` while there is none.
    pub fn until(&self, model: &str, now: UnixMillis) -> Option<UnixMillis> {
        if !self.troubled.load(Ordering::Acquire) {
            return None;
        }
        let rests = self.lock();
        let of_model = rests.models.get(model);
        let lasting = [Some(&rests.channel), of_model].into_iter().flatten();
        lasting
            .filter(|rest| rest.lasts(now))
            .map(|rest| rest.until)
            .max()
    }

    /// The rest of the whole channel, where it lasts.
    pub fn rest(&self, now: UnixMillis) -> Option<Rest> {
        let rests = self.lock();
        rests.channel.lasts(now).then(|| rests.channel.clone())
    }

    /// The models that rest by themselves, by name.
    pub fn resting_models(&self, now: UnixMillis) -> Vec<String> {
        let rests = self.lock();
        let resting = rests.models.iter().filter(|(_, rest)| rest.lasts(now));
        let mut names: Vec<String> = resting.map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }

    fn lock(&self) -> MutexGuard<'_, Rests> {
        self.rests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: i64) -> UnixMillis {
        UnixMillis(1_000_000_000 + seconds * 1_000)
    }

    /// Seconds of rest that are left.
    fn left(cooling: &Cooling, model: &str, now: i64) -> i64 {
        let until = cooling.until(model, at(now));
        until.map_or(0, |until| (until.0 - at(now).0) / 1_000)
    }

    #[test]
    fn each_failure_doubles_the_rest_and_an_answer_ends_it() {
        let cooling = Cooling::default();
        let mut now = 0;
        for expected in [5, 10, 20, 40, 80, 160, 320, 600, 600] {
            cooling.failed("m", Cause::Down, "no", at(now));
            assert_eq!(left(&cooling, "any", now), expected);
            assert_eq!(
                left(&cooling, "any", now + expected),
                0,
                "it is back by itself"
            );
            now += expected;
        }
        cooling.answered("m");
        cooling.failed("m", Cause::Down, "no", at(now));
        assert_eq!(left(&cooling, "m", now), 5);
        assert_eq!(cooling.rest(at(now)).unwrap().why, "no");
    }

    #[test]
    fn failures_at_once_are_one_and_an_upstreams_own_time_counts() {
        let cooling = Cooling::default();
        for _ in 0..100 {
            cooling.failed("m", Cause::Down, "no", at(0));
        }
        assert_eq!(left(&cooling, "m", 0), 5);
        cooling.failed("m", Cause::Busy(Some(30)), "429", at(1));
        assert_eq!(left(&cooling, "m", 1), 30);
        cooling.failed("m", Cause::Busy(Some(u64::MAX)), "429", at(2));
        assert_eq!(left(&cooling, "m", 2), LONGEST_MS / 1_000);
        cooling.answered("m");
        cooling.failed("m", Cause::Refused, "401", at(2));
        assert_eq!(left(&cooling, "m", 2), 60);
    }

    #[test]
    fn a_model_rests_alone_and_a_wrong_request_rests_nobody() {
        let cooling = Cooling::default();
        cooling.failed("m", Cause::Request, "400", at(0));
        assert_eq!(left(&cooling, "m", 0), 0);
        cooling.failed("m", Cause::Model, "404", at(0));
        assert_eq!((left(&cooling, "m", 0), left(&cooling, "n", 0)), (30, 0));
        assert_eq!(cooling.resting_models(at(0)), ["m"]);
        assert!(cooling.rest(at(0)).is_none());
        cooling.answered("n");
        assert_eq!(
            left(&cooling, "m", 0),
            30,
            "another model's answer says nothing of it"
        );
        cooling.answered("m");
        assert_eq!(left(&cooling, "m", 0), 0);
    }

    #[test]
    fn a_clock_that_is_set_back_ends_a_rest() {
        let cooling = Cooling::default();
        cooling.failed("m", Cause::Down, "no", at(100_000));
        assert_eq!(left(&cooling, "m", 0), 0);
    }

    proptest! {
        #[test]
        fn no_story_makes_it_rest_too_long(steps in prop::collection::vec((0_usize..5, 0_i64..700, any::<Option<u64>>(), any::<bool>()), 0..60)) {
            let cooling = Cooling::default();
            let mut now = 0;
            for (cause, passed, wait, answered) in steps {
                now += passed;
                let cause = [Cause::Request, Cause::Model, Cause::Busy(wait), Cause::Refused, Cause::Down][cause];
                cooling.failed("m", cause, "x", at(now));
                prop_assert_eq!(cause == Cause::Request || left(&cooling, "m", now) > 0, true);
                if answered {
                    cooling.answered("m");
                    prop_assert_eq!(left(&cooling, "m", now), 0);
                }
                prop_assert!(left(&cooling, "m", now) <= LONGEST_MS / 1_000);
                prop_assert_eq!(left(&cooling, "m", now + LONGEST_MS / 1_000), 0);
            }
        }
    }
}
