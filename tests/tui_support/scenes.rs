//! A scene at every size, without colour and with, and in Chinese, compared with what it was. The first line of
//! what is seen says what it is: `tests/scenes.rs` looks for a scene of everything there is.
//!
//! In the coloured form `{bold cyan}` stands before the text it holds for, and `{}` where it ends.

use relaydeck::locale::{Language, within};
use relaydeck::tui::theme::{ColorLevel, Glyphs};

use super::Script;
use super::shown::shown;

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

/// What a scene looks like in Chinese, at every size.
fn chinese(play: impl Fn(&mut Script)) -> String {
    let at = |(width, height)| {
        let mut script = Script::new(width, height);
        play(&mut script);
        format!("── {width}×{height} ──\n{}", script.screen())
    };
    within(Language::Chinese, || SIZES.map(at).concat())
}

/// Plays a scene at every size, without colour and with, and in Chinese, and compares all of it with what it was.
#[track_caller]
pub fn scene(name: &str, play: impl Fn(&mut Script)) {
    let mut seen = String::new();
    for (width, height) in SIZES {
        let mut plain = Script::new(width, height);
        play(&mut plain);
        if seen.is_empty() {
            seen = format!("shows: {}\n", shown(&plain.model));
        }
        seen.push_str(&format!("── {width}×{height} ──\n{}", plain.screen()));
        let mut coloured = Script::with(width, height, ColorLevel::Ansi16, Glyphs::Unicode);
        play(&mut coloured);
        seen.push_str(&format!(
            "── {width}×{height} in colour ──\n{}",
            coloured.styled()
        ));
        let cursor = plain
            .cursor()
            .map_or("hidden".into(), |at| format!("{},{}", at.x, at.y));
        seen.push_str(&format!("── the cursor: {cursor} ──\n"));
    }
    keep(name, &seen, &chinese(&play));
}

/// Compares what is seen with what it was, beside the snapshots of the test that plays it, and named after that.
#[track_caller]
fn keep(name: &str, seen: &str, chinese: &str) {
    let module = std::path::Path::new(std::panic::Location::caller().file());
    let module = module.file_stem().unwrap_or_default().to_string_lossy();
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots"),
    }, {
        insta::assert_snapshot!(format!("{module}__{name}"), seen);
        insta::assert_snapshot!(format!("{module}__zh_{name}"), chinese);
    });
}

/// The rows where something is told in passing: at the bottom, and below a command line, which keeps what is wrong with it.
fn told_in(screen: &str) -> String {
    let rows: Vec<&str> = screen.lines().collect();
    let command = rows
        .iter()
        .position(|row| row.starts_with(" :") || row.starts_with("{cyan} :"));
    let command = command.map_or(&[][..], |at| &rows[at..rows.len().min(at + 3)]);
    let last = &rows[rows.len().saturating_sub(3)..];
    let told = command.iter().chain(last);
    told.map(|row| format!("{row}\n")).collect()
}

/// A way to bring a dashboard somewhere.
pub type Play<'a> = &'a dyn Fn(&mut Script);

/// Plays what is told in passing, each thing in a dashboard of its own, and compares the rows at the bottom at every size,
/// without colour and with, and in Chinese.
#[track_caller]
pub fn told(name: &str, plays: &[(&str, Play<'_>)]) {
    let mut seen = String::new();
    let mut chinese = String::new();
    for (what, play) in plays {
        for (width, height) in SIZES {
            let played = |level| {
                let mut script = Script::with(width, height, level, Glyphs::Unicode);
                play(&mut script);
                script
            };
            let plain = told_in(&played(ColorLevel::None).screen());
            let coloured = told_in(&played(ColorLevel::Ansi16).styled());
            seen.push_str(&format!("── {what}, {width}×{height} ──\n{plain}"));
            seen.push_str(&format!(
                "── {what}, {width}×{height} in colour ──\n{coloured}"
            ));
            let there = within(Language::Chinese, || {
                told_in(&played(ColorLevel::None).screen())
            });
            chinese.push_str(&format!("── {what}, {width}×{height} ──\n{there}"));
        }
    }
    keep(name, &seen, &chinese);
}
