//! What can go wrong with the ledger's file, in words that say what to do.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::domain::{Fault, FaultKind};

/// Trouble with the ledger. Nothing that was acknowledged before is lost by any of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The folder cannot be made or used.
    #[error("the ledger's folder {} cannot be used: {why}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The file cannot be opened at all.
    #[error("the ledger {} cannot be opened: {why}", path.display())]
    CannotOpen {
        /// The database file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The file or its folder can be read but not written.
    #[error("the ledger {} cannot be written: the file or its folder is read-only", path.display())]
    ReadOnly {
        /// The database file.
        path: PathBuf,
    },
    /// A newer relaydeck has changed the file's layout.
    #[error(
        "the ledger {} has layout version {found}, made by a newer relaydeck; this one ({}) knows versions up to {known}",
        path.display(),
        env!("CARGO_PKG_VERSION")
    )]
    Newer {
        /// The database file.
        path: PathBuf,
        /// The version in the file.
        found: i64,
        /// The newest version we know.
        known: i64,
    },
    /// A database, but of another program.
    #[error("{} is a database of another program, not a relaydeck ledger", path.display())]
    Foreign {
        /// The database file.
        path: PathBuf,
    },
    /// Not a database, or one whose pages contradict each other.
    #[error("the ledger {} is damaged: {why}", path.display())]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        why: String,
    },
    /// No room left.
    #[error("the disk is full: the ledger {} could not be written", path.display())]
    Full {
        /// The database file.
        path: PathBuf,
    },
    /// Another process has kept the file locked for longer than we wait.
    #[error("the ledger {} is locked by another program", path.display())]
    Locked {
        /// The database file.
        path: PathBuf,
    },
    /// There is no such receipt, or it is not waiting for its end any more.
    #[error("receipt {0} does not exist or has ended already")]
    NotOpen(i64),
    /// There is no such receipt.
    #[error("receipt {0} does not exist")]
    NoSuchReceipt(i64),
    /// The ledger was closed, or its thread is gone.
    #[error("the ledger is closed")]
    Closed,
    /// Something else.
    #[error("the ledger {} failed: {why}", path.display())]
    Other {
        /// The database file.
        path: PathBuf,
        /// What was said.
        why: String,
    },
}

impl LedgerError {
    /// One line: what to do.
    pub fn advice(&self) -> String {
        match self {
            LedgerError::Folder { .. } | LedgerError::ReadOnly { .. } => {
                "make the folder writable for you, or choose another one with --home DIR".into()
            }
            LedgerError::CannotOpen { .. } => {
                "check the file and its folder, or choose another folder with --home DIR".into()
            }
            LedgerError::Newer { .. } => {
                "update relaydeck, or choose another folder with --home DIR; the file was left as it is".into()
            }
            LedgerError::Foreign { path } => format!(
                "move {} away, or choose another folder with --home DIR; the file was left as it is",
                path.display()
            ),
            LedgerError::Damaged { path, .. } => format!(
                "move {} away and keep it (sqlite3's .recover may save its rows); a new one is made at the next start",
                path.display()
            ),
            LedgerError::Full { .. } => {
                "free some space on that disk, then try again; what was written before is kept".into()
            }
            LedgerError::Locked { .. } => {
                "end the other program that holds the file (a backup, a database browser), then try again".into()
            }
            LedgerError::NotOpen(_) | LedgerError::NoSuchReceipt(_) => {
                "check the number with `relaydeck usage receipts`".into()
            }
            LedgerError::Closed => "start relaydeck again".into(),
            LedgerError::Other { .. } => {
                "try again; if it stays so, look into the log file and check the disk".into()
            }
        }
    }

    /// Explains what SQLite said about this file.
    pub(super) fn from_sql(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        let why = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => LedgerError::Full { path },
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                LedgerError::ReadOnly { path }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                LedgerError::Locked { path }
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                LedgerError::Damaged { path, why }
            }
            Some(ErrorCode::CannotOpen) => LedgerError::CannotOpen { path, why },
            _ => LedgerError::Other { path, why },
        }
    }

    /// Explains what the system said about the folder this file is to lie in.
    pub(super) fn from_folder(path: &Path, folder: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => LedgerError::Full {
                path: path.to_owned(),
            },
            _ => LedgerError::Folder {
                folder: folder.to_owned(),
                why: error.to_string(),
            },
        }
    }
}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Fault {
        let kind = match error {
            LedgerError::NoSuchReceipt(_) => FaultKind::NotFound,
            _ => FaultKind::Local,
        };
        Fault::new(kind, error.to_string()).advise(error.advice())
    }
}
