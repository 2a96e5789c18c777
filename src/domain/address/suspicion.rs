//! What can be odd about a pasted address, in words (S-56), and why a text is none at all.

use std::fmt;

use crate::locale::say;

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
            Suspicion::EndpointPath(path) => {
                write!(out, "{}", say!("address-endpoint-path", path = path))
            }
            Suspicion::DoubledVersion => out.write_str(say!("address-doubled-version")),
            Suspicion::VersionMissing => out.write_str(say!("address-version-missing")),
            Suspicion::VersionCapital => out.write_str(say!("address-version-capital")),
            Suspicion::DoubledEndpoint => out.write_str(say!("address-doubled-endpoint")),
            Suspicion::MisspeltEndpoint(path) => {
                write!(out, "{}", say!("address-misspelt-endpoint", path = path))
            }
            Suspicion::Page(path) => write!(out, "{}", say!("address-page", path = path)),
            Suspicion::TrailingSlash => out.write_str(say!("address-trailing-slash")),
            Suspicion::DoubledSlash => out.write_str(say!("address-doubled-slash")),
            Suspicion::FullWidth => out.write_str(say!("address-full-width")),
            Suspicion::Invisible => out.write_str(say!("address-invisible")),
            Suspicion::Spaces => out.write_str(say!("address-spaces")),
            Suspicion::Wrapped => out.write_str(say!("address-wrapped")),
            Suspicion::Punctuation => out.write_str(say!("address-punctuation")),
            Suspicion::Unencrypted => out.write_str(say!("address-unencrypted")),
            Suspicion::SchemeMissing(scheme) => {
                write!(out, "{}", say!("address-scheme-missing", scheme = scheme))
            }
            Suspicion::SchemeMisspelt(scheme) => {
                write!(out, "{}", say!("address-scheme-misspelt", scheme = scheme))
            }
            Suspicion::DoubledScheme => out.write_str(say!("address-doubled-scheme")),
            Suspicion::Extras => out.write_str(say!("address-extras")),
        }
    }
}

/// Why a text is not an address. The text is never repeated: people paste keys and passwords into the wrong field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing in it.
    #[error("{}", say!("address-none"))]
    Empty,
    /// Not parseable.
    #[error("{}", say!("address-malformed", why = why))]
    Malformed {
        /// What the parser said.
        why: String,
    },
    /// Some other scheme, named without what stood behind it.
    #[error("{}", say!("address-scheme", scheme = _0))]
    Scheme(String),
    /// A key in its place. The key is not repeated.
    #[error("{}", say!("address-is-key"))]
    Key,
    /// A user name or password in it.
    #[error("{}", say!("address-credentials"))]
    Credentials,
}
