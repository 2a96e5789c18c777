//! What the engine says of keys, taken into the model.

use super::engine::{close_form, refused};
use super::{areas, settle};
use crate::domain::{Fault, KeyInfo, KeyStatus};
use crate::engine::door::{AskId, KeyRow, KeyTold};
use crate::locale::say;
use crate::tui::effect::{Clip, Effect, Effects};
use crate::tui::model::{Model, Tone};
use crate::tui::overlay::{NewSecret, Overlay, Question};
use crate::tui::tabs::keys::update::REVEALED;

/// Something was done with keys that were there.
pub fn told(model: &mut Model, ask: AskId, profile: &str, told: KeyTold, fx: &mut Effects) {
    // In a profile that was left meanwhile, the numbers mean other keys.
    let here = model.relay.profile_name() == Some(profile);
    match told {
        KeyTold::Edited { key: info, warning } => {
            close_form(model, ask);
            match warning {
                Some(warning) => model.say(Tone::Bad, warning),
                None => model.say(Tone::Good, say!("key-saved", name = info.name)),
            }
            if here {
                change(model, |row| {
                    if row.info.id == info.id {
                        row.info = info.clone();
                    }
                });
            }
        }
        KeyTold::Switched { ids, on, fault } => {
            if here {
                switched(model, &ids, on);
            }
            say_switched(model, ids.len(), on, fault);
        }
        KeyTold::Replaced {
            old,
            key,
            secret,
            stored_in,
            fault,
        } => {
            if here && fault.is_none() {
                switched(model, &[old], false);
            }
            created(
                model,
                here,
                NewSecret {
                    replaced: Some(old),
                    ..NewSecret::new(key, secret, stored_in)
                },
            );
            if let Some(fault) = fault {
                model.complain(&fault);
            }
        }
        KeyTold::Revealed {
            id,
            secret,
            stored_in,
        } => match stored_in {
            Some(place) => {
                let text = say!("key-secret-kept", place = place);
                model.say(Tone::Good, text);
                if here {
                    change(model, |row| row.held |= row.info.id == id);
                }
            }
            None => fx.push(Effect::Copy {
                clip: Clip::Secret(secret),
                what: REVEALED,
            }),
        },
        KeyTold::EnvWritten { id, file, was_open } => {
            close_form(model, ask);
            let mut text = say!("env-written", file = file);
            if was_open {
                text.push_str(say!("env-was-open"));
            }
            for overlay in &mut model.overlays {
                if let Overlay::Secret(new) = overlay
                    && new.key.id == id
                {
                    new.written = Some(file.clone());
                }
            }
            model.say(Tone::Good, text);
        }
        KeyTold::EnvInGit { file, tree } => in_git(model, ask, file, tree),
    }
}

/// A secret is never dropped, even when its form was left in the meantime: the key exists and this is the only showing.
pub fn created(model: &mut Model, here: bool, new: NewSecret) {
    let info: KeyInfo = new.key.clone();
    if let Some(timed) = model.relay.keys.timed().filter(|_| here) {
        let (mut rows, at) = (timed.value.clone(), timed.at);
        if !rows.iter().any(|row| row.info.id == info.id) {
            rows.insert(
                0,
                KeyRow {
                    info: info.clone(),
                    held: true,
                },
            );
        }
        model.relay.keys.arrive(rows, at);
        settle(model);
        let height = areas(model).list_height();
        model.keys.list.go_to(&info.id, height);
    }
    model.overlays.push(Overlay::Secret(Box::new(new)));
}

/// Keys are gone.
pub fn deleted(model: &mut Model, here: bool, ids: &[i64], fault: Option<Fault>) {
    if here {
        forget(model, ids);
    }
    match (fault, ids.len()) {
        (Some(fault), done) => {
            let told = Fault {
                message: say!("key-deleted-some", message = fault.message, done = done),
                ..fault
            };
            model.complain(&told);
        }
        (None, done) => model.say(Tone::Good, say!("keys-deleted", done = #done)),
    }
}

fn forget(model: &mut Model, ids: &[i64]) {
    if let Some(timed) = model.relay.keys.timed() {
        let (mut rows, at) = (timed.value.clone(), timed.at);
        rows.retain(|row| !ids.contains(&row.info.id));
        model.relay.keys.arrive(rows, at);
    }
    model
        .overlays
        .retain(|overlay| !matches!(overlay, Overlay::KeyDetail { id, .. } if ids.contains(id)));
    if model.chat.key.is_some_and(|id| ids.contains(&id)) {
        model.chat.key = None;
    }
    settle(model);
}

/// Changes the rows that are known, as they will come with the next list.
fn change(model: &mut Model, each: impl Fn(&mut KeyRow)) {
    if let Some(timed) = model.relay.keys.timed() {
        let (mut rows, at) = (timed.value.clone(), timed.at);
        rows.iter_mut().for_each(each);
        model.relay.keys.arrive(rows, at);
        settle(model);
    }
}

fn switched(model: &mut Model, ids: &[i64], on: bool) {
    let status = if on {
        KeyStatus::Enabled
    } else {
        KeyStatus::Disabled
    };
    change(model, |row| {
        if ids.contains(&row.info.id) {
            row.info.status = status;
        }
    });
    model.keys.marked.retain(|id| !ids.contains(id));
}

fn say_switched(model: &mut Model, done: usize, on: bool, fault: Option<Fault>) {
    let enabled = if on { "yes" } else { "no" };
    match (fault, done) {
        (Some(fault), 0) => model.complain(&fault),
        (Some(fault), done) => {
            let message = fault.message;
            let message = say!(
                "keys-switched-some",
                message = message,
                done = done,
                enabled = enabled
            );
            model.complain(&Fault { message, ..fault });
        }
        (None, done) => {
            let text = say!("keys-switched", done = #done, enabled = enabled);
            model.say(Tone::Good, text);
        }
    }
}

/// The form that asked waits no more, and over it stands the question.
fn in_git(model: &mut Model, ask: AskId, file: String, tree: String) {
    if refused(model, ask, None) {
        let question = Question::IntoGit { file, tree };
        model.overlays.push(Overlay::Confirm(question));
    }
}
