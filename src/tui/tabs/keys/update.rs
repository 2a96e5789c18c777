//! What changes the tab of keys, and what is done with keys from anywhere.

use crossterm::event::KeyEvent;

use crate::domain::KeyStatus;
use crate::engine::door::{Command, Scope};
use crate::tui::effect::Effects;
use crate::tui::filtered::as_found;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::key_form::KeyForm;
use crate::tui::overlay::{Overlay, Question};
use crate::tui::update::input::{Filtering, filter, refresh};
use crate::tui::update::{areas, show_models_of};

/// What a copied secret is called in messages.
pub const SECRET: &str = "the key";

/// A key was pressed in the tab of keys.
pub fn key(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let height = areas(model).list_height();
    match filter(&mut model.keys.list, key, action, height) {
        Filtering::Changed => {
            model.keys.list.search(height, &as_found);
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
        Some(Action::Delete) => {
            let chosen = model.keys.chosen();
            ask_to_delete(model, &chosen);
        }
        Some(action) => {
            if let Some(id) = model.keys.list.current_key().copied() {
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
        Action::Copy => fx.copy(row.info.name.clone(), "the key's name"),
        Action::Models => {
            let group = model.relay.group_of(row).map(str::to_owned);
            match group {
                Some(group) => show_models_of(model, &group),
                None => model.say(
                    Tone::Info,
                    "the relay does not say which group this key has",
                ),
            }
        }
        _ => {}
    }
}

/// Opens the form for a new key, with a group chosen already where one is named.
pub fn new_key(model: &mut Model, group: Option<&str>) {
    if !model.relay.manages() {
        model.say(
            Tone::Info,
            "keys cannot be made here: this relay was added with a key only; P adds it with an account",
        );
        return;
    }
    let form = KeyForm::new(&model.relay, group);
    model.overlays.push(Overlay::NewKey(Box::new(form)));
}

/// Asks whether keys are to be deleted, and names them.
fn ask_to_delete(model: &mut Model, ids: &[i64]) {
    let rows: Vec<(i64, String, String)> = model
        .relay
        .key_rows()
        .iter()
        .filter(|row| ids.contains(&row.info.id))
        .map(|row| (row.info.id, row.info.name.clone(), row.info.masked.clone()))
        .collect();
    if !rows.is_empty() {
        model
            .overlays
            .push(Overlay::Confirm(Question::DeleteKeys(rows)));
    }
}

/// Deletes keys; the answer takes them off the list.
pub fn delete(model: &mut Model, rows: &[(i64, String, String)], fx: &mut Effects) {
    let ask = model.ask_id();
    let ids: Vec<i64> = rows.iter().map(|(id, ..)| *id).collect();
    model.keys.marked.retain(|id| !ids.contains(id));
    fx.engine(Command::DeleteKeys { ask, ids });
}

/// Whether a key can be chatted with from here.
///
/// # Errors
/// A sentence that says why not, and what would help.
pub fn usable(model: &Model, id: i64) -> Result<(), String> {
    let Some(row) = model.relay.key(id) else {
        return Err("this key is gone".into());
    };
    if !row.held {
        return Err(
            "its secret is not stored here; make a key with n in Keys, that one will be".into(),
        );
    }
    match model.relay.status(row, model.now.wall.seconds()) {
        KeyStatus::Enabled => Ok(()),
        status => Err(format!("it is {}; choose another", status.word())),
    }
}
