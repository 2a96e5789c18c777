//! Asks the terminal once what it can do, and never waits for it: the first frame follows the questions at once, and the
//! answers come among the keys. A terminal that says nothing within the deadline gets the modest choice, silently.
//!
//! The questions are put before anything is drawn. Two of them are tried out: how far a character of ambiguous width moves
//! the cursor, and whether a line feed at a margin leaves it there. What they leave on the screen the first frame clears.

use std::time::Duration;

use super::dialect::{Dialect, Scroll};
use super::input::Answer;
use super::link::Link;

/// Synchronized frames; the keyboard protocol; the background; a box-drawing character in row 2 and where the cursor stands
/// after it; margins around rows 3 and 4, a line feed in row 4, and where the cursor stands after it; and what every
/// terminal answers, so that the end of the answers is known.
pub const QUESTIONS: &[u8] =
    b"\x1b[?2026$p\x1b[?u\x1b]11;?\x1b\\\x1b[2H\xe2\x94\x80\x1b[6n\x1b[3;4r\x1b[4H\n\x1b[6n\x1b[r\x1b[c";

/// Terminals that would show some of the questions instead of understanding them, by the beginning of their `TERM`.
const NOT_ASKED: [&str; 8] = ["linux", "vt1", "vt2", "vt3", "vt5", "ansi", "cygwin", "sun"];

/// What the terminal has said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Whether it knows synchronized frames.
    pub synchronized: bool,
    /// Whether it knows the keyboard protocol.
    pub keyboard: bool,
    /// Whether its background is light; `None` when it did not say.
    pub light: Option<bool>,
    /// Whether it draws a character of ambiguous width in two cells; `None` when it did not say.
    pub ambiguous_wide: Option<bool>,
    /// Whether it moves rows within margins; `None` when it did not say.
    pub margins: Option<bool>,
}

impl Found {
    /// What is known of a terminal now. What it was seen to do counts for more than its name.
    pub fn improve(&self, dialect: Dialect) -> Dialect {
        let scroll = match (self.margins, dialect.scroll) {
            (Some(false), _) => Scroll::Never,
            (Some(true), Scroll::Never) => Scroll::Index,
            (_, known) => known,
        };
        Dialect {
            scroll,
            synchronized: self.synchronized,
            ambiguous_wide: self.ambiguous_wide.unwrap_or(dialect.ambiguous_wide),
        }
    }
}

/// The answers that are awaited. A pure value: time comes in as milliseconds of some clock that never goes back.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    found: Found,
    /// How many times it has said where the cursor stands.
    cursors: u8,
    /// Until when answers count; `None` once that is over.
    until: Option<u64>,
}

impl Probe {
    /// Whether a terminal of this name and size may be asked.
    pub fn may_ask(term: &str, rows: u16) -> bool {
        rows >= 5 && !term.is_empty() && !NOT_ASKED.iter().any(|name| term.starts_with(name))
    }

    /// The questions were put. Answers that have to come over a network have a round trip's time more.
    pub fn asked(now: u64, link: Link) -> Self {
        let patience = match link {
            Link::Local => Duration::from_millis(100),
            Link::Remote | Link::Slow => Duration::from_secs(1),
        };
        let patience = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
        Self {
            found: Found::default(),
            cursors: 0,
            until: Some(now.saturating_add(patience)),
        }
    }

    /// No questions were put.
    pub fn not_asked() -> Self {
        Self {
            found: Found::default(),
            cursors: 0,
            until: None,
        }
    }

    /// Takes an answer in; what was found, when it was the last one.
    pub fn take(&mut self, answer: Answer) -> Option<Found> {
        self.until?;
        match answer {
            Answer::Mode { mode, settable } => self.found.synchronized |= mode == 2026 && settable,
            Answer::Keyboard => self.found.keyboard = true,
            Answer::Background(red, green, blue) => {
                // ITU-R BT.601, in thousandths.
                let luma = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
                self.found.light = Some(luma >= 127_500);
            }
            Answer::Cursor { row, column } => {
                match self.cursors {
                    0 => self.found.ambiguous_wide = Some(row == 2 && column == 3),
                    1 => self.found.margins = Some(row == 4),
                    _ => {}
                }
                self.cursors = self.cursors.saturating_add(1);
            }
            Answer::Attributes => return self.end(),
        }
        None
    }

    /// When it is no longer waited for answers; `None` when none are awaited.
    pub fn deadline(&self) -> Option<u64> {
        self.until
    }

    /// What was found, when the deadline has passed.
    pub fn due(&mut self, now: u64) -> Option<Found> {
        self.until.filter(|until| *until <= now)?;
        self.end()
    }

    fn end(&mut self) -> Option<Found> {
        self.until.take().map(|_| self.found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(answers: &[Answer]) -> Option<Found> {
        let mut probe = Probe::asked(0, Link::Local);
        let mut found = None;
        for answer in answers {
            found = probe.take(*answer);
        }
        found
    }

    #[test]
    fn a_terminal_that_answers_everything_gets_everything() {
        let found = answered(&[
            Answer::Mode {
                mode: 2026,
                settable: true,
            },
            Answer::Keyboard,
            Answer::Background(250, 250, 240),
            Answer::Cursor { row: 2, column: 2 },
            Answer::Cursor { row: 4, column: 1 },
            Answer::Attributes,
        ])
        .unwrap();
        assert_eq!((found.light, found.keyboard), (Some(true), true));
        let dialect = found.improve(Dialect::of("xterm"));
        assert_eq!(dialect.scroll, Scroll::Region);
        assert!(dialect.synchronized && !dialect.ambiguous_wide);
        assert_eq!(found.improve(Dialect::of("someterm")).scroll, Scroll::Index);
    }

    #[test]
    fn one_that_does_not_obey_is_found_out() {
        let found = answered(&[
            Answer::Cursor { row: 2, column: 3 },
            Answer::Cursor { row: 5, column: 1 },
            Answer::Attributes,
        ])
        .unwrap();
        let dialect = found.improve(Dialect::of("xterm"));
        assert_eq!(dialect.scroll, Scroll::Never);
        assert!(dialect.ambiguous_wide && !dialect.synchronized);
    }

    #[test]
    fn one_that_says_nothing_gets_the_modest_choice_in_time() {
        let mut probe = Probe::asked(5, Link::Local);
        assert_eq!((probe.deadline(), probe.due(104)), (Some(105), None));
        let found = probe.due(105).unwrap();
        assert_eq!(found, Found::default());
        assert_eq!(found.improve(Dialect::of("xterm")), Dialect::of("xterm"));
        assert_eq!((probe.deadline(), probe.due(500)), (None, None));
        assert_eq!(probe.take(Answer::Attributes), None, "too late");
        assert_eq!(Probe::not_asked().deadline(), None);
    }

    #[test]
    fn consoles_that_would_show_the_questions_are_not_asked() {
        for (term, rows, asked) in [
            ("xterm-256color", 24, true),
            ("screen", 24, true),
            ("linux", 24, false),
            ("vt100", 24, false),
            ("", 24, false),
            ("xterm", 4, false),
        ] {
            assert_eq!(Probe::may_ask(term, rows), asked, "{term}");
        }
    }
}
