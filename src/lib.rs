//! relaydeck: the terminal deck for LLM API relays.
//!
//! The house, from the ground up; a room may use the rooms named behind it and no others (`tests/house.rs` holds it to that); all but `trust` say texts of [`locale`]:
//!
//! | room | what it is | may use |
//! | --- | --- | --- |
//! | [`locale`] | every text of the interface, one catalogue a language | – |
//! | [`domain`] | values and their arithmetic | locale |
//! | [`wire`] | codecs without I/O | domain |
//! | [`trust`] | which certificates are trusted | – |
//! | [`files`] | small files, read and replaced whole | domain |
//! | [`config`] | folders, layers, profiles, secrets | files, domain |
//! | [`tools`] | third-party tools: read what is there, plan, diff, apply, undo | files, domain |
//! | [`ledger`] | the local quota ledger and the kept conversations | domain |
//! | [`client`] | one relay over HTTP | wire, trust, domain |
//! | [`relay`] | the embedded relay | wire, trust, domain |
//! | [`engine`] | the async task behind the dashboard: commands in, events out | client, ledger, tools, domain |
//! | [`tui`] | the dashboard | engine's door, domain |
//! | [`cli`] | one file a sub-command; builds everything and hands it over | all |

pub mod cli;
pub mod client;
pub mod config;
pub mod domain;
pub mod engine;
pub mod files;
pub mod ledger;
pub mod locale;
pub mod relay;
pub mod tools;
pub mod trust;
pub mod tui;
pub mod verify;
pub mod wire;
