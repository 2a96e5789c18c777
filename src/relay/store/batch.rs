//! What waits to be posted, and the one transaction that posts it: sums where there may be sums, and no row for a
//! reservation whose request has ended before the row was worth writing.
//!
//! What always holds: what a failed transaction held is here still; and entries are posted in the order of their numbers,
//! so that one number says how far the database is.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::book::Change;
use super::super::live::Live;
use super::endings::Endings;
use super::journal::Posted;
use super::money;
use rusqlite::{Connection, TransactionBehavior};

/// How long a request runs before its reservation is written, and how long its ending waits to be posted with others.
/// The row is there for a killed process to be told of, and what ends sooner than this needs none.
pub const WORTH_A_ROW: Duration = Duration::from_millis(25);

/// What waits.
pub struct Batch {
    /// What runs: its reservations are worth a row after a while.
    live: Arc<Live>,
    /// The running requests whose reservations have a row.
    kept: HashSet<i64>,
    endings: Endings,
    /// Since when the oldest of the endings waits.
    since: Option<Instant>,
}

/// What a transaction wrote.
pub struct Written {
    /// What the database has now; and whether the book followed it already, when the journal had it.
    changes: Vec<(Change, bool)>,
    endings: Endings,
}

impl Batch {
    /// Nothing waits yet.
    pub fn of(live: Arc<Live>) -> Self {
        Batch {
            live,
            kept: HashSet::new(),
            endings: Endings::default(),
            since: None,
        }
    }

    /// Requests ended.
    pub fn end(&mut self, mut endings: Endings, now: Instant) {
        self.since.get_or_insert(now);
        if self.endings.count() == 0 && !self.endings.is_awaited() {
            self.endings = endings;
        } else {
            self.endings.append(&mut endings);
        }
    }

    /// How many endings wait.
    pub fn ends(&self) -> usize {
        self.endings.count()
    }

    /// Whether somebody waits for an ending to be posted.
    pub fn is_awaited(&self) -> bool {
        self.endings.is_awaited()
    }

    /// How long until a transaction is worth it; nothing where none waits for one.
    pub fn due(&self, now: Instant) -> Option<Duration> {
        let young = self.live.oldest_without_row(&self.kept);
        let oldest = young.into_iter().chain(self.since).min()?;
        Some((oldest + WORTH_A_ROW).saturating_duration_since(now))
    }

    /// Posts every ending, and writes the reservations that are worth a row by now.
    pub fn write(
        &mut self,
        connection: &mut Connection,
        posted: &mut Posted,
        now: Instant,
    ) -> rusqlite::Result<Written> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let ended = self.endings.read();
        let released = ended.iter().map(|(_, ending)| ending.reservation);
        let released: Vec<i64> = released.filter(|run| self.kept.contains(run)).collect();
        for run in &released {
            money::release(&transaction, *run)?;
        }
        money::post(&transaction, ended.iter().map(|(_, ending)| ending))?;
        let mut further = *posted;
        if let Some(number) = ended
            .iter()
            .filter_map(|(place, _)| place.number)
            .next_back()
        {
            further.move_to(&transaction, number)?;
        }
        let grown = now
            .checked_sub(WORTH_A_ROW)
            .map(|before| self.live.without_row(before, &self.kept))
            .unwrap_or_default();
        for run in &grown {
            money::reserve(&transaction, run)?;
        }
        transaction.commit()?;
        *posted = further;
        let changes = ended
            .iter()
            .map(|(place, ending)| (ending.change, place.kept));
        let changes = changes.collect();
        for run in released {
            self.kept.remove(&run);
        }
        self.kept.extend(grown.iter().map(|run| run.number));
        self.since = None;
        let endings = std::mem::take(&mut self.endings);
        Ok(Written { changes, endings })
    }

    /// Tells whoever waits that it is not kept yet.
    pub fn tell_failure(&mut self) {
        self.endings.tell_all(false);
    }
}

impl Written {
    /// What the database has now.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().map(|(change, _)| change)
    }

    /// What the journal could not keep, so that the book did not follow it yet.
    pub fn unfollowed(&self) -> impl Iterator<Item = &Change> {
        let without = self.changes.iter().filter(|(_, followed)| !followed);
        without.map(|(change, _)| change)
    }

    /// Tells whoever waits that it is kept.
    pub fn tell(mut self) {
        self.endings.tell_all(true);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::book::Share;
    use super::super::super::live::{Run, tests::running};
    use super::super::entry::Entry;
    use super::super::file;
    use super::super::money::Ending;
    use super::*;
    use crate::domain::UnixSeconds;
    use tokio::sync::oneshot;

    /// A request that began at a moment.
    fn run(number: i64, since: Instant) -> Run {
        Run {
            number,
            since,
            ..running(number)
        }
    }

    /// Its end.
    fn ended(run: &Run, charged: Option<i64>) -> Endings {
        let mut endings = unwritten(run, charged);
        endings.number_from(run.number, true);
        endings
    }

    /// Its end, which could not be written down.
    fn unwritten(run: &Run, charged: Option<i64>) -> Endings {
        run.end();
        let ending = Ending {
            reservation: run.number,
            change: Change {
                account_id: 1,
                key_id: 1,
                reserved: Share::default(),
                charged,
                tokens: 0,
                at: UnixSeconds(7),
            },
            log: None,
        };
        let mut endings = Endings::default();
        endings.add(&Entry::of(&ending));
        endings.number_from(run.number, false);
        endings
    }

    /// A database with an account and a key that may spend 1,000 units.
    fn database(folder: &tempfile::TempDir) -> (Connection, Posted) {
        let connection = file::open(&folder.path().join("relay.db")).unwrap();
        connection
            .execute_batch(
                "INSERT INTO accounts (id, username, display_name, role, user_group, quota, created_time)
                     VALUES (1, 'a', 'a', 1, 'default', 1000, 0);
                 INSERT INTO keys (id, account_id, hash, masked, name, key_group, remain_quota, unlimited_quota, created_time)
                     VALUES (1, 1, x'00', '', '', '', 1000, 0, 0);",
            )
            .unwrap();
        let posted = Posted::read(&connection).unwrap();
        (connection, posted)
    }

    fn one(connection: &Connection, sql: &str) -> i64 {
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn what_ends_soon_has_no_row_and_what_runs_on_has_one_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let (mut connection, mut posted) = database(&folder);
        let rows = "SELECT count(*) FROM reservations";
        let (start, live) = (Instant::now(), Arc::new(Live::default()));
        let mut batch = Batch::of(Arc::clone(&live));
        let [short, long] = [1, 2].map(|number| live.begin(run(number, start)));
        assert_eq!(batch.due(start), Some(WORTH_A_ROW));
        batch.end(ended(short.run(), Some(30)), start);
        let written = batch.write(&mut connection, &mut posted, start).unwrap();
        assert_eq!((written.changes().count(), posted.number), (1, 1));
        assert_eq!(one(&connection, rows), 0);
        let later = start + WORTH_A_ROW;
        assert_eq!(batch.due(later), Some(Duration::ZERO));
        batch.write(&mut connection, &mut posted, later).unwrap();
        assert_eq!(one(&connection, rows), 1);
        assert_eq!(batch.due(later), None);
        batch.end(ended(long.run(), Some(12)), later);
        assert_eq!(
            batch.due(later),
            Some(WORTH_A_ROW),
            "an ending waits for others"
        );
        batch.write(&mut connection, &mut posted, later).unwrap();
        assert_eq!((one(&connection, rows), posted.number), (0, 2));
        assert_eq!(Posted::read(&connection).unwrap(), posted);
        for (sql, expected) in [
            ("SELECT quota FROM accounts", 958),
            ("SELECT request_count FROM accounts", 2),
            ("SELECT remain_quota FROM keys", 958),
            ("SELECT used_quota FROM keys", 42),
            ("SELECT accessed_time FROM keys", 7),
        ] {
            assert_eq!(one(&connection, sql), expected, "{sql}");
        }
    }

    #[test]
    fn what_could_not_be_written_waits_and_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let (mut connection, mut posted) = database(&folder);
        let (now, live) = (Instant::now(), Arc::new(Live::default()));
        let mut batch = Batch::of(Arc::clone(&live));
        let begun = live.begin(run(1, now));
        let (told, mut answer) = oneshot::channel();
        let mut unwritten = unwritten(begun.run(), Some(5));
        unwritten.tell(told);
        batch.end(unwritten, now);
        assert!(batch.is_awaited());
        connection
            .execute_batch("CREATE TRIGGER broken BEFORE UPDATE ON keys BEGIN SELECT raise(FAIL, 'no room'); END;")
            .unwrap();
        assert!(batch.write(&mut connection, &mut posted, now).is_err());
        batch.tell_failure();
        assert_eq!(answer.try_recv(), Ok(false));
        assert_eq!((batch.ends(), batch.is_awaited()), (1, false));
        connection.execute_batch("DROP TRIGGER broken").unwrap();
        let written = batch.write(&mut connection, &mut posted, now).unwrap();
        assert_eq!(written.unfollowed().count(), 1);
        assert_eq!((batch.ends(), posted.number), (0, 1), "its number is spent");
        assert_eq!(one(&connection, "SELECT used_quota FROM keys"), 5);
    }

    #[test]
    fn nothing_is_posted_where_somebody_else_posts() {
        let folder = tempfile::tempdir().unwrap();
        let (mut connection, mut posted) = database(&folder);
        let (now, live) = (Instant::now(), Arc::new(Live::default()));
        let mut batch = Batch::of(Arc::clone(&live));
        connection
            .execute_batch("UPDATE journal SET posted = 1")
            .unwrap();
        batch.end(ended(live.begin(run(1, now)).run(), Some(5)), now);
        assert!(batch.write(&mut connection, &mut posted, now).is_err());
        assert_eq!(one(&connection, "SELECT used_quota FROM keys"), 0);
    }
}
