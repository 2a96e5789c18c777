//! A list to choose from, filtered as one types: models, keys, groups, relays.

use super::relay_form::Door;
use crate::domain::Profile;
use crate::domain::profile::LOCAL;
use crate::tui::filtered::{FilteredList, as_found};
use crate::tui::relay::Relay;

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// A model, by exact name.
    Model(String),
    /// A key, by number.
    Key(i64),
    /// A group, by name.
    Group(String),
    /// A relay, by the name of its profile.
    Relay(String),
    /// Adding a relay.
    AddRelay(Door),
}

/// What is chosen among.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PickerKind {
    /// The model to chat with.
    Model,
    /// The key to chat with.
    Key,
    /// The group of a new key.
    Group,
    /// The relay to use.
    Relay,
    /// The models a key may call; several can be chosen.
    Limits,
}

impl PickerKind {
    /// The title.
    pub const fn title(self) -> &'static str {
        match self {
            PickerKind::Model => "Choose the model",
            PickerKind::Key => "Choose the key",
            PickerKind::Group => "Choose the group",
            PickerKind::Relay => "Choose the relay",
            PickerKind::Limits => "Choose the models it may call; Tab marks several",
        }
    }
}

/// A list to choose from.
#[derive(Clone, Debug)]
pub struct Picker {
    /// What is chosen among.
    pub kind: PickerKind,
    /// The choices.
    pub list: FilteredList<Pick>,
    /// The names that are marked, where several can be chosen.
    pub marked: Vec<String>,
}

impl Picker {
    /// A picker with the cursor on what is chosen now.
    pub fn new(
        kind: PickerKind,
        relay: &Relay,
        profiles: &[Profile],
        now: Option<&Pick>,
        height: usize,
    ) -> Self {
        let mut picker = Picker {
            kind,
            list: FilteredList::default(),
            marked: Vec::new(),
        };
        picker.list.typing = true;
        picker.load(relay, profiles, height);
        if let Some(pick) = now {
            picker.list.go_to(pick, height);
        }
        picker
    }

    /// What can be chosen changed.
    pub fn load(&mut self, relay: &Relay, profiles: &[Profile], height: usize) {
        let rows: Vec<(Pick, String)> = match self.kind {
            PickerKind::Model | PickerKind::Limits => relay
                .model_rows()
                .iter()
                .map(|model| {
                    let text = format!("{} {}", model.name, model.vendor);
                    (Pick::Model(model.name.clone()), text)
                })
                .collect(),
            PickerKind::Key => relay
                .key_rows()
                .iter()
                .map(|row| {
                    let text = format!("{} {}", row.info.name, row.info.group);
                    (Pick::Key(row.info.id), text)
                })
                .collect(),
            PickerKind::Group => relay
                .group_rows()
                .iter()
                .map(|group| {
                    let text = format!("{} {}", group.name, group.description);
                    (Pick::Group(group.name.clone()), text)
                })
                .collect(),
            PickerKind::Relay => relays(profiles),
        };
        self.list.load(rows.into_iter(), height, &as_found);
    }

    /// Marks the choice under the cursor, or takes its mark off, where several can be chosen.
    pub fn mark(&mut self, height: usize) {
        let Some(Pick::Model(name)) = self.list.current_key() else {
            return;
        };
        if self.kind != PickerKind::Limits {
            return;
        }
        match self.marked.iter().position(|marked| marked == name) {
            Some(at) => {
                self.marked.remove(at);
            }
            None => self.marked.push(name.clone()),
        }
        self.list.step(1, height);
    }

    /// The names that are marked; without marks the one under the cursor.
    pub fn taken(&self) -> Vec<String> {
        match self.list.current_key() {
            Some(Pick::Model(name)) if self.marked.is_empty() => vec![name.clone()],
            _ => self.marked.clone(),
        }
    }
}

/// The profiles, the relay inside even before it was ever opened, and the two ways to add one.
fn relays(profiles: &[Profile]) -> Vec<(Pick, String)> {
    let mut rows: Vec<(Pick, String)> = profiles
        .iter()
        .map(|profile| {
            let text = format!("{} {}", profile.name, profile.address);
            (Pick::Relay(profile.name.clone()), text)
        })
        .collect();
    if !profiles.iter().any(Profile::is_local) {
        rows.push((Pick::Relay(LOCAL.into()), LOCAL.into()));
    }
    rows.push((Pick::AddRelay(Door::Key), "add a relay with a key".into()));
    rows.push((
        Pick::AddRelay(Door::Account),
        "add: log in to a relay".into(),
    ));
    rows
}
