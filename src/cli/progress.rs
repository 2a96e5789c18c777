//! What a proof that takes its time is doing, on stderr and while it is doing it: which step, for how long, and what has
//! come. On a terminal it is one line that is written over and gone at the end; elsewhere it is a line now and then.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::output::pair;
use crate::engine::proof::Pulse;
use crate::locale::say;
use crate::tui::text::width;
use crate::verify::report::Finding;

/// Cells a line on a terminal may take without being wrapped, which could not be written over.
const WIDTH: usize = 78;

/// Something that is watched until it is dropped.
pub struct Progress {
    what: &'static str,
    is_terminal: bool,
    ticking: JoinHandle<()>,
}

impl Progress {
    /// Begins to watch.
    pub fn begin(what: &'static str, pulse: Arc<Pulse>) -> Self {
        let is_terminal = io::stderr().is_terminal();
        // A line that is written over may change every second; a log is read later.
        let every = Duration::from_secs(if is_terminal { 1 } else { 10 });
        let began = Instant::now();
        let ticking = tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                show(is_terminal, &line(what, began.elapsed(), &pulse));
            }
        });
        Progress {
            what,
            is_terminal,
            ticking,
        }
    }

    /// A rung of a diagnosis was found.
    pub fn rung(&self, finding: &Finding) {
        let (sign, rung) = (finding.verdict.sign(), finding.rung.words());
        let told = pair(self.what, &format!("{sign} {rung}"));
        show(self.is_terminal, &told);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.ticking.abort();
        if self.is_terminal {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}

fn line(what: &str, for_so_long: Duration, pulse: &Pulse) -> String {
    let seconds = for_so_long.as_secs();
    match (pulse.requests(), pulse.tokens()) {
        (0, _) => say!("cli-progress", what = what, seconds = seconds),
        (1, 0) => say!("cli-progress-one-waits", what = what, seconds = seconds),
        (many, 0) => say!(
            "cli-progress-many-wait",
            what = what,
            seconds = seconds,
            many = many
        ),
        (1, tokens) => say!(
            "cli-progress-one",
            what = what,
            seconds = seconds,
            tokens = tokens
        ),
        (many, tokens) => say!(
            "cli-progress-many",
            what = what,
            seconds = seconds,
            tokens = tokens,
            many = many
        ),
    }
}

/// Trouble with stderr is nobody's concern here.
fn show(is_terminal: bool, text: &str) {
    let mut out = io::stderr().lock();
    let _ = match is_terminal {
        true if width(text) <= WIDTH => write!(out, "\r\x1b[K{text}").and_then(|()| out.flush()),
        true => Ok(()),
        false => writeln!(out, "{text}"),
    };
}
