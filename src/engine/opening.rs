//! The engine's commands about profiles: adding one, opening one, and what is looked up once when it is open.

use std::sync::Arc;

use super::door::{AskId, Credential, Event};
use super::relays::{self, Added};
use super::session::Session;
use super::settling;
use super::task::{Engine, Report};
use crate::domain::{Conversation, Fault};

impl Engine {
    /// Tells which profiles there are.
    pub(super) fn tell_profiles(&self) {
        match self.host.profiles() {
            Ok((list, current)) => self.tell(Event::Profiles { list, current }),
            Err(fault) => {
                self.tell(Event::Notice(fault));
                self.tell(Event::Profiles {
                    list: Vec::new(),
                    current: None,
                });
            }
        }
    }

    /// Adds a relay, beside the loop.
    pub(super) fn add_profile(
        &mut self,
        ask: AskId,
        name: String,
        address: String,
        credential: Credential,
    ) {
        let (host, reports) = (Arc::clone(&self.host), self.reports.0.clone());
        self.finishing.spawn(async move {
            let result = relays::add(host.as_ref(), &name, &address, credential).await;
            let _ = reports.send(Report::Added { ask, result });
        });
    }

    /// A relay was added, or not: one that was is opened.
    pub(super) fn added(&mut self, ask: AskId, result: Result<Added, Fault>) {
        match result {
            Ok(Added::Here(profile, notes)) => {
                let name = profile.name.clone();
                self.tell_profiles();
                self.tell(Event::ProfileAdded {
                    ask,
                    profile,
                    notes,
                });
                self.open(name);
            }
            Ok(Added::OnItsPage(page)) => self.tell(Event::RegisterThere { ask, page }),
            Err(fault) => self.tell(Event::AskFailed { ask, fault }),
        }
    }

    /// Opens a profile; whatever belongs to the one before is void from now on.
    pub(super) fn open(&mut self, name: String) {
        self.generation += 1;
        self.session = None;
        self.refreshes.forget();
        self.watch_running(false);
        self.tell(Event::Opening {
            profile: name.clone(),
        });
        let (host, reports, generation) = (
            Arc::clone(&self.host),
            self.reports.0.clone(),
            self.generation,
        );
        let ledger = self.ledger.clone();
        self.start(async move {
            let result = match Session::open(host, &name).await {
                Ok(session) => {
                    let kept = match &ledger {
                        Some(ledger) => {
                            ledger
                                .latest_conversation(&name)
                                .await
                                .unwrap_or_else(|error| {
                                    tracing::warn!(%error, "the kept conversation");
                                    None
                                })
                        }
                        None => None,
                    };
                    Ok(Box::new((session, kept)))
                }
                Err(fault) => Err(fault),
            };
            let _ = reports.send(Report::Opened {
                generation,
                name,
                result,
            });
        });
    }

    /// Takes an opened profile, and fetches what its relay shows.
    pub(super) async fn opened(
        &mut self,
        (session, conversation): (Session, Option<Conversation>),
    ) {
        if let Err(fault) = self.host.remember_profile(&session.profile.name) {
            self.tell(Event::Notice(fault));
        }
        self.tell(Event::Opened {
            profile: session.profile.clone(),
            facts: session.facts.clone(),
            conversation: conversation.map(Box::new),
        });
        let scopes = session.scopes();
        self.look_for_offers(session.clone());
        self.session = Some(session);
        self.tell_profiles();
        for scope in scopes {
            self.fetch_anew(*scope);
        }
        self.tell_today().await;
        self.tell_measured();
        self.settle_old_rows();
        self.watch_running(false);
    }

    /// Rows of an earlier run whose bill is not known yet are looked up in the relay's log.
    fn settle_old_rows(&mut self) {
        let (Some(session), Some(ledger)) = (self.session.clone(), self.ledger.clone()) else {
            return;
        };
        let (reports, clock) = (self.reports.0.clone(), self.clock.clone());
        self.start(async move {
            if settling::settle_old_rows(&session, &ledger, &clock).await > 0 {
                let _ = reports.send(Report::Spent);
            }
        });
    }
}
