//! Folders, layers, profiles and secrets on disk.
//!
//! Everything is checked before anything starts: a mistake in `config.toml` is told with its line, and nothing is
//! guessed. Files are replaced whole and changed under a lock; comments and order of what people write survive.

mod error;
mod file;
mod folders;
mod layers;
mod nearest;
mod options;
mod profiles;
mod state;
mod vault;

pub use error::{ConfigError, Mistake, did_you_mean};
pub use file::position;
pub use folders::{Environment, Folders};
pub use layers::{Config, Layer, Settings, Sourced};
pub use nearest::nearest;
pub use options::{
    Color, DEFAULT_LISTEN, Glyphs, Language, Link, Mouse, Offers, Options, Theme, TimeLimit,
    WrongValue,
};
pub use profiles::Profiles;
pub use state::State;
pub use vault::{StoredKey, Vault};
