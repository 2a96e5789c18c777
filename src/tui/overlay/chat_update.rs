//! Keys for what the chat lays over the tabs: the list of sessions, its forms, the command line, two answers side by side.

use crossterm::event::KeyEvent;

use super::Overlay;
use super::command::{Does, candidates, meaning, remember};
use super::form_update::{InForm, in_form, leave};
use crate::engine::door::Command;
use crate::tui::effect::Effects;
use crate::tui::keymap::Action;
use crate::tui::model::Model;
use crate::tui::tabs::chat;
use crate::tui::update::areas;
use crate::tui::update::input::move_in;

/// A key in the list of sessions.
pub(super) fn sessions(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let height = areas(model).picker_height().saturating_sub(1);
    let Some(Overlay::Sessions(sessions)) = model.overlays.last_mut() else {
        return;
    };
    let here = sessions.list.current_key().copied();
    match (action, here) {
        (Some(Action::Back | Action::Quit), _) => {
            model.overlays.pop();
        }
        (Some(Action::Accept), Some(id)) => chat::sessions::go_to(model, id, fx),
        (Some(Action::Delete), Some(id)) => chat::sessions::ask_delete(model, id),
        (Some(Action::Rename), Some(id)) => chat::sessions::ask_name(model, id),
        (Some(Action::Export), Some(id)) => chat::sessions::ask_export(model, id),
        (Some(Action::NewConversation), _) => {
            model.overlays.pop();
            chat::update::renew(model);
        }
        (Some(action), _) => {
            move_in(&mut sessions.list, action, height);
        }
        (None, _) => {
            if sessions.list.query.input(key) {
                sessions.search(height);
                chat::sessions::ask_found(model, fx);
            }
        }
    }
}

/// A key in the command line.
pub(super) fn command(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let Some(Overlay::Command(line)) = model.overlays.last() else {
        return;
    };
    let found = match action {
        Some(Action::NextChoice | Action::PreviousChoice) => candidates(model, line),
        _ => Vec::new(),
    };
    let meant = (action == Some(Action::Accept)).then(|| meaning(model, line));
    let history = std::mem::take(&mut model.commands);
    if let Some(Overlay::Command(line)) = model.overlays.last_mut() {
        match action {
            Some(Action::NextChoice) => line.step(&found, true),
            Some(Action::PreviousChoice) => line.step(&found, false),
            Some(Action::LineUp) => line.recall(&history, true),
            Some(Action::LineDown) => line.recall(&history, false),
            None if line.input.input(key) => line.changed(),
            _ => {}
        }
    }
    model.commands = history;
    match (action, meant) {
        (Some(Action::Back | Action::Quit), _) => {
            model.overlays.pop();
        }
        (_, Some(meant)) => entered(model, meant, fx),
        _ => {}
    }
}

/// Remembers a line, over restarts too; one with a secret in it is not written anywhere.
fn kept(model: &mut Model, text: &str, fx: &mut Effects) {
    remember(&mut model.commands, text);
    let plain = |line: &&String| !line.contains("sk-") && !line.chars().any(char::is_control);
    let lines = model.commands.iter().filter(plain).cloned().collect();
    fx.engine(Command::KeepCommands(lines));
}

/// A line was entered. One that means nothing stays, with the reason below it.
fn entered(model: &mut Model, meant: Result<(Does, String), String>, fx: &mut Effects) {
    let Some(Overlay::Command(line)) = model.overlays.pop() else {
        return;
    };
    let text = line.input.text().trim().to_owned();
    if text.is_empty() {
        return;
    }
    let done = match meant {
        Ok((Does::Act(action), _)) => {
            kept(model, &text, fx);
            crate::tui::update::input::perform(model, action, fx);
            return;
        }
        Ok((Does::Order(order), words)) => {
            kept(model, &text, fx);
            order.obey(model, &words, fx)
        }
        Err(why) => Err(why),
    };
    if let Err(why) = done {
        let mut line = line;
        line.error = Some(why);
        model.overlays.push(Overlay::Command(line));
    }
}

/// A key over two answers side by side.
pub(super) fn side(model: &mut Model, action: Option<Action>, fx: &mut Effects) {
    let page = areas(model).page_height().saturating_sub(4);
    match action {
        Some(Action::Back | Action::Quit) => return chat::side::back(model, fx),
        Some(Action::TakeLeft) => return chat::side::take(model, false, fx),
        Some(Action::TakeRight) => return chat::side::take(model, true, fx),
        _ => {}
    }
    let Some(Overlay::Side(side)) = model.overlays.last_mut() else {
        return;
    };
    // From the end, whose row only the view knows, scrolling begins at the top.
    let at = side.scroll.unwrap_or(0);
    side.scroll = match action {
        Some(Action::Down) => Some(at + 1),
        Some(Action::Up) => Some(at.saturating_sub(1)),
        Some(Action::PageDown) => Some(at + page),
        Some(Action::PageUp) => Some(at.saturating_sub(page)),
        Some(Action::Top) => Some(0),
        Some(Action::Follow) => None,
        _ => return,
    };
}

/// A key in a form of the chat.
pub(super) fn chat_form(
    model: &mut Model,
    key: KeyEvent,
    action: Option<Action>,
    fx: &mut Effects,
) {
    let Some(Overlay::ChatForm(form)) = model.overlays.last_mut() else {
        return;
    };
    match in_form(&mut form.form, key, action) {
        InForm::Leave => leave(model),
        InForm::Changed => form.refresh(),
        InForm::Choose | InForm::List => form.form.step(true),
        InForm::Submit => {
            if let Some(what) = form.submitted() {
                chat::sessions::submit(model, what, fx);
            }
        }
        InForm::Nothing => {}
    }
}
