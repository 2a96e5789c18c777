//! What can go wrong with configuration and secrets on disk, in words that say what to do.
//!
//! No message quotes what stands in the vault, or a value that may be a key.

use std::fmt;
use std::path::PathBuf;

use crate::domain::{Fault, FaultKind};
use crate::files::FileError;
use crate::locale::{listed, say};

/// Trouble with configuration, state or secrets. What was on disk before is still there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The platform names no home folder.
    #[error("{}", say!("trouble-config-no-home"))]
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
    #[error("{}", say!("trouble-config-variable", variable = variable, what = what))]
    Environment {
        /// Its name.
        variable: String,
        /// What is wrong, what would be right.
        what: String,
    },
    /// There is no such profile.
    #[error("{}{}", say!("trouble-config-no-profile", name = format!("{name:?}")), did_you_mean(nearest.as_deref()))]
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
    #[error("{}", say!("trouble-config-vault", path = path.display(), line = line, column = column))]
    VaultBroken {
        /// The vault.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in characters.
        column: usize,
    },
    /// Others can read the vault and we cannot change that.
    #[error("{}", say!("trouble-config-exposed", path = path.display(), why = why))]
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
pub fn did_you_mean(nearest: Option<&str>) -> String {
    nearest
        .map(|word| say!("trouble-did-you-mean", word = format!("{word:?}")))
        .unwrap_or_default()
}

fn more(mistakes: &[Mistake]) -> String {
    match mistakes.len() {
        0 | 1 => String::new(),
        count => say!("trouble-config-more", count = #count - 1),
    }
}

impl ConfigError {
    /// One line: what to do.
    pub fn advice(&self) -> String {
        match self {
            ConfigError::NoHome => say!("trouble-config-no-home-advice").into(),
            ConfigError::File(error) => error.advice().into(),
            ConfigError::Mistakes { mistakes, .. } => match mistakes.first() {
                Some(first) if !first.known.is_empty() => {
                    say!("trouble-config-takes", known = listed(&first.known))
                }
                _ => say!("trouble-config-mend").into(),
            },
            ConfigError::Environment { variable, .. } => {
                say!("trouble-config-variable-advice", variable = variable)
            }
            ConfigError::UnknownProfile { known, .. } if known.is_empty() => {
                say!("trouble-config-add-profile").into()
            }
            ConfigError::UnknownProfile { known, .. } => {
                say!("trouble-config-choose-profile", known = listed(known))
            }
            ConfigError::ProfileName(_) => say!("trouble-other-name").into(),
            ConfigError::VaultBroken { .. } => say!("trouble-config-vault-advice").into(),
            ConfigError::VaultExposed { path, .. } => {
                say!("trouble-config-exposed-advice", path = path.display())
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
