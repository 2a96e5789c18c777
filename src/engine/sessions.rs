//! The engine's commands about kept conversations: listing, reading, renaming, deleting, writing to a file; and reading
//! the pictures that go into them.

use std::path::PathBuf;

use super::door::{AskId, Command, Event};
use super::export::{self, ExportFormat};
use super::pictures;
use super::task::{Engine, not_open};
use crate::domain::{Conversation, Fault, FaultKind};
use crate::ledger::Ledger;
use crate::locale::{foreign, say};

impl Engine {
    /// Obeys a command about kept conversations, whole: what was kept before it is seen by it.
    pub(super) async fn session(&self, command: Command) {
        let (ask, done) = match command {
            Command::ListSessions { ask, find } => (ask, self.list_sessions(ask, find).await),
            Command::ReadSession { ask, id } => (ask, self.read_session(ask, id).await),
            Command::RenameSession { ask, id, name } => {
                (ask, self.rename_session(ask, id, name).await)
            }
            Command::DeleteSession { ask, id } => (ask, self.delete_session(ask, id).await),
            Command::ExportSession {
                ask,
                id,
                format,
                path,
            } => (ask, self.export_session(ask, id, format, path).await),
            Command::ReadImage { ask, path } => (ask, read_picture(ask, path).await),
            _ => return,
        };
        self.tell(done.unwrap_or_else(|fault| Event::AskFailed { ask, fault }));
    }

    fn kept(&self) -> Result<&Ledger, Fault> {
        self.ledger.as_ref().ok_or_else(|| {
            Fault::new(FaultKind::Local, say!("sessions-ledger-closed"))
                .advise(say!("ledger-closed-advice"))
        })
    }

    async fn list_sessions(&self, ask: AskId, find: String) -> Result<Event, Fault> {
        let session = self.session.as_ref().ok_or_else(not_open)?;
        let list = self
            .kept()?
            .conversations(&session.profile.name, &find)
            .await?;
        Ok(Event::Sessions { ask, find, list })
    }

    async fn read_session(&self, ask: AskId, id: i64) -> Result<Event, Fault> {
        let conversation = read(self.kept()?, id).await?;
        Ok(Event::SessionRead {
            ask,
            conversation: Box::new(conversation),
        })
    }

    async fn rename_session(&self, ask: AskId, id: i64, name: String) -> Result<Event, Fault> {
        match self.kept()?.rename_conversation(id, &name).await? {
            true => Ok(Event::SessionRenamed { ask, id, name }),
            false => Err(no_such(id)),
        }
    }

    async fn delete_session(&self, ask: AskId, id: i64) -> Result<Event, Fault> {
        // One that is gone already is as wished.
        self.kept()?.delete_conversations(&[id]).await?;
        Ok(Event::SessionDeleted { ask, id })
    }

    async fn export_session(
        &self,
        ask: AskId,
        id: i64,
        format: ExportFormat,
        path: PathBuf,
    ) -> Result<Event, Fault> {
        let conversation = read(self.kept()?, id).await?;
        let text = export::text(&conversation, format, self.clock.zone());
        let path = tokio::task::spawn_blocking(move || export::write_new(&path, &text))
            .await
            .unwrap_or_else(|error| {
                Err(Fault::new(
                    FaultKind::Local,
                    say!("file-error", error = foreign(&error)),
                ))
            })?;
        Ok(Event::SessionExported { ask, path })
    }
}

async fn read_picture(ask: AskId, path: PathBuf) -> Result<Event, Fault> {
    let image = tokio::task::spawn_blocking(move || pictures::read_image(&path))
        .await
        .unwrap_or_else(|error| {
            Err(Fault::new(
                FaultKind::Local,
                say!("file-error", error = foreign(&error)),
            ))
        })?;
    Ok(Event::ImageRead { ask, image })
}

/// Reads a kept conversation.
///
/// # Errors
/// When it could not be read, or there is none of this number.
pub async fn read(ledger: &Ledger, id: i64) -> Result<Conversation, Fault> {
    ledger.conversation(id).await?.ok_or_else(|| no_such(id))
}

fn no_such(id: i64) -> Fault {
    Fault::new(FaultKind::NotFound, say!("session-none", id = id))
        .advise(say!("session-none-advice"))
}
