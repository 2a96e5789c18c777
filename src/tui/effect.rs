//! What an update asks of the world. Carried out by the main loop; whatever comes back is a `Msg`.

use crate::domain::ApiKey;
use crate::engine::door::Command;
use crate::locale::Word;

/// Something for the clipboard. A secret stays a secret until it is written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clip {
    /// Plain text.
    Text(String),
    /// A key's secret.
    Secret(ApiKey),
}

/// One thing asked of the world.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Give the engine a command; a full door answers with `Msg::Busy`.
    Engine(Command),
    /// Hand something to the terminal's clipboard; answered by `Msg::Copied`.
    Copy {
        /// What.
        clip: Clip,
        /// What it is, in words for the message: `the exact name`.
        what: Word,
    },
    /// Show a text on the terminal's first screen, as it is, until a key brings the dashboard back.
    Select(String),
    /// Write a text into a new file of the working folder; answered by `Msg::Saved`.
    Save {
        /// The file's name.
        name: String,
        /// The text.
        text: String,
        /// What it is, in words for the message.
        what: Word,
    },
    /// Print a text when the dashboard has been left.
    PrintLater(String),
    /// Let the user edit a text in their own editor; answered by `Msg::Edited`.
    Edit {
        /// The text.
        text: String,
    },
    /// Give the terminal back to the shell until it is brought to the front again.
    Suspend,
    /// Draw everything anew.
    Repaint,
    /// End the dashboard.
    Quit,
}

/// Effects in the order they are to be carried out.
#[derive(Clone, Debug, Default)]
pub struct Effects(Vec<Effect>);

impl Effects {
    /// Adds one.
    pub fn push(&mut self, effect: Effect) {
        self.0.push(effect);
    }

    /// Adds a command to the engine.
    pub fn engine(&mut self, command: Command) {
        self.0.push(Effect::Engine(command));
    }

    /// Adds a text for the clipboard.
    pub fn copy(&mut self, text: impl Into<String>, what: Word) {
        self.0.push(Effect::Copy {
            clip: Clip::Text(text.into()),
            what,
        });
    }

    /// Looks at them.
    pub fn iter(&self) -> std::slice::Iter<'_, Effect> {
        self.0.iter()
    }
}

impl IntoIterator for Effects {
    type Item = Effect;
    type IntoIter = std::vec::IntoIter<Effect>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
