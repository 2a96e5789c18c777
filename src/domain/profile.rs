//! Profiles: the relays a person uses, each with its address and the credential it is reached with.
//!
//! A profile holds no secret: keys and access tokens live in the vault, under the profile's name.

use serde::{Deserialize, Serialize};

use super::address::Address;

use crate::locale::say;

/// The name of the profile of the embedded relay.
pub const LOCAL: &str = "local";

/// How we may talk to a relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "access", rename_all = "snake_case")]
pub enum Access {
    /// An access token of an account: keys, groups, wallet and logs can be seen and changed.
    Account {
        /// The account's number, which relays before July 2026 want in a header beside the token.
        user_id: Option<i64>,
    },
    /// Only a key: models can be listed and called, nothing else.
    KeyOnly,
}

/// One relay, and how we reach it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The name people give it; unique, never empty.
    pub name: String,
    /// Where it is. For the embedded relay, where it listened last.
    pub address: Address,
    /// How we may talk to it.
    #[serde(flatten)]
    pub access: Access,
}

impl Profile {
    /// Whether this is the relay we carry inside.
    pub fn is_local(&self) -> bool {
        self.name == LOCAL
    }

    /// A name for a relay from its host: `https://api.4sapi.com` is `4sapi`. Never one that is there already.
    pub fn propose_name(address: &Address, profiles: &[Profile]) -> String {
        let host = address.host();
        let (bare, port) = match host.rsplit_once(':') {
            Some((bare, port)) if !bare.ends_with(':') => (bare, Some(port)),
            _ => (host, None),
        };
        let plain = bare
            .trim_start_matches("www.")
            .trim_start_matches("api.")
            .trim_matches(['[', ']']);
        let numeric = plain.parse::<std::net::IpAddr>().is_ok();
        let stem = match plain.split('.').next() {
            Some("") | None => "relay".to_owned(),
            _ if numeric => port.map_or("relay".into(), |port| format!("relay-{port}")),
            Some(first) => first.to_owned(),
        };
        let free =
            |name: &str| name != LOCAL && !profiles.iter().any(|profile| profile.name == name);
        if free(&stem) {
            return stem;
        }
        (2..)
            .map(|number| format!("{stem}-{number}"))
            .find(|name| free(name))
            .unwrap_or(stem)
    }

    /// What is wrong with a profile's name, if anything.
    ///
    /// # Errors
    /// A sentence for the field or flag.
    pub fn check_name(name: &str) -> Result<(), String> {
        let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
        match name {
            "" => Err(say!("profile-name-none").into()),
            name if name.len() > 40 => Err(say!("profile-name-long").into()),
            name if !name.chars().all(fits) => {
                Err(say!("profile-name-odd", name = format!("{name:?}")))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_from_the_host_and_is_free() {
        let proposed = |text| Profile::propose_name(&Address::parse(text).unwrap().0, &[]);
        assert_eq!(proposed("https://api.4sapi.com/v1"), "4sapi");
        assert_eq!(proposed("http://127.0.0.1:8080"), "relay-8080");
        assert_eq!(proposed("http://[::1]"), "relay");
    }
}
