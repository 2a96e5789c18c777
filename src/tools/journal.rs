//! What is kept so that a setup can be undone byte for byte: every changed file as it was before and as it was written,
//! in our own folder, readable for its owner only.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::edit::Format;
use super::error::ToolError;
use super::place::Places;
use crate::domain::UnixSeconds;
use crate::files::{self, FileError, Readers};

/// One setup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The tool.
    pub tool: String,
    /// When.
    pub at: UnixSeconds,
    /// The files.
    pub files: Vec<Kept>,
}

/// A file as it was and as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The file.
    pub path: PathBuf,
    /// How it is written.
    pub format: Format,
    /// What stood in it; `None` when it was not there.
    pub before: Option<String>,
    /// What was written.
    pub after: String,
    /// Who could read it before.
    pub mode: Option<u32>,
    /// Folders that were made for it, the outermost first.
    pub folders: Vec<PathBuf>,
}

/// The folder of a tool's entries.
pub fn folder(places: &Places, tool: &str) -> PathBuf {
    places.data.join("tools").join(tool)
}

/// The entries of a tool, the oldest first.
pub fn entries(places: &Places, tool: &str) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder(places, tool))
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<PathBuf> = listed
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    found.sort();
    found
}

/// Writes an entry behind the others.
///
/// # Errors
/// When it cannot be written.
pub fn write(places: &Places, entry: &Entry) -> Result<PathBuf, ToolError> {
    let last = entries(places, &entry.tool).pop();
    let number = last
        .and_then(|path| path.file_stem()?.to_str()?.parse::<u32>().ok())
        .map_or(1, |last| last + 1);
    let path = folder(places, &entry.tool).join(format!("{number:04}.json"));
    let text = serde_json::to_string_pretty(entry).map_err(|_| ToolError::Kept(path.clone()))?;
    files::replace(&path, &text, Readers::Owner)?;
    Ok(path)
}

/// Reads an entry.
///
/// # Errors
/// When it cannot be read or understood.
pub fn read(path: &Path) -> Result<Entry, ToolError> {
    let text = files::read_exactly(path)?.unwrap_or_default();
    serde_json::from_str(&text).map_err(|_| ToolError::Kept(path.to_owned()))
}

/// Forgets an entry.
///
/// # Errors
/// When it cannot be removed.
pub fn forget(path: &Path) -> Result<(), ToolError> {
    fs::remove_file(path).map_err(|error| FileError::write(path, &error).into())
}
