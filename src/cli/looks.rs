//! The dashboard's keys and colours: what the program brings, and what the user has put beside the configuration.

use std::fs;
use std::io;
use std::path::Path;

use super::slip::said;
use crate::config::{Color, Folders, Glyphs, Settings};
use crate::domain::{Fault, FaultKind};
use crate::locale::{listed, pair, say, system};
use crate::tui::keymap::{Keymap, KeymapError};
use crate::tui::theme::{self, ColorChoice, ColorLevel, Theme, ThemeError, Wanted};

/// Files longer than this are no table of keys or colours.
const LONGEST: u64 = 1 << 20;

/// The keys, those of `keymap.toml` over those that the program brings.
///
/// # Errors
/// When the file cannot be read or holds a mistake.
pub fn keymap(folders: &Folders) -> Result<Keymap, Fault> {
    let file = folders.keymap_file();
    match read(&file)? {
        None => Keymap::built_in().map_err(broken),
        Some(text) => Keymap::with_own(&text).map_err(|error| {
            let what = match &error {
                KeymapError::Table(slip) => said(&text, slip),
                other => other.to_string(),
            };
            fault(&file, &what, say!("cli-keymap-advice"))
        }),
    }
}

/// The theme that is set, as far as the terminal can show it. `env` reads one variable.
///
/// # Errors
/// When there is none of that name, or the user's cannot be read or holds a mistake.
pub fn theme(
    folders: &Folders,
    settings: &Settings,
    env: impl Fn(&str) -> Option<String>,
) -> Result<Theme, Fault> {
    let choice = match settings.color.value {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    let glyphs = match settings.glyphs.value {
        Glyphs::Auto => theme::Glyphs::detect(&env),
        Glyphs::Unicode => theme::Glyphs::Unicode,
        Glyphs::Ascii => theme::Glyphs::Ascii,
    };
    let name = settings.theme.value.name();
    let file = folders.themes().join(format!("{name}.toml"));
    let wanted = match Wanted::built_in(name) {
        Some(wanted) => wanted,
        None => match read(&file)? {
            Some(text) => Wanted::Own(text),
            None => return Err(unknown(folders, name)),
        },
    };
    Theme::of(wanted.clone(), ColorLevel::detect(choice, &env), glyphs).map_err(|error| {
        let what = match (&error, &wanted) {
            (ThemeError::Table(slip), Wanted::Own(text)) => said(text, slip),
            (other, _) => other.to_string(),
        };
        fault(&file, &what, say!("cli-theme-advice"))
    })
}

/// The program's own table is not sound.
pub fn broken(error: KeymapError) -> Fault {
    Fault::new(FaultKind::Local, say!("cli-keymap-broken", error = error))
        .advise(say!("cli-build-broken"))
}

fn unknown(folders: &Folders, name: &str) -> Fault {
    let own = fs::read_dir(folders.themes()).into_iter().flatten();
    let mut own: Vec<String> = own
        .filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            Some(name.strip_suffix(".toml")?.to_owned())
        })
        .collect();
    own.sort();
    let built_in = Wanted::BUILT_IN.map(str::to_owned);
    let all: Vec<String> = built_in.into_iter().chain(own).collect();
    let place = folders.themes();
    let told = say!("cli-theme-none", name = format!("{name:?}"));
    Fault::new(FaultKind::Local, told).advise(say!(
        "cli-theme-none-advice",
        names = listed(&all),
        file = format!("{}/{name}.toml", place.display())
    ))
}

/// A file's text; `None` where there is none.
fn read(file: &Path) -> Result<Option<String>, Fault> {
    let wrong = |what: &str| fault(file, what, say!("cli-file-advice"));
    match fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(wrong(&system(&error))),
        Ok(about) if !about.is_file() => return Err(wrong(say!("cli-file-none"))),
        Ok(about) if about.len() > LONGEST => return Err(wrong(say!("cli-file-long"))),
        Ok(_) => {}
    }
    fs::read_to_string(file)
        .map(Some)
        .map_err(|error| wrong(&system(&error)))
}

fn fault(file: &Path, what: &str, advice: &str) -> Fault {
    Fault::new(FaultKind::Local, pair(file.display(), what.trim_end())).advise(advice)
}
