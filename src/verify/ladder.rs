//! Climbing the ladder: rung by rung until one fails, with the one change that would mend it tried at once (S-96).
//!
//! Reads come first and cost nothing. Only the last two rungs ask a model, with the shortest question there is.

use std::time::Duration;

use super::climb::Climb;
use super::door::{Door, Subject};
use super::report::{Finding, Report, Rung, Verdict};
use crate::domain::retry::Patience;
use crate::domain::{Basis, Cost, Money};
use crate::locale::say;

/// How far a diagnosis may go.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most that its calls together may cost in the worst case.
    pub max_cost: Money,
    /// From when on a connection deserves a word.
    pub slow: Duration,
    /// How patient a call is with a busy relay.
    pub patience: Patience,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_cost: Money::from_nanos(50_000_000),
            slow: Duration::from_secs(2),
            patience: Patience::default(),
        }
    }
}

/// Climbs, and tells each finding as it is made. A finding that is told again for the same rung takes the place of the
/// earlier one: a call may teach better what a read could not.
pub async fn climb<D: Door>(
    door: &D,
    subject: &Subject,
    limits: Limits,
    tell: impl FnMut(&Finding) + Send,
) -> Report {
    let mut climb = Climb::new(door, subject, limits, tell);
    // The one who stops the climb has said why.
    let _ = climb.run().await;
    let mut findings = climb.findings;
    for rung in Rung::ALL {
        if findings.iter().all(|finding| finding.rung != rung) {
            findings.push(Finding::new(
                rung,
                Verdict::NotReached,
                say!("ladder-not-reached"),
            ));
        }
    }
    findings.sort_by_key(|finding| finding.rung);
    // What stands above the lowest failure says nothing any more.
    if let Some(failed) = findings
        .iter()
        .position(|finding| finding.verdict == Verdict::Failed)
    {
        for finding in &mut findings[failed + 1..] {
            if finding.verdict != Verdict::NotReached {
                *finding = Finding::new(
                    finding.rung,
                    Verdict::NotReached,
                    say!("ladder-not-reached"),
                );
            }
        }
    }
    Report {
        findings,
        requests: climb.requests,
        cost: Cost {
            amount: climb.spent,
            basis: if climb.requests == 0 {
                Basis::Settled
            } else {
                climb.basis
            },
        },
    }
}
