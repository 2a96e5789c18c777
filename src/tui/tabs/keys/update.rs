//! What changes the tab of keys, and what is done with keys from anywhere.

use crossterm::event::KeyEvent;

use crate::domain::KeyStatus;
use crate::engine::door::{Command, KeyAsk, Scope};
use crate::locale::{Word, say};
use crate::tui::effect::Effects;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::env_form::EnvForm;
use crate::tui::overlay::key_form::KeyForm;
use crate::tui::overlay::{NamedKey, Overlay, Question};
use crate::tui::tabs::tools;
use crate::tui::update::input::{Filtering, filter, refresh};
use crate::tui::update::{areas, show_models_of};
use crate::tui::words;

use super::state::KeyColumn;

/// What the secret of a new key is called in messages.
pub const SECRET: Word = Word("copied-key");
/// What the secret of a key that was there before is called in messages.
pub const REVEALED: Word = Word("copied-key-secret");

/// A key was pressed in the tab of keys.
pub fn key(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let height = areas(model).list_height();
    match filter(&mut model.keys.list, key, action, height) {
        Filtering::Changed => {
            model.keys.search(&model.relay, height);
            return;
        }
        Filtering::Taken => return,
        Filtering::NotMine => {}
    }
    match action {
        Some(Action::Refresh) => refresh(model, Scope::Keys, fx),
        Some(Action::NewKey) => new_key(model, None),
        Some(Action::Back) => model.keys.marked.clear(),
        Some(Action::Open) => {
            if let Some(id) = model.keys.list.current_key().copied() {
                model.overlays.push(Overlay::KeyDetail { id, scroll: 0 });
            }
        }
        Some(Action::Mark) => {
            if let Some(id) = model.keys.list.current_key().copied() {
                if !model.keys.marked.remove(&id) {
                    model.keys.marked.insert(id);
                }
                model.keys.list.step(1, height);
            }
        }
        Some(Action::MarkAll) => model.keys.mark_shown(),
        Some(Action::Delete) => {
            let chosen = model.keys.chosen();
            ask_to_delete(model, &chosen);
        }
        Some(Action::Switch) => {
            let chosen = model.keys.chosen();
            switch(model, &chosen, fx);
        }
        Some(action) => {
            if let Some(column) = KeyColumn::of(action) {
                model.keys.sort(&model.relay, column, height);
            } else if let Some(id) = model.keys.list.current_key().copied() {
                on_key(model, id, action, fx);
            }
        }
        None => {}
    }
}

/// An action in the detail of a key.
pub fn on_detail(model: &mut Model, id: i64, action: Action, fx: &mut Effects) {
    match action {
        Action::Delete => ask_to_delete(model, &[id]),
        Action::Switch => switch(model, &[id], fx),
        Action::NewKey => new_key(model, None),
        Action::Refresh => refresh(model, Scope::Keys, fx),
        action => on_key(model, id, action, fx),
    }
}

/// An action on one key.
fn on_key(model: &mut Model, id: i64, action: Action, fx: &mut Effects) {
    let Some(row) = model.relay.key(id) else {
        return;
    };
    match action {
        Action::Copy => fx.copy(row.info.name.clone(), Word("copied-key-name")),
        Action::CopyKey => ask(model, KeyAsk::Reveal { id, hold: false }, fx),
        Action::HoldKey if row.held => model.say(Tone::Info, say!("key-held-already")),
        Action::HoldKey => ask(model, KeyAsk::Reveal { id, hold: true }, fx),
        Action::EditKey => {
            let form = KeyForm::edit(&model.relay, row, model.now.wall);
            model.overlays.push(Overlay::NewKey(Box::new(form)));
        }
        Action::ReplaceKey => {
            let named = NamedKey::of(row);
            model
                .overlays
                .push(Overlay::Confirm(Question::ReplaceKey(named)));
        }
        Action::WriteEnv => {
            let name = row.info.name.clone();
            write_env(model, id, &name);
        }
        Action::UseInTool if row.held => tools::update::choose_for(model, id, fx),
        Action::UseInTool => model.say(Tone::Info, not_held(model)),
        Action::Models => {
            let group = model.relay.group_of(row).map(str::to_owned);
            match group {
                Some(group) => show_models_of(model, &group),
                None => model.say(Tone::Info, say!("key-group-unknown")),
            }
        }
        _ => {}
    }
}

/// Asks something of keys that are there.
pub fn ask(model: &mut Model, what: KeyAsk, fx: &mut Effects) {
    let ask = model.ask_id();
    fx.engine(Command::Keys { ask, what });
}

/// Opens the form that writes a key into a `.env`.
pub fn write_env(model: &mut Model, id: i64, name: &str) {
    let form = EnvForm::new(id, name);
    model.overlays.push(Overlay::WriteEnv(Box::new(form)));
}

/// Opens the form for a new key, with a group chosen already where one is named.
pub fn new_key(model: &mut Model, group: Option<&str>) {
    if !model.relay.manages() {
        model.say(Tone::Info, say!("keys-cannot-make"));
        return;
    }
    let form = KeyForm::new(&model.relay, group);
    model.overlays.push(Overlay::NewKey(Box::new(form)));
}

/// The keys of these numbers that are there, as a question names them.
fn named(model: &Model, ids: &[i64]) -> Vec<NamedKey> {
    let rows = model.relay.key_rows().iter();
    rows.filter(|row| ids.contains(&row.info.id))
        .map(NamedKey::of)
        .collect()
}

/// Asks whether keys are to be deleted, and names them.
fn ask_to_delete(model: &mut Model, ids: &[i64]) {
    let keys = named(model, ids);
    if !keys.is_empty() {
        model
            .overlays
            .push(Overlay::Confirm(Question::DeleteKeys(keys)));
    }
}

/// Deletes keys; the answer takes them off the list.
pub fn delete(model: &mut Model, keys: &[NamedKey], fx: &mut Effects) {
    let ask = model.ask_id();
    let ids: Vec<i64> = keys.iter().map(|key| key.id).collect();
    model.keys.marked.retain(|id| !ids.contains(id));
    fx.engine(Command::DeleteKeys { ask, ids });
}

/// Disables keys where one of them is enabled, else enables them. Several are named in a question first.
fn switch(model: &mut Model, ids: &[i64], fx: &mut Effects) {
    let now = model.now.wall.seconds();
    let enabled = |id: &i64| {
        let row = model.relay.key(*id);
        row.is_some_and(|row| model.relay.status(row, now) == KeyStatus::Enabled)
    };
    let on = !ids.iter().any(enabled);
    match ids {
        [] => {}
        [_] => {
            let ids = ids.to_vec();
            ask(model, KeyAsk::Switch { ids, on }, fx);
        }
        several => {
            let keys = named(model, several);
            let question = Question::SwitchKeys { keys, on };
            model.overlays.push(Overlay::Confirm(question));
        }
    }
}

/// Why a key whose secret is not here cannot be used, and what would help.
fn not_held(model: &Model) -> &'static str {
    match model.relay.facts().is_some_and(|facts| facts.reveals_keys) {
        true => say!("key-not-held-fetch"),
        false => say!("key-not-held-make"),
    }
}

/// Whether a key can be chatted with from here.
///
/// # Errors
/// A sentence that says why not, and what would help.
pub fn usable(model: &Model, id: i64) -> Result<(), String> {
    let Some(row) = model.relay.key(id) else {
        return Err(say!("key-is-gone").into());
    };
    if !row.held {
        return Err(not_held(model).into());
    }
    match model.relay.status(row, model.now.wall.seconds()) {
        KeyStatus::Enabled => Ok(()),
        status => Err(say!("key-not-usable", status = words::key_status(status))),
    }
}
