//! What a tool would really use, and which layer wins: address, key and model, each from the strongest place that
//! holds one. Reads, changes nothing.

use std::path::PathBuf;

use super::description::{Layer, Lookup, Tool, UrlForm};
use super::edit::{EditError, Format};
use super::path::Step;
use super::place::Places;
use crate::domain::{Address, ApiKey};
use crate::files;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// Where: a file, or a variable of the environment.
    pub place: String,
}

/// A file that cannot be read, so that what a tool does with it cannot be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The file.
    pub path: PathBuf,
    /// Why, with the line.
    pub why: String,
}

/// What a tool would use. The first of each list wins; the others stand in its shadow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effective {
    /// Addresses, as they stand there.
    pub urls: Vec<Found<String>>,
    /// Keys.
    pub keys: Vec<Found<ApiKey>>,
    /// The variable or file that should hold the winning key and does not, here.
    pub missing: Option<String>,
    /// Models.
    pub models: Vec<Found<String>>,
    /// Files that cannot be read.
    pub unreadable: Vec<Unreadable>,
}

/// Whether what a tool would use can work, as far as can be told without asking anyone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Address and key are there, and the form is right.
    Ready,
    /// Nothing is set: it goes to its vendor.
    Untouched,
    /// A file of it is broken.
    Broken(Unreadable),
    /// The address is none.
    NoAddress(String),
    /// The address has the wrong form: what is called, and what would be right (S-95).
    WrongForm {
        /// What it calls.
        calls: String,
        /// The form it wants.
        wants: String,
    },
    /// There is no key.
    NoKey,
    /// The key should be in a variable or file that is not there: in this shell at least.
    KeyMissing(String),
    /// It keeps its settings where nobody else can read them.
    Unknown,
}

impl Tool {
    /// What it would use.
    pub fn effective(&self, places: &Places) -> Effective {
        let mut found = Effective::default();
        for layer in &self.layers {
            self.read_layer(layer, places, &mut found);
        }
        found
    }

    /// The address in the form it wants.
    pub fn url(&self, address: &Address) -> String {
        match self.form {
            UrlForm::Base => address.base().to_owned(),
            UrlForm::V1 => address.v1(),
            UrlForm::Full => address.join("/v1/chat/completions"),
        }
    }

    /// Whether it can work.
    pub fn verdict(&self, found: &Effective) -> Verdict {
        if let Some(broken) = found.unreadable.first() {
            return Verdict::Broken(broken.clone());
        }
        if self.layers.is_empty() {
            return Verdict::Unknown;
        }
        let Some(url) = found.urls.first() else {
            return Verdict::Untouched;
        };
        let Ok((address, _)) = Address::parse(&url.value) else {
            return Verdict::NoAddress(url.value.clone());
        };
        let wants = self.url(&address);
        if url.value.trim_end_matches('/') != wants {
            let calls = format!("{}{}", url.value.trim_end_matches('/'), self.calls);
            return Verdict::WrongForm { calls, wants };
        }
        match (&found.missing, found.keys.first()) {
            (Some(place), _) => Verdict::KeyMissing(place.clone()),
            (None, Some(_)) => Verdict::Ready,
            (None, None) => Verdict::NoKey,
        }
    }

    fn read_layer(&self, layer: &Layer, places: &Places, found: &mut Effective) {
        let path = places.file(&layer.path);
        let text = match &path {
            None if layer.path.is_empty() => None,
            None => return,
            Some(path) => match read(path, layer.format) {
                Ok(Some(text)) => Some(text),
                Ok(None) => return,
                Err(why) => {
                    let unreadable = Unreadable {
                        path: path.clone(),
                        why,
                    };
                    if !found.unreadable.contains(&unreadable) {
                        found.unreadable.push(unreadable);
                    }
                    return;
                }
            },
        };
        let first = |paths: &[Vec<String>]| {
            paths.iter().find_map(|at| {
                let steps = self.steps(at, places)?;
                let value = match &text {
                    Some(text) => layer.format.get(text, &steps).ok()?,
                    None => places.variable(at.first()?).map(str::to_owned),
                }?;
                let place = match &path {
                    Some(path) => places.shown(path),
                    None => format!("${}", at.first()?),
                };
                (!value.trim().is_empty()).then_some(Found { value, place })
            })
        };
        if let Some(url) = first(&layer.url) {
            add(&mut found.urls, url);
        }
        if let Some(model) = first(&layer.model) {
            let after = layer.model_after.as_deref();
            let bare = after.and_then(|mark| model.value.split_once(mark));
            let value = bare.map_or(model.value.clone(), |(_, name)| name.to_owned());
            add(&mut found.models, Found { value, ..model });
        }
        let named = first(&layer.key_variable).map(|at| (Reference::Variable(at.value), at.place));
        let written = first(&layer.key).map(|at| (Reference::of(at.value), at.place));
        for (reference, place) in named.into_iter().chain(written) {
            follow(reference, place, places, found);
        }
    }

    /// A path of the description with its lookups filled in; `None` when one holds nothing.
    pub(super) fn steps(&self, at: &[String], places: &Places) -> Option<Vec<Step>> {
        at.iter()
            .map(|text| {
                let mut text = text.clone();
                for (name, lookup) in &self.lookups {
                    let hole = format!("{{{name}}}");
                    if text.contains(&hole) {
                        text = text.replace(&hole, &self.look_up(lookup, places)?);
                    }
                }
                Some(Step::parse(&text))
            })
            .collect()
    }

    fn look_up(&self, lookup: &Lookup, places: &Places) -> Option<String> {
        let text = places
            .file(&lookup.path)
            .and_then(|path| read(&path, lookup.format).ok().flatten());
        let steps = self.steps(&lookup.at, places)?;
        let value = text.and_then(|text| lookup.format.get(&text, &steps).ok().flatten());
        let value = value.or_else(|| lookup.default.clone())?;
        Some(match &lookup.before {
            Some(mark) => value.split_once(mark.as_str())?.0.to_owned(),
            None => value,
        })
    }
}

/// The text of a valid file; `None` when it is not there.
fn read(path: &std::path::Path, format: Format) -> Result<Option<String>, String> {
    let text = files::read(path).map_err(|error| error.to_string())?;
    if let Some(text) = &text {
        format
            .check(text)
            .map_err(|error: EditError| error.to_string())?;
    }
    Ok(text)
}

/// Adds what a layer holds, unless the same file was read as a stronger layer already.
fn add<T: PartialEq>(list: &mut Vec<Found<T>>, fresh: Found<T>) {
    if !list.contains(&fresh) {
        list.push(fresh);
    }
}

/// How a key stands in a file.
enum Reference {
    /// Itself.
    Key(String),
    /// As the name of a variable.
    Variable(String),
    /// As the name of a file.
    File(PathBuf),
}

impl Reference {
    /// What a value is, as the tools write references: `{env:NAME}`, `$NAME`, `${NAME}`, `os.environ/NAME`, `{file:PATH}`.
    fn of(value: String) -> Self {
        let inner = |begin: &str| {
            value
                .strip_prefix(begin)
                .and_then(|rest| rest.strip_suffix('}'))
        };
        if let Some(path) = inner("{file:") {
            return Reference::File(PathBuf::from(path));
        }
        let name = inner("{env:")
            .or_else(|| inner("${"))
            .or_else(|| value.strip_prefix("os.environ/"))
            .or_else(|| value.strip_prefix('$'));
        match name.map(str::to_owned) {
            Some(name) => Reference::Variable(name),
            None => Reference::Key(value),
        }
    }
}

/// Takes a key from where it stands. A variable or file that is not there hides the weaker layers all the same.
fn follow(reference: Reference, place: String, places: &Places, found: &mut Effective) {
    let (value, place) = match reference {
        Reference::Key(value) => (Some(value), place),
        Reference::Variable(name) => match places.variable(&name) {
            Some(value) => (Some(value.to_owned()), format!("${name}")),
            None => (None, format!("${name}")),
        },
        Reference::File(path) => {
            let text = files::read(&path).ok().flatten();
            let value = text.map(|text| text.trim().to_owned());
            (value.filter(|value| !value.is_empty()), places.shown(&path))
        }
    };
    match value {
        Some(value) => add(
            &mut found.keys,
            Found {
                value: ApiKey::new(value),
                place,
            },
        ),
        None if found.keys.is_empty() && found.missing.is_none() => found.missing = Some(place),
        None => {}
    }
}
