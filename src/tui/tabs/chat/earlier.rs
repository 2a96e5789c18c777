//! Going back to an earlier question: choosing it, asking it again, asking it another way.
//!
//! What was said after it is never thrown away: the new attempt begins a session of its own, and the one before stays as
//! it was kept. Only an attempt at the very end that brought nothing makes room.

use super::state::ChatFocus;
use super::update::ask;
use super::{banner, scroll};
use crate::locale::say;
use crate::tui::effect::Effects;
use crate::tui::model::{Model, Tone};

/// Chooses the question before, or the one after; beyond the last one nothing is chosen.
pub fn choose(model: &mut Model, forward: bool) {
    let count = model.chat.turns.len();
    let chosen = match (model.chat.chosen, forward) {
        (None, true) => None,
        (None, false) => count.checked_sub(1),
        (Some(at), true) => Some(at + 1).filter(|at| *at < count),
        (Some(at), false) => Some(at.saturating_sub(1)),
    };
    model.chat.chosen = chosen;
    match chosen {
        Some(at) => {
            model.chat.focus = ChatFocus::Reading;
            scroll::to(model, at);
        }
        None => model.chat.scroll = super::state::Scroll::Follow,
    }
}

/// Puts the chosen question, or the last, into the input, to be asked another way.
pub fn edit(model: &mut Model) {
    if is_busy(model) {
        return;
    }
    let last = model.chat.turns.len().checked_sub(1);
    let Some(at) = model.chat.chosen.or(last) else {
        model.say(Tone::Info, say!("chat-nothing-asked"));
        return;
    };
    let (prompt, images) = {
        let turn = &model.chat.turns[at].turn;
        (turn.prompt.clone(), turn.images.clone())
    };
    let typed = model.chat.editor.take();
    if !typed.trim().is_empty() && model.chat.editing.is_none() {
        // What was being typed is worth more than a key pressed by mistake.
        model.chat.editor.insert(&typed);
        model.say(Tone::Info, say!("chat-typing-first"));
        return;
    }
    model.chat.editor.insert(&prompt);
    model.chat.attached = images;
    model.chat.editing = Some(at);
    model.chat.focus = ChatFocus::Input;
}

/// Asks the chosen question again, as it was. `false` where none is chosen, or where it is the last one and failed: that
/// is what asking again has always meant.
pub fn ask_again(model: &mut Model, fx: &mut Effects) -> bool {
    let Some(at) = model.chat.chosen else {
        return false;
    };
    let is_last = at + 1 == model.chat.turns.len();
    let Some(turn) = model.chat.turns.get(at) else {
        return false;
    };
    if is_last && turn.asks_again() {
        return false;
    }
    let (prompt, images) = (turn.turn.prompt.clone(), turn.turn.images.clone());
    if is_busy(model) || banner::wallet_empty(model).is_some() {
        return true;
    }
    branch(model, at);
    ask(model, prompt, images, fx);
    true
}

/// Before a question that was edited goes out: what stands from its place on makes room. `false` when it cannot go out now.
pub fn make_room(model: &mut Model) -> bool {
    let Some(at) = model.chat.editing else {
        return true;
    };
    if is_busy(model) {
        return false;
    }
    model.chat.editing = None;
    let is_last = at + 1 == model.chat.turns.len();
    let brought_nothing = model
        .chat
        .turns
        .get(at)
        .is_some_and(|turn| turn.turn.reply.is_empty());
    if is_last && brought_nothing {
        model.chat.turns.pop();
    } else if at < model.chat.turns.len() {
        branch(model, at);
    }
    true
}

fn branch(model: &mut Model, at: usize) {
    let serial = model.serial();
    model.chat.branch(at, serial);
    model.chat.chosen = None;
    model.say(Tone::Info, say!("chat-branched"));
}

fn is_busy(model: &mut Model) -> bool {
    let busy = model.chat.streaming.is_some() || model.chat.waiting.is_some();
    if busy {
        model.say(Tone::Info, say!("chat-still-coming"));
    }
    busy
}
