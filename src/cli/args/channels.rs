//! What `relaydeck channels` takes.

use clap::{Args, Subcommand};

use super::owner::{ChannelEditArgs, OfferAcceptArgs};

/// Upstreams of the embedded relay.
#[derive(Debug, Subcommand)]
pub enum ChannelsCommand {
    /// List the channels
    List,
    /// Add an upstream: llama.cpp, Ollama, vLLM, a vendor, another relay, Anthropic
    Add(Box<ChannelAddArgs>),
    /// List the upstreams this machine offers: credentials in the environment, servers that listen; nothing is sent
    Offers,
    /// Make a channel of an offered upstream: only now is it asked for its models
    Accept(OfferAcceptArgs),
    /// Change a channel
    Edit(ChannelEditArgs),
    /// Use a channel again
    Enable {
        /// The channel's number
        id: i64,
    },
    /// Stop using a channel
    Disable {
        /// The channel's number
        id: i64,
    },
    /// Ask an upstream whether it answers
    Test {
        /// The channel's number
        id: i64,
    },
    /// Remove a channel
    Remove {
        /// The channel's number
        id: i64,
    },
}

/// Add an upstream.
#[derive(Debug, Args)]
pub struct ChannelAddArgs {
    /// The channel's name
    pub name: String,
    /// The upstream's address in any form, for example http://127.0.0.1:8080/v1
    #[arg(long, value_name = "URL")]
    pub url: String,
    /// The protocol it speaks
    #[arg(long, value_name = "KIND", default_value = "openai", value_parser = ["openai", "anthropic", "gemini"])]
    pub kind: String,
    /// The upstream's key, if it wants one; read from stdin with `-`, from RELAYDECK_CHANNEL_KEY when absent
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// The models it serves, separated by commas; asked of the upstream when absent
    #[arg(long, value_delimiter = ',')]
    pub models: Vec<String>,
    /// The groups that may use it, separated by commas
    #[arg(long, value_delimiter = ',', default_value = "default")]
    pub groups: Vec<String>,
    /// A model under another name at the upstream, OURS=THEIRS; may be given several times
    #[arg(long = "map", value_name = "OURS=THEIRS")]
    pub mapping: Vec<String>,
    /// Channels of a higher priority are tried first
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    pub priority: i64,
    /// Its share of the requests among channels of the same priority
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=1_000_000))]
    pub weight: i64,
    /// What an openai upstream speaks beside chat, separated by commas; found out when absent
    #[arg(long, value_delimiter = ',', value_parser = ["openai", "openai-response", "anthropic", "embeddings"])]
    pub endpoints: Vec<String>,
    /// Dollars per million input tokens, for all of its models
    #[arg(long, value_name = "USD", requires = "price_out")]
    pub price_in: Option<String>,
    /// Dollars per million output tokens, for all of its models
    #[arg(long, value_name = "USD", requires = "price_in")]
    pub price_out: Option<String>,
}
