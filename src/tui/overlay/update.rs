//! Keys and pastes for what lies over a tab. Only the topmost hears them.

use crossterm::event::KeyEvent;

use super::chat_update;
use super::form_update::{env_form, key_form, leave, relay_form, submit_env};
use super::picker::{Pick, PickerKind};
use super::{Overlay, Question, offer, wallet};
use crate::engine::door::KeyAsk;
use crate::locale::{Word, say};
use crate::tui::doors;
use crate::tui::effect::{Clip, Effect, Effects};
use crate::tui::filtered::as_found;
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::detail;
use crate::tui::relay::Connection;
use crate::tui::tabs::{chat, groups, keys, market, tools, usage};
use crate::tui::update::input::move_in;
use crate::tui::update::{areas, engine};

/// A key was pressed while something lies over the tab.
pub fn key(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let Some(top) = model.overlays.last() else {
        return;
    };
    match (top, action) {
        (Overlay::Confirm(_), Some(Action::Yes)) => confirmed(model, fx),
        (Overlay::Confirm(_), Some(Action::No | Action::Back)) => {
            model.overlays.pop();
        }
        (Overlay::Confirm(_), _) => {}
        (Overlay::NewKey(_), action) => key_form(model, key, action, fx),
        (Overlay::AddRelay(_), action) => relay_form(model, key, action, fx),
        (Overlay::WriteEnv(_), action) => env_form(model, key, action, fx),
        (Overlay::WalletForm(_), action) => wallet::update::form(model, key, action, fx),
        (Overlay::Picker(_), action) => picker(model, key, action, fx),
        (Overlay::Sessions(_), action) => chat_update::sessions(model, key, action, fx),
        (Overlay::Command(_), action) => chat_update::command(model, key, action, fx),
        (Overlay::Side(_), action) => chat_update::side(model, action, fx),
        (Overlay::ChatForm(_), action) => chat_update::chat_form(model, key, action, fx),
        (Overlay::Page(_), Some(action)) => {
            if !scroll(model, action) {
                tools::update::on_page(model, action, fx);
            }
        }
        (_, Some(Action::Back | Action::Quit)) => back(model),
        (Overlay::Secret(_), Some(Action::Copy)) => copy_secret(model, fx),
        (Overlay::Secret(new), Some(Action::WriteEnv)) => {
            let (id, name) = (new.key.id, new.key.name.clone());
            keys::update::write_env(model, id, &name);
        }
        (Overlay::Secret(new), Some(Action::UseInTool)) => {
            let id = new.key.id;
            tools::update::choose_for(model, id, fx);
        }
        (Overlay::Secret(_), _) => {}
        (Overlay::Help { .. } | Overlay::Note(_), Some(action)) => {
            scroll(model, action);
        }
        (Overlay::KeyDetail { id, .. }, Some(action)) => {
            let id = *id;
            if !scroll(model, action) {
                keys::update::on_detail(model, id, action, fx);
            }
        }
        (Overlay::Offer(_), action) => offer::key(model, key, action, fx),
        (Overlay::Link(link), Some(Action::Copy)) => {
            fx.copy(link.url.clone(), Word("copied-link"));
        }
        (Overlay::Link(_), _) => {}
        (Overlay::Wallet { .. }, Some(action)) => {
            if !scroll(model, action) {
                wallet::update::act(model, action, fx);
            }
        }
        (Overlay::GroupDetail { name, .. }, Some(action)) => {
            let name = name.clone();
            if !scroll(model, action) {
                groups::update::on_group(model, &name, action, fx);
            }
        }
        (Overlay::ModelDetail { name, .. }, Some(action)) => {
            let name = name.clone();
            if !scroll(model, action) {
                market::update::on_model(model, &name, action, fx);
            }
        }
        (Overlay::Receipt { id, .. }, Some(action)) => {
            let id = *id;
            if !scroll(model, action) && action == Action::Copy {
                usage::update::copy(model, id, fx);
            }
        }
        (_, None) => {}
    }
}

/// Text was pasted while something lies over the tab.
pub fn paste(model: &mut Model, text: &str, fx: &mut Effects) {
    let height = areas(model).picker_height();
    match model.overlays.last_mut() {
        Some(Overlay::NewKey(form)) => {
            form.form.paste(text);
            form.refresh(&model.relay);
        }
        Some(Overlay::AddRelay(form)) => {
            form.form.paste(text);
            form.refresh(&model.profiles);
        }
        Some(Overlay::WriteEnv(form)) => {
            form.form.paste(text);
            form.refresh();
        }
        Some(Overlay::WalletForm(form)) => {
            form.form.paste(text);
        }
        Some(Overlay::Picker(picker)) => {
            picker.list.query.insert(text);
            picker.list.search(height, &as_found);
        }
        Some(Overlay::ChatForm(form)) => {
            form.form.paste(text);
        }
        Some(Overlay::Sessions(sessions)) => {
            sessions.list.query.insert(text);
            sessions.search(height);
            chat::sessions::ask_found(model, fx);
        }
        Some(Overlay::Command(line)) => {
            line.input.insert(text);
            line.changed();
        }
        Some(
            Overlay::Help { .. }
            | Overlay::Side(_)
            | Overlay::Confirm(_)
            | Overlay::Secret(_)
            | Overlay::KeyDetail { .. }
            | Overlay::GroupDetail { .. }
            | Overlay::Wallet { .. }
            | Overlay::Link(_)
            | Overlay::Offer(_)
            | Overlay::ModelDetail { .. }
            | Overlay::Receipt { .. }
            | Overlay::Page(_)
            | Overlay::Note(_),
        )
        | None => {}
    }
}

/// Closes the topmost. A secret that was not copied asks once, and so does a form that is half filled in.
pub fn back(model: &mut Model) {
    match model.overlays.last() {
        Some(Overlay::Secret(secret)) if !secret.is_taken() => {
            model.overlays.push(Overlay::Confirm(Question::LeaveSecret));
        }
        // Whatever is no form is never half filled in.
        _ => leave(model),
    }
}

fn confirmed(model: &mut Model, fx: &mut Effects) {
    let Some(Overlay::Confirm(question)) = model.overlays.pop() else {
        return;
    };
    match question {
        Question::DeleteKeys(rows) => keys::update::delete(model, &rows, fx),
        Question::SwitchKeys { keys, on } => {
            let ids = keys.iter().map(|key| key.id).collect();
            keys::update::ask(model, KeyAsk::Switch { ids, on }, fx);
        }
        Question::ReplaceKey(key) => {
            keys::update::ask(model, KeyAsk::Replace { id: key.id }, fx);
        }
        Question::IntoGit { .. } => submit_env(model, true, fx),
        Question::LeaveSecret => {
            if matches!(model.overlays.last(), Some(Overlay::Secret(_))) {
                model.overlays.pop();
            }
        }
        Question::LeaveForm => {
            if model.overlays.last().is_some_and(Overlay::is_form) {
                model.overlays.pop();
            }
        }
        Question::Quit => chat::update::leave(model, fx),
        Question::SwitchRelay(profile) => engine::open(model, profile, fx),
        Question::DeleteSession(id, _) => chat::sessions::delete(model, id, fx),
    }
}

fn copy_secret(model: &Model, fx: &mut Effects) {
    if let Some(Overlay::Secret(new)) = model.overlays.last() {
        fx.push(Effect::Copy {
            clip: Clip::Secret(new.secret.clone()),
            what: keys::update::SECRET,
        });
    }
}

/// Scrolls a text. `false` when the action is none of moving.
fn scroll(model: &mut Model, action: Action) -> bool {
    let layout = areas(model);
    let height = layout.page_height();
    let rows = detail::height(model, layout.overlay.width);
    let scroll = match model.overlays.last_mut() {
        Some(
            Overlay::Help { scroll, .. }
            | Overlay::KeyDetail { scroll, .. }
            | Overlay::Wallet { scroll }
            | Overlay::GroupDetail { scroll, .. }
            | Overlay::ModelDetail { scroll, .. }
            | Overlay::Receipt { scroll, .. },
        ) => scroll,
        Some(Overlay::Page(page)) => &mut page.scroll,
        _ => return false,
    };
    let page = height.saturating_sub(1).max(1);
    let to = match action {
        Action::Down => scroll.saturating_add(1),
        Action::Up => scroll.saturating_sub(1),
        Action::PageDown => scroll.saturating_add(page),
        Action::PageUp => scroll.saturating_sub(page),
        Action::Top => 0,
        Action::Bottom => usize::MAX,
        _ => return false,
    };
    *scroll = to.min(rows.saturating_sub(height));
    true
}

fn picker(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let height = areas(model).picker_height();
    let Some(Overlay::Picker(picker)) = model.overlays.last_mut() else {
        return;
    };
    match action {
        Some(Action::Back | Action::Quit) => {
            model.overlays.pop();
        }
        Some(Action::Mark) => picker.mark(height),
        Some(Action::Accept) if picker.kind == PickerKind::Facets => {
            let facets = picker.taken().into_iter().filter_map(Pick::facet).collect();
            model.overlays.pop();
            market::update::show_facets(model, facets);
        }
        Some(Action::Accept) if picker.kind == PickerKind::Limits => {
            let names: Vec<String> = picker.taken().into_iter().filter_map(Pick::model).collect();
            model.overlays.pop();
            if let Some(Overlay::NewKey(form)) = model.overlays.last_mut() {
                form.choose_models(&names);
                form.refresh(&model.relay);
                form.form.step(true);
            }
        }
        Some(Action::Accept) => {
            if let Some(pick) = picker.list.current_key().cloned() {
                pick_one(model, pick, fx);
            }
        }
        Some(action) => {
            move_in(&mut picker.list, action, height);
        }
        None => {
            if picker.list.query.input(key) {
                picker.list.search(height, &as_found);
            }
        }
    }
}

/// Something was chosen: the picker closes, unless the choice cannot be used.
fn pick_one(model: &mut Model, pick: Pick, fx: &mut Effects) {
    if let Pick::Key(id) = &pick
        && let Err(why) = keys::update::usable(model, *id)
    {
        model.say(Tone::Bad, why);
        return;
    }
    model.overlays.pop();
    match pick {
        Pick::Model(name) => {
            model.chat.model = name;
            model.chat.refusal = None;
        }
        Pick::Key(id) => {
            model.chat.key = Some(id);
            model.chat.refusal = None;
        }
        Pick::Group(name) => {
            if let Some(Overlay::NewKey(form)) = model.overlays.last_mut() {
                form.choose_group(&name);
                form.refresh(&model.relay);
                form.form.step(true);
            }
        }
        Pick::Relay(name) => switch_relay(model, name, fx),
        Pick::AddRelay(door) => doors::add_relay(model, door),
        Pick::Tool { key, tool } => tools::update::plan_with(model, key, tool, fx),
        // Several of them are taken at once, by the picker itself.
        Pick::Facet(_) => {}
    }
}

pub(super) fn switch_relay(model: &mut Model, name: String, fx: &mut Effects) {
    let is_open =
        matches!(&model.relay.connection, Connection::Open(profile, _) if profile.name == name);
    if is_open {
        model.say(Tone::Info, say!("relay-open-already", name = name));
    } else if model.chat.streaming.is_some() {
        model
            .overlays
            .push(Overlay::Confirm(Question::SwitchRelay(name)));
    } else {
        engine::open(model, name, fx);
    }
}
