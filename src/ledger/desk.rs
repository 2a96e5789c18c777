//! The thread that owns the file: jobs come in one after the other, answers go back to whoever waits.
//!
//! Progress of running requests is not a job: it lies in a shared note a request, the newest replacing the older, and is
//! written at most once in [`NOTES_EVERY`], so that any number of calls costs one write a second.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction};
use tokio::sync::oneshot;

use super::conversations::{self, Known};
use super::error::LedgerError;
use super::receipts;
use super::runs::{self, Run};
use super::values::Progress;
use crate::domain::Conversation;

/// How long a progress may wait to be written; what a killed process may lose of its counting.
pub(super) const NOTES_EVERY: Duration = Duration::from_secs(1);

/// Something to do with the file.
pub(super) enum Job {
    /// Work whose answer somebody waits for.
    Do(Box<dyn FnOnce(&mut Desk) + Send>),
    /// The first progress was noted since they were written.
    Noted,
    /// The last job: write what is left, say good-bye.
    Close(oneshot::Sender<Result<(), LedgerError>>),
}

/// Progress that was not written yet, by receipt.
#[derive(Clone, Default)]
pub(super) struct Notes(Arc<Mutex<HashMap<i64, Progress>>>);

impl Notes {
    /// Notes a progress; says whether it is the first since they were written.
    pub(super) fn put(&self, id: i64, progress: Progress) -> bool {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = notes.is_empty();
        notes.insert(id, progress);
        first
    }

    /// Forgets the progress of a request that ended.
    pub(super) fn forget(&self, id: i64) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        notes.remove(&id);
    }

    fn take(&self) -> HashMap<i64, Progress> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The file and what is known about it.
pub(super) struct Desk {
    path: PathBuf,
    db: Connection,
    run: Run,
    notes: Notes,
    notes_every: Duration,
    known: Known,
}

impl Desk {
    /// Takes over an open file: begins a run, and calls the requests of runs that are over interrupted.
    pub(super) fn new(
        path: &Path,
        mut db: Connection,
        notes: Notes,
        notes_every: Duration,
    ) -> Result<Self, LedgerError> {
        let explain = |error: rusqlite::Error| LedgerError::from_sql(path, &error);
        let tx = db.transaction().map_err(explain)?;
        let unusable = |error| LedgerError::from_folder(path, &runs::folder(path), &error);
        let run = runs::begin(path).map_err(unusable)?;
        let alive = runs::alive(path, &run).map_err(unusable)?;
        let interrupted = receipts::interrupt_all_but(&tx, &alive).map_err(explain)?;
        tx.commit().map_err(explain)?;
        if interrupted > 0 {
            tracing::info!(
                interrupted,
                "requests were under way when their process ended"
            );
        }
        Ok(Desk {
            path: path.to_owned(),
            db,
            run,
            notes,
            notes_every,
            known: Known::default(),
        })
    }

    /// Works until told to close, or until nobody is left who could ask.
    pub(super) fn work(mut self, jobs: &Receiver<Job>) {
        let mut write_notes_at: Option<Instant> = None;
        loop {
            let job = match write_notes_at {
                None => jobs.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => jobs.recv_timeout(at.saturating_duration_since(Instant::now())),
            };
            match job {
                Ok(Job::Do(work)) => work(&mut self),
                Ok(Job::Noted) => {
                    write_notes_at.get_or_insert_with(|| Instant::now() + self.notes_every);
                }
                Ok(Job::Close(told)) => {
                    // Nobody need wait for the answer.
                    let _ = told.send(self.leave());
                    return;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    if let Err(error) = self.leave() {
                        tracing::warn!(%error, "the last progress could not be written");
                    }
                    return;
                }
            }
            if write_notes_at.is_some_and(|at| at <= Instant::now()) {
                write_notes_at = None;
                self.write_noted();
            }
        }
    }

    /// Changes the file in one transaction: all of it, or nothing.
    pub(super) fn write<T>(
        &mut self,
        change: impl FnOnce(&Transaction<'_>, &str) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        let outcome = self.db.transaction().and_then(|tx| {
            let value = change(&tx, &self.run.name)?;
            tx.commit()?;
            Ok(value)
        });
        outcome.map_err(|error| LedgerError::from_sql(&self.path, &error))
    }

    /// Reads the file, every progress noted so far included.
    pub(super) fn read<T>(
        &mut self,
        question: impl FnOnce(&Transaction<'_>, &str) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        self.write_noted();
        let reading = Transaction::new_unchecked(&self.db, rusqlite::TransactionBehavior::Deferred);
        reading
            .and_then(|tx| question(&tx, &self.run.name))
            .map_err(|error| LedgerError::from_sql(&self.path, &error))
    }

    /// Stores a conversation; what is known of it changes only once it is on the disk.
    pub(super) fn keep(&mut self, conversation: Conversation) -> Result<i64, LedgerError> {
        let known = std::mem::take(&mut self.known);
        let outcome = self.write(|tx, _| conversations::keep(tx, &conversation, &known));
        self.known = known;
        let (id, stamp) = outcome?;
        self.known.kept(&conversation, id, stamp);
        Ok(id)
    }

    /// Reads a profile's latest conversation and remembers what it read.
    pub(super) fn latest_conversation(
        &mut self,
        profile: &str,
    ) -> Result<Option<Conversation>, LedgerError> {
        let found = self.read(|tx, _| conversations::latest(tx, profile))?;
        Ok(found.map(|(conversation, stamp)| {
            self.known.read(&conversation, stamp);
            conversation
        }))
    }

    /// Reads one conversation and remembers what it read.
    pub(super) fn conversation(&mut self, id: i64) -> Result<Option<Conversation>, LedgerError> {
        let found = self.read(|tx, _| conversations::one(tx, id))?;
        Ok(found.map(|(conversation, stamp)| {
            self.known.read(&conversation, stamp);
            conversation
        }))
    }

    /// Forgets the noted progress of a request whose end is about to be written.
    pub(super) fn forget_note(&self, id: i64) {
        self.notes.forget(id);
    }

    /// Runs a statement, for tests that make the disk full.
    #[cfg(test)]
    pub(super) fn execute(&mut self, sql: &str) -> rusqlite::Result<()> {
        self.db.execute_batch(sql)
    }

    /// Writes every progress noted so far, as far as that can be done: a full disk must not hide what is on it.
    pub(super) fn write_noted(&mut self) {
        if let Err(error) = self.write_notes() {
            tracing::warn!(%error, "progress could not be written");
        }
    }

    fn write_notes(&mut self) -> Result<(), LedgerError> {
        let notes = self.notes.take();
        if notes.is_empty() {
            return Ok(());
        }
        self.write(|tx, _| {
            for (id, progress) in &notes {
                receipts::progress(tx, *id, progress)?;
            }
            Ok(())
        })
    }

    /// The end of a run: what was counted is kept, what still runs is interrupted.
    fn leave(mut self) -> Result<(), LedgerError> {
        let notes = self.write_notes();
        let interrupted = self.write(receipts::interrupt);
        notes.and(interrupted)
    }
}
