//! How an ask is carried out at the open relay: beside the loop, to its end, and then told.
//!
//! What was done is told after the lists it left stale were asked for anew, so no answer of before can follow it.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::door::{AskId, Event, Scope};
use super::host::Host;
use super::session::Session;
use super::task::{Engine, Report, not_open};

impl Engine {
    /// Runs something that answers an ask with an event and then leaves some lists stale.
    pub(super) fn with_session(
        &mut self,
        ask: AskId,
        work: impl FnOnce(Session, Arc<dyn Host>) -> BoxFuture<'static, (Event, &'static [Scope])>
        + Send
        + 'static,
    ) {
        let Some(session) = self.session.clone() else {
            return self.tell(Event::AskFailed {
                ask,
                fault: not_open(),
            });
        };
        let (reports, generation) = (self.reports.0.clone(), self.generation);
        let host = Arc::clone(&self.host);
        self.finishing.spawn(async move {
            let (event, scopes) = match session.alive().await {
                Ok(session) => work(session, host).await,
                Err(fault) => (Event::AskFailed { ask, fault }, &[] as &'static [Scope]),
            };
            let event = Some(Box::new(event));
            let _ = reports.send(Report::Done {
                generation,
                scopes,
                event,
            });
        });
    }

    /// Something was done at a relay: its lists are fetched anew where it is still the open one, then it is told.
    pub(super) fn done(&mut self, generation: u64, scopes: &[Scope], event: Option<Box<Event>>) {
        if generation == self.generation {
            for scope in scopes {
                self.fetch_anew(*scope);
            }
        }
        if let Some(event) = event {
            self.tell(*event);
        }
    }
}
