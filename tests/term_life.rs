//! Coming and going: the real binary in a pseudo-terminal, ended in every way there is. Afterwards the screen, the cursor,
//! the modes and the line are as they were, and what was asked of a relay is in the ledger.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

use std::path::Path;
use std::time::Duration;

use support::json;
use support::pty::Pty;

const ALONE: [(&str, &str); 1] = [("RELAYDECK_LISTEN", "127.0.0.1:0")];

/// Through the first door, with the answer to the first question on the screen.
fn through_the_first_door(mut deck: Pty) -> Pty {
    deck.wait_text("relay inside");
    deck.keys("\r");
    deck.wait_text("settled");
    deck
}

fn deck(home: &Path) -> Pty {
    through_the_first_door(Pty::start(home, 100, 30, &[], &ALONE))
}

/// Asks the embedded lab for an answer that takes minutes, and waits until it streams.
fn streaming(mut deck: Pty) -> Pty {
    deck.keys("\x10");
    deck.wait_text("relaydeck-lab");
    deck.keys("relaydeck-lab\r");
    deck.wait_for("the lab to be chosen", |screen| {
        screen.contains("\u{2500} relaydeck-lab")
    });
    deck.keys("[[tokens=4000 speed=20]]\r");
    deck.wait_for("tokens", |screen| {
        screen.contains("tok/s") && screen.contains("estimated")
    });
    deck
}

/// The terminal is as it was found.
#[track_caller]
fn is_as_found(deck: &Pty) {
    let screen = deck.screen();
    assert!(
        !screen.alternate_screen(),
        "the other screen is still shown"
    );
    assert!(!screen.hide_cursor(), "the cursor is hidden");
    assert!(!screen.bracketed_paste(), "pastes are still marked");
    assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    assert!(!screen.bold() && !screen.inverse(), "a style is left");
    assert_eq!(screen.fgcolor(), vt100::Color::Default);
    assert!(deck.line_is_as_before(), "the line is set differently");
    let keyboard = |bytes: &[u8]| {
        deck.raw
            .windows(bytes.len())
            .filter(|at| *at == bytes)
            .count()
    };
    assert_eq!(
        keyboard(b"\x1b[>1u"),
        keyboard(b"\x1b[<u"),
        "the keyboard protocol is on"
    );
}

/// The last request is in the ledger, with what it cost.
#[track_caller]
fn last_request_is_recorded(home: &Path) {
    let receipts = json(home, &["usage", "receipts"]);
    let last = &receipts[0];
    assert_eq!(last["model"], "relaydeck-lab", "{receipts}");
    assert!(
        last["cost_nusd"].as_i64().is_some_and(|cost| cost > 0),
        "{last}"
    );
    assert_ne!(last["state"], "open", "{last}");
}

#[test]
fn quitting_leaves_the_terminal_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    let mut deck = deck(home.path());
    assert!(deck.screen().alternate_screen() && !deck.line_is_as_before());
    deck.keys("\x03\x03");
    assert_eq!(deck.wait_end(), 0);
    is_as_found(&deck);
}

#[test]
fn a_terminal_that_knows_the_keyboard_protocol_is_given_back_without_it() {
    let home = tempfile::tempdir().unwrap();
    let mut deck = Pty::start(home.path(), 100, 30, &[], &ALONE);
    deck.wait_text("relay inside");
    // The answers of a terminal that knows everything.
    deck.keys("\x1b[?2026;2$y\x1b[?0u\x1b]11;rgb:1010/1010/1010\x1b\\\x1b[2;2R\x1b[4;1R\x1b[?62c");
    deck.wait_raw(b"\x1b[>1u");
    deck.keys("q");
    assert_eq!(deck.wait_end(), 0);
    is_as_found(&deck);
    assert_eq!(deck.text().trim(), "", "no answer was typed at the prompt");
}

#[test]
fn signals_end_it_cleanly_and_what_streams_is_recorded() {
    for signal in ["TERM", "HUP"] {
        let home = tempfile::tempdir().unwrap();
        let mut deck = streaming(deck(home.path()));
        deck.signal(signal);
        assert_eq!(deck.wait_end(), 0, "SIG{signal}");
        is_as_found(&deck);
        last_request_is_recorded(home.path());
    }
}

#[cfg(debug_assertions)]
#[test]
fn a_panic_in_the_dashboard_or_beside_it_restores_the_terminal_and_then_speaks() {
    for (signal, place) in [("USR1", "in the dashboard"), ("USR2", "in the background")] {
        let home = tempfile::tempdir().unwrap();
        let mut deck = deck(home.path());
        deck.signal(signal);
        assert_ne!(deck.wait_end(), 0, "{place}");
        is_as_found(&deck);
        let said = deck.text();
        assert!(
            said.contains(place) && said.contains("nothing is lost"),
            "{said}"
        );
    }
}

#[test]
fn a_lost_line_ends_it_with_and_without_a_signal_and_what_streams_is_recorded() {
    for signalled in [true, false] {
        let home = tempfile::tempdir().unwrap();
        let deck = match signalled {
            true => Pty::start(home.path(), 100, 30, &[], &ALONE),
            false => Pty::start_detached(home.path(), 100, 30, &ALONE),
        };
        let deck = streaming(through_the_first_door(deck));
        let took = deck.hang_up().wait_end();
        println!(
            "gone {} ms after the line, signalled: {signalled}",
            took.as_millis()
        );
        last_request_is_recorded(home.path());
    }
}

#[test]
fn a_pause_gives_the_terminal_to_the_shell_and_coming_back_repaints() {
    let home = tempfile::tempdir().unwrap();
    let mut shell = Pty::start_program(
        &["/bin/sh", "-i"],
        home.path(),
        100,
        30,
        &[("RELAYDECK_LISTEN", "127.0.0.1:0"), ("PS1", "prompt> ")],
    );
    shell.wait_text("prompt>");
    shell.keys(&format!("{}\r", env!("CARGO_BIN_EXE_relaydeck")));
    let mut shell = through_the_first_door(shell);
    shell.keys("\x1a");
    shell.wait_for("the shell's prompt", |screen| {
        screen.trim_end().ends_with("prompt>")
    });
    assert!(!shell.screen().alternate_screen() && !shell.screen().hide_cursor());
    assert!(!shell.screen().bracketed_paste());
    shell.keys("echo $((40 + 2))\r");
    shell.wait_text("42");
    shell.keys("fg\r");
    shell.wait_for("the dashboard again", |screen| {
        screen.contains("settled") && !screen.contains("prompt>")
    });
    assert!(shell.screen().alternate_screen() && shell.screen().bracketed_paste());
    shell.keys("\x03\x03");
    shell.wait_for("the shell's prompt", |screen| {
        screen.trim_end().ends_with("prompt>")
    });
    shell.keys("exit\r");
    shell.wait_end();
    is_as_found(&shell);
}

#[test]
fn the_conversation_can_be_selected_from_the_first_screen_saved_and_printed_at_the_end() {
    let home = tempfile::tempdir().unwrap();
    let env = [ALONE[0], ("RELAYDECK_MOUSE", "on")];
    let mut deck = through_the_first_door(Pty::start(home.path(), 100, 30, &[], &env));
    assert_ne!(
        deck.screen().mouse_protocol_mode(),
        vt100::MouseProtocolMode::None
    );
    deck.keys("\x1bv");
    deck.wait_text("Enter brings relaydeck back");
    let screen = deck.screen();
    assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
    assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
    deck.keys("x\r");
    deck.wait_for("the dashboard again", |screen| {
        screen.contains("settled") && !screen.contains("brings relaydeck back")
    });
    assert!(deck.screen().alternate_screen() && deck.screen().bracketed_paste());
    assert_ne!(
        deck.screen().mouse_protocol_mode(),
        vt100::MouseProtocolMode::None
    );
    deck.keys("\x1bp");
    deck.wait_text("printed when you leave");
    deck.keys("\x03\x03");
    assert_eq!(deck.wait_end(), 0);
    is_as_found(&deck);
    assert!(
        deck.text().contains("What are the first steps?"),
        "{}",
        deck.text()
    );
}

#[test]
fn an_idle_dashboard_sends_no_byte() {
    let home = tempfile::tempdir().unwrap();
    let mut deck = deck(home.path());
    // What passes by itself has passed: messages, the latency that is measured after opening.
    while deck.settle(Duration::from_secs(8)) {}
    let before = deck.raw.len();
    assert!(!deck.settle(Duration::from_secs(3)), "it sends something");
    assert_eq!(deck.raw.len(), before);
    deck.keys("\x03\x03");
    assert_eq!(deck.wait_end(), 0);
}
