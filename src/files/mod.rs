//! Small files on disk: read whole, replaced whole, changed by one process at a time.
//!
//! For files of ours and of other programs alike: nothing here knows what stands in them. A replaced file is the old one
//! or the new one whole, whatever happens meanwhile; a link stays a link.

pub mod dotenv;
mod error;

pub use error::FileError;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::locale::say;
use tempfile::NamedTempFile;

/// How long to wait for another process that is writing; it needs milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Links that are followed before they count as a circle, as in the kernel.
const MOST_LINKS: usize = 40;

/// The byte order mark.
pub const MARK: char = '\u{feff}';

/// Who may read a file that is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Only its owner, whatever held before.
    Owner,
    /// Whoever could read it before; only its owner when it is new.
    AsBefore,
}

/// The text of a file, or `None` when there is no such file.
///
/// # Errors
/// When it cannot be read, or is not text; the line is named.
pub fn read_exactly(path: &Path) -> Result<Option<String>, FileError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(FileError::read(path, &error)),
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
            Err(FileError::Read {
                path: path.to_owned(),
                why: say!("trouble-not-text", line = line),
            })
        }
    }
}

/// The text of a file without the mark that editors of some systems begin it with: no reader of TOML wants it.
///
/// # Errors
/// As [`read_exactly`].
pub fn read(path: &Path) -> Result<Option<String>, FileError> {
    let text = read_exactly(path)?;
    Ok(text.map(|text| match text.strip_prefix(MARK) {
        Some(rest) => rest.to_owned(),
        None => text,
    }))
}

/// Replaces a file: written aside, forced to the disk, then renamed, so that every reader sees the old or the new one
/// whole. A link stays a link: what it points to is replaced.
///
/// # Errors
/// When there is no room or no right; the old file is still there.
pub fn replace(path: &Path, text: &str, readers: Readers) -> Result<(), FileError> {
    let target = follow_links(path);
    let folder = parent(&target);
    make_folder(folder)?;
    let write = || -> io::Result<()> {
        let mut aside = NamedTempFile::new_in(folder)?;
        aside.write_all(text.as_bytes())?;
        if readers == Readers::AsBefore
            && let Ok(before) = fs::metadata(&target)
        {
            aside.as_file().set_permissions(before.permissions())?;
        }
        aside.as_file().sync_all()?;
        aside.persist(&target)?;
        // The rename itself must outlive a power cut too. Not every system can do that to a folder.
        #[cfg(unix)]
        File::open(folder)?.sync_all()?;
        Ok(())
    };
    write().map_err(|error| FileError::write(path, &error))
}

/// Makes a folder that only its owner may enter; one that is there already is left as it is.
///
/// # Errors
/// When it cannot be made.
pub fn make_folder(folder: &Path) -> Result<(), FileError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| FileError::folder(folder, &error))
}

/// Held while a file of a folder is read, changed and replaced.
pub struct Lock(#[expect(dead_code, reason = "holding it is its use")] File);

/// Opens a file that is only there to be locked; one that is made is its owner's alone.
///
/// # Errors
/// When it cannot be made or opened.
pub fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Waits for the folder's lock.
///
/// # Errors
/// When another process keeps it, or it cannot be made.
pub fn lock(folder: &Path) -> Result<Lock, FileError> {
    make_folder(folder)?;
    let path = folder.join(".lock");
    let file = open_lock(&path).map_err(|error| FileError::write(&path, &error))?;
    let begun = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock(file)),
            Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(2));
            }
            Err(TryLockError::WouldBlock) => return Err(FileError::Busy { path }),
            // A file system without locks: two processes at the same instant are then left to luck.
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "the folder has no file locks");
                return Ok(Lock(file));
            }
        }
    }
}

/// The folder a file lies in.
pub fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Where a chain of links ends, whether something is there or not.
pub fn follow_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(next) => path = parent(&path).join(next),
            Err(_) => break,
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_not_text_is_refused_with_its_line() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        assert_eq!(read(&path).unwrap(), None);
        fs::write(&path, b"color = \"auto\"\n# \xff\n").unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("line 2 is not UTF-8"), "{error}");
        fs::write(&path, "\u{feff}color = \"auto\"").unwrap();
        assert_eq!(read(&path).unwrap().unwrap(), "color = \"auto\"");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_rights_stay_as_they_were() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let home = tempfile::tempdir().unwrap();
        let real = home.path().join("dotfiles").join("config.toml");
        make_folder(parent(&real)).unwrap();
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o644)).unwrap();
        let path = home.path().join("config.toml");
        symlink("dotfiles/config.toml", &path).unwrap();

        replace(&path, "new", Readers::AsBefore).unwrap();
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        let mode = || fs::metadata(&real).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(), 0o644);
        replace(&path, "newer", Readers::Owner).unwrap();
        assert_eq!(mode(), 0o600);
        assert_eq!(
            fs::read_dir(parent(&real)).unwrap().count(),
            1,
            "nothing is left aside"
        );
    }
}
