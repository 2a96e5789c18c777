//! What can go wrong when a tool's configuration is read, written or restored, in words that say what to do.

use std::path::PathBuf;

use super::edit::EditError;
use crate::domain::{Fault, FaultKind};
use crate::files::FileError;

/// Trouble with a tool's configuration. Every file is as it was before, unless it says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ToolError {
    /// There is no such tool.
    #[error("there is no tool named {name:?}{}", nearest.map(|id| format!("; did you mean {id}?")).unwrap_or_default())]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest that there is.
        nearest: Option<&'static str>,
    },
    /// We write nothing for this tool.
    #[error("{0} keeps its settings where relaydeck does not write them")]
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
    #[error("{} is a link to {}, outside of your home folder", path.display(), target.display())]
    LeavesHome {
        /// The link.
        path: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// A file is another one than when the plan was made.
    #[error("{} was changed by another program in the meantime", .0.display())]
    ChangedMeanwhile(PathBuf),
    /// What was written does not read back; it was put back.
    #[error("{} does not hold what was written to it; it was put back as it was", .0.display())]
    NotReadBack(PathBuf),
    /// What was written is in the file, but something else wins.
    #[error("the settings were written, but {place} wins over them: {what}")]
    Overridden {
        /// What wins.
        place: String,
        /// The address, key or model it wins with.
        what: String,
    },
    /// The plan needs a variable of the environment that names a file.
    #[error("{0} has no file of its own; it does not know where to write")]
    NoFile(&'static str),
    /// There is nothing to undo.
    #[error("relaydeck has changed nothing for {0} that could be undone")]
    NothingToUndo(String),
    /// What we wrote was changed since, in the same places.
    #[error("{} was changed since the setup, in the same lines; nothing was undone", path.display())]
    UndoConflict {
        /// The file.
        path: PathBuf,
        /// Where the file as it was before the setup is kept.
        kept: PathBuf,
    },
    /// The file was deleted since.
    #[error("{} was deleted since the setup; nothing was undone", path.display())]
    UndoGone {
        /// The file.
        path: PathBuf,
        /// Where the file as it was before the setup is kept.
        kept: PathBuf,
    },
    /// What is kept to undo things cannot be understood.
    #[error("{} cannot be understood", .0.display())]
    Kept(PathBuf),
}

impl ToolError {
    /// One line: what to do.
    pub fn advice(&self) -> String {
        match self {
            ToolError::Unknown { .. } => "list them with: relaydeck tools list".into(),
            ToolError::ByHand(id) => format!("do it by hand, as this says: relaydeck tools show {id}"),
            ToolError::File(error) => match error {
                FileError::Write { full: false, .. } | FileError::Folder { .. } => {
                    "make the file and its folder writable for you; nothing was changed".into()
                }
                other => other.advice().into(),
            },
            ToolError::Edit { error: EditError::Broken { .. }, .. } => {
                "mend that line, then try again; nothing was changed".into()
            }
            ToolError::Edit { .. } => "change it by hand; nothing was changed".into(),
            ToolError::LeavesHome { .. } => {
                "change the file it leads to yourself, or name another with --file; nothing was changed".into()
            }
            ToolError::ChangedMeanwhile(_) => "look at the new plan, then say yes again; nothing was changed".into(),
            ToolError::NotReadBack(_) => "another program writes that file too: end it, then try again".into(),
            ToolError::Overridden { place, .. } => match place.strip_prefix('$') {
                Some(name) => format!("unset {name} in your shell and its start-up files"),
                None => format!("take it out of {place}"),
            },
            ToolError::NoFile(_) => "name the file with --file PATH".into(),
            ToolError::NothingToUndo(_) => "nothing needs to be done".into(),
            ToolError::UndoConflict { kept, .. } | ToolError::UndoGone { kept, .. } => {
                format!("the file as it was before is kept in {}; take from it what you need", kept.display())
            }
            ToolError::Kept(_) => "move that file away; what it holds can be put back by hand".into(),
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
