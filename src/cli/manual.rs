//! `relaydeck completions` and `relaydeck man`: made from the same description of the command line that reads it.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use super::help;
use super::output::print;
use super::world::{Ending, World};
use crate::domain::{Fault, FaultKind};
use crate::locale::say;

/// Print the manual page.
#[derive(Debug, Args)]
pub struct ManArgs {
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// Prints what a shell completes with.
///
/// # Errors
/// When stdout cannot be written.
pub fn completions(shell: Shell) -> Result<Ending, Fault> {
    let mut text = Vec::new();
    clap_complete::generate(
        shell,
        &mut help::command(help::For::Completions),
        "relaydeck",
        &mut text,
    );
    print(&String::from_utf8_lossy(&text)).map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

/// Prints the manual page, or writes all of them into a folder.
///
/// # Errors
/// When they cannot be written.
pub fn man(args: ManArgs) -> Result<Ending, Fault> {
    if let Some(folder) = args.dir {
        let failed = |error: std::io::Error| {
            Fault::new(FaultKind::Local, format!("{}: {error}", folder.display()))
                .advise(say!("cli-man-folder"))
        };
        clap_mangen::generate_to(help::manual(), &folder).map_err(failed)?;
        return Ok(Ending::Done);
    }
    let mut text = Vec::new();
    clap_mangen::Man::new(help::command(help::For::Pages))
        .render(&mut text)
        .map_err(World::stdout_gone)?;
    print(&String::from_utf8_lossy(&text)).map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}
