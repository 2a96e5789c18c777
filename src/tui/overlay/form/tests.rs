//! What a form does with keys and pastes, whatever it is for.

use super::*;
use crossterm::event::KeyModifiers;

fn form() -> Form<char> {
    Form::new("title")
        .with('a', "name", Control::Line(Editor::line()), "")
        .with('b', "hidden", Control::Line(Editor::line()), "")
        .with('c', "pick", Control::Choice(Choice::of(["x", "y"])), "")
        .with('d', "go", Control::Submit, "")
}

#[test]
fn the_focus_skips_what_does_not_apply_and_stops_at_the_ends() {
    let mut form = form();
    form.show('b', false);
    form.step(true);
    assert_eq!(form.focus(), Some('c'));
    form.step(false);
    form.step(false);
    assert_eq!(form.focus(), Some('a'));
    for _ in 0..9 {
        form.step(true);
    }
    assert_eq!(form.enter(), Enter::Submit);
}

#[test]
fn an_error_goes_with_the_first_change_and_a_choice_goes_round() {
    let mut form = form();
    form.set_error('c', Some("wrong".into()));
    assert!(form.stop_at_error());
    let right = KeyEvent::new(KeyCode::Right, KeyModifiers::NONE);
    assert!(form.input(right) && form.text('c') == "y");
    assert!(form.field('c').unwrap().error.is_none());
    assert!(form.input(right) && form.text('c') == "x");
    assert!(!form.paste("text"), "nothing is pasted into a choice");
}

#[test]
fn only_what_was_changed_and_is_still_there_would_be_lost() {
    let mut form = form();
    form.begin();
    assert!(!form.is_half_filled());
    form.paste("x");
    assert!(form.is_half_filled());
    form.asked = Some(AskId(1));
    assert!(!form.is_half_filled(), "it was sent");
    form.asked = None;
    let back = KeyEvent::new(KeyCode::Backspace, KeyModifiers::NONE);
    assert!(form.input(back) && !form.is_half_filled());
    form.paste("x");
    form.show('b', false);
    form.show('c', false);
    assert!(!form.is_half_filled(), "one line is soon written again");
}

#[test]
fn enter_sends_a_form_of_one_line_at_once() {
    let mut form = form();
    assert_eq!(form.enter(), Enter::Next);
    form.focus_on('c');
    assert_eq!(form.enter(), Enter::Choose);
    form.show('b', false);
    form.show('c', false);
    form.focus_on('a');
    assert_eq!(form.enter(), Enter::Submit);
    form.focus_on('d');
    assert_eq!(form.enter(), Enter::Submit);
    form.asked = Some(AskId(1));
    assert_eq!(form.enter(), Enter::Nothing);
}

#[test]
fn enter_sends_what_was_doubted_from_where_the_doubt_stands_until_something_changes() {
    let mut form = form();
    form.paste("x");
    form.set_error('a', Some("perhaps not".into()));
    assert_eq!((form.insists(), form.enter()), (false, Enter::Next));
    form.doubt();
    assert_eq!((form.insists(), form.enter()), (true, Enter::Submit));
    form.focus_on('b');
    assert_eq!(
        form.enter(),
        Enter::Next,
        "elsewhere it means what it meant"
    );
    form.focus_on('a');
    form.paste("y");
    assert_eq!((form.insists(), form.enter()), (false, Enter::Next));
}

#[test]
fn a_form_that_waits_for_its_answer_does_not_change() {
    let mut form = form();
    form.asked = Some(AskId(1));
    assert!(!form.paste("text") && form.text('a').is_empty());
}
