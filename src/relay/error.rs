//! Why the relay cannot start, each with what to do about it.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::lock::Holder;
use crate::domain::{Fault, FaultKind};

/// Why the relay cannot start. The text says what went wrong, [`RelayError::advice`] what to do.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// Someone else listens there.
    #[error("port {} of {} is in use by another program", .0.port(), .0.ip())]
    PortInUse(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {why}")]
    CannotListen {
        /// What was asked for.
        address: SocketAddr,
        /// What the system said.
        why: String,
    },
    /// Another process serves this folder.
    #[error("another relaydeck already serves this data folder ({0})")]
    LockHeld(Holder),
    /// The data folder cannot be made or written to.
    #[error("the data folder {} cannot be written to: {why}", folder.display())]
    FolderNotWritable {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The database file cannot be written to.
    #[error("the database {} cannot be written to: it is read-only", .0.display())]
    DatabaseReadOnly(PathBuf),
    /// The database was made by a newer version of this program.
    #[error("the database {} has version {found}; this program knows versions up to {known}", file.display())]
    DatabaseNewer {
        /// The file.
        file: PathBuf,
        /// The version it has.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// The file is no database, or a broken one.
    #[error("the database {} is damaged: {why}", file.display())]
    DatabaseDamaged {
        /// The file.
        file: PathBuf,
        /// What SQLite said.
        why: String,
    },
    /// No room is left.
    #[error("the disk that holds {} is full", .0.display())]
    DiskFull(PathBuf),
    /// Something else is wrong with the database.
    #[error("the database {} cannot be used: {why}", file.display())]
    Database {
        /// The file.
        file: PathBuf,
        /// What SQLite said.
        why: String,
    },
    /// A thread could not be started.
    #[error("the relay's writer could not be started: {0}")]
    NoThread(String),
    /// The system gives no randomness, so no secret can be made.
    #[error("the system gives no randomness: {0}")]
    NoRandomness(String),
    /// The caller handed in a secret that protects nothing.
    #[error("the {0} handed to the relay is shorter than 16 characters")]
    WeakSecret(&'static str),
}

impl RelayError {
    /// What to do.
    pub fn advice(&self) -> String {
        match self {
            RelayError::PortInUse(address) => format!(
                "stop the program that uses port {}, or listen elsewhere: --listen {}:0 takes any free port",
                address.port(),
                address.ip()
            ),
            RelayError::CannotListen { .. } => {
                "choose an address of this machine, for example --listen 127.0.0.1:4141".into()
            }
            RelayError::LockHeld(Holder {
                address: Some(address),
                ..
            }) => format!("use the one that runs, at http://{address}, or stop it first"),
            RelayError::LockHeld(_) => {
                "wait a moment and try again, or stop the other process".into()
            }
            RelayError::FolderNotWritable { folder, .. } => format!(
                "make {} writable for you, or name another folder with --home",
                folder.display()
            ),
            RelayError::DatabaseReadOnly(file) => format!(
                "make {} and its folder writable for you, or name another folder with --home",
                file.display()
            ),
            RelayError::DatabaseNewer { .. } => {
                "update relaydeck, or name another folder with --home; nothing was changed".into()
            }
            RelayError::DatabaseDamaged { file, .. } => format!(
                "move {} away and restore a copy; without one, a fresh database is made at the next start",
                file.display()
            ),
            RelayError::DiskFull(_) => "free some space, then start again; nothing was lost".into(),
            RelayError::Database { .. } | RelayError::NoThread(_) | RelayError::NoRandomness(_) => {
                "try again; if it stays, start with -v and look into the log file".into()
            }
            RelayError::WeakSecret(_) => "make a new one; 32 random characters are usual".into(),
        }
    }

    /// What a failure of SQLite at start means for whoever starts the relay.
    pub(crate) fn from_sqlite(file: &Path, error: &rusqlite::Error) -> Self {
        let file = file.to_path_buf();
        let why = error.to_string();
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
                why: format!("its journal: {error}"),
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
