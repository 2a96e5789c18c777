//! What the command line takes: global flags and sub-commands. What `--help` says of them stands in the catalogues.

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

/// The command line. It has no texts of its own: [`super::help`] puts those of the catalogues in where they are shown.
#[derive(Debug, Parser)]
#[command(name = "relaydeck", version, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags that hold everywhere.
#[derive(Clone, Debug, Default, Args)]
pub struct Global {
    #[arg(short, long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    #[arg(long, global = true)]
    pub json: bool,
    #[arg(long, global = true)]
    pub plain: bool,
    #[arg(long, global = true, value_name = "WHEN")]
    pub color: Option<ColorWhen>,
    #[arg(long, global = true, value_name = "KIND")]
    pub link: Option<LinkKind>,
    #[arg(long, global = true, value_name = "LANGUAGE")]
    pub lang: Option<Lang>,
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    Auto,
    Always,
    Never,
}

/// How sparing to be with bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LinkKind {
    Auto,
    Local,
    Remote,
    Slow,
}

/// The language of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lang {
    Auto,
    En,
    Zh,
}

/// The sub-commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    Chat(ChatArgs),
    #[command(subcommand)]
    Keys(KeysCommand),
    #[command(subcommand)]
    Groups(GroupsCommand),
    #[command(subcommand)]
    Models(ModelsCommand),
    #[command(subcommand)]
    Nodes(NodesCommand),
    Verify(VerifyArgs),
    Doctor(DoctorArgs),
    Url(UrlArgs),
    #[command(subcommand)]
    Wallet(wallet::WalletCommand),
    Usage(UsageArgs),
    #[command(subcommand)]
    Channels(ChannelsCommand),
    Migrate(super::migrate::MigrateArgs),
    Sample(super::sample::SampleArgs),
    #[command(subcommand)]
    Tools(super::tools::ToolsCommand),
    #[command(subcommand)]
    Accounts(owner::AccountsCommand),
    #[command(subcommand)]
    Codes(owner::CodesCommand),
    #[command(subcommand)]
    Prices(owner::PricesCommand),
    Serve(ServeArgs),
    #[command(subcommand)]
    Profiles(ProfilesCommand),
    Login(login::LoginArgs),
    Register(login::RegisterArgs),
    #[command(subcommand)]
    Sessions(SessionsCommand),
    #[command(subcommand)]
    Config(ConfigCommand),
    Completions {
        shell: clap_complete::Shell,
    },
    Man(ManArgs),
}

/// The marketplace.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    List {
        #[arg(short, long)]
        group: Option<String>,
        #[arg(long)]
        vendor: Option<String>,
        #[arg(long)]
        endpoint: Option<String>,
        #[arg(long)]
        tag: Option<String>,
        #[arg(long, value_enum)]
        billing: Option<BillingKind>,
        #[arg(short, long, value_name = "TEXT")]
        search: Option<String>,
        #[arg(long, value_enum, default_value_t = ModelSort::Name)]
        sort: ModelSort,
    },
    Show {
        name: String,
    },
    Check {
        name: String,
        #[arg(short, long)]
        group: Option<String>,
    },
}

/// An order of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ModelSort {
    Name,
    Price,
    Output,
    Vendor,
    Context,
    Marks,
}

/// A way of billing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BillingKind {
    Token,
    Call,
    Tiered,
    Unknown,
}

/// All forms of an address.
#[derive(Debug, Args)]
pub struct UrlArgs {
    #[arg(value_name = "FORM")]
    pub form: String,
    #[arg(long, value_name = "TOOL")]
    pub tool: Option<String>,
}

/// What was spent.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct UsageArgs {
    #[command(subcommand)]
    pub command: Option<UsageCommand>,
    #[arg(long, default_value = "7d")]
    pub since: String,
    #[arg(long, value_enum, default_value_t = UsageBy::Day)]
    pub by: UsageBy,
    #[arg(long)]
    pub all: bool,
}

/// By what spending is broken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum UsageBy {
    Day,
    Key,
    Model,
    Group,
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
    Receipts(ReceiptsArgs),
    Export(ExportArgs),
}

/// The latest requests.
#[derive(Debug, Args)]
pub struct ReceiptsArgs {
    #[arg(long, default_value = "30d")]
    pub since: String,
    #[arg(short = 'n', long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    #[arg(long)]
    pub disputes: bool,
    #[arg(long)]
    pub all: bool,
}

/// Write every receipt to a file.
#[derive(Debug, Args)]
pub struct ExportArgs {
    pub file: PathBuf,
    #[arg(long, default_value = "1y")]
    pub since: String,
    #[arg(long)]
    pub force: bool,
    #[arg(long)]
    pub all: bool,
}

/// Run the embedded relay.
#[derive(Debug, Args)]
pub struct ServeArgs {
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<std::net::SocketAddr>,
}

/// The relays you use.
#[derive(Debug, Subcommand)]
pub enum ProfilesCommand {
    List {
        #[arg(long)]
        balances: bool,
        #[arg(short, long, value_name = "MODEL", requires = "balances")]
        model: Option<String>,
    },
    Add(ProfileAddArgs),
    Use {
        name: String,
    },
    Remove {
        name: String,
    },
}

/// Add a relay.
#[derive(Debug, Args)]
pub struct ProfileAddArgs {
    pub name: String,
    #[arg(long, value_name = "URL")]
    pub url: String,
    #[arg(long, value_name = "KEY", conflicts_with = "access_token")]
    pub key: Option<String>,
    #[arg(long, value_name = "TOKEN")]
    pub access_token: Option<String>,
    #[arg(long, value_name = "N", conflicts_with = "key")]
    pub user_id: Option<i64>,
}
