//! Turns what a terminal sends into keys and pastes; a pure machine that may be fed in any pieces.
//!
//! It is ours because the reader of crossterm 0.29 spins for ever on a lost line (crossterm-rs/crossterm#793), stops in the
//! middle of a long paste (#1057), and never ends a paste whose end mark is lost (#1060). The vocabulary stays crossterm's.
//! Understood are the sequences of xterm, the Linux console, rxvt, and the two ways of telling modifiers apart (`CSI u`,
//! `CSI 27 ~`); everything else that is a whole sequence is dropped, so that no part of it is ever taken for typed text.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::answer::{self, Answer};
use super::pointer::{self, Pointer};
use super::sequence;

/// What came from the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded {
    /// A key was pressed, or repeats.
    Key(KeyEvent),
    /// Text was pasted; every kind of line break is `\n`.
    Paste(String),
    /// The terminal answers a question.
    Answer(Answer),
    /// The mouse did something.
    Pointer(Pointer),
}

/// How long to wait for more before what is there is taken as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Nothing is unfinished.
    None,
    /// A sequence has begun, or only Escape was pressed: a moment.
    Sequence,
    /// A paste has begun and its end has not come: some seconds.
    Paste,
}

const PASTE_END: &[u8] = b"\x1b[201~";

/// Bytes of one paste; what is beyond comes as another.
const PASTE_LIMIT: usize = 4 * 1024 * 1024;

/// Bytes of one sequence; a longer one is no key.
const SEQUENCE_LIMIT: usize = 4 * 1024;

/// The machine.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    /// A sequence that has begun.
    pending: Vec<u8>,
    /// A paste that has begun.
    paste: Option<Vec<u8>>,
}

impl Decoder {
    /// Takes in what was read and adds what it means.
    pub fn push(&mut self, bytes: &[u8], found: &mut Vec<Decoded>) {
        // A terminal takes control characters out of what it pastes, so a lone Ctrl-C is a person who wants out.
        if bytes == [0x03] && self.paste.is_some() {
            self.expire(found);
        }
        for byte in bytes {
            self.take(*byte, found);
        }
    }

    /// Nothing more came in time: what is unfinished is taken as it is.
    pub fn expire(&mut self, found: &mut Vec<Decoded>) {
        if let Some(paste) = self.paste.take() {
            found.extend(pasted(&paste));
        }
        let pending = std::mem::take(&mut self.pending);
        match pending.as_slice() {
            [0x1b] => found.push(key(KeyCode::Esc, KeyModifiers::NONE)),
            // Alt with the character that would begin a longer sequence.
            [0x1b, introducer] => found.push(key(
                KeyCode::Char(char::from(*introducer)),
                KeyModifiers::ALT,
            )),
            _ => {}
        }
    }

    /// How long to wait for more.
    pub fn wait(&self) -> Wait {
        match (&self.paste, self.pending.is_empty()) {
            (Some(_), _) => Wait::Paste,
            (None, false) => Wait::Sequence,
            (None, true) => Wait::None,
        }
    }

    fn take(&mut self, byte: u8, found: &mut Vec<Decoded>) {
        if let Some(paste) = &mut self.paste {
            paste.push(byte);
            if paste.ends_with(PASTE_END) {
                let text = paste.len() - PASTE_END.len();
                found.extend(pasted(&paste[..text]));
                self.paste = None;
            } else if paste.len() >= PASTE_LIMIT && byte.is_ascii_alphanumeric() && !near_end(paste)
            {
                found.extend(pasted(paste));
                paste.clear();
            }
            return;
        }
        self.pending.push(byte);
        match self.step() {
            Step::More if self.pending.len() < SEQUENCE_LIMIT => {}
            Step::More | Step::Drop => self.pending.clear(),
            Step::Found(decoded) => {
                found.push(decoded);
                self.pending.clear();
            }
            Step::Paste => {
                self.pending.clear();
                self.paste = Some(Vec::new());
            }
            Step::Again => {
                // The last byte does not belong to what came before it.
                let before: Vec<u8> = self.pending.drain(..self.pending.len() - 1).collect();
                self.pending.clear();
                if before == [0x1b] {
                    found.push(key(KeyCode::Esc, KeyModifiers::NONE));
                }
                self.take(byte, found);
            }
        }
    }

    fn step(&self) -> Step {
        match self.pending.as_slice() {
            [0x1b] => Step::More,
            // Escape twice is Escape, and perhaps the begin of a sequence.
            [0x1b, 0x1b] => Step::Again,
            [0x1b, b'['] | [0x1b, b'O'] | [0x1b, b']' | b'P' | b'_' | b'^' | b'X'] => Step::More,
            [0x1b, b'[', rest @ ..] => control(rest),
            [0x1b, b'O', rest @ ..] => application(rest),
            [
                0x1b,
                introducer @ (b']' | b'P' | b'_' | b'^' | b'X'),
                rest @ ..,
            ] => text(*introducer, rest),
            [0x1b, rest @ ..] => match plain(rest) {
                Step::Found(Decoded::Key(mut event)) => {
                    event.modifiers |= KeyModifiers::ALT;
                    Step::Found(Decoded::Key(event))
                }
                other => other,
            },
            rest => plain(rest),
        }
    }
}

#[derive(Debug)]
enum Step {
    /// Not yet a whole.
    More,
    /// A whole that means nothing here.
    Drop,
    Found(Decoded),
    Paste,
    /// The last byte begins something new.
    Again,
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Decoded {
    Decoded::Key(KeyEvent::new(code, modifiers))
}

/// A character or a control, without Escape before it.
fn plain(bytes: &[u8]) -> Step {
    let control = |letter: u8| key(KeyCode::Char(char::from(letter)), KeyModifiers::CONTROL);
    Step::Found(match bytes {
        [b'\r'] => key(KeyCode::Enter, KeyModifiers::NONE),
        [b'\t'] => key(KeyCode::Tab, KeyModifiers::NONE),
        [0x08 | 0x7f] => key(KeyCode::Backspace, KeyModifiers::NONE),
        [0x00] => control(b' '),
        [byte @ 0x01..=0x1a] => control(byte - 1 + b'a'),
        [byte @ 0x1c..=0x1f] => control(byte - 0x1c + b'\\'),
        bytes => match std::str::from_utf8(bytes) {
            Ok(text) => match text.chars().next() {
                Some(letter) => sequence::character(letter, KeyModifiers::NONE),
                None => return Step::More,
            },
            Err(wrong) if wrong.error_len().is_none() && bytes.len() < 4 => return Step::More,
            // No text: the byte that broke it may begin something.
            Err(_) if bytes.len() > 1 => return Step::Again,
            Err(_) => return Step::Drop,
        },
    })
}

/// After `ESC [`: arguments, then a final byte.
fn control(rest: &[u8]) -> Step {
    let Some((last, arguments)) = rest.split_last() else {
        return Step::More;
    };
    match (*last, arguments) {
        // The Linux console's function keys: ESC [ [ A.
        (b'[', []) => Step::More,
        (letter, [b'[']) => sequence::console(letter).map_or(Step::Drop, Step::Found),
        // Mouse reports of the first kind carry three bytes; we never ask for them, but another program may have.
        (_, [b'M', data @ ..]) => match data.len() {
            0 | 1 => Step::More,
            _ => Step::Drop,
        },
        (b'M', []) => Step::More,
        (0x20..=0x3f, _) => Step::More,
        (b'~', b"200") => Step::Paste,
        (last @ 0x40..=0x7e, arguments) => answer::control(arguments, last)
            .map(Decoded::Answer)
            .or_else(|| pointer::report(arguments, last).map(Decoded::Pointer))
            .or_else(|| sequence::control(arguments, last))
            .map_or(Step::Drop, Step::Found),
        // A control or a letter beyond ASCII ends what was no sequence.
        _ => Step::Again,
    }
}

/// After `ESC O`: the keypad and the function keys of old.
fn application(rest: &[u8]) -> Step {
    match rest {
        [b'0'..=b'9' | b';', ..] if rest.iter().all(|byte| matches!(byte, b'0'..=b'9' | b';')) => {
            Step::More
        }
        [arguments @ .., last @ 0x40..=0x7e] => {
            sequence::control(arguments, *last).map_or(Step::Drop, Step::Found)
        }
        _ => Step::Again,
    }
}

/// After `ESC ]` and the like: an answer to a question, perhaps one of ours.
fn text(introducer: u8, rest: &[u8]) -> Step {
    let ([whole @ .., 0x07] | [whole @ .., 0x1b, b'\\']) = rest else {
        return Step::More;
    };
    let answer = (introducer == b']').then(|| answer::text(whole)).flatten();
    answer.map_or(Step::Drop, |answer| Step::Found(Decoded::Answer(answer)))
}

/// Whether the end mark may have begun.
fn near_end(paste: &[u8]) -> bool {
    let last = paste.len().saturating_sub(PASTE_END.len());
    paste[last..].contains(&0x1b)
}

fn pasted(bytes: &[u8]) -> Option<Decoded> {
    let text = String::from_utf8_lossy(bytes)
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    (!text.is_empty()).then_some(Decoded::Paste(text))
}
