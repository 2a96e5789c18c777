//! A page over a tab: rows to be read and scrolled, something to copy, and perhaps a question below them.

use ratatui::text::{Line, Span};

use super::detail::paragraph;
use crate::engine::door::AskId;
use crate::engine::tools::{Tone, ToolPage};
use crate::locale::say;
use crate::tui::advice::here;
use crate::tui::draw::clean;
use crate::tui::effect::Clip;
use crate::tui::keymap::Context;
use crate::tui::text::{Wrap, wrap_text};
use crate::tui::theme::{Role, Theme};

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// What it is about.
    pub title: String,
    /// Its rows.
    rows: Vec<(Tone, String)>,
    /// What a yes does, where it does something, and what had asked for the page.
    pub question: Option<(AskId, String)>,
    /// What can be copied.
    pub copy: Option<Clip>,
    /// The first visible row.
    pub scroll: usize,
}

impl Page {
    /// A page that the engine made for whatever asked.
    pub fn of(ask: AskId, page: ToolPage) -> Self {
        Page {
            title: page.title,
            // The engine advises whoever asked; here a key may do it.
            rows: page
                .rows
                .into_iter()
                .map(|(tone, text)| (tone, here(&text).into_owned()))
                .collect(),
            question: page.question.map(|question| (ask, question)),
            copy: page.copy.map(Clip::Secret),
            scroll: 0,
        }
    }

    /// A text to be read and copied.
    pub fn code(title: &str, text: String) -> Self {
        Page {
            title: title.to_owned(),
            rows: text
                .lines()
                .map(|line| (Tone::Code, line.to_owned()))
                .collect(),
            question: None,
            copy: Some(Clip::Text(text)),
            scroll: 0,
        }
    }

    /// Where its keys are looked up.
    pub fn contexts(&self) -> &'static [Context] {
        match self.question {
            Some(_) => &[Context::Confirm, Context::Detail],
            None => &[Context::Detail],
        }
    }

    /// Its title, with what a yes does.
    pub fn head(&self) -> String {
        let title = clean(&self.title);
        match &self.question {
            Some((_, question)) => say!("page-question", title = title, question = question),
            None => title.into_owned(),
        }
    }

    /// Its rows at a width.
    pub fn lines(&self, theme: &Theme, cells: u16) -> Vec<Line<'static>> {
        let mut lines = Vec::new();
        for (tone, text) in &self.rows {
            let role = match tone {
                Tone::Text | Tone::Code => Role::Text,
                Tone::Dim => Role::Dim,
                Tone::Good => Role::Good,
                Tone::Bad => Role::Bad,
                Tone::Head => Role::Heading,
            };
            if *tone == Tone::Code {
                let room = usize::from(cells).saturating_sub(2).max(2);
                for mut line in wrap_text(&clean(text), room, Wrap::Anywhere, theme.style(role)) {
                    line.spans.insert(0, Span::raw(" "));
                    lines.push(line);
                }
            } else if text.is_empty() {
                lines.push(Line::default());
            } else {
                lines.extend(paragraph(theme, &clean(text), role, 1, cells));
            }
        }
        lines
    }
}
