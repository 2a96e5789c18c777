//! One question to two models or two groups, side by side, each with its time, its cost and its text.
//!
//! Both are requests like any other: sent by the engine, written into the ledger, billed. An answer becomes part of the
//! session only when it is taken.

use super::banner;
use super::state::{ChatTurn, Scroll};
use super::update::{group, keep, key, missing};
use crate::domain::{ChatRequest, Cost, Fault, Image, KeyStatus};
use crate::engine::door::{Command, Spend, TurnEnd, TurnId};
use crate::locale::say;
use crate::tui::advice::here;
use crate::tui::effect::Effects;
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::{Overlay, orders::check_model};

/// One of the two.
#[derive(Clone, Debug)]
pub struct SideColumn {
    /// The question and its answer.
    pub turn: ChatTurn,
    /// The key that pays; `None` for the one the engine knows.
    pub key: Option<i64>,
    /// The group that is billed, where known.
    pub group: Option<String>,
    /// The moving figures.
    pub spend: Option<Spend>,
    /// Whether the answer is still coming.
    pub streaming: bool,
}

/// Both of them.
#[derive(Clone, Debug)]
pub struct Side {
    /// The two, left and right.
    pub columns: [SideColumn; 2],
    /// The first visible row of both; `None` follows the end.
    pub scroll: Option<usize>,
    /// Whether it was said that nothing is kept unless it is taken.
    pub warned: bool,
}

/// What is asked, and what was said before it.
struct Question {
    prompt: String,
    images: Vec<Image>,
    /// Whether it stands in the input, and not in the session.
    typed: bool,
}

/// Asks the question that is typed, or the last one, of the model in use and of another one.
///
/// # Errors
/// Says what stands in the way; nothing was sent then.
pub fn begin(
    model: &mut Model,
    name: &str,
    in_group: &str,
    fx: &mut Effects,
) -> Result<(), String> {
    if model.chat.streaming.is_some() || model.chat.waiting.is_some() {
        return Err(say!("chat-still-coming").into());
    }
    let question = question(model)?;
    check_model(model, name)?;
    let told = |fault: Fault| {
        let more = here(&fault.advice);
        say!("told-both", what = fault.message, more = more)
    };
    if let Some(fault) = missing(model).or_else(|| banner::wallet_empty(model)) {
        return Err(told(fault));
    }
    let here = key(model).map(|row| row.info.id);
    let own_group = group(model).map(str::to_owned);
    let (other, other_group) = match in_group {
        "" => (here, own_group.clone()),
        group => (Some(key_of(model, group)?), Some(group.to_owned())),
    };
    let left = ask(
        model,
        &question,
        model.chat.model.clone(),
        here,
        own_group,
        fx,
    );
    let right = ask(model, &question, name.to_owned(), other, other_group, fx);
    if question.typed {
        model.chat.editor.clear();
        model.chat.attached.clear();
    }
    model.overlays.push(Overlay::Side(Box::new(Side {
        columns: [left, right],
        scroll: None,
        warned: false,
    })));
    Ok(())
}

fn question(model: &Model) -> Result<Question, String> {
    let typed = model.chat.editor.text();
    if !typed.trim().is_empty() {
        return Ok(Question {
            prompt: typed,
            images: model.chat.attached.clone(),
            typed: true,
        });
    }
    let last = model.chat.turns.last();
    let last = last.ok_or(say!("side-type-first"))?;
    Ok(Question {
        prompt: last.turn.prompt.clone(),
        images: last.turn.images.clone(),
        typed: false,
    })
}

/// A key of a group that can be used.
fn key_of(model: &Model, group: &str) -> Result<i64, String> {
    let now = model.now.wall.seconds();
    let mut rows = model.relay.key_rows().iter().rev();
    let usable = rows.find(|row| {
        row.held
            && model.relay.status(row, now) == KeyStatus::Enabled
            && model.relay.group_of(row) == Some(group)
    });
    usable
        .map(|row| row.info.id)
        .ok_or_else(|| say!("side-no-key", group = group))
}

fn ask(
    model: &mut Model,
    question: &Question,
    name: String,
    key: Option<i64>,
    group: Option<String>,
    fx: &mut Effects,
) -> SideColumn {
    let turn = model.turn_id();
    let serial = model.serial();
    let (prompt, images) = (question.prompt.clone(), question.images.clone());
    let mut before = model.chat.clone();
    if !question.typed {
        before.turns.pop();
    }
    let messages = before.messages(&prompt, images.clone());
    let request = ChatRequest::with(name.clone(), messages, model.chat.settings);
    let mut asked = ChatTurn::asked(serial, turn, name, prompt, model.now.wall);
    asked.turn.images = images;
    let silence = model.settings.within;
    fx.engine(Command::Send {
        turn,
        request,
        key,
        silence,
    });
    SideColumn {
        turn: asked,
        key,
        group,
        spend: None,
        streaming: true,
    }
}

/// The two, if they are shown.
fn shown(model: &mut Model) -> Option<&mut Side> {
    model.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Side(side) => Some(side.as_mut()),
        _ => None,
    })
}

/// The one of the two that was asked under this id.
pub fn column(model: &mut Model, turn: TurnId) -> Option<&mut SideColumn> {
    shown(model)?
        .columns
        .iter_mut()
        .find(|column| column.turn.id == Some(turn))
}

impl SideColumn {
    /// The figures moved.
    pub fn take_spend(&mut self, spend: Spend) {
        if self.streaming {
            self.turn.turn.usage = spend.usage;
            self.turn.turn.cost = Some(spend.cost);
            self.turn.turn.first_ms = spend.first_ms;
            self.spend = Some(spend);
        }
    }

    /// It ended.
    pub fn end(&mut self, end: TurnEnd) {
        self.take_spend(end.spend);
        self.streaming = false;
        let turn = &mut self.turn.turn;
        turn.total_ms = Some(end.total_ms);
        turn.finish = Some(end.finish);
        turn.fault = end.fault;
        self.turn.request_id = end.request_id;
    }

    /// The relay's bill came.
    pub fn settle(&mut self, cost: Cost) {
        self.turn.turn.cost = Some(cost);
        if let Some(spend) = &mut self.spend {
            spend.settle(cost);
        }
    }

    /// The engine could not take it.
    pub fn refuse(&mut self, fault: crate::domain::Fault) {
        self.streaming = false;
        self.turn.turn.fault = Some(fault);
    }
}

/// Takes an answer into the session, as its next turn; its model and key are in use from now on.
pub fn take(model: &mut Model, right: bool, fx: &mut Effects) {
    let Some(side) = shown(model) else { return };
    let column = side.columns[usize::from(right)].clone();
    if column.streaming {
        model.say(Tone::Info, say!("side-still-coming"));
        return;
    }
    stop(model, fx);
    model
        .overlays
        .retain(|overlay| !matches!(overlay, Overlay::Side(_)));
    let chat = &mut model.chat;
    chat.model.clone_from(&column.turn.turn.model);
    chat.key = column.key.or(chat.key);
    chat.spend = column.spend;
    chat.turns.push(column.turn);
    chat.scroll = Scroll::Follow;
    keep(model, fx);
    model.say(Tone::Good, say!("side-taken"));
}

/// One step back: stop what comes; then close, after it was said that nothing is kept.
pub fn back(model: &mut Model, fx: &mut Effects) {
    if stop(model, fx) {
        return;
    }
    let Some(side) = shown(model) else { return };
    let worth = side
        .columns
        .iter()
        .any(|column| !column.turn.turn.reply.is_empty());
    if worth && !std::mem::replace(&mut side.warned, true) {
        model.say(Tone::Info, say!("side-leave"));
    } else {
        model
            .overlays
            .retain(|overlay| !matches!(overlay, Overlay::Side(_)));
    }
}

/// Stops what is still coming; says whether anything was.
pub fn stop(model: &mut Model, fx: &mut Effects) -> bool {
    let Some(side) = shown(model) else {
        return false;
    };
    let mut any = false;
    for column in &mut side.columns {
        if let (true, Some(turn)) = (column.streaming, column.turn.id) {
            fx.engine(Command::Stop(turn));
            any = true;
        }
    }
    any
}
