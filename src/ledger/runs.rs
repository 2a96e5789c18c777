//! Which runs of the program are alive: each holds a locked file beside the ledger for as long as it lives.
//!
//! The system lets go of the lock when a process ends, however it ends, so a file that can be locked belongs to nobody.
//! Files are made, probed and removed only inside a write transaction of the ledger: that keeps two processes from
//! meeting between the making of a file and its locking.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Our own run: its name stands in the rows it waits for. Dropping it says that the run is over.
pub(super) struct Run {
    /// Unique among all runs that are alive.
    pub(super) name: String,
    /// Removes the file, then lets go of the lock.
    _file: NamedTempFile,
}

/// `ledger.db` → `ledger.db.runs`.
pub(super) fn folder(ledger: &Path) -> PathBuf {
    let mut name = OsString::from(ledger.as_os_str());
    name.push(".runs");
    PathBuf::from(name)
}

/// Begins a run. Call it inside a write transaction.
pub(super) fn begin(ledger: &Path) -> io::Result<Run> {
    let folder = folder(ledger);
    super::opening::make_folder(&folder)?;
    let file = tempfile::Builder::new()
        .prefix(&format!("{}-", std::process::id()))
        .suffix(".run")
        .tempfile_in(&folder)?;
    match file.as_file().try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(io::Error::other("a new file is locked already"));
        }
        // A file system without locks: then nobody can tell whether a run is alive, and all count as alive.
        Err(TryLockError::Error(error)) => {
            tracing::warn!(%error, "the ledger's folder has no file locks; interrupted requests will not be noticed");
        }
    }
    let name = file
        .path()
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .ok_or_else(|| io::Error::other("a file without a name"))?;
    Ok(Run { name, _file: file })
}

/// The runs that are alive, ours among them; files of dead ones are removed. Call it inside a write transaction.
pub(super) fn alive(ledger: &Path, ours: &Run) -> io::Result<HashSet<String>> {
    let mut alive = HashSet::from([ours.name.clone()]);
    for entry in fs::read_dir(folder(ledger))? {
        let path = entry?.path();
        let Some(name) = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
        else {
            continue;
        };
        if name == ours.name || !name.ends_with(".run") {
            continue;
        }
        if is_over(&path) {
            // Another process may have removed it first.
            let _ = fs::remove_file(&path);
        } else {
            alive.insert(name);
        }
    }
    Ok(alive)
}

/// Whether nobody holds the file. Doubt counts as life: a request that runs must not be called interrupted.
fn is_over(path: &Path) -> bool {
    match File::open(path) {
        Ok(file) => file.try_lock().is_ok(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_alive_until_it_is_dropped_and_a_leftover_file_is_not() {
        let home = tempfile::tempdir().unwrap();
        let ledger = home.path().join("ledger.db");
        let ours = begin(&ledger).unwrap();
        let other = begin(&ledger).unwrap();
        let leftover = folder(&ledger).join("1-dead.run");
        fs::write(&leftover, "").unwrap();

        let both = HashSet::from([ours.name.clone(), other.name.clone()]);
        assert_eq!(alive(&ledger, &ours).unwrap(), both);
        assert!(!leftover.exists(), "what a killed process left is removed");

        drop(other);
        assert_eq!(
            alive(&ledger, &ours).unwrap(),
            HashSet::from([ours.name.clone()])
        );
    }
}
