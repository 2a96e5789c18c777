//! The engine's commands about proof: starting what is wished, and stopping it.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::door::{AskId, Event, Scope};
use super::proof::news::{ProofNews, Wanting, Wish};
use super::proof::running::{self, Means};
use super::task::{Engine, Report, not_open};
use crate::domain::{Fault, FaultKind, UnixMillis};
use crate::locale::say;

/// What the engine remembers about proofs.
#[derive(Default)]
pub(super) struct Proving {
    /// How to stop the one that was asked for.
    stops: Vec<(AskId, CancellationToken)>,
    /// The latest diagnosis, for the checklist.
    ladder: Arc<std::sync::Mutex<Option<Climbed>>>,
}

/// A diagnosis that is over.
#[derive(Clone)]
struct Climbed {
    /// The opening of a relay that it is of.
    of: u64,
    at: UnixMillis,
    report: crate::verify::report::Report,
}

impl Engine {
    pub(super) fn prove(&mut self, ask: AskId, wish: Wish) {
        let ready = match (&self.session, &self.ledger) {
            (None, _) => Err(not_open()),
            (_, None) => Err(Fault::new(FaultKind::Local, say!("ledger-closed"))
                .advise(say!("ledger-closed-advice"))),
            (Some(session), Some(ledger)) => Ok((session.clone(), ledger.clone())),
        };
        let (session, ledger) = match ready {
            Ok(ready) => ready,
            Err(fault) => {
                let news = Box::new(ProofNews::Failed(fault));
                return self.tell(Event::Proof { ask, news });
            }
        };
        let stop = self.leaving.child_token();
        self.proving.stops.retain(|(_, stop)| !stop.is_cancelled());
        self.proving.stops.push((ask, stop.clone()));
        let (outbox, reports, host, clock, generation) = (
            self.inbox.outbox.clone(),
            self.reports.0.clone(),
            Arc::clone(&self.host),
            self.clock.clone(),
            self.generation,
        );
        let ladder = Arc::clone(&self.proving.ladder);
        self.finishing.spawn(async move {
            let tell = |news: ProofNews| {
                outbox.push(Event::Proof {
                    ask,
                    news: Box::new(news),
                });
            };
            let session = match session.alive().await {
                Ok(session) => session,
                Err(fault) => return tell(ProofNews::Failed(fault)),
            };
            let known = ladder
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .clone()
                .filter(|climbed| climbed.of == generation)
                .map(|climbed| (climbed.at, climbed.report));
            let sends = matches!(wish.what, Wanting::Ladder | Wanting::Test(_));
            let spent: &[Scope] = match session.facts.manages {
                true => &[Scope::Account, Scope::Keys],
                false => &[],
            };
            let over = clock.clone();
            let means = Means {
                profile: session.profile,
                host,
                ledger,
                clock,
                stop: stop.clone(),
                ladder: known,
            };
            running::fulfil(means, wish, |news| {
                if let ProofNews::Climbed(report) = &news {
                    *ladder
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner) = Some(Climbed {
                        of: generation,
                        at: over.now(),
                        report: report.clone(),
                    });
                }
                tell(news);
            })
            .await;
            // Whatever comes after needs no stopping any more.
            stop.cancel();
            if sends {
                let _ = reports.send(Report::Spent);
                let _ = reports.send(Report::Done {
                    generation,
                    scopes: spent,
                    event: None,
                });
            }
        });
    }

    pub(super) fn stop_proving(&mut self, ask: AskId) {
        if let Some((_, stop)) = self.proving.stops.iter().find(|(of, _)| *of == ask) {
            stop.cancel();
        }
    }
}
