//! The keyboard: a thread of its own that reads the terminal, so that a lost line or a stuck read never holds up the loop.
//!
//! The thread sleeps in `poll` until something comes; an idle dashboard makes no system call here. It sees a lost line at
//! once, also where SIGHUP is ignored, and says so as [`Input::Lost`]. Dropping the [`Reader`] ends it, so that another
//! program can have the keyboard.

mod answer;
mod decode;
mod pointer;
mod sequence;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::thread::JoinHandle;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::sync::mpsc::{Receiver, Sender, channel};

pub use answer::Answer;
pub use decode::{Decoded, Decoder, Wait};
pub use pointer::{Deed, Pointer};

/// How long a sequence may pause before it is taken as Escape and what came after it.
const SEQUENCE_PAUSE: Duration = Duration::from_millis(40);

/// How long a paste may pause. A slow link may hold one up for a while; one whose end is lost must not swallow keys for ever.
const PASTE_PAUSE: Duration = Duration::from_secs(5);

/// Inputs that may wait for the loop before the thread waits too.
const WAITING: usize = 256;

/// What came from the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed, or repeats.
    Key(KeyEvent),
    /// Text was pasted: never keys. Every kind of line break is `\n`.
    Paste(String),
    /// The terminal answers a question.
    Answer(Answer),
    /// The mouse did something; only where it is listened to.
    Pointer(Pointer),
    /// The terminal is gone. Nothing follows.
    Lost,
}

/// The thread that reads; dropping it ends the thread.
#[derive(Debug)]
pub struct Reader {
    inputs: Receiver<Input>,
    wake: PipeWriter,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    /// Starts to read a terminal that is in raw mode.
    ///
    /// # Errors
    /// When there are no more file descriptors or threads.
    pub fn start(tty: File) -> io::Result<Self> {
        let (stop, wake) = io::pipe()?;
        let (sender, inputs) = channel(WAITING);
        let thread = Thread {
            tty,
            stop,
            sender,
            decoder: Decoder::default(),
            brackets: false,
        };
        let thread = std::thread::Builder::new()
            .name("keyboard".to_owned())
            .spawn(move || thread.run())?;
        Ok(Self {
            inputs,
            wake,
            thread: Some(thread),
        })
    }

    /// Ends the thread and waits until it has let go of the keyboard. What it had read and nobody took is lost.
    pub fn stop(mut self) {
        self.end();
        if let Some(thread) = self.thread.take() {
            // A reader that panicked has let go as well.
            let _ = thread.join();
        }
    }

    fn end(&mut self) {
        self.inputs.close();
        // The thread may have ended already; then nobody needs to be woken.
        let _ = self.wake.write_all(b"x");
    }

    /// The next input; `None` after [`Input::Lost`]. May be dropped while it waits without losing anything.
    pub async fn next(&mut self) -> Option<Input> {
        self.inputs.recv().await
    }

    /// The next input, if one is there already.
    pub fn ready(&mut self) -> Option<Input> {
        self.inputs.try_recv().ok()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.end();
    }
}

struct Thread {
    tty: File,
    stop: PipeReader,
    sender: Sender<Input>,
    decoder: Decoder,
    /// The terminal has marked a paste as one, so that it can be trusted to mark them all.
    brackets: bool,
}

enum Woken {
    Readable,
    Paused,
    Stopped,
    Lost,
}

impl Thread {
    fn run(mut self) {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let mut found = Vec::new();
            let lost = match self.sleep() {
                Woken::Stopped => return,
                Woken::Lost => true,
                Woken::Paused => {
                    self.decoder.expire(&mut found);
                    false
                }
                Woken::Readable => match self.tty.read(&mut buffer) {
                    Ok(0) => true,
                    Ok(count) => {
                        self.decoder.push(&buffer[..count], &mut found);
                        false
                    }
                    Err(wrong) => !matches!(
                        wrong.kind(),
                        io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock
                    ),
                },
            };
            self.brackets |= found.iter().any(|input| matches!(input, Decoded::Paste(_)));
            for input in inputs(found, self.brackets) {
                if self.sender.blocking_send(input).is_err() {
                    return;
                }
            }
            if lost {
                // Nobody listens any more, or they hear it now; there is nothing else to do either way.
                let _ = self.sender.blocking_send(Input::Lost);
                return;
            }
        }
    }

    fn sleep(&self) -> Woken {
        let pause = match self.decoder.wait() {
            Wait::None => None,
            Wait::Sequence => Timespec::try_from(SEQUENCE_PAUSE).ok(),
            Wait::Paste => Timespec::try_from(PASTE_PAUSE).ok(),
        };
        loop {
            let mut fds = [
                PollFd::new(&self.tty, PollFlags::IN),
                PollFd::new(&self.stop, PollFlags::IN),
            ];
            match poll(&mut fds, pause.as_ref()) {
                Err(rustix::io::Errno::INTR) => continue,
                Err(_) => return Woken::Lost,
                Ok(0) => return Woken::Paused,
                Ok(_) => {}
            }
            let (tty, stop) = (fds[0].revents(), fds[1].revents());
            return if !stop.is_empty() {
                Woken::Stopped
            } else if tty.intersects(PollFlags::HUP | PollFlags::ERR) {
                Woken::Lost
            } else {
                // A system that cannot poll terminals says NVAL; then reading is what waits.
                Woken::Readable
            };
        }
    }
}

/// The inputs of one read. Lines that arrive at once from a terminal that does not mark pastes are a paste nonetheless: an
/// Enter with text after it in the same read was not pressed by a person, and must not send anything.
fn inputs(found: Vec<Decoded>, brackets: bool) -> Vec<Input> {
    let letter = |input: &Decoded| match input {
        Decoded::Key(KeyEvent {
            code, modifiers, ..
        }) => match code {
            KeyCode::Char(letter) if (*modifiers - KeyModifiers::SHIFT).is_empty() => Some(*letter),
            KeyCode::Enter if modifiers.is_empty() => Some('\n'),
            KeyCode::Tab if modifiers.is_empty() => Some('\t'),
            _ => None,
        },
        Decoded::Paste(_) | Decoded::Answer(_) | Decoded::Pointer(_) => None,
    };
    let text: Option<String> = found.iter().map(letter).collect();
    let lines = text
        .filter(|text| !brackets && text.trim_end_matches('\n').contains('\n') && text.len() > 3);
    match lines {
        Some(text) => vec![Input::Paste(text)],
        None => found
            .into_iter()
            .map(|input| match input {
                Decoded::Key(key) => Input::Key(key),
                Decoded::Paste(text) => Input::Paste(text),
                Decoded::Answer(answer) => Input::Answer(answer),
                Decoded::Pointer(pointer) => Input::Pointer(pointer),
            })
            .collect(),
    }
}

#[cfg(test)]
mod burst_tests {
    use super::*;

    fn burst(bytes: &[u8], brackets: bool) -> Vec<Input> {
        let mut found = Vec::new();
        Decoder::default().push(bytes, &mut found);
        inputs(found, brackets)
    }

    #[test]
    fn lines_that_arrive_at_once_are_a_paste() {
        assert_eq!(
            burst(b"one\rtwo\r", false),
            [Input::Paste("one\ntwo\n".to_owned())]
        );
    }

    #[test]
    fn words_and_a_final_enter_are_keys_so_that_programs_can_type() {
        assert_eq!(
            burst(b"hi\r", false).last(),
            Some(&Input::Key(KeyEvent::from(KeyCode::Enter)))
        );
        assert_eq!(burst(b"j\rj\x1b[A", false).len(), 4);
    }

    #[test]
    fn a_terminal_that_marks_pastes_is_trusted() {
        assert_eq!(burst(b"one\rtwo\r", true).len(), 8);
    }
}
