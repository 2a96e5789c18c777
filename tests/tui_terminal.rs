//! What the terminal brings besides keys: the mouse, for those who want it, and the ways of taking an answer out of the
//! dashboard.

mod term_support;
mod tui_support;

use ratatui::layout::{Position, Size};
use relaydeck::domain::{Basis, Finish};
use relaydeck::locale::Word;
use relaydeck::tui::msg::{Copied, Msg};
use relaydeck::tui::tabs::Tab;
use relaydeck::tui::term::{Deed, Pointer};
use tui_support::Script;
use tui_support::events::{ended, open, spend, text};

fn chat() -> Script {
    let mut script = Script::new(80, 24);
    open(&mut script, "local");
    script
}

fn mouse(script: &mut Script, deed: Deed, at: (usize, usize)) {
    script.msg(Msg::Pointer(Pointer {
        deed,
        column: u16::try_from(at.0).unwrap_or(0),
        row: u16::try_from(at.1).unwrap_or(0),
    }));
}

/// Where a text stands, as column and row.
fn place(script: &mut Script, text: &str) -> (usize, usize) {
    let screen = script.screen();
    let found = screen.lines().enumerate().find_map(|(row, line)| {
        let at = line.find(text)?;
        Some((line[..at].chars().count(), row))
    });
    found.unwrap_or_else(|| panic!("no {text:?} on\n{screen}"))
}

fn answered(answer: &str) -> Script {
    let mut script = chat();
    script.types("why?").keys("<Enter>");
    let turn = script.turn();
    script.engine(text(turn, answer)).engine(ended(
        turn,
        Finish::Stop,
        spend(4, 9, "0.01", Basis::Reported),
    ));
    script.asked();
    script
}

#[test]
fn a_press_chooses_a_tab_and_a_row_and_the_wheel_moves() {
    let mut script = chat();
    let market = place(&mut script, "3 Market");
    mouse(&mut script, Deed::Press, market);
    assert_eq!(script.model.tab, Tab::Market);
    let second = place(&mut script, "claude-sonnet");
    mouse(&mut script, Deed::Press, second);
    let row = script.row(second.1);
    assert!(row.starts_with(" \u{25b8}"), "the cursor is there: {row}");
    mouse(&mut script, Deed::WheelUp, second);
    mouse(&mut script, Deed::WheelUp, second);
    let row = script.row(second.1);
    assert!(
        second.1 == 4 || !row.starts_with(" \u{25b8}"),
        "the wheel moves it: {row}"
    );
    // Where a name has no room its digit is pressed.
    script.msg(Msg::Resize(Size::new(60, 16)));
    let (column, row) = place(&mut script, "6  7");
    mouse(&mut script, Deed::Press, (column + 3, row));
    assert_eq!(script.model.tab, Tab::Tools);
    let verify = place(&mut script, "6  7 Tools");
    mouse(&mut script, Deed::Press, verify);
    assert_eq!(script.model.tab, Tab::Verify);
    script.msg(Msg::Resize(Size::new(80, 24)));
    let market = place(&mut script, "3 Market");
    mouse(&mut script, Deed::Press, market);
    // Outside of everything nothing happens.
    mouse(&mut script, Deed::Press, (79, 23));
    mouse(&mut script, Deed::Press, (400, 400));
    assert_eq!(script.model.tab, Tab::Market);
}

#[test]
fn in_the_chat_the_wheel_scrolls_and_a_press_on_the_input_writes() {
    let mut script = answered(&"a line of the answer\n\n".repeat(30));
    script.keys("<Esc>");
    assert_eq!(script.cursor(), None);
    mouse(&mut script, Deed::WheelUp, (5, 5));
    script.sees("below, End follows");
    let input = place(&mut script, "Enter or i writes");
    mouse(&mut script, Deed::Press, input);
    assert!(
        script
            .cursor()
            .is_some_and(|at: Position| usize::from(at.y) == input.1)
    );
}

#[test]
fn the_conversation_is_shown_as_plain_text_to_select_from() {
    let mut script = answered("one\u{1b}[2J **two**");
    script.keys("<A-v>");
    assert_eq!(script.asked(), ["select: > why?\n\none **two**\n\n"]);
    chat()
        .keys("<A-v>")
        .sees("there is nothing in this session yet");
}

#[test]
fn an_answer_is_saved_in_a_file_and_printed_on_the_way_out() {
    let mut script = answered("**all** of it");
    script.keys("<A-s>").keys("<A-p>");
    assert_eq!(
        script.asked(),
        [
            "save relaydeck-answer-2026-11-22-12.04.md: **all** of it",
            "print later: **all** of it"
        ]
    );
    script.sees("the answer is printed when you leave");
    script
        .msg(Msg::Saved {
            what: Word("copied-answer"),
            outcome: Ok("/home/lin/answer.md".into()),
        })
        .sees("the answer is in /home/lin/answer.md");
    script
        .msg(Msg::Saved {
            what: Word("copied-answer"),
            outcome: Err("/: permission denied".into()),
        })
        .sees("could not save the answer: /: permission denied");
}

#[test]
fn what_is_too_long_to_copy_has_a_way_out_that_works() {
    let refused = relaydeck::tui::term::Copyable::new(&"x".repeat(120_000));
    let why = refused.err().map(|why| why.to_string()).unwrap_or_default();
    for key in ["Alt-s", "Alt-p", "Alt-v"] {
        assert!(why.contains(key), "{why}");
    }
    let mut script = answered("an answer");
    let outcome = Copied::Refused(why);
    script.msg(Msg::Copied {
        what: Word("copied-answer"),
        outcome,
    });
    script
        .sees("120 kB is more than a terminal's clipboard takes")
        .sees("Alt-s saves it");
}
