//! What `relaydeck tools` takes. Texts here are what `--help` says.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Third-party tools.
#[derive(Debug, Subcommand)]
pub enum ToolsCommand {
    /// List the tools: which are here, what each would use, and whether that can work
    List,
    /// Show one tool: its files, the form of the address it wants, what it uses, how it is set up
    Show {
        /// Its name in the list
        tool: String,
    },
    /// Make a tool use this relay: the difference is shown first, nothing is written without a yes
    Setup(SetupArgs),
    /// Take the latest setup of a tool back, byte for byte
    Undo {
        /// Its name in the list
        tool: String,
        /// Show what would be done, and do nothing
        #[arg(long)]
        dry_run: bool,
        /// Do not ask
        #[arg(short, long)]
        yes: bool,
    },
    /// Print a link that sets an app of the desktop or phone up; it holds the key
    Link(LinkArgs),
    /// Show the address, key and model a tool would really use, and which layer wins
    Effective {
        /// Its name in the list; all that use something when absent
        tool: Option<String>,
    },
}

/// Make a tool use this relay.
#[derive(Debug, Args)]
pub struct SetupArgs {
    /// Its name in the list
    pub tool: String,
    /// The exact name of the model; one that suits the tool when absent
    #[arg(short, long)]
    pub model: Option<String>,
    /// The key to give it: its number or name among the keys held here, or the secret itself; read from stdin with `-`.
    /// The tool's own key, or else any, when absent
    #[arg(short, long, value_name = "KEY", conflicts_with = "new_key")]
    pub key: Option<String>,
    /// Make a key of its own for the tool
    #[arg(long)]
    pub new_key: bool,
    /// Write this file instead of the tool's own
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
    /// Show the difference, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

/// A link that sets an app up.
#[derive(Debug, Args)]
pub struct LinkArgs {
    /// The app; the apps there are when absent
    pub app: Option<String>,
    /// The exact name of the model, for apps that take one
    #[arg(short, long)]
    pub model: Option<String>,
    /// The key to give it: its number or name among the keys held here; any when absent
    #[arg(short, long, value_name = "KEY")]
    pub key: Option<String>,
    /// Draw it as a QR code too
    #[arg(long)]
    pub qr: bool,
    /// Do not ask, though the link holds the key
    #[arg(short, long)]
    pub yes: bool,
}
