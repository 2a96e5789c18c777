//! What can go wrong with configuration and secrets on disk, in words that say what to do.
//!
//! No message quotes what stands in the vault, or a value that may be a key.

use std::fmt;
use std::path::PathBuf;

use crate::domain::{Fault, FaultKind};
use crate::files::FileError;

/// Trouble with configuration, state or secrets. What was on disk before is still there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The platform names no home folder.
    #[error("this system names no home folder to keep anything in")]
    NoHome,
    /// A file or folder cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The configuration file holds mistakes; the first is told in full.
    #[error("{}:{}{}", path.display(), mistakes.first().map(Mistake::to_string).unwrap_or_default(), more(mistakes))]
    Mistakes {
        /// The configuration file.
        path: PathBuf,
        /// Every mistake, in the order of the file; never empty.
        mistakes: Vec<Mistake>,
    },
    /// An environment variable holds a value that its option does not take.
    #[error("the environment variable {variable} {what}")]
    Environment {
        /// Its name.
        variable: String,
        /// What is wrong, what would be right.
        what: String,
    },
    /// There is no such profile.
    #[error("there is no profile {name:?}{}", did_you_mean(nearest.as_deref()))]
    UnknownProfile {
        /// What was asked for.
        name: String,
        /// The nearest that there is.
        nearest: Option<String>,
        /// All there are.
        known: Vec<String>,
    },
    /// A name that no profile can have.
    #[error("{0}")]
    ProfileName(String),
    /// The vault is not what we wrote. Where exactly is all that may be said.
    #[error("the secrets in {} cannot be read: the file is not valid at line {line}, column {column}", path.display())]
    VaultBroken {
        /// The vault.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in characters.
        column: usize,
    },
    /// Others can read the vault and we cannot change that.
    #[error("others on this machine can read the secrets in {}, and that cannot be changed: {why}", path.display())]
    VaultExposed {
        /// The vault.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
}

/// One mistake in the configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// The right word that is nearest to the wrong one.
    pub nearest: Option<String>,
    /// What may stand there.
    pub known: Vec<String>,
}

impl fmt::Display for Mistake {
    /// `3:1: unknown name "colr"; did you mean "color"?`
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mistake {
            line,
            column,
            what,
            nearest,
            ..
        } = self;
        write!(
            out,
            "{line}:{column}: {what}{}",
            did_you_mean(nearest.as_deref())
        )
    }
}

/// `; did you mean "x"?`, or nothing.
pub(super) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest
        .map(|word| format!("; did you mean {word:?}?"))
        .unwrap_or_default()
}

fn more(mistakes: &[Mistake]) -> String {
    match mistakes.len() {
        0 | 1 => String::new(),
        2 => " (and 1 more mistake)".into(),
        count => format!(" (and {} more mistakes)", count - 1),
    }
}

impl ConfigError {
    /// One line: what to do.
    pub fn advice(&self) -> String {
        match self {
            ConfigError::NoHome => "name a folder with --home DIR or RELAYDECK_HOME".into(),
            ConfigError::File(error) => error.advice().into(),
            ConfigError::Mistakes { mistakes, .. } => match mistakes.first() {
                Some(first) if !first.known.is_empty() => {
                    format!("mend that line; it takes {}", first.known.join(", "))
                }
                _ => "mend that line; nothing was started and nothing was changed".into(),
            },
            ConfigError::Environment { variable, .. } => {
                format!("change or unset {variable}")
            }
            ConfigError::UnknownProfile { known, .. } if known.is_empty() => {
                "add it with `relaydeck profiles add`, or leave --profile away for the embedded relay".into()
            }
            ConfigError::UnknownProfile { known, .. } => {
                format!("choose one of {}, or add it with `relaydeck profiles add`", known.join(", "))
            }
            ConfigError::ProfileName(_) => "choose another name".into(),
            ConfigError::VaultBroken { .. } => {
                "mend that line, or move the file away and add keys and profiles anew".into()
            }
            ConfigError::VaultExposed { path, .. } => {
                format!("run `chmod 600 {}` as its owner, then replace the keys in it", path.display())
            }
        }
    }
}

impl From<ConfigError> for Fault {
    fn from(error: ConfigError) -> Fault {
        let kind = match error {
            ConfigError::UnknownProfile { .. } => FaultKind::NotFound,
            _ => FaultKind::Local,
        };
        Fault::new(kind, error.to_string()).advise(error.advice())
    }
}
