//! What the commands of a relay's owner take: accounts and codes.

use clap::{Args, Subcommand, ValueEnum};

/// Accounts of the embedded relay.
#[derive(Debug, Subcommand)]
pub enum AccountsCommand {
    /// List the accounts
    List,
    /// Show one account
    Show {
        /// Its number or name
        account: String,
    },
    /// Make an account; without --password one is made up and printed once, alone on stdout
    Create(AccountCreateArgs),
    /// Change an account
    Edit(AccountEditArgs),
    /// Add to an account's wallet, or take from it with an amount below zero
    Credit {
        /// Its number or name
        account: String,
        /// Dollars, like 5.00 or -2.50
        #[arg(allow_negative_numbers = true)]
        amount: String,
    },
    /// Let an account use the relay again
    Enable {
        /// Its number or name
        account: String,
    },
    /// Keep an account and its keys out
    Disable {
        /// Its number or name
        account: String,
    },
    /// Set a new password; without --password one is made up and printed once, alone on stdout
    Password {
        /// Its number or name
        account: String,
        /// The new password; read from stdin with `-`
        #[arg(long, value_name = "PASSWORD")]
        password: Option<String>,
    },
    /// Delete an account with its keys; what is in its wallet is gone
    Delete {
        /// Its number or name
        account: String,
    },
}

/// Make an account.
#[derive(Debug, Args)]
pub struct AccountCreateArgs {
    /// The name it logs in under
    pub name: String,
    /// Its name for show
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub display_name: String,
    /// Its password; read from stdin with `-`
    #[arg(long, value_name = "PASSWORD")]
    pub password: Option<String>,
    /// Its group
    #[arg(short, long)]
    pub group: Option<String>,
    /// What it begins with, in dollars
    #[arg(long, value_name = "USD")]
    pub credit: Option<String>,
    /// A note for yourself
    #[arg(long, value_name = "TEXT")]
    pub remark: Option<String>,
    /// What it may do
    #[arg(long, value_enum, default_value_t = RoleWord::User)]
    pub role: RoleWord,
}

/// Change an account.
#[derive(Debug, Args)]
pub struct AccountEditArgs {
    /// Its number or name
    pub account: String,
    /// The name it logs in under
    #[arg(long)]
    pub name: Option<String>,
    /// Its name for show
    #[arg(long, value_name = "TEXT")]
    pub display_name: Option<String>,
    /// Its group
    #[arg(short, long)]
    pub group: Option<String>,
    /// A note for yourself
    #[arg(long, value_name = "TEXT")]
    pub remark: Option<String>,
    /// What it may do
    #[arg(long, value_enum)]
    pub role: Option<RoleWord>,
}

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleWord {
    /// Use the relay.
    User,
    /// Manage users, channels and codes too.
    Admin,
}

/// Redemption codes of the embedded relay.
#[derive(Debug, Subcommand)]
pub enum CodesCommand {
    /// Make codes; they are printed once, a line each, alone on stdout
    Create {
        /// What each is worth, in dollars
        #[arg(long, value_name = "USD")]
        amount: String,
        /// How many, 100 at most
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
        count: u32,
        /// What they are called
        #[arg(long, default_value = "code")]
        name: String,
        /// When they end: 30d, 2027-01-31, or `never`
        #[arg(short, long, default_value = "never")]
        expires: String,
    },
    /// List the codes, masked
    List,
    /// Remove codes; what they paid stays in the wallets
    Remove {
        /// Their numbers
        #[arg(required_unless_present = "invalid")]
        ids: Vec<i64>,
        /// All that can no longer be redeemed
        #[arg(long, conflicts_with = "ids")]
        invalid: bool,
    },
}

/// Prices of the models of the embedded relay.
#[derive(Debug, Subcommand)]
pub enum PricesCommand {
    /// List what each model costs in a group of ×1, and who set it
    List,
    /// Show what the bundled catalogue of vendors' list prices has for models without a price; set it only with --yes
    Propose {
        /// Only these models
        models: Vec<String>,
        /// Set what is proposed
        #[arg(long)]
        yes: bool,
    },
    /// Set a model's price; requests from then on cost it
    Set(PriceSetArgs),
    /// Forget the price you set for a model
    Remove {
        /// The exact name
        model: String,
    },
}

/// Set a model's price.
#[derive(Debug, Args)]
pub struct PriceSetArgs {
    /// The exact name
    pub model: String,
    /// Dollars per million input tokens
    #[arg(long, value_name = "USD", required_unless_present = "call")]
    pub input: Option<String>,
    /// Dollars per million output tokens
    #[arg(long, value_name = "USD", required_unless_present = "call")]
    pub output: Option<String>,
    /// Dollars per million input tokens read from a cache; the input price when absent
    #[arg(long, value_name = "USD", conflicts_with = "call")]
    pub cache_read: Option<String>,
    /// Dollars per million input tokens written to a cache; the input price when absent
    #[arg(long, value_name = "USD", conflicts_with = "call")]
    pub cache_write: Option<String>,
    /// Dollars per call, whatever its length
    #[arg(long, value_name = "USD", allow_negative_numbers = true, conflicts_with_all = ["input", "output"])]
    pub call: Option<String>,
}

/// Make or change a group.
#[derive(Debug, Args)]
pub struct GroupSetArgs {
    /// Its name
    pub name: String,
    /// The multiplier of every price, like 0.8; a new group costs ×1
    #[arg(long, value_name = "RATIO")]
    pub ratio: Option<String>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Only for accounts whose own group it is
    #[arg(long, conflicts_with = "public")]
    pub private: bool,
    /// For every account; so is a new group
    #[arg(long)]
    pub public: bool,
}

/// Make a channel of an offered upstream.
#[derive(Debug, Args)]
pub struct OfferAcceptArgs {
    /// Its name, as `channels offers` shows it
    pub name: String,
    /// The groups that may use it, separated by commas
    #[arg(long, value_delimiter = ',', default_value = "default")]
    pub groups: Vec<String>,
    /// Dollars per million input tokens, for all of its models
    #[arg(long, value_name = "USD", requires = "price_out")]
    pub price_in: Option<String>,
    /// Dollars per million output tokens, for all of its models
    #[arg(long, value_name = "USD", requires = "price_in")]
    pub price_out: Option<String>,
}

/// Change a channel; what is not named stays.
#[derive(Debug, Args)]
pub struct ChannelEditArgs {
    /// The channel's number
    pub id: i64,
    /// The channel's name
    #[arg(long)]
    pub name: Option<String>,
    /// The upstream's address in any form
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// The upstream's key; read from stdin with `-`
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// The models it serves, separated by commas
    #[arg(long, value_delimiter = ',')]
    pub models: Option<Vec<String>>,
    /// The groups that may use it, separated by commas
    #[arg(long, value_delimiter = ',')]
    pub groups: Option<Vec<String>>,
    /// Higher is tried first
    #[arg(long, allow_negative_numbers = true)]
    pub priority: Option<i64>,
    /// Share among channels of the same priority
    #[arg(long)]
    pub weight: Option<u32>,
}
