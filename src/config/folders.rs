//! Where everything lies: one folder when the user names one, else the platform's own.
//!
//! Finding the folders touches no disk; they are made when something is first written.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::error::ConfigError;
use crate::files::{self, FileError};

/// The folders of one user of one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// `config.toml`.
    pub config: PathBuf,
    /// The ledger, the vault and the embedded relay's data.
    pub data: PathBuf,
    /// What the program remembers by itself.
    pub state: PathBuf,
    /// Log files.
    pub logs: PathBuf,
}

impl Folders {
    /// The folders by `--home`, else by `RELAYDECK_HOME`, else by the platform's custom.
    ///
    /// # Errors
    /// When none is named and the platform knows no home folder, or when a relative one cannot be made out.
    pub fn find(home: Option<&Path>, environment: &Environment) -> Result<Self, ConfigError> {
        let named = home.map(Path::to_owned).or_else(|| {
            let folder = environment.get("RELAYDECK_HOME")?;
            Some(PathBuf::from(folder))
        });
        if let Some(home) = named {
            // The folder stays the same when the working directory changes.
            let home =
                std::path::absolute(&home).map_err(|error| FileError::folder(&home, &error))?;
            return Ok(Folders {
                config: home.clone(),
                data: home.clone(),
                state: home.clone(),
                logs: home.join("logs"),
            });
        }
        let custom = ProjectDirs::from("", "", "relaydeck").ok_or(ConfigError::NoHome)?;
        let state = custom
            .state_dir()
            .unwrap_or_else(|| custom.data_local_dir())
            .to_owned();
        Ok(Folders {
            config: custom.config_dir().to_owned(),
            data: custom.data_dir().to_owned(),
            logs: state.join("logs"),
            state,
        })
    }

    /// `config.toml`.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// `keymap.toml`: keys of the user's.
    pub fn keymap_file(&self) -> PathBuf {
        self.config.join("keymap.toml")
    }

    /// `themes`: a file for each theme of the user's.
    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }

    /// `ledger.db`.
    pub fn ledger_file(&self) -> PathBuf {
        self.data.join("ledger.db")
    }

    /// Makes the folders that are missing, open to their owner only.
    ///
    /// # Errors
    /// When one cannot be made, or is something other than a folder.
    pub fn make(&self) -> Result<(), ConfigError> {
        for folder in [&self.config, &self.data, &self.state, &self.logs] {
            files::make_folder(folder)?;
        }
        Ok(())
    }
}

/// The environment variables that concern us, as they were when the program began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// Those of this process.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter(|(name, _)| {
                name == "NO_COLOR" || name.as_encoded_bytes().starts_with(b"RELAYDECK_")
            })
            .collect()
    }

    /// A variable; an empty one counts as not set.
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        let value = self.0.get(OsStr::new(name))?;
        (!value.is_empty()).then_some(value)
    }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter();
        Environment(
            pairs
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}
