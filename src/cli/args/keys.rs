//! What `relaydeck keys` takes.

use clap::{Args, Subcommand};

/// Keys of this relay.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    List,
    Show {
        #[arg(value_name = "KEY")]
        key: String,
    },
    Create(KeyCreateArgs),
    Edit(KeyEditArgs),
    Enable {
        #[arg(required = true, value_name = "KEY")]
        keys: Vec<String>,
    },
    Disable {
        #[arg(required = true, value_name = "KEY")]
        keys: Vec<String>,
    },
    Replace {
        #[arg(value_name = "KEY")]
        key: String,
    },
    Copy {
        #[arg(value_name = "KEY")]
        key: String,
        #[arg(long)]
        hold: bool,
    },
    Write {
        #[arg(value_name = "KEY")]
        key: String,
        #[arg(short, long, default_value = ".env")]
        file: String,
        #[arg(long = "for", value_name = "KIND", default_value = "openai")]
        kind: String,
        #[arg(short, long)]
        yes: bool,
    },
    Delete {
        #[arg(required = true)]
        keys: Vec<String>,
    },
}

/// Make a key.
#[derive(Debug, Args)]
pub struct KeyCreateArgs {
    #[arg(short, long)]
    pub name: String,
    #[arg(short, long)]
    pub group: Option<String>,
    #[arg(
        short,
        long,
        default_value = "unlimited",
        allow_negative_numbers = true
    )]
    pub quota: String,
    #[arg(short, long, default_value = "never")]
    pub expires: String,
    #[arg(long, value_delimiter = ',')]
    pub models: Vec<String>,
    #[arg(long, value_delimiter = ',')]
    pub ips: Vec<String>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub requests_per_minute: Option<u32>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub tokens_per_minute: Option<u32>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub concurrency: Option<u32>,
    #[arg(long, value_delimiter = ',', value_name = "GROUPS")]
    pub auto_groups: Vec<String>,
    #[arg(long)]
    pub cross_group_retry: bool,
}

/// Change the settings of a key.
#[derive(Debug, Args)]
pub struct KeyEditArgs {
    #[arg(value_name = "KEY")]
    pub key: String,
    #[arg(short, long)]
    pub name: Option<String>,
    #[arg(short, long)]
    pub group: Option<String>,
    #[arg(short, long, allow_negative_numbers = true)]
    pub quota: Option<String>,
    #[arg(short, long)]
    pub expires: Option<String>,
    #[arg(long, value_delimiter = ',')]
    pub models: Option<Vec<String>>,
    #[arg(long, value_delimiter = ',')]
    pub ips: Option<Vec<String>>,
    #[arg(long, value_name = "N")]
    pub requests_per_minute: Option<u32>,
    #[arg(long, value_name = "N")]
    pub tokens_per_minute: Option<u32>,
    #[arg(long, value_name = "N")]
    pub concurrency: Option<u32>,
    #[arg(long, value_delimiter = ',', value_name = "GROUPS")]
    pub auto_groups: Option<Vec<String>>,
    #[arg(long)]
    pub cross_group_retry: bool,
    #[arg(long, conflicts_with = "cross_group_retry")]
    pub no_cross_group_retry: bool,
}
