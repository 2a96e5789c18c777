//! The engine's commands about proof: starting what is wished, and stopping it.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::door::{AskId, Event};
use super::proof::news::{ProofNews, Wanting, Wish};
use super::proof::running::{self, Means};
use super::task::{Engine, Report, not_open};
use crate::domain::{Fault, FaultKind};
use crate::locale::say;

/// What the engine remembers about proofs.
#[derive(Default)]
pub(super) struct Proving {
    /// How to stop the one that was asked for.
    stops: Vec<(AskId, CancellationToken)>,
    /// The latest diagnosis, for the checklist, and the profile it is of.
    ladder: Arc<std::sync::Mutex<Option<(u64, crate::verify::report::Report)>>>,
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
                .filter(|(of, _)| *of == generation)
                .map(|(_, report)| report);
            let sends = matches!(wish.what, Wanting::Ladder | Wanting::Test(_));
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
                        .unwrap_or_else(std::sync::PoisonError::into_inner) =
                        Some((generation, report.clone()));
                }
                tell(news);
            })
            .await;
            // Whatever comes after needs no stopping any more.
            stop.cancel();
            if sends {
                let _ = reports.send(Report::Spent);
            }
        });
    }

    pub(super) fn stop_proving(&mut self, ask: AskId) {
        if let Some((_, stop)) = self.proving.stops.iter().find(|(of, _)| *of == ask) {
            stop.cancel();
        }
    }
}
