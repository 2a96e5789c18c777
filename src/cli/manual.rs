//! `relaydeck completions` and `relaydeck man`: made from the same description of the command line that reads it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use super::help;
use super::output::print;
use super::value_names;
use super::world::{Ending, World};
use crate::domain::{Fault, FaultKind};
use crate::locale::{pair, say, system};

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
    let mut command = help::command(help::For::Completions);
    if shell == Shell::Zsh {
        command = value_names::without_colons(command);
    }
    clap_complete::generate(shell, &mut command, "relaydeck", &mut text);
    print(&String::from_utf8_lossy(&text)).map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

/// Prints the manual page, or writes all of them into a folder.
///
/// # Errors
/// When they cannot be written.
pub fn man(args: ManArgs) -> Result<Ending, Fault> {
    if let Some(folder) = args.dir {
        let failed = |error: io::Error| {
            Fault::new(FaultKind::Local, pair(folder.display(), system(&error)))
                .advise(say!("cli-man-folder"))
        };
        write_all(&help::manual(), &folder).map_err(failed)?;
        return Ok(Ending::Done);
    }
    let man = Man::new(help::command(help::For::Manual));
    let page = page(&man).map_err(World::stdout_gone)?;
    print(&page).map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

/// A page for a command, and one for each below it.
fn write_all(command: &Command, folder: &Path) -> io::Result<()> {
    let man = Man::new(command.clone());
    fs::write(folder.join(man.get_filename()), page(&man)?)?;
    let shown = |command: &&Command| !command.is_hide_set();
    command
        .get_subcommands()
        .filter(shown)
        .try_for_each(|below| write_all(below, folder))
}

/// A page with its headings in the language that is spoken: the library has none but English ones.
fn page(man: &Man) -> io::Result<String> {
    let mut page = Vec::new();
    man.render(&mut page)?;
    let page = String::from_utf8_lossy(&page);
    let lines = page.lines().map(|line| match line.strip_prefix(".SH ") {
        Some(heading) => format!(".SH {}\n", said(heading)),
        None => format!("{line}\n"),
    });
    Ok(lines.collect())
}

fn said(heading: &str) -> &str {
    match heading {
        "NAME" => say!("help-word-man-name"),
        "SYNOPSIS" => say!("help-word-man-synopsis"),
        "DESCRIPTION" => say!("help-word-man-description"),
        "OPTIONS" => say!("help-word-man-options"),
        "SUBCOMMANDS" => say!("help-word-man-commands"),
        "EXTRA" => say!("help-word-man-extra"),
        "VERSION" => say!("help-word-man-version"),
        other => other,
    }
}
