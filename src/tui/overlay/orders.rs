//! The orders of the command line that take words: what each is called, what can stand behind it, and what it does.

use std::path::PathBuf;
use std::time::Duration;

use crate::domain::model_name::{self, NameCheck};
use crate::domain::{ChatSettings, Effort, Protocol};
use crate::engine::door::{Command, ExportFormat};
use crate::locale::{Word, listed, say};
use crate::tui::effect::Effects;
use crate::tui::model::{Model, Tone};
use crate::tui::tabs::{chat, keys};

/// An order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The model the chat asks.
    Model,
    /// The key the chat pays with.
    Key,
    /// The relay in use.
    Relay,
    /// The system prompt.
    System,
    /// The temperature.
    Temperature,
    /// The limit of tokens.
    MaxTokens,
    /// How hard the model is to think.
    Think,
    /// The dialect.
    Protocol,
    /// The session's name.
    Name,
    /// A file to write the session to.
    Write,
    /// A picture that goes with the next question.
    Image,
    /// The same question to a second model.
    Side,
    /// The longest that one request of a test or a diagnosis may take.
    Timeout,
}

/// Every order: its word, the words behind it, what it does. Words in brackets may be left out.
pub const ORDERS: [(Order, &str, Word, Word); 13] = [
    (
        Order::Model,
        "model",
        Word("order-takes-name"),
        Word("order-model"),
    ),
    (
        Order::Key,
        "key",
        Word("order-takes-name"),
        Word("order-key"),
    ),
    (
        Order::Relay,
        "relay",
        Word("order-takes-name"),
        Word("order-relay"),
    ),
    (
        Order::System,
        "system",
        Word("order-takes-text"),
        Word("order-system"),
    ),
    (
        Order::Temperature,
        "temperature",
        Word("order-takes-number"),
        Word("order-temperature"),
    ),
    (
        Order::MaxTokens,
        "max-tokens",
        Word("order-takes-number"),
        Word("order-max-tokens"),
    ),
    (
        Order::Think,
        "think",
        Word("order-takes-how"),
        Word("order-think"),
    ),
    (
        Order::Protocol,
        "protocol",
        Word("order-takes-which"),
        Word("order-protocol"),
    ),
    (
        Order::Name,
        "name",
        Word("order-takes-name-or-none"),
        Word("order-name"),
    ),
    (
        Order::Write,
        "write",
        Word("order-takes-file"),
        Word("order-write"),
    ),
    (
        Order::Image,
        "image",
        Word("order-takes-file"),
        Word("order-image"),
    ),
    (
        Order::Side,
        "side",
        Word("order-takes-side"),
        Word("order-side"),
    ),
    (
        Order::Timeout,
        "timeout",
        Word("order-takes-seconds"),
        Word("order-timeout"),
    ),
];

impl Order {
    /// What can stand at a place behind it, where that is known.
    pub fn values(self, model: &Model, place: usize) -> Vec<String> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        match (self, place) {
            (Order::Model | Order::Side, 0) => {
                let models = model.relay.model_rows().iter();
                models.map(|model| model.name.clone()).collect()
            }
            (Order::Side, 1) => {
                let groups = model.relay.group_rows().iter();
                groups.map(|group| group.name.clone()).collect()
            }
            (Order::Key, 0) => {
                let rows = model.relay.key_rows().iter();
                rows.map(|row| row.info.name.clone()).collect()
            }
            (Order::Relay, 0) => {
                let profiles = model.profiles.iter();
                profiles.map(|profile| profile.name.clone()).collect()
            }
            (Order::Think, 0) => words(&Effort::ALL.map(Effort::word)),
            (Order::Protocol, 0) => words(&Protocol::ALL.map(Protocol::word)),
            _ => Vec::new(),
        }
    }

    /// Carries it out.
    ///
    /// # Errors
    /// Says what is wrong with the words; nothing was done then.
    pub fn obey(self, model: &mut Model, words: &str, fx: &mut Effects) -> Result<(), String> {
        match self {
            Order::Model => {
                check_model(model, words)?;
                words.clone_into(&mut model.chat.model);
                model.chat.refusal = None;
            }
            Order::Key => {
                let row = model
                    .relay
                    .key_rows()
                    .iter()
                    .find(|row| row.info.name == words)
                    .ok_or_else(|| say!("order-no-key", words = words))?;
                let id = row.info.id;
                keys::update::usable(model, id)?;
                model.chat.key = Some(id);
                model.chat.refusal = None;
            }
            Order::Relay => {
                if !model.profiles.iter().any(|profile| profile.name == words) {
                    return Err(say!("order-no-relay", words = words));
                }
                super::update::switch_relay(model, words.to_owned(), fx);
            }
            Order::System => {
                words.clone_into(&mut model.chat.system);
                settled(model, fx);
            }
            Order::Temperature => {
                model.chat.settings.temperature = optional(words, ChatSettings::parse_temperature)?;
                settled(model, fx);
            }
            Order::MaxTokens => {
                model.chat.settings.max_tokens = optional(words, ChatSettings::parse_max_tokens)?;
                settled(model, fx);
            }
            Order::Think => {
                model.chat.settings.effort = optional(words, |word| {
                    let found = Effort::ALL.into_iter().find(|effort| effort.word() == word);
                    found.ok_or_else(|| {
                        say!(
                            "order-none-of",
                            word = word,
                            all = all(&Effort::ALL.map(Effort::word))
                        )
                    })
                })?;
                settled(model, fx);
            }
            Order::Protocol => {
                let found = Protocol::ALL.into_iter().find(|one| one.word() == words);
                model.chat.settings.protocol = found.ok_or_else(|| {
                    say!(
                        "order-words-none-of",
                        words = words,
                        all = all(&Protocol::ALL.map(Protocol::word))
                    )
                })?;
                settled(model, fx);
            }
            Order::Name => {
                let (ask, id) = (model.ask_id(), kept(model)?);
                let name = words.to_owned();
                fx.engine(Command::RenameSession { ask, id, name });
            }
            Order::Write => {
                let (ask, id) = (model.ask_id(), kept(model)?);
                let path = PathBuf::from(words);
                let json = path.extension().is_some_and(|ending| ending == "json");
                let format = if json {
                    ExportFormat::Json
                } else {
                    ExportFormat::Markdown
                };
                fx.engine(Command::ExportSession {
                    ask,
                    id,
                    format,
                    path,
                });
            }
            Order::Image => {
                let ask = model.ask_id();
                let path = PathBuf::from(words);
                fx.engine(Command::ReadImage { ask, path });
            }
            Order::Side => {
                let (name, group) = words.split_once(' ').unwrap_or((words, ""));
                chat::side::begin(model, name.trim(), group.trim(), fx)?;
            }
            Order::Timeout => {
                model.settings.within = optional(words, |word| match word.parse() {
                    Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
                    _ => Err(say!("order-no-seconds", word = word)),
                })?;
                model.say(Tone::Good, say!("order-timeout-taken"));
            }
        }
        Ok(())
    }
}

/// Nothing means the model's own.
fn optional<T>(
    words: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<Option<T>, String> {
    match words {
        "" => Ok(None),
        words => parse(words).map(Some),
    }
}

fn all(words: &[&str]) -> String {
    listed(words)
}

fn settled(model: &mut Model, fx: &mut Effects) {
    chat::update::keep(model, fx);
    model.say(Tone::Good, say!("chat-settings-taken"));
}

/// The number of the session in use.
fn kept(model: &Model) -> Result<i64, String> {
    model
        .chat
        .id
        .ok_or_else(|| say!("chat-not-kept-yet").to_owned())
}

/// A name that the relay does not have is refused, with what it may have meant (S-45).
pub fn check_model(model: &Model, name: &str) -> Result<(), String> {
    let models = model.relay.model_rows();
    if models.is_empty() {
        return Ok(());
    }
    match model_name::check(name, models, None) {
        NameCheck::Exact | NameCheck::NotInGroup { .. } => Ok(()),
        NameCheck::Unknown { suggestions } => Err(match suggestions.as_slice() {
            [] => say!("order-no-model", name = name),
            some => say!(
                "order-no-model-mean",
                name = name,
                names = some.join(say!("order-or"))
            ),
        }),
    }
}
