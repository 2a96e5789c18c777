//! What `verify`, `doctor` and `nodes` take.

use clap::{Args, Subcommand};

use crate::locale::say;

/// Test a model.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    #[arg(long)]
    pub connect: bool,
    #[arg(long)]
    pub long: bool,
    #[arg(long, value_name = "N", value_parser = concurrency)]
    pub concurrency: Option<usize>,
    #[arg(long)]
    pub all: bool,
    #[arg(
        long,
        value_name = "USD",
        allow_negative_numbers = true,
        default_value = "0.10"
    )]
    pub max_cost: String,
    #[arg(long)]
    pub yes: bool,
    #[arg(long, value_name = "N", default_value_t = 4_000, value_parser = long_words)]
    pub long_words: usize,
    #[arg(short, long)]
    pub model: Option<String>,
    #[arg(short, long, value_name = "KEY")]
    pub key: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub system: Option<String>,
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: Option<u64>,
    #[arg(long, conflicts_with_all = ["connect", "long", "concurrency", "all"])]
    pub history: bool,
}

fn concurrency(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=100) => Ok(count),
        _ => Err(say!("help-wrong-range", least = 1, most = 100)),
    }
}

fn long_words(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 64..=200_000) => Ok(count),
        _ => Err(say!("help-wrong-range", least = 64, most = 200_000)),
    }
}

/// Find what is wrong.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    #[arg(long, value_name = "TOOL", conflicts_with = "url")]
    pub tool: Option<String>,
    #[arg(short, long, value_name = "KEY")]
    pub key: Option<String>,
    #[arg(short, long)]
    pub model: Option<String>,
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: Option<u64>,
    #[arg(
        long,
        value_name = "USD",
        allow_negative_numbers = true,
        default_value = "0.05"
    )]
    pub max_cost: String,
}

/// The addresses of a relay.
#[derive(Debug, Subcommand)]
pub enum NodesCommand {
    List,
    Test(NodesTestArgs),
}

/// Measure the nodes.
#[derive(Debug, Args)]
pub struct NodesTestArgs {
    #[arg(value_name = "URL")]
    pub addresses: Vec<String>,
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub rounds: u32,
    #[arg(long)]
    pub use_best: bool,
}
