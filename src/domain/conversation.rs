//! Conversations as they are kept: the turns, their text, and what each cost.

use serde::{Deserialize, Serialize};

use super::chat::{ChatMessage, ChatSettings, Finish, Role};
use super::fault::Fault;
use super::image::Image;
use super::money::{Basis, Cost, Money};
use super::time::UnixMillis;
use super::usage::Usage;

use crate::locale::say;

/// One question and its answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// When it was sent.
    pub sent: UnixMillis,
    /// The exact name of the model that was asked.
    pub model: String,
    /// What was asked.
    pub prompt: String,
    /// The pictures that went with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
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

impl Turn {
    /// Whether anything was counted, or told by the relay. Where nothing was, a cost of nothing would be a guess.
    pub fn is_counted(&self) -> bool {
        let told = |cost: Cost| cost.basis != Basis::Estimated;
        !self.usage.is_empty() || self.cost.is_some_and(told)
    }
}

/// A kept conversation: a session.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// The store's number; `None` until it was kept for the first time.
    pub id: Option<i64>,
    /// The profile it was held through.
    pub profile: String,
    /// The model the next turn goes to.
    pub model: String,
    /// The name its owner gave it; empty for none.
    #[serde(default)]
    pub name: String,
    /// The system prompt; may be empty.
    #[serde(default)]
    pub system: String,
    /// What the model is told beside the messages.
    #[serde(default)]
    pub settings: ChatSettings,
    /// The turns, oldest first.
    pub turns: Vec<Turn>,
}

impl Conversation {
    /// The messages to send for a further prompt. Turns that brought no answer are left out, with their question:
    /// sending them again would pay for them again.
    pub fn messages(&self, prompt: &str, images: Vec<Image>) -> Vec<ChatMessage> {
        let mut messages = Vec::with_capacity(self.turns.len() * 2 + 2);
        if !self.system.is_empty() {
            messages.push(ChatMessage::new(Role::System, &self.system));
        }
        for turn in self.turns.iter().filter(|turn| !turn.reply.is_empty()) {
            messages.push(ChatMessage {
                images: turn.images.clone(),
                ..ChatMessage::new(Role::User, &turn.prompt)
            });
            messages.push(ChatMessage::new(Role::Assistant, &turn.reply));
        }
        messages.push(ChatMessage {
            images,
            ..ChatMessage::new(Role::User, prompt)
        });
        messages
    }

    /// What it is called: its name, or the beginning of its first question.
    pub fn title(&self) -> String {
        let first = self.turns.first().map(|turn| turn.prompt.as_str());
        title(&self.name, first.unwrap_or_default())
    }
}

/// What a list says of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationInfo {
    /// The store's number for it.
    pub id: i64,
    /// The profile it was held through.
    pub profile: String,
    /// The name its owner gave it; empty for none.
    pub name: String,
    /// The model its next turn goes to.
    pub model: String,
    /// The first question, or its beginning.
    pub first: String,
    /// How many turns it has.
    pub turns: u64,
    /// When its last turn was sent.
    pub last: UnixMillis,
    /// What its answers cost, those of unknown cost left out.
    pub cost: Money,
    /// Answers whose cost is not known.
    pub unknown: u64,
    /// Where a text that was looked for stands in it, with some words around it.
    pub found: Option<String>,
}

impl ConversationInfo {
    /// What it is called: its name, or the beginning of its first question.
    pub fn title(&self) -> String {
        title(&self.name, &self.first)
    }
}

/// The longest title that is made of a question, in characters.
const TITLE: usize = 60;

fn title(name: &str, first: &str) -> String {
    let name = name.trim();
    if !name.is_empty() {
        return name.to_owned();
    }
    let line = first.lines().map(str::trim).find(|line| !line.is_empty());
    let line = line.unwrap_or(say!("session-no-words"));
    match line.char_indices().nth(TITLE) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_called_by_its_name_or_its_first_words() {
        assert_eq!(title(" plan ", "x"), "plan");
        assert_eq!(title("", "\n  Explain SSE.\nmore"), "Explain SSE.");
        assert_eq!(title("", &"模".repeat(80)), format!("{}…", "模".repeat(60)));
        assert_eq!(title("", " \n"), "(no words)");
    }
}
