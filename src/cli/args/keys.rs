//! What `relaydeck keys` takes.

use clap::{Args, Subcommand};

/// Keys of this relay.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// List the keys
    List,
    /// Show everything about one key
    Show {
        /// Its number, or its name where no other key has the same
        #[arg(value_name = "KEY")]
        key: String,
    },
    /// Make a key; its secret is stored, and printed once, alone on stdout
    Create(KeyCreateArgs),
    /// Change the settings of a key; what is not named stays
    Edit(KeyEditArgs),
    /// Enable keys
    Enable {
        /// Their numbers or names
        #[arg(required = true, value_name = "KEY")]
        keys: Vec<String>,
    },
    /// Disable keys: they stop working until they are enabled again
    Disable {
        /// Their numbers or names
        #[arg(required = true, value_name = "KEY")]
        keys: Vec<String>,
    },
    /// A lost key: make one with the same settings, print its secret, and disable the old one
    Replace {
        /// Its number or name
        #[arg(value_name = "KEY")]
        key: String,
    },
    /// Print the secret of a key, alone on stdout, where it is held here or the relay shows it again
    Copy {
        /// Its number or name
        #[arg(value_name = "KEY")]
        key: String,
        /// Store one that the relay shows, so that it can be used from here
        #[arg(long)]
        hold: bool,
    },
    /// Write a key into a .env file, closed to others; its other lines stay
    Write {
        /// Its number or name
        #[arg(value_name = "KEY")]
        key: String,
        /// The file
        #[arg(short, long, default_value = ".env")]
        file: String,
        /// The programs it is for: openai, anthropic, or the name of the one variable to write
        #[arg(long = "for", value_name = "KIND", default_value = "openai")]
        kind: String,
        /// Write it even into a git work tree
        #[arg(short, long)]
        yes: bool,
    },
    /// Delete keys by their numbers
    Delete {
        /// Their numbers, as `keys list` shows them
        #[arg(required = true)]
        ids: Vec<i64>,
    },
}

/// Make a key.
#[derive(Debug, Args)]
pub struct KeyCreateArgs {
    /// Its name; project-env-use-owner tells most
    #[arg(short, long)]
    pub name: String,
    /// Its group; the account's own when absent
    #[arg(short, long)]
    pub group: Option<String>,
    /// What it may spend: dollars like 5.00, or `unlimited`
    #[arg(short, long, default_value = "unlimited")]
    pub quota: String,
    /// When it ends: 30d, 12h, 2027-01-31, 2027-01-31T18:00, or `never`
    #[arg(short, long, default_value = "never")]
    pub expires: String,
    /// The only models it may call, separated by commas
    #[arg(long, value_delimiter = ',')]
    pub models: Vec<String>,
    /// The only addresses it may be used from, separated by commas
    #[arg(long, value_delimiter = ',')]
    pub ips: Vec<String>,
    /// At most so many requests in any minute; the embedded relay's keys only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub requests_per_minute: Option<u32>,
    /// At most so many tokens in any minute; the embedded relay's keys only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub tokens_per_minute: Option<u32>,
    /// At most so many requests at once; the embedded relay's keys only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub concurrency: Option<u32>,
}

/// Change the settings of a key.
#[derive(Debug, Args)]
pub struct KeyEditArgs {
    /// Its number, or its name where no other key has the same
    #[arg(value_name = "KEY")]
    pub key: String,
    /// A new name
    #[arg(short, long)]
    pub name: Option<String>,
    /// Another group; empty for the account's own
    #[arg(short, long)]
    pub group: Option<String>,
    /// What it may spend from now on: dollars like 5.00, or `unlimited`
    #[arg(short, long)]
    pub quota: Option<String>,
    /// When it ends: 30d, 12h, 2027-01-31, 2027-01-31T18:00, or `never`
    #[arg(short, long)]
    pub expires: Option<String>,
    /// The only models it may call, separated by commas; empty for all
    #[arg(long, value_delimiter = ',')]
    pub models: Option<Vec<String>>,
    /// The only addresses it may be used from, separated by commas; empty for any
    #[arg(long, value_delimiter = ',')]
    pub ips: Option<Vec<String>>,
    /// At most so many requests in any minute, 0 for any number; the embedded relay's keys only
    #[arg(long, value_name = "N")]
    pub requests_per_minute: Option<u32>,
    /// At most so many tokens in any minute, 0 for any number; the embedded relay's keys only
    #[arg(long, value_name = "N")]
    pub tokens_per_minute: Option<u32>,
    /// At most so many requests at once, 0 for any number; the embedded relay's keys only
    #[arg(long, value_name = "N")]
    pub concurrency: Option<u32>,
}
