//! The one thread that writes: everything that waits goes into one transaction, and each is answered after the commit.
//!
//! What always holds: the book in memory follows a change only once it is committed; and an ending that could not be
//! written (a full disk) is kept and tried again before anything newer, so no charge is lost while the process lives.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::super::book::Book;
use super::super::error::RelayError;
use super::StoreError;
use super::batch::{Batch, WORTH_A_ROW};
use super::inbox::Inbox;
use super::money::{Ending, Reservation};

/// At most so many rows of money in one transaction: enough to make load cheap, too few to make anyone wait.
const MOST: usize = 512;
/// How long until what could not be written is tried again.
const RETRY: Duration = Duration::from_millis(500);
/// How long it is waited for more endings, again and again while more come. A commit costs as much as dozens of rows, so
/// a crowd shares one; one request alone waits for nobody.
const GATHER: Duration = Duration::from_micros(250);
/// With fewer requests than this, nothing is gathered.
const CROWD: usize = 8;
/// The longest that anything is gathered.
const LONGEST_GATHER: Duration = Duration::from_millis(4);

/// Hands work to the thread that writes.
pub struct Writer {
    inbox: Arc<Inbox<Job>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    healthy: Arc<AtomicBool>,
}

enum Job {
    Reserve(Box<(Instant, Reservation)>),
    End(Box<Ending>, Option<oneshot::Sender<bool>>),
    Change(Box<dyn FnOnce(&mut Connection) + Send>),
}

impl Writer {
    /// Starts the thread.
    pub fn start(connection: Connection, book: Arc<Book>) -> Result<Self, RelayError> {
        let inbox = Arc::new(Inbox::new(WORTH_A_ROW));
        let healthy = Arc::new(AtomicBool::new(true));
        let desk = Desk {
            connection,
            book,
            batch: Batch::default(),
            inbox: Arc::clone(&inbox),
            healthy: Arc::clone(&healthy),
        };
        let thread = thread::Builder::new()
            .name("relay-writer".into())
            .spawn(move || desk.work())
            .map_err(|error| RelayError::NoThread(error.to_string()))?;
        Ok(Writer {
            inbox,
            thread: Mutex::new(Some(thread)),
            healthy,
        })
    }

    /// Whether everything so far could be written. While not, no new request should start: it could not be billed.
    pub fn healthy(&self) -> bool {
        self.healthy.load(Ordering::Relaxed)
    }

    /// Keeps a reservation, unless its request ends within a few milliseconds. Not waited for: if the process is killed
    /// before, there is nothing to release.
    pub fn reserve(&self, row: Reservation) {
        let job = Job::Reserve(Box::new((Instant::now(), row)));
        self.inbox.put_at_leisure(job);
    }

    /// Ends a request without waiting until it is kept.
    pub fn end_later(&self, ending: Ending) {
        self.inbox.put(Job::End(Box::new(ending), None));
    }

    /// Ends a request, at once; the future tells whether it was committed. If not, it is kept in memory and tried again.
    pub fn end(&self, ending: Ending) -> impl Future<Output = bool> + Send + use<> {
        let (told, answer) = oneshot::channel();
        self.inbox.put(Job::End(Box::new(ending), Some(told)));
        async move { answer.await.unwrap_or(false) }
    }

    /// Changes something in one transaction; see [`super::Store::change`].
    pub async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, StoreError> {
        let (told, answer) = oneshot::channel();
        self.inbox.put(Job::Change(Box::new(move |connection| {
            let changed = in_transaction(connection, work);
            if let Ok(value) = &changed {
                then(value);
            }
            // Nobody listens when the client is gone; the change stands all the same.
            let _ = told.send(changed);
        })));
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Writes what waits and ends the thread.
    pub async fn close(&self) {
        self.inbox.close();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread {
            // A panic of the writer was told when it happened; there is nothing left to do about it here.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
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
    book: Arc<Book>,
    batch: Batch,
    inbox: Arc<Inbox<Job>>,
    healthy: Arc<AtomicBool>,
}

impl Desk {
    fn work(mut self) {
        let mut jobs = Vec::new();
        // Whether anything came the last time: where it did, more will, and who looks a moment later need not be woken.
        let mut busy = false;
        while self.inbox.wait(self.patience(busy), &mut jobs) || !jobs.is_empty() {
            busy = !jobs.is_empty();
            self.take_all(&mut jobs);
            if self.batch.ends() > 0 && self.batch.running() >= CROWD {
                self.gather(&mut jobs);
            }
            self.commit();
        }
        self.commit();
        if self.batch.ends() > 0 {
            tracing::error!(
                rows = self.batch.ends(),
                "rows of money could not be written before the end"
            );
        }
    }

    /// Takes what ends while others do: until nothing came for a moment, all have ended, or it takes too long.
    fn gather(&mut self, jobs: &mut Vec<Job>) {
        let began = Instant::now();
        loop {
            let before = self.batch.ends();
            thread::sleep(GATHER);
            self.inbox.take(jobs);
            self.take_all(jobs);
            let ends = self.batch.ends();
            if ends <= before || ends >= self.batch.running() || began.elapsed() >= LONGEST_GATHER {
                return;
            }
        }
    }

    /// How long to wait for the next job: until something on the desk is due, or as long as it takes.
    fn patience(&self, busy: bool) -> Option<Duration> {
        let failed = !self.healthy.load(Ordering::Relaxed);
        if failed || self.batch.ends() > 0 {
            return Some(RETRY);
        }
        let due = self.batch.due(Instant::now());
        due.or(busy.then_some(WORTH_A_ROW))
    }

    fn take_all(&mut self, jobs: &mut Vec<Job>) {
        for job in jobs.drain(..) {
            self.take(job);
            if self.batch.ends() >= MOST && self.healthy.load(Ordering::Relaxed) {
                self.commit();
            }
        }
    }

    fn take(&mut self, job: Job) {
        match job {
            Job::Reserve(reserved) => {
                let (begun, row) = *reserved;
                self.batch.reserve(row, begun);
            }
            Job::End(ending, told) => self.batch.end(ending, told),
            Job::Change(work) => {
                // What came before it must be in the file before it, in the order of arrival.
                self.commit();
                work(&mut self.connection);
            }
        }
    }

    /// Writes in one transaction what is due. When that fails it stays, and whoever waits is told that it is not yet kept.
    fn commit(&mut self) {
        let now = Instant::now();
        if self.batch.ends() == 0 && self.batch.due(now) != Some(Duration::ZERO) {
            return;
        }
        match self.batch.write(&mut self.connection, now) {
            Ok(written) => {
                self.healthy.store(true, Ordering::Relaxed);
                self.book.apply_all(written.changes());
                written.tell();
            }
            Err(error) => {
                if self.healthy.swap(false, Ordering::Relaxed) {
                    tracing::error!(%error, "the relay's database cannot be written to; new requests are refused until it can");
                }
                self.batch.tell_failure();
            }
        }
    }
}
