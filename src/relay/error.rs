//! Why the relay cannot start, each with what to do about it.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::lock::Holder;
use crate::domain::{Fault, FaultKind};
use crate::locale::{foreign, say, system};

/// Why the relay cannot start. The text says what went wrong, [`RelayError::advice`] what to do.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// Someone else listens there.
    #[error("{}", say!("trouble-start-port", port = _0.port(), ip = _0.ip()))]
    PortInUse(SocketAddr),
    /// The address cannot be listened on.
    #[error("{}", say!("trouble-start-listen", address = address, why = why))]
    CannotListen {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        why: String,
    },
    /// Another process serves this folder.
    #[error("{}", say!("trouble-start-held", holder = _0))]
    LockHeld(Holder),
    /// The data folder cannot be made or written to.
    #[error("{}", say!("trouble-start-folder", folder = folder.display(), why = why))]
    FolderNotWritable {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The database file cannot be written to.
    #[error("{}", say!("trouble-start-read-only", file = _0.display()))]
    DatabaseReadOnly(PathBuf),
    /// The database was made by a newer version of this program.
    #[error("{}", say!("trouble-start-newer", file = file.display(), found = found, known = known))]
    DatabaseNewer {
        /// The file.
        file: PathBuf,
        /// The version it has.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// The file is no database, or a broken one.
    #[error("{}", say!("trouble-start-damaged", file = file.display(), why = why))]
    DatabaseDamaged {
        /// The file.
        file: PathBuf,
        /// What SQLite said.
        why: String,
    },
    /// No room is left.
    #[error("{}", say!("trouble-start-full", file = _0.display()))]
    DiskFull(PathBuf),
    /// Something else is wrong with the database.
    #[error("{}", say!("trouble-start-database", file = file.display(), why = why))]
    Database {
        /// The file.
        file: PathBuf,
        /// What SQLite said.
        why: String,
    },
    /// A thread could not be started.
    #[error("{}", say!("trouble-start-thread", why = _0))]
    NoThread(String),
    /// The system gives no randomness, so no secret can be made.
    #[error("{}", say!("trouble-start-randomness", why = _0))]
    NoRandomness(String),
    /// The caller handed in a secret that protects nothing.
    #[error("{}", say!("trouble-start-weak", what = _0))]
    WeakSecret(&'static str),
}

impl RelayError {
    /// What to do.
    pub fn advice(&self) -> String {
        match self {
            RelayError::PortInUse(address) => say!(
                "trouble-start-port-advice",
                port = address.port(),
                ip = address.ip()
            ),
            RelayError::CannotListen { .. } => say!("trouble-start-listen-advice").into(),
            RelayError::LockHeld(Holder {
                address: Some(address),
                ..
            }) => say!("trouble-start-held-advice", address = address),
            RelayError::LockHeld(_) => say!("trouble-start-wait").into(),
            RelayError::FolderNotWritable { folder, .. } => {
                say!("trouble-start-folder-advice", folder = folder.display())
            }
            RelayError::DatabaseReadOnly(file) => {
                say!("trouble-start-read-only-advice", file = file.display())
            }
            RelayError::DatabaseNewer { .. } => say!("trouble-start-newer-advice").into(),
            RelayError::DatabaseDamaged { file, .. } => {
                say!("trouble-start-damaged-advice", file = file.display())
            }
            RelayError::DiskFull(_) => say!("trouble-start-full-advice").into(),
            RelayError::Database { .. } | RelayError::NoThread(_) | RelayError::NoRandomness(_) => {
                say!("trouble-start-log").into()
            }
            RelayError::WeakSecret(_) => say!("trouble-start-weak-advice").into(),
        }
    }

    /// What a failure of SQLite at start means for whoever starts the relay.
    pub(crate) fn from_sqlite(file: &Path, error: &rusqlite::Error) -> Self {
        let file = file.to_path_buf();
        let why = foreign(error);
        match error.sqlite_error_code() {
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                RelayError::DatabaseReadOnly(file)
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                RelayError::DatabaseDamaged { file, why }
            }
            Some(ErrorCode::DiskFull) => RelayError::DiskFull(file),
            _ => RelayError::Database { file, why },
        }
    }

    /// Why the journal beside the database cannot be used.
    pub(crate) fn from_journal(database: &Path, error: &io::Error) -> Self {
        let file = database.to_path_buf();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => RelayError::DiskFull(file),
            _ => RelayError::Database {
                file,
                why: say!("trouble-start-journal", why = system(error)),
            },
        }
    }
}

impl From<RelayError> for Fault {
    fn from(error: RelayError) -> Fault {
        Fault::new(FaultKind::Local, error.to_string()).advise(error.advice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_says_what_to_do() {
        let file = PathBuf::from("/data/relay.db");
        let address: SocketAddr = "127.0.0.1:4141".parse().unwrap();
        for (error, told, advised) in [
            (RelayError::PortInUse(address), "port 4141", "--listen"),
            (
                RelayError::LockHeld(Holder {
                    address: Some(address),
                    pid: Some(7),
                }),
                "process 7",
                "http://127.0.0.1:4141",
            ),
            (
                RelayError::DatabaseNewer {
                    file: file.clone(),
                    found: 9,
                    known: 1,
                },
                "version 9",
                "update",
            ),
            (RelayError::DiskFull(file.clone()), "full", "free"),
            (
                RelayError::DatabaseReadOnly(file),
                "read-only",
                "/data/relay.db",
            ),
        ] {
            let fault = Fault::from(error);
            assert!(fault.message.contains(told), "{fault}");
            assert!(fault.advice.contains(advised), "{}", fault.advice);
        }
    }
}
