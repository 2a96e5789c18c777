//! A form: fields one below the other, each with its own hint, warning and error, and one button at the end.
//!
//! It knows nothing of what it is for; the forms that use it check their fields and say which of them are visible.

use crossterm::event::{KeyCode, KeyEvent};

use crate::domain::Fault;
use crate::engine::door::AskId;
use crate::locale::say;
use crate::tui::advice::here;
use crate::tui::edit::Editor;

/// A choice between a few words.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The words.
    pub options: Vec<String>,
    /// The one that is chosen, by position.
    pub at: usize,
}

impl Choice {
    /// A choice of these words, the first one chosen.
    pub fn of(options: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Choice {
            options: options.into_iter().map(Into::into).collect(),
            at: 0,
        }
    }

    /// The chosen word.
    pub fn word(&self) -> &str {
        self.options.get(self.at).map_or("", String::as_str)
    }

    fn step(&mut self, by: isize) -> bool {
        let count = self.options.len();
        if count < 2 {
            return false;
        }
        let by = by.rem_euclid(count as isize).unsigned_abs();
        self.at = (self.at + by) % count;
        true
    }
}

/// What Enter does in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enter {
    /// Nothing: the answer to what was sent is awaited.
    Nothing,
    /// It goes to the next field.
    Next,
    /// It opens the list to choose from.
    List,
    /// It keeps what is chosen, and goes on.
    Choose,
    /// It sends the form.
    Submit,
}

/// What a field is filled in with.
#[derive(Clone, Debug)]
pub enum Control {
    /// A line of text.
    Line(Editor),
    /// A text of any number of lines.
    Text(Editor),
    /// A line of text that is only shown masked.
    Secret(Editor),
    /// A line of text of which nothing is shown but how long it is.
    Password(Editor),
    /// One of a few words.
    Choice(Choice),
    /// The button that submits.
    Submit,
}

impl Control {
    /// The text; of a choice, the chosen word.
    fn text(&self) -> String {
        match self {
            Control::Line(editor)
            | Control::Text(editor)
            | Control::Secret(editor)
            | Control::Password(editor) => editor.text(),
            Control::Choice(choice) => choice.word().to_owned(),
            Control::Submit => String::new(),
        }
    }
}

/// What any form can be asked, whatever its fields are.
pub trait Filling {
    /// What Enter does now.
    fn enter(&self) -> Enter;
    /// Whether leaving it would lose something.
    fn is_half_filled(&self) -> bool;
    /// Whether there is a field below the focus, or above it.
    fn steps(&self, forward: bool) -> bool;
}

impl<N: Copy + PartialEq> Filling for Form<N> {
    fn enter(&self) -> Enter {
        Form::enter(self)
    }

    fn is_half_filled(&self) -> bool {
        Form::is_half_filled(self)
    }

    fn steps(&self, forward: bool) -> bool {
        self.neighbour(forward).is_some()
    }
}

/// One field.
#[derive(Clone, Debug)]
pub struct Field<N> {
    /// Which it is.
    pub name: N,
    /// The word before it.
    pub label: &'static str,
    /// What it is filled in with.
    pub control: Control,
    /// What belongs in it.
    pub hint: String,
    /// Whether the hint is shown even where the focus is elsewhere.
    pub hint_stays: bool,
    /// What one should think about; does not stop anything.
    pub warnings: Vec<String>,
    /// What is wrong with it.
    pub error: Option<String>,
    /// Whether it applies at all, as the other fields stand.
    pub visible: bool,
}

/// A form of fields that are told apart by `N`.
#[derive(Clone, Debug)]
pub struct Form<N> {
    /// What it is for.
    pub title: String,
    /// The fields, from top to bottom; the last is the button.
    pub fields: Vec<Field<N>>,
    focus: usize,
    /// What was filled in before the first key.
    begun: Option<Vec<String>>,
    /// What was filled in when it was told that this may be wrong.
    doubted: Option<Vec<String>>,
    /// The question to the engine whose answer is awaited.
    pub asked: Option<AskId>,
    /// What the engine answered, if it was trouble.
    pub fault: Option<Fault>,
}

impl<N: Copy + PartialEq> Form<N> {
    /// A form without fields.
    pub fn new(title: impl Into<String>) -> Self {
        Form {
            title: title.into(),
            fields: Vec::new(),
            focus: 0,
            begun: None,
            doubted: None,
            asked: None,
            fault: None,
        }
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, name: N, label: &'static str, control: Control, hint: &str) -> Self {
        self.fields.push(Field {
            name,
            label,
            control,
            hint: hint.to_owned(),
            hint_stays: false,
            warnings: Vec::new(),
            error: None,
            visible: true,
        });
        self
    }

    /// The field that has the focus.
    pub fn focus(&self) -> Option<N> {
        self.fields.get(self.focus).map(|field| field.name)
    }

    /// Gives a field the focus.
    pub fn focus_on(&mut self, name: N) {
        if let Some(at) = self.fields.iter().position(|field| field.name == name) {
            self.focus = at;
        }
    }

    /// Moves the focus to the next visible field, or the one before; it stops at the ends.
    pub fn step(&mut self, forward: bool) {
        self.focus = self.neighbour(forward).unwrap_or(self.focus);
    }

    /// The next visible field, or the one before, by position.
    fn neighbour(&self, forward: bool) -> Option<usize> {
        let visible = |at: &usize| self.fields.get(*at).is_some_and(|field| field.visible);
        match forward {
            true => (self.focus + 1..self.fields.len()).find(visible),
            false => (0..self.focus).rev().find(visible),
        }
    }

    /// A field by name.
    pub fn field(&self, name: N) -> Option<&Field<N>> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// A field by name, to be changed.
    pub fn field_mut(&mut self, name: N) -> Option<&mut Field<N>> {
        self.fields.iter_mut().find(|field| field.name == name)
    }

    /// The text of a field; of a choice, the chosen word.
    pub fn text(&self, name: N) -> String {
        let field = self.field(name);
        field.map(|field| field.control.text()).unwrap_or_default()
    }

    fn texts(&self) -> Vec<String> {
        let texts = self.fields.iter().map(|field| field.control.text());
        texts.collect()
    }

    /// Remembers what is filled in, at the first key that the form hears.
    pub fn begin(&mut self) {
        if self.begun.is_none() {
            self.begun = Some(self.texts());
        }
    }

    /// Whether something was filled in that would be lost, and takes more than one line to fill in again.
    pub fn is_half_filled(&self) -> bool {
        let changed = self
            .begun
            .as_ref()
            .is_some_and(|begun| *begun != self.texts());
        let text = |field: &Field<N>| matches!(field.control, Control::Text(_));
        changed && self.asked.is_none() && (self.to_fill() > 1 || self.fields.iter().any(text))
    }

    /// It was told that something may be wrong; sent again as it is, it goes.
    pub fn doubt(&mut self) {
        self.doubted = Some(self.texts());
    }

    /// Whether nothing has changed since it was told that something may be wrong.
    pub fn insists(&self) -> bool {
        let doubted = self.doubted.as_ref();
        doubted.is_some_and(|doubted| *doubted == self.texts())
    }

    /// Fields to be filled in, as the others stand.
    fn to_fill(&self) -> usize {
        let visible = self.fields.iter().filter(|field| field.visible);
        visible
            .filter(|field| !matches!(field.control, Control::Submit))
            .count()
    }

    /// The position of the chosen word.
    pub fn chosen(&self, name: N) -> usize {
        match self.field(name).map(|field| &field.control) {
            Some(Control::Choice(choice)) => choice.at,
            _ => 0,
        }
    }

    /// Puts an error beside a field, or takes it away.
    pub fn set_error(&mut self, name: N, error: Option<String>) {
        if let Some(field) = self.field_mut(name) {
            field.error = error;
        }
    }

    /// Puts trouble that came back beside the field that it is about, which gets the focus.
    pub fn accuse(&mut self, name: N, fault: &Fault) {
        let text = match &*here(&fault.advice) {
            "" => fault.message.clone(),
            advice => say!("told-both", what = fault.message, more = advice),
        };
        self.set_error(name, Some(text));
        self.focus_on(name);
    }

    /// Puts warnings beside a field, in place of those before.
    pub fn set_warnings(&mut self, name: N, warnings: impl IntoIterator<Item = String>) {
        if let Some(field) = self.field_mut(name) {
            field.warnings = warnings.into_iter().collect();
        }
    }

    /// Shows a field or hides it.
    pub fn show(&mut self, name: N, visible: bool) {
        if let Some(field) = self.field_mut(name) {
            field.visible = visible;
        }
    }

    /// Whether the focus is on a choice.
    pub fn on_choice(&self) -> bool {
        matches!(
            self.fields.get(self.focus).map(|field| &field.control),
            Some(Control::Choice(_))
        )
    }

    /// What Enter does now: it sends the form from the button, from a line that is all there is to fill in, and from one
    /// of which was told that it may be wrong.
    pub fn enter(&self) -> Enter {
        let here = self.fields.get(self.focus);
        let told = here.is_some_and(|field| field.error.is_some());
        let sends = self.to_fill() == 1 || (told && self.insists());
        // What a choice is about is always said where there are too many words for one row.
        let stays = here.is_some_and(|field| field.hint_stays);
        match here.map(|field| &field.control) {
            _ if self.asked.is_some() => Enter::Nothing,
            Some(Control::Submit) => Enter::Submit,
            Some(Control::Choice(_)) if stays => Enter::List,
            Some(Control::Choice(_)) => Enter::Choose,
            Some(Control::Line(_) | Control::Secret(_) | Control::Password(_)) if sends => {
                Enter::Submit
            }
            _ => Enter::Next,
        }
    }

    /// Lets a key change the field in focus. Its error goes with the first change.
    pub fn input(&mut self, key: KeyEvent) -> bool {
        if self.asked.is_some() {
            return false;
        }
        let Some(field) = self.fields.get_mut(self.focus) else {
            return false;
        };
        let changed = match &mut field.control {
            Control::Line(editor)
            | Control::Text(editor)
            | Control::Secret(editor)
            | Control::Password(editor) => editor.input(key),
            Control::Choice(choice) => match key.code {
                KeyCode::Left => choice.step(-1),
                KeyCode::Right | KeyCode::Char(' ') => choice.step(1),
                _ => false,
            },
            Control::Submit => false,
        };
        if changed {
            field.error = None;
            self.fault = None;
        }
        changed
    }

    /// Begins a new line in the field in focus, where it takes any.
    pub fn newline(&mut self) -> bool {
        match self
            .fields
            .get_mut(self.focus)
            .map(|field| &mut field.control)
        {
            Some(Control::Text(editor)) if self.asked.is_none() => {
                editor.newline();
                true
            }
            _ => false,
        }
    }

    /// Puts pasted text into the field in focus.
    pub fn paste(&mut self, text: &str) -> bool {
        self.begin();
        if self.asked.is_some() {
            return false;
        }
        let Some(field) = self.fields.get_mut(self.focus) else {
            return false;
        };
        let multiline = !matches!(field.control, Control::Line(_) | Control::Password(_));
        match &mut field.control {
            Control::Line(editor)
            | Control::Text(editor)
            | Control::Secret(editor)
            | Control::Password(editor) => {
                // What is copied whole often ends with a line's end, which belongs to no field of one line.
                let ends = |c| !multiline && matches!(c, '\n' | '\r');
                editor.insert(text.trim_end_matches(ends));
                field.error = None;
                self.fault = None;
                true
            }
            Control::Choice(_) | Control::Submit => false,
        }
    }

    /// Whether any visible field has an error; the first of them gets the focus.
    pub fn stop_at_error(&mut self) -> bool {
        let wrong = self
            .fields
            .iter()
            .position(|field| field.visible && field.error.is_some());
        if let Some(at) = wrong {
            self.focus = at;
        }
        wrong.is_some()
    }
}

#[cfg(test)]
mod tests;
