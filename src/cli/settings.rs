//! `relaydeck config`: the effective value of everything and the layer it came from; where the files are; editing them.

use std::path::Path;
use std::process::Command;

use clap::Subcommand;
use serde_json::{Map, Value, json};

use super::args::Global;
use super::misuse::speak_as_told;
use super::output::{Align, Table, print, print_json, print_plainly};
use super::world::{Ending, World, flags, load};
use crate::config::{Config, Environment, Folders, Layer, Vault};
use crate::domain::{Access, Fault, FaultKind};
use crate::files::{Readers, read, replace};
use crate::locale::{exit, pair, say, system};
use crate::tui::term::EditorCommand;

/// The configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum ConfigCommand {
    Show,
    Path,
    Edit,
}

/// Runs the sub-command. Needs nothing but the files, and only `show` needs them to be sound.
///
/// # Errors
/// When a file cannot be read or written, or holds a mistake.
pub fn run(global: &Global, command: ConfigCommand) -> Result<Ending, Fault> {
    // A configuration that is not sound is still shown its way.
    speak_as_told(global);
    print_plainly(global.plain);
    let environment = Environment::of_process();
    let folders = Folders::find(global.home.as_deref(), &environment)?;
    match command {
        ConfigCommand::Show => show(global, &folders, &environment)?,
        ConfigCommand::Path => path(global, &folders)?,
        ConfigCommand::Edit => edit(global, &folders, &environment)?,
    }
    Ok(Ending::Done)
}

fn show(global: &Global, folders: &Folders, environment: &Environment) -> Result<(), Fault> {
    let config = load(global, folders, environment)?;
    let settings = &config.settings;
    let rows: Vec<(&str, String, Layer)> = vec![
        (
            "profile",
            settings.profile.value.clone(),
            settings.profile.layer,
        ),
        (
            "color",
            settings.color.value.to_string(),
            settings.color.layer,
        ),
        ("link", settings.link.value.to_string(), settings.link.layer),
        (
            "glyphs",
            settings.glyphs.value.to_string(),
            settings.glyphs.layer,
        ),
        (
            "theme",
            settings.theme.value.name().to_owned(),
            settings.theme.layer,
        ),
        (
            "mouse",
            settings.mouse.value.to_string(),
            settings.mouse.layer,
        ),
        (
            "offers",
            settings.offers.value.to_string(),
            settings.offers.layer,
        ),
        (
            "language",
            settings.language.value.to_string(),
            settings.language.layer,
        ),
        (
            "timeout",
            settings.timeout.value.to_string(),
            settings.timeout.layer,
        ),
        (
            "listen",
            settings.listen.value.to_string(),
            settings.listen.layer,
        ),
    ];
    let vault = Vault::open(&folders.config)?;
    let mut profiles = Vec::new();
    for profile in &config.profiles {
        let token = vault.access_token(&profile.name)?;
        let token = token.map(|token| token.masked());
        let keys = vault.keys(&profile.name)?;
        let keys: Vec<(String, String)> = keys
            .iter()
            .map(|key| (key.name.clone(), key.secret.masked()))
            .collect();
        profiles.push((profile, token, keys));
    }
    if global.json {
        let values: Map<String, Value> = rows
            .iter()
            .map(|(name, value, layer)| {
                let told = json!({"value": value, "layer": layer.to_string()});
                ((*name).to_owned(), told)
            })
            .collect();
        let profiles: Vec<Value> = profiles
            .iter()
            .map(|(profile, token, keys)| {
                let keys: Vec<Value> = keys
                    .iter()
                    .map(|(name, masked)| json!({"name": name, "key": masked}))
                    .collect();
                json!({
                    "name": profile.name,
                    "url": profile.address.base(),
                    "access_token": token,
                    "keys": keys,
                })
            })
            .collect();
        let document = json!({"settings": values, "profiles": profiles});
        return print_json(&document).map_err(World::stdout_gone);
    }
    let mut table = Table::new(&[
        (say!("cli-column-option"), Align::Left),
        (say!("cli-column-value"), Align::Left),
        (say!("cli-column-layer"), Align::Left),
    ]);
    for (name, value, layer) in rows {
        table.row([name.to_owned(), value, layer.to_string()]);
    }
    let mut text = table.shown();
    let mut table = Table::new(&[
        (say!("cli-column-profile"), Align::Left),
        (say!("cli-column-address"), Align::Left),
        (say!("cli-column-credential"), Align::Left),
    ]);
    for (profile, token, keys) in profiles {
        let credential = match (&profile.access, token) {
            (Access::Account { .. }, Some(token)) => say!("cli-config-token", token = token),
            (Access::Account { .. }, None) => say!("cli-config-no-token").into(),
            (Access::KeyOnly, _) => say!("access-key-only").into(),
        };
        table.row([
            profile.name.clone(),
            profile.address.base().to_owned(),
            credential,
        ]);
        for (name, masked) in keys {
            let key = say!("cli-config-key", name = name, masked = masked);
            table.row([String::new(), String::new(), key]);
        }
    }
    text.push('\n');
    text.push_str(&table.shown());
    print(&text).map_err(World::stdout_gone)
}

fn path(global: &Global, folders: &Folders) -> Result<(), Fault> {
    let paths = [
        ("config", folders.config_file()),
        ("secrets", folders.config.join("secrets.toml")),
        ("ledger", folders.ledger_file()),
        ("data", folders.data.clone()),
        ("state", folders.state.clone()),
        ("logs", folders.logs.clone()),
    ];
    if global.json {
        let object: Map<String, Value> = paths
            .iter()
            .map(|(name, path)| ((*name).to_owned(), json!(path)))
            .collect();
        return print_json(&Value::Object(object)).map_err(World::stdout_gone);
    }
    let mut table = Table::new(&[
        (say!("cli-column-what"), Align::Left),
        (say!("cli-column-where"), Align::Left),
    ]);
    for (name, path) in paths {
        table.row([name.to_owned(), path.display().to_string()]);
    }
    print(&table.shown()).map_err(World::stdout_gone)
}

fn edit(global: &Global, folders: &Folders, environment: &Environment) -> Result<(), Fault> {
    folders.make()?;
    let path = folders.config_file();
    let before = read(&path)?;
    // What stands in a new file.
    let beginning = format!("# {}\n", say!("trouble-note-config"));
    let text = before.as_ref().unwrap_or(&beginning);
    let draft = tempfile::tempdir().map_err(|error| failed(&std::env::temp_dir(), &error))?;
    let file = draft.path().join("config.toml");
    std::fs::write(&file, text).map_err(|error| failed(&file, &error))?;
    let editor = EditorCommand::detect(|name| std::env::var(name).ok());
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("{} \"$1\"", editor.words()))
        .arg("sh")
        .arg(&file)
        .status()
        .map_err(|error| failed(Path::new("sh"), &error))?;
    if !status.success() {
        return Err(Fault::new(
            FaultKind::Local,
            say!(
                "editor-failed",
                command = editor.words(),
                status = exit(status)
            ),
        )
        .advise(say!("cli-config-editor")));
    }
    let text = read(&file)?.unwrap_or_default();
    if Some(&text) == before.as_ref() || (before.is_none() && text == beginning) {
        return tell(global, &path, false);
    }
    let elsewhere = Folders {
        config: draft.path().to_owned(),
        ..folders.clone()
    };
    if let Err(mistake) = Config::load(&elsewhere, environment, &flags(global)) {
        // What was written is not lost with the mistake in it.
        let kept = draft.keep().join("config.toml");
        let fault = Fault::from(mistake);
        return Err(Fault::new(
            FaultKind::Usage,
            say!("cli-config-not-saved", why = fault.message),
        )
        .advise(say!("cli-config-kept", file = kept.display())));
    }
    replace(&path, &text, Readers::AsBefore)?;
    tell(global, &path, true)
}

fn tell(global: &Global, path: &Path, changed: bool) -> Result<(), Fault> {
    if global.json {
        let document = json!({"file": path, "changed": changed});
        return print_json(&document).map_err(World::stdout_gone);
    }
    let told = match changed {
        true => say!("cli-config-changed", file = path.display()),
        false => say!("cli-config-as-it-was", file = path.display()),
    };
    eprintln!("{told}");
    Ok(())
}

fn failed(path: &Path, error: &std::io::Error) -> Fault {
    Fault::new(FaultKind::Local, pair(path.display(), system(error)))
        .advise(say!("cli-config-no-room"))
}
