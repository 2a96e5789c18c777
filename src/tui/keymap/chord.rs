//! One key press as it is written in the table, shown in a hint, and compared with what the terminal sent.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::Deserialize;
use serde::de::{self, Deserializer};

use crate::locale::say;

/// A key with its modifiers. A capital letter is its own key, without Shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// A key that cannot be in the table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChordError {
    /// The name says nothing.
    #[error("{}", say!("chord-unknown", key = format!("{:?}", _0)))]
    Unknown(String),
    /// The terminal sends the same for another key, or never passes it on.
    #[error("{}", say!("chord-lost", key = format!("{:?}", _0), why = _1))]
    Unusable(String, &'static str),
}

const NAMES: [(&str, KeyCode, &str); 16] = [
    ("enter", KeyCode::Enter, "Enter"),
    ("esc", KeyCode::Esc, "Esc"),
    ("tab", KeyCode::Tab, "Tab"),
    ("backtab", KeyCode::BackTab, "Shift-Tab"),
    ("space", KeyCode::Char(' '), "Space"),
    ("backspace", KeyCode::Backspace, "Backspace"),
    ("delete", KeyCode::Delete, "Del"),
    ("insert", KeyCode::Insert, "Ins"),
    ("up", KeyCode::Up, "Up"),
    ("down", KeyCode::Down, "Down"),
    ("left", KeyCode::Left, "Left"),
    ("right", KeyCode::Right, "Right"),
    ("home", KeyCode::Home, "Home"),
    ("end", KeyCode::End, "End"),
    ("pgup", KeyCode::PageUp, "PgUp"),
    ("pgdn", KeyCode::PageDown, "PgDn"),
];

impl Chord {
    /// The chord of a key event, with what differs between terminals evened out.
    pub fn of(event: KeyEvent) -> Self {
        let mut modifiers = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
        let code = match event.code {
            KeyCode::Char(letter) if modifiers.contains(KeyModifiers::CONTROL) => {
                KeyCode::Char(letter.to_ascii_lowercase())
            }
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            // The old protocol sends these as controls of their own; the new one names them.
            KeyCode::Char('\r') => KeyCode::Enter,
            KeyCode::Char('\t') => KeyCode::Tab,
            // Terminals that tell them apart are rare, and people expect of both that nothing is sent.
            KeyCode::Enter if event.modifiers.contains(KeyModifiers::SHIFT) => {
                modifiers |= KeyModifiers::ALT;
                KeyCode::Enter
            }
            other => other,
        };
        if code == KeyCode::BackTab {
            modifiers -= KeyModifiers::SHIFT;
        }
        Self { code, modifiers }
    }

    /// Whether it is a character one could type into a text.
    pub fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && self.modifiers.is_empty()
    }
}

impl FromStr for Chord {
    type Err = ChordError;

    fn from_str(text: &str) -> Result<Self, ChordError> {
        let unknown = || ChordError::Unknown(text.to_owned());
        let mut modifiers = KeyModifiers::NONE;
        let mut rest = text;
        loop {
            let (modifier, after) = match (rest.strip_prefix("ctrl-"), rest.strip_prefix("alt-")) {
                (Some(after), _) => (KeyModifiers::CONTROL, after),
                (_, Some(after)) => (KeyModifiers::ALT, after),
                _ => break,
            };
            if modifiers.contains(modifier) {
                return Err(unknown());
            }
            modifiers |= modifier;
            rest = after;
        }
        let code = code(rest).ok_or_else(unknown)?;
        if let Some(why) = unusable(code, modifiers) {
            return Err(ChordError::Unusable(text.to_owned(), why));
        }
        Ok(Self { code, modifiers })
    }
}

fn code(name: &str) -> Option<KeyCode> {
    if let Some((_, code, _)) = NAMES.iter().find(|(known, ..)| *known == name) {
        return Some(*code);
    }
    if let Some(number) = name.strip_prefix('f').and_then(|rest| rest.parse().ok()) {
        return (1..=12).contains(&number).then_some(KeyCode::F(number));
    }
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if !letter.is_control() && letter != ' ' => {
            Some(KeyCode::Char(letter))
        }
        _ => None,
    }
}

fn unusable(code: KeyCode, modifiers: KeyModifiers) -> Option<&'static str> {
    if !modifiers.contains(KeyModifiers::CONTROL) {
        return None;
    }
    let KeyCode::Char(letter) = code else {
        return matches!(
            code,
            KeyCode::Enter | KeyCode::Esc | KeyCode::Tab | KeyCode::Backspace
        )
        .then_some(say!("chord-no-ctrl"));
    };
    match letter {
        'h' | 'i' | 'm' | '[' => Some(say!("chord-same")),
        's' | 'q' => Some(say!("chord-flow")),
        'a' | 'b' | '\\' => Some(say!("chord-multiplexer")),
        'a'..='z' => None,
        _ => Some(say!("chord-no-code")),
    }
}

impl<'de> Deserialize<'de> for Chord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl fmt::Display for Chord {
    /// As hints show it: `Enter`, `^P`, `Alt-Enter`, `G`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(KeyModifiers::ALT) {
            out.write_str("Alt-")?;
        }
        let control = self.modifiers.contains(KeyModifiers::CONTROL);
        match self.code {
            KeyCode::Char(letter) if control => write!(out, "^{}", letter.to_ascii_uppercase()),
            code => {
                if control {
                    out.write_str("Ctrl-")?;
                }
                match (NAMES.iter().find(|(_, known, _)| *known == code), code) {
                    (Some((.., shown)), _) => out.write_str(shown),
                    (None, KeyCode::Char(letter)) => write!(out, "{letter}"),
                    (None, KeyCode::F(number)) => write!(out, "F{number}"),
                    (None, other) => write!(out, "{other:?}"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chord(text: &str) -> Chord {
        text.parse().unwrap()
    }

    #[test]
    fn keys_are_written_one_way_and_shown_another() {
        for (written, shown) in [
            ("g", "g"),
            ("G", "G"),
            ("?", "?"),
            ("ctrl-p", "^P"),
            ("alt-enter", "Alt-Enter"),
            ("ctrl-alt-x", "Alt-^X"),
            ("ctrl-up", "Ctrl-Up"),
            ("backtab", "Shift-Tab"),
            ("pgdn", "PgDn"),
            ("f12", "F12"),
        ] {
            assert_eq!(chord(written).to_string(), shown);
        }
    }

    #[test]
    fn names_that_say_nothing_are_refused() {
        for wrong in [
            "",
            "entre",
            "ctrl-",
            "ctrl-ctrl-x",
            "shift-x",
            "f13",
            "f0",
            "ab",
        ] {
            assert!(
                matches!(wrong.parse::<Chord>(), Err(ChordError::Unknown(_))),
                "{wrong}"
            );
        }
    }

    #[test]
    fn keys_that_never_arrive_are_refused_with_the_reason() {
        for wrong in [
            "ctrl-b",
            "ctrl-a",
            "ctrl-\\",
            "ctrl-q",
            "ctrl-s",
            "ctrl-m",
            "ctrl-i",
            "ctrl-h",
            "ctrl-[",
            "ctrl-enter",
            "ctrl-1",
        ] {
            assert!(
                matches!(wrong.parse::<Chord>(), Err(ChordError::Unusable(..))),
                "{wrong}"
            );
        }
    }

    #[test]
    fn what_terminals_send_differently_is_one_chord() {
        let key = |code, modifiers| Chord::of(KeyEvent::new(code, modifiers));
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::SHIFT), chord("G"));
        assert_eq!(key(KeyCode::Char('G'), KeyModifiers::NONE), chord("G"));
        assert_eq!(key(KeyCode::BackTab, KeyModifiers::SHIFT), chord("backtab"));
        assert_eq!(key(KeyCode::Tab, KeyModifiers::SHIFT), chord("backtab"));
        assert_eq!(
            key(
                KeyCode::Char('P'),
                KeyModifiers::CONTROL | KeyModifiers::SHIFT
            ),
            chord("ctrl-p")
        );
    }
}
