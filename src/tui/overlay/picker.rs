//! A list to choose from, filtered as one types: models, keys, groups, relays, tools.

use super::relay_form::Door;
use crate::domain::Profile;
use crate::domain::profile::LOCAL;
use crate::locale::say;
use crate::tui::filtered::{FilteredList, as_found};
use crate::tui::relay::Relay;
use crate::tui::tabs::market::facet::{self, Facet};
use crate::tui::tabs::tools::state::{Item, ToolsTab};

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
    /// Something that models can have.
    Facet(Facet),
    /// A third-party tool, by its id, that is to use the key of a number.
    Tool {
        /// The key's number.
        key: i64,
        /// The tool's id.
        tool: String,
    },
}

impl Pick {
    /// The model's name, where it is a model.
    pub fn model(self) -> Option<String> {
        match self {
            Pick::Model(name) => Some(name),
            _ => None,
        }
    }

    /// What models can have, where it is that.
    pub fn facet(self) -> Option<Facet> {
        match self {
            Pick::Facet(facet) => Some(facet),
            _ => None,
        }
    }
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
    /// What the marketplace is filtered by; several can be chosen.
    Facets,
    /// The third-party tool that is to use the key of this number.
    Tool(i64),
}

impl PickerKind {
    /// Whether several can be chosen.
    pub const fn takes_several(self) -> bool {
        matches!(self, PickerKind::Limits | PickerKind::Facets)
    }

    /// The title.
    pub fn title(self) -> &'static str {
        match self {
            PickerKind::Model => say!("picker-model"),
            PickerKind::Key => say!("picker-key"),
            PickerKind::Group => say!("picker-group"),
            PickerKind::Relay => say!("picker-relay"),
            PickerKind::Limits => say!("picker-limits"),
            PickerKind::Facets => say!("picker-facets"),
            PickerKind::Tool(_) => say!("picker-tool"),
        }
    }
}

/// Where choices come from.
#[derive(Clone, Copy)]
pub struct Among<'a> {
    /// The open relay.
    pub relay: &'a Relay,
    /// The profiles there are.
    pub profiles: &'a [Profile],
    /// The third-party tools.
    pub tools: &'a ToolsTab,
}

/// A list to choose from.
#[derive(Clone, Debug)]
pub struct Picker {
    /// What is chosen among.
    pub kind: PickerKind,
    /// The choices.
    pub list: FilteredList<Pick>,
    /// What is marked, where several can be chosen.
    pub marked: Vec<Pick>,
}

impl Picker {
    /// A picker with the cursor on what is chosen now.
    pub fn new(kind: PickerKind, among: Among<'_>, now: Option<&Pick>, height: usize) -> Self {
        let mut picker = Picker {
            kind,
            list: FilteredList::default(),
            marked: Vec::new(),
        };
        picker.list.typing = true;
        picker.load(among, height);
        if let Some(pick) = now {
            picker.list.go_to(pick, height);
        }
        picker
    }

    /// What can be chosen changed.
    pub fn load(&mut self, among: Among<'_>, height: usize) {
        let Among {
            relay,
            profiles,
            tools,
        } = among;
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
                    let text = format!("{} {}", group.name, group.about());
                    (Pick::Group(group.name.clone()), text)
                })
                .collect(),
            PickerKind::Relay => relays(profiles),
            PickerKind::Facets => {
                let groups = relay.group_rows().iter().map(|group| group.name.clone());
                let facets = facet::all(relay.model_rows(), groups);
                let row = |facet: Facet| {
                    let text = format!("{} {}", facet.kind(), facet.value());
                    (Pick::Facet(facet), text)
                };
                facets.into_iter().map(|(facet, _)| row(facet)).collect()
            }
            PickerKind::Tool(key) => {
                let items = tools.items.value().into_iter().flatten();
                let tool = |item: &Item| match item {
                    Item::Tool(row) => {
                        let tool = row.id.to_owned();
                        let text = format!("{} {} {}", row.id, row.name, row.about);
                        Some((Pick::Tool { key, tool }, text))
                    }
                    Item::Sample(_) | Item::Link(_) => None,
                };
                items.filter_map(tool).collect()
            }
        };
        self.list.load(rows.into_iter(), height, &as_found);
    }

    /// Marks the choice under the cursor, or takes its mark off, where several can be chosen.
    pub fn mark(&mut self, height: usize) {
        let Some(pick) = self
            .list
            .current_key()
            .filter(|_| self.kind.takes_several())
        else {
            return;
        };
        match self.marked.iter().position(|marked| marked == pick) {
            Some(at) => {
                self.marked.remove(at);
            }
            None => self.marked.push(pick.clone()),
        }
        self.list.step(1, height);
    }

    /// What is marked; without marks what is under the cursor.
    pub fn taken(&self) -> Vec<Pick> {
        match self.list.current_key() {
            Some(pick) if self.marked.is_empty() => vec![pick.clone()],
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
    rows.push((
        Pick::AddRelay(Door::Key),
        say!("picker-add-key-search").into(),
    ));
    rows.push((
        Pick::AddRelay(Door::Account),
        say!("picker-add-login-search").into(),
    ));
    rows
}
