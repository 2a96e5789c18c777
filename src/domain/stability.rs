//! How well a group has worked for us, measured from our own requests (S-30): evidence with its sample size, never a
//! verdict and never the relay's claim.
//!
//! Only what says something of the relay counts: an answer that came whole, or trouble on the relay's side. A wrong key,
//! an empty wallet, a wrong name and what the user stopped are left out.

use std::collections::BTreeMap;

use super::fault::FaultKind;
use super::time::UnixMillis;

/// One request of ours, as far as stability is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The group it was billed in.
    pub group: String,
    /// The exact name of the model.
    pub model: String,
    /// When it was sent.
    pub sent: UnixMillis,
    /// What went wrong; `None` for an answer that came whole.
    pub fault: Option<FaultKind>,
    /// Milliseconds to the first part.
    pub first_ms: Option<u64>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The relay's request id.
    pub request_id: Option<String>,
}

/// How good one answer was, as the user marked it (S-33).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The group it was billed in.
    pub group: String,
    /// The exact name of the model.
    pub model: String,
    /// Whether it was good.
    pub good: bool,
    /// The relay's request id: a request has one mark.
    pub request_id: Option<String>,
}

/// The user's own marks, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Answers marked good.
    pub good: u64,
    /// Answers marked bad.
    pub bad: u64,
}

impl Marks {
    /// The share marked good, in tenths of a percent; `None` without any mark.
    pub fn good_tenths(self) -> Option<u64> {
        let all = self.good.checked_add(self.bad)?;
        self.good.checked_mul(1_000)?.checked_div(all)
    }

    /// How much it is liked, to be compared: the share marked good, then how many marks that rests on. Without any mark it
    /// is less than with the worst.
    pub fn liking(self) -> Option<(u64, u64)> {
        Some((self.good_tenths()?, self.good.saturating_add(self.bad)))
    }
}

/// Whether trouble of this kind says something of the relay, rather than of the request, the key or the wallet.
pub const fn is_of_the_relay(fault: FaultKind) -> bool {
    matches!(
        fault,
        FaultKind::Upstream
            | FaultKind::Server
            | FaultKind::Network
            | FaultKind::Timeout
            | FaultKind::StreamBroken
            | FaultKind::RateLimited
            | FaultKind::NotAnApi
    )
}

/// What was measured of a group, or of a model in a group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stability {
    /// Requests that count.
    pub requests: u64,
    /// Those that failed.
    pub failed: u64,
    /// The latest that failed.
    pub last_failure: Option<Sample>,
    /// Milliseconds to the first part, sorted.
    firsts: Vec<u64>,
}

impl Stability {
    /// The share that succeeded, in tenths of a percent; `None` without any request. Cut, never rounded up to 100 %.
    pub fn success_tenths(&self) -> Option<u64> {
        let good = self.requests.saturating_sub(self.failed);
        good.checked_mul(1_000)?.checked_div(self.requests)
    }

    /// So many percent of the answers began within this many milliseconds: the smallest such figure that was measured.
    pub fn first_ms(&self, percent: usize) -> Option<u64> {
        let rank = (self.firsts.len() * percent).div_ceil(100).max(1);
        self.firsts.get(rank - 1).copied()
    }

    fn take(&mut self, sample: &Sample) {
        self.requests += 1;
        if sample.fault.is_some() {
            self.failed += 1;
            let newer = self
                .last_failure
                .as_ref()
                .is_none_or(|last| last.sent < sample.sent);
            if newer {
                self.last_failure = Some(sample.clone());
            }
        } else {
            self.firsts.extend(sample.first_ms);
        }
    }
}

/// Everything that was measured of a relay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    groups: BTreeMap<String, Stability>,
    models: BTreeMap<String, BTreeMap<String, Stability>>,
    marks: BTreeMap<String, BTreeMap<String, Marks>>,
}

impl Measured {
    /// Measures requests; those that do not count are left out.
    pub fn of(samples: impl IntoIterator<Item = Sample>) -> Self {
        let mut this = Measured::default();
        for sample in samples {
            if sample.fault.is_some_and(|fault| !is_of_the_relay(fault)) {
                continue;
            }
            this.groups
                .entry(sample.group.clone())
                .or_default()
                .take(&sample);
            let models = this.models.entry(sample.group.clone()).or_default();
            models
                .entry(sample.model.clone())
                .or_default()
                .take(&sample);
        }
        let all = this.models.values_mut().flat_map(BTreeMap::values_mut);
        for measured in this.groups.values_mut().chain(all) {
            measured.firsts.sort_unstable();
        }
        this
    }

    /// The same with the user's own marks.
    #[must_use]
    pub fn with_marks(mut self, marks: impl IntoIterator<Item = (String, String, Marks)>) -> Self {
        for (group, model, marks) in marks {
            self.marks.entry(group).or_default().insert(model, marks);
        }
        self
    }

    /// Whether anything was marked.
    pub fn has_marks(&self) -> bool {
        !self.marks.is_empty()
    }

    /// The user's marks of a model in all groups together.
    pub fn marks_of_model(&self, model: &str) -> Marks {
        let groups = self.marks.values().filter_map(|models| models.get(model));
        groups.fold(Marks::default(), |all, marks| Marks {
            good: all.good.saturating_add(marks.good),
            bad: all.bad.saturating_add(marks.bad),
        })
    }

    /// The user's marks in a group, by model.
    pub fn marks(&self, group: &str) -> impl Iterator<Item = (&str, Marks)> {
        let models = self.marks.get(group).into_iter().flatten();
        models.map(|(model, marks)| (model.as_str(), *marks))
    }

    /// The user's marks of a model in a group.
    pub fn marks_of(&self, group: &str, model: &str) -> Marks {
        let marks = self.marks.get(group).and_then(|models| models.get(model));
        marks.copied().unwrap_or_default()
    }

    /// What was measured of a group.
    pub fn group(&self, group: &str) -> Option<&Stability> {
        self.groups.get(group)
    }

    /// What was measured of a model in a group.
    pub fn model(&self, group: &str, model: &str) -> Option<&Stability> {
        self.models.get(group)?.get(model)
    }

    /// The models that were called in a group, by name.
    pub fn models(&self, group: &str) -> impl Iterator<Item = (&str, &Stability)> {
        let models = self.models.get(group).into_iter().flatten();
        models.map(|(name, measured)| (name.as_str(), measured))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(group: &str, sent: i64, fault: Option<FaultKind>, first_ms: u64) -> Sample {
        Sample {
            group: group.into(),
            model: "m".into(),
            sent: UnixMillis(sent),
            fault,
            first_ms: Some(first_ms),
            status: None,
            request_id: None,
        }
    }

    #[test]
    fn s_30_a_group_is_measured_with_its_sample_size() {
        let good = (1..=999).map(|at| sample("vip", at, None, at.unsigned_abs()));
        let bad = [
            sample("vip", 5, Some(FaultKind::Upstream), 0),
            sample("vip", 7, Some(FaultKind::Timeout), 0),
        ];
        let measured = Measured::of(good.chain(bad));
        let vip = measured.group("vip").unwrap();
        assert_eq!(
            (vip.requests, vip.failed, vip.success_tenths()),
            (1_001, 2, Some(998))
        );
        assert_eq!((vip.first_ms(50), vip.first_ms(95)), (Some(500), Some(950)));
        assert_eq!(vip.last_failure.as_ref().unwrap().sent, UnixMillis(7));
        assert_eq!(measured.model("vip", "m"), Some(vip));
        assert!(measured.group("default").is_none());
    }

    #[test]
    fn what_says_nothing_of_the_relay_does_not_count() {
        let ours = [
            FaultKind::Balance,
            FaultKind::CredentialRefused,
            FaultKind::ModelNotFound,
            FaultKind::Local,
        ];
        let measured = Measured::of(ours.map(|fault| sample("g", 1, Some(fault), 1)));
        assert!(measured.group("g").is_none());
        let one = Measured::of([sample("g", 1, None, 40)]);
        let one = one.group("g").unwrap();
        assert_eq!(
            (one.success_tenths(), one.first_ms(50), one.first_ms(95)),
            (Some(1_000), Some(40), Some(40))
        );
        assert_eq!(Stability::default().success_tenths(), None);
    }
}
