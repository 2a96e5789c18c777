//! What changes the tab of groups, and what is done with a group from its detail.

use crossterm::event::KeyEvent;

use super::state::GroupColumn;
use super::support;
use crate::domain::Profile;
use crate::engine::door::Scope;
use crate::locale::{Word, say};
use crate::tui::effect::Effects;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::Overlay;
use crate::tui::tabs::Tab;
use crate::tui::update::engine::refresh as fetch;
use crate::tui::update::input::{Filtering, filter, refresh};
use crate::tui::update::{areas, show_models_of};

/// A key was pressed in the tab of groups.
pub fn key(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let height = areas(model).list_height();
    match filter(&mut model.groups.list, key, action, height) {
        Filtering::Changed => {
            model.groups.search(&model.relay, height);
            return;
        }
        Filtering::Taken => return,
        Filtering::NotMine => {}
    }
    match action {
        Some(Action::Refresh) => refresh(model, Scope::Groups, fx),
        Some(Action::Back) if model.groups.of_model.is_some() => {
            model.groups.of_model = None;
            model.groups.sift(&model.relay, height);
        }
        Some(action) => {
            if let Some(column) = GroupColumn::of(action) {
                model.groups.order.press(column);
                model.groups.sift(&model.relay, height);
            } else if let Some(group) = model.groups.list.current_key().cloned() {
                on_group(model, &group, action, fx);
            }
        }
        None => {}
    }
}

/// An action on one group, in the list or in its detail.
pub fn on_group(model: &mut Model, group: &str, action: Action, fx: &mut Effects) {
    match action {
        Action::Models | Action::Open => show_models_of(model, group),
        Action::Details if model.overlays.is_empty() => {
            model.overlays.push(Overlay::GroupDetail {
                name: group.to_owned(),
                scroll: 0,
            });
            // Only the owner of a relay may see what is behind its groups (S-31).
            let owns = model.relay.profile().is_some_and(Profile::is_local);
            if owns && !model.relay.channels.is_loading() {
                fetch(model, Scope::Channels, fx);
            }
        }
        Action::Keys => {
            model.overlays.clear();
            model.tab = Tab::Keys;
            model.keys.list.query.clear();
            model.keys.list.query.insert(group);
            let height = areas(model).list_height();
            model.keys.search(&model.relay, height);
        }
        Action::Refresh => refresh(model, Scope::Groups, fx),
        Action::Copy => fx.copy(group, Word("copied-group-name")),
        Action::ContactSupport => {
            let failure = model.relay.measured.group(group);
            match failure.and_then(|measured| measured.last_failure.as_ref()) {
                Some(failure) => {
                    let text = support::of_sample(model, failure);
                    fx.copy(text, support::WHAT);
                }
                None => model.say(Tone::Info, say!("group-no-failure")),
            }
        }
        _ => {}
    }
}

/// Shows only the groups that have a model, the best first.
pub fn show_groups_of(model: &mut Model, name: &str) {
    model.overlays.clear();
    model.tab = Tab::Groups;
    let height = areas(model).list_height();
    model.groups.list.query.clear();
    model.groups.list.typing = false;
    model.groups.of_model = Some(name.to_owned());
    model.groups.search(&model.relay, height);
}
