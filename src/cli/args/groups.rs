//! What `relaydeck groups` takes.

use clap::Subcommand;

use super::owner::GroupSetArgs;

/// Groups of this relay.
#[derive(Debug, Subcommand)]
pub enum GroupsCommand {
    /// List the groups with their price ratios
    List,
    /// Make a group or change it, on a relay you own; requests from then on cost by it
    Set(GroupSetArgs),
    /// Remove a group, on a relay you own; keys that name it stop working
    Remove {
        /// Its name
        name: String,
    },
}
