//! The part of the door that is rows of lists.

use crate::domain::KeyInfo;

/// An upstream behind the groups of a relay, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelRow {
    /// Its name.
    pub name: String,
    /// What it speaks: `openai`, `anthropic`.
    pub kind: &'static str,
    /// Its address.
    pub base_url: String,
    /// `enabled`, `disabled` or `failing`.
    pub status: &'static str,
    /// The groups it serves.
    pub groups: Vec<String>,
    /// How many models it serves.
    pub models: usize,
}

/// A key, and whether we hold its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// The key as its relay describes it.
    pub info: KeyInfo,
    /// Whether the vault holds the secret, so that it can be chatted with from here.
    pub held: bool,
}

/// An upstream that was found on this machine. Nothing was sent to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// What the channel would be called.
    pub name: String,
    /// What it speaks: `openai`, `anthropic`.
    pub kind: &'static str,
    /// Its address.
    pub address: String,
    /// Its credential, masked; `None` where none was found.
    pub masked: Option<String>,
    /// Where it was found, in words.
    pub found: String,
}
