//! The first run: one screen, three doors (S-01).

use super::effect::Effects;
use super::keymap::Action;
use super::model::{Model, Stage};
use super::overlay::Overlay;
use super::overlay::relay_form::{Door, RelayForm};
use super::update::engine::open_local;

use crate::locale::{Word, say};

/// The doors: title, and what lies behind.
pub const DOORS: [(Word, Word); 3] = [
    (
        Word("first-run-inside-title"),
        Word("first-run-inside-about"),
    ),
    (Word("first-run-key-title"), Word("first-run-key-about")),
    (Word("first-run-login-title"), Word("first-run-login-about")),
];

/// An action on the screen of doors, with the cursor at `at`.
pub fn update(model: &mut Model, at: usize, action: Option<Action>, fx: &mut Effects) {
    let last = DOORS.len() - 1;
    match action {
        Some(Action::Down) => model.stage = Stage::FirstRun((at + 1).min(last)),
        Some(Action::Up) => model.stage = Stage::FirstRun(at.saturating_sub(1)),
        Some(Action::Open) => go_in(model, at, fx),
        Some(Action::FirstDoor) => go_in(model, 0, fx),
        Some(Action::SecondDoor) => go_in(model, 1, fx),
        Some(Action::ThirdDoor) => go_in(model, 2, fx),
        _ => {}
    }
}

fn go_in(model: &mut Model, door: usize, fx: &mut Effects) {
    model.stage = Stage::FirstRun(door);
    match door {
        0 => {
            // So that the first thing seen is an answer, in the reader's own language.
            model.greeting = Some(say!("first-run-question"));
            open_local(model, fx);
        }
        1 => add_relay(model, Door::Key),
        _ => add_relay(model, Door::Account),
    }
}

/// Opens the form that adds a relay.
pub fn add_relay(model: &mut Model, door: Door) {
    let form = RelayForm::new(door);
    model.overlays.push(Overlay::AddRelay(Box::new(form)));
}
