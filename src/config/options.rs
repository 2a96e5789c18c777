//! The options there are, their values, and how a text becomes one.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use super::error::did_you_mean;
use super::nearest::nearest;
use crate::domain::Profile;
use crate::locale::{listed, say};

/// A text that is not one of the words an option takes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}", say!("trouble-config-must-be", takes = listed(takes)), did_you_mean(*nearest))]
pub struct WrongValue {
    /// What it takes.
    pub takes: Vec<&'static str>,
    /// The nearest of them.
    pub nearest: Option<&'static str>,
}

/// An enum whose values are words.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $value:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name { $($(#[$meaning])* $value),+ }

        impl $name {
            /// The words, as they are written in files, variables and flags.
            pub const WORDS: &[&str] = &[$($word),+];

            /// The word for this value.
            pub const fn word(self) -> &'static str {
                match self { $($name::$value => $word),+ }
            }
        }

        impl FromStr for $name {
            type Err = WrongValue;

            fn from_str(text: &str) -> Result<Self, WrongValue> {
                match text {
                    $($word => Ok($name::$value),)+
                    wrong => Err(WrongValue {
                        takes: Self::WORDS.to_vec(),
                        nearest: nearest(wrong, Self::WORDS.iter().copied()),
                    }),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(self.word())
            }
        }
    };
}

words! {
    /// Whether colours are used.
    Color {
        /// Where the output is a terminal.
        #[default]
        Auto = "auto",
        /// Always.
        Always = "always",
        /// Never.
        Never = "never",
    }
}

words! {
    /// How sparing to be with bytes to the terminal.
    Link {
        /// As it looks: remote where there is an SSH session.
        #[default]
        Auto = "auto",
        /// The terminal is on this machine.
        Local = "local",
        /// The terminal is reached over a network.
        Remote = "remote",
        /// The network is slow: every byte counts.
        Slow = "slow",
    }
}

words! {
    /// Which signs are drawn.
    Glyphs {
        /// As the locale and the terminal allow.
        #[default]
        Auto = "auto",
        /// Unicode.
        Unicode = "unicode",
        /// Nothing but ASCII in what we draw ourselves.
        Ascii = "ascii",
    }
}

words! {
    /// The language of the interface.
    Language {
        /// That of the locale: Chinese where it is `zh…`, else English.
        #[default]
        Auto = "auto",
        /// English.
        English = "en",
        /// Simplified Chinese.
        Chinese = "zh",
    }
}

words! {
    /// Whether the mouse is listened to.
    Mouse {
        /// It is the terminal's own: for selecting.
        #[default]
        Off = "off",
        /// Presses and the wheel come to the dashboard.
        On = "on",
    }
}

words! {
    /// Whether the dashboard offers the relay inside what it finds on this machine.
    Offers {
        /// It asks, once for each; nothing is used without a yes.
        #[default]
        Ask = "ask",
        /// Nothing is looked for.
        Off = "off",
    }
}

/// The name of a theme: one that the program brings, or a file of the folder `themes` beside the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme(String);

impl Theme {
    /// The name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl Default for Theme {
    fn default() -> Self {
        Theme("auto".into())
    }
}

impl FromStr for Theme {
    type Err = WrongValue;

    /// A name that can be a file's; whether there is such a theme is seen when it is loaded.
    fn from_str(text: &str) -> Result<Self, WrongValue> {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        if text.is_empty() || text.len() > 64 || !text.chars().all(plain) {
            return Err(WrongValue {
                takes: vec![say!("trouble-config-takes-theme")],
                nearest: None,
            });
        }
        Ok(Theme(text.to_owned()))
    }
}

/// The longest that one request of a test or a diagnosis may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeLimit(Option<Duration>);

impl TimeLimit {
    /// The longest that is taken, in seconds: a day.
    const LONGEST: u64 = 86_400;

    /// The limit; `None` for each request's own.
    pub const fn get(self) -> Option<Duration> {
        self.0
    }
}

impl FromStr for TimeLimit {
    type Err = WrongValue;

    fn from_str(text: &str) -> Result<Self, WrongValue> {
        if text == "auto" {
            return Ok(TimeLimit(None));
        }
        match text.parse() {
            Ok(seconds @ 1..=Self::LONGEST) => Ok(TimeLimit(Some(Duration::from_secs(seconds)))),
            _ => Err(WrongValue {
                takes: vec![say!("trouble-config-takes-timeout")],
                nearest: None,
            }),
        }
    }
}

impl fmt::Display for TimeLimit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => out.write_str("auto"),
            Some(limit) => write!(out, "{}", limit.as_secs()),
        }
    }
}

/// Where the embedded relay listens when nothing else is said: this machine alone can reach it.
pub const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 4141);

/// What one layer says; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Which profile to use.
    pub profile: Option<String>,
    /// Whether colours are used.
    pub color: Option<Color>,
    /// How sparing to be with bytes.
    pub link: Option<Link>,
    /// Which signs are drawn.
    pub glyphs: Option<Glyphs>,
    /// The colours' theme.
    pub theme: Option<Theme>,
    /// Whether the mouse is listened to.
    pub mouse: Option<Mouse>,
    /// Whether upstreams found on this machine are offered.
    pub offers: Option<Offers>,
    /// The language of the interface.
    pub language: Option<Language>,
    /// The longest that one request of a test or a diagnosis may take.
    pub timeout: Option<TimeLimit>,
    /// Where the embedded relay listens.
    pub listen: Option<SocketAddr>,
}

impl Options {
    /// Their names, as they are written in files; in capitals after `RELAYDECK_` in the environment.
    pub const NAMES: [&str; 10] = [
        "profile", "color", "link", "glyphs", "theme", "mouse", "offers", "language", "timeout",
        "listen",
    ];

    /// Sets the option of this name from a text. `false` when there is none of that name.
    pub(super) fn set(&mut self, name: &str, text: &str) -> Result<bool, WrongValue> {
        match name {
            "profile" => {
                Profile::check_name(text).map_err(|_| WrongValue {
                    takes: vec![say!("trouble-config-takes-profile")],
                    nearest: None,
                })?;
                self.profile = Some(text.to_owned());
            }
            "color" => self.color = Some(text.parse()?),
            "link" => self.link = Some(text.parse()?),
            "glyphs" => self.glyphs = Some(text.parse()?),
            "theme" => self.theme = Some(text.parse()?),
            "mouse" => self.mouse = Some(text.parse()?),
            "offers" => self.offers = Some(text.parse()?),
            "language" => self.language = Some(text.parse()?),
            "timeout" => self.timeout = Some(text.parse()?),
            "listen" => {
                let address = text.parse().map_err(|_| WrongValue {
                    takes: vec![say!("trouble-config-takes-listen")],
                    nearest: None,
                })?;
                self.listen = Some(address);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// What an option takes, for whoever wrote something of another type.
    pub(super) fn takes(name: &str) -> Vec<&'static str> {
        // No word of an option is empty, so an empty text is told what it should have been.
        match Options::default().set(name, "") {
            Err(wrong) => wrong.takes,
            Ok(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_can_be_set_and_refuses_nonsense() {
        let good = [
            "work",
            "never",
            "slow",
            "ascii",
            "mono",
            "on",
            "off",
            "zh",
            "30",
            "0.0.0.0:80",
        ];
        assert_eq!(good.len(), Options::NAMES.len());
        let mut options = Options::default();
        for (name, text) in Options::NAMES.into_iter().zip(good) {
            assert_eq!(options.set(name, text), Ok(true), "{name}");
            assert!(options.set(name, "no such/value").is_err(), "{name}");
            assert!(!Options::takes(name).is_empty(), "{name}");
        }
        assert_eq!(options.set("colour", "never"), Ok(false));
        assert_eq!(options.color, Some(Color::Never));
        let wrong = "allways".parse::<Color>().unwrap_err().to_string();
        assert_eq!(
            wrong,
            "must be auto, always, never; did you mean \"always\"?"
        );
    }
}
