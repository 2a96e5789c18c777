//! Everything that can happen to the dashboard, and the time at which it does.

use crossterm::event::KeyEvent;
use ratatui::layout::Size;

use super::term::Pointer;
use super::theme::Theme;
use crate::domain::UnixMillis;
use crate::engine::door::{Command, Event};
use crate::locale::Word;

/// The time, passed in by whoever has a clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// The time of day, for ages and countdowns; may jump.
    pub wall: UnixMillis,
    /// Milliseconds since the start of the process, for what is due; never goes back.
    pub uptime: u64,
}

/// What became of something for the clipboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copied {
    /// It went out; these words say how far that can be known: `was sent to the terminal`.
    Sent(&'static str),
    /// It was not; a sentence says why and what to do.
    Refused(String),
}

/// What became of a text that was edited outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// It is this now.
    Text(String),
    /// It is as it was; a sentence says why and what to do.
    Failed(String),
}

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Msg {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse did something.
    Pointer(Pointer),
    /// Text was pasted: never keys, never a command.
    Paste(String),
    /// The terminal has another size.
    Resize(Size),
    /// More is known of what the terminal can show.
    Theme(Box<Theme>),
    /// The engine says something.
    Engine(Box<Event>),
    /// The engine is gone.
    EngineGone,
    /// The engine could not take this command.
    Busy(Box<Command>),
    /// The answer to `Effect::Copy`.
    Copied {
        /// What it was, in words.
        what: Word,
        /// What became of it.
        outcome: Copied,
    },
    /// The answer to `Effect::Save`.
    Saved {
        /// What it was, in words.
        what: Word,
        /// Where it is now, or why it is not.
        outcome: Result<String, String>,
    },
    /// What became of `Effect::Edit`.
    Edited(Edited),
    /// The deadline that the model had set has come.
    Due,
    /// The process is asked to end, or the line is lost.
    Ended,
}
