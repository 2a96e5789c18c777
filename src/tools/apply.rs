//! Writing a plan and taking it back. Either all files of it are written or none is; undo restores byte for byte, keeps
//! what others changed elsewhere in a file, and refuses where they changed the same lines.

use std::fs;
use std::path::{Path, PathBuf};

use super::edit::Format;
use super::error::ToolError;
use super::journal::{self, Entry, Kept};
use super::place::Places;
use super::plan::{Change, difference};
use crate::domain::UnixSeconds;
use crate::files::{self, FileError, Readers};
use crate::locale::say;

/// Writes changes, and keeps the files as they were under a name. Says where.
///
/// # Errors
/// When a file was changed since the plan was made, or cannot be written; then every file is as it was.
pub fn apply(
    name: &str,
    changes: &[Change],
    places: &Places,
    at: UnixSeconds,
) -> Result<PathBuf, ToolError> {
    let folder = journal::folder(places, name);
    files::make_folder(&folder)?;
    let _lock = files::lock(&folder)?;
    for change in changes {
        if files::read_exactly(&change.path)? != change.before {
            return Err(ToolError::ChangedMeanwhile(change.path.clone()));
        }
    }
    let entry = Entry {
        tool: name.to_owned(),
        at,
        files: changes.iter().map(kept).collect(),
    };
    // Kept before anything is written: a process that is killed half-way leaves what undoes it.
    let path = journal::write(places, &entry)?;
    for (done, change) in changes.iter().enumerate() {
        if let Err(error) = write(change) {
            put_back(&entry.files[..=done]);
            journal::forget(&path)?;
            return Err(error);
        }
    }
    Ok(path)
}

fn kept(change: &Change) -> Kept {
    let mut folders: Vec<PathBuf> = change
        .path
        .ancestors()
        .skip(1)
        .take_while(|folder| !folder.exists())
        .map(Path::to_owned)
        .collect();
    folders.reverse();
    Kept {
        path: change.path.clone(),
        format: change.format,
        before: change.before.clone(),
        after: change.after.clone(),
        mode: mode(&change.path),
        folders,
    }
}

fn write(change: &Change) -> Result<(), ToolError> {
    // A file that its owner made read-only is not to be replaced behind his back, though the folder would allow it.
    if let Ok(found) = fs::metadata(&change.path)
        && found.permissions().readonly()
    {
        let error = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        return Err(FileError::write(&change.path, &error).into());
    }
    let readers = if change.secret {
        Readers::Owner
    } else {
        Readers::AsBefore
    };
    files::replace(&change.path, &change.after, readers)?;
    let there = files::read_exactly(&change.path)?;
    let whole = there.as_deref() == Some(change.after.as_str());
    let bare = change
        .after
        .strip_prefix(files::MARK)
        .unwrap_or(&change.after);
    if !whole || change.format.check(bare).is_err() {
        return Err(ToolError::NotReadBack(change.path.clone()));
    }
    Ok(())
}

/// Puts files back as they were, as far as that goes: for a plan that could not be finished.
fn put_back(files: &[Kept]) {
    for kept in files.iter().rev() {
        let there = files::read_exactly(&kept.path).ok().flatten();
        if there.as_deref() == Some(kept.after.as_str())
            && let Err(error) = restore(kept, kept.before.as_deref())
        {
            tracing::warn!(%error, path = %kept.path.display(), "a file could not be put back");
        }
    }
}

/// What undoing does to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// It is as it was before the setup, byte for byte.
    Restored,
    /// It was not there before the setup and is not there now.
    Removed,
    /// What the setup changed is taken back; what others changed since is kept.
    Merged,
    /// It was as before already.
    Already,
}

impl Undone {
    /// What people are told.
    pub fn told(&self) -> &'static str {
        match self {
            Undone::Restored => say!("trouble-undo-restored"),
            Undone::Removed => say!("trouble-undo-removed"),
            Undone::Merged => say!("trouble-undo-merged"),
            Undone::Already => say!("trouble-undo-already"),
        }
    }
}

/// One file of an undo that was thought through.
#[derive(Clone, Debug)]
pub struct UndoFile {
    /// The file.
    pub path: PathBuf,
    /// What happens to it.
    pub how: Undone,
    kept: Kept,
    now: Option<String>,
    then: Option<String>,
}

impl UndoFile {
    /// The difference as people read it, keys masked.
    pub fn diff(&self, places: &Places) -> String {
        let (now, then) = (self.now.as_deref(), self.then.as_deref());
        let name = places.shown(&self.path);
        difference(
            now.unwrap_or_default(),
            then.unwrap_or_default(),
            &name,
            false,
        )
    }
}

/// An undo that was thought through and can be carried out.
#[derive(Clone, Debug)]
pub struct Undo {
    /// When the setup was that it takes back.
    pub at: UnixSeconds,
    /// Its files.
    pub files: Vec<UndoFile>,
    /// How many earlier setups could be undone after it.
    pub earlier: usize,
    entry: PathBuf,
}

/// Thinks the undo of the latest changes under a name through. Reads, changes nothing.
///
/// # Errors
/// When there is nothing to undo, or a file was changed since in the same lines.
pub fn plan_undo(name: &str, places: &Places) -> Result<Undo, ToolError> {
    let mut entries = journal::entries(places, name);
    let Some(path) = entries.pop() else {
        return Err(ToolError::NothingToUndo(name.to_owned()));
    };
    let entry = journal::read(&path)?;
    let files = entry
        .files
        .into_iter()
        .rev()
        .map(|kept| one_back(kept, &path));
    Ok(Undo {
        at: entry.at,
        files: files.collect::<Result<_, _>>()?,
        earlier: entries.len(),
        entry: path,
    })
}

fn one_back(kept: Kept, entry: &Path) -> Result<UndoFile, ToolError> {
    let now = files::read_exactly(&kept.path)?;
    let (how, then) = match (&now, &kept.before) {
        (now, before) if now == before => (Undone::Already, before.clone()),
        (None, _) => {
            return Err(ToolError::UndoGone {
                path: kept.path,
                kept: entry.to_owned(),
            });
        }
        (Some(now), before) if *now == kept.after => match before {
            Some(before) => (Undone::Restored, Some(before.clone())),
            None => (Undone::Removed, None),
        },
        (Some(now), before) => {
            let before = before.as_deref().unwrap_or_default();
            let merged = diffy::merge(&kept.after, now, before).ok();
            let whole = |text: &String| {
                let bare = text.strip_prefix(files::MARK).unwrap_or(text);
                kept.format == Format::Text || kept.format.check(bare).is_ok()
            };
            let Some(merged) = merged.filter(whole) else {
                return Err(ToolError::UndoConflict {
                    path: kept.path,
                    kept: entry.to_owned(),
                });
            };
            (Undone::Merged, Some(merged))
        }
    };
    Ok(UndoFile {
        path: kept.path.clone(),
        how,
        kept,
        now,
        then,
    })
}

/// Carries an undo out.
///
/// # Errors
/// When a file was changed since it was thought through, or cannot be written.
pub fn undo(undo: &Undo) -> Result<(), ToolError> {
    for file in &undo.files {
        if files::read_exactly(&file.path)? != file.now {
            return Err(ToolError::ChangedMeanwhile(file.path.clone()));
        }
    }
    for file in &undo.files {
        if file.how != Undone::Already {
            restore(&file.kept, file.then.as_deref())?;
        }
    }
    journal::forget(&undo.entry)
}

fn restore(kept: &Kept, text: Option<&str>) -> Result<(), ToolError> {
    match text {
        Some(text) => {
            files::replace(&kept.path, text, Readers::AsBefore)?;
            set_mode(&kept.path, kept.mode)?;
        }
        None => {
            fs::remove_file(&kept.path).map_err(|error| FileError::write(&kept.path, &error))?;
            for folder in kept.folders.iter().rev() {
                // Something else may live there by now.
                if fs::remove_dir(folder).is_err() {
                    break;
                }
            }
        }
    }
    Ok(())
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(fs::metadata(path).ok()?.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> Option<u32> {
    None
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: Option<u32>) -> Result<(), FileError> {
    use std::os::unix::fs::PermissionsExt;
    let Some(mode) = mode else { return Ok(()) };
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(|error| FileError::write(path, &error))
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: Option<u32>) -> Result<(), FileError> {
    Ok(())
}
