//! Questions that want yes or no: what each asks, what it names, and what would follow from a yes.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::view::head;
use super::{NamedKey, Question};
use crate::tui::draw::{below, clean, cut, put_all};
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::theme::Role;

/// Names of keys that are listed one by one.
const NAMED: usize = 6;

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
            | Question::Quit
            | Question::DeleteSession(..)
            | Question::SwitchRelay(_) => &[],
        }
    }

    fn title(&self) -> String {
        match self {
            Question::DeleteKeys(keys) if keys.len() == 1 => "Delete this key?".into(),
            Question::DeleteKeys(keys) => format!("Delete these {} keys?", keys.len()),
            Question::SwitchKeys { keys, on: true } => format!("Enable these {} keys?", keys.len()),
            Question::SwitchKeys { keys, .. } => format!("Disable these {} keys?", keys.len()),
            Question::ReplaceKey(_) => "Replace this key?".into(),
            Question::IntoGit { .. } => "Write a key into a git work tree?".into(),
            Question::LeaveSecret => "Close without having copied the key?".into(),
            Question::Quit => "Quit while an answer is coming?".into(),
            Question::SwitchRelay(_) => "Open another relay while an answer is coming?".into(),
            Question::DeleteSession(..) => "Delete this session?".into(),
        }
    }

    fn consequence(&self, model: &Model) -> String {
        match self {
            Question::DeleteKeys(keys) if keys.len() == 1 => {
                "It stops working at once, everywhere it is used. This cannot be taken back.".into()
            }
            Question::DeleteKeys(_) => {
                "They stop working at once, everywhere they are used. This cannot be taken back."
                    .into()
            }
            Question::SwitchKeys { on: true, .. } => "They can be used again at once.".into(),
            Question::SwitchKeys { .. } => {
                "They stop working at once, everywhere they are used; x enables them again.".into()
            }
            Question::ReplaceKey(_) => {
                "A key with the same settings is made and shown once; this one is disabled at once, everywhere it is used."
                    .into()
            }
            Question::IntoGit { file, tree } => format!(
                "{} lies in {}. Unless git ignores it, the key is committed with the rest.",
                clean(file),
                clean(tree)
            ),
            Question::LeaveSecret => {
                if model.relay.facts().is_some_and(|facts| facts.reveals_keys) {
                    "It is stored, and the relay shows it again.".into()
                } else {
                    "It is stored and works from here, but the relay never shows it again.".into()
                }
            }
            Question::DeleteSession(..) => {
                "What was said in it is gone for good. What it cost stays in the ledger.".into()
            }
            Question::Quit | Question::SwitchRelay(_) => {
                "The answer is stopped; what has come is kept and billed.".into()
            }
        }
    }
}

/// Draws a question.
pub fn draw(model: &Model, question: &Question, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    head(model, &question.title(), area, frame);
    let keys = question.keys();
    let mut rows = Vec::new();
    for key in keys.iter().take(NAMED) {
        rows.push(Line::from(vec![
            Span::raw("   "),
            Span::styled(cut(theme, &key.name, 34), theme.style(Role::Strong)),
            Span::styled(
                format!("  {}", cut(theme, &key.masked, 30)),
                theme.style(Role::Dim),
            ),
        ]));
    }
    if keys.len() > NAMED {
        let text = format!("   and {} more that are marked", keys.len() - NAMED);
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
