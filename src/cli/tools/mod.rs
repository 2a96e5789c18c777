//! `relaydeck tools`: third-party tools on this machine, what each would really use, and setting them up.

mod args;
mod link;
mod list;
mod setup;

pub use args::ToolsCommand;

use super::world::{Ending, World};
use crate::domain::Fault;
use crate::tools::{Places, named};

/// Runs the sub-command.
///
/// # Errors
/// When there is no such tool, a file cannot be read or written, or the relay refuses.
pub async fn run(world: &World, command: ToolsCommand) -> Result<Ending, Fault> {
    let mut places = Places::of_process(world.data().to_owned());
    match command {
        ToolsCommand::List => list::list(world, &places),
        ToolsCommand::Show { tool } => list::show(world, &places, named(&tool)?),
        ToolsCommand::Effective { tool } => list::effective(world, &places, tool.as_deref()),
        ToolsCommand::Setup(args) => {
            places.named = args.file.clone().map(|path| places.here.join(path));
            setup::setup(world, &places, args).await
        }
        ToolsCommand::Link(args) => link::run(world, args).await,
        ToolsCommand::Undo { tool, dry_run, yes } => {
            setup::undo(world, &places, named(&tool)?, dry_run, yes)
        }
    }
}
