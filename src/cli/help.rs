//! `--help`: the texts of the catalogues put into what clap knows of the command line, in the language that is spoken.
//!
//! Clap reads arguments without a text. Only where help, a manual page or completions are wanted are the texts looked up:
//! `help-keys-create` is what `relaydeck keys create` is, its attribute `name` is what `--name` is, and `sort-price` is the
//! value `price` of `--sort`. What holds everywhere is told by `help-relaydeck`.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};

use clap::builder::{PossibleValue, PossibleValuesParser, StyledStr};
use clap::{Arg, Command, CommandFactory};

use super::args::Cli;
use super::output::pad;
use super::value_names;
use crate::locale::{listed, named, say};
use crate::tui::text::{Wrap, width, wrap};

/// The name of the command without a sub-command.
pub(super) const ROOT: &str = "relaydeck";
/// Cells of a line where nobody knows how many there are, and the most that are used.
const WIDEST: usize = 100;

/// What the texts are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Pages of help: what a value may be and is by default stands behind what it is.
    Pages,
    /// Pages of the manual: the same, where the line of usage spells every option out.
    Manual,
    /// Completions: what is offered tells that by itself.
    Completions,
}

/// The command line with what each part of it is.
pub fn command(purpose: For) -> Command {
    complete(Cli::command(), purpose)
}

/// The pages of the manual: the sub-command `help` needs none.
pub fn manual() -> Command {
    complete(Cli::command().disable_help_subcommand(true), For::Manual)
}

fn complete(command: Command, purpose: For) -> Command {
    // Clap settles while it builds whether `--help` says more than `-h`: it does, everywhere.
    let mut command = command.mut_arg("color", |arg| arg.long_help(say!("help-word-help-long")));
    command.build();
    told(value_names::translated(command), ROOT, purpose)
}

/// The id of a sub-command's texts: `keys`, then `keys-create`.
pub(super) fn below(path: &str, name: &str) -> String {
    match path {
        ROOT => name.to_owned(),
        path => format!("{path}-{name}"),
    }
}

fn told(command: Command, path: &str, purpose: For) -> Command {
    let text = |attribute: &str| named(&format!("help-{path}{attribute}"));
    let mut command = command;
    if let Some(about) = text("") {
        command = command.about(about);
    }
    if let Some(about) = text(".about-long") {
        command = command.long_about(about);
    }
    if let Some(after) = text(".after-help") {
        command = command.after_help(after);
    }
    let template = template(&command);
    let mut command = command;
    if purpose == For::Pages
        && let Some(usage) = usage(&mut command)
    {
        command = command.override_usage(usage);
    }
    command
        .help_template(template)
        .mut_args(|arg| described(arg, path, purpose))
        .mut_subcommands(|below_it| match below_it.get_name() {
            // It has copies of all others behind it.
            "help" => told(below_it, path, purpose).about(say!("help-word-help-command")),
            name => {
                let path = below(path, name);
                told(below_it, &path, purpose)
            }
        })
}

/// How a command is used, without the heading: Clap's own line, where options stand for all of them in our words.
fn usage(command: &mut Command) -> Option<StyledStr> {
    let line = command.render_usage().ansi().to_string();
    let (_, line) = line.split_once("Usage:")?.1.split_once(' ')?;
    Some(styled(
        &line.replace("[OPTIONS]", say!("help-word-options-value")),
    ))
}

/// The order of a page, with the headings of the parts that this command has.
fn template(command: &Command) -> StyledStr {
    let styles = command.get_styles();
    let (head, usage) = (styles.get_header(), styles.get_usage());
    let mut template = StyledStr::new();
    let _ = write!(
        template,
        "{{about-with-newline}}\n{usage}{}{usage:#}{{usage}}",
        say!("help-word-usage")
    );
    let mut part = |is_there: bool, heading: &str, tag: &str| {
        if is_there {
            let _ = write!(template, "\n\n{head}{heading}{head:#}\n{{{tag}}}");
        }
    };
    let commands = command.get_subcommands().next().is_some();
    let arguments = command.get_positionals().next().is_some();
    part(commands, say!("help-word-commands"), "subcommands");
    part(arguments, say!("help-word-arguments"), "positionals");
    part(true, say!("help-word-options"), "options");
    let _ = write!(template, "{{after-help}}");
    template
}

/// An argument with what it is, what it takes, and what is taken when it is absent.
fn described(arg: Arg, path: &str, purpose: For) -> Arg {
    match arg.get_id().as_str() {
        "help" => {
            return arg
                .help(say!("help-word-help"))
                .long_help(say!("help-word-help-long"));
        }
        "version" => return arg.help(say!("help-word-version")),
        _ => {}
    }
    let path = if arg.is_global_set() { ROOT } else { path };
    let id = arg.get_id().as_str().to_owned();
    let about = named(&format!("help-{path}.{id}")).unwrap_or_default();
    let values: Vec<PossibleValue> = arg
        .get_possible_values()
        .into_iter()
        .map(
            |value| match named(&format!("help-{path}.{id}-{}", value.get_name())) {
                Some(text) => value.help(text),
                None => value,
            },
        )
        .collect();
    let arg = match purpose {
        For::Completions => arg.help(about),
        For::Pages | For::Manual => explained(arg, about, &values),
    };
    match values.is_empty() {
        true => arg,
        // Completions show what each value means.
        false => arg.value_parser(PossibleValuesParser::new(values)),
    }
}

/// An argument with what it is, then what it takes and what is taken when it is absent.
fn explained(arg: Arg, about: &str, values: &[PossibleValue]) -> Arg {
    let default = default_of(&arg);
    let names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    let listed = match names.is_empty() {
        true => None,
        false => Some(say!("help-word-values-short", values = listed(&names))),
    };
    let have_texts = values.iter().any(|value| value.get_help().is_some());
    let mut short = vec![about.to_owned()];
    short.extend(default.clone());
    short.extend(listed.clone());
    let mut long = about.to_owned();
    if have_texts {
        long += &format!("\n\n{}", list(values));
    }
    let behind = default.into_iter().chain(listed.filter(|_| !have_texts));
    let behind: Vec<String> = behind.collect();
    if !behind.is_empty() {
        long += &format!("\n\n{}", behind.join("\n"));
    }
    arg.help(styled(&short.join(" ")))
        .long_help(styled(&long))
        .hide_default_value(true)
        .hide_possible_values(true)
}

fn styled(text: &str) -> StyledStr {
    let mut styled = StyledStr::new();
    let _ = styled.write_str(text);
    styled
}

fn default_of(arg: &Arg) -> Option<String> {
    let values: Vec<String> = arg
        .get_default_values()
        .iter()
        .map(|value| match value.to_string_lossy() {
            empty if empty.is_empty() => "\"\"".to_owned(),
            value => value.into_owned(),
        })
        .collect();
    let takes = arg.get_action().takes_values() && !values.is_empty();
    takes.then(|| say!("help-word-default", value = values.join(" ")))
}

/// The values one by one, each with what it means.
fn list(values: &[PossibleValue]) -> String {
    let longest = values.iter().map(|value| width(value.get_name())).max();
    let rows = values.iter().map(|value| {
        let name = format!("{}:", value.get_name());
        let name = pad(&name, longest.unwrap_or_default() + 1);
        let help = value.get_help().map(ToString::to_string);
        // A blank at its beginning keeps a line of its own in a manual page, too.
        format!("\n  - {name} {}", help.unwrap_or_default())
    });
    format!("{}{}", say!("help-word-values"), rows.collect::<String>())
}

/// Prints a page of help: in colour where that is wanted, in lines that fit.
pub fn print(page: &StyledStr, to_stderr: bool) {
    let is_terminal = match to_stderr {
        true => io::stderr().is_terminal(),
        false => io::stdout().is_terminal(),
    };
    let cells = match crossterm::terminal::size() {
        Ok((columns, _)) if is_terminal && columns > 0 => usize::from(columns).min(WIDEST),
        _ => WIDEST,
    };
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let text = match is_terminal && !no_colour {
        true => page.ansi().to_string(),
        false => page.to_string(),
    };
    let text = fitted(&text, cells);
    // Whoever does not read on has seen enough.
    let _ = match to_stderr {
        true => io::stderr().lock().write_all(text.as_bytes()),
        false => io::stdout().lock().write_all(text.as_bytes()),
    };
}

/// A page in lines of at most so many cells. What follows a line stands under its text, not under its flag.
fn fitted(page: &str, cells: usize) -> String {
    let mut out = String::new();
    for line in page.trim_end().lines() {
        if line.trim().is_empty() {
            out.push('\n');
            continue;
        }
        let (head, text) = line.split_at(text_at(line));
        let indent = plain_width(head);
        let room = cells.saturating_sub(indent);
        // What has a style is a heading, a flag or the usage: those stay whole.
        let rows = match text.contains(STYLE) || room < cells / 4 {
            true => std::iter::once(0..text.len()).collect(),
            false => wrap(text, room, Wrap::Words),
        };
        for (number, row) in rows.into_iter().enumerate() {
            match number {
                0 => out.push_str(head),
                _ => out.push_str(&" ".repeat(indent)),
            }
            out.push_str(text[row].trim_end());
            out.push('\n');
        }
    }
    out
}

/// Where the text of a line begins: behind the two blanks or more that part it from a flag, a command or a value.
fn text_at(line: &str) -> usize {
    let blank = line.len() - line.trim_start().len();
    match line[blank..].find("  ") {
        Some(at) if blank > 0 => {
            let behind = &line[blank + at..];
            line.len() - behind.trim_start().len()
        }
        _ => blank,
    }
}

/// What begins a style.
const STYLE: &str = "\u{1b}[";

/// The cells of a text without its styles.
fn plain_width(text: &str) -> usize {
    let mut cells = 0;
    let mut rest = text;
    while let Some(at) = rest.find(STYLE) {
        cells += width(&rest[..at]);
        let end = rest[at..].find('m').map_or(rest.len(), |end| at + end + 1);
        rest = &rest[end..];
    }
    cells + width(rest)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::locale::{self, Language};

    #[test]
    fn a_line_goes_on_under_its_text() {
        let page = "  -m, --model <MODEL>  the exact name of it\n          - auto:  one two three four\nUsage: x\n";
        let expected = "  -m, --model <MODEL>  the exact\n                       name of it\n          - auto:  one two three\n                   four\nUsage: x\n";
        assert_eq!(fitted(page, 33), expected);
    }

    #[test]
    fn chinese_is_wrapped_by_its_cells_and_styles_take_none() {
        let page = "  \u{1b}[1mkeys\u{1b}[0m  \u{5206}\u{7ec4}\u{7684}\u{4ee4}\u{724c}\n";
        let expected =
            "  \u{1b}[1mkeys\u{1b}[0m  \u{5206}\u{7ec4}\u{7684}\n        \u{4ee4}\u{724c}\n";
        assert_eq!(fitted(page, 14), expected);
        assert_eq!(plain_width("\u{1b}[1m-k\u{1b}[0m, x"), 5);
    }

    /// Every text that help asks for, by the command line as it is; what need not be there is left out.
    fn wanted(command: &Command, path: &str, ids: &mut BTreeSet<String>) {
        ids.insert(format!("help-{path}"));
        for arg in command.get_arguments() {
            let id = arg.get_id().as_str();
            if matches!(id, "help" | "version") || (arg.is_global_set() && path != ROOT) {
                continue;
            }
            ids.insert(format!("help-{path}.{id}"));
            let takes = arg.get_action().takes_values();
            for name in arg.get_value_names().filter(|_| takes).unwrap_or_default() {
                let [alone, general] = value_names::ids(name, path);
                let has_its_own = named(&alone).is_some();
                ids.insert(if has_its_own { alone } else { general });
            }
            let values = arg.get_possible_values();
            let value_id = |value: &PossibleValue| format!("help-{path}.{id}-{}", value.get_name());
            let explained = values.iter().any(|value| named(&value_id(value)).is_some());
            if explained {
                ids.extend(values.iter().map(value_id));
            }
        }
        for command in command.get_subcommands() {
            if command.get_name() != "help" {
                wanted(command, &below(path, command.get_name()), ids);
            }
        }
    }

    #[test]
    fn x_12_every_part_of_the_command_line_is_explained_in_both_languages_and_nothing_else_is() {
        let mut command = Cli::command();
        command.build();
        let mut ids = BTreeSet::new();
        wanted(&command, ROOT, &mut ids);
        let at_the_root = [
            "help-relaydeck.about-long",
            "help-relaydeck.after-help",
            // What the sub-command `help` takes.
            "help-value-command",
        ];
        for id in at_the_root {
            ids.insert(id.to_owned());
        }
        for (language, text) in [
            ("en", include_str!("../../assets/locale/en/help.ftl")),
            ("zh", include_str!("../../assets/locale/zh/help.ftl")),
        ] {
            let mut there = BTreeSet::new();
            for entry in fluent_syntax::parser::parse(text).unwrap().body {
                if let fluent_syntax::ast::Entry::Message(message) = entry {
                    let id = message.id.name;
                    if id.starts_with("help-word-") || id.starts_with("help-wrong-") {
                        continue;
                    }
                    there.insert(id.to_owned());
                    let attributes = message.attributes.iter();
                    there.extend(attributes.map(|one| format!("{id}.{}", one.id.name)));
                }
            }
            let missing: Vec<_> = ids.difference(&there).collect();
            let idle: Vec<_> = there.difference(&ids).collect();
            assert!(
                missing.is_empty() && idle.is_empty(),
                "{language}: without a text {missing:#?}, without a use {idle:#?}"
            );
        }
    }

    #[test]
    fn x_12_help_is_in_the_language_that_is_spoken() {
        let page = |language, args: &[&str]| {
            locale::within(language, || {
                let args = ["relaydeck"].iter().chain(args);
                let page = command(For::Pages).try_get_matches_from(args).unwrap_err();
                fitted(&page.render().to_string(), 80)
            })
        };
        for (name, args) in [
            ("root", &["-h"][..]),
            ("keys_create", &["keys", "create", "--help"]),
            ("usage", &["help", "usage"]),
        ] {
            insta::assert_snapshot!(format!("help_{name}_en"), page(Language::English, args));
            insta::assert_snapshot!(format!("help_{name}_zh"), page(Language::Chinese, args));
        }
    }
}
