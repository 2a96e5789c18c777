//! What lies over a tab: a stack, of which only the topmost hears keys.

pub mod detail;
pub mod form;
mod form_view;
pub mod key_form;
pub mod picker;
mod picker_view;
pub mod relay_form;
pub mod update;
pub mod view;

use crate::domain::{ApiKey, KeyInfo};

use super::keymap::Context;
use key_form::KeyForm;
use picker::Picker;
use relay_form::RelayForm;

/// A question that wants yes or no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Delete these keys: number, name, masked form.
    DeleteKeys(Vec<(i64, String, String)>),
    /// Close the screen of a new secret that was not copied.
    LeaveSecret,
    /// Quit while a reply streams.
    Quit,
    /// Open this profile while a reply streams.
    SwitchRelay(String),
}

/// A key that was just made, and its secret.
#[derive(Clone, Debug)]
pub struct NewSecret {
    /// The key.
    pub key: KeyInfo,
    /// Its secret.
    pub secret: ApiKey,
    /// Where it is stored.
    pub stored_in: String,
    /// Whether it was copied.
    pub copied: bool,
}

/// A few sentences to be read and closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it is about.
    pub title: String,
    /// The sentences.
    pub lines: Vec<String>,
}

/// Something over a tab.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// The keys of the place below.
    Help {
        /// The contexts of that place.
        contexts: Vec<Context>,
        /// The first visible row.
        scroll: usize,
    },
    /// A question.
    Confirm(Question),
    /// The form for a new key.
    NewKey(Box<KeyForm>),
    /// A secret, shown once.
    Secret(Box<NewSecret>),
    /// A list to choose from.
    Picker(Box<Picker>),
    /// Everything about one key.
    KeyDetail {
        /// Its number.
        id: i64,
        /// The first visible row.
        scroll: usize,
    },
    /// Everything about one model.
    ModelDetail {
        /// Its exact name.
        name: String,
        /// The first visible row.
        scroll: usize,
    },
    /// The form that adds a relay.
    AddRelay(Box<RelayForm>),
    /// A few sentences.
    Note(Note),
}

impl Overlay {
    /// Where its keys are looked up, innermost first.
    pub fn contexts(&self) -> &'static [Context] {
        match self {
            Overlay::Help { .. } | Overlay::Note(_) => &[Context::Help],
            Overlay::Confirm(_) => &[Context::Confirm],
            Overlay::NewKey(_) | Overlay::AddRelay(_) => &[Context::Form],
            Overlay::Secret(_) => &[Context::Secret],
            Overlay::Picker(_) => &[Context::Picker],
            Overlay::KeyDetail { .. } => &[Context::Detail, Context::Keys],
            Overlay::ModelDetail { .. } => &[Context::Detail, Context::Market],
        }
    }
}
