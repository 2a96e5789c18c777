//! What can go wrong when a tool's configuration is read, written or restored, in words that say what to do.

use std::path::PathBuf;

use super::edit::EditError;
use crate::domain::{Fault, FaultKind};
use crate::files::FileError;
use crate::locale::say;

/// Trouble with a tool's configuration. Every file is as it was before, unless it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ToolError {
    /// There is no such tool.
    #[error("{}{}", say!("trouble-tool-none", name = format!("{name:?}")), nearest.map(|id| say!("trouble-did-you-mean", word = id)).unwrap_or_default())]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest that there is.
        nearest: Option<&'static str>,
    },
    /// We write nothing for this tool.
    #[error("{}", say!("trouble-tool-by-hand", tool = _0))]
    ByHand(&'static str),
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file is broken, or cannot be changed in place.
    #[error("{}: {error}", path.display())]
    Edit {
        /// The file.
        path: PathBuf,
        /// Where and why.
        error: EditError,
    },
    /// A link leads out of the home folder.
    #[error("{}", say!("trouble-tool-link", path = path.display(), target = target.display()))]
    LeavesHome {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A file is another one than when the plan was made.
    #[error("{}", say!("trouble-tool-meanwhile", path = _0.display()))]
    ChangedMeanwhile(PathBuf),
    /// What was written does not read back; it was put back.
    #[error("{}", say!("trouble-tool-not-back", path = _0.display()))]
    NotReadBack(PathBuf),
    /// What was written is in the file, but something else wins.
    #[error("{}", say!("trouble-tool-overridden", place = place, what = what))]
    Overridden {
        /// What wins.
        place: String,
        /// The address, key or model it wins with.
        what: String,
    },
    /// The plan needs a variable of the environment that names a file.
    #[error("{}", say!("trouble-tool-no-file", tool = _0))]
    NoFile(&'static str),
    /// There is nothing to undo.
    #[error("{}", say!("trouble-tool-nothing", tool = _0))]
    NothingToUndo(String),
    /// What we wrote was changed since, in the same places.
    #[error("{}", say!("trouble-tool-conflict", path = path.display()))]
    UndoConflict {
        /// The file.
        path: PathBuf,
        /// Where the file as it was before the setup is kept.
        kept: PathBuf,
    },
    /// The file was deleted since.
    #[error("{}", say!("trouble-tool-gone", path = path.display()))]
    UndoGone {
        /// The file.
        path: PathBuf,
        /// Where the file as it was before the setup is kept.
        kept: PathBuf,
    },
    /// What is kept to undo things cannot be understood.
    #[error("{}", say!("trouble-tool-kept", path = _0.display()))]
    Kept(PathBuf),
}

impl ToolError {
    /// One line: what to do.
    pub fn advice(&self) -> String {
        match self {
            ToolError::Unknown { .. } => say!("trouble-tool-list").into(),
            ToolError::ByHand(id) => say!("trouble-tool-by-hand-advice", tool = id),
            ToolError::File(error) => match error {
                FileError::Write { full: false, .. } | FileError::Folder { .. } => {
                    say!("trouble-tool-writable").into()
                }
                other => other.advice().into(),
            },
            ToolError::Edit {
                error: EditError::Broken { .. },
                ..
            } => say!("trouble-tool-mend").into(),
            ToolError::Edit { .. } => say!("trouble-tool-change").into(),
            ToolError::LeavesHome { .. } => say!("trouble-tool-link-advice").into(),
            ToolError::ChangedMeanwhile(_) => say!("trouble-tool-look-again").into(),
            ToolError::NotReadBack(_) => say!("trouble-tool-not-back-advice").into(),
            ToolError::Overridden { place, .. } => match place.strip_prefix('$') {
                Some(name) => say!("trouble-tool-unset", name = name),
                None => say!("trouble-tool-take-out", place = place),
            },
            ToolError::NoFile(_) => say!("trouble-tool-no-file-advice").into(),
            ToolError::NothingToUndo(_) => say!("trouble-tool-nothing-advice").into(),
            ToolError::UndoConflict { kept, .. } | ToolError::UndoGone { kept, .. } => {
                say!("trouble-tool-kept-in", path = kept.display())
            }
            ToolError::Kept(_) => say!("trouble-tool-kept-advice").into(),
        }
    }
}

impl From<ToolError> for Fault {
    fn from(error: ToolError) -> Fault {
        let kind = match error {
            ToolError::Unknown { .. } | ToolError::NothingToUndo(_) => FaultKind::NotFound,
            ToolError::ByHand(_) => FaultKind::Unsupported,
            ToolError::NoFile(_) => FaultKind::Usage,
            _ => FaultKind::Local,
        };
        Fault::new(kind, error.to_string()).advise(error.advice())
    }
}
