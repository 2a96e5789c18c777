//! Reads and checks `config.toml`: every mistake is found, with its line, its column and the nearest right word.

use std::ops::Range;
use std::path::Path;

use toml_edit::{Document, Item, TableLike};

use super::error::{ConfigError, Mistake};
use super::nearest::nearest;
use super::options::{Options, WrongValue};
use crate::domain::address::AddressError;
use crate::domain::key::mask;
use crate::domain::{Access, Address, Profile};
use crate::files;
use crate::locale::{foreign, listed, say};

/// What a profile's table holds besides options.
const PROFILE_KEYS: [&str; 3] = ["url", "access", "user_id"];
/// The words of `access`.
const ACCESS: [&str; 2] = ["account", "key"];

/// `config.toml`, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ConfigFile {
    /// The options outside any profile.
    pub(super) options: Options,
    /// The profiles and what each of them says about options.
    profiles: Vec<(Profile, Options)>,
}

impl ConfigFile {
    /// Reads the file; a missing one says nothing.
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        match files::read(path)? {
            Some(text) => Self::parse(&text).map_err(|mistakes| ConfigError::Mistakes {
                path: path.to_owned(),
                mistakes,
            }),
            None => Ok(ConfigFile::default()),
        }
    }

    /// The profiles, by name.
    pub(super) fn profiles(&self) -> Vec<Profile> {
        self.profiles
            .iter()
            .map(|(profile, _)| profile.clone())
            .collect()
    }

    /// The options in a profile's table.
    pub(super) fn of_profile(&self, name: &str) -> Option<&Options> {
        self.profiles
            .iter()
            .find(|(profile, _)| profile.name == name)
            .map(|(_, options)| options)
    }

    fn parse(text: &str) -> Result<Self, Vec<Mistake>> {
        let document = Document::parse(text).map_err(|error| {
            let (line, column) = position(text, error.span().map_or(text.len(), |span| span.start));
            // What stands in the line is left out: it may be a key in a wrong place.
            let what = foreign(&error.message().replace('\n', " "));
            vec![Mistake {
                line,
                column,
                what,
                nearest: None,
                known: Vec::new(),
            }]
        })?;
        let mut reader = Reader {
            text,
            mistakes: Vec::new(),
        };
        let mut file = reader.root(document.as_table());
        if reader.mistakes.is_empty() {
            file.profiles
                .sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
            Ok(file)
        } else {
            reader
                .mistakes
                .sort_by_key(|mistake| (mistake.line, mistake.column));
            Err(reader.mistakes)
        }
    }
}

/// Line and column of a byte, both counted from 1, the column in characters.
pub fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    (line, before[start..].chars().count() + 1)
}

/// Walks the tables and gathers mistakes.
struct Reader<'a> {
    text: &'a str,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn root(&mut self, table: &dyn TableLike) -> ConfigFile {
        let mut file = ConfigFile::default();
        let known: Vec<&str> = Options::NAMES.into_iter().chain(["profiles"]).collect();
        for (name, item) in table.iter() {
            if name == "profiles" {
                file.profiles = self.profiles(item);
            } else if !self.option(&mut file.options, name, item) {
                self.unknown(table, name, &known, false);
            }
        }
        file
    }

    fn profiles(&mut self, item: &Item) -> Vec<(Profile, Options)> {
        let Some(table) = item.as_table_like() else {
            self.mistake(
                item.span(),
                say!("trouble-config-profiles", found = foreign(item.type_name())),
            );
            return Vec::new();
        };
        let mut profiles = Vec::new();
        for (name, item) in table.iter() {
            let place = table.key(name).and_then(|key| key.span());
            if let Err(what) = Profile::check_name(name) {
                self.mistake(place, what);
            } else if let Some(own) = item.as_table_like() {
                profiles.extend(self.profile(name, own, place));
            } else {
                self.mistake(
                    place,
                    say!(
                        "trouble-config-profile",
                        quoted = format!("{name:?}"),
                        name = name,
                        found = foreign(item.type_name())
                    ),
                );
            }
        }
        profiles
    }

    fn profile(
        &mut self,
        name: &str,
        table: &dyn TableLike,
        place: Option<Range<usize>>,
    ) -> Option<(Profile, Options)> {
        let mut options = Options::default();
        let (mut address, mut access, mut user_id) = (None, None, None);
        let known: Vec<&str> = PROFILE_KEYS
            .into_iter()
            .chain(
                Options::NAMES
                    .into_iter()
                    .filter(|option| *option != "profile"),
            )
            .collect();
        let before = self.mistakes.len();
        for (key, item) in table.iter() {
            match key {
                "url" => address = self.address(item),
                "access" => access = self.access(item),
                "user_id" => user_id = self.number(key, item),
                // A profile cannot choose a profile.
                "profile" => self.unknown(table, key, &known, true),
                _ if self.option(&mut options, key, item) => {}
                _ => self.unknown(table, key, &known, true),
            }
        }
        for missing in ["url", "access"] {
            // A misspelt name is told as such; that it is missing too would be no news.
            if table.get(missing).is_none() && self.mistakes.len() == before {
                self.mistake(
                    place.clone(),
                    say!(
                        "trouble-config-profile-lacks",
                        name = format!("{name:?}"),
                        missing = missing
                    ),
                );
            }
        }
        if access == Some("key")
            && let Some(item) = table.get("user_id")
        {
            self.mistake(item.span(), say!("trouble-config-user-id").into());
        }
        let access = match access? {
            "account" => Access::Account { user_id },
            _ => Access::KeyOnly,
        };
        let profile = Profile {
            name: name.to_owned(),
            address: address?,
            access,
        };
        (self.mistakes.len() == before).then_some((profile, options))
    }

    /// Reads an option; `false` when there is none of that name.
    fn option(&mut self, options: &mut Options, name: &str, item: &Item) -> bool {
        if !Options::NAMES.contains(&name) {
            return false;
        }
        // A number may stand without quotes.
        let number = item.as_integer().map(|number| number.to_string());
        let outcome = match item.as_str().or(number.as_deref()) {
            Some(text) => options.set(name, text).map(drop),
            None => Err(WrongValue {
                takes: Options::takes(name),
                nearest: None,
            }),
        };
        if let Err(wrong) = outcome {
            self.wrong_value(name, item, &wrong.takes, wrong.nearest);
        }
        true
    }

    fn address(&mut self, item: &Item) -> Option<Address> {
        let wrong = match item.as_str().map(Address::parse) {
            Some(Err(AddressError::Key)) => say!("trouble-config-url-key").into(),
            Some(Ok((address, _))) => return Some(address),
            // Never quoted: a key may have been put in its place.
            Some(Err(AddressError::Malformed { why })) => say!("trouble-config-url-why", why = why),
            Some(Err(AddressError::Credentials)) => say!("trouble-config-url-credentials").into(),
            Some(Err(AddressError::Empty | AddressError::Scheme(_))) => String::new(),
            None => say!(
                "trouble-config-in-quotes",
                found = foreign(item.type_name())
            ),
        };
        let what = say!("trouble-config-url", wrong = wrong);
        self.mistake(item.span(), what);
        None
    }

    fn access(&mut self, item: &Item) -> Option<&'static str> {
        let text = item.as_str().unwrap_or_default();
        let found = ACCESS.into_iter().find(|word| *word == text);
        if found.is_none() {
            self.wrong_value("access", item, &ACCESS, nearest(text, ACCESS));
        }
        found
    }

    fn number(&mut self, name: &str, item: &Item) -> Option<i64> {
        let number = item.as_integer();
        if number.is_none() {
            self.mistake(
                item.span(),
                say!(
                    "trouble-config-number",
                    name = name,
                    found = foreign(item.type_name())
                ),
            );
        }
        number
    }

    fn wrong_value(&mut self, name: &str, item: &Item, takes: &[&str], nearest: Option<&str>) {
        let not = match item.as_str() {
            Some(_) => String::new(),
            None => say!(
                "trouble-config-in-quotes",
                found = foreign(item.type_name())
            ),
        };
        let (line, column) = self.place(item.span());
        self.mistakes.push(Mistake {
            line,
            column,
            what: format!(
                "{}{not}",
                say!("trouble-config-value", name = name, takes = listed(takes))
            ),
            nearest: nearest.map(str::to_owned),
            known: takes.iter().map(|word| (*word).to_owned()).collect(),
        });
    }

    fn unknown(&mut self, table: &dyn TableLike, name: &str, known: &[&str], in_profile: bool) {
        let (line, column) = self.place(table.key(name).and_then(|key| key.span()));
        // Somebody may have pasted a key where a name belongs.
        let shown = match name.starts_with("sk-") {
            true => format!("{:?}", mask(name)),
            false => format!("{name:?}"),
        };
        self.mistakes.push(Mistake {
            line,
            column,

            what: match in_profile {
                true => say!("trouble-config-unknown-in-profile", name = shown),
                false => say!("trouble-config-unknown", name = shown),
            },
            nearest: nearest(name, known.iter().copied()).map(str::to_owned),
            known: known.iter().map(|word| (*word).to_owned()).collect(),
        });
    }

    fn mistake(&mut self, span: Option<Range<usize>>, what: String) {
        let (line, column) = self.place(span);
        self.mistakes.push(Mistake {
            line,
            column,
            what,
            nearest: None,
            known: Vec::new(),
        });
    }

    fn place(&self, span: Option<Range<usize>>) -> (usize, usize) {
        position(self.text, span.map_or(0, |span| span.start))
    }
}
