//! What `relaydeck tools` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Third-party tools.
#[derive(Debug, Subcommand)]
pub enum ToolsCommand {
    List,
    Show {
        tool: String,
    },
    Setup(SetupArgs),
    Undo {
        tool: String,
        #[arg(long)]
        dry_run: bool,
        #[arg(short, long)]
        yes: bool,
    },
    Link(LinkArgs),
    Effective {
        tool: Option<String>,
    },
}

/// Make a tool use this relay.
#[derive(Debug, Args)]
pub struct SetupArgs {
    pub tool: String,
    #[arg(short, long)]
    pub model: Option<String>,
    #[arg(short, long, value_name = "KEY", conflicts_with = "new_key")]
    pub key: Option<String>,
    #[arg(long)]
    pub new_key: bool,
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
    #[arg(long)]
    pub dry_run: bool,
    #[arg(short, long)]
    pub yes: bool,
}

/// A link that sets an app up.
#[derive(Debug, Args)]
pub struct LinkArgs {
    pub app: Option<String>,
    #[arg(short, long)]
    pub model: Option<String>,
    #[arg(short, long, value_name = "KEY")]
    pub key: Option<String>,
    #[arg(long)]
    pub qr: bool,
    #[arg(short, long)]
    pub yes: bool,
}
