//! What `relaydeck channels` takes.

use clap::{Args, Subcommand};

use super::owner::{ChannelEditArgs, OfferAcceptArgs};

/// Upstreams of the embedded relay.
#[derive(Debug, Subcommand)]
pub enum ChannelsCommand {
    List,
    Add(Box<ChannelAddArgs>),
    Offers,
    Accept(OfferAcceptArgs),
    Edit(ChannelEditArgs),
    Enable { id: i64 },
    Disable { id: i64 },
    Test { id: i64 },
    Remove { id: i64 },
}

/// Add an upstream.
#[derive(Debug, Args)]
pub struct ChannelAddArgs {
    pub name: String,
    #[arg(long, value_name = "URL")]
    pub url: String,
    #[arg(long, value_name = "KIND", default_value = "openai", value_parser = ["openai", "anthropic", "gemini"])]
    pub kind: String,
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    #[arg(long, value_delimiter = ',')]
    pub models: Vec<String>,
    #[arg(long, value_delimiter = ',', default_value = "default")]
    pub groups: Vec<String>,
    #[arg(long = "map", value_name = "OURS=THEIRS")]
    pub mapping: Vec<String>,
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    pub priority: i64,
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=1_000_000))]
    pub weight: i64,
    #[arg(long, value_delimiter = ',', value_parser = ["openai", "openai-response", "anthropic", "embeddings"])]
    pub endpoints: Vec<String>,
    #[arg(long, value_name = "USD", requires = "price_out")]
    pub price_in: Option<String>,
    #[arg(long, value_name = "USD", requires = "price_in")]
    pub price_out: Option<String>,
}
