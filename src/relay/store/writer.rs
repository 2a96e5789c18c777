//! The one thread that writes: everything that waits goes into one transaction, and each is answered after the commit.
//!
//! What always holds: the book in memory follows a change only once it is committed; and an ending that could not be
//! written (a full disk) is kept and tried again before anything newer, so no charge is lost while the process lives.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::super::book::Book;
use super::super::error::RelayError;
use super::StoreError;
use super::batch::Batch;
use super::money::{Ending, Reservation};

/// At most so many rows of money in one transaction: enough to make load cheap, too few to make anyone wait.
const MOST: usize = 512;
/// How long until what could not be written is tried again.
const RETRY: Duration = Duration::from_millis(500);
/// How long endings are gathered for each request that runs. One alone waits for nobody; a crowd shares its commits, and
/// each waits a fraction of what its request takes anyway.
const GATHER: Duration = Duration::from_micros(16);
/// With fewer requests than this, nothing is gathered.
const CROWD: usize = 8;
/// The longest that anything is gathered.
const LONGEST_GATHER: Duration = Duration::from_millis(1);

/// Hands work to the thread that writes.
pub struct Writer {
    jobs: Mutex<Option<Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    healthy: Arc<AtomicBool>,
}

enum Job {
    Reserve(Box<Reservation>),
    End(Box<Ending>, Option<oneshot::Sender<bool>>),
    Change(Box<dyn FnOnce(&mut Connection) + Send>),
}

impl Writer {
    /// Starts the thread.
    pub fn start(connection: Connection, book: Arc<Book>) -> Result<Self, RelayError> {
        let (jobs, waiting) = mpsc::channel();
        let healthy = Arc::new(AtomicBool::new(true));
        let desk = Desk {
            connection,
            book,
            batch: Batch::default(),
            healthy: Arc::clone(&healthy),
        };
        let thread = thread::Builder::new()
            .name("relay-writer".into())
            .spawn(move || desk.work(&waiting))
            .map_err(|error| RelayError::NoThread(error.to_string()))?;
        Ok(Writer {
            jobs: Mutex::new(Some(jobs)),
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
        self.send(Job::Reserve(Box::new(row)));
    }

    /// Ends a request without waiting until it is kept.
    pub fn end_later(&self, ending: Ending) {
        self.send(Job::End(Box::new(ending), None));
    }

    /// Ends a request, at once; the future tells whether it was committed. If not, it is kept in memory and tried again.
    pub fn end(&self, ending: Ending) -> impl Future<Output = bool> + Send + use<> {
        let (told, answer) = oneshot::channel();
        self.send(Job::End(Box::new(ending), Some(told)));
        async move { answer.await.unwrap_or(false) }
    }

    /// Changes something in one transaction; see [`super::Store::change`].
    pub async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, StoreError> {
        let (told, answer) = oneshot::channel();
        self.send(Job::Change(Box::new(move |connection| {
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
        drop(
            self.jobs
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
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

    fn send(&self, job: Job) {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        // A job that cannot be sent is dropped, and with it the sender of its answer: whoever waits is told.
        if let Some(jobs) = &*jobs {
            let _ = jobs.send(job);
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
    healthy: Arc<AtomicBool>,
}

impl Desk {
    fn work(mut self, waiting: &Receiver<Job>) {
        loop {
            match self.first(waiting) {
                Ok(job) => self.take(job),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.drain(waiting);
            let running = self.batch.running();
            if self.batch.ends() > 0 && running >= CROWD {
                let gather = GATHER * u32::try_from(running).unwrap_or(u32::MAX);
                thread::sleep(gather.min(LONGEST_GATHER));
                self.drain(waiting);
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

    /// Waits for the next job: as long as it takes, or until something on the desk is due.
    fn first(&self, waiting: &Receiver<Job>) -> Result<Job, RecvTimeoutError> {
        let failed = !self.healthy.load(Ordering::Relaxed);
        let due = if failed || self.batch.ends() > 0 {
            Some(RETRY)
        } else {
            self.batch.due(Instant::now())
        };
        match due {
            Some(wait) => waiting.recv_timeout(wait),
            None => waiting.recv().map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    /// Takes what has arrived.
    fn drain(&mut self, waiting: &Receiver<Job>) {
        while self.batch.ends() < MOST
            && let Ok(job) = waiting.try_recv()
        {
            self.take(job);
        }
    }

    fn take(&mut self, job: Job) {
        match job {
            Job::Reserve(row) => self.batch.reserve(*row, Instant::now()),
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
