//! What ends is kept, whatever fails: the journal, the database, a change, the thread itself.

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
        let writer = Writer::start(fresh.connection, journal, fresh.posted, book, live).unwrap();
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
    let [first, second, third] = [1, 2, 4].map(|charged| till.take(&ending(charged), &running(1)));
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
