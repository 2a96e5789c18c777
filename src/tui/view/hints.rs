//! The bottom row: what can be pressed here, from the table of keys, and messages that pass.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use crate::tui::draw::{clean, put, put_all, put_both};
use crate::tui::keymap::{Action, Context, Hint};
use crate::tui::layout::Layout;
use crate::tui::model::{Flash, Model, Tone};
use crate::tui::overlay::Overlay;
use crate::tui::tabs::chat::state::Scroll;
use crate::tui::text::{Wrap, wrap_text};
use crate::tui::theme::{Role, Sign};
use crate::tui::update::input::contexts;

/// A message may take so many rows of the body.
const FLASH_ROWS: usize = 3;

/// Draws the row, or the message that stands in its place.
pub fn draw(model: &Model, layout: &Layout, buffer: &mut Buffer) {
    let hints = line(model, usize::from(layout.hints.width));
    let Some(flash) = &model.flash else {
        put(buffer, layout.hints, &hints);
        return;
    };
    let words = flash_line(model, flash);
    if hints.width() + words.width() + 2 <= usize::from(layout.hints.width) {
        put_both(buffer, layout.hints, &hints, &words);
        return;
    }
    let rows = flash_rows(model, flash, usize::from(layout.hints.width));
    let height = u16::try_from(rows.len()).unwrap_or(1);
    let area = Rect {
        y: (layout.hints.y + 1).saturating_sub(height),
        height,
        ..layout.hints
    };
    Clear.render(area, buffer);
    put_all(buffer, area, &rows);
}

fn flash_role(flash: &Flash) -> Role {
    match flash.tone {
        Tone::Info => Role::Flash,
        Tone::Good => Role::Good,
        Tone::Bad => Role::Bad,
    }
}

fn flash_text(model: &Model, flash: &Flash) -> String {
    let theme = &model.settings.theme;
    let sign = match flash.tone {
        Tone::Info => String::new(),
        Tone::Good => format!("{} ", theme.glyph(Sign::Check)),
        Tone::Bad => format!("{} ", theme.glyph(Sign::Cross)),
    };
    let advice = match &flash.advice {
        Some(advice) => format!(" {} {}", theme.glyph(Sign::Arrow), clean(advice)),
        None => String::new(),
    };
    format!("{sign}{}{advice}", clean(&flash.text))
}

fn flash_line(model: &Model, flash: &Flash) -> Line<'static> {
    let style = model.settings.theme.style(flash_role(flash));
    Line::styled(format!("{} ", flash_text(model, flash)), style)
}

fn flash_rows(model: &Model, flash: &Flash, width: usize) -> Vec<Line<'static>> {
    let style = model.settings.theme.style(flash_role(flash));
    let text = flash_text(model, flash);
    let mut rows = wrap_text(&text, width.saturating_sub(2), Wrap::Words, style);
    rows.truncate(FLASH_ROWS);
    for row in &mut rows {
        row.spans.insert(0, Span::raw(" "));
    }
    rows
}

/// As many hints as fit.
fn line(model: &Model, width: usize) -> Line<'static> {
    let theme = &model.settings.theme;
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for hint in model.settings.keymap.hints(contexts(model)) {
        let Some(label) = label(model, &hint) else {
            continue;
        };
        let takes = crate::tui::text::width(&hint.keys) + crate::tui::text::width(&label) + 3;
        if used + takes > width {
            break;
        }
        used += takes;
        let role = if hint.dangerous {
            Role::Dangerous
        } else {
            Role::Key
        };
        spans.push(Span::styled(hint.keys, theme.style(role)));
        spans.push(Span::styled(
            format!(" {label}  "),
            theme.style(Role::KeyLabel),
        ));
    }
    Line::from(spans)
}

/// What a hint says here; `None` where the key would do nothing now.
fn label(model: &Model, hint: &Hint) -> Option<String> {
    let chat = &model.chat;
    let place = contexts(model);
    let in_chat = matches!(place, [Context::ChatInput | Context::Chat]);
    let detail = matches!(
        model.overlays.last(),
        Some(Overlay::KeyDetail { .. } | Overlay::ModelDetail { .. })
    );
    match hint.action {
        Action::Back if in_chat && chat.streaming.is_none() => Some("read".into()),
        Action::Follow if in_chat && chat.scroll == Scroll::Follow => None,
        // Elsewhere the digits beside the tabs say it.
        Action::NextTab if !matches!(place, [Context::ChatInput]) => None,
        Action::Copy if in_chat && chat.turns.iter().all(|turn| turn.turn.reply.is_empty()) => None,
        Action::Retry if !chat.turns.last().is_some_and(|last| last.failed()) => None,
        Action::Retry if chat.streaming.is_some() => None,
        Action::Open | Action::Filter | Action::Mark if detail => None,
        Action::Delete | Action::Mark | Action::NewKey if !model.relay.manages() => None,
        _ => Some(hint.label.clone()),
    }
}
