//! Keys in the chat: writing, reading, choosing model and key.

use crossterm::event::{KeyCode, KeyEvent};

use super::state::{ChatFocus, Scroll};
use super::take_away;
use super::update::{back, renew, retry, send};
use super::{earlier, scroll, sessions};
use crate::locale::{Word, say};
use crate::tui::effect::{Effect, Effects};
use crate::tui::keymap::Action;
use crate::tui::model::{Model, Tone};
use crate::tui::msg::Edited;
use crate::tui::overlay::picker::{Pick, PickerKind};
use crate::tui::tabs::verify;
use crate::tui::update::areas;
use crate::tui::update::input::{contexts, open_command, open_picker};

/// A key was pressed in the chat.
pub fn key(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let typing = model.chat.focus == ChatFocus::Input;
    let begins = typing && model.chat.editor.is_empty() && model.chat.attached.is_empty();
    match action {
        Some(action) => act(model, action, key, fx),
        // Where nothing is written yet, a colon begins a command, as it does everywhere else.
        None if begins && key.code == KeyCode::Char(':') => {
            open_command(model, contexts(model));
        }
        None if model.chat.focus == ChatFocus::Input && model.chat.editor.input(key) => {
            model.chat.refusal = None;
        }
        None => {}
    }
}

fn act(model: &mut Model, action: Action, key: KeyEvent, fx: &mut Effects) {
    match action {
        Action::Send => send(model, fx),
        Action::Newline => model.chat.editor.newline(),
        Action::Write => {
            model.chat.focus = ChatFocus::Input;
            model.chat.chosen = None;
        }
        Action::Back => back(model, fx),
        Action::Retry => retry(model, fx),
        Action::Diagnose => verify::update::diagnose(model, fx),
        Action::NewConversation => renew(model),
        Action::PreviousTurn => earlier::choose(model, false),
        Action::NextTurn => earlier::choose(model, true),
        Action::EditTurn => earlier::edit(model),
        Action::Sessions => sessions::open(model, fx),
        Action::ChatSettings => sessions::settings(model),
        Action::Export => sessions::export_this(model),
        Action::ExternalEditor => fx.push(Effect::Edit {
            text: model.chat.editor.text(),
        }),
        Action::PickModel => {
            let now = Pick::Model(model.chat.model.clone());
            open_picker(model, PickerKind::Model, Some(&now));
        }
        Action::PickKey => pick_key(model),
        Action::MarkGood => super::mark::mark(model, true, fx),
        Action::MarkBad => super::mark::mark(model, false, fx),
        Action::ToggleReasoning => {
            model.chat.reasoning_open = !model.chat.reasoning_open;
        }
        Action::Copy => copy(model, fx),
        Action::ContactSupport => take_away::contact_support(model, fx),
        Action::Select => take_away::select(model, fx),
        Action::SaveAnswer => take_away::save(model, fx),
        Action::PrintLater => take_away::print_later(model, fx),
        // The caret moves where it can; else the conversation does. So the wheel, which sends arrows, scrolls.
        Action::LineUp => line(model, false),
        Action::LineDown => line(model, true),
        Action::LineStart => {
            model.chat.editor.input(key);
        }
        Action::Follow => {
            let moved = model.chat.scroll == Scroll::Follow
                && model.chat.focus == ChatFocus::Input
                && model.chat.editor.input(key);
            if !moved {
                model.chat.scroll = Scroll::Follow;
            }
        }
        Action::Up => scroll::by(model, -1),
        Action::Down => scroll::by(model, 1),
        Action::PageUp => scroll::by(model, -page(model)),
        Action::PageDown => scroll::by(model, page(model)),
        Action::Top => scroll::by(model, isize::MIN),
        _ => {}
    }
}

fn page(model: &Model) -> isize {
    let height = areas(model).chat.transcript.height;
    isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(1)
}

fn line(model: &mut Model, down: bool) {
    let width = areas(model).chat.input.width;
    if !model
        .chat
        .editor
        .step_row(down, usize::from(width).saturating_sub(1))
    {
        scroll::by(model, if down { 1 } else { -1 });
    }
}

fn pick_key(model: &mut Model) {
    if !model.relay.manages() {
        model.say(Tone::Info, say!("chat-one-key"));
        return;
    }
    let now = super::update::key(model).map(|row| Pick::Key(row.info.id));
    open_picker(model, PickerKind::Key, now.as_ref());
}

fn copy(model: &mut Model, fx: &mut Effects) {
    match take_away::last_answer(model) {
        Some(answer) => fx.copy(answer.to_owned(), Word("copied-answer")),
        None => model.say(Tone::Info, say!("chat-no-answer")),
    }
}

/// A text came back from the user's own editor: it takes the place of what was typed.
pub fn edited(model: &mut Model, edited: Edited) {
    match edited {
        Edited::Text(text) => {
            model.chat.editor.clear();
            model.chat.editor.insert(text.trim_end_matches('\n'));
            model.chat.focus = ChatFocus::Input;
            model.chat.refusal = None;
        }
        Edited::Failed(why) => model.say(Tone::Bad, why),
    }
}
