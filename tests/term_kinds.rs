//! Terminals of every kind: what each is asked, what it is shown, and that one which cannot show anything is told what works
//! without a screen. The real binary in a pseudo-terminal.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod support;

use std::time::Duration;

use support::pty::Pty;

fn first_run(term: &str, columns: u16, rows: u16) -> (Pty, tempfile::TempDir) {
    let home = tempfile::tempdir().unwrap();
    let env = [("RELAYDECK_LISTEN", "127.0.0.1:0"), ("TERM", term)];
    let mut deck = Pty::start(home.path(), columns, rows, &[], &env);
    deck.wait_text("relay inside");
    (deck, home)
}

fn sent(deck: &Pty, bytes: &[u8]) -> bool {
    deck.raw.windows(bytes.len()).any(|at| at == bytes)
}

/// Whether any colour was asked for: an argument from 30 to 49 or from 90 to 107 in a sequence that ends in `m`.
fn coloured(deck: &Pty) -> bool {
    let text = String::from_utf8_lossy(&deck.raw).into_owned();
    text.split("\x1b[").skip(1).any(|rest| {
        let end = rest.find(|letter: char| letter.is_ascii_alphabetic());
        let Some((arguments, 'm')) =
            end.map(|end| (&rest[..end], rest[end..].chars().next().unwrap()))
        else {
            return false;
        };
        arguments.split(';').any(|argument| {
            argument
                .parse::<u8>()
                .is_ok_and(|argument| matches!(argument, 30..=49 | 90..=107))
        })
    })
}

#[test]
fn every_kind_of_terminal_sees_the_first_screen() {
    for (term, asked, colours, ascii) in [
        ("xterm-256color", true, true, false),
        ("screen", true, true, false),
        ("tmux-256color", true, true, false),
        ("linux", false, true, true),
        ("vt100", false, false, true),
    ] {
        let (mut deck, _home) = first_run(term, 80, 24);
        insta::assert_snapshot!(format!("first_screen_{term}_80x24"), deck.text());
        let (large, _home) = first_run(term, 120, 40);
        insta::assert_snapshot!(format!("first_screen_{term}_120x40"), large.text());
        assert_eq!(
            sent(&deck, b"\x1b[?2026$p"),
            asked,
            "{term} is asked what it can do"
        );
        assert_eq!(coloured(&deck), colours, "{term} gets colours");
        assert_eq!(
            deck.text().is_ascii(),
            ascii,
            "{term} gets ASCII:\n{}",
            deck.text()
        );
        deck.keys("q");
        assert_eq!(deck.wait_end(), 0);
        assert!(!deck.screen().alternate_screen() && !deck.screen().hide_cursor());
    }
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_is_told_what_works_without() {
    let home = tempfile::tempdir().unwrap();
    let mut deck = Pty::start(home.path(), 100, 24, &[], &[("TERM", "dumb")]);
    assert_ne!(deck.wait_end(), 0);
    insta::assert_snapshot!("dumb", deck.text());
    assert!(
        !sent(&deck, b"\x1b["),
        "no sequence is sent: {:?}",
        deck.text()
    );
}

#[test]
fn answers_improve_what_is_drawn_and_silence_does_not_delay_it() {
    // The first screen stands there although nothing was answered.
    let (mut deck, _home) = first_run("xterm-256color", 80, 24);
    assert!(!deck.text().is_ascii() && sent(&deck, b"36m"));
    deck.keys("q");
    deck.wait_end();
    // A light background, and box drawing in two cells.
    let (mut deck, _home) = first_run("xterm-256color", 80, 24);
    let answers = "\x1b[?2026;0$y\x1b]11;rgb:ffff/ffff/f0f0\x07\x1b[2;3R\x1b[4;1R\x1b[?1;2c";
    deck.keys(answers);
    deck.wait_for("ASCII", str::is_ascii);
    assert!(sent(&deck, b"38;5;25m"), "what was cyan is blue now");
    deck.keys("q");
    assert_eq!(deck.wait_end(), 0);
    // Keys that come between the answers are keys.
    let (mut deck, _home) = first_run("xterm-256color", 80, 24);
    deck.keys("\x1b[?2026;2$yq\x1b[?62c");
    assert_eq!(deck.wait_end(), 0);
}

#[test]
fn sizes_from_tiny_to_huge_and_a_storm_of_them() {
    for (columns, rows) in [(40, 10), (300, 100)] {
        let home = tempfile::tempdir().unwrap();
        let env = [("RELAYDECK_LISTEN", "127.0.0.1:0")];
        let mut deck = Pty::start(home.path(), columns, rows, &[], &env);
        match columns {
            40 => deck.wait_text("needs 60x16"),
            _ => deck.wait_text("relay inside"),
        }
        for step in 0..60u16 {
            deck.resize(30 + step * 37 % 270, 5 + step * 17 % 90);
        }
        deck.resize(80, 24);
        deck.wait_text("relay inside");
        deck.settle(Duration::from_millis(300));
        insta::assert_snapshot!("first_screen_xterm-256color_80x24", deck.text());
        deck.keys("q");
        assert_eq!(deck.wait_end(), 0);
    }
}

#[test]
fn a_theme_and_keys_of_ones_own_are_used_and_mistakes_are_told_before_the_screen_is_taken() {
    let home = tempfile::tempdir().unwrap();
    let start = |theme: &str| {
        let env = [
            ("RELAYDECK_LISTEN", "127.0.0.1:0"),
            ("RELAYDECK_THEME", theme),
        ];
        Pty::start(home.path(), 100, 24, &[], &env)
    };
    let write = |name: &str, text: &str| std::fs::write(home.path().join(name), text).unwrap();
    std::fs::create_dir(home.path().join("themes")).unwrap();
    write("themes/mine.toml", "title = { fg = \"#ff8700\" }\n");
    write("themes/broken.toml", "titel = { fg = \"red\" }\n");
    write(
        "keymap.toml",
        "[[bind]]\ncontext = \"global\"\naction = \"quit\"\nkeys = [\"Z\"]\n",
    );
    let mut deck = start("mine");
    deck.wait_text("relay inside");
    assert!(sent(&deck, b"38;5;208m"), "the nearest of 256 colours");
    deck.keys("qZ");
    assert_eq!(deck.wait_end(), 0);
    for (theme, said) in [
        ("nosuch", "there is no theme \"nosuch\""),
        ("broken", "titel"),
    ] {
        let mut deck = start(theme);
        assert_ne!(deck.wait_end(), 0);
        assert!(deck.text().contains(said), "{}", deck.text());
        assert!(!sent(&deck, b"\x1b[?1049h"), "the screen was taken");
    }
    write(
        "keymap.toml",
        "[[bind]]\ncontext = \"list\"\naction = \"down\"\nkeys = [\"k\"]\n",
    );
    let mut deck = start("auto");
    assert_ne!(deck.wait_end(), 0);
    let said = deck.text().replace('\n', " ");
    assert!(
        said.contains("list → down") && said.contains("list → up"),
        "both are named: {said}"
    );
}
