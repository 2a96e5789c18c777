//! What the user notes in passing: how good an answer was (S-33), and the lines of the command line.

use super::door::Event;
use super::task::{Engine, not_open};
use crate::domain::stability::Mark;

impl Engine {
    /// Writes a mark down; what stands on the screen follows.
    pub(super) async fn mark(&mut self, mark: Mark) {
        let (Some(ledger), Some(session)) = (self.ledger.clone(), &self.session) else {
            return self.tell(Event::Notice(not_open()));
        };
        let profile = session.profile.name.clone();
        match ledger.mark(&profile, mark, self.clock.now()).await {
            Ok(()) => self.tell_measured(),
            Err(error) => self.tell(Event::Notice(error.into())),
        }
    }

    /// Tells the lines that were entered before, where there are any.
    pub(super) fn tell_commands(&self) {
        let commands = self.host.commands();
        if !commands.is_empty() {
            self.tell(Event::Commands(commands));
        }
    }

    /// Keeps the command line's history. It is a convenience: a full disk stops nobody from going on.
    pub(super) fn keep_commands(&self, lines: &[String]) {
        if let Err(fault) = self.host.keep_commands(lines) {
            tracing::warn!(%fault, "the command line's history was not kept");
        }
    }
}
