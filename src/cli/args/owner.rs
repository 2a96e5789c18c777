//! What the commands of a relay's owner take: accounts and codes.

use clap::{Args, Subcommand, ValueEnum};

/// Accounts of the embedded relay.
#[derive(Debug, Subcommand)]
pub enum AccountsCommand {
    List,
    Show {
        account: String,
    },
    Create(AccountCreateArgs),
    Edit(AccountEditArgs),
    Credit {
        account: String,
        #[arg(allow_negative_numbers = true)]
        amount: String,
    },
    Enable {
        account: String,
    },
    Disable {
        account: String,
    },
    Password {
        account: String,
        #[arg(long, value_name = "PASSWORD")]
        password: Option<String>,
    },
    Delete {
        account: String,
    },
}

/// Make an account.
#[derive(Debug, Args)]
pub struct AccountCreateArgs {
    pub name: String,
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub display_name: String,
    #[arg(long, value_name = "PASSWORD")]
    pub password: Option<String>,
    #[arg(short, long)]
    pub group: Option<String>,
    #[arg(long, value_name = "USD")]
    pub credit: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub remark: Option<String>,
    #[arg(long, value_enum, default_value_t = RoleWord::User)]
    pub role: RoleWord,
}

/// Change an account.
#[derive(Debug, Args)]
pub struct AccountEditArgs {
    pub account: String,
    #[arg(long)]
    pub name: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub display_name: Option<String>,
    #[arg(short, long)]
    pub group: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub remark: Option<String>,
    #[arg(long, value_enum)]
    pub role: Option<RoleWord>,
}

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleWord {
    User,
    Admin,
}

/// Redemption codes of the embedded relay.
#[derive(Debug, Subcommand)]
pub enum CodesCommand {
    Create {
        #[arg(long, value_name = "USD")]
        amount: String,
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
        count: u32,
        #[arg(long, default_value = "code")]
        name: String,
        #[arg(short, long, default_value = "never")]
        expires: String,
    },
    List,
    Remove {
        #[arg(required_unless_present = "invalid")]
        ids: Vec<i64>,
        #[arg(long, conflicts_with = "ids")]
        invalid: bool,
    },
}

/// Prices of the models of the embedded relay.
#[derive(Debug, Subcommand)]
pub enum PricesCommand {
    List,
    Propose {
        models: Vec<String>,
        #[arg(long)]
        yes: bool,
    },
    Set(PriceSetArgs),
    Remove {
        model: String,
    },
}

/// Set a model's price.
#[derive(Debug, Args)]
pub struct PriceSetArgs {
    pub model: String,
    #[arg(
        long,
        value_name = "USD",
        allow_negative_numbers = true,
        required_unless_present = "call"
    )]
    pub input: Option<String>,
    #[arg(
        long,
        value_name = "USD",
        allow_negative_numbers = true,
        required_unless_present = "call"
    )]
    pub output: Option<String>,
    #[arg(
        long,
        value_name = "USD",
        allow_negative_numbers = true,
        conflicts_with = "call"
    )]
    pub cache_read: Option<String>,
    #[arg(
        long,
        value_name = "USD",
        allow_negative_numbers = true,
        conflicts_with = "call"
    )]
    pub cache_write: Option<String>,
    #[arg(long, value_name = "USD", allow_negative_numbers = true, conflicts_with_all = ["input", "output"])]
    pub call: Option<String>,
}

/// Make or change a group.
#[derive(Debug, Args)]
pub struct GroupSetArgs {
    pub name: String,
    #[arg(long, value_name = "RATIO", allow_negative_numbers = true)]
    pub ratio: Option<String>,
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    #[arg(long, conflicts_with = "public")]
    pub private: bool,
    #[arg(long)]
    pub public: bool,
}

/// What `auto` stands for.
#[derive(Debug, Args)]
pub struct GroupAutoArgs {
    #[arg(value_name = "GROUP")]
    pub groups: Vec<String>,
    #[arg(long, conflicts_with = "groups")]
    pub none: bool,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=50))]
    pub most: Option<u32>,
    #[arg(long, value_enum, value_name = "WHERE")]
    pub new_keys: Option<NewKeys>,
}

/// Where a new key begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum NewKeys {
    Auto,
    Own,
}

/// What accounts of a group pay in another.
#[derive(Debug, Args)]
pub struct GroupSpecialArgs {
    #[arg(value_name = "ACCOUNTS-OF", requires = "group")]
    pub accounts_of: Option<String>,
    #[arg(requires = "change")]
    pub group: Option<String>,
    #[arg(group = "change", allow_negative_numbers = true)]
    pub ratio: Option<String>,
    #[arg(long, group = "change", requires = "group")]
    pub remove: bool,
}

/// Make a channel of an offered upstream.
#[derive(Debug, Args)]
pub struct OfferAcceptArgs {
    pub name: String,
    #[arg(long, value_delimiter = ',', default_value = "default")]
    pub groups: Vec<String>,
    #[arg(long, value_name = "USD", requires = "price_out")]
    pub price_in: Option<String>,
    #[arg(long, value_name = "USD", requires = "price_in")]
    pub price_out: Option<String>,
}

/// Change a channel; what is not named stays.
#[derive(Debug, Args)]
pub struct ChannelEditArgs {
    pub id: i64,
    #[arg(long)]
    pub name: Option<String>,
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    #[arg(long, value_delimiter = ',')]
    pub models: Option<Vec<String>>,
    #[arg(long, value_delimiter = ',')]
    pub groups: Option<Vec<String>>,
    #[arg(long, allow_negative_numbers = true)]
    pub priority: Option<i64>,
    #[arg(long)]
    pub weight: Option<u32>,
}
