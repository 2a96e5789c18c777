//! What can be odd about a pasted address, in words (S-56), and why a text is none at all.

use std::fmt;

/// Something odd about an address as it was given, and that was put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// An endpoint's path was part of it.
    EndpointPath(&'static str),
    /// `/v1` stood there twice.
    DoubledVersion,
    /// The path of an endpoint stood there without `/v1`.
    VersionMissing,
    /// The version was written in capitals.
    VersionCapital,
    /// Two endpoints stood behind each other, as when a tool appends its path to a full one.
    DoubledEndpoint,
    /// The endpoint's name was a letter short: `/chat/completion`.
    MisspeltEndpoint(&'static str),
    /// The path of a page for people was part of it.
    Page(&'static str),
    /// It ended in a slash.
    TrailingSlash,
    /// Two slashes stood behind each other in its path.
    DoubledSlash,
    /// Full-width characters stood for plain ones.
    FullWidth,
    /// Characters that cannot be seen stood in it.
    Invisible,
    /// White space stood in the middle of it.
    Spaces,
    /// It stood among other words, in quotes or behind a name.
    Wrapped,
    /// A full stop or comma stood at its end.
    Punctuation,
    /// `http` to a host that is not this machine or its network: keys would travel in the clear.
    Unencrypted,
    /// No scheme was given; this one was taken.
    SchemeMissing(&'static str),
    /// The scheme was misspelt; this one was taken.
    SchemeMisspelt(&'static str),
    /// The scheme stood there twice.
    DoubledScheme,
    /// A query or fragment was part of it.
    Extras,
}

impl Suspicion {
    /// A word for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Suspicion::EndpointPath(_) => "endpoint_path",
            Suspicion::DoubledVersion => "doubled_version",
            Suspicion::VersionMissing => "version_missing",
            Suspicion::VersionCapital => "version_capital",
            Suspicion::DoubledEndpoint => "doubled_endpoint",
            Suspicion::MisspeltEndpoint(_) => "misspelt_endpoint",
            Suspicion::Page(_) => "page",
            Suspicion::TrailingSlash => "trailing_slash",
            Suspicion::DoubledSlash => "doubled_slash",
            Suspicion::FullWidth => "full_width",
            Suspicion::Invisible => "invisible",
            Suspicion::Spaces => "spaces",
            Suspicion::Wrapped => "wrapped",
            Suspicion::Punctuation => "punctuation",
            Suspicion::Unencrypted => "unencrypted",
            Suspicion::SchemeMissing(_) => "scheme_missing",
            Suspicion::SchemeMisspelt(_) => "scheme_misspelt",
            Suspicion::DoubledScheme => "doubled_scheme",
            Suspicion::Extras => "extras",
        }
    }
}

impl fmt::Display for Suspicion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Suspicion::EndpointPath(path) => write!(
                out,
                "{path} is an endpoint, not part of the base address; it was taken off"
            ),
            Suspicion::DoubledVersion => out.write_str("/v1 stood there twice"),
            Suspicion::VersionMissing => {
                out.write_str("an endpoint without /v1: calls would have answered a web page")
            }
            Suspicion::VersionCapital => out.write_str("/v1 is written small; capitals are not found"),
            Suspicion::DoubledEndpoint => out.write_str(
                "two endpoints stood behind each other: a tool that adds its own path wants the base or the /v1 form",
            ),
            Suspicion::MisspeltEndpoint(path) => {
                write!(out, "the endpoint is spelt {path}; it was taken off")
            }
            Suspicion::Page(path) => write!(
                out,
                "{path} is a page of the relay's console, not of its API; it was taken off"
            ),
            Suspicion::TrailingSlash => out.write_str("a trailing slash was taken off"),
            Suspicion::DoubledSlash => out.write_str("a doubled slash was made one"),
            Suspicion::FullWidth => {
                out.write_str("full-width characters were replaced by plain ones")
            }
            Suspicion::Invisible => out.write_str("characters that cannot be seen were taken out"),
            Suspicion::Spaces => out.write_str("white space was taken out of it"),
            Suspicion::Wrapped => out.write_str("what stood around it was taken off"),
            Suspicion::Punctuation => out.write_str("the punctuation at its end was taken off"),
            Suspicion::Unencrypted => {
                out.write_str("http sends your key unencrypted; is https meant?")
            }
            Suspicion::SchemeMissing(scheme) => {
                write!(out, "no scheme was given; {scheme} was taken")
            }
            Suspicion::SchemeMisspelt(scheme) => {
                write!(out, "the scheme was misspelt; {scheme} was taken")
            }
            Suspicion::DoubledScheme => out.write_str("the scheme stood there twice"),
            Suspicion::Extras => out.write_str("the part after ? or # was taken off"),
        }
    }
}

/// Why a text is not an address. The text is never repeated: people paste keys and passwords into the wrong field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing in it.
    #[error("no address was given; it looks like https://host")]
    Empty,
    /// Not parseable.
    #[error("this is not an address ({why}); it looks like https://host")]
    Malformed {
        /// What the parser said.
        why: String,
    },
    /// Some other scheme, named without what stood behind it.
    #[error("{0}:// is not a web address; it must start with https:// or http://")]
    Scheme(String),
    /// A key in its place. The key is not repeated.
    #[error("this is a key, not an address; the address looks like https://host")]
    Key,
    /// A user name or password in it.
    #[error("the address holds a user name or password; give the key separately")]
    Credentials,
}
