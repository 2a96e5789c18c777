//! The engine's commands about replies: sending, and keeping the conversation they belong to.

use std::time::Duration;

use super::door::{Event, Scope, Spend, TurnEnd, TurnId};
use super::session::{KeyChoice, Plan};
use super::task::{Engine, Report, not_open};
use super::turn;
use crate::domain::{
    Basis, ChatRequest, Conversation, Cost, Fault, FaultKind, Finish, Money, Usage,
};
use crate::locale::say;

impl Engine {
    pub(super) fn send(
        &mut self,
        turn: TurnId,
        request: ChatRequest,
        key: Option<i64>,
        silence: Option<Duration>,
    ) {
        let choice = key.map_or(KeyChoice::Any, KeyChoice::Id);
        let ready = match (&self.session, &self.ledger) {
            (None, _) => Err(not_open()),
            (_, None) => Err(Fault::new(FaultKind::Local, say!("ledger-closed"))
                .advise(say!("ledger-closed-advice"))),
            (Some(session), Some(ledger)) => session
                .plan(request, &choice)
                .map(|plan| Plan { silence, ..plan })
                .map(|plan| (session.clone(), ledger.clone(), plan)),
        };
        let (session, ledger, plan) = match ready {
            Ok(ready) => ready,
            Err(fault) => {
                return self.tell(Event::Ended {
                    turn,
                    end: Box::new(unsent(Some(fault))),
                });
            }
        };
        let leaving = self.leaving.clone();
        let stop = leaving.child_token();
        self.turns.insert(turn, stop.clone());
        let (outbox, reports, clock, generation) = (
            self.inbox.outbox.clone(),
            self.reports.0.clone(),
            self.clock.clone(),
            self.generation,
        );
        self.finishing.spawn(async move {
            let alive = tokio::select! {
                biased;
                () = stop.cancelled() => Err(None),
                alive = session.alive() => alive.map_err(Some),
            };
            let session = match alive {
                Ok(session) => session,
                Err(fault) => {
                    let end = Box::new(unsent(fault));
                    outbox.push(Event::Ended { turn, end });
                    let _ = reports.send(Report::TurnOver { turn });
                    return;
                }
            };
            let sent = clock.now();
            let done = turn::run(&session, &ledger, &plan, &clock, &stop, |progress| {
                outbox.push(match progress {
                    turn::Progress::Text { text, reasoning } => Event::Delta {
                        turn,
                        text,
                        reasoning,
                    },
                    turn::Progress::Spend(spend) => Event::Spend { turn, spend },
                });
            })
            .await;
            outbox.push(Event::Ended {
                turn,
                end: Box::new(done.end.clone()),
            });
            let _ = reports.send(Report::TurnOver { turn });
            let settled = match turn::settle(&session, &ledger, &plan, &done, sent, &leaving).await
            {
                Ok(Some(cost)) => {
                    let _ = reports.send(Report::Spent);
                    Some(Box::new(Event::Settled { turn, cost }))
                }
                Ok(None) => None,
                Err(fault) => {
                    tracing::warn!(%fault, "a reply could not be settled yet");
                    None
                }
            };
            let spent: &[Scope] = match session.facts.manages {
                true => &[Scope::Account, Scope::Keys],
                false => &[],
            };
            let _ = reports.send(Report::Done {
                generation,
                scopes: spent,
                event: settled,
            });
        });
    }

    pub(super) async fn keep(&mut self, conversation: Conversation) {
        let Some(ledger) = &self.ledger else { return };
        match ledger.keep(&conversation).await {
            // Another number than it had: it is new, or another process went on with it and both are kept.
            Ok(id) if conversation.id != Some(id) => self.tell(Event::Kept { id }),
            Ok(_) => {}
            Err(error) => self.tell(Event::Notice(error.into())),
        }
    }
}

/// The end of a reply that was never sent: refused for a reason, or stopped by its user before.
fn unsent(fault: Option<Fault>) -> TurnEnd {
    TurnEnd {
        finish: if fault.is_some() {
            Finish::Cut
        } else {
            Finish::Cancelled
        },
        fault,
        spend: Spend {
            usage: Usage::default(),
            cost: Cost {
                amount: Some(Money::ZERO),
                basis: Basis::Estimated,
            },
            elapsed_ms: 0,
            first_ms: None,
            tenths_per_second: None,
            key_left: None,
            wallet: None,
        },
        total_ms: 0,
        request_id: None,
    }
}
