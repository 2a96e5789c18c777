//! The vault: access tokens and keys in one file that only its owner may read.
//!
//! It is read and replaced whole under a lock, so that two processes lose nothing of each other's; what a newer
//! relaydeck wrote beside it stays. No error says more about its contents than a line and a column.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml_edit::{ArrayOfTables, Document, DocumentMut, Item, Table, value};

use super::error::ConfigError;
use super::file::position;
use crate::domain::ApiKey;
use crate::files::{self, FileError, Readers};
use crate::locale::{say, system};

/// A key as the vault keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// The relay's number for it; `None` where the relay has no numbers, as for a key-only profile.
    pub id: Option<i64>,
    /// Its name.
    pub name: String,
    /// The secret.
    pub secret: ApiKey,
}

/// The vault of a folder.
#[derive(Clone, Debug)]
pub struct Vault {
    path: PathBuf,
    repaired: Option<String>,
}

impl Vault {
    /// The vault of a folder; the file is made when the first secret is stored. A file that others can read is closed
    /// to them at once, and [`Vault::repaired`] tells.
    ///
    /// # Errors
    /// When others can read it and that cannot be changed.
    pub fn open(folder: &Path) -> Result<Self, ConfigError> {
        let path = folder.join("secrets.toml");
        let repaired = close_to_others(&path)?;
        Ok(Vault { path, repaired })
    }

    /// The file, for saying where a secret was stored.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the user should know when others could read the secrets until now.
    pub fn repaired(&self) -> Option<&str> {
        self.repaired.as_deref()
    }

    /// The access token of a profile's account.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn access_token(&self, profile: &str) -> Result<Option<ApiKey>, ConfigError> {
        let document = self.read()?;
        let token = profile_of(&document, profile).and_then(|table| table.get("access_token"));
        let token = token.and_then(Item::as_str);
        Ok(token.filter(|token| !token.is_empty()).map(ApiKey::new))
    }

    /// Stores the access token of a profile's account, in place of an older one.
    ///
    /// # Errors
    /// When the vault cannot be read or written; it is as it was then.
    pub fn set_access_token(&self, profile: &str, token: &ApiKey) -> Result<(), ConfigError> {
        self.change(|document| {
            let table =
                profile_for_change(document, profile).ok_or_else(|| self.changed_shape())?;
            table.insert("access_token", value(token.expose()));
            Ok(())
        })
    }

    /// The keys of a profile, in the order in which they were stored.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn keys(&self, profile: &str) -> Result<Vec<StoredKey>, ConfigError> {
        let document = self.read()?;
        let keys = profile_of(&document, profile).and_then(|table| table.get("keys"));
        let keys = keys.and_then(Item::as_array_of_tables);
        Ok(keys.into_iter().flatten().filter_map(read_key).collect())
    }

    /// Stores a key at the end, or in the place of one with the same number or the same secret.
    ///
    /// # Errors
    /// When the vault cannot be read or written; it is as it was then.
    pub fn hold_key(&self, profile: &str, key: &StoredKey) -> Result<(), ConfigError> {
        self.change(|document| {
            let keys = keys_for_change(document, profile).ok_or_else(|| self.changed_shape())?;
            let same = |stored: &Table| {
                read_key(stored).is_some_and(|stored| {
                    stored.secret == key.secret || (key.id.is_some() && stored.id == key.id)
                })
            };
            let place = keys.iter().position(same);
            match place.and_then(|at| keys.get_mut(at)) {
                Some(stored) => write_key(stored, key),
                None => {
                    let mut stored = Table::new();
                    write_key(&mut stored, key);
                    keys.push(stored);
                }
            }
            Ok(())
        })
    }

    /// Forgets the keys with these numbers; those that are not there are passed over.
    ///
    /// # Errors
    /// When the vault cannot be read or written; it is as it was then.
    pub fn forget_keys(&self, profile: &str, ids: &[i64]) -> Result<(), ConfigError> {
        if self.keys(profile)?.is_empty() {
            return Ok(());
        }
        self.change(|document| {
            let keys = keys_for_change(document, profile).ok_or_else(|| self.changed_shape())?;
            keys.retain(|stored| {
                let id = stored.get("id").and_then(Item::as_integer);
                !id.is_some_and(|id| ids.contains(&id))
            });
            Ok(())
        })
    }

    /// Forgets everything about a profile.
    ///
    /// # Errors
    /// When the vault cannot be read or written; it is as it was then.
    pub fn forget_profile(&self, profile: &str) -> Result<(), ConfigError> {
        if profile_of(&self.read()?, profile).is_none() {
            return Ok(());
        }
        self.change(|document| {
            if let Some(profiles) = document
                .get_mut("profiles")
                .and_then(Item::as_table_like_mut)
            {
                profiles.remove(profile);
            }
            Ok(())
        })
    }

    fn change(
        &self,
        edit: impl FnOnce(&mut DocumentMut) -> Result<(), ConfigError>,
    ) -> Result<(), ConfigError> {
        let _lock = files::lock(files::parent(&self.path))?;
        let mut document = self.read()?;
        edit(&mut document)?;
        Ok(files::replace(
            &self.path,
            &document.to_string(),
            Readers::Owner,
        )?)
    }

    fn read(&self) -> Result<DocumentMut, ConfigError> {
        let text = files::read(&self.path)?
            .unwrap_or_else(|| format!("# {}\n", say!("trouble-note-secrets")));
        let broken_at = |span: Option<Range<usize>>| {
            let (line, column) = position(&text, span.map_or(0, |span| span.start));
            ConfigError::VaultBroken {
                path: self.path.clone(),
                line,
                column,
            }
        };
        // The parser's own message shows the line, and the line may be a secret.
        let document = Document::parse(text.as_str()).map_err(|error| broken_at(error.span()))?;
        match wrong_place(document.as_table()) {
            Some(item) => Err(broken_at(item.span())),
            None => Ok(document.into_mut()),
        }
    }

    /// Cannot happen to a file that was read: [`wrong_place`] has looked at all of it.
    fn changed_shape(&self) -> ConfigError {
        let error = FileError::Write {
            path: self.path.clone(),
            why: say!("trouble-config-shape").into(),
            full: false,
        };
        error.into()
    }
}

/// The first thing in the file that is not what we write; names that we do not know may be a newer relaydeck's.
fn wrong_place(root: &Table) -> Option<&Item> {
    let profiles = root.get("profiles")?;
    let Some(table) = profiles.as_table() else {
        return Some(profiles);
    };
    table.iter().find_map(|(_, profile)| {
        let Some(table) = profile.as_table() else {
            return Some(profile);
        };
        let token = table.get("access_token");
        if let Some(token) = token.filter(|token| !token.is_str()) {
            return Some(token);
        }
        let keys = table.get("keys")?;
        let Some(list) = keys.as_array_of_tables() else {
            return Some(keys);
        };
        let whole =
            |key: &Table| read_key(key).is_some() && key.get("id").is_none_or(|id| id.is_integer());
        (!list.iter().all(whole)).then_some(keys)
    })
}

fn profile_of<'a>(document: &'a DocumentMut, profile: &str) -> Option<&'a Table> {
    document
        .get("profiles")?
        .as_table()?
        .get(profile)?
        .as_table()
}

/// The profile's table, made where it is missing; `None` when something else stands in its place.
fn profile_for_change<'a>(document: &'a mut DocumentMut, profile: &str) -> Option<&'a mut Table> {
    let implicit = || {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    };
    document
        .entry("profiles")
        .or_insert_with(implicit)
        .as_table_mut()?
        .entry(profile)
        .or_insert_with(implicit)
        .as_table_mut()
}

fn keys_for_change<'a>(
    document: &'a mut DocumentMut,
    profile: &str,
) -> Option<&'a mut ArrayOfTables> {
    profile_for_change(document, profile)?
        .entry("keys")
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()))
        .as_array_of_tables_mut()
}

fn read_key(table: &Table) -> Option<StoredKey> {
    Some(StoredKey {
        id: table.get("id").and_then(Item::as_integer),
        name: table.get("name").and_then(Item::as_str)?.to_owned(),
        secret: ApiKey::new(table.get("secret").and_then(Item::as_str)?),
    })
}

fn write_key(table: &mut Table, key: &StoredKey) {
    match key.id {
        Some(id) => drop(table.insert("id", value(id))),
        None => drop(table.remove("id")),
    }
    table.insert("name", value(&key.name));
    table.insert("secret", value(key.secret.expose()));
}

/// Takes the rights of others away; says so in words when there were some.
#[cfg(unix)]
fn close_to_others(path: &Path) -> Result<Option<String>, ConfigError> {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    let Ok(found) = fs::metadata(path) else {
        return Ok(None);
    };
    let mode = found.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(None);
    }
    fs::set_permissions(path, Permissions::from_mode(mode & 0o700)).map_err(|error| {
        ConfigError::VaultExposed {
            path: path.to_owned(),
            why: system(&error),
        }
    })?;
    Ok(Some(say!("trouble-config-was-open", path = path.display())))
}

#[cfg(not(unix))]
fn close_to_others(_path: &Path) -> Result<Option<String>, ConfigError> {
    Ok(None)
}
