//! What changes the tab of groups.

use crossterm::event::KeyEvent;

use crate::engine::door::Scope;
use crate::tui::effect::Effects;
use crate::tui::filtered::as_found;
use crate::tui::keymap::Action;
use crate::tui::model::Model;
use crate::tui::tabs::Tab;
use crate::tui::update::input::{Filtering, filter, refresh};
use crate::tui::update::{areas, show_models_of};

/// A key was pressed in the tab of groups.
pub fn key(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let height = areas(model).list_height();
    match filter(&mut model.groups.list, key, action, height) {
        Filtering::Changed => {
            model.groups.list.search(height, &as_found);
            return;
        }
        Filtering::Taken => return,
        Filtering::NotMine => {}
    }
    if action == Some(Action::Refresh) {
        refresh(model, Scope::Groups, fx);
        return;
    }
    let Some(group) = model.groups.list.current_key().cloned() else {
        return;
    };
    match action {
        Some(Action::Models | Action::Open) => show_models_of(model, &group),
        Some(Action::Keys) => {
            model.tab = Tab::Keys;
            model.keys.list.query.clear();
            model.keys.list.query.insert(&group);
            model.keys.search(&model.relay, height);
        }
        Some(Action::Copy) => fx.copy(group, "the group's name"),
        _ => {}
    }
}
