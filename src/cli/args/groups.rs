//! What `relaydeck groups` takes.

use clap::{Subcommand, ValueEnum};

use super::owner::{GroupAutoArgs, GroupSetArgs, GroupSpecialArgs};

/// Groups of this relay.
#[derive(Debug, Subcommand)]
pub enum GroupsCommand {
    List {
        #[arg(short, long, value_name = "NAME")]
        model: Option<String>,
    },
    Show {
        name: String,
    },
    Mark {
        group: String,
        model: String,
        verdict: Verdict,
        #[arg(long, value_name = "ID")]
        request_id: Option<String>,
    },
    Set(GroupSetArgs),
    Auto(GroupAutoArgs),
    Special(GroupSpecialArgs),
    Remove {
        name: String,
    },
}

/// What an answer was, in the user's own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Verdict {
    Good,
    Bad,
}
