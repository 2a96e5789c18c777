//! What changes the model: one message in, effects out. No I/O, no clock, no chance.

pub mod engine;
pub mod input;
mod keys;
mod pointer;

use super::effect::{Effect, Effects};
use super::layout::{Layout, layout};
use super::model::{Model, Tone};
use super::msg::{Copied, Msg, Now};
use super::overlay::picker::Among;
use super::overlay::{Overlay, offer};
use super::tabs::{chat, keys as keys_tab, market, usage};
use crate::domain::{Fault, FaultKind};
use crate::locale::{Word, say};

/// Takes one message into the model.
pub fn update(model: &mut Model, msg: Msg, now: Now) -> Effects {
    model.now = now;
    let mut fx = Effects::default();
    match msg {
        Msg::Key(key) => input::key(model, key, &mut fx),
        Msg::Pointer(pointer) => pointer::pointer(model, pointer, &mut fx),
        Msg::Paste(text) => input::paste(model, &text, &mut fx),
        Msg::Resize(size) => {
            model.size = size;
            settle(model);
        }
        Msg::Theme(theme) => model.settings.theme = *theme,
        Msg::Engine(event) => engine::event(model, *event, &mut fx),
        Msg::EngineGone => engine::gone(model),
        Msg::Busy(command) => engine::busy(model, *command),
        Msg::Copied { what, outcome } => copied(model, what, outcome),
        Msg::Saved { what, outcome } => match outcome {
            Ok(path) => model.say(Tone::Good, say!("saved-in", what = what.say(), path = path)),
            Err(why) => model.say(Tone::Bad, say!("saved-not", what = what.say(), why = why)),
        },
        Msg::Edited(edited) => chat::input::edited(model, edited),
        Msg::Due => {}
        Msg::Ended => chat::update::leave(model, &mut fx),
    }
    pass_time(model, &mut fx);
    usage::update::watch(model, &mut fx);
    offer::show_next(model);
    if model.read_only {
        withhold(model, fx)
    } else {
        fx
    }
}

/// In read-only mode nothing that changes or spends reaches the engine, whatever asked for it.
fn withhold(model: &mut Model, fx: Effects) -> Effects {
    let mut rest = Effects::default();
    for effect in fx {
        match effect {
            Effect::Engine(command) if command.writes() => {
                let fault = Fault::new(FaultKind::Local, say!("read-only-refused"))
                    .advise(say!("read-only-advice"));
                engine::not_taken(model, command, &fault);
            }
            other => rest.push(other),
        }
    }
    rest
}

/// The layout at the model's own size; where the terminal is too small, a layout without room.
pub fn areas(model: &Model) -> Layout {
    layout(model, model.size).unwrap_or_default()
}

/// Brings cursors and windows in line with new rows or a new size.
pub fn settle(model: &mut Model) {
    let height = areas(model).list_height();
    model.keys.load(&model.relay, height);
    model.groups.load(&model.relay, height);
    model.market.load(&model.relay, height);
    model.usage.settle(height);
    model.tools.load(height);
    let height = areas(model).picker_height();
    let among = Among {
        relay: &model.relay,
        profiles: &model.profiles,
        tools: &model.tools,
    };
    for overlay in &mut model.overlays {
        if let Overlay::Picker(picker) = overlay {
            picker.load(among, height);
        }
    }
}

/// What is due is done.
fn pass_time(model: &mut Model, fx: &mut Effects) {
    let now = model.now.uptime;
    if model.flash.as_ref().is_some_and(|flash| flash.until <= now) {
        model.flash = None;
    }
    chat::update::keep_if_due(model, fx);
}

fn copied(model: &mut Model, what: Word, outcome: Copied) {
    match outcome {
        Copied::Sent(words) => model.say(
            Tone::Good,
            say!("copied-sent", what = what.say(), words = words),
        ),
        Copied::Refused(why) => {
            model.say(Tone::Bad, say!("copied-not", what = what.say(), why = why));
            return;
        }
    }
    if what == keys_tab::update::SECRET
        && let Some(Overlay::Secret(secret)) = model.overlays.last_mut()
    {
        secret.copied = true;
    }
}

/// Shows the marketplace, filtered by a group.
pub fn show_models_of(model: &mut Model, group: &str) {
    model.overlays.clear();
    if model.tab != super::tabs::Tab::Market {
        model.came_from.push(model.tab);
    }
    model.tab = super::tabs::Tab::Market;
    market::update::show_group(model, group);
}
