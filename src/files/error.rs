//! What can go wrong with files and folders, in words that say what to do. No message quotes what stands in a file.

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::{Fault, FaultKind};
use crate::locale::{say, system};

/// Trouble with a file or folder. What was on disk before is still there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// A folder cannot be made or used.
    #[error("{}", say!("trouble-folder", folder = folder.display(), why = why))]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        why: String,
    },
    /// A file cannot be read.
    #[error("{}", say!("trouble-read", path = path.display(), why = why))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// A file cannot be written.
    #[error("{}", say!("trouble-write", path = path.display(), why = why))]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: String,
        /// Whether there was no room.
        full: bool,
    },
    /// Another process has kept the folder's lock for longer than we wait.
    #[error("{}", say!("trouble-busy", path = path.display()))]
    Busy {
        /// The lock file.
        path: PathBuf,
    },
}

impl FileError {
    /// One line: what to do.
    pub fn advice(&self) -> &'static str {
        match self {
            FileError::Folder { .. } => {
                say!("trouble-folder-advice")
            }
            FileError::Read { .. } => say!("trouble-read-advice"),
            FileError::Write { full: true, .. } => {
                say!("trouble-write-full-advice")
            }
            FileError::Write { .. } => {
                say!("trouble-write-advice")
            }
            FileError::Busy { .. } => say!("trouble-busy-advice"),
        }
    }

    /// A folder that cannot be used.
    pub fn folder(folder: &Path, error: &io::Error) -> Self {
        FileError::Folder {
            folder: folder.to_owned(),
            why: system(error),
        }
    }

    /// A file that cannot be read.
    pub fn read(path: &Path, error: &io::Error) -> Self {
        FileError::Read {
            path: path.to_owned(),
            why: system(error),
        }
    }

    /// A file that cannot be written.
    pub fn write(path: &Path, error: &io::Error) -> Self {
        FileError::Write {
            path: path.to_owned(),
            why: system(error),
            full: matches!(
                error.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
            ),
        }
    }
}

impl From<FileError> for Fault {
    fn from(error: FileError) -> Fault {
        Fault::new(FaultKind::Local, error.to_string()).advise(error.advice())
    }
}
