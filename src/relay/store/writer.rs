//! The one thread that writes to the database: everything that waits goes into one transaction.
//!
//! An ending is in the journal before it comes here ([`super::journal`]), so nobody waits for the transaction. Only where
//! the journal cannot be written (a full disk) is it waited for, and new requests are refused until one succeeds.
//! What always holds: an ending that could not be written is kept and tried again before anything newer, so no charge is
//! lost while the process lives; whoever reads or changes the database finds in it what was settled before; and a change
//! that panics is rolled back, told in the log, and takes nobody else with it.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::super::book::Book;
use super::super::error::RelayError;
use super::super::live::{Live, Run};
use super::StoreError;
use super::batch::{Batch, WORTH_A_ROW};
use super::journal::{Journal, Posted};
use super::money::Ending;
use super::till::{Job, MOST, Till, WrittenDown};
use crate::locale::{Language, system, within};

/// How long until what could not be written is tried again.
const RETRY: Duration = Duration::from_millis(500);

/// Hands work to the thread that writes.
pub struct Writer {
    till: Arc<Till>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread.
    pub fn start(
        connection: Connection,
        journal: Journal,
        posted: Posted,
        book: Arc<Book>,
        live: Arc<Live>,
    ) -> Result<Self, RelayError> {
        let till = Arc::new(Till::new(journal, book));
        let desk = Desk {
            connection,
            posted,
            batch: Batch::of(live),
            till: Arc::clone(&till),
        };
        let thread = thread::Builder::new()
            .name("relay-writer".into())
            .spawn(move || {
                let _gone = Gone(Arc::clone(&desk.till));
                within(Language::English, || desk.work());
            })
            .map_err(|error| RelayError::NoThread(system(&error)))?;
        Ok(Writer {
            till,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Whether everything so far could be written. While not, no new request should start: it could not be billed.
    pub fn healthy(&self) -> bool {
        self.till.is_healthy()
    }

    /// A request is among the running ones now: its reservation is kept, unless it ends within a few milliseconds. Not
    /// waited for: if the process is killed before, there is nothing to release.
    pub fn begun(&self) {
        self.till.inbox.nudge();
    }

    /// Ends a request; whoever waits hears whether it is kept.
    pub fn end(&self, ending: &Ending<'_>, run: &Run) -> WrittenDown {
        self.till.take(ending, run)
    }

    /// Waits until the database has what was settled before this moment.
    pub async fn post(&self) {
        if self.till.is_ahead() {
            let (told, answer) = oneshot::channel();
            self.hand_over(Job::Post(told));
            // Where it cannot be posted, what is read is what there is.
            let _ = answer.await;
        }
    }

    /// Changes something in one transaction; see [`super::Store::change`].
    pub async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, StoreError> {
        let (told, answer) = oneshot::channel();
        let job = Job::Change(Box::new(move |connection| {
            // A panic drops the transaction, which takes back what it wrote. What it says may hold anything, and is not told.
            let change = || in_transaction(connection, work);
            let changed = catch_unwind(AssertUnwindSafe(change)).unwrap_or_else(|_| {
                tracing::error!("a change of the database panicked; it was taken back");
                Err(StoreError::Defect)
            });
            if let Ok(value) = &changed
                && catch_unwind(AssertUnwindSafe(|| then(value))).is_err()
            {
                tracing::error!(
                    "a change stands in the database and not in memory; start the relay anew"
                );
            }
            // Nobody listens when the client is gone; the change stands all the same.
            let _ = told.send(changed);
        }));
        self.hand_over(job);
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// What ended before comes before it.
    fn hand_over(&self, job: Job) {
        self.till.write_down();
        self.till.inbox.put(job);
    }

    /// Writes what waits and ends the thread.
    pub async fn close(&self) {
        if let Some(thread) = self.closing() {
            // A panic of the writer was told when it happened; there is nothing left to do about it here.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }

    fn closing(&self) -> Option<JoinHandle<()>> {
        self.till.write_down();
        self.till.inbox.close();
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        thread.take()
    }
}

impl Drop for Writer {
    /// The thread is gone before anybody else can have the folder.
    fn drop(&mut self) {
        if let Some(thread) = self.closing() {
            let _ = thread.join();
        }
    }
}

/// Goes when the thread ends, however it ends: from then on nobody waits for it.
struct Gone(Arc<Till>);

impl Drop for Gone {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.failed(&StoreError::Defect);
        }
        self.0.inbox.close();
        let mut left = Vec::new();
        self.0.inbox.wait(Some(Duration::ZERO), &mut left);
    }
}

fn in_transaction<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let value = work(&transaction)?;
    transaction.commit()?;
    Ok(value)
}

/// What the thread has on its desk.
struct Desk {
    connection: Connection,
    posted: Posted,
    batch: Batch,
    till: Arc<Till>,
}

impl Desk {
    fn work(mut self) {
        let mut jobs = Vec::new();
        // Whether anything came the last time: where it did, more will, and who looks a moment later need not be woken.
        let mut busy = false;
        loop {
            // What was handed in by somebody who did not wait for it.
            self.till.write_down();
            let open = self.till.inbox.wait(self.patience(busy), &mut jobs);
            busy = !jobs.is_empty();
            for job in jobs.drain(..) {
                self.take(job);
            }
            if !open {
                break;
            }
            let due = self.batch.due(Instant::now()) == Some(Duration::ZERO);
            if due || self.batch.is_awaited() {
                self.commit();
            }
        }
        self.commit();
        if self.batch.ends() > 0 {
            tracing::error!(
                rows = self.batch.ends(),
                "rows of money could not be written before the end; the next start posts those that are in the journal"
            );
        }
        let number = self.posted.number;
        let told = self.till.with_journal(|journal| journal.close(number));
        self.told(told);
    }

    /// How long to wait for the next job: until something on the desk is due, or as long as it takes.
    fn patience(&self, busy: bool) -> Option<Duration> {
        if !self.till.is_healthy() {
            return Some(RETRY);
        }
        let due = self.batch.due(Instant::now());
        due.or(busy.then_some(WORTH_A_ROW))
    }

    fn take(&mut self, job: Job) {
        match job {
            Job::End(endings) => {
                self.batch.end(endings, Instant::now());
                if self.batch.ends() >= MOST && self.till.is_healthy() {
                    self.commit();
                }
            }
            // What came before must be in the file before it, in the order of arrival.
            Job::Change(work) => {
                self.commit();
                work(&mut self.connection);
            }
            Job::Post(told) => {
                self.commit();
                let _ = told.send(());
            }
        }
    }

    /// Writes in one transaction what waits. When that fails it stays, and whoever waits is told that it is not yet kept.
    fn commit(&mut self) {
        let now = Instant::now();
        if self.batch.ends() == 0 && self.batch.due(now) != Some(Duration::ZERO) {
            return;
        }
        let written = self
            .batch
            .write(&mut self.connection, &mut self.posted, now);
        match written {
            Ok(written) => {
                let till = &self.till;
                till.recovered();
                till.book.ended(written.unfollowed());
                till.book.posted(written.changes());
                till.posted(written.changes().count());
                written.tell();
                let number = self.posted.number;
                let told = till.with_journal(|journal| journal.posted(number));
                self.told(told);
            }
            Err(error) => {
                self.till.failed(&error);
                self.batch.tell_failure();
            }
        }
    }

    /// A page that could not be emptied only takes room: what is on it is known to be posted.
    fn told(&self, emptied: io::Result<()>) {
        if let Err(error) = emptied {
            tracing::warn!(%error, "the relay's journal could not be emptied");
        }
    }
}

#[cfg(test)]
mod tests;
