//! One process a data folder: a locked file that names who holds it, so that a second process attaches instead of starting.
//!
//! The operating system lets go of the lock when its holder ends, however it ends. What the file says counts only
//! while somebody holds it, and only if it was that somebody who wrote it: between taking the lock and writing, a new
//! holder's file still names the one before.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::locale::say;
use serde::{Deserialize, Serialize};

/// The file's name inside the data folder.
pub const FILE: &str = "relay.lock";

/// Who serves a data folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Where it listens; `None` while it is still starting.
    pub address: Option<SocketAddr>,
    /// Its process; `None` while it is still starting.
    pub pid: Option<u32>,
}

impl fmt::Display for Holder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = match (self.address, self.pid) {
            (Some(address), Some(pid)) => {
                say!("trouble-start-process-at", pid = pid, address = address)
            }
            (Some(address), None) => say!("trouble-start-at", address = address),
            (None, Some(pid)) => say!("trouble-start-process", pid = pid),
            (None, None) => say!("trouble-start-somebody").to_owned(),
        };
        out.write_str(&told)
    }
}

/// The lock, held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

/// What became of an attempt to take the lock.
#[derive(Debug)]
pub enum Attempt {
    /// It is ours.
    Taken(Lock),
    /// Somebody else holds it.
    Held(Holder),
}

/// Tries to take the lock of a folder that exists.
///
/// # Errors
/// When the file cannot be made, read or locked.
pub fn take(folder: &Path) -> io::Result<Attempt> {
    let mut file = open(folder)?;
    // Whoever only asks who holds the lock holds it himself for a blink; so one refusal is not yet an answer.
    for wait in [0, 5, 20, 60] {
        thread::sleep(Duration::from_millis(wait));
        match file.try_lock() {
            Ok(()) => {
                let mut lock = Lock { file };
                lock.write(&Holder {
                    address: None,
                    pid: Some(std::process::id()),
                })?;
                return Ok(Attempt::Taken(lock));
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(Attempt::Held(read(&mut file)))
}

/// Who serves this folder now; `None` when nobody does.
///
/// # Errors
/// When the file is there and cannot be read or asked.
pub fn holder(folder: &Path) -> io::Result<Option<Holder>> {
    if !folder.join(FILE).exists() {
        return Ok(None);
    }
    let mut file = open(folder)?;
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(read(&mut file))),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

impl Lock {
    /// Names the address, for those who want to attach.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn name_address(&mut self, address: SocketAddr) -> io::Result<()> {
        self.write(&Holder {
            address: Some(address),
            pid: Some(std::process::id()),
        })
    }

    /// Takes the address back: the folder is still ours for a moment, but nobody should come any more.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn withdraw_address(&mut self) -> io::Result<()> {
        self.write(&Holder {
            address: None,
            pid: Some(std::process::id()),
        })
    }

    fn write(&mut self, holder: &Holder) -> io::Result<()> {
        let text = serde_json::to_string(holder)?;
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())?;
        self.file.flush()
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Best effort: what a dead holder wrote does not count anyway.
        let _ = self.file.set_len(0);
    }
}

fn open(folder: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(folder.join(FILE))
}

/// What the file says of a process that lives; nothing while its holder has not yet written it.
fn read(file: &mut File) -> Holder {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut text));
    let said: Holder = read
        .ok()
        .and_then(|_| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    if said.pid.is_some_and(lives) {
        said
    } else {
        Holder::default()
    }
}

#[cfg(unix)]
fn lives(pid: u32) -> bool {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    // A process of somebody else's cannot be asked, but that it cannot says that it is there.
    pid.is_some_and(|pid| {
        !matches!(
            rustix::process::test_kill_process(pid),
            Err(rustix::io::Errno::SRCH)
        )
    })
}

#[cfg(not(unix))]
fn lives(_pid: u32) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_holds_it_and_the_next_may_have_it() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(holder(folder.path()).unwrap(), None);
        let Attempt::Taken(mut lock) = take(folder.path()).unwrap() else {
            panic!("nobody else is here")
        };
        assert_eq!(holder(folder.path()).unwrap().unwrap().address, None);
        let address = "127.0.0.1:4141".parse().unwrap();
        lock.name_address(address).unwrap();
        let Attempt::Held(other) = take(folder.path()).unwrap() else {
            panic!("it is held")
        };
        assert_eq!(other.address, Some(address));
        assert_eq!(other.pid, Some(std::process::id()));
        drop(lock);
        assert_eq!(
            holder(folder.path()).unwrap(),
            None,
            "what a dead process wrote does not count"
        );
        assert!(matches!(take(folder.path()).unwrap(), Attempt::Taken(_)));
    }

    #[cfg(unix)]
    #[test]
    fn what_the_holder_before_wrote_is_not_taken_for_the_present_one() {
        let folder = tempfile::tempdir().unwrap();
        let mut dead = std::process::Command::new("true").spawn().unwrap();
        let pid = dead.id();
        dead.wait().unwrap();
        let held = open(folder.path()).unwrap();
        held.try_lock().unwrap();
        let left = format!("{{\"address\":\"127.0.0.1:1\",\"pid\":{pid}}}");
        std::fs::write(folder.path().join(FILE), left).unwrap();
        assert_eq!(holder(folder.path()).unwrap(), Some(Holder::default()));
    }
}
