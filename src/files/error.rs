//! What can go wrong with files and folders, in words that say what to do. No message quotes what stands in a file.

use std::io;
use std::path::{Path, PathBuf};

use crate::domain::{Fault, FaultKind};

/// Trouble with a file or folder. What was on disk before is still there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// A folder cannot be made or used.
    #[error("the folder {} cannot be used: {why}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        why: String,
    },
    /// A file cannot be read.
    #[error("{} cannot be read: {why}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// A file cannot be written.
    #[error("{} cannot be written: {why}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: String,
        /// Whether there was no room.
        full: bool,
    },
    /// Another process has kept the folder's lock for longer than we wait.
    #[error("{} is being written by another relaydeck that does not finish", path.display())]
    Busy {
        /// The lock file.
        path: PathBuf,
    },
}

impl FileError {
    /// One line: what to do.
    pub const fn advice(&self) -> &'static str {
        match self {
            FileError::Folder { .. } => {
                "make it a folder that you may write, or choose another one with --home DIR"
            }
            FileError::Read { .. } => "make the file readable for you, or move it away",
            FileError::Write { full: true, .. } => {
                "free some space on that disk, then try again; the old file is still there"
            }
            FileError::Write { .. } => {
                "make the file and its folder writable for you, or choose another folder with --home DIR"
            }
            FileError::Busy { .. } => "end the other relaydeck, then try again",
        }
    }

    /// A folder that cannot be used.
    pub fn folder(folder: &Path, error: &io::Error) -> Self {
        FileError::Folder {
            folder: folder.to_owned(),
            why: error.to_string(),
        }
    }

    /// A file that cannot be read.
    pub fn read(path: &Path, error: &io::Error) -> Self {
        FileError::Read {
            path: path.to_owned(),
            why: error.to_string(),
        }
    }

    /// A file that cannot be written.
    pub fn write(path: &Path, error: &io::Error) -> Self {
        FileError::Write {
            path: path.to_owned(),
            why: error.to_string(),
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
