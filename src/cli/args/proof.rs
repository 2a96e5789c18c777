//! What `verify`, `doctor` and `nodes` take. Texts here are what `--help` says.

use clap::{Args, Subcommand};

/// Test a model.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The list of models, one tiny reply, one tiny stream; what is run when nothing else is named
    #[arg(long)]
    pub connect: bool,
    /// A long text with a needle at its start, middle and end, and a long answer
    #[arg(long)]
    pub long: bool,
    /// So many requests at once, which must all succeed
    #[arg(long, value_name = "N", value_parser = concurrency)]
    pub concurrency: Option<usize>,
    /// The three tests, the diagnosis before them, the checklist and the safest workflow after them
    #[arg(long)]
    pub all: bool,
    /// The most the tests may cost in dollars without being asked about
    #[arg(long, value_name = "USD", default_value = "0.10")]
    pub max_cost: String,
    /// Run even though they may cost more, or nobody knows how much
    #[arg(long)]
    pub yes: bool,
    /// How many words the long text has
    #[arg(long, value_name = "N", default_value_t = 4_000, value_parser = long_words)]
    pub long_words: usize,
    /// The exact name of the model; the cheapest that answers when absent, the built-in test model on the embedded relay
    #[arg(short, long)]
    pub model: Option<String>,
    /// The key to use: its number or name among the keys held here, or the secret itself; read from stdin with `-`
    #[arg(short, long, value_name = "KEY")]
    pub key: Option<String>,
    /// A system message in front of every request, such as a directive for the embedded relay's lab
    #[arg(long, value_name = "TEXT")]
    pub system: Option<String>,
    /// The longest that one request may take, in seconds; 120 for a tiny one and 600 for the long text when absent
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: Option<u64>,
    /// Show kept results and compare them, instead of running anything
    #[arg(long, conflicts_with_all = ["connect", "long", "concurrency", "all"])]
    pub history: bool,
}

fn concurrency(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=100) => Ok(count),
        _ => Err("a number from 1 to 100".into()),
    }
}

fn long_words(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 64..=200_000) => Ok(count),
        _ => Err("a number from 64 to 200000".into()),
    }
}

/// Find what is wrong.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// An address in any form, instead of the profile's; no secret that is held here goes there
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The address, key and model that a third-party tool really uses, as its own settings say
    #[arg(long, value_name = "TOOL", conflicts_with = "url")]
    pub tool: Option<String>,
    /// The key: its number or name among the keys held here, or the secret itself; read from stdin with `-`
    #[arg(short, long, value_name = "KEY")]
    pub key: Option<String>,
    /// The exact name of the model; the cheapest that answers when absent
    #[arg(short, long)]
    pub model: Option<String>,
    /// The longest that one request to a model may take, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: Option<u64>,
    /// The most its calls may cost in dollars, in the worst case
    #[arg(long, value_name = "USD", default_value = "0.05")]
    pub max_cost: String,
}

/// The addresses of a relay.
#[derive(Debug, Subcommand)]
pub enum NodesCommand {
    /// List them with what was measured
    List,
    /// Measure name look-up, connection, TLS and first byte of each, and suggest the best
    Test(NodesTestArgs),
}

/// Measure the nodes.
#[derive(Debug, Args)]
pub struct NodesTestArgs {
    /// Further addresses to measure, in any form; they are remembered as nodes
    #[arg(value_name = "URL")]
    pub addresses: Vec<String>,
    /// How often each is measured
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub rounds: u32,
    /// Move the profile to the best node, if that is worth it
    #[arg(long)]
    pub use_best: bool,
}
