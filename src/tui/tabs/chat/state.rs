//! What the chat holds: one conversation, what is being typed, and where one is in reading it.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

use crate::domain::stability::is_of_the_relay;
use crate::domain::{
    ChatMessage, ChatSettings, Conversation, Fault, Finish, Image, Turn, UnixMillis,
};
use crate::engine::door::{Spend, TurnId};
use crate::tui::edit::Editor;
use crate::tui::text::{Breaks, Ruler, Sanitizer, sanitize};

/// How often a conversation is kept while an answer streams, in milliseconds.
pub const KEEP_EVERY_MS: u64 = 5_000;
/// Speeds that are remembered for the sparkline.
pub const SPEEDS: usize = 8;

/// One question and its answer on the screen.
#[derive(Clone, Debug)]
pub struct ChatTurn {
    /// Tells its text apart from every other in this process: the text under a serial only ever grows.
    pub serial: u64,
    /// The id it was asked under, if it was asked in this process.
    pub id: Option<TurnId>,
    /// The turn as it is kept. Reply and reasoning are cleaned as they arrive.
    pub turn: Turn,
    /// The relay's request id, where it told one.
    pub request_id: Option<String>,
    /// The group it was asked in, where that was known.
    pub group: Option<String>,
    /// Whether the user marked the answer, and how (S-33).
    pub good: Option<bool>,
    reply: Sanitizer,
    reasoning: Sanitizer,
}

impl ChatTurn {
    /// A turn that is about to be asked.
    pub fn asked(serial: u64, id: TurnId, model: String, prompt: String, sent: UnixMillis) -> Self {
        ChatTurn {
            serial,
            id: Some(id),
            turn: Turn {
                sent,
                model,
                prompt,
                ..Turn::default()
            },
            request_id: None,
            group: None,
            good: None,
            reply: Sanitizer::new(Breaks::Keep),
            reasoning: Sanitizer::new(Breaks::Keep),
        }
    }

    /// A turn as it was kept. The answer may have been kept by another program: it is cleaned again.
    pub fn kept(serial: u64, mut turn: Turn) -> Self {
        for text in [&mut turn.reply, &mut turn.reasoning] {
            if let Cow::Owned(clean) = sanitize(text, Breaks::Keep) {
                *text = clean;
            }
        }
        let request_id = turn
            .fault
            .as_ref()
            .and_then(|fault| fault.request_id.clone());
        ChatTurn {
            serial,
            id: None,
            turn,
            request_id,
            group: None,
            good: None,
            reply: Sanitizer::new(Breaks::Keep),
            reasoning: Sanitizer::new(Breaks::Keep),
        }
    }

    /// Text arrived.
    pub fn grow(&mut self, text: &str, reasoning: bool) {
        if reasoning {
            self.reasoning.push(text, &mut self.turn.reasoning);
        } else {
            self.reply.push(text, &mut self.turn.reply);
        }
    }

    /// Whether it was sent and the relay, or the way to it, failed: what an operator can look into.
    pub fn failed_there(&self) -> bool {
        let fault = self.turn.fault.as_ref();
        fault.is_some_and(|fault| {
            self.request_id.is_some() || fault.status.is_some() || is_of_the_relay(fault.kind)
        })
    }

    /// Whether it came to no good end, so that asking again makes sense: trouble, a stop, or a process that ended under it.
    pub fn failed(&self) -> bool {
        unfinished(&self.turn)
    }

    /// Whether asking it again is worth a key: it failed, or what came has no word in it.
    pub fn asks_again(&self) -> bool {
        self.failed() || self.turn.reply.trim().is_empty()
    }
}

fn unfinished(turn: &Turn) -> bool {
    let ended_well = turn
        .finish
        .as_ref()
        .is_some_and(|finish| !matches!(finish, Finish::Cancelled | Finish::Cut));
    turn.fault.is_some() || !ended_well
}

/// Where one is in reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scroll {
    /// At the end, and staying there as text arrives.
    #[default]
    Follow,
    /// This row of this turn is the first one visible.
    At {
        /// The turn's position.
        turn: usize,
        /// The row in it, at the current width.
        row: usize,
    },
}

/// What in the chat has the focus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChatFocus {
    /// The input: letters are typed.
    #[default]
    Input,
    /// The transcript: letters are commands.
    Reading,
}

/// The reply that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streaming {
    /// Its id.
    pub turn: TurnId,
    /// When the conversation is to be kept next, in milliseconds of uptime.
    pub keep_at: u64,
    /// Whether it was asked to stop.
    pub stopping: bool,
}

/// A conversation whose number in the store is not known yet.
#[derive(Clone, Debug)]
struct Awaiting {
    serial: u64,
    /// A newer form, to be kept as soon as the number is known: sent now, it would be kept twice.
    newer: Option<Box<Conversation>>,
}

/// The chat.
#[derive(Clone, Debug)]
pub struct ChatTab {
    /// Tells this conversation apart from the ones before it in this process.
    pub serial: u64,
    /// The store's number for it.
    pub id: Option<i64>,
    /// The profile it is held through.
    pub profile: String,
    /// The name its owner gave it; empty for none.
    pub name: String,
    /// The system prompt; may be empty.
    pub system: String,
    /// What the model is told beside the messages.
    pub settings: ChatSettings,
    /// The exact name of the model the next turn goes to; may be empty.
    pub model: String,
    /// The key that was chosen; `None` for the first that may be used.
    pub key: Option<i64>,
    /// The turns, oldest first.
    pub turns: Vec<ChatTurn>,
    /// What is being typed.
    pub editor: Editor,
    /// Pictures that go with the next question.
    pub attached: Vec<Image>,
    /// The turn that was chosen while reading, by position.
    pub chosen: Option<usize>,
    /// The turn whose question is in the input, to be asked another way.
    pub editing: Option<usize>,
    /// What has the focus.
    pub focus: ChatFocus,
    /// Where one is in reading.
    pub scroll: Scroll,
    /// How high the answers are, by the turn's serial: measured once, for scrolling.
    pub rulers: HashMap<u64, Ruler>,
    /// Whether reasoning is shown.
    pub reasoning_open: bool,
    /// The reply that is under way.
    pub streaming: Option<Streaming>,
    /// The figures of the last reply that was asked for in this process.
    pub spend: Option<Spend>,
    /// Tokens a second over time, in tenths, for the sparkline.
    pub speeds: VecDeque<u32>,
    /// A question that goes out as soon as the relay has told its prices and keys: sent before, nobody could say what
    /// it costs.
    pub waiting: Option<(String, Vec<Image>)>,
    /// A model's name that the relay does not have, and what is said of it: looked for once, among thousands of names.
    pub mistaken: Option<(String, String)>,
    /// Why the last attempt to send was refused here, before anything was sent (S-58).
    pub refusal: Option<Fault>,
    awaiting: VecDeque<Awaiting>,
}

impl Default for ChatTab {
    fn default() -> Self {
        ChatTab {
            serial: 0,
            id: None,
            profile: String::new(),
            name: String::new(),
            system: String::new(),
            settings: ChatSettings::default(),
            model: String::new(),
            key: None,
            turns: Vec::new(),
            editor: Editor::lines(),
            attached: Vec::new(),
            chosen: None,
            editing: None,
            focus: ChatFocus::Input,
            scroll: Scroll::Follow,
            rulers: HashMap::new(),
            reasoning_open: false,
            streaming: None,
            spend: None,
            speeds: VecDeque::new(),
            waiting: None,
            mistaken: None,
            refusal: None,
            awaiting: VecDeque::new(),
        }
    }
}

impl ChatTab {
    /// The turn asked under this id, if it still belongs to this conversation.
    pub fn turn_mut(&mut self, id: TurnId) -> Option<&mut ChatTurn> {
        self.turns.iter_mut().rev().find(|turn| turn.id == Some(id))
    }

    /// The conversation as it stands, to be kept.
    pub fn conversation(&self) -> Conversation {
        Conversation {
            id: self.id,
            profile: self.profile.clone(),
            model: self.model.clone(),
            name: self.name.clone(),
            system: self.system.clone(),
            settings: self.settings,
            turns: self.turns.iter().map(|turn| turn.turn.clone()).collect(),
        }
    }

    /// The messages to send with a prompt. A failed attempt that was repeated afterwards is left out: its words would
    /// be paid for twice.
    pub fn messages(&self, prompt: &str, images: Vec<Image>) -> Vec<ChatMessage> {
        let mut conversation = self.conversation();
        let prompts: Vec<String> = conversation
            .turns
            .iter()
            .map(|turn| turn.prompt.clone())
            .chain([prompt.to_owned()])
            .collect();
        let mut at = 0;
        conversation.turns.retain(|turn| {
            at += 1;
            !unfinished(turn) || prompts.get(at) != Some(&turn.prompt)
        });
        conversation.messages(prompt, images)
    }

    /// Takes the figures of the reply under way.
    pub fn take_spend(&mut self, spend: Spend) {
        if let Some(speed) = spend.tenths_per_second {
            // One sample a second, so that the picture does not change with every token.
            let second = |figures: &Spend| figures.elapsed_ms / 1_000;
            let newer = self
                .spend
                .as_ref()
                .is_none_or(|old| second(old) != second(&spend) || self.speeds.is_empty());
            if newer {
                self.speeds.push_back(speed);
                if self.speeds.len() > SPEEDS {
                    self.speeds.pop_front();
                }
            }
        }
        self.spend = Some(spend);
    }

    /// What to keep now, if anything: nothing while the store's number is awaited, but then it is remembered.
    pub fn to_keep(&mut self) -> Option<Box<Conversation>> {
        if self.turns.is_empty() {
            return None;
        }
        let conversation = Box::new(self.conversation());
        if self.id.is_none() {
            let serial = self.serial;
            if let Some(waiting) = self.awaiting.iter_mut().find(|it| it.serial == serial) {
                waiting.newer = Some(conversation);
                return None;
            }
            self.awaiting.push_back(Awaiting {
                serial,
                newer: None,
            });
        }
        Some(conversation)
    }

    /// The store gave a number to the conversation that was sent first without one. What changed since is handed back,
    /// to be kept under it. A new number for a conversation that had one means that another process went on with the
    /// old one: this one goes on under its own.
    pub fn kept(&mut self, id: i64) -> Option<Box<Conversation>> {
        let Some(waiting) = self.awaiting.pop_front() else {
            self.id = Some(id);
            return None;
        };
        if waiting.serial == self.serial {
            self.id = Some(id);
        }
        waiting.newer.map(|mut conversation| {
            conversation.id = Some(id);
            conversation
        })
    }

    /// A first keeping did not happen: the next one tries again.
    pub fn not_kept(&mut self) {
        self.awaiting.pop_front();
    }

    /// Whether the store's answer to a first keeping is awaited.
    pub fn awaits_number(&self) -> bool {
        !self.awaiting.is_empty()
    }

    /// Begins a new conversation; what is being typed and the choice of model and key stay.
    pub fn renew(&mut self, serial: u64) {
        let old = std::mem::take(self);
        *self = ChatTab {
            serial,
            profile: old.profile,
            model: old.model,
            key: old.key,
            editor: old.editor,
            attached: old.attached,
            focus: old.focus,
            reasoning_open: old.reasoning_open,
            awaiting: old.awaiting,
            ..ChatTab::default()
        };
    }

    /// Goes on from before a turn, as a conversation of its own: this one stays as it was kept.
    pub fn branch(&mut self, at: usize, serial: u64) {
        self.serial = serial;
        self.id = None;
        self.turns.truncate(at);
        self.spend = None;
        self.speeds.clear();
        self.scroll = Scroll::Follow;
    }

    /// Shows a conversation that was kept. Its turns are numbered from `serial` on.
    pub fn restore(&mut self, conversation: Conversation, serial: u64) {
        self.renew(serial);
        self.id = conversation.id;
        self.profile = conversation.profile;
        self.name = conversation.name;
        self.system = conversation.system;
        self.settings = conversation.settings;
        self.model = conversation.model;
        self.turns = conversation
            .turns
            .into_iter()
            .zip(serial + 1..)
            .map(|(turn, serial)| ChatTurn::kept(serial, turn))
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FaultKind;

    fn turn(serial: u64, prompt: &str, reply: &str, failed: bool) -> ChatTurn {
        let mut turn = ChatTurn::asked(
            serial,
            TurnId(serial),
            "m".into(),
            prompt.into(),
            UnixMillis(0),
        );
        turn.grow(reply, false);
        turn.turn.finish = Some(Finish::Stop);
        if failed {
            turn.turn.fault = Some(Fault::new(FaultKind::StreamBroken, "cut"));
        }
        turn
    }

    #[test]
    fn a_failed_attempt_that_was_repeated_is_not_sent_again() {
        let mut chat = ChatTab::default();
        chat.turns.push(turn(1, "one", "answer", false));
        chat.turns.push(turn(2, "two", "half an ans", true));
        let texts = |chat: &ChatTab, prompt: &str| -> Vec<String> {
            let messages = chat.messages(prompt, Vec::new());
            messages.into_iter().map(|message| message.text).collect()
        };
        assert_eq!(texts(&chat, "two"), ["one", "answer", "two"]);
        assert_eq!(
            texts(&chat, "go on"),
            ["one", "answer", "two", "half an ans", "go on"]
        );
        chat.turns.push(turn(3, "two", "whole answer", false));
        assert_eq!(
            texts(&chat, "three"),
            ["one", "answer", "two", "whole answer", "three"]
        );
    }

    #[test]
    fn a_conversation_is_never_kept_twice_and_nothing_of_it_is_lost() {
        let mut chat = ChatTab::default();
        assert!(
            chat.to_keep().is_none(),
            "an empty one is not worth keeping"
        );
        chat.turns.push(turn(1, "one", "", false));
        assert!(chat.to_keep().is_some());
        chat.turns[0].grow("answer", false);
        assert!(chat.to_keep().is_none(), "its number is still awaited");
        chat.renew(9);
        let newer = chat.kept(7).unwrap();
        assert_eq!(
            (newer.id, newer.turns[0].reply.as_str()),
            (Some(7), "answer")
        );
        assert_eq!(
            chat.id, None,
            "the number belongs to the conversation before"
        );
    }

    #[test]
    fn text_is_cleaned_however_it_is_cut() {
        let mut turn = turn(1, "p", "", false);
        for piece in ["a\u{1b}", "[3", "1mred\u{202e}", "\r", "\nb"] {
            turn.grow(piece, false);
        }
        assert_eq!(turn.turn.reply, "ared\nb");
    }
}
