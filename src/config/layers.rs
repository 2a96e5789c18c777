//! Layers: built in < remembered < `config.toml` < profile < environment < flag. Every effective value knows its layer.

use std::fmt;
use std::net::SocketAddr;

use super::error::ConfigError;
use super::file::ConfigFile;
use super::folders::{Environment, Folders};
use super::nearest::nearest;
use super::options::{
    Color, DEFAULT_LISTEN, Glyphs, Language, Link, Mouse, Offers, Options, Theme, TimeLimit,
};
use super::state::State;
use crate::domain::{Profile, profile::LOCAL};
use crate::locale::say;

/// Where a value came from, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The program's own default.
    BuiltIn,
    /// What was used last.
    Remembered,
    /// `config.toml`, outside any profile.
    File,
    /// The profile's table in `config.toml`.
    Profile,
    /// An environment variable.
    Environment,
    /// A flag of the command line.
    Flag,
}

impl fmt::Display for Layer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Layer::BuiltIn => say!("trouble-layer-built-in"),
            Layer::Remembered => say!("trouble-layer-last"),
            Layer::File => "config.toml",
            Layer::Profile => say!("trouble-layer-profile"),
            Layer::Environment => say!("trouble-layer-environment"),
            Layer::Flag => say!("trouble-layer-flag"),
        })
    }
}

/// An effective value and the layer it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// The strongest layer that names it.
    pub layer: Layer,
}

/// The effective value of every option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The profile to use. It need not exist: [`Config::profile`] tells.
    pub profile: Sourced<String>,
    /// Whether colours are used.
    pub color: Sourced<Color>,
    /// How sparing to be with bytes.
    pub link: Sourced<Link>,
    /// Which signs are drawn.
    pub glyphs: Sourced<Glyphs>,
    /// The colours' theme.
    pub theme: Sourced<Theme>,
    /// Whether the mouse is listened to.
    pub mouse: Sourced<Mouse>,
    /// Whether upstreams found on this machine are offered.
    pub offers: Sourced<Offers>,
    /// The language of the interface.
    pub language: Sourced<Language>,
    /// The longest that one request of a test or a diagnosis may take.
    pub timeout: Sourced<TimeLimit>,
    /// Where the embedded relay listens.
    pub listen: Sourced<SocketAddr>,
}

/// The configuration of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The effective value of every option.
    pub settings: Settings,
    /// The profiles of `config.toml`, by name.
    pub profiles: Vec<Profile>,
}

impl Config {
    /// Reads and checks everything. Touches no disk but to read.
    ///
    /// # Errors
    /// When `config.toml` cannot be read or holds a mistake, or a variable holds a value its option does not take.
    pub fn load(
        folders: &Folders,
        environment: &Environment,
        flags: &Options,
    ) -> Result<Self, ConfigError> {
        let file = ConfigFile::read(&folders.config_file())?;
        let named = from_environment(environment)?;
        // A profile that was used last and is gone since must not stand in anybody's way.
        let is_there = |name: &String| {
            name == LOCAL || file.profiles().iter().any(|profile| profile.name == *name)
        };
        let remembered = State::of(folders).last_profile().filter(is_there);
        Ok(Config {
            settings: resolve(&file, remembered, &named, flags),
            profiles: file.profiles(),
        })
    }

    /// The profile of this name; `None` for the embedded relay's while it was never started.
    ///
    /// # Errors
    /// When there is none, with the nearest that there is.
    pub fn profile(&self, name: &str) -> Result<Option<&Profile>, ConfigError> {
        let found = self.profiles.iter().find(|profile| profile.name == name);
        if found.is_some() || name == LOCAL {
            return Ok(found);
        }
        let known = || self.profiles.iter().map(|profile| profile.name.as_str());
        Err(ConfigError::UnknownProfile {
            name: name.to_owned(),
            nearest: nearest(name, known().chain([LOCAL])).map(str::to_owned),
            known: known().map(str::to_owned).collect(),
        })
    }
}

fn from_environment(environment: &Environment) -> Result<Options, ConfigError> {
    let mut options = Options::default();
    // The custom of many programs, so weaker than our own variable.
    if environment.get("NO_COLOR").is_some() {
        options.color = Some(Color::Never);
    }
    for name in Options::NAMES {
        let variable = format!("RELAYDECK_{}", name.to_ascii_uppercase());
        let Some(value) = environment.get(&variable) else {
            continue;
        };
        let wrong = match value.to_str().map(|text| options.set(name, text)) {
            Some(Ok(_)) => continue,
            Some(Err(wrong)) => wrong.to_string(),
            None => say!("trouble-config-not-text").into(),
        };
        return Err(ConfigError::Environment {
            variable,
            what: wrong,
        });
    }
    Ok(options)
}

fn resolve(
    file: &ConfigFile,
    remembered: Option<String>,
    environment: &Options,
    flags: &Options,
) -> Settings {
    let nothing = Options::default();
    let last = Options {
        profile: remembered,
        ..Options::default()
    };
    let mut layers = vec![
        (Layer::Flag, flags),
        (Layer::Environment, environment),
        (Layer::File, &file.options),
        (Layer::Remembered, &last),
    ];
    let profile = strongest(&layers, |options| options.profile.clone(), LOCAL.to_owned());
    let of_profile = file.of_profile(&profile.value).unwrap_or(&nothing);
    layers.insert(2, (Layer::Profile, of_profile));
    Settings {
        profile,
        color: strongest(&layers, |options| options.color, Color::default()),
        link: strongest(&layers, |options| options.link, Link::default()),
        glyphs: strongest(&layers, |options| options.glyphs, Glyphs::default()),
        theme: strongest(&layers, |options| options.theme.clone(), Theme::default()),
        mouse: strongest(&layers, |options| options.mouse, Mouse::default()),
        offers: strongest(&layers, |options| options.offers, Offers::default()),
        language: strongest(&layers, |options| options.language, Language::default()),
        timeout: strongest(&layers, |options| options.timeout, TimeLimit::default()),
        listen: strongest(&layers, |options| options.listen, DEFAULT_LISTEN),
    }
}

/// The value of the first layer that has one.
fn strongest<T>(
    layers: &[(Layer, &Options)],
    of: impl Fn(&Options) -> Option<T>,
    built_in: T,
) -> Sourced<T> {
    layers
        .iter()
        .find_map(|(layer, options)| {
            of(options).map(|value| Sourced {
                value,
                layer: *layer,
            })
        })
        .unwrap_or(Sourced {
            value: built_in,
            layer: Layer::BuiltIn,
        })
}
