//! Whole pages where there is no tab to show: the start, the three doors, a relay that is not open.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use crate::domain::Fault;
use crate::locale::say;
use crate::tui::advice::advised;
use crate::tui::doors::DOORS;
use crate::tui::draw::{bar, clean, put_all, row};
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::theme::{Role, Sign};

/// Before the engine has said anything.
pub fn starting(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let text = say!("page-starting", working = theme.glyph(Sign::Working));
    put_all(
        buffer,
        area,
        &[
            Line::default(),
            Line::styled(format!(" {text}"), theme.style(Role::Dim)),
        ],
    );
}

/// A relay is being opened.
pub fn opening(model: &Model, name: &str, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let text = say!(
        "page-opening",
        working = theme.glyph(Sign::Working),
        name = clean(name)
    );
    put_all(
        buffer,
        area,
        &[Line::default(), Line::styled(text, theme.style(Role::Dim))],
    );
}

/// A relay could not be opened: why, and what can be done from here.
pub fn not_open(model: &Model, name: &str, fault: &Fault, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let mut rows = vec![Line::default()];
    let head = say!("page-not-opened", name = clean(name));
    rows.extend(paragraph(theme, &head, Role::Heading, 1, area.width));
    rows.push(Line::default());
    let status = fault
        .status
        .map(|status| say!("fault-status", status = status))
        .unwrap_or_default();
    let what = format!(
        "{} {}{status}",
        theme.glyph(Sign::Cross),
        clean(&fault.message)
    );
    rows.extend(paragraph(theme, &what, Role::Bad, 1, area.width));
    let advice = advised(theme, fault);
    rows.extend(paragraph(theme, &advice, Role::Text, 1, area.width));
    if let Some(id) = &fault.request_id {
        let id = say!("fault-request", id = clean(id));
        rows.extend(paragraph(theme, &id, Role::Dim, 3, area.width));
    }
    rows.push(Line::default());
    let ways = say!("page-not-open-ways");
    rows.extend(paragraph(theme, ways, Role::Dim, 1, area.width));
    put_all(buffer, area, &rows);
}

/// The three doors of the first run.
pub fn doors(model: &Model, at: usize, area: Rect, buffer: &mut Buffer) {
    let theme = &model.settings.theme;
    let mut rows = vec![Line::default()];
    rows.extend(paragraph(
        theme,
        say!("first-run-welcome"),
        Role::Heading,
        1,
        area.width,
    ));
    rows.push(Line::default());
    let mut chosen = 0;
    for (number, (title, about)) in DOORS.iter().enumerate() {
        let here = number == at;
        let cursor = if here { theme.glyph(Sign::Cursor) } else { " " };
        if here {
            chosen = rows.len();
        }
        let text = format!(" {cursor} {} {}", number + 1, title.say());
        rows.push(Line::raw(text));
        rows.extend(paragraph(theme, about.say(), Role::Dim, 5, area.width));
        rows.push(Line::default());
    }
    rows.extend(paragraph(
        theme,
        say!("first-run-promise"),
        Role::Dim,
        1,
        area.width,
    ));
    put_all(buffer, area, &rows);
    bar(buffer, row(area, chosen), theme);
}
