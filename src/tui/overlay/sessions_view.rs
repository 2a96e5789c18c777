//! How the list of sessions is drawn: what is looked for, and a row for each.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::sessions::Sessions;
use super::view::head_with;
use crate::domain::ConversationInfo;
use crate::locale::{Word, say};
use crate::tui::columns::{Column, Table};
use crate::tui::draw::{below, clean, more_below, put, row};
use crate::tui::model::Model;
use crate::tui::text::{Align, truncate_start, width};
use crate::tui::theme::Role;
use crate::tui::words;

const COLUMNS: [Column; 5] = [
    Column::new(Word("sessions-column-name"), 24, 44, Align::Left, 9),
    Column::new(Word("sessions-column-last"), 9, 10, Align::Right, 7),
    Column::new(Word("sessions-column-turns"), 5, 6, Align::Right, 5),
    Column::new(Word("sessions-column-cost"), 10, 12, Align::Right, 6),
    Column::new(Word("sessions-column-said"), 28, 120, Align::Left, 8),
];

/// Draws the list.
pub fn draw(model: &Model, sessions: &Sessions, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let list = &sessions.list;
    let count = say!(
        "list-found",
        shown = words::grouped(list.shown()),
        total = words::grouped(list.total())
    );
    let page = below(area, 3);
    let (_, hidden) = list.hidden(usize::from(page.height));
    let count = format!("{count}{}", more_below(theme, hidden));
    head_with(model, say!("sessions-title"), count, area, frame);
    let line = row(area, 1);
    let text = list.query.text();
    let shown = truncate_start(&clean(&text), usize::from(area.width) / 2, "").into_owned();
    let caret = 3 + u16::try_from(width(&shown)).unwrap_or(0);
    let mut query = vec![
        Span::styled(" / ", theme.style(Role::Accent)),
        Span::styled(shown, theme.style(Role::Input)),
    ];
    if text.is_empty() {
        query.push(Span::styled(
            say!("sessions-search-hint"),
            theme.style(Role::Placeholder),
        ));
    }
    put(frame.buffer_mut(), line, &Line::from(query));
    if super::is_top(model, |over| matches!(over, super::Overlay::Sessions(_))) {
        frame.set_cursor_position((line.x + caret.min(line.width.saturating_sub(1)), line.y));
    }
    let table = Table::new(&COLUMNS, theme, area.width);
    table.head(frame.buffer_mut(), row(area, 2), None);
    let (window, cursor) = list.window(usize::from(page.height));
    if window.is_empty() {
        let text = match (sessions.came, list.total()) {
            (false, _) => say!("sessions-reading"),
            (true, 0) => say!("sessions-empty"),
            (true, _) => say!("sessions-no-match"),
        };
        put(
            frame.buffer_mut(),
            page,
            &Line::styled(text, theme.style(Role::Dim)),
        );
    }
    table.rows(
        frame.buffer_mut(),
        page,
        cursor,
        window.iter().filter_map(|index| sessions.at(*index)),
        |info| model.chat.id == Some(info.id),
        |info, column, _| text_of(model, info, sessions.found(info.id), column),
    );
}

fn text_of(
    model: &Model,
    info: &ConversationInfo,
    found: Option<&str>,
    column: usize,
) -> (String, Role) {
    match column {
        0 => (info.title(), Role::Text),
        1 => (words::ago(info.last.seconds(), model.now.wall), Role::Dim),
        2 => (
            words::grouped(usize::try_from(info.turns).unwrap_or(usize::MAX)),
            Role::Dim,
        ),
        // Answers of unknown cost are not in the sum, and that is said.
        3 => {
            let unknown = if info.unknown > 0 { "+?" } else { "" };
            (format!("{}{unknown}", info.cost), Role::Money)
        }
        _ => match found {
            Some(found) => (found.to_owned(), Role::Matched),
            None => (info.model.clone(), Role::Dim),
        },
    }
}
