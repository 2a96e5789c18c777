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
mod tests {
    use super::super::super::book::{Change, Share};
    use super::super::super::live::tests::running;
    use super::super::entry::Entry;
    use super::super::{accounts, file, setup};
    use super::*;
    use crate::domain::{ApiKey, UnixSeconds};
    use crate::relay::OwnerSecrets;
    use std::path::PathBuf;

    struct Room {
        _folder: tempfile::TempDir,
        file: PathBuf,
        book: Arc<Book>,
        writer: Writer,
    }

    /// A fresh database with its owner and the first key.
    struct Fresh {
        folder: tempfile::TempDir,
        file: PathBuf,
        connection: Connection,
        book: Arc<Book>,
        posted: Posted,
    }

    impl Fresh {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("relay.db");
            let mut connection = file::open(&file).unwrap();
            let (_, left) = Journal::open(&file).unwrap();
            let (_, posted) = setup::ensure(&mut connection, &left, &owner(), 0).unwrap();
            let book = Arc::new(Book::default());
            setup::load(&connection, &book).unwrap();
            Fresh {
                folder,
                file,
                connection,
                book,
                posted,
            }
        }
    }

    impl Room {
        /// A writer on a fresh database.
        fn with(journal: impl FnOnce(&std::path::Path, Posted) -> Journal) -> Self {
            let fresh = Fresh::new();
            let journal = journal(&fresh.file, fresh.posted);
            let (book, live) = (Arc::clone(&fresh.book), Arc::default());
            let writer =
                Writer::start(fresh.connection, journal, fresh.posted, book, live).unwrap();
            Room {
                _folder: fresh.folder,
                file: fresh.file,
                book: fresh.book,
                writer,
            }
        }

        /// A request ends that costs so much.
        fn end(&self, charged: i64) -> WrittenDown {
            self.writer.end(&ending(charged), &running(1))
        }

        fn database(&self) -> Connection {
            Connection::open(&self.file).unwrap()
        }

        /// What the owner has used, as the database has it and as the book does.
        fn used(&self) -> (i64, i64) {
            let row = accounts::one(&self.database(), 1).unwrap().unwrap();
            (row.used_quota, self.book.account(1).unwrap().used_quota)
        }
    }

    fn owner() -> OwnerSecrets {
        OwnerSecrets {
            access_token: ApiKey::new("T".repeat(32)),
            first_key: ApiKey::new(format!("sk-{}", "k".repeat(48))),
        }
    }

    fn ending(charged: i64) -> Ending<'static> {
        Ending {
            reservation: 1,
            change: Change {
                account_id: 1,
                key_id: 1,
                reserved: Share::default(),
                charged: Some(charged),
                tokens: 1,
                at: UnixSeconds(7),
            },
            log: None,
        }
    }

    fn begun(file: &std::path::Path, posted: Posted) -> Journal {
        let (mut journal, _) = Journal::open(file).unwrap();
        journal.begin(posted).unwrap();
        journal
    }

    #[tokio::test]
    async fn what_ended_counts_at_once_and_is_posted_for_whoever_reads() {
        let room = Room::with(begun);
        assert!(room.end(5).await);
        assert_eq!(room.used().1, 5);
        room.writer.post().await;
        assert_eq!(room.used(), (5, 5));
        room.writer.close().await;
        let (_, left) = Journal::open(&room.file).unwrap();
        let posted = Posted::read(&room.database()).unwrap();
        let all = Posted {
            number: 0,
            ..posted
        };
        assert_eq!((posted.number, left.since(all).len()), (1, 0));
    }

    #[tokio::test]
    async fn what_ends_at_one_moment_is_written_down_by_the_first_that_waits() {
        let fresh = Fresh::new();
        // Without the thread, which would write down what it sees first.
        let till = Till::new(begun(&fresh.file, fresh.posted), Arc::clone(&fresh.book));
        let till = Arc::new(till);
        let [first, second, third] =
            [1, 2, 4].map(|charged| till.take(&ending(charged), &running(1)));
        assert!(second.await);
        assert_eq!(fresh.book.account(1).unwrap().used_quota, 7);
        let (_, left) = Journal::open(&fresh.file).unwrap();
        let numbers = left.since(Posted {
            number: 0,
            ..fresh.posted
        });
        let numbers: Vec<i64> = numbers.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert!(first.await && third.await);
    }

    #[tokio::test]
    async fn nobody_has_to_wait_for_what_ended() {
        let room = Room::with(begun);
        drop(room.end(1));
        assert_eq!(room.used().1, 1, "it was written down when it was let go");
        let forgotten = room.end(2);
        let patience = Instant::now() + Duration::from_secs(60);
        while room.used().1 != 3 && Instant::now() < patience {
            thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(room.used().1, 3, "the thread found it");
        assert!(forgotten.await);
        let unposted = room.end(4);
        room.writer.post().await;
        assert_eq!(room.used(), (7, 7), "who reads has what came before");
        assert!(unposted.await);
    }

    #[tokio::test]
    async fn a_change_that_panics_is_taken_back_and_stops_nobody_else() {
        let room = Room::with(begun);
        let rename = |transaction: &Transaction<'_>| {
            transaction.execute("UPDATE accounts SET display_name = 'half'", [])?;
            Ok(())
        };
        let broken = room.writer.change(
            move |transaction| -> Result<(), StoreError> {
                rename(transaction)?;
                panic!("a defect of this change")
            },
            |()| {},
        );
        assert_eq!(broken.await, Err(StoreError::Defect));
        assert!(room.end(5).await);
        room.writer.post().await;
        assert_eq!(room.used(), (5, 5));
        let row = accounts::one(&room.database(), 1).unwrap().unwrap();
        assert_ne!(row.display_name, "half");
        assert_eq!(room.writer.change(rename, |()| {}).await, Ok(()));
    }

    #[tokio::test]
    async fn what_ends_after_the_thread_is_in_the_journal_and_nobody_waits() {
        let room = Room::with(begun);
        let broken: Job = Job::Change(Box::new(|_| panic!("a defect of the thread itself")));
        room.writer.till.inbox.put(broken);
        let change = room.writer.change(|_| Ok(()), |()| {});
        assert!(change.await.is_err());
        room.writer.close().await;
        assert!(!room.writer.healthy(), "nothing new is begun");
        assert!(room.end(5).await);
        room.writer.post().await;
        assert_eq!(room.used(), (0, 5));
        let (_, left) = Journal::open(&room.file).unwrap();
        let posted = Posted::read(&room.database()).unwrap();
        assert_eq!(left.since(posted).len(), 1, "the next start has it");
    }

    #[tokio::test]
    async fn without_a_journal_the_database_is_waited_for() {
        let room = Room::with(Journal::unwritable);
        let (one, other) = tokio::join!(room.end(2), room.end(3));
        assert!(one && other, "it is in the database");
        assert_eq!(room.used(), (5, 5));
        assert!(room.writer.healthy(), "it could be written after all");
    }

    #[tokio::test]
    async fn what_a_full_disk_took_in_spite_of_its_refusal_is_billed_once() {
        let room = Room::with(Journal::unwritable);
        let before = Posted::read(&room.database()).unwrap();
        assert!(room.end(5).await, "it is in the database");
        assert_eq!(room.used(), (5, 5));
        // The page can neither be cut nor written over, and has all of the entry.
        let page = Journal::page_behind(before, Entry::of(&ending(5)).written());
        std::fs::write(room.file.with_extension("journal-1"), page).unwrap();
        room.writer.close().await;
        for _ in 0..2 {
            let (_, left) = Journal::open(&room.file).unwrap();
            assert_eq!(left.since(before).len(), 1, "it stands there");
            setup::ensure(&mut room.database(), &left, &owner(), 0).unwrap();
            assert_eq!(room.used().0, 5);
        }
    }

    #[tokio::test]
    async fn what_neither_can_take_is_kept_until_the_database_can() {
        let room = Room::with(Journal::unwritable);
        let broken =
            "CREATE TRIGGER broken BEFORE UPDATE ON keys BEGIN SELECT raise(FAIL, 'no room'); END";
        room.database().execute_batch(broken).unwrap();
        assert!(!room.end(5).await);
        assert!(!room.writer.healthy());
        assert_eq!(room.used(), (0, 0), "nobody counts what is nowhere");
        room.database()
            .execute_batch("DROP TRIGGER broken")
            .unwrap();
        assert!(room.end(2).await);
        assert_eq!(room.used(), (7, 7));
        assert!(room.writer.healthy());
    }
}
