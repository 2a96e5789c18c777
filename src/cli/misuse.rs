//! Arguments that clap could not read: help that was asked for, or what is wrong with them, in the language that is spoken.

use std::error::Error;
use std::ffi::OsString;
use std::net::AddrParseError;
use std::num::{ParseFloatError, ParseIntError};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, CommandFactory};

use super::args::{Cli, Global, Lang};
use super::world::{load, speak_at_first};
use super::{failed, help, value_names};
use crate::config::{Environment, Folders};
use crate::domain::{Fault, FaultKind};
use crate::locale::{listed, say};

/// Shows the help that was asked for, or tells what is wrong.
pub fn end(error: &clap::Error) -> ExitCode {
    let arguments: Vec<String> = std::env::args_os()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let global = globals(&arguments);
    speak_as_told(&global);
    match error.kind() {
        ErrorKind::DisplayVersion => {
            help::print(&error.render(), false);
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let asked = error.kind() == ErrorKind::DisplayHelp;
            // Clap read them without texts; now it reads them with texts, and shows those.
            let page =
                match help::command(help::For::Pages).try_get_matches_from(std::env::args_os()) {
                    Err(page) => page.render(),
                    Ok(_) => error.render(),
                };
            help::print(&page, !asked);
            match asked {
                true => ExitCode::SUCCESS,
                false => ExitCode::from(FaultKind::Usage.exit_code()),
            }
        }
        _ => {
            // Read again in the language that is spoken by now: what a value should be is said while it is read.
            let again = read_again(std::env::args_os());
            let error = again.as_ref().err().unwrap_or(error);
            failed(&fault(error, &arguments), global.json)
        }
    }
}

/// Reads arguments with names of values in the language that is spoken.
fn read_again<T: Into<OsString> + Clone>(
    arguments: impl IntoIterator<Item = T>,
) -> Result<ArgMatches, clap::Error> {
    value_names::translated(Cli::command()).try_get_matches_from(arguments)
}

/// Speaks the language of what could be read of the flags, else of environment, configuration and locale. A configuration
/// that is not sound has no say here.
pub fn speak_as_told(global: &Global) {
    let environment = Environment::of_process();
    speak_at_first(global, &environment);
    if let Ok(folders) = Folders::find(global.home.as_deref(), &environment) {
        let _ = load(global, &folders, &environment);
    }
}

/// The flags that matter for what is said, where clap has given up.
fn globals(arguments: &[String]) -> Global {
    let mut global = Global::default();
    let mut rest = arguments.iter().take_while(|argument| *argument != "--");
    while let Some(argument) = rest.next() {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (argument.as_str(), None),
        };
        match name {
            "--json" => global.json = true,
            "--lang" => {
                let value = value.or_else(|| rest.next().cloned());
                global.lang = match value.as_deref() {
                    Some("zh") => Some(Lang::Zh),
                    Some("en") => Some(Lang::En),
                    _ => None,
                };
            }
            "--home" => global.home = value.or_else(|| rest.next().cloned()).map(Into::into),
            _ => {}
        }
    }
    global
}

/// What is wrong with the arguments.
fn fault(error: &clap::Error, arguments: &[String]) -> Fault {
    let context = |kind| error.get(kind);
    let text = |kind| match context(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => listed(texts),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let argument = text(ContextKind::InvalidArg);
    let value = format!("{:?}", text(ContextKind::InvalidValue));
    let mut told = match error.kind() {
        ErrorKind::UnknownArgument => say!("help-wrong-argument", argument = argument),
        ErrorKind::InvalidSubcommand => say!(
            "help-wrong-command",
            command = format!("{:?}", text(ContextKind::InvalidSubcommand))
        ),
        ErrorKind::InvalidValue if text(ContextKind::InvalidValue).is_empty() => {
            say!("help-wrong-no-value", argument = argument)
        }
        ErrorKind::InvalidValue => match text(ContextKind::ValidValue) {
            none if none.is_empty() => {
                say!("help-wrong-value", argument = argument, value = value)
            }
            values => say!(
                "help-wrong-value-takes",
                argument = argument,
                value = value,
                values = values
            ),
        },
        ErrorKind::ValueValidation => match error.source().map(why) {
            Some(why) => say!(
                "help-wrong-value-why",
                argument = argument,
                value = value,
                why = why
            ),
            None => say!("help-wrong-value", argument = argument, value = value),
        },
        ErrorKind::TooManyValues => {
            say!("help-wrong-too-many", argument = argument, value = value)
        }
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            say!("help-wrong-number", argument = argument)
        }
        ErrorKind::ArgumentConflict => match text(ContextKind::PriorArg) {
            same if same == argument => say!("help-wrong-twice", argument = argument),
            others => say!("help-wrong-together", argument = argument, others = others),
        },
        ErrorKind::MissingRequiredArgument => say!("help-wrong-missing", arguments = argument),
        ErrorKind::MissingSubcommand => say!(
            "help-wrong-missing-command",
            command = text(ContextKind::InvalidSubcommand)
        ),
        ErrorKind::InvalidUtf8 => say!("help-wrong-text").to_owned(),
        _ => error
            .to_string()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned(),
    };
    let near = [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::SuggestedValue,
    ];
    if let Some(near) = near.into_iter().map(text).find(|near| !near.is_empty()) {
        told += &say!("trouble-did-you-mean", word = near);
    }
    let (command, below) = sub_command(arguments);
    let unnamed = matches!(
        error.kind(),
        ErrorKind::MissingSubcommand | ErrorKind::InvalidSubcommand
    );
    let advice = match command {
        none if none.is_empty() => say!("advice-usage").to_owned(),
        command if unnamed && !below.is_empty() => say!(
            "help-wrong-choose",
            command = command,
            choices = below.join(" | ")
        ),
        command => say!("cli-advice-help", command = command),
    };
    Fault::new(FaultKind::Usage, told).advise(advice)
}

/// Why a value is none, in words of ours where a library has only its own.
fn why(source: &(dyn Error + 'static)) -> String {
    if source.is::<ParseIntError>() || source.is::<ParseFloatError>() {
        return say!("help-wrong-not-a-number").to_owned();
    }
    if source.is::<AddrParseError>() {
        return say!("help-wrong-address").to_owned();
    }
    let told = source.to_string();
    match told.split_once(" is not in ") {
        Some((_, range)) => match range.split_once("..=") {
            Some((least, most)) => say!("help-wrong-range", least = least, most = most),
            None => say!("help-wrong-at-least", least = range.trim_end_matches("..")),
        },
        None => told,
    }
}

/// The sub-command that was being read, such as `keys create`, and those that it has itself.
fn sub_command(arguments: &[String]) -> (String, Vec<String>) {
    let (mut command, mut words) = (Cli::command(), Vec::new());
    for argument in arguments.iter().skip(1) {
        if let Some(below) = command.find_subcommand(argument).cloned() {
            words.push(argument.as_str());
            command = below;
        }
    }
    let below = command
        .get_subcommands()
        .map(|one| one.get_name().to_owned());
    (words.join(" "), below.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::{Language, within};

    fn told(line: &str) -> (String, String) {
        let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let error = read_again(&arguments).unwrap_err();
        let fault = fault(&error, &arguments);
        (fault.message, fault.advice)
    }

    #[test]
    fn x_12_what_is_wrong_with_arguments_is_said_in_both_languages() {
        let lines = [
            "relaydeck kays",
            "relaydeck keys crate",
            "relaydeck keys create",
            "relaydeck keys create --name",
            "relaydeck keys list --colour never",
            "relaydeck sessions delete one",
            "relaydeck models list --sort size",
            "relaydeck verify --concurrency 500",
            "relaydeck verify --concurrency 5 --concurrency 6",
            "relaydeck verify --history --all",
            "relaydeck codes create --amount 1 --count 200",
            "relaydeck codes create --amount 1 --count many",
            "relaydeck keys create --name a --concurrency 0",
            "relaydeck chat --temperature hot",
            "relaydeck serve --listen nowhere",
            "relaydeck keys list more",
            "relaydeck profiles --plain",
            "relaydeck groups nonsense",
        ];
        let all = |language| {
            let told = lines.map(|line| {
                let (message, advice) = within(language, || told(line));
                format!("{line}\n  {message}\n  {advice}\n")
            });
            told.concat()
        };
        insta::assert_snapshot!("misuse_en", all(Language::English));
        insta::assert_snapshot!("misuse_zh", all(Language::Chinese));
    }

    #[test]
    fn the_flags_that_matter_are_seen_where_clap_gives_up() {
        let of = |line: &str| {
            let arguments: Vec<String> = line.split(' ').map(str::to_owned).collect();
            let global = globals(&arguments);
            (global.json, global.lang, global.home)
        };
        assert_eq!(of("x --lang zh kays"), (false, Some(Lang::Zh), None));
        assert_eq!(
            of("x --json --lang=en --home=/h"),
            (true, Some(Lang::En), Some("/h".into()))
        );
        assert_eq!(of("x --lang fr -- --json"), (false, None, None));
    }
}
