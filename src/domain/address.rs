//! Addresses of relays: from any form people paste, the base, and from the base every form tools want (S-52, S-56).
//!
//! The base is scheme, host, port and, for relays behind a path, that path; it never ends in a slash or `/v1`.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// A relay's base address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    base: String,
}

/// Something odd about an address as it was given, and that was put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// An endpoint's path was part of it.
    EndpointPath(String),
    /// `/v1` stood there twice.
    DoubledVersion,
    /// `/chat/completions` stood there without `/v1`.
    VersionMissing,
    /// It ended in a slash.
    TrailingSlash,
    /// Full-width characters stood for plain ones.
    FullWidth,
    /// `http` to a host that is not this machine or its network: keys would travel in the clear.
    Unencrypted,
    /// No scheme was given; this one was taken.
    SchemeMissing(&'static str),
    /// A query or fragment was part of it.
    Extras,
}

impl fmt::Display for Suspicion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Suspicion::EndpointPath(path) => {
                write!(
                    out,
                    "{path} is an endpoint, not part of the base address; it was taken off"
                )
            }
            Suspicion::DoubledVersion => out.write_str("/v1 stood there twice"),
            Suspicion::VersionMissing => {
                out.write_str("an endpoint without /v1: calls would have answered a web page")
            }
            Suspicion::TrailingSlash => out.write_str("a trailing slash was taken off"),
            Suspicion::FullWidth => {
                out.write_str("full-width characters were replaced by plain ones")
            }
            Suspicion::Unencrypted => {
                out.write_str("http sends your key unencrypted; is https meant?")
            }
            Suspicion::SchemeMissing(scheme) => {
                write!(out, "no scheme was given; {scheme} was taken")
            }
            Suspicion::Extras => out.write_str("the part after ? or # was taken off"),
        }
    }
}

/// Why a text is not an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing in it.
    #[error("no address was given; it looks like https://host")]
    Empty,
    /// Not parseable.
    #[error("{text:?} is not an address ({why}); it looks like https://host")]
    Malformed {
        /// What was given.
        text: String,
        /// What the parser said.
        why: String,
    },
    /// Some other scheme.
    #[error("{0:?} is not a web address; it must start with https:// or http://")]
    Scheme(String),
    /// A key in its place. The key is not repeated.
    #[error("this is a key, not an address; the address looks like https://host")]
    Key,
    /// A user name or password in it.
    #[error("the address holds a user name or password; give the key separately")]
    Credentials,
}

/// The endings that are taken off, longest first.
const ENDPOINTS: [&str; 9] = [
    "/v1/models/chat/completions",
    "/chat/completions",
    "/messages/count_tokens",
    "/completions",
    "/messages",
    "/responses",
    "/embeddings",
    "/models",
    "/api/status",
];

impl Address {
    /// Reads any pasted form and says what was odd about it.
    ///
    /// # Errors
    /// When no address can be made out.
    pub fn parse(text: &str) -> Result<(Self, Vec<Suspicion>), AddressError> {
        let mut odd = Vec::new();
        let plain: String = text.trim().chars().map(narrow).collect();
        if plain != text.trim() {
            odd.push(Suspicion::FullWidth);
        }
        let plain = plain.trim_matches(|letter: char| {
            matches!(letter, '"' | '\'' | '`' | '<' | '>') || letter.is_whitespace()
        });
        if plain.is_empty() {
            return Err(AddressError::Empty);
        }
        if plain.starts_with("sk-") {
            return Err(AddressError::Key);
        }
        let with_scheme = if plain.contains("://") {
            plain.to_owned()
        } else {
            let host = plain.split(['/', ':']).next().unwrap_or_default();
            let scheme = if is_near(host) { "http" } else { "https" };
            odd.push(Suspicion::SchemeMissing(if scheme == "http" {
                "http://"
            } else {
                "https://"
            }));
            format!("{scheme}://{plain}")
        };
        let malformed = |why: String| AddressError::Malformed {
            text: text.trim().to_owned(),
            why,
        };
        let url = Url::parse(&with_scheme).map_err(|error| malformed(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AddressError::Scheme(text.trim().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Credentials);
        }
        let host = url.host_str().ok_or_else(|| malformed("no host".into()))?;
        if url.query().is_some() || url.fragment().is_some() {
            odd.push(Suspicion::Extras);
        }
        if url.scheme() == "http" && !is_near(host) {
            odd.push(Suspicion::Unencrypted);
        }
        let path = base_path(url.path(), &mut odd);
        let port = url
            .port()
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        Ok((
            Address {
                base: format!("{}://{host}{port}{path}", url.scheme()),
            },
            odd,
        ))
    }

    /// The base, as tools of the Anthropic style want it: `https://host`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The form tools of the OpenAI style want: `https://host/v1`.
    pub fn v1(&self) -> String {
        format!("{}/v1", self.base)
    }

    /// The base with a path that starts with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The host, for the deck's first row.
    pub fn host(&self) -> &str {
        let rest = self
            .base
            .split_once("://")
            .map_or(self.base.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest)
    }
}

/// Takes the endpoint, the version and trailing slashes off a path.
fn base_path(path: &str, odd: &mut Vec<Suspicion>) -> String {
    let mut path = path.to_owned();
    if path.len() > 1 && path.ends_with('/') {
        odd.push(Suspicion::TrailingSlash);
    }
    path.truncate(path.trim_end_matches('/').len());
    if let Some(endpoint) = ENDPOINTS.iter().find(|endpoint| path.ends_with(*endpoint)) {
        path.truncate(path.len() - endpoint.len());
        odd.push(Suspicion::EndpointPath((*endpoint).to_owned()));
        if !path.ends_with("/v1") && !endpoint.starts_with("/v1") && !endpoint.starts_with("/api") {
            odd.push(Suspicion::VersionMissing);
        }
    }
    let mut versions = 0;
    while let Some(rest) = ["/v1", "/v1beta"]
        .iter()
        .find_map(|version| path.strip_suffix(version))
    {
        path = rest.trim_end_matches('/').to_owned();
        versions += 1;
    }
    if versions > 1 {
        odd.push(Suspicion::DoubledVersion);
    }
    path
}

/// Full-width letters, digits and signs as their plain twins; the ideographic full stop as a point.
fn narrow(letter: char) -> char {
    match letter {
        '。' | '．' => '.',
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
        other => other,
    }
}

/// Whether a host is this machine or in a private network, where `http` is what one would expect.
fn is_near(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host == "localhost" || host.ends_with(".localhost") || host.ends_with(".local") {
        return true;
    }
    match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(std::net::IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Err(_) => false,
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.base)
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        Address::parse(&text).map(|(address, _)| address)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> String {
        address.base
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_52_every_pasted_form_gives_the_same_base() {
        for form in [
            "https://relay.example",
            "https://relay.example/",
            "https://relay.example/v1",
            "https://relay.example/v1/",
            "https://relay.example/v1/v1",
            "https://relay.example/v1/chat/completions",
            "https://relay.example/chat/completions",
            "https://relay.example/v1/models/chat/completions",
            "https://relay.example/v1/messages",
            "relay.example",
            "https：//relay．example／v1",
            " \"https://relay.example/v1?x=1\" ",
        ] {
            let (address, _) = Address::parse(form).unwrap();
            assert_eq!(address.base(), "https://relay.example", "{form}");
        }
        assert_eq!(
            Address::parse("https://h/llm/v1").unwrap().0.base(),
            "https://h/llm",
            "a relay behind a path keeps it"
        );
    }

    #[test]
    fn s_56_what_is_odd_is_named() {
        let odd = |form| Address::parse(form).unwrap().1;
        assert_eq!(odd("https://h.example/v1/v1"), [Suspicion::DoubledVersion]);
        assert!(odd("https://h.example/chat/completions").contains(&Suspicion::VersionMissing));
        assert_eq!(odd("http://h.example"), [Suspicion::Unencrypted]);
        assert_eq!(odd("http://127.0.0.1:4141"), []);
        assert_eq!(
            odd("localhost:8080/v1"),
            [Suspicion::SchemeMissing("http://")]
        );
        assert_eq!(odd("https://h.example/v1/"), [Suspicion::TrailingSlash]);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in [
            "",
            "   ",
            "ftp://h",
            "https://",
            "https://user:pass@h",
            "http://[::1",
        ] {
            assert!(Address::parse(wrong).is_err(), "{wrong}");
        }
    }
}
