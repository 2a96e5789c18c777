//! Proofs for the dashboard: one wish in, its news out, in a task of its own.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::news::{ProofNews, ProofPlan, Wanting, Wish};
use super::{
    Examined, Given, examine, facts, keep_outcome, keep_report, observations, until_stopped,
};
use crate::domain::test_result::TestKind;
use crate::domain::{Fault, FaultKind, Profile, UnixMillis};
use crate::engine::clock::Clock;
use crate::engine::host::Host;
use crate::ledger::Ledger;
use crate::locale::say;
use crate::verify::checklist::lines;
use crate::verify::ladder::{Limits, climb};
use crate::verify::report::Report;
use crate::verify::trials::{self, Wanted};
use crate::verify::workflow::steps;

/// Words of the long text (S-81).
const LONG_WORDS: usize = 4_000;
/// Requests at once (S-82).
const AT_ONCE: usize = 5;

/// What a proof is carried out with.
pub struct Means {
    /// The profile whose relay is examined.
    pub profile: Profile,
    /// Profiles and secrets.
    pub host: Arc<dyn Host>,
    /// Where requests and results are kept.
    pub ledger: Ledger,
    /// The clock.
    pub clock: Clock,
    /// What stops it.
    pub stop: CancellationToken,
    /// The latest diagnosis of this relay and when it was over, for the checklist.
    pub ladder: Option<(UnixMillis, Report)>,
}

/// Carries out a wish and tells what comes of it. The last thing told is never a rung.
pub async fn fulfil(means: Means, wish: Wish, mut tell: impl FnMut(ProofNews) + Send) {
    let given = Given {
        url: None,
        key: wish.key.map(|id| id.to_string()),
        model: Some(wish.model).filter(|model| !model.is_empty()),
        within: wish.within,
        ..Given::default()
    };
    let Means {
        profile,
        host,
        ledger,
        clock,
        stop,
        ladder,
    } = means;
    let examined = examine(host, Some(profile), &given, ledger, clock, stop.clone());
    let mut examined = match examined {
        Ok(examined) => examined,
        Err(fault) => return tell(ProofNews::Failed(fault)),
    };
    let what = wish.what;
    let work = async {
        examined.ask_console().await;
        match what {
            Wanting::Plan => tell(ProofNews::Planned(planned(&examined).await)),
            Wanting::Ladder => {
                let at = examined.clock.now();
                let report = climb(
                    &examined.door,
                    &examined.subject,
                    Limits::default(),
                    |finding| {
                        tell(ProofNews::Rung(finding.clone()));
                    },
                )
                .await;
                if let Err(fault) = keep_report(&examined, &report, at).await {
                    tracing::warn!(%fault, "a diagnosis could not be kept");
                }
                tell(ProofNews::Climbed(report));
            }
            Wanting::Test(kind) => tell(match tested(&examined, kind).await {
                Ok(outcome) => ProofNews::Tested(Box::new(outcome)),
                Err(fault) => ProofNews::Failed(fault),
            }),
            Wanting::Checklist => {
                let folder = std::env::current_dir().unwrap_or_else(|_| ".".into());
                let lines = lines(&facts(&examined, ladder, &folder).await);
                let results = examined
                    .ledger
                    .results(&examined.profile, super::HISTORY)
                    .await
                    .unwrap_or_default();
                tell(ProofNews::Standing {
                    steps: steps(&lines),
                    lines,
                    results,
                });
            }
        }
    };
    if until_stopped(work, &stop).await.is_none() {
        tell(ProofNews::Failed(
            Fault::new(FaultKind::Local, say!("proof-stopped"))
                .advise(say!("proof-stopped-advice")),
        ));
    }
}

fn wanted(kind: Option<TestKind>) -> Wanted {
    let is = |test| kind.is_none() || kind == Some(test);
    Wanted {
        connect: is(TestKind::Connect),
        long: is(TestKind::Long).then_some(LONG_WORDS),
        concurrency: is(TestKind::Concurrency).then_some(AT_ONCE),
    }
}

async fn planned(examined: &Examined) -> Result<ProofPlan, Fault> {
    let target = examined.target().await?;
    let costs = trials::plan(&target, wanted(None), 0)
        .iter()
        .map(|test| (test.kind(), test.worst_case(target.scale)))
        .collect();
    Ok(ProofPlan {
        model: target.model,
        key: target.key.secret.masked(),
        group: target.group,
        costs,
    })
}

async fn tested(examined: &Examined, kind: TestKind) -> Result<trials::Outcome, Fault> {
    let target = examined.target().await?;
    let at = examined.clock.now();
    let seed = at.0.unsigned_abs() % 1_000_000_007;
    let test = trials::plan(&target, wanted(Some(kind)), seed);
    let test = test
        .first()
        .ok_or_else(|| Fault::new(FaultKind::Local, say!("proof-no-such-test")))?;
    let earlier = observations(&examined.ledger, &examined.profile, &target.model).await;
    let outcome = trials::run(&examined.door, test, &earlier).await;
    keep_outcome(examined, &target, &outcome, at).await?;
    Ok(outcome)
}
