//! What can go wrong with the ledger's file, in words that say what to do.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::domain::{Fault, FaultKind};
use crate::locale::{foreign, say, system};

/// Trouble with the ledger. Nothing that was acknowledged before is lost by any of these.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The folder cannot be made or used.
    #[error("{}", say!("trouble-ledger-folder", folder = folder.display(), why = why))]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The file cannot be opened at all.
    #[error("{}", say!("trouble-ledger-open", path = path.display(), why = why))]
    CannotOpen {
        /// The database file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The file or its folder can be read but not written.
    #[error("{}", say!("trouble-ledger-read-only", path = path.display()))]
    ReadOnly {
        /// The database file.
        path: PathBuf,
    },
    /// A newer relaydeck has changed the file's layout.
    #[error(
        "{}",
        say!(
            "trouble-ledger-newer",
            path = path.display(),
            found = found,
            version = env!("CARGO_PKG_VERSION"),
            known = known
        )
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
    #[error("{}", say!("trouble-ledger-foreign", path = path.display()))]
    Foreign {
        /// The database file.
        path: PathBuf,
    },
    /// Not a database, or one whose pages contradict each other.
    #[error("{}", say!("trouble-ledger-damaged", path = path.display(), why = why))]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        why: String,
    },
    /// No room left.
    #[error("{}", say!("trouble-ledger-full", path = path.display()))]
    Full {
        /// The database file.
        path: PathBuf,
    },
    /// Another process has kept the file locked for longer than we wait.
    #[error("{}", say!("trouble-ledger-locked", path = path.display()))]
    Locked {
        /// The database file.
        path: PathBuf,
    },
    /// There is no such receipt, or it is not waiting for its end any more.
    #[error("{}", say!("trouble-ledger-not-open", id = _0))]
    NotOpen(i64),
    /// There is no such receipt.
    #[error("{}", say!("trouble-ledger-no-receipt", id = _0))]
    NoSuchReceipt(i64),
    /// The ledger was closed, or its thread is gone.
    #[error("{}", say!("trouble-ledger-closed"))]
    Closed,
    /// Something else.
    #[error("{}", say!("trouble-ledger-failed", path = path.display(), why = why))]
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
                say!("trouble-ledger-folder-advice").into()
            }
            LedgerError::CannotOpen { .. } => say!("trouble-ledger-open-advice").into(),
            LedgerError::Newer { .. } => say!("trouble-ledger-newer-advice").into(),
            LedgerError::Foreign { path } => {
                say!("trouble-ledger-foreign-advice", path = path.display())
            }
            LedgerError::Damaged { path, .. } => {
                say!("trouble-ledger-damaged-advice", path = path.display())
            }
            LedgerError::Full { .. } => say!("trouble-ledger-full-advice").into(),
            LedgerError::Locked { .. } => say!("trouble-ledger-locked-advice").into(),
            LedgerError::NotOpen(_) | LedgerError::NoSuchReceipt(_) => {
                say!("trouble-ledger-number-advice").into()
            }
            LedgerError::Closed => say!("trouble-ledger-closed-advice").into(),
            LedgerError::Other { .. } => say!("trouble-ledger-failed-advice").into(),
        }
    }

    /// Explains what SQLite said about this file.
    pub(super) fn from_sql(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        let why = foreign(error);
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
                why: system(error),
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
