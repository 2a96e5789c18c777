//! Whether to ask again, and after what wait: the one rule of the house (S-97, `contract/new-api.md` 8.8).
//!
//! Pure: luck is passed in, and whoever asks does the waiting. Whether a request may be repeated at all (a chat that may
//! have been billed must not) is the asker's business.

use std::time::Duration;

use super::fault::FaultKind;

/// What came of the last try.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// The HTTP status; `None` where no answer came.
    pub status: Option<u16>,
    /// What it means, where somebody has understood it.
    pub kind: Option<FaultKind>,
    /// Seconds the relay asks us to wait.
    pub retry_after: Option<u64>,
}

/// How patient to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Repetitions at most.
    pub most: u32,
    /// The wait before the first repetition; doubled each time.
    pub first: Duration,
    /// The longest `Retry-After` that is waited for; a longer one is the user's to decide on.
    pub longest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            most: 3,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(15),
        }
    }
}

/// The wait before the repetition of this number (0 for the first), or `None`: then asking again is of no use. `luck` is
/// a number from 0 up to 1 that keeps many clients from knocking together.
pub fn wait(patience: &Patience, repetition: u32, trouble: Trouble, luck: f64) -> Option<Duration> {
    if repetition >= patience.most || !may_pass(trouble) {
        return None;
    }
    let grown = patience.first.saturating_mul(1 << repetition.min(16));
    let own = grown.mul_f64(0.5 + luck.clamp(0.0, 1.0) / 2.0);
    match trouble.retry_after.map(Duration::from_secs) {
        Some(asked) if asked > patience.longest => None,
        Some(asked) => Some(asked.max(own)),
        None => Some(own),
    }
}

/// Whether the same request may fare better later. By status alone; and never where the trouble is one of names,
/// groups, credentials or money, whatever status it came with.
fn may_pass(trouble: Trouble) -> bool {
    let lasting = trouble.kind.is_some_and(|kind| {
        matches!(
            kind,
            FaultKind::ModelNotFound
                | FaultKind::ModelUnpriced
                | FaultKind::ModelNotAllowed
                | FaultKind::GroupNotAllowed
                | FaultKind::CredentialRefused
                | FaultKind::KeyExpired
                | FaultKind::KeyDisabled
                | FaultKind::KeyQuota
                | FaultKind::Balance
                | FaultKind::IpNotAllowed
                | FaultKind::Forbidden
                | FaultKind::BadRequest
                | FaultKind::EndpointMissing
        )
    });
    match trouble.status {
        Some(status) => !lasting && matches!(status, 429 | 500 | 502 | 503 | 504 | 524),
        None => trouble.kind == Some(FaultKind::Network),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(status: u16, kind: Option<FaultKind>, retry_after: Option<u64>) -> Option<Duration> {
        let trouble = Trouble {
            status: Some(status),
            kind,
            retry_after,
        };
        wait(&Patience::default(), 0, trouble, 1.0)
    }

    #[test]
    fn s_97_only_what_may_pass_is_asked_again() {
        for status in [429, 500, 502, 503, 504, 524] {
            assert!(after(status, None, None).is_some(), "{status}");
        }
        for status in [
            200, 301, 400, 401, 402, 403, 404, 405, 408, 409, 413, 422, 501, 522,
        ] {
            assert_eq!(after(status, None, None), None, "{status}");
        }
        assert_eq!(
            after(503, Some(FaultKind::ModelNotFound), None),
            None,
            "S-93"
        );
        assert_eq!(after(500, Some(FaultKind::ModelUnpriced), None), None);
        assert!(after(503, Some(FaultKind::Server), None).is_some());
    }

    #[test]
    fn s_97_waits_double_at_most_three_times_and_honour_what_the_relay_asks() {
        let trouble = Trouble {
            status: Some(503),
            ..Trouble::default()
        };
        let patience = Patience::default();
        let waits: Vec<_> = (0..4)
            .map(|nth| wait(&patience, nth, trouble, 1.0))
            .collect();
        let ms = |ms| Some(Duration::from_millis(ms));
        assert_eq!(waits, [ms(500), ms(1_000), ms(2_000), None]);
        assert_eq!(wait(&patience, 0, trouble, 0.0), ms(250));
        assert_eq!(after(429, None, Some(7)), Some(Duration::from_secs(7)));
        assert_eq!(after(429, None, Some(3_600)), None, "too long to wait here");
    }
}
