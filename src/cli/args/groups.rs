//! What `relaydeck groups` takes.

use clap::{Subcommand, ValueEnum};

use super::owner::GroupSetArgs;

/// Groups of this relay.
#[derive(Debug, Subcommand)]
pub enum GroupsCommand {
    /// List the groups with their price ratios and how well they have worked
    List {
        /// Only the groups that have this model, the cheapest first
        #[arg(short, long, value_name = "NAME")]
        model: Option<String>,
    },
    /// Show one group: what was measured of it, its last failure, its models
    Show {
        /// Its name
        name: String,
    },
    /// Mark an answer of a model in a group as good or bad: your own word, kept here
    Mark {
        /// The group's name
        group: String,
        /// The model's exact name
        model: String,
        /// What the answer was
        verdict: Verdict,
        /// The relay's request id of the answer; a request has one mark
        #[arg(long, value_name = "ID")]
        request_id: Option<String>,
    },
    /// Make a group or change it, on a relay you own; requests from then on cost by it
    Set(GroupSetArgs),
    /// Remove a group, on a relay you own; keys that name it stop working
    Remove {
        /// Its name
        name: String,
    },
}

/// What an answer was, in the user's own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Verdict {
    /// Good.
    Good,
    /// Bad.
    Bad,
}
