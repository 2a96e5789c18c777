//! How the command line is drawn: the line, and below it the ways to go on.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Overlay;
use super::command::{CommandLine, candidates};
use super::view::head_with;
use crate::locale::say;
use crate::tui::draw::{bar, below, clean, cut, more_below, put, put_all, put_both, row};
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::text::{Align, fit, truncate_start, width};
use crate::tui::theme::{Role, Sign};

/// Cells for the words of a candidate.
const WORDS: usize = 26;

/// Draws the line.
pub fn draw(model: &Model, line: &CommandLine, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let found = candidates(model, line);
    let place = row(area, 1);
    let text = line.input.text();
    let (_, column) = line.input.caret();
    let before: String = text.chars().take(column).collect();
    let after: String = text.chars().skip(column).collect();
    let room = usize::from(area.width).saturating_sub(4);
    let shown = truncate_start(&clean(&before), room, "").into_owned();
    let caret = 2 + u16::try_from(width(&shown)).unwrap_or(0);
    let input = Line::from(vec![
        Span::styled(" :", theme.style(Role::Accent)),
        Span::styled(
            format!("{shown}{}", clean(&after)),
            theme.style(Role::Input),
        ),
    ]);
    put(frame.buffer_mut(), place, &input);
    if super::is_top(model, |over| matches!(over, Overlay::Command(_))) {
        frame.set_cursor_position((place.x + caret.min(place.width.saturating_sub(1)), place.y));
    }
    let mut page = below(area, 2);
    if let Some(error) = &line.error {
        let text = format!(" {} {}", theme.glyph(Sign::Cross), clean(error));
        let rows = paragraph(theme, text.trim_start(), Role::Bad, 1, area.width);
        put_all(frame.buffer_mut(), page, &rows);
        page = below(page, u16::try_from(rows.len()).unwrap_or(1));
    }
    let height = usize::from(page.height);
    let at = line.at();
    let top = at.map_or(0, |at| (at + 1).saturating_sub(height));
    let hidden = more_below(theme, found.len().saturating_sub(top + height));
    let count = format!("{}{hidden}", found.len());
    head_with(model, say!("command-title"), count, area, frame);
    // What is given to a command may be anything; its own word is one of those there are.
    if found.is_empty() && line.error.is_none() && !text.is_empty() && !text.contains(' ') {
        let nothing = Line::styled(say!("picker-no-match"), theme.style(Role::Dim));
        put(frame.buffer_mut(), page, &nothing);
    }
    for (place, (number, candidate)) in found.iter().enumerate().skip(top).take(height).enumerate()
    {
        let here = at == Some(number);
        let role = if candidate.dangerous {
            Role::Dangerous
        } else {
            Role::Text
        };
        let words = match candidate.detail.is_empty() {
            true => cut(theme, &candidate.shown, room),
            false => fit(&cut(theme, &candidate.shown, WORDS), WORDS, Align::Left, ""),
        };
        let sign = if here { theme.glyph(Sign::Cursor) } else { " " };
        let keys = candidate.keys.split(' ').next().unwrap_or_default();
        let right = Line::styled(format!(" {keys} "), theme.style(Role::Key));
        let words = format!(" {sign} {words} ");
        let taken = width(&words) + right.width() + 1;
        let detail = cut(
            theme,
            &candidate.detail,
            usize::from(page.width).saturating_sub(taken),
        );
        let left = Line::from(vec![
            Span::styled(words, theme.style(role)),
            Span::styled(detail, theme.style(Role::Dim)),
        ]);
        let area = row(page, place);
        put_both(frame.buffer_mut(), area, &left, &right);
        if here {
            bar(frame.buffer_mut(), area, theme);
        }
    }
}
