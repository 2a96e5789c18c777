//! Addresses of relays: from any form people paste, the base, and from the base every form tools want (S-52, S-56).
//!
//! The base is scheme, host, port and, for relays behind a path, that path; it never ends in a slash or `/v1`.

mod forms;
mod reading;
mod suspicion;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use forms::Form;
pub use suspicion::{AddressError, Suspicion};

/// A relay's base address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    base: String,
}

impl Address {
    /// Reads any pasted form and says what was odd about it.
    ///
    /// # Errors
    /// When no address can be made out.
    pub fn parse(text: &str) -> Result<(Self, Vec<Suspicion>), AddressError> {
        reading::read(text)
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

    /// Whether what is sent here is encrypted on its way.
    pub fn is_encrypted(&self) -> bool {
        self.base.starts_with("https://")
    }

    /// Whether it is this machine or one of a private network.
    pub fn is_near(&self) -> bool {
        let host = self.host();
        let name = match host.strip_prefix('[') {
            Some(sixth) => sixth.split(']').next().unwrap_or(sixth),
            None => host.split(':').next().unwrap_or(host),
        };
        reading::is_near(name)
    }

    /// The same place reached the other way: `http` for `https` and back.
    #[must_use]
    pub fn other_scheme(&self) -> Self {
        let base = match self.base.strip_prefix("https://") {
            Some(rest) => format!("http://{rest}"),
            None => self.base.replacen("http://", "https://", 1),
        };
        Address { base }
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

    #[test]
    fn s_24_a_secret_in_its_place_is_never_repeated() {
        let key = "sk-abcdefgh";
        for text in [
            key.to_owned(),
            format!("Bearer {key}"),
            format!("Authorization: 'Bearer {key}'"),
            format!("OPENAI_API_KEY=\"{key}\""),
            format!("https://{key}"),
            format!("ｓｋ－abcdefgh {key}"),
        ] {
            assert_eq!(Address::parse(&text), Err(AddressError::Key), "{text}");
        }
        for text in [
            "https://ann:abcdefgh@h",
            "ftp://ann:abcdefgh@h",
            "ann:abcdefgh@h/v1",
            "http://ann:abcdefgh@[::1",
        ] {
            let refused = Address::parse(text);
            assert_eq!(refused, Err(AddressError::Credentials), "{text}");
        }
        for text in [
            "Bearer abcdefgh",
            "ftp://host/abcdefgh",
            "ftp://ann:abc/defgh@h",
            "https://h:abcdefgh",
            "http://[abcdefgh",
        ] {
            let told = Address::parse(text).unwrap_err().to_string();
            assert!(!told.contains("efgh"), "{text}: {told}");
        }
        assert!(Address::parse("https://sk-relay.example/v1").is_ok());
        assert!(Address::parse("https://h.example/@ann").is_ok());
    }
}
