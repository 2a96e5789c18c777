//! What waits to be written about money, and the one transaction that writes it: sums where there may be sums, and no
//! row for a reservation whose request has ended before the row was worth writing.
//!
//! What always holds: an ending counts once, whatever is sent twice; and what a failed transaction held is here still.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::super::book::Change;
use super::logs::Rows;
use super::money::{self, Ending, Reservation, Sums};

/// How long a request runs before its reservation is written. It is there for a killed process to be told of, and
/// what ends sooner than this has left its own row by then.
pub const WORTH_A_ROW: Duration = Duration::from_millis(25);

/// What waits.
#[derive(Default)]
pub struct Batch {
    /// Reservations that have no row yet, by number: the oldest first.
    young: BTreeMap<i64, (Instant, Reservation)>,
    /// How many reservations have a row.
    written: usize,
    ends: Vec<Waiting>,
}

struct Waiting {
    ending: Box<Ending>,
    told: Option<oneshot::Sender<bool>>,
}

/// What a transaction wrote.
pub struct Written {
    ends: Vec<(Waiting, bool)>,
}

impl Batch {
    /// A request begins.
    pub fn reserve(&mut self, row: Reservation, now: Instant) {
        self.young.insert(row.id, (now, row));
    }

    /// A request ended; `told` hears whether that was committed.
    pub fn end(&mut self, ending: Box<Ending>, told: Option<oneshot::Sender<bool>>) {
        self.ends.push(Waiting { ending, told });
    }

    /// How many endings wait.
    pub fn ends(&self) -> usize {
        self.ends.len()
    }

    /// How many requests run or wait for their ending to be written.
    pub fn running(&self) -> usize {
        self.young.len() + self.written
    }

    /// How long until a reservation is worth its row; nothing where none waits.
    pub fn due(&self, now: Instant) -> Option<Duration> {
        let (begun, _) = self.young.values().next()?;
        Some((*begun + WORTH_A_ROW).saturating_duration_since(now))
    }

    /// Writes every ending, and the reservations that are worth a row by now.
    pub fn write(
        &mut self,
        connection: &mut Connection,
        now: Instant,
    ) -> rusqlite::Result<Written> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut logs = Rows::of(&transaction)?;
        let mut sums = Sums::default();
        let mut ended = Vec::with_capacity(self.ends.len());
        let (mut over, mut with_row) = (HashSet::new(), 0);
        for Waiting { ending, .. } in &self.ends {
            let id = ending.reservation;
            let open = if self.young.contains_key(&id) {
                over.insert(id)
            } else {
                let gone = money::release(&transaction, id)?;
                with_row += usize::from(gone);
                gone
            };
            if open {
                if let Some(log) = &ending.log {
                    logs.insert(log)?;
                }
                sums.add(&ending.change);
            }
            ended.push(open);
        }
        drop(logs);
        sums.write(&transaction)?;
        let mut grown = Vec::new();
        for (id, (begun, row)) in &self.young {
            if *begun + WORTH_A_ROW > now {
                break;
            }
            if !over.contains(id) {
                money::reserve(&transaction, row)?;
                grown.push(*id);
            }
        }
        transaction.commit()?;
        self.written = (self.written + grown.len()).saturating_sub(with_row);
        for id in over.iter().chain(&grown) {
            self.young.remove(id);
        }
        let ends = self.ends.drain(..).zip(ended).collect();
        Ok(Written { ends })
    }

    /// Tells whoever waits that it is not kept yet.
    pub fn tell_failure(&mut self) {
        for told in self.ends.iter_mut().filter_map(|end| end.told.take()) {
            let _ = told.send(false);
        }
    }
}

impl Written {
    /// What the book must follow.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        let ended = self.ends.iter().filter(|(_, ended)| *ended);
        ended.map(|(waiting, _)| &waiting.ending.change)
    }

    /// Tells whoever waits that it is kept.
    pub fn tell(self) {
        for (waiting, _) in self.ends {
            if let Some(told) = waiting.told {
                // Whoever asked may be gone.
                let _ = told.send(true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::book::Share;
    use super::super::file;
    use super::*;
    use crate::domain::UnixSeconds;

    fn reservation(id: i64) -> Reservation {
        Reservation {
            id,
            account_id: 1,
            key_id: 1,
            units: 5,
            key_name: "k".into(),
            model: "m".into(),
            group: "g".into(),
            request_id: format!("r{id}"),
            created: 0,
        }
    }

    fn ending(reservation: i64, charged: Option<i64>) -> Box<Ending> {
        Box::new(Ending {
            reservation,
            change: Change {
                account_id: 1,
                key_id: 1,
                reserved: Share::default(),
                charged,
                tokens: 0,
                at: UnixSeconds(7),
            },
            log: None,
        })
    }

    /// A database with an account and a key that may spend 1,000 units.
    fn database(folder: &tempfile::TempDir) -> Connection {
        let connection = file::open(&folder.path().join("relay.db")).unwrap();
        connection
            .execute_batch(
                "INSERT INTO accounts (id, username, display_name, role, user_group, quota, created_time)
                     VALUES (1, 'a', 'a', 1, 'default', 1000, 0);
                 INSERT INTO keys (id, account_id, hash, masked, name, key_group, remain_quota, unlimited_quota, created_time)
                     VALUES (1, 1, x'00', '', '', '', 1000, 0, 0);",
            )
            .unwrap();
        connection
    }

    fn one(connection: &Connection, sql: &str) -> i64 {
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn what_ends_soon_has_no_row_and_what_runs_on_has_one_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = database(&folder);
        let rows = "SELECT count(*) FROM reservations";
        let (start, mut batch) = (Instant::now(), Batch::default());
        batch.reserve(reservation(1), start);
        batch.reserve(reservation(2), start);
        assert_eq!(batch.due(start), Some(WORTH_A_ROW));
        batch.end(ending(1, Some(30)), None);
        let written = batch.write(&mut connection, start).unwrap();
        assert_eq!(written.changes().count(), 1);
        assert_eq!((one(&connection, rows), batch.running()), (0, 1));
        let later = start + WORTH_A_ROW;
        assert_eq!(batch.due(later), Some(Duration::ZERO));
        batch.write(&mut connection, later).unwrap();
        assert_eq!((one(&connection, rows), batch.running()), (1, 1));
        assert_eq!(batch.due(later), None);
        batch.end(ending(2, Some(12)), None);
        batch.write(&mut connection, later).unwrap();
        assert_eq!((one(&connection, rows), batch.running()), (0, 0));
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
    fn an_ending_counts_once_whatever_is_sent_twice() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = database(&folder);
        let (now, mut batch) = (Instant::now(), Batch::default());
        batch.reserve(reservation(1), now);
        batch.end(ending(1, Some(5)), None);
        batch.end(ending(1, Some(5)), None);
        batch.end(ending(9, Some(5)), None);
        let written = batch.write(&mut connection, now).unwrap();
        assert_eq!(written.changes().count(), 1);
        batch.end(ending(1, Some(5)), None);
        let again = batch.write(&mut connection, now).unwrap();
        assert_eq!(again.changes().count(), 0);
        assert_eq!(one(&connection, "SELECT used_quota FROM accounts"), 5);
        assert_eq!(batch.running(), 0);
    }

    #[test]
    fn what_could_not_be_written_waits() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = database(&folder);
        let (now, mut batch) = (Instant::now(), Batch::default());
        batch.reserve(reservation(1), now);
        let (told, mut answer) = oneshot::channel();
        batch.end(ending(1, Some(5)), Some(told));
        connection
            .execute_batch("CREATE TRIGGER broken BEFORE UPDATE ON keys BEGIN SELECT raise(FAIL, 'no room'); END;")
            .unwrap();
        assert!(batch.write(&mut connection, now).is_err());
        batch.tell_failure();
        assert_eq!(answer.try_recv(), Ok(false));
        assert_eq!((batch.ends(), batch.running()), (1, 1));
        connection.execute_batch("DROP TRIGGER broken").unwrap();
        let written = batch.write(&mut connection, now).unwrap();
        assert_eq!(written.changes().count(), 1);
        assert_eq!(one(&connection, "SELECT used_quota FROM keys"), 5);
    }
}
