//! Sends frames to the terminal from a thread of its own: one write a frame, one frame under way.
//!
//! A slow line takes its time; meanwhile the loop goes on with keys and events, and builds its next frame when the last one
//! is gone. So the line sets the pace, and nothing piles up.

use std::fs::File;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::tty::write_all;

#[derive(Debug, Default)]
struct State {
    /// Frames handed over and not yet written.
    under_way: usize,
    /// What the terminal said when it took no more.
    broken: Option<io::ErrorKind>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    drained: Condvar,
    changed: Notify,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where frames go. Gathers what is written to it until [`Write::flush`] hands it over as one.
#[derive(Debug)]
pub struct Outlet {
    gathered: Vec<u8>,
    frames: Sender<Vec<u8>>,
    shared: Arc<Shared>,
}

/// Tells when everything is written.
#[derive(Clone, Debug)]
pub struct Drained(Arc<Shared>);

impl Outlet {
    /// Starts the thread that writes.
    ///
    /// # Errors
    /// When there are no more threads.
    pub fn start(output: File) -> io::Result<Self> {
        let (frames, queue) = channel();
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("screen".to_owned())
            .spawn(move || write_frames(&output, &queue, &theirs))?;
        Ok(Self {
            gathered: Vec::new(),
            frames,
            shared,
        })
    }

    /// A handle that tells when everything is written.
    pub fn drained(&self) -> Drained {
        Drained(Arc::clone(&self.shared))
    }
}

impl Drained {
    /// Whether everything that was handed over is written.
    pub fn is_drained(&self) -> bool {
        self.0.state().under_way == 0
    }

    /// Waits until it is. May be dropped while it waits.
    pub async fn wait(&self) {
        loop {
            let changed = self.0.changed.notified();
            if self.is_drained() {
                return;
            }
            changed.await;
        }
    }

    /// Waits on this thread until it is, but no longer than asked. Says whether it is.
    pub fn wait_blocking(&self, within: Duration) -> bool {
        let state = self.0.state();
        let waited = self
            .0
            .drained
            .wait_timeout_while(state, within, |state| state.under_way > 0);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.under_way == 0
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let mut state = self.shared.state();
        if let Some(broken) = state.broken {
            return Err(broken.into());
        }
        state.under_way += 1;
        drop(state);
        let frame = std::mem::take(&mut self.gathered);
        self.frames
            .send(frame)
            .map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

fn write_frames(output: &File, queue: &Receiver<Vec<u8>>, shared: &Shared) {
    for frame in queue {
        let broken = shared.state().broken.is_some();
        let written = if broken {
            Ok(())
        } else {
            write_all(output, &frame, None)
        };
        let mut state = shared.state();
        state.under_way -= 1;
        if let Err(wrong) = written {
            state.broken = Some(wrong.kind());
        }
        drop(state);
        shared.drained.notify_all();
        shared.changed.notify_waiters();
    }
}
