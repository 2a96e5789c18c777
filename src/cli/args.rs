//! What the command line takes: global flags and sub-commands. Texts here are what `--help` says.

mod channels;
mod groups;
mod keys;
pub mod login;
pub mod owner;
mod proof;
pub mod wallet;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use keys::{KeyCreateArgs, KeyEditArgs, KeysCommand};
pub use proof::{DoctorArgs, NodesCommand, NodesTestArgs, VerifyArgs};

use super::chat::ChatArgs;
use super::manual::ManArgs;
use super::sessions::SessionsCommand;
use super::settings::ConfigCommand;
pub use channels::{ChannelAddArgs, ChannelsCommand};
pub use groups::{GroupsCommand, Verdict};

/// The terminal deck for LLM API relays.
///
/// Without a sub-command it opens the dashboard. Without any account or network it works on a relay that it carries inside.
#[derive(Debug, Parser)]
#[command(
    name = "relaydeck",
    version,
    max_term_width = 100,
    propagate_version = true
)]
#[command(
    after_help = "Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 credential refused, 4 not found, 5 no balance or quota, 6 network or timeout, 130 interrupted"
)]
pub struct Cli {
    /// Flags that hold everywhere.
    #[command(flatten)]
    pub global: Global,
    /// What to do; the dashboard when absent.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags that hold everywhere.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Which relay to use: the last one used when absent, and `local`, the embedded relay, when there is none; also
    /// RELAYDECK_PROFILE
    #[arg(short, long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// One folder for configuration, data and state, instead of the platform's own; also RELAYDECK_HOME
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long, global = true)]
    pub json: bool,
    /// Print lists as lines of `name: value`, a blank line between two, for screen readers and braille
    #[arg(long, global = true)]
    pub plain: bool,
    /// When to use colour; NO_COLOR is honoured too
    #[arg(long, global = true, value_name = "WHEN")]
    pub color: Option<ColorWhen>,
    /// How sparing to be with bytes; `auto` sees SSH
    #[arg(long, global = true, value_name = "KIND")]
    pub link: Option<LinkKind>,
    /// The language of the interface; `auto` takes the locale's; also RELAYDECK_LANGUAGE
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub lang: Option<Lang>,
    /// Log more, to the log file; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// Where the terminal can.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How sparing to be with bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LinkKind {
    /// By whether this is an SSH session.
    Auto,
    /// A terminal on this machine.
    Local,
    /// A terminal at the end of a network.
    Remote,
    /// A terminal at the end of a slow network.
    Slow,
}

/// The language of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    /// That of the locale: LC_ALL, LC_MESSAGES, LANG.
    Auto,
    /// English.
    En,
    /// Simplified Chinese.
    Zh,
}

/// The sub-commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask for one reply, streamed to stdout
    Chat(ChatArgs),
    /// Keys of this relay
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Groups of this relay
    #[command(subcommand)]
    Groups(GroupsCommand),
    /// The marketplace
    #[command(subcommand)]
    Models(ModelsCommand),
    /// The addresses of this relay, and how each does
    #[command(subcommand)]
    Nodes(NodesCommand),
    /// Test a model: connectivity, long text, several at once; with --all the diagnosis and the checklist too
    Verify(VerifyArgs),
    /// Find what is wrong, rung by rung: address, TLS, relay, key, balance, model, group, endpoint, call, stream
    Doctor(DoctorArgs),
    /// All forms of an address, with what is suspicious in it
    Url(UrlArgs),
    /// The wallet: its balance, and filling it
    #[command(subcommand)]
    Wallet(wallet::WalletCommand),
    /// What was spent, from the local ledger
    Usage(UsageArgs),
    /// Upstreams of the embedded relay, for its owner
    #[command(subcommand)]
    Channels(ChannelsCommand),
    /// Move a project's addresses of vendors to this relay; shows the difference, writes when told
    Migrate(super::migrate::MigrateArgs),
    /// Print a program that calls this relay
    Sample(super::sample::SampleArgs),
    /// Third-party tools: what each uses, and setting them up
    #[command(subcommand)]
    Tools(super::tools::ToolsCommand),
    /// Accounts of the embedded relay, for its owner
    #[command(subcommand)]
    Accounts(owner::AccountsCommand),
    /// Redemption codes of the embedded relay, for its owner
    #[command(subcommand)]
    Codes(owner::CodesCommand),
    /// Prices of the embedded relay, for its owner
    #[command(subcommand)]
    Prices(owner::PricesCommand),
    /// Run the embedded relay without the dashboard
    Serve(ServeArgs),
    /// The relays you use
    #[command(subcommand)]
    Profiles(ProfilesCommand),
    /// Log in to a relay with an account's name and password; it is added, or gets a new access token
    Login(login::LoginArgs),
    /// Make an account at a relay and log in to it; prints the relay's own page where that is the only way
    Register(login::RegisterArgs),
    /// Kept sessions of the chat
    #[command(subcommand)]
    Sessions(SessionsCommand),
    /// The configuration: what holds, where it stands, editing it
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print what a shell completes with, for example: relaydeck completions bash > ~/.local/share/bash-completion/completions/relaydeck
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, for example: relaydeck man > ~/.local/share/man/man1/relaydeck.1
    Man(ManArgs),
}

/// The marketplace.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// List the models with their prices in a group
    List {
        /// The group whose models and prices are shown; the account's own when absent
        #[arg(short, long)]
        group: Option<String>,
        /// Only this vendor's models
        #[arg(long)]
        vendor: Option<String>,
        /// Only models called this way: chat, messages, responses, gemini, embeddings
        #[arg(long)]
        endpoint: Option<String>,
        /// Only models with this tag
        #[arg(long)]
        tag: Option<String>,
        /// Only models billed this way
        #[arg(long, value_enum)]
        billing: Option<BillingKind>,
        /// Only models whose name or description fits
        #[arg(short, long, value_name = "TEXT")]
        search: Option<String>,
        /// In which order
        #[arg(long, value_enum, default_value_t = ModelSort::Name)]
        sort: ModelSort,
    },
    /// Show one model: groups, prices, endpoints
    Show {
        /// The exact name
        name: String,
    },
    /// Check a name before money is spent: exact, did you mean, or not in this group
    Check {
        /// The name
        name: String,
        /// The group to look in
        #[arg(short, long)]
        group: Option<String>,
    },
}

/// An order of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModelSort {
    /// By name.
    Name,
    /// By input price, cheapest first; unknown prices last.
    Price,
    /// By output price, cheapest first; unknown prices last.
    Output,
    /// By vendor.
    Vendor,
    /// By the length of the context, longest first.
    Context,
}

/// A way of billing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BillingKind {
    /// By the token.
    Token,
    /// By the call.
    Call,
    /// By an expression of the relay.
    Tiered,
    /// The relay publishes no price.
    Unknown,
}

/// All forms of an address.
#[derive(Debug, Args)]
pub struct UrlArgs {
    /// The address, in any form in which it is pasted
    #[arg(value_name = "FORM")]
    pub form: String,
}

/// What was spent.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct UsageArgs {
    /// Receipts one by one, or in a file; sums when absent
    #[command(subcommand)]
    pub command: Option<UsageCommand>,
    /// Only since so long ago: 24h, 7d, 4w; rounded to a quarter of an hour
    #[arg(long, default_value = "7d")]
    pub since: String,
    /// What the sums are of
    #[arg(long, value_enum, default_value_t = UsageBy::Day)]
    pub by: UsageBy,
    /// Of all profiles, not only the one in use
    #[arg(long)]
    pub all: bool,
}

/// By what spending is broken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UsageBy {
    /// By day
    Day,
    /// By key
    Key,
    /// By model
    Model,
    /// By group
    Group,
    /// By the program that sent it
    Tool,
}

impl From<UsageBy> for crate::domain::By {
    fn from(by: UsageBy) -> Self {
        match by {
            UsageBy::Day => Self::Day,
            UsageBy::Key => Self::Key,
            UsageBy::Model => Self::Model,
            UsageBy::Group => Self::Group,
            UsageBy::Tool => Self::Tool,
        }
    }
}

/// Receipts one by one, or in a file.
#[derive(Debug, Subcommand)]
pub enum UsageCommand {
    /// The latest requests, each with what it cost and what that rests on
    Receipts(ReceiptsArgs),
    /// Write every receipt to a file, as CSV or as JSON lines
    Export(ExportArgs),
}

/// The latest requests.
#[derive(Debug, Args)]
pub struct ReceiptsArgs {
    /// Only since so long ago: 24h, 7d, 4w
    #[arg(long, default_value = "30d")]
    pub since: String,
    /// At most so many
    #[arg(short = 'n', long, default_value_t = 50)]
    pub limit: u32,
    /// Only those worth a question to the relay: charged though empty or cut, charged or counted too high
    #[arg(long)]
    pub disputes: bool,
    /// Of all profiles, not only the one in use
    #[arg(long)]
    pub all: bool,
}

/// Write every receipt to a file.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The file; its name ends in .csv or .jsonl
    pub file: PathBuf,
    /// Only since so long ago: 24h, 7d, 4w, 1y
    #[arg(long, default_value = "1y")]
    pub since: String,
    /// Replace the file if it is there already
    #[arg(long)]
    pub force: bool,
    /// Of all profiles, not only the one in use
    #[arg(long)]
    pub all: bool,
}

/// Run the embedded relay.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen; other machines can only reach it when you say so here
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<std::net::SocketAddr>,
}

/// The relays you use.
#[derive(Debug, Subcommand)]
pub enum ProfilesCommand {
    /// List them
    List {
        /// Ask each of them what is in its wallet
        #[arg(long)]
        balances: bool,
        /// And what this model costs there, in the group where it is the cheapest
        #[arg(short, long, value_name = "MODEL", requires = "balances")]
        model: Option<String>,
    },
    /// Add a relay: its address, and a key or an access token
    Add(ProfileAddArgs),
    /// Use a relay from now on
    Use {
        /// Its name
        name: String,
    },
    /// Forget a relay and the secrets held for it; the relay itself keeps its keys
    Remove {
        /// Its name
        name: String,
    },
}

/// Add a relay.
#[derive(Debug, Args)]
pub struct ProfileAddArgs {
    /// What you call it
    pub name: String,
    /// Its address in any form
    #[arg(long, value_name = "URL")]
    pub url: String,
    /// A key: models can be listed and called, nothing else. Read from stdin with `-`; from RELAYDECK_KEY when neither
    /// a key nor a token is given
    #[arg(long, value_name = "KEY", conflicts_with = "access_token")]
    pub key: Option<String>,
    /// An access token of your account: keys, groups and wallet too. Read from stdin with `-`; from
    /// RELAYDECK_ACCESS_TOKEN, before RELAYDECK_KEY, when neither a key nor a token is given
    #[arg(long, value_name = "TOKEN")]
    pub access_token: Option<String>,
    /// Your account's number, which relays before July 2026 want beside the token
    #[arg(long, value_name = "N", conflicts_with = "key")]
    pub user_id: Option<i64>,
}
