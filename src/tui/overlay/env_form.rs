//! The form that writes a key into a `.env` (S-18): which file, and for which programs.

use super::form::{Choice, Control, Form};
use crate::domain::env_file::{EnvFor, check_variable};
use crate::engine::door::KeyAsk;
use crate::locale::say;
use crate::tui::edit::Editor;

/// The fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvField {
    /// The file.
    File,
    /// The programs it is for.
    For,
    /// The variable, where only the key is written.
    Variable,
    /// The button.
    Write,
}

const ONE_VARIABLE: usize = 2;

/// The form.
#[derive(Clone, Debug)]
pub struct EnvForm {
    /// Its fields.
    pub form: Form<EnvField>,
    /// The number of the key.
    pub id: i64,
}

impl EnvForm {
    /// A form for this key.
    pub fn new(id: i64, name: &str) -> Self {
        let form = Form::new(say!("form-env-title", name = name))
            .with(
                EnvField::File,
                say!("field-file"),
                Control::Line(Editor::with(".env")),
                say!("form-env-file-hint"),
            )
            .with(
                EnvField::For,
                say!("field-for"),
                Control::Choice(Choice::of([
                    say!("form-env-openai"),
                    say!("form-env-anthropic"),
                    say!("form-env-alone"),
                ])),
                "",
            )
            .with(
                EnvField::Variable,
                say!("field-variable"),
                Control::Line(Editor::with("OPENAI_API_KEY")),
                say!("form-env-variable-hint"),
            )
            .with(
                EnvField::Write,
                say!("form-env-button"),
                Control::Submit,
                "",
            );
        let mut this = EnvForm { form, id };
        this.refresh();
        this
    }

    /// Brings hints and the visible fields in line with what is filled in.
    pub fn refresh(&mut self) {
        let one = self.form.chosen(EnvField::For) == ONE_VARIABLE;
        self.form.show(EnvField::Variable, one);
        let hint = match self.kind() {
            Ok(kind) => say!(
                "form-env-writes",
                variables = kind.variables().join(say!("form-env-and"))
            ),
            Err(_) => say!("form-env-writes-one").into(),
        };
        if let Some(field) = self.form.field_mut(EnvField::For) {
            field.hint = hint;
        }
    }

    fn kind(&self) -> Result<EnvFor, String> {
        match self.form.chosen(EnvField::For) {
            0 => Ok(EnvFor::OpenAi),
            1 => Ok(EnvFor::Anthropic),
            _ => {
                let name = self.form.text(EnvField::Variable).trim().to_owned();
                check_variable(&name).map(|()| EnvFor::Only(name))
            }
        }
    }

    /// Checks every field. `None` when something is wrong; the errors then stand beside the fields.
    pub fn asked(&mut self, into_git: bool) -> Option<KeyAsk> {
        let file = self.form.text(EnvField::File).trim().to_owned();
        let missing = file.is_empty().then(|| say!("form-env-which-file").into());
        self.form.set_error(EnvField::File, missing);
        let kind = self.kind();
        self.form
            .set_error(EnvField::Variable, kind.as_ref().err().cloned());
        if self.form.stop_at_error() {
            return None;
        }
        Some(KeyAsk::WriteEnv {
            id: self.id,
            file,
            kind: kind.ok()?,
            into_git,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_18_what_is_missing_stands_beside_its_field() {
        let mut form = EnvForm::new(7, "blog");
        assert!(matches!(
            form.asked(false),
            Some(KeyAsk::WriteEnv {
                id: 7,
                kind: EnvFor::OpenAi,
                ..
            })
        ));
        form.form.focus_on(EnvField::For);
        for _ in 0..2 {
            let right = crossterm::event::KeyCode::Right;
            form.form.input(crossterm::event::KeyEvent::from(right));
        }
        form.refresh();
        form.form.focus_on(EnvField::Variable);
        form.form.paste("-1");
        form.form.focus_on(EnvField::File);
        if let Some(field) = form.form.field_mut(EnvField::File) {
            field.control = Control::Line(Editor::line());
        }
        assert!(form.asked(false).is_none());
        let error = |name| form.form.field(name).unwrap().error.clone().unwrap();
        assert!(error(EnvField::File).contains("which file"));
        assert!(error(EnvField::Variable).contains("cannot name a variable"));
    }
}
