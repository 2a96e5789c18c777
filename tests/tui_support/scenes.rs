//! A scene at every size, without colour and with, and in Chinese, compared with what it was.
//!
//! In the coloured form `{bold cyan}` stands before the text it holds for, and `{}` where it ends.

use relaydeck::locale::{Language, within};
use relaydeck::tui::theme::{ColorLevel, Glyphs};

use super::Script;

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
    // Beside the snapshots of the test that plays it, and named after that.
    let module = std::path::Path::new(std::panic::Location::caller().file());
    let module = module.file_stem().unwrap_or_default().to_string_lossy();
    insta::with_settings!({
        prepend_module_to_snapshot => false,
        omit_expression => true,
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots"),
    }, {
        insta::assert_snapshot!(format!("{module}__{name}"), seen);
        insta::assert_snapshot!(format!("{module}__zh_{name}"), chinese(&play));
    });
}
