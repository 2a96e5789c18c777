//! What the dashboard holds of the engine: a bounded way in that never waits, and the outbox.

use tokio::sync::mpsc;

use super::door::{Command, Event};
use super::outbox::Outbox;

use crate::locale::say;

/// Commands that may wait before the engine counts as busy.
const WAITING_COMMANDS: usize = 64;

/// The dashboard's end.
pub struct Handle {
    commands: mpsc::Sender<Command>,
    outbox: Outbox,
}

/// The engine's end.
pub struct Inbox {
    /// Commands, in the order they were given; ends when the dashboard is gone.
    pub commands: mpsc::Receiver<Command>,
    /// Where events go.
    pub outbox: Outbox,
}

/// The engine has more waiting than it can take, or is gone. The command was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", say!("engine-busy-whole"))]
pub struct Busy;

/// Both ends of a fresh door.
pub fn pair() -> (Handle, Inbox) {
    let (sender, commands) = mpsc::channel(WAITING_COMMANDS);
    let outbox = Outbox::default();
    (
        Handle {
            commands: sender,
            outbox: outbox.clone(),
        },
        Inbox { commands, outbox },
    )
}

impl Handle {
    /// Gives a command, or says at once that it cannot.
    ///
    /// # Errors
    /// [`Busy`] when the queue is full or the engine is gone.
    pub fn try_send(&self, command: Command) -> Result<(), Busy> {
        self.commands.try_send(command).map_err(|_| Busy)
    }

    /// Waits for events and takes all there are; `None` once the engine is gone. Dropping the future loses nothing.
    pub async fn events(&self) -> Option<Vec<Event>> {
        self.outbox.take().await
    }
}
