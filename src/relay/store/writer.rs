//! The one thread that writes: everything that waits goes into one transaction, and each is answered after the commit.
//!
//! What always holds: the book in memory follows a change only once it is committed; and an ending that could not be
//! written (a full disk) is kept and tried again before anything newer, so no charge is lost while the process lives.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::oneshot;

use super::super::book::Book;
use super::super::error::RelayError;
use super::StoreError;
use super::money::{self, Ending, Reservation};

/// At most so many rows of money in one transaction: enough to make load cheap, too few to make anyone wait.
const BATCH: usize = 512;
/// How long until what could not be written is tried again.
const RETRY: Duration = Duration::from_millis(500);

/// Hands work to the thread that writes.
pub struct Writer {
    jobs: Mutex<Option<Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    healthy: Arc<AtomicBool>,
}

enum Job {
    Money(Entry),
    Change(Box<dyn FnOnce(&mut Connection) + Send>),
}

struct Entry {
    write: Write,
    told: Option<oneshot::Sender<bool>>,
}

enum Write {
    Reserve(Reservation),
    End(Box<Ending>),
}

impl Writer {
    /// Starts the thread.
    pub fn start(connection: Connection, book: Arc<Book>) -> Result<Self, RelayError> {
        let (jobs, waiting) = mpsc::channel();
        let healthy = Arc::new(AtomicBool::new(true));
        let desk = Desk {
            connection,
            book,
            backlog: VecDeque::new(),
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

    /// Keeps a reservation. Not waited for: if the process is killed before, there is nothing to release.
    pub fn reserve(&self, row: Reservation) {
        self.send(Job::Money(Entry {
            write: Write::Reserve(row),
            told: None,
        }));
    }

    /// Ends a request without waiting until it is kept.
    pub fn end_later(&self, ending: Ending) {
        self.send(Job::Money(Entry {
            write: Write::End(Box::new(ending)),
            told: None,
        }));
    }

    /// Ends a request. Whether it was committed; if not, it is kept in memory and tried again.
    pub async fn end(&self, ending: Ending) -> bool {
        let (told, answer) = oneshot::channel();
        self.send(Job::Money(Entry {
            write: Write::End(Box::new(ending)),
            told: Some(told),
        }));
        answer.await.unwrap_or(false)
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
    backlog: VecDeque<Entry>,
    healthy: Arc<AtomicBool>,
}

impl Desk {
    fn work(mut self, waiting: &Receiver<Job>) {
        loop {
            let first = if self.backlog.is_empty() {
                waiting.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                waiting.recv_timeout(RETRY)
            };
            let mut next = match first {
                Ok(job) => Some(job),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            while let Some(job) = next {
                match job {
                    Job::Money(entry) => self.backlog.push_back(entry),
                    Job::Change(work) => {
                        // What came before it must be in the file before it, in the order of arrival.
                        self.commit();
                        work(&mut self.connection);
                    }
                }
                if self.backlog.len() >= BATCH {
                    break;
                }
                next = waiting.try_recv().ok();
            }
            self.commit();
        }
        self.commit();
        if !self.backlog.is_empty() {
            tracing::error!(
                rows = self.backlog.len(),
                "rows of money could not be written before the end"
            );
        }
    }

    /// Writes the backlog in one transaction. When that fails it stays, and whoever waits is told that it is not yet kept.
    fn commit(&mut self) {
        if self.backlog.is_empty() {
            return;
        }
        match self.write() {
            Ok(ended) => {
                self.healthy.store(true, Ordering::Relaxed);
                for (entry, ended) in self.backlog.drain(..).zip(ended) {
                    if let (Write::End(ending), true) = (&entry.write, ended) {
                        self.book.apply(&ending.change);
                    }
                    if let Some(told) = entry.told {
                        let _ = told.send(true);
                    }
                }
            }
            Err(error) => {
                if self.healthy.swap(false, Ordering::Relaxed) {
                    tracing::error!(%error, "the relay's database cannot be written to; new requests are refused until it can");
                }
                for entry in &mut self.backlog {
                    if let Some(told) = entry.told.take() {
                        let _ = told.send(false);
                    }
                }
            }
        }
    }

    fn write(&mut self) -> rusqlite::Result<Vec<bool>> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut ended = Vec::with_capacity(self.backlog.len());
        for entry in &self.backlog {
            ended.push(match &entry.write {
                Write::Reserve(row) => money::reserve(&transaction, row).map(|()| false)?,
                Write::End(ending) => money::end(&transaction, ending)?,
            });
        }
        transaction.commit()?;
        Ok(ended)
    }
}
