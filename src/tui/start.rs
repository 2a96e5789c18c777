//! Starting the dashboard and ending it: what it is given, the terminal taken over and given back, what came of it.

use std::io::{self, Write};
use std::time::Duration;

use jiff::tz::TimeZone;

use super::keymap::{Keymap, KeymapError};
use super::run::Loop;
use super::term::{
    Clipboard, CrashReports, Dialect, EditorCommand, Link, LinkChoice, NoTerminal, Screen, Signals,
    Tty, is_light,
};
use super::theme::{ColorChoice, ColorLevel, Glyphs, Theme};
use crate::engine::handle::Handle;
use crate::locale::{say, system};

/// What the dashboard is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// How things look.
    pub theme: Theme,
    /// Whether the signs may still become ASCII, should the terminal draw them too wide.
    pub glyphs_may_change: bool,
    /// Which key does what.
    pub keymap: Keymap,
    /// Whether the background is light as far as the environment says; the terminal's own answer counts for more.
    pub light: Option<bool>,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// How far away the terminal is.
    pub link: Link,
    /// What stands between us and the clipboard.
    pub clipboard: Clipboard,
    /// The user's own editor.
    pub editor: EditorCommand,
    /// The variable `TERM`.
    pub term: Option<String>,
    /// The zone in which times of day are shown.
    pub zone: TimeZone,
    /// The profile to open; `None` for the one used last.
    pub profile: Option<String>,
    /// The longest that one request of a test or a diagnosis may take; `None` for each request's own.
    pub within: Option<Duration>,
    /// The program's version.
    pub version: &'static str,
}

impl Options {
    /// Settles from two flags and the environment what the terminal can show; `env` reads one variable.
    ///
    /// # Errors
    /// When the table of keys that the program carries is not sound.
    pub fn detect(
        color: ColorChoice,
        link: LinkChoice,
        version: &'static str,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, KeymapError> {
        Ok(Options {
            theme: Theme::new(ColorLevel::detect(color, &env), Glyphs::detect(&env)),
            glyphs_may_change: true,
            keymap: Keymap::built_in()?,
            light: env("COLORFGBG").and_then(|variable| is_light(&variable)),
            mouse: false,
            link: Link::detect(link, &env),
            clipboard: Clipboard::detect(&env),
            editor: EditorCommand::detect(&env),
            term: env("TERM"),
            zone: TimeZone::system(),
            profile: None,
            within: None,
            version,
        })
    }
}

/// How the dashboard ended. The terminal is as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its user left it.
    Left,
    /// It was told to end from outside.
    Ended,
    /// The line to the terminal is gone.
    LineLost,
    /// Something in the process panicked; the reports, to be printed.
    Crashed(Vec<String>),
}

/// Why the dashboard cannot run.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// There is no terminal that it could be shown on.
    #[error(transparent)]
    NoTerminal(#[from] NoTerminal),
    /// The operating system refused something.
    #[error("{}", say!("terminal-unusable", why = system(_0)))]
    Io(#[from] io::Error),
}

impl TuiError {
    /// What to do instead.
    pub fn advice(&self) -> &'static str {
        match self {
            TuiError::NoTerminal(error) => error.advice(),
            TuiError::Io(_) => say!("terminal-unusable-advice"),
        }
    }
}

/// Runs the dashboard on the terminal behind the standard streams until it is left.
///
/// # Errors
/// When there is no terminal, or it cannot be taken over; it is then as it was.
pub async fn run(handle: Handle, options: Options) -> Result<Outcome, TuiError> {
    let tty = Tty::open(options.term.as_deref())?;
    run_on(tty, handle, options).await
}

/// The same on a terminal of one's own.
///
/// # Errors
/// When it cannot be taken over; it is then as it was.
pub async fn run_on(tty: Tty, handle: Handle, options: Options) -> Result<Outcome, TuiError> {
    // Signals first: none may end the process while the terminal is ours.
    let signals = Signals::listen()?;
    let crashes = CrashReports::keep();
    let mut keyboard = tty.try_clone()?;
    let dialect = Dialect::of(options.term.as_deref().unwrap_or_default());
    let screen = Screen::open(tty, dialect)?;
    let deck = Loop::new(options, handle, screen, keyboard.try_clone()?)?;
    // In a task of its own, so that a panic in it ends it like any other: screen restored, report printed.
    let task = tokio::spawn(deck.run(signals));
    let mut task = std::pin::pin!(task);
    let ended = tokio::select! {
        biased;
        ended = &mut task => ended,
        () = crashes.came() => {
            task.abort();
            task.await
        }
    };
    let reports = crashes.take();
    match ended {
        Ok(left) if reports.is_empty() => {
            let (outcome, farewell) = left?;
            print(&mut keyboard.output, &farewell);
            Ok(outcome)
        }
        _ => Ok(Outcome::Crashed(reports)),
    }
}

/// Prints what was kept for the end, on the screen that is there now.
fn print(terminal: &mut impl Write, texts: &[String]) {
    for text in texts {
        // A terminal that is gone by now takes nothing, and nothing can be done about it.
        let _ = writeln!(terminal, "{}", text.trim_end());
    }
}
