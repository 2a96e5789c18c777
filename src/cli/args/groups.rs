//! What `relaydeck groups` takes.

use clap::Subcommand;

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
    /// Make a group or change it, on a relay you own; requests from then on cost by it
    Set(GroupSetArgs),
    /// Remove a group, on a relay you own; keys that name it stop working
    Remove {
        /// Its name
        name: String,
    },
}
