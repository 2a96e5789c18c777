//! What the operating system says while the dashboard runs: end, the line is gone, another size, back from a pause.

use std::io;

use rustix::process;
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

/// A signal, by what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// End cleanly: SIGTERM or SIGQUIT from outside.
    End,
    /// SIGINT: from outside it means the end; from a terminal that was lent to another program it means that program.
    Interrupt,
    /// End cleanly, the line is gone: SIGHUP.
    HangUp,
    /// The terminal has another size.
    Resized,
    /// Pause, asked from outside: SIGTSTP. The key Ctrl-Z comes as a key.
    Pause,
    /// Back from a pause; the terminal is to be taken over again.
    Resumed,
    /// Panic, in the loop or beside it, so that it can be seen what then becomes of the terminal: SIGUSR1 and SIGUSR2, in
    /// debug builds only.
    #[cfg(debug_assertions)]
    Break {
        /// Whether in the loop.
        inside: bool,
    },
}

/// The signals. While this lives, none of them ends or stops the process by itself.
#[derive(Debug)]
pub struct Signals {
    term: Stream,
    int: Stream,
    quit: Stream,
    hup: Stream,
    winch: Stream,
    tstp: Stream,
    cont: Stream,
    #[cfg(debug_assertions)]
    breaks: [Stream; 2],
}

impl Signals {
    /// Begins to listen. To be called inside the runtime, before the terminal is taken over.
    ///
    /// # Errors
    /// What the system says.
    pub fn listen() -> io::Result<Self> {
        let of = |signal: process::Signal| SignalKind::from_raw(signal.as_raw());
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            hup: signal(SignalKind::hangup())?,
            winch: signal(SignalKind::window_change())?,
            tstp: signal(of(process::Signal::TSTP))?,
            cont: signal(of(process::Signal::CONT))?,
            #[cfg(debug_assertions)]
            breaks: [
                signal(SignalKind::user_defined1())?,
                signal(SignalKind::user_defined2())?,
            ],
        })
    }

    /// The next signal. May be dropped while it waits without losing any.
    pub async fn next(&mut self) -> Signal {
        #[cfg(debug_assertions)]
        let breaks = {
            let [inside, beside] = &mut self.breaks;
            async move {
                tokio::select! {
                    _ = inside.recv() => Signal::Break { inside: true },
                    _ = beside.recv() => Signal::Break { inside: false },
                }
            }
        };
        #[cfg(not(debug_assertions))]
        let breaks = std::future::pending();
        tokio::select! {
            biased;
            _ = self.term.recv() => Signal::End,
            _ = self.int.recv() => Signal::Interrupt,
            _ = self.quit.recv() => Signal::End,
            _ = self.hup.recv() => Signal::HangUp,
            _ = self.cont.recv() => Signal::Resumed,
            _ = self.winch.recv() => Signal::Resized,
            _ = self.tstp.recv() => Signal::Pause,
            signal = breaks => signal,
        }
    }
}

/// Stops this process and those it was started with, until the shell says `fg`. The terminal must have been restored.
/// All of them, because a shell waits for every process of a job to stop.
///
/// # Errors
/// What the system says.
pub fn pause() -> io::Result<()> {
    process::kill_current_process_group(process::Signal::STOP).map_err(Into::into)
}
