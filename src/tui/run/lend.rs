//! The terminal lent to the user's own editor: nothing is drawn and no key is read until it ends.

use std::io;

use tokio::sync::oneshot;

use super::Loop;
use crate::locale::{say, system};
use crate::tui::msg::{Edited, Msg};
use crate::tui::term::{Editing, Input, Reader, Urgency};

impl Loop {
    /// Lets the user's editor have the terminal: nothing is drawn and no key is read until it ends.
    pub(super) fn edit(&mut self, text: &str) -> io::Result<()> {
        // It must have let go of the keyboard before the editor reads from it.
        if let Some(reader) = self.reader.take() {
            reader.stop();
        }
        self.paused = true;
        let started = self
            .screen
            .lend()
            .and_then(|tty| Editing::start(&self.editor, text, tty));
        let (tell, told) = oneshot::channel();
        self.editing = Some(told);
        match started {
            Ok(editing) => {
                tokio::task::spawn_blocking(move || {
                    // The dashboard may have ended meanwhile.
                    let _ = tell.send(editing.wait());
                });
            }
            Err(error) => {
                let why = say!(
                    "editor-not-started",
                    command = self.editor.words(),
                    error = system(&error)
                );
                // The receiver is ours and waits.
                let _ = tell.send(Err(why));
            }
        }
        Ok(())
    }

    /// The editor ended: the terminal is ours again.
    pub(super) fn on_edited(&mut self, edited: Result<String, String>) -> io::Result<()> {
        self.editing = None;
        self.reader = Some(Reader::start(self.keyboard.try_clone()?.input)?);
        self.paused = false;
        self.screen.resume()?;
        let size = self.screen.size();
        self.take(Msg::Resize(size), Urgency::Echo)?;
        let edited = match edited {
            Ok(text) => Edited::Text(text),
            Err(why) => Edited::Failed(why),
        };
        self.take(Msg::Edited(edited), Urgency::Echo)
    }
}

/// The next input; never, while nobody reads.
pub(super) async fn next_input(reader: &mut Option<Reader>) -> Option<Input> {
    match reader {
        Some(reader) => reader.next().await,
        None => std::future::pending().await,
    }
}

/// What an editor made of its text; never, while none runs.
pub(super) async fn edited(
    editing: &mut Option<oneshot::Receiver<Result<String, String>>>,
) -> Result<String, String> {
    match editing {
        Some(editing) => match editing.await {
            Ok(edited) => edited,
            Err(_) => Err(say!("editor-gone").to_owned()),
        },
        None => std::future::pending().await,
    }
}
