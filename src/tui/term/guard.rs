//! Knows every mode of the terminal that was switched on, and switches it off again: on the way out, on a panic, before a
//! pause. Whatever happens, the next program finds the terminal as we found it.
//!
//! Mouse reports are not asked for unless someone wants them: selecting text stays the terminal's own business. The wheel
//! scrolls all the same, because the terminal sends arrow keys for it (1007).

use std::fs::File;
use std::io;
use std::time::Duration;

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use super::tty::write_all;

/// Switches on: the other screen, cleared for consoles that have no other; pastes marked as such; arrow keys for the wheel,
/// after the terminal was told to remember how that stood.
pub const ENTER: &[u8] = b"\x1b[?1049h\x1b[0m\x1b[2J\x1b[H\x1b[?2004h\x1b[?1007s\x1b[?1007h";

/// Switches off, in the opposite order: the style, margins that a frame may have left half written, the picture for consoles
/// that have no other screen, the wheel as it was, marked pastes, the cursor shown, the first screen.
pub const LEAVE: &[u8] = b"\x1b[0m\x1b[r\x1b[H\x1b[J\x1b[?1007r\x1b[?2004l\x1b[?25h\x1b[?1049l";

/// A mode that is not for every terminal or not for everyone.
#[derive(Debug, PartialEq, Eq)]
pub struct Extra {
    on: &'static [u8],
    off: &'static [u8],
}

/// What tells keys apart that look the same otherwise, where the terminal knows it (the keyboard protocol of kitty, its first
/// step: every key with modifiers, and Escape, in a form of their own).
pub const KEYBOARD: Extra = Extra {
    on: b"\x1b[>1u",
    off: b"\x1b[<u",
};

/// Presses and the wheel, for those who want them more than the terminal's own selecting.
pub const MOUSE: Extra = Extra {
    on: b"\x1b[?1000h\x1b[?1006h",
    off: b"\x1b[?1006l\x1b[?1000l",
};

/// How long a line that hangs may hold up the way out.
const PATIENCE: Duration = Duration::from_millis(500);

/// The terminal in our hands. Dropping it restores the terminal.
#[derive(Debug)]
pub struct Guard {
    input: File,
    output: File,
    /// How the line was set before, while it is raw.
    before: Option<Termios>,
    /// Whether the modes of [`ENTER`] are on, or may be.
    entered: bool,
    /// What else is to be on while the terminal is ours, in the order in which it was switched on.
    extras: Vec<&'static Extra>,
}

impl Guard {
    /// Takes the terminal over: keys come unchanged, and the other screen is shown.
    ///
    /// # Errors
    /// What the system says; the terminal is then as it was.
    pub fn enter(input: File, output: File) -> io::Result<Self> {
        let mut guard = Self {
            input,
            output,
            before: None,
            entered: false,
            extras: Vec::new(),
        };
        guard.retake()?;
        Ok(guard)
    }

    /// Takes it over once more: after [`Guard::restore`], or after the shell had it behind our back.
    ///
    /// # Errors
    /// What the system says; the terminal is then as it was.
    pub fn retake(&mut self) -> io::Result<()> {
        let now = tcgetattr(&self.input)?;
        let mut raw = now.clone();
        raw.make_raw();
        self.before.get_or_insert(now);
        self.entered = true;
        let taken = tcsetattr(&self.input, OptionalActions::Now, &raw)
            .map_err(io::Error::from)
            .and_then(|()| write_all(&self.output, ENTER, None))
            .and_then(|()| write_all(&self.output, &self.extras_on(), None));
        if taken.is_err() {
            self.restore();
        }
        taken
    }

    /// Something more is on from now on. What is returned must be sent now.
    pub fn switch_on(&mut self, extra: &'static Extra) -> &'static [u8] {
        if self.extras.contains(&extra) {
            return b"";
        }
        self.extras.push(extra);
        extra.on
    }

    fn extras_on(&self) -> Vec<u8> {
        self.extras
            .iter()
            .flat_map(|extra| extra.on)
            .copied()
            .collect()
    }

    /// Shows the first screen for a while, with every mode off; keys still come unchanged. Undone by [`Guard::cover`].
    pub fn uncover(&mut self) {
        if std::mem::take(&mut self.entered) {
            self.leave();
        }
    }

    /// After [`Guard::uncover`], takes the screen over again. What is returned must be sent before the next frame.
    pub fn cover(&mut self) -> Vec<u8> {
        self.entered = true;
        [ENTER, &self.extras_on()].concat()
    }

    fn leave(&self) {
        // On a line that is gone there is nothing to restore.
        let off = self.extras.iter().rev().flat_map(|extra| extra.off);
        let off: Vec<u8> = off.chain(LEAVE).copied().collect();
        let _ = write_all(&self.output, &off, Some(PATIENCE));
    }

    /// Gives it back. Every step is taken, whether or not the one before worked; a second time changes nothing.
    pub fn restore(&mut self) {
        if std::mem::take(&mut self.entered) {
            self.leave();
        }
        if let Some(before) = self.before.take() {
            let _ = tcsetattr(&self.input, OptionalActions::Now, &before);
        }
    }

    /// Whether the terminal is ours at the moment.
    pub fn is_entered(&self) -> bool {
        self.entered
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.restore();
    }
}
