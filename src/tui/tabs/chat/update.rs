//! What changes the chat: keys, pastes, and what the engine says of a reply.

use crate::domain::profile::LOCAL;
use crate::domain::{ChatRequest, Conversation, Cost, Fault, FaultKind, Finish, Image, KeyStatus};
use crate::engine::door::{Command, KeyRow, Scope, Spend, TurnEnd, TurnId};
use crate::locale::say;
use crate::tui::effect::{Effect, Effects};
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::orders::check_model;
use crate::tui::relay::Connection;
use crate::tui::tabs::Tab;
use crate::tui::update::engine::refresh;

use super::state::{ChatFocus, ChatTurn, KEEP_EVERY_MS, Scroll, Streaming};
use super::{banner, earlier};

/// The model of the relay inside that answers questions about this program.
pub const HANDBOOK: &str = "relaydeck-handbook";

/// The key that the next question goes with: the chosen one, else the oldest whose secret we hold and that may be used.
/// A key that was just made does not become the one in use by itself.
pub fn key(model: &Model) -> Option<&KeyRow> {
    let now = model.now.wall.seconds();
    match model.chat.key {
        Some(id) => model.relay.key(id),
        None => model
            .relay
            .key_rows()
            .iter()
            .rev()
            .find(|row| row.held && model.relay.status(row, now) == KeyStatus::Enabled),
    }
}

/// The group that the next question is billed in, where known.
pub fn group(model: &Model) -> Option<&str> {
    match key(model) {
        Some(row) => model.relay.group_of(row),
        None => model.relay.own_group(),
    }
}

/// What is missing before anything can be sent (S-58), the first of it.
pub fn missing(model: &Model) -> Option<Fault> {
    let local = |message: &str| Fault::new(FaultKind::Local, message);
    match &model.relay.connection {
        Connection::Open(..) => {}
        Connection::Opening(name) => {
            return Some(local(&say!("chat-being-opened", name = name)).advise(say!("chat-wait")));
        }
        Connection::Failed(..) | Connection::Closed => {
            return Some(local(say!("chat-no-relay")).advise(say!("chat-choose-relay")));
        }
    }
    if model.chat.model.is_empty() {
        return Some(local(say!("chat-no-model")).advise(say!("chat-choose-model")));
    }
    // Who has only a key cannot see keys; the engine knows which secret to use.
    if !model.relay.manages() {
        return None;
    }
    match (key(model), model.chat.key) {
        (None, _) => Some(local(say!("chat-no-key")).advise(say!("chat-make-key"))),
        (Some(row), Some(_)) if !row.held => Some(
            local(&say!("chat-key-not-held", name = row.info.name))
                .advise(say!("chat-choose-another-key")),
        ),
        (Some(_), _) => None,
    }
}

/// Sends what is typed.
pub fn send(model: &mut Model, fx: &mut Effects) {
    let prompt = model.chat.editor.text();
    if prompt.trim().is_empty() {
        model.say(Tone::Info, say!("chat-type-first"));
        return;
    }
    if !earlier::make_room(model) {
        return;
    }
    let images = model.chat.attached.clone();
    if ask(model, prompt, images, fx) {
        model.chat.editor.clear();
        model.chat.attached.clear();
    }
}

/// Asks the last question again, or the one that is chosen. An attempt that brought no text makes room for the new one.
pub fn retry(model: &mut Model, fx: &mut Effects) {
    if earlier::ask_again(model, fx) {
        return;
    }
    let Some(last) = model.chat.turns.last() else {
        model.say(Tone::Info, say!("chat-nothing-asked"));
        return;
    };
    let (prompt, images) = (last.turn.prompt.clone(), last.turn.images.clone());
    if model.chat.streaming.is_none() && !last.asks_again() {
        model.say(Tone::Info, say!("chat-complete"));
        return;
    }
    let empty = last.turn.reply.trim().is_empty() && model.chat.streaming.is_none();
    let attempt = if empty { model.chat.turns.pop() } else { None };
    if !ask(model, prompt, images, fx)
        && let Some(attempt) = attempt
    {
        model.chat.turns.push(attempt);
    }
}

/// Sends the question that waited for the relay's lists, once they are here. What stands in its way puts it back into
/// the input.
pub fn send_waiting(model: &mut Model, fx: &mut Effects) {
    if model.relay.is_arriving() {
        return;
    }
    if let Some((prompt, images)) = model.chat.waiting.take()
        && !ask(model, prompt.clone(), images.clone(), fx)
    {
        take_back(model, &prompt, images);
    }
}

/// A question goes back into the input, before whatever was typed there since.
fn take_back(model: &mut Model, prompt: &str, images: Vec<Image>) {
    model.chat.attached.splice(0..0, images);
    let editor = &mut model.chat.editor;
    let since = editor.take();
    editor.insert(prompt);
    if !since.is_empty() {
        editor.newline();
        editor.insert(&since);
    }
}

/// Asks a question, if nothing stands in the way. Says whether it was sent, or will be.
pub fn ask(model: &mut Model, prompt: String, images: Vec<Image>, fx: &mut Effects) -> bool {
    if model.chat.streaming.is_some() || model.chat.waiting.is_some() {
        model.say(Tone::Info, say!("chat-still-coming"));
        return false;
    }
    if model.relay.is_arriving() {
        model.chat.waiting = Some((prompt, images));
        return true;
    }
    model.chat.refusal = missing(model);
    if model.chat.refusal.is_some() {
        return false;
    }
    if banner::wallet_empty(model).is_some() {
        // The wallet may have been topped up since it was looked at.
        refresh(model, Scope::Account, fx);
        return false;
    }
    let turn = model.turn_id();
    let serial = model.serial();
    let request = ChatRequest::with(
        model.chat.model.clone(),
        model.chat.messages(&prompt, images.clone()),
        model.chat.settings,
    );
    let key = key(model).map(|row| row.info.id);
    let mut asked = ChatTurn::asked(serial, turn, request.model.clone(), prompt, model.now.wall);
    asked.turn.images = images;
    asked.group = group(model).map(str::to_owned);
    let chat = &mut model.chat;
    chat.chosen = None;
    chat.turns.push(asked);
    chat.scroll = Scroll::Follow;
    chat.spend = None;
    chat.speeds.clear();
    chat.streaming = Some(Streaming {
        turn,
        keep_at: model.now.uptime + KEEP_EVERY_MS,
        stopping: false,
    });
    model.today_lacks_last = true;
    let silence = model.settings.within;
    fx.engine(Command::Send {
        turn,
        request,
        key,
        silence,
    });
    keep(model, fx);
    true
}

/// Asks the first question of a first run, in the chat, of the handbook.
pub fn greet(model: &mut Model, question: &str, fx: &mut Effects) {
    model.tab = Tab::Chat;
    model.chat.model = HANDBOOK.into();
    ask(model, question.to_owned(), Vec::new(), fx);
}

/// Stops the reply under way. What came is kept and billed.
pub fn stop(model: &mut Model, fx: &mut Effects) {
    if let Some(streaming) = &mut model.chat.streaming
        && !streaming.stopping
    {
        streaming.stopping = true;
        fx.engine(Command::Stop(streaming.turn));
    }
}

/// Leaves the dashboard. The reply under way is stopped and kept as far as it came: its end will not be heard of here.
pub fn leave(model: &mut Model, fx: &mut Effects) {
    stop(model, fx);
    super::side::stop(model, fx);
    if let Some(streaming) = model.chat.streaming.take() {
        if let Some(turn) = model.chat.turn_mut(streaming.turn) {
            turn.turn.finish = Some(Finish::Cancelled);
        }
        keep(model, fx);
    }
    fx.push(Effect::Quit);
}

/// The wish to stop did not get through: it may be repeated.
pub fn stop_refused(model: &mut Model) {
    if let Some(streaming) = &mut model.chat.streaming {
        streaming.stopping = false;
    }
}

/// Begins a new conversation.
pub fn renew(model: &mut Model) {
    if model.chat.streaming.is_some() {
        model.say(Tone::Info, say!("chat-still-coming"));
        return;
    }
    if model.chat.turns.is_empty() {
        model.say(Tone::Info, say!("chat-is-new"));
        return;
    }
    let serial = model.serial();
    model.chat.renew(serial);
    model.say(Tone::Info, say!("chat-new"));
}

/// Shows the conversation that was kept, or an empty one.
pub fn restore(model: &mut Model, profile: &str, kept: Option<Conversation>, fx: &mut Effects) {
    if model.chat.streaming.is_some() {
        let fault = Fault::new(FaultKind::StreamBroken, say!("chat-relay-changed"));
        cut_off(model, &fault);
        keep(model, fx);
    }
    if let Some((prompt, images)) = model.chat.waiting.take() {
        take_back(model, &prompt, images);
    }
    let turns = kept.as_ref().map_or(0, |kept| kept.turns.len());
    let serial = model.serials(turns + 1);
    // The key belongs to the relay before; what is being typed stays.
    model.chat.key = None;
    match kept {
        Some(kept) => model.chat.restore(kept, serial),
        None => {
            model.chat.renew(serial);
            model.chat.model.clear();
        }
    }
    profile.clone_into(&mut model.chat.profile);
    if profile == LOCAL && model.chat.model.is_empty() {
        model.chat.model = HANDBOOK.into();
    }
}

/// Brings the chosen model and key in line with lists that just came.
pub fn choose_defaults(model: &mut Model) {
    let chat = &mut model.chat;
    if let Some(id) = chat.key
        && model.relay.keys.value().is_some()
        && model.relay.key(id).is_none()
    {
        chat.key = None;
    }
    // A relay with one model leaves no choice.
    if chat.model.is_empty()
        && let [only] = model.relay.model_rows()
    {
        chat.model = only.name.clone();
    }
    doubt_the_model(model);
}

/// Looks whether the relay has the chosen model at all, and which are near to its name otherwise (S-45).
fn doubt_the_model(model: &mut Model) {
    let name = model.chat.model.clone();
    let told = match name.is_empty() {
        true => None,
        false => check_model(model, &name).err(),
    };
    model.chat.mistaken = told.map(|told| (name, told));
}

/// The figures of a reply moved.
pub fn spend(model: &mut Model, turn: TurnId, spend: Spend) {
    let chat = &mut model.chat;
    if chat
        .streaming
        .is_none_or(|streaming| streaming.turn != turn)
    {
        return;
    }
    if let Some(asked) = chat.turn_mut(turn) {
        asked.turn.usage = spend.usage;
        asked.turn.cost = Some(spend.cost);
        asked.turn.first_ms = spend.first_ms;
    }
    chat.take_spend(spend);
}

/// A reply ended.
pub fn ended(model: &mut Model, turn: TurnId, end: TurnEnd, fx: &mut Effects) {
    let chat = &mut model.chat;
    if chat
        .streaming
        .is_some_and(|streaming| streaming.turn == turn)
    {
        chat.streaming = None;
    }
    let Some(asked) = chat.turn_mut(turn) else {
        return;
    };
    let cost = end.spend.cost;
    asked.turn.usage = end.spend.usage;
    // A bill that came before the end stands above what was reported.
    if asked
        .turn
        .cost
        .is_none_or(|known| known.basis <= cost.basis)
    {
        asked.turn.cost = Some(cost);
    }
    asked.turn.first_ms = end.spend.first_ms;
    asked.turn.total_ms = Some(end.total_ms);
    asked.turn.finish = Some(end.finish);
    asked.turn.fault = end.fault;
    asked.request_id = end.request_id;
    let bill = asked.turn.cost.filter(|known| known.basis > cost.basis);
    chat.take_spend(end.spend);
    if let (Some(bill), Some(spend)) = (bill, &mut chat.spend) {
        spend.settle(bill);
    }
    keep(model, fx);
}

/// The relay's bill for a reply came.
pub fn settled(model: &mut Model, turn: TurnId, cost: Cost, fx: &mut Effects) {
    let chat = &mut model.chat;
    let is_last = chat.turns.last().is_some_and(|last| last.id == Some(turn));
    let Some(asked) = chat.turn_mut(turn) else {
        return;
    };
    asked.turn.cost = Some(cost);
    if is_last && let Some(spend) = &mut chat.spend {
        spend.settle(cost);
    }
    keep(model, fx);
}

/// The engine could not even take the question: it goes back to the input.
pub fn refused(model: &mut Model, turn: TurnId, fault: Fault) {
    let chat = &mut model.chat;
    chat.streaming = None;
    let at = chat.turns.iter().position(|asked| asked.id == Some(turn));
    if let Some(at) = at {
        let asked = chat.turns.remove(at);
        take_back(model, &asked.turn.prompt, asked.turn.images);
    }
    model.chat.refusal = Some(fault);
}

/// Nothing more will come: the reply under way is as it is.
pub fn cut_off(model: &mut Model, fault: &Fault) {
    if let Some(streaming) = model.chat.streaming.take()
        && let Some(asked) = model.chat.turn_mut(streaming.turn)
    {
        asked.turn.finish = Some(Finish::Cut);
        asked.turn.fault = Some(fault.clone());
    }
}

/// Keeps the conversation as it stands now.
pub fn keep(model: &mut Model, fx: &mut Effects) {
    if let Some(conversation) = model.chat.to_keep() {
        fx.engine(Command::Keep(conversation));
    }
}

/// Keeps the conversation while a reply streams, every few seconds.
pub fn keep_if_due(model: &mut Model, fx: &mut Effects) {
    let now = model.now.uptime;
    let due = model
        .chat
        .streaming
        .as_mut()
        .is_some_and(|streaming| streaming.keep_at <= now);
    if due {
        if let Some(streaming) = &mut model.chat.streaming {
            streaming.keep_at = now + KEEP_EVERY_MS;
        }
        keep(model, fx);
    }
}

/// One step back: take back a question that waits, stop the answer, take note of a refusal, leave the input.
pub fn back(model: &mut Model, fx: &mut Effects) {
    let chat = &mut model.chat;
    if let Some((prompt, images)) = chat.waiting.take() {
        take_back(model, &prompt, images);
    } else if chat.streaming.is_some() {
        stop(model, fx);
    } else if chat.refusal.take().is_some() {
    } else if chat.editing.take().is_some() {
        chat.editor.clear();
    } else if chat.chosen.take().is_none() {
        chat.focus = ChatFocus::Reading;
    }
}
