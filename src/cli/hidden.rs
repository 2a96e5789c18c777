//! A secret typed at the terminal: asked for on stderr, and not shown while it is typed.

use std::io::{self, IsTerminal, Write};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use crate::domain::{Fault, FaultKind};
use crate::locale::{say, system};

/// Whether somebody is there to be asked.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a secret. Ctrl-C ends the program as it would anywhere else, with the terminal as it was.
///
/// # Errors
/// When the terminal cannot be read, or nothing was typed.
pub fn ask(question: &str) -> Result<String, Fault> {
    let lost = |error| Fault::new(FaultKind::Local, say!("cli-stdin", error = system(&error)));
    let mut out = io::stderr().lock();
    let mut text = String::new();
    let typed = {
        // Before the question is seen: whoever answers it at once is not shown either.
        let _raw = Raw::on().map_err(lost)?;
        let _ = write!(out, "{question} ");
        let _ = out.flush();
        loop {
            let Event::Key(key) = read().map_err(lost)? else {
                continue;
            };
            match take(&mut text, key) {
                Typed::More => {}
                typed => break typed,
            }
        }
    };
    let _ = writeln!(out);
    let given_up = || Fault::new(FaultKind::Usage, say!("cli-secret-none"));
    match (typed, text.trim()) {
        (Typed::Interrupted, _) => {
            // What a terminal in its usual mode does for Ctrl-C. It ends us here.
            let _ = rustix::process::kill_process(
                rustix::process::getpid(),
                rustix::process::Signal::INT,
            );
            Err(given_up())
        }
        (_, "") => Err(given_up().advise(say!("cli-secret-none-advice"))),
        (_, text) => Ok(text.to_owned()),
    }
}

/// The terminal gives every key at once and shows none of them, until this is dropped.
struct Raw;

impl Raw {
    fn on() -> io::Result<Self> {
        enable_raw_mode()?;
        Ok(Raw)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        let _ = disable_raw_mode();
    }
}

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Typed {
    More,
    Whole,
    Interrupted,
}

/// Takes a key into the text, as a line of a terminal would.
fn take(text: &mut String, key: KeyEvent) -> Typed {
    if key.kind == KeyEventKind::Release {
        return Typed::More;
    }
    let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Enter => return Typed::Whole,
        KeyCode::Char('c') if ctrl => return Typed::Interrupted,
        KeyCode::Char('d') if ctrl => return Typed::Whole,
        KeyCode::Char('j' | 'm') if ctrl => return Typed::Whole,
        KeyCode::Char('u') if ctrl => text.clear(),
        KeyCode::Char('h') if ctrl => {
            text.pop();
        }
        KeyCode::Char(letter) if !ctrl => text.push(letter),
        KeyCode::Backspace => {
            text.pop();
        }
        _ => {}
    }
    Typed::More
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_make_a_line_and_control_keys_are_no_part_of_it() {
        let ctrl = |letter| KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
        let plain = |code| KeyEvent::new(code, KeyModifiers::NONE);
        let mut text = String::from("typo");
        assert_eq!(take(&mut text, ctrl('u')), Typed::More);
        for letter in "corrext".chars() {
            take(&mut text, plain(KeyCode::Char(letter)));
        }
        take(&mut text, plain(KeyCode::Backspace));
        take(&mut text, ctrl('h'));
        take(&mut text, ctrl('w'));
        take(&mut text, plain(KeyCode::Char('ü')));
        assert_eq!(text, "correü");
        assert_eq!(take(&mut text, ctrl('c')), Typed::Interrupted);
        assert_eq!(take(&mut text, plain(KeyCode::Enter)), Typed::Whole);
    }
}
