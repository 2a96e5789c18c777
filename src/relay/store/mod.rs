//! The relay's database: one SQLite file, written by one thread, read beside it.
//!
//! Not responsible for: what the rows mean; see [`super::book`] for money and [`super::catalog`] for what is sold.
//! What always holds: whatever was acknowledged is committed, or in the journal that a start commits; it survives a
//! killed process. Whoever reads finds what was settled before.

pub mod accounts;
pub mod batch;
pub mod channels;
pub mod codes;
pub mod endings;
mod entry;
pub mod file;
pub mod groups;
mod inbox;
pub mod items;
pub mod journal;
pub mod keys;
pub mod logs;
pub mod money;
pub mod options;
pub mod prices;
pub mod responses;
pub mod sessions;
pub mod setup;
pub mod statistics;
pub mod till;
pub mod told;
pub mod top_ups;
pub mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, ErrorCode, Transaction};

use super::book::Book;
use super::error::RelayError;
use super::live::Live;
use crate::locale::{Language, within};
use journal::{Journal, Posted};
use writer::Writer;

/// The database while the relay runs.
pub struct Store {
    live: Arc<Live>,
    writer: Writer,
    reader: Arc<Mutex<Connection>>,
}

/// Why something could not be kept or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No room is left.
    #[error("the relay's disk is full; free some space and try again")]
    DiskFull,
    /// The file may not be written.
    #[error("the relay's database is read-only; make it writable and try again")]
    ReadOnly,
    /// The relay is shutting down.
    #[error("the relay is shutting down")]
    Closed,
    /// The rows are not such that it can be done, in a sentence for whoever asks; nothing was changed.
    #[error("{0}")]
    Refused(String),
    /// The program has a defect.
    #[error("the relay failed on this request; it goes on running, and its log tells more")]
    Defect,
    /// Something else, in SQLite's words.
    #[error("the relay's database failed: {0}")]
    Failed(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::DiskFull,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::ReadOnly,
            _ => StoreError::Failed(error.to_string()),
        }
    }
}

impl Store {
    /// Starts the writer on an opened database and its journal, and a reader beside it.
    pub fn start(
        file: &Path,
        connection: Connection,
        journal: Journal,
        posted: Posted,
        book: Arc<Book>,
    ) -> Result<Self, RelayError> {
        let reader = file::open_reader(file)?;
        let live = Arc::new(Live::default());
        Ok(Store {
            writer: Writer::start(connection, journal, posted, book, Arc::clone(&live))?,
            live,
            reader: Arc::new(Mutex::new(reader)),
        })
    }

    /// What runs: where the writer finds what is worth a row.
    pub fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// The way to write about money.
    pub fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Changes something in one transaction; `then` runs after the commit, before anything else is written, so that
    /// what is kept in memory changes in the same order as the file.
    pub async fn change<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.change(work, then).await
    }

    /// Reads on a thread that may wait.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.post().await;
        let reader = Arc::clone(&self.reader);
        let read = move || {
            let connection = reader.lock().unwrap_or_else(PoisonError::into_inner);
            within(Language::English, || {
                work(&connection).map_err(StoreError::from)
            })
        };
        tokio::task::spawn_blocking(read)
            .await
            .unwrap_or_else(|stopped| match stopped.is_panic() {
                true => {
                    // What it says may hold anything, and is not told.
                    tracing::error!("a look into the database panicked");
                    Err(StoreError::Defect)
                }
                false => Err(StoreError::Closed),
            })
    }

    /// Writes what waits, then closes the file.
    pub async fn close(&self) {
        self.writer.close().await;
    }
}

/// The database inside a data folder.
pub fn path(folder: &Path) -> PathBuf {
    folder.join("relay.db")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_a_read_only_file_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let at = path(folder.path());
        let connection = file::open(&at).unwrap();
        let pages: i64 = connection
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap();
        connection
            .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
            .unwrap();
        let much = "x".repeat(100_000);
        let sql = "INSERT INTO user_groups VALUES (?1, 1, '', 1)";
        let full = connection.execute(sql, [&much]).unwrap_err();
        assert_eq!(StoreError::from(full), StoreError::DiskFull);
        let full = connection.execute(sql, [&much]).unwrap_err();
        assert!(matches!(
            RelayError::from_sqlite(&at, &full),
            RelayError::DiskFull(_)
        ));
        let reader = file::open_reader(&at).unwrap();
        let refused = reader.execute(sql, ["small"]).unwrap_err();
        assert!(matches!(
            RelayError::from_sqlite(&at, &refused),
            RelayError::DatabaseReadOnly(_)
        ));
        assert_eq!(StoreError::from(refused), StoreError::ReadOnly);
    }
}
