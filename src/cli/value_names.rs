//! What stands for a value in usage and errors, `<KEY>`, in the language that is spoken.
//!
//! An argument is declared with its English name, and `help-value-key` is what is shown instead of `KEY`. Where one word
//! of English is several elsewhere, `help-value-keys-key` holds for the sub-commands of `keys` alone.

use clap::builder::Str;
use clap::{Arg, Command};

use super::help::{ROOT, below};
use crate::locale::{named, say};

/// A command line with the names of its values in that language.
pub fn translated(command: Command) -> Command {
    within(command, ROOT)
}

fn within(command: Command, path: &str) -> Command {
    command
        .subcommand_value_name(say!("help-word-command-value"))
        .mut_args(|arg| valued(arg, path))
        .mut_subcommands(|command| {
            let path = match command.get_name() {
                // It has copies of all others behind it.
                "help" => path.to_owned(),
                name => below(path, name),
            };
            within(command, &path)
        })
}

/// An argument of a command with the name of its value.
fn valued(arg: Arg, path: &str) -> Arg {
    let path = if arg.is_global_set() { ROOT } else { path };
    let names = arg.get_value_names().unwrap_or_default();
    let names: Vec<Str> = names.iter().map(|name| value(name, path)).collect();
    match names.is_empty() || !arg.get_action().takes_values() {
        true => arg,
        false => arg.value_names(names),
    }
}

/// The same with every colon in a name escaped: zsh ends the name of a value at one, and takes the rest for an action.
/// The names stay for as long as the program, which prints them and ends.
pub fn without_colons(command: Command) -> Command {
    command
        .mut_args(|arg| {
            let names = arg.get_value_names().unwrap_or_default();
            let names: Vec<Str> = names
                .iter()
                .map(|name| Str::from(&*name.replace(':', "\\:").leak()))
                .collect();
            match names.iter().any(|name| name.contains(':')) {
                true => arg.value_names(names),
                false => arg,
            }
        })
        .mut_subcommands(without_colons)
}

fn value(name: &Str, path: &str) -> Str {
    let ids = ids(name, path);
    let found = ids.iter().find_map(|id| named(id));
    found.map_or_else(|| name.clone(), Str::from)
}

/// Where the name of a value may stand: first the one that holds for some commands alone.
pub fn ids(name: &str, path: &str) -> [String; 2] {
    let letter = |sign: char| match sign.is_ascii_alphanumeric() {
        true => sign.to_ascii_lowercase(),
        false => '-',
    };
    let name: String = name.chars().map(letter).collect();
    let commands = path.split('-').next().unwrap_or_default();
    [
        format!("help-value-{commands}-{name}"),
        format!("help-value-{name}"),
    ]
}
