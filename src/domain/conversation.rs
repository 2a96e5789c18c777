//! Conversations as they are kept: the turns, their text, and what each cost.

use serde::{Deserialize, Serialize};

use super::chat::{ChatMessage, Finish, Role};
use super::fault::Fault;
use super::money::Cost;
use super::time::UnixMillis;
use super::usage::Usage;

/// One question and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// When it was sent.
    pub sent: UnixMillis,
    /// The exact name of the model that was asked.
    pub model: String,
    /// What was asked.
    pub prompt: String,
    /// The answer, as far as it came.
    pub reply: String,
    /// The model's reasoning, where it was shown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// Why the answer ended; `None` while it runs, or when the process ended under it.
    pub finish: Option<Finish>,
    /// What went wrong, where something did.
    pub fault: Option<Fault>,
    /// The best token counts there are.
    pub usage: Usage,
    /// The best figure for its cost, with its basis; `None` before anything was counted.
    pub cost: Option<Cost>,
    /// Milliseconds to the first part.
    pub first_ms: Option<u64>,
    /// Milliseconds to the end.
    pub total_ms: Option<u64>,
}

/// A kept conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// The store's number; `None` until it was kept for the first time.
    pub id: Option<i64>,
    /// The profile it was held through.
    pub profile: String,
    /// The model the next turn goes to.
    pub model: String,
    /// The system prompt; may be empty.
    #[serde(default)]
    pub system: String,
    /// The turns, oldest first.
    pub turns: Vec<Turn>,
}

impl Conversation {
    /// The messages to send for a further prompt. Turns that brought no answer are left out, with their question:
    /// sending them again would pay for them again.
    pub fn messages(&self, prompt: &str) -> Vec<ChatMessage> {
        let say = |role, text: &str| ChatMessage {
            role,
            text: text.to_owned(),
        };
        let mut messages = Vec::with_capacity(self.turns.len() * 2 + 2);
        if !self.system.is_empty() {
            messages.push(say(Role::System, &self.system));
        }
        for turn in self.turns.iter().filter(|turn| !turn.reply.is_empty()) {
            messages.push(say(Role::User, &turn.prompt));
            messages.push(say(Role::Assistant, &turn.reply));
        }
        messages.push(say(Role::User, prompt));
        messages
    }
}
