//! What the program remembers by itself between runs: the profile that was used last, and what
//! was offered and is not wanted; and the lines of the command line.
//!
//! It is a convenience: a state file that cannot be read counts as empty and stops nobody.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::error::ConfigError;
use super::folders::Folders;
use crate::domain::Profile;
use crate::files::{self, FileError, Readers};
use crate::locale::foreign;

/// The state file.
#[derive(Clone, Debug)]
pub struct State {
    path: PathBuf,
    history: PathBuf,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Remembered {
    profile: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    declined: Vec<String>,
}

impl State {
    /// The state of these folders. Touches no disk.
    pub fn of(folders: &Folders) -> Self {
        State {
            path: folders.state.join("state.toml"),
            history: folders.state.join("commands"),
        }
    }

    /// The profile that was used last, if one was.
    pub fn last_profile(&self) -> Option<String> {
        let profile = self.remembered().profile;
        profile.filter(|name| Profile::check_name(name).is_ok())
    }

    /// Remembers the profile that is used now.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn remember_profile(&self, name: &str) -> Result<(), ConfigError> {
        if self.last_profile().as_deref() == Some(name) {
            return Ok(());
        }
        self.remember(&Remembered {
            profile: Some(name.to_owned()),
            ..self.remembered()
        })
    }

    /// The offers that were declined for good.
    pub fn declined_offers(&self) -> Vec<String> {
        self.remembered().declined
    }

    /// Remembers that an offer was declined for good.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn decline_offer(&self, offer: &str) -> Result<(), ConfigError> {
        let mut remembered = self.remembered();
        if !remembered.declined.iter().any(|known| known == offer) {
            remembered.declined.push(offer.to_owned());
        }
        self.remember(&remembered)
    }

    /// The lines that were entered in the command line, oldest first.
    pub fn commands(&self) -> Vec<String> {
        let text = files::read(&self.history).ok().flatten();
        let text = text.unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Keeps the lines of the command line, oldest first, readable to their owner only.
    ///
    /// # Errors
    /// When they cannot be written; then the old ones stay.
    pub fn keep_commands(&self, lines: &[String]) -> Result<(), ConfigError> {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        Ok(files::replace(&self.history, &text, Readers::Owner)?)
    }

    fn remembered(&self) -> Remembered {
        let text = files::read(&self.path).ok().flatten().unwrap_or_default();
        toml::from_str(&text).unwrap_or_default()
    }

    fn remember(&self, remembered: &Remembered) -> Result<(), ConfigError> {
        let text = toml::to_string(remembered).map_err(|error| FileError::Write {
            path: self.path.clone(),
            why: foreign(&error),
            full: false,
        })?;
        Ok(files::replace(&self.path, &text, Readers::Owner)?)
    }
}
