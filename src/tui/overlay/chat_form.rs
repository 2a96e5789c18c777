//! The forms of the chat: a session's name, writing it to a file, and the settings of the one in use.

use std::path::PathBuf;

use super::form::{Choice, Control, Form};
use crate::domain::{ChatSettings, Effort, Protocol};
use crate::engine::door::{ExportFormat, export_name};
use crate::locale::say;
use crate::tui::edit::Editor;
use crate::tui::tabs::chat::sessions::Submitted;

/// The fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatField {
    /// A session's name.
    Name,
    /// The form of a file.
    Format,
    /// The file.
    Path,
    /// The system prompt.
    System,
    /// The temperature.
    Temperature,
    /// The limit of tokens.
    MaxTokens,
    /// How hard the model is to think.
    Effort,
    /// The dialect.
    Protocol,
    /// The button.
    Submit,
}

/// What a form is for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Purpose {
    Rename(i64),
    Export { id: i64, title: String },
    Settings,
}

/// A form of the chat.
#[derive(Clone, Debug)]
pub struct ChatForm {
    /// Its fields.
    pub form: Form<ChatField>,
    purpose: Purpose,
}

impl ChatForm {
    /// The form that renames a session.
    pub fn rename(id: i64, name: &str) -> Self {
        let form = Form::new(say!("form-rename-title"))
            .with(
                ChatField::Name,
                say!("field-name"),
                Control::Line(Editor::with(name)),
                say!("form-rename-hint"),
            )
            .with(
                ChatField::Submit,
                say!("form-rename-button"),
                Control::Submit,
                "",
            );
        ChatForm {
            form,
            purpose: Purpose::Rename(id),
        }
    }

    /// The form that writes a session to a file.
    pub fn export(id: i64, title: &str) -> Self {
        let path = export_name(title, ExportFormat::Markdown);
        let form = Form::new(say!("form-export-title"))
            .with(
                ChatField::Format,
                say!("field-form"),
                Control::Choice(Choice::of(["Markdown", "JSON"])),
                say!("form-export-form-hint"),
            )
            .with(
                ChatField::Path,
                say!("field-file"),
                Control::Line(Editor::with(&path)),
                say!("form-export-file-hint"),
            )
            .with(
                ChatField::Submit,
                say!("form-export-button"),
                Control::Submit,
                "",
            );
        ChatForm {
            form,
            purpose: Purpose::Export {
                id,
                title: title.to_owned(),
            },
        }
    }

    /// The settings of the session in use.
    pub fn settings(system: &str, settings: ChatSettings) -> Self {
        let number =
            |value: Option<String>| Control::Line(Editor::with(&value.unwrap_or_default()));
        let words = std::iter::once(say!("choice-models-own")).chain(Effort::ALL.map(Effort::word));
        let mut effort = Choice::of(words);
        effort.at = settings
            .effort
            .and_then(|chosen| Effort::ALL.iter().position(|known| *known == chosen))
            .map_or(0, |at| at + 1);
        let mut protocol = Choice::of(Protocol::ALL.map(Protocol::word));
        let chosen = Protocol::ALL
            .iter()
            .position(|known| *known == settings.protocol);
        protocol.at = chosen.unwrap_or(0);
        let mut text = Editor::lines();
        text.insert(system);
        let form = Form::new(say!("form-settings-title"))
            .with(
                ChatField::System,
                say!("field-system"),
                Control::Text(text),
                say!("form-settings-system-hint"),
            )
            .with(
                ChatField::Temperature,
                say!("field-temperature"),
                number(settings.temperature.map(|value| value.to_string())),
                say!("form-settings-temperature-hint"),
            )
            .with(
                ChatField::MaxTokens,
                say!("field-max-tokens"),
                number(settings.max_tokens.map(|count| count.to_string())),
                say!("form-settings-max-tokens-hint"),
            )
            .with(
                ChatField::Effort,
                say!("field-thinking"),
                Control::Choice(effort),
                say!("form-settings-thinking-hint"),
            )
            .with(
                ChatField::Protocol,
                say!("field-protocol"),
                Control::Choice(protocol),
                say!("form-settings-protocol-hint"),
            )
            .with(
                ChatField::Submit,
                say!("form-settings-button"),
                Control::Submit,
                "",
            );
        ChatForm {
            form,
            purpose: Purpose::Settings,
        }
    }

    /// Brings the file's name in line with the form that is chosen, as long as it was not given by hand.
    pub fn refresh(&mut self) {
        if let Purpose::Export { title, .. } = &self.purpose {
            let (old, new) = match self.format() {
                ExportFormat::Markdown => (ExportFormat::Json, ExportFormat::Markdown),
                ExportFormat::Json => (ExportFormat::Markdown, ExportFormat::Json),
            };
            if self.form.text(ChatField::Path) == export_name(title, old)
                && let Some(field) = self.form.field_mut(ChatField::Path)
            {
                field.control = Control::Line(Editor::with(&export_name(title, new)));
            }
        }
    }

    fn format(&self) -> ExportFormat {
        match self.form.chosen(ChatField::Format) {
            0 => ExportFormat::Markdown,
            _ => ExportFormat::Json,
        }
    }

    /// What is asked for. `None` when something is wrong; the errors then stand beside the fields.
    pub fn submitted(&mut self) -> Option<Submitted> {
        let asked = match &self.purpose {
            Purpose::Rename(id) => {
                let name = self.form.text(ChatField::Name).trim().to_owned();
                Submitted::Rename(*id, name)
            }
            Purpose::Export { id, .. } => {
                let id = *id;
                let path = self.form.text(ChatField::Path).trim().to_owned();
                let wrong = match path.as_str() {
                    "" => Some(say!("form-export-no-file").to_owned()),
                    path if path.ends_with('/') => Some(say!("form-export-folder", path = path)),
                    _ => None,
                };
                self.form.set_error(ChatField::Path, wrong);
                Submitted::Export(id, self.format(), PathBuf::from(path))
            }
            Purpose::Settings => {
                let settings = ChatSettings {
                    temperature: self.read(ChatField::Temperature, ChatSettings::parse_temperature),
                    max_tokens: self.read(ChatField::MaxTokens, ChatSettings::parse_max_tokens),
                    effort: self
                        .form
                        .chosen(ChatField::Effort)
                        .checked_sub(1)
                        .and_then(|at| Effort::ALL.get(at).copied()),
                    protocol: Protocol::ALL
                        .get(self.form.chosen(ChatField::Protocol))
                        .copied()
                        .unwrap_or_default(),
                };
                let system = self.form.text(ChatField::System).trim_end().to_owned();
                Submitted::Settings(system, settings)
            }
        };
        (!self.form.stop_at_error()).then_some(asked)
    }

    /// The value of a field that may be empty.
    fn read<T>(&mut self, field: ChatField, parse: fn(&str) -> Result<T, String>) -> Option<T> {
        let text = self.form.text(field);
        let read = match text.trim() {
            "" => Ok(None),
            text => parse(text).map(Some),
        };
        self.form.set_error(field, read.as_ref().err().cloned());
        read.ok().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_s_ending_follows_its_form_until_it_is_given_by_hand() {
        let mut form = ChatForm::export(1, "Explain SSE");
        form.form.focus_on(ChatField::Format);
        let right = crossterm::event::KeyEvent::from(crossterm::event::KeyCode::Right);
        form.form.input(right);
        form.refresh();
        assert_eq!(form.form.text(ChatField::Path), "explain-sse.json");
        form.form.focus_on(ChatField::Path);
        form.form.paste("x");
        form.form.focus_on(ChatField::Format);
        form.form.input(right);
        form.refresh();
        assert_eq!(form.form.text(ChatField::Path), "explain-sse.jsonx");
    }

    #[test]
    fn settings_are_read_back_as_they_were_given_and_wrong_ones_say_so() {
        let settings = ChatSettings {
            max_tokens: Some(512),
            temperature: Some(0.25),
            effort: Some(Effort::High),
            protocol: Protocol::Messages,
        };
        let mut form = ChatForm::settings("Be brief.\nBe kind.", settings);
        let Some(Submitted::Settings(system, read)) = form.submitted() else {
            panic!("nothing was wrong");
        };
        assert_eq!((system.as_str(), read), ("Be brief.\nBe kind.", settings));
        form.form.focus_on(ChatField::Temperature);
        form.form.paste("x");
        assert!(form.submitted().is_none());
        let field = form.form.field(ChatField::Temperature).unwrap();
        assert!(field.error.as_ref().unwrap().contains("from 0 to 2"));
    }
}
