//! The kept conversations as the dashboard handles them: opening the list, going over to another, renaming, deleting,
//! writing to a file, and the settings of the one in use.

use std::path::PathBuf;

use super::update::{keep, restore};
use crate::domain::Conversation;
use crate::engine::door::{AskId, Command};
use crate::locale::say;
use crate::tui::effect::Effects;
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::chat_form::ChatForm;
use crate::tui::overlay::sessions::Sessions;
use crate::tui::overlay::{Overlay, Question};

/// Opens the list of sessions.
pub fn open(model: &mut Model, fx: &mut Effects) {
    model.overlays.push(Overlay::Sessions(Box::default()));
    ask_list(model, fx);
}

/// Asks for the list anew, and for what says the text that is looked for.
pub fn ask_list(model: &mut Model, fx: &mut Effects) {
    let ask = model.ask_id();
    if let Some(sessions) = shown(model) {
        sessions.asked = Some(ask);
        fx.engine(Command::ListSessions {
            ask,
            find: String::new(),
        });
        ask_found(model, fx);
    }
}

/// Asks which sessions say the text that is looked for.
pub fn ask_found(model: &mut Model, fx: &mut Effects) {
    let ask = model.ask_id();
    if let Some(sessions) = shown(model) {
        let find = sessions.list.query.text();
        if find.trim().is_empty() {
            sessions.forget_found();
        } else {
            sessions.finding = Some(ask);
            fx.engine(Command::ListSessions { ask, find });
        }
    }
}

/// The list of sessions, if it is open.
pub fn shown(model: &mut Model) -> Option<&mut Sessions> {
    model.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Sessions(sessions) => Some(sessions.as_mut()),
        _ => None,
    })
}

/// Goes over to a kept session, unless an answer is still coming.
pub fn go_to(model: &mut Model, id: i64, fx: &mut Effects) {
    if model.chat.id == Some(id) {
        model.overlays.clear();
        return;
    }
    if model.chat.streaming.is_some() || model.chat.waiting.is_some() {
        model.say(Tone::Info, say!("chat-still-coming"));
        return;
    }
    let ask = model.ask_id();
    if let Some(sessions) = shown(model) {
        sessions.reading = Some(ask);
    }
    fx.engine(Command::ReadSession { ask, id });
}

/// A session that was asked for came. One that nobody waits for any more is dropped.
pub fn read(model: &mut Model, ask: AskId, conversation: Conversation, fx: &mut Effects) {
    let awaited = shown(model).is_some_and(|sessions| sessions.reading == Some(ask));
    if !awaited || model.chat.streaming.is_some() {
        return;
    }
    let same_relay = model.relay.profile_name() == Some(conversation.profile.as_str());
    if !same_relay {
        return;
    }
    model
        .overlays
        .retain(|overlay| !matches!(overlay, Overlay::Sessions(_)));
    let (key, profile) = (model.chat.key, conversation.profile.clone());
    restore(model, &profile, Some(conversation), fx);
    model.chat.key = key;
    super::update::choose_defaults(model);
}

/// Asks whether a session is to be deleted.
pub fn ask_delete(model: &mut Model, id: i64) {
    if model.chat.id == Some(id) && model.chat.streaming.is_some() {
        model.say(Tone::Info, say!("chat-still-coming-in-it"));
        return;
    }
    if let Some(title) = title_of(model, id) {
        let question = Question::DeleteSession(id, title);
        model.overlays.push(Overlay::Confirm(question));
    }
}

/// Deletes a session.
pub fn delete(model: &mut Model, id: i64, fx: &mut Effects) {
    let ask = model.ask_id();
    fx.engine(Command::DeleteSession { ask, id });
}

/// A session is gone. The one in use goes on as a new one.
pub fn deleted(model: &mut Model, id: i64, fx: &mut Effects) {
    if model.chat.id == Some(id) {
        let serial = model.serial();
        model.chat.renew(serial);
    }
    model.say(Tone::Good, say!("session-deleted"));
    ask_list(model, fx);
}

/// A session has a new name.
pub fn renamed(model: &mut Model, id: i64, name: &str, fx: &mut Effects) {
    if model.chat.id == Some(id) {
        name.clone_into(&mut model.chat.name);
    }
    ask_list(model, fx);
}

fn title_of(model: &mut Model, id: i64) -> Option<String> {
    let listed = shown(model)
        .and_then(|sessions| sessions.row(id))
        .map(crate::domain::ConversationInfo::title);
    let own = (model.chat.id == Some(id)).then(|| model.chat.conversation().title());
    listed.or(own)
}

/// Opens the form that renames a session.
pub fn ask_name(model: &mut Model, id: i64) {
    let name = match shown(model).and_then(|sessions| sessions.row(id)) {
        Some(row) => row.name.clone(),
        None => model.chat.name.clone(),
    };
    let form = ChatForm::rename(id, &name);
    model.overlays.push(Overlay::ChatForm(Box::new(form)));
}

/// Opens the form that writes a session to a file.
pub fn ask_export(model: &mut Model, id: i64) {
    if let Some(title) = title_of(model, id) {
        let form = ChatForm::export(id, &title);
        model.overlays.push(Overlay::ChatForm(Box::new(form)));
    }
}

/// The same for the session in use.
pub fn export_this(model: &mut Model) {
    match model.chat.id {
        Some(id) => ask_export(model, id),
        None if model.chat.turns.is_empty() => model.say(Tone::Info, say!("session-empty")),
        None => model.say(Tone::Info, say!("session-being-kept")),
    }
}

/// A session was written to a file.
pub fn exported(model: &mut Model, ask: AskId, path: &std::path::Path) {
    model.overlays.retain(|overlay| match overlay {
        Overlay::ChatForm(form) => form.form.asked != Some(ask),
        _ => true,
    });
    model.say(Tone::Good, say!("env-written", file = path.display()));
}

/// Opens the settings of the session in use.
pub fn settings(model: &mut Model) {
    let form = ChatForm::settings(&model.chat.system, model.chat.settings);
    model.overlays.push(Overlay::ChatForm(Box::new(form)));
}

/// What a submitted form asks for.
pub enum Submitted {
    /// This name for this session.
    Rename(i64, String),
    /// This session in this form to this file.
    Export(i64, crate::engine::door::ExportFormat, PathBuf),
    /// This system prompt and these settings for the session in use.
    Settings(String, crate::domain::ChatSettings),
}

/// Does what a form asked for.
pub fn submit(model: &mut Model, what: Submitted, fx: &mut Effects) {
    let ask = model.ask_id();
    match what {
        Submitted::Rename(id, name) => {
            model.overlays.pop();
            fx.engine(Command::RenameSession { ask, id, name });
        }
        Submitted::Export(id, format, path) => {
            if let Some(Overlay::ChatForm(form)) = model.overlays.last_mut() {
                form.form.asked = Some(ask);
                form.form.fault = None;
            }
            fx.engine(Command::ExportSession {
                ask,
                id,
                format,
                path,
            });
        }
        Submitted::Settings(system, settings) => {
            model.overlays.pop();
            model.chat.system = system;
            model.chat.settings = settings;
            keep(model, fx);
            model.say(Tone::Good, say!("chat-settings-taken"));
        }
    }
}
