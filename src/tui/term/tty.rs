//! The two ends of the terminal, and whether a dashboard can be shown on it.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::locale::{say, system};

/// Why no dashboard can be shown. The message says what is in the way, [`NoTerminal::advice`] what works without one.
#[derive(Debug, thiserror::Error)]
pub enum NoTerminal {
    /// Input or output is a file or a pipe.
    #[error("{}", say!("terminal-none", side = _0))]
    NotATerminal(&'static str),
    /// `TERM=dumb`.
    #[error("{}", say!("terminal-no-cursor", term = _0))]
    Dumb(String),
    /// The operating system refused.
    #[error("{}", say!("terminal-unusable", why = system(_0)))]
    Refused(#[from] io::Error),
}

impl NoTerminal {
    /// What to do instead.
    pub fn advice(&self) -> &'static str {
        match self {
            NoTerminal::NotATerminal(_) | NoTerminal::Refused(_) => {
                say!("terminal-none-advice")
            }
            NoTerminal::Dumb(_) => {
                say!("terminal-no-cursor-advice")
            }
        }
    }
}

/// The terminal's two ends, ours to keep: the standard streams may be redirected later without harm.
#[derive(Debug)]
pub struct Tty {
    /// Where keys come from.
    pub input: File,
    /// Where frames go.
    pub output: File,
}

impl Tty {
    /// The terminal behind the standard streams.
    ///
    /// # Errors
    /// When there is none that a dashboard could be shown on. `term` is the variable `TERM`.
    pub fn open(term: Option<&str>) -> Result<Self, NoTerminal> {
        if !io::stdin().is_terminal() {
            return Err(NoTerminal::NotATerminal(say!("terminal-input")));
        }
        if !io::stdout().is_terminal() {
            return Err(NoTerminal::NotATerminal(say!("terminal-output")));
        }
        if let Some(term @ ("dumb" | "unknown")) = term {
            return Err(NoTerminal::Dumb(term.to_owned()));
        }
        Ok(Self {
            input: File::from(io::stdin().as_fd().try_clone_to_owned()?),
            output: File::from(io::stdout().as_fd().try_clone_to_owned()?),
        })
    }

    /// A second handle to the same terminal.
    ///
    /// # Errors
    /// When there are no more file descriptors.
    pub fn try_clone(&self) -> io::Result<Self> {
        Ok(Self {
            input: self.input.try_clone()?,
            output: self.output.try_clone()?,
        })
    }

    /// Its size in cells. A terminal that does not know, such as some serial lines, is taken for 80×24.
    pub fn size(&self) -> Size {
        match rustix::termios::tcgetwinsize(&self.output) {
            Ok(size) if size.ws_col > 0 && size.ws_row > 0 => Size::new(size.ws_col, size.ws_row),
            _ => Size::new(80, 24),
        }
    }
}

/// Writes everything, however slowly the terminal takes it; also where someone made it non-blocking.
/// With a deadline it gives up in time, because a line that hangs must not keep the program from ending.
///
/// # Errors
/// What the system says, or [`io::ErrorKind::TimedOut`].
pub(super) fn write_all(
    output: &File,
    mut bytes: &[u8],
    within: Option<Duration>,
) -> io::Result<()> {
    let begun = Instant::now();
    while !bytes.is_empty() {
        let left = match within {
            Some(within) => {
                let left = within
                    .checked_sub(begun.elapsed())
                    .ok_or(io::ErrorKind::TimedOut)?;
                Timespec::try_from(left).ok()
            }
            None => None,
        };
        let mut fds = [PollFd::new(output, PollFlags::OUT)];
        match poll(&mut fds, left.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(wrong) => return Err(wrong.into()),
        }
        let ready = fds[0].revents();
        if ready.is_empty() {
            continue;
        }
        match rustix::io::write(output, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(wrong) => return Err(wrong.into()),
        }
    }
    Ok(())
}
