//! Text from outside cannot steer the terminal: an answer, reasoning, a fault, a key's name, a group's description, a
//! model's name, an account, a paste. The screen's cells hold no control and nothing that hides or turns text around, and
//! the bytes hold no sequence but the writer's own.

mod term_support;
mod tui_support;

use std::iter::once;

use ratatui::layout::Size;
use relaydeck::domain::{Basis, FaultKind, Finish};
use relaydeck::engine::door::Snapshot;
use relaydeck::tui::term::{Canvas, Dialect, Scroll, Writer};
use relaydeck::tui::view::{ViewCache, view};
use tui_support::events::{ended, failed, fault, loaded, open, reasoning, spend, text};
use tui_support::{Script, world};

/// What would clear the screen, set a title, fill the clipboard, ask for an answer, ring, go back, hide, turn around.
const EVIL: &str = "evil\u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}]52;c;b3duZWQ=\u{1b}\\\u{1b}[6n\u{9b}31m\u{90}q\u{9c}\u{7}\u{8}\u{8}\r\u{202e}\u{2066}\u{200b}\u{e0041}end";

/// The letters that end a sequence of the writer's own.
const OWN: &[u8] = b"ABCDHKJSTmrhl";

fn is_clean(what: &str, script: &mut Script) {
    let shown = script.screen();
    let steers = |letter: char| {
        (letter.is_control() && letter != '\n')
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e0fff}')
    };
    let found = shown.chars().find(|letter| steers(*letter));
    assert_eq!(found, None, "{what} steers:\n{shown}");
    let size = Size::new(120, 40);
    script.model.size = size;
    let dialect = Dialect {
        scroll: Scroll::Region,
        synchronized: true,
        ambiguous_wide: false,
    };
    let (mut canvas, mut writer) = (Canvas::new(size), Writer::new(size, dialect));
    let mut cache = ViewCache::default();
    let (drawn, cursor) = canvas.draw(|frame| view(&script.model, &mut cache, frame));
    let bytes = String::from_utf8_lossy(writer.frame(drawn, cursor)).into_owned();
    for rest in bytes.split('\u{1b}').skip(1) {
        let end = rest
            .bytes()
            .skip(1)
            .find(|byte| !matches!(byte, b'0'..=b'?'));
        let own = rest.starts_with('[') && end.is_some_and(|end| OWN.contains(&end));
        assert!(
            own,
            "{what}: a sequence that is not ours: {:?}",
            rest.get(..20)
        );
    }
    let controls = |byte: &u8| matches!(byte, 0..=7 | 9 | 11 | 12 | 14..=26 | 28..=31 | 127);
    assert_eq!(bytes.bytes().find(|byte| controls(byte)), None, "{what}");
}

fn chat() -> Script {
    let mut script = Script::new(80, 24);
    open(&mut script, "local");
    script
}

#[test]
fn an_answer_its_reasoning_and_its_failure() {
    let mut script = chat();
    script.types("hello").keys("<Enter>");
    let turn = script.turn();
    script.engine(reasoning(turn, EVIL)).keys("<C-t>");
    // In pieces too: a sequence may be cut anywhere.
    for letter in EVIL.chars() {
        script.engine(text(turn, &letter.to_string()));
    }
    let code =
        format!("\n```\n{EVIL}\n```\n\n| {EVIL} |\n|---|\n| {EVIL} |\n\n[{EVIL}](http://{EVIL})");
    script.engine(text(turn, &code));
    script.sees("evil").sees("end");
    is_clean("an answer", &mut script);
    script.engine(ended(
        turn,
        Finish::Stop,
        spend(1, 1, "0.01", Basis::Reported),
    ));
    is_clean("an answer that has ended", &mut script);
    script
        .keys("<Esc>")
        .types("again")
        .keys("i")
        .types("again")
        .keys("<Enter>");
    let turn = script.turn();
    script.engine(failed(turn, fault(FaultKind::Upstream, EVIL).advise(EVIL)));
    is_clean("a fault", &mut script);
}

#[test]
fn a_keys_name_a_groups_description_a_models_name_an_account() {
    let mut script = chat();
    let mut keys = world::keys();
    for key in &mut keys {
        key.info.name = EVIL.to_owned();
        key.info.group = EVIL.to_owned();
    }
    let groups = vec![world::group(EVIL, Some(1.0), EVIL)];
    let models = vec![world::priced(EVIL, EVIL, 1.0, 2.0)];
    let mut account = world::account("1");
    account.name = EVIL.to_owned();
    script
        .engine(loaded(Snapshot::Keys(keys)))
        .engine(loaded(Snapshot::Groups(groups)))
        .engine(loaded(Snapshot::Models(models.into())))
        .engine(loaded(Snapshot::Account(account)));
    is_clean("the chat's rule", &mut script);
    for (tab, what) in [
        ("<A-1>", "a key's name"),
        ("<A-2>", "a group's description"),
        ("<A-3>", "a model's name"),
    ] {
        script.keys(tab).sees("evil");
        is_clean(what, &mut script);
        script.keys("<Enter>");
        is_clean(what, &mut script);
        script.keys("<Esc>");
    }
    script.keys("<A-4>").keys("<C-p>");
    is_clean("a picker", &mut script);
}

#[test]
fn a_paste_and_what_is_typed() {
    let mut script = chat();
    script.pastes(EVIL);
    is_clean("a paste into the chat", &mut script);
    script.keys("<Enter>");
    is_clean("a question that was pasted", &mut script);
    let mut script = chat();
    script.keys("<A-3>").keys("/").pastes(EVIL);
    is_clean("a paste into a filter", &mut script);
    let mut script = chat();
    let typed: String = EVIL.chars().chain(once('!')).collect();
    script.types(&typed);
    is_clean("what is typed", &mut script);
}
