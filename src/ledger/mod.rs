//! The local quota ledger and the kept conversations: one owner of one SQLite file.
//!
//! A request has a row from the moment before it is sent, and everything acknowledged here is on the disk:
//! neither a killed process nor a power cut takes it away. Each [`Ledger`] has a thread that owns its connection; calls
//! wait for its answer without blocking the runtime, and a call that is dropped while it waits is carried out all the
//! same. Several processes may use one file: rows whose process is gone become *interrupted* when it is opened next.
//! No clock is read here and no secret is stored.

mod conversations;
mod desk;
mod error;
mod foreign;
mod marks;
mod nodes;
mod opening;
mod pictures;
mod proofs;
mod receipts;
mod results;
mod row;
mod runs;
mod sessions;
mod stability;
mod usage;
mod values;
mod words;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::oneshot;

pub use error::LedgerError;
pub use values::{
    Bill, Brought, Ending, LogEntry, NewRequest, Outcome, Progress, ReceiptFilter, ReceiptId,
    RunningTotals, Totals,
};

use crate::domain::stability::{Mark, Marks, Sample};
use crate::domain::{Conversation, ConversationInfo, LogMark, Receipt, SpendingReport, UnixMillis};
use crate::locale::system;
use desk::{Desk, Job, Notes};

/// The ledger. Clones share its thread; when the last one is dropped, what is left to write is written.
#[derive(Clone)]
pub struct Ledger {
    jobs: mpsc::Sender<Job>,
    notes: Notes,
}

impl Ledger {
    /// Opens the file, making it (mode 0600) and its folder (0700) where they are missing, and calls requests
    /// interrupted whose process is gone. Blocks for some milliseconds, or for seconds while another process is writing.
    ///
    /// # Errors
    /// When the folder or file cannot be used, is damaged, of another program, or of a newer version; it was not changed then.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        Self::open_with(path, desk::NOTES_EVERY)
    }

    fn open_with(path: &Path, notes_every: Duration) -> Result<Self, LedgerError> {
        let db = opening::open(path)?;
        let notes = Notes::default();
        let desk = Desk::new(path, db, notes.clone(), notes_every)?;
        let (jobs, inbox) = mpsc::channel();
        std::thread::Builder::new()
            .name("ledger".into())
            .spawn(move || desk.work(&inbox))
            .map_err(|error| LedgerError::Other {
                path: path.to_owned(),
                why: system(&error),
            })?;
        Ok(Ledger { jobs, notes })
    }

    /// Writes the row of a request that is about to be sent. Send it only once this has answered.
    ///
    /// # Errors
    /// When the row could not be written; then there is none.
    pub async fn append(&self, new: NewRequest) -> Result<ReceiptId, LedgerError> {
        self.ask(move |desk| desk.write(|tx, run| row::insert(tx, run, &new).map(ReceiptId)))
            .await
    }

    /// Notes how far a request has come, so that a killed process leaves what was counted. Never waits, and may be
    /// called for every piece that arrives: the newest note is written once a second, and before anything is read.
    pub fn progress(&self, id: ReceiptId, progress: Progress) {
        if self.notes.put(id.0, progress) {
            // A closed ledger takes no notes; whoever ends the request is told.
            let _ = self.jobs.send(Job::Noted);
        }
    }

    /// Writes the end of a request.
    ///
    /// # Errors
    /// [`LedgerError::NotOpen`] when it does not exist or has ended already; or when the row could not be written.
    pub async fn end(&self, id: ReceiptId, outcome: Outcome) -> Result<(), LedgerError> {
        self.ask(move |desk| {
            desk.forget_note(id.0);
            match desk.write(|tx, _| receipts::end(tx, id.0, &outcome))? {
                true => Ok(()),
                false => Err(LedgerError::NotOpen(id.0)),
            }
        })
        .await
    }

    /// Writes what the relay's log says: what it charged, and the group it billed in and the request's id where it tells. A
    /// later bill takes the place of an earlier one.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchReceipt`], or when it could not be written.
    pub async fn settle(&self, id: ReceiptId, bill: impl Into<Bill>) -> Result<(), LedgerError> {
        let bill = bill.into();
        self.ask(
            move |desk| match desk.write(|tx, _| receipts::settle(tx, id.0, &bill))? {
                true => Ok(()),
                false => Err(LedgerError::NoSuchReceipt(id.0)),
            },
        )
        .await
    }

    /// The receipts a filter lets through, newest first.
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn receipts(&self, filter: ReceiptFilter) -> Result<Vec<Receipt>, LedgerError> {
        self.ask(move |desk| desk.read(|tx, _| receipts::list(tx, &filter)))
            .await
    }

    /// One receipt.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchReceipt`], or when it could not be read.
    pub async fn receipt(&self, id: ReceiptId) -> Result<Receipt, LedgerError> {
        self.ask(move |desk| {
            desk.read(|tx, _| receipts::one(tx, id.0))?
                .ok_or(LedgerError::NoSuchReceipt(id.0))
        })
        .await
    }

    /// The sums over everything sent since a point in time, for one profile or all of them.
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn totals(
        &self,
        profile: Option<&str>,
        since: UnixMillis,
    ) -> Result<Totals, LedgerError> {
        let profile = profile.map(str::to_owned);
        self.ask(move |desk| {
            desk.read(|tx, run| receipts::totals(tx, run, profile.as_deref(), since))
        })
        .await
    }

    /// Writes receipts of those requests in a relay's log that other programs sent, each once however often it is told.
    /// Those that were sent from here have theirs already; one that has no bill yet gets it. `now` is by the clock that
    /// receipts are dated with.
    ///
    /// # Errors
    /// When they could not be written; then none was.
    pub async fn bring_in(
        &self,
        profile: &str,
        relay: &str,
        entries: Vec<LogEntry>,
        now: UnixMillis,
    ) -> Result<Brought, LedgerError> {
        let (profile, relay) = (profile.to_owned(), relay.to_owned());
        self.ask(move |desk| {
            desk.write_noted();
            desk.write(|tx, _| foreign::bring_in(tx, &profile, &relay, &entries, now))
        })
        .await
    }

    /// How far the log of a profile's relay has been read.
    ///
    /// # Errors
    /// When it could not be read.
    pub async fn log_mark(&self, profile: &str) -> Result<LogMark, LedgerError> {
        let profile = profile.to_owned();
        self.ask(move |desk| desk.read(|tx, _| foreign::log_mark(tx, &profile)))
            .await
    }

    /// Notes how far that log has been read: all of it up to there is in the ledger.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn set_log_mark(&self, profile: &str, mark: LogMark) -> Result<(), LedgerError> {
        let profile = profile.to_owned();
        self.ask(move |desk| desk.write(|tx, _| foreign::set_log_mark(tx, &profile, &mark)))
            .await
    }

    /// What was spent since a point in time, rounded down to its quarter of an hour, for one profile or all of them, and
    /// on what.
    ///
    /// # Errors
    /// When it could not be read.
    pub async fn spending(
        &self,
        profile: Option<&str>,
        since: UnixMillis,
    ) -> Result<SpendingReport, LedgerError> {
        let profile = profile.map(str::to_owned);
        self.ask(move |desk| desk.read(|tx, _| usage::spending(tx, profile.as_deref(), since)))
            .await
    }

    /// What a profile's newest requests since a point in time, at most so many, say of how well its groups work (S-30).
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn samples(
        &self,
        profile: &str,
        since: UnixMillis,
        most: u32,
    ) -> Result<Vec<Sample>, LedgerError> {
        let profile = profile.to_owned();
        self.ask(move |desk| desk.read(|tx, _| stability::samples(tx, &profile, since, most)))
            .await
    }

    /// Writes down how good an answer was, as the user marked it (S-33).
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn mark(&self, profile: &str, mark: Mark, at: UnixMillis) -> Result<(), LedgerError> {
        let profile = profile.to_owned();
        self.ask(move |desk| desk.write(|tx, _| marks::put(tx, &profile, &mark, at)))
            .await
    }

    /// The marks of a profile, summed: group, model, how many.
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn marks(&self, profile: &str) -> Result<Vec<(String, String, Marks)>, LedgerError> {
        let profile = profile.to_owned();
        self.ask(move |desk| desk.read(|tx, _| marks::sums(tx, &profile)))
            .await
    }

    /// Receipts sent since a point in time that ended or were interrupted and that nobody has settled, newest first.
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn unsettled(
        &self,
        profile: &str,
        since: UnixMillis,
        limit: u32,
    ) -> Result<Vec<Receipt>, LedgerError> {
        let profile = profile.to_owned();
        self.ask(move |desk| desk.read(|tx, _| receipts::unsettled(tx, &profile, since, limit)))
            .await
    }

    /// Stores a conversation as it stands and answers its number; only turns that changed are written. The number is
    /// another one than the conversation came with when another process has continued that one meanwhile: then both
    /// ends are kept, and this one goes on under the new number, whichever of the two it comes with next.
    ///
    /// # Errors
    /// When it could not be written; then it is stored as it was before.
    pub async fn keep(&self, conversation: &Conversation) -> Result<i64, LedgerError> {
        let conversation = conversation.clone();
        self.ask(move |desk| desk.keep(conversation)).await
    }

    /// The conversation of a profile that was kept last.
    ///
    /// # Errors
    /// When it could not be read.
    pub async fn latest_conversation(
        &self,
        profile: &str,
    ) -> Result<Option<Conversation>, LedgerError> {
        let profile = profile.to_owned();
        self.ask(move |desk| desk.latest_conversation(&profile))
            .await
    }

    /// The conversations of a profile, the one kept last first. With a text to find, only those that say it, with the
    /// place where they do.
    ///
    /// # Errors
    /// When they could not be read.
    pub async fn conversations(
        &self,
        profile: &str,
        find: &str,
    ) -> Result<Vec<ConversationInfo>, LedgerError> {
        let (profile, find) = (profile.to_owned(), find.to_owned());
        self.ask(move |desk| desk.read(|tx, _| sessions::list(tx, &profile, &find)))
            .await
    }

    /// One conversation; `None` when there is none of this number. From here on its number means the one that was read.
    ///
    /// # Errors
    /// When it could not be read.
    pub async fn conversation(&self, id: i64) -> Result<Option<Conversation>, LedgerError> {
        self.ask(move |desk| desk.conversation(id)).await
    }

    /// Gives a conversation a name. Says whether there was one of this number.
    ///
    /// # Errors
    /// When it could not be written.
    pub async fn rename_conversation(&self, id: i64, name: &str) -> Result<bool, LedgerError> {
        let name = name.to_owned();
        self.ask(move |desk| desk.write(|tx, _| sessions::rename(tx, id, &name)))
            .await
    }

    /// Deletes conversations, all or none; answers the numbers of those that were there. What they cost stays.
    ///
    /// # Errors
    /// When they could not be deleted.
    pub async fn delete_conversations(&self, ids: &[i64]) -> Result<Vec<i64>, LedgerError> {
        let ids = ids.to_vec();
        self.ask(move |desk| desk.write(|tx, _| sessions::delete(tx, &ids)))
            .await
    }

    /// Writes what is left to write and closes the file, for all clones. Requests that still run are interrupted.
    ///
    /// # Errors
    /// When the last progress could not be written, or the ledger was closed before.
    pub async fn close(self) -> Result<(), LedgerError> {
        let (told, closed) = oneshot::channel();
        self.jobs
            .send(Job::Close(told))
            .map_err(|_| LedgerError::Closed)?;
        closed.await.map_err(|_| LedgerError::Closed)?
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (answer, waiting) = oneshot::channel();
        let job = Job::Do(Box::new(move |desk| {
            // Whoever asked may have gone; the work is done all the same.
            let _ = answer.send(work(desk));
        }));
        self.jobs.send(job).map_err(|_| LedgerError::Closed)?;
        waiting.await.map_err(|_| LedgerError::Closed)?
    }
}
