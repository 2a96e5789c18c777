//! Keys in the forms: what they mean in any of them, and what each form does when it is sent.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::form::{Enter, Filling, Form};
use super::key_form::KeyField;
use super::picker::{Pick, PickerKind};
use super::{Overlay, Question};
use crate::engine::door::{Command, KeyAsk};
use crate::tui::effect::Effects;
use crate::tui::keymap::Action;
use crate::tui::model::Model;
use crate::tui::update::input::open_picker;

/// What a key means in any form.
pub enum InForm {
    /// The form is to be sent.
    Submit,
    /// Enter was pressed on a choice.
    Choose,
    /// What goes into the field is to be chosen from a list.
    List,
    /// A field changed.
    Changed,
    /// The form is left.
    Leave,
    /// Nothing that the form's owner has to know.
    Nothing,
}

/// What a key means in this form.
pub fn in_form<N: Copy + PartialEq>(
    form: &mut Form<N>,
    key: KeyEvent,
    action: Option<Action>,
) -> InForm {
    form.begin();
    let arrow = |code| KeyEvent::new(code, KeyModifiers::NONE);
    let changed = match action {
        Some(Action::Back | Action::Quit) => return InForm::Leave,
        Some(Action::NextField) => {
            form.step(true);
            false
        }
        Some(Action::PreviousField) => {
            form.step(false);
            false
        }
        Some(Action::Accept) => match form.enter() {
            Enter::Submit => return InForm::Submit,
            Enter::Choose | Enter::List => return InForm::Choose,
            Enter::Nothing => false,
            Enter::Next => {
                form.step(true);
                false
            }
        },
        Some(Action::ListChoices) => return InForm::List,
        Some(Action::Newline) => form.newline(),
        Some(Action::NextChoice) => form.on_choice() && form.input(arrow(KeyCode::Right)),
        Some(Action::PreviousChoice) => form.on_choice() && form.input(arrow(KeyCode::Left)),
        Some(_) => false,
        None => form.input(key),
    };
    if changed {
        InForm::Changed
    } else {
        InForm::Nothing
    }
}

/// The same in a form whose choices have no list of their own: Enter on one keeps it and goes on.
pub fn in_plain_form<N: Copy + PartialEq>(
    form: &mut Form<N>,
    key: KeyEvent,
    action: Option<Action>,
) -> InForm {
    match in_form(form, key, action) {
        InForm::Choose => {
            form.step(true);
            InForm::Nothing
        }
        InForm::List => InForm::Nothing,
        other => other,
    }
}

/// A form is left; one that is half filled in asks once.
pub fn leave(model: &mut Model) {
    let over = model.overlays.last().and_then(Overlay::filling);
    if over.is_some_and(Filling::is_half_filled) {
        model.overlays.push(Overlay::Confirm(Question::LeaveForm));
    } else {
        model.overlays.pop();
    }
}

/// A key was pressed in the form of a key.
pub fn key_form(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let Some(Overlay::NewKey(form)) = model.overlays.last_mut() else {
        return;
    };
    match in_form(&mut form.form, key, action) {
        InForm::Leave => leave(model),
        InForm::Changed => form.refresh(&model.relay),
        InForm::Choose | InForm::List => {
            let chosen = form.form.focus();
            let chosen_group = Pick::Group(form.group().to_owned());
            let listed = form.models();
            match chosen {
                Some(KeyField::Group) if model.relay.groups.value().is_some() => {
                    open_picker(model, PickerKind::Group, Some(&chosen_group));
                }
                Some(KeyField::Models) if model.relay.models.value().is_some() => {
                    open_picker(model, PickerKind::Limits, None);
                    if let Some(Overlay::Picker(picker)) = model.overlays.last_mut() {
                        picker.marked = listed.into_iter().map(Pick::Model).collect();
                    }
                }
                _ => step_form(model),
            }
        }
        InForm::Submit => {
            let zone = model.settings.zone.clone();
            let draft = form.draft(&model.relay, model.now.wall, &zone);
            let Some(draft) = draft else { return };
            let editing = form
                .editing
                .as_ref()
                .map(|was| (was.id, form.keeps_quota()));
            let ask = model.ask_id();
            if let Some(Overlay::NewKey(form)) = model.overlays.last_mut() {
                form.form.asked = Some(ask);
                form.form.fault = None;
            }
            fx.engine(match editing {
                None => Command::CreateKey { ask, draft },
                Some((id, keep_quota)) => Command::Keys {
                    ask,
                    what: KeyAsk::Edit {
                        id,
                        draft,
                        keep_quota,
                    },
                },
            });
        }
        InForm::Nothing => {}
    }
}

/// On a choice that has no list of its own, Enter goes on.
fn step_form(model: &mut Model) {
    if let Some(Overlay::NewKey(form)) = model.overlays.last_mut()
        && form.form.on_choice()
    {
        form.form.step(true);
    }
}

/// A key was pressed in the form that writes a key into a `.env`.
pub fn env_form(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let Some(Overlay::WriteEnv(form)) = model.overlays.last_mut() else {
        return;
    };
    match in_plain_form(&mut form.form, key, action) {
        InForm::Leave => leave(model),
        InForm::Changed => form.refresh(),
        InForm::Submit => submit_env(model, false, fx),
        InForm::Choose | InForm::List | InForm::Nothing => {}
    }
}

/// Sends what the form of a `.env` asks; into a git work tree only where that was answered with yes.
pub fn submit_env(model: &mut Model, into_git: bool, fx: &mut Effects) {
    let ask = model.ask_id();
    if let Some(Overlay::WriteEnv(form)) = model.overlays.last_mut()
        && let Some(what) = form.asked(into_git)
    {
        form.form.asked = Some(ask);
        form.form.fault = None;
        fx.engine(Command::Keys { ask, what });
    }
}

/// A key was pressed in the form that adds a relay.
pub fn relay_form(model: &mut Model, key: KeyEvent, action: Option<Action>, fx: &mut Effects) {
    let Some(Overlay::AddRelay(form)) = model.overlays.last_mut() else {
        return;
    };
    match in_plain_form(&mut form.form, key, action) {
        InForm::Leave => leave(model),
        InForm::Changed => form.refresh(&model.profiles),
        InForm::Submit => {
            let Some(new) = form.relay(&model.profiles) else {
                return;
            };
            let ask = model.ask_id();
            if let Some(Overlay::AddRelay(form)) = model.overlays.last_mut() {
                form.form.asked = Some(ask);
                form.form.fault = None;
            }
            fx.engine(Command::AddProfile {
                ask,
                name: new.name,
                address: new.address,
                credential: new.credential,
            });
        }
        InForm::Choose | InForm::List | InForm::Nothing => {}
    }
}
