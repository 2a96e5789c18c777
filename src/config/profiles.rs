//! The profiles in `config.toml`, changed one by one; everything else in the file stays as its owner wrote it.

use std::path::{Path, PathBuf};

use toml_edit::{DocumentMut, Item, Table, TableLike, Value, value};

use super::error::{ConfigError, Mistake};
use super::file::{ConfigFile, position};
use super::folders::Folders;
use crate::domain::{Access, Profile};
use crate::files::{self, Readers};
use crate::locale::{foreign, say};

/// The profiles of a configuration file, read anew on every call.
#[derive(Clone, Debug)]
pub struct Profiles {
    path: PathBuf,
}

impl Profiles {
    /// The profiles of these folders. Touches no disk.
    pub fn of(folders: &Folders) -> Self {
        Profiles {
            path: folders.config_file(),
        }
    }

    /// The file, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The profiles there are, by name.
    ///
    /// # Errors
    /// When the file cannot be read or holds a mistake.
    pub fn list(&self) -> Result<Vec<Profile>, ConfigError> {
        Ok(ConfigFile::read(&self.path)?.profiles())
    }

    /// Adds a profile or changes the one of its name.
    ///
    /// # Errors
    /// When the name cannot be one, or the file cannot be read, holds a mistake or cannot be written; it is as it was then.
    pub fn save(&self, profile: &Profile) -> Result<(), ConfigError> {
        Profile::check_name(&profile.name).map_err(ConfigError::ProfileName)?;
        self.change(|document| write(document, profile))
    }

    /// Removes a profile; says whether there was one.
    ///
    /// # Errors
    /// When the file cannot be read, holds a mistake or cannot be written; it is as it was then.
    pub fn remove(&self, name: &str) -> Result<bool, ConfigError> {
        let mut removed = false;
        self.change(|document| {
            if let Some(profiles) = document
                .get_mut("profiles")
                .and_then(Item::as_table_like_mut)
            {
                removed = profiles.remove(name).is_some();
            }
        })?;
        Ok(removed)
    }

    fn change(&self, edit: impl FnOnce(&mut DocumentMut)) -> Result<(), ConfigError> {
        let _lock = files::lock(files::parent(&self.path))?;
        // A file with mistakes is its owner's to mend; changing it around them would hide them.
        ConfigFile::read(&self.path)?;
        let text = files::read(&self.path)?.unwrap_or_else(beginning);
        let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
            let (line, column) = position(&text, error.span().map_or(0, |span| span.start));
            let what = foreign(&error.message());
            ConfigError::Mistakes {
                path: self.path.clone(),
                mistakes: vec![Mistake {
                    line,
                    column,
                    what,
                    nearest: None,
                    known: Vec::new(),
                }],
            }
        })?;
        edit(&mut document);
        let changed = document.to_string();
        if changed == text {
            return Ok(());
        }
        Ok(files::replace(&self.path, &changed, Readers::AsBefore)?)
    }
}

/// How a new file begins.
fn beginning() -> String {
    format!("# {}\n", say!("trouble-note-settings"))
}

fn write(document: &mut DocumentMut, profile: &Profile) {
    let profiles = document.entry("profiles").or_insert_with(|| {
        let mut table = Table::new();
        // Only [profiles.NAME] is written, without a [profiles] of its own.
        table.set_implicit(true);
        Item::Table(table)
    });
    let inline = profiles.is_inline_table();
    let Some(profiles) = profiles.as_table_like_mut() else {
        return;
    };
    if profiles.get(&profile.name).is_none() {
        let own = if inline {
            value(toml_edit::InlineTable::new())
        } else {
            Item::Table(Table::new())
        };
        profiles.insert(&profile.name, own);
    }
    let Some(own) = profiles
        .get_mut(&profile.name)
        .and_then(Item::as_table_like_mut)
    else {
        return;
    };
    set(own, "url", profile.address.base().into());
    match profile.access {
        Access::Account { user_id } => {
            set(own, "access", "account".into());
            match user_id {
                Some(id) => set(own, "user_id", id.into()),
                None => drop(own.remove("user_id")),
            }
        }
        Access::KeyOnly => {
            set(own, "access", "key".into());
            own.remove("user_id");
        }
    }
}

/// Sets a value; one that is there keeps the comment beside it.
fn set(table: &mut dyn TableLike, name: &str, mut new: Value) {
    match table.get_mut(name).and_then(Item::as_value_mut) {
        Some(old) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        None => drop(table.insert(name, value(new))),
    }
}
