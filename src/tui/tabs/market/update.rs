//! What changes the marketplace, and what is done with a model from anywhere.

use crossterm::event::KeyEvent;

use crate::domain::Endpoint;
use crate::engine::door::Scope;
use crate::locale::{Word, say};
use crate::tui::effect::Effects;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::Overlay;
use crate::tui::overlay::picker::{Pick, PickerKind};
use crate::tui::tabs::groups::update::show_groups_of;
use crate::tui::tabs::keys;
use crate::tui::update::areas;
use crate::tui::update::input::{Filtering, filter, open_picker, refresh, show_chat};

use super::facet::Facet;
use super::state::MarketColumn;

/// A key was pressed in the marketplace.
pub fn key(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let height = areas(model).list_height();
    if take_suggestion(model, action, height) {
        return;
    }
    match filter(&mut model.market.list, key, action, height) {
        Filtering::Changed => {
            model.market.search(&model.relay, height);
            return;
        }
        Filtering::Taken => return,
        Filtering::NotMine => {}
    }
    match action {
        Some(Action::Refresh) => refresh(model, Scope::Models, fx),
        Some(Action::OnlyGroup) => {
            model.market.only_group = !model.market.only_group;
            model.market.sift(&model.relay, height);
        }
        Some(Action::Back) if model.market.is_narrowed() => {
            model.market.widen();
            model.market.sift(&model.relay, height);
        }
        Some(Action::FilterBy) => {
            open_picker(model, PickerKind::Facets, None);
            if let Some(Overlay::Picker(picker)) = model.overlays.last_mut() {
                picker.marked = model
                    .market
                    .facets
                    .iter()
                    .cloned()
                    .map(Pick::Facet)
                    .collect();
            }
        }
        Some(action) => {
            if let Some(column) = MarketColumn::of(action) {
                model.market.order.press(column);
                model.market.sift(&model.relay, height);
            } else if let Some(name) = model.market.list.current_key().cloned() {
                on_model(model, &name, action, fx);
            } else if action == Action::CycleGroup {
                cycle_group(model);
            }
        }
        None => {}
    }
}

/// Where nothing matches, Enter looks for the nearest name: it is typed out, so that nobody takes it for what was asked.
fn take_suggestion(model: &mut Model, action: Option<Action>, height: usize) -> bool {
    let asked = matches!(action, Some(Action::Accept | Action::Open));
    let first = model.market.suggestions.first().cloned();
    let Some(name) = first.filter(|_| asked && model.market.list.shown() == 0) else {
        return false;
    };
    model.market.list.query.clear();
    model.market.list.query.insert(&name);
    model.market.list.typing = false;
    model.market.search(&model.relay, height);
    true
}

/// An action on one model, in the list or in its detail.
pub fn on_model(model: &mut Model, name: &str, action: Action, fx: &mut Effects) {
    match action {
        Action::Open if model.overlays.is_empty() => {
            model.overlays.push(Overlay::ModelDetail {
                name: name.to_owned(),
                scroll: 0,
            });
        }
        Action::Refresh => refresh(model, Scope::Models, fx),
        Action::Copy => fx.copy(name, Word("copied-model-name")),
        Action::CopyUrl => match url(model, name) {
            Some(url) => fx.copy(url, Word("copied-url")),
            None => model.say(Tone::Info, say!("model-url-untold")),
        },
        Action::CycleGroup => cycle_group(model),
        Action::Groups => show_groups_of(model, name),
        Action::Chat => {
            model.overlays.clear();
            model.chat.model = name.to_owned();
            model.chat.refusal = None;
            show_chat(model);
        }
        Action::NewKey => {
            let group = model.market.group.clone();
            model.overlays.clear();
            keys::update::new_key(model, Some(&group));
        }
        _ => {}
    }
}

fn cycle_group(model: &mut Model) {
    let height = areas(model).list_height();
    model.market.cycle_group(&model.relay);
    model.market.sift(&model.relay, height);
}

/// The full URL that a model is called on: the chat's, where it is offered there.
fn url(model: &Model, name: &str) -> Option<String> {
    let address = &model.relay.profile()?.address;
    let endpoints = &model.relay.model(name)?.endpoints;
    let endpoint = match endpoints.first() {
        None => &Endpoint::Chat,
        Some(_) if endpoints.contains(&Endpoint::Chat) => &Endpoint::Chat,
        Some(first) => first,
    };
    endpoint.path(name).map(|path| address.join(&path))
}

/// Shows only the models that have all of this.
pub fn show_facets(model: &mut Model, facets: Vec<Facet>) {
    let height = areas(model).list_height();
    model.market.facets = facets;
    model.market.sift(&model.relay, height);
}

/// Shows only the models of a group, with its prices.
pub fn show_group(model: &mut Model, group: &str) {
    let height = areas(model).list_height();
    group.clone_into(&mut model.market.group);
    model.market.only_group = true;
    model.market.facets.clear();
    model.market.list.query.clear();
    model.market.list.typing = false;
    model.market.sift(&model.relay, height);
}

/// Shows the models of all groups again.
pub fn show_all(model: &mut Model) {
    let height = areas(model).list_height();
    model.market.only_group = false;
    model.market.sift(&model.relay, height);
}
