//! Questions that want yes or no: what each asks, what it names, and what would follow from a yes.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::view::head;
use super::{NamedKey, Question};
use crate::domain::KeyStatus;
use crate::locale::say;
use crate::tui::draw::{below, cell, clean, cut, put_all};
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::text::{Align, width};
use crate::tui::theme::Role;

/// Names of keys that are listed one by one.
const NAMED: usize = 6;
/// Cells for the name of such a key.
const NAME: usize = 34;

impl Question {
    /// Rows it takes: the rule with the question, what it is about, what follows from it.
    pub fn height(&self) -> u16 {
        let keys = self.keys().len();
        let session = usize::from(matches!(self, Question::DeleteSession(..)));
        let about = keys.min(NAMED) + usize::from(keys > NAMED) + session;
        u16::try_from(about).unwrap_or(0) + 3
    }

    /// The keys it names.
    fn keys(&self) -> &[NamedKey] {
        match self {
            Question::DeleteKeys(keys) | Question::SwitchKeys { keys, .. } => keys,
            Question::ReplaceKey(key) => std::slice::from_ref(key),
            Question::IntoGit { .. }
            | Question::LeaveSecret
            | Question::LeaveForm
            | Question::Quit
            | Question::DeleteSession(..)
            | Question::SwitchRelay(_) => &[],
        }
    }

    fn title(&self) -> String {
        match self {
            Question::DeleteKeys(keys) if keys.len() == 1 => say!("ask-delete-key").into(),
            Question::DeleteKeys(keys) => say!("ask-delete-keys", count = keys.len()),
            Question::SwitchKeys { keys, on: true } => say!("ask-enable-keys", count = keys.len()),
            Question::SwitchKeys { keys, .. } => say!("ask-disable-keys", count = keys.len()),
            Question::ReplaceKey(_) => say!("ask-replace-key").into(),
            Question::IntoGit { .. } => say!("ask-into-git").into(),
            Question::LeaveSecret => say!("ask-leave-secret").into(),
            Question::LeaveForm => say!("ask-leave-form").into(),
            Question::Quit => say!("ask-quit").into(),
            Question::SwitchRelay(_) => say!("ask-switch-relay").into(),
            Question::DeleteSession(..) => say!("ask-delete-session").into(),
        }
    }

    fn consequence(&self, model: &Model) -> String {
        match self {
            Question::DeleteKeys(keys) if keys.len() == 1 => say!("ask-delete-key-then").into(),
            Question::DeleteKeys(_) => say!("ask-delete-keys-then").into(),
            Question::SwitchKeys { keys, on: true } => {
                let spent = |key: &NamedKey| {
                    model.relay.key(key.id).is_some_and(|row| {
                        let status = model.relay.status(row, model.now.wall.seconds());
                        matches!(status, KeyStatus::Expired | KeyStatus::Exhausted)
                    })
                };
                match keys.iter().any(spent) {
                    true => say!("ask-enable-keys-spent").into(),
                    false => say!("ask-enable-keys-then").into(),
                }
            }
            Question::SwitchKeys { .. } => say!("ask-disable-keys-then").into(),
            Question::ReplaceKey(_) => say!("ask-replace-key-then").into(),
            Question::IntoGit { file, tree } => {
                say!("ask-into-git-then", file = clean(file), tree = clean(tree))
            }
            Question::LeaveSecret => {
                if model.relay.facts().is_some_and(|facts| facts.reveals_keys) {
                    say!("ask-leave-secret-shown").into()
                } else {
                    say!("ask-leave-secret-never").into()
                }
            }
            Question::LeaveForm => say!("ask-leave-form-then").into(),
            Question::DeleteSession(..) => say!("ask-delete-session-then").into(),
            Question::Quit | Question::SwitchRelay(_) => say!("ask-stop-then").into(),
        }
    }
}

/// Draws a question.
pub fn draw(model: &Model, question: &Question, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    head(model, &question.title(), area, frame);
    let keys = question.keys();
    let mut rows = Vec::new();
    let named = || keys.iter().take(NAMED);
    let names = named().map(|key| width(&clean(&key.name)).min(NAME));
    let names = names.max().unwrap_or(0);
    for key in named() {
        rows.push(Line::from(vec![
            Span::raw("   "),
            Span::styled(
                cell(theme, &key.name, names, Align::Left),
                theme.style(Role::Strong),
            ),
            Span::styled(
                format!("  {}", cut(theme, &key.masked, 30)),
                theme.style(Role::Dim),
            ),
        ]));
    }
    if keys.len() > NAMED {
        let text = say!("ask-more-marked", count = keys.len() - NAMED);
        rows.push(Line::styled(text, theme.style(Role::Warn)));
    }
    if let Question::DeleteSession(_, title) = question {
        let title = cut(theme, title, usize::from(area.width).saturating_sub(6));
        rows.push(Line::styled(
            format!("   {title}"),
            theme.style(Role::Strong),
        ));
    }
    let text = question.consequence(model);
    rows.extend(paragraph(theme, &text, Role::Text, 1, area.width));
    put_all(frame.buffer_mut(), below(area, 1), &rows);
}
