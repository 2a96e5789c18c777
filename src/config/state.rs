//! What the program remembers by itself between runs: the profile that was used last.
//!
//! It is a convenience: a state file that cannot be read counts as empty and stops nobody.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::error::ConfigError;
use super::folders::Folders;
use crate::domain::Profile;
use crate::files::{self, FileError, Readers};

/// The state file.
#[derive(Clone, Debug)]
pub struct State {
    path: PathBuf,
}

#[derive(Default, Serialize, Deserialize)]
struct Remembered {
    profile: Option<String>,
}

impl State {
    /// The state of these folders. Touches no disk.
    pub fn of(folders: &Folders) -> Self {
        State {
            path: folders.state.join("state.toml"),
        }
    }

    /// The profile that was used last, if one was.
    pub fn last_profile(&self) -> Option<String> {
        let text = files::read(&self.path).ok()??;
        let remembered: Remembered = toml::from_str(&text).ok()?;
        remembered
            .profile
            .filter(|name| Profile::check_name(name).is_ok())
    }

    /// Remembers the profile that is used now.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn remember_profile(&self, name: &str) -> Result<(), ConfigError> {
        if self.last_profile().as_deref() == Some(name) {
            return Ok(());
        }
        let remembered = Remembered {
            profile: Some(name.to_owned()),
        };
        let text = toml::to_string(&remembered).map_err(|error| FileError::Write {
            path: self.path.clone(),
            why: error.to_string(),
            full: false,
        })?;
        Ok(files::replace(&self.path, &text, Readers::Owner)?)
    }
}
