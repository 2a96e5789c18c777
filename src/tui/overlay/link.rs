//! A page that is opened elsewhere (S-02, S-04): what it is for, its address whole, and the address drawn for a phone.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::Link;
use super::detail::{paragraph, shift};
use super::view::head;
use crate::domain::qr;
use crate::locale::say;
use crate::tui::draw::{below, clean, put_all};
use crate::tui::model::Model;
use crate::tui::text::{Wrap, width, wrap_text};
use crate::tui::theme::{Role, Sign};

/// The least cells for the text where the code stands beside it.
const TEXT: u16 = 34;
/// Rows of the quiet zone that may go at either end: half of it, which phones still read.
const SPARE: usize = 1;

/// Draws it: the code beside the text where both have room, else below it.
pub fn draw(model: &Model, link: &Link, area: Rect, frame: &mut Frame<'_>) {
    head(model, &link.title, area, frame);
    let page = below(area, 1);
    let code = code(model, &link.url, usize::from(page.height));
    let wide = code.first().map_or(0, |row| width(row));
    let wide = u16::try_from(wide).unwrap_or(u16::MAX);
    let beside = page.width >= wide.saturating_add(TEXT);
    let cells = match beside {
        true => page.width - wide,
        false => page.width,
    };
    let mut rows = text(model, link, cells);
    let fits = if beside {
        usize::from(page.height)
    } else {
        usize::from(page.height).saturating_sub(rows.len() + 1)
    };
    let drawn: Vec<Line<'static>> = match code.len() <= fits {
        true => {
            let style = model.settings.theme.style(Role::PhoneCode);
            code.into_iter()
                .map(|row| Line::styled(row, style))
                .collect()
        }
        false => {
            let missing = code.len() - fits;
            let words = say!("link-code-rows", count = #missing);
            rows.extend(paragraph(
                &model.settings.theme,
                &words,
                Role::Dim,
                1,
                cells,
            ));
            Vec::new()
        }
    };
    if beside {
        let place = Rect {
            x: page.right() - wide,
            width: wide,
            ..page
        };
        put_all(frame.buffer_mut(), place, &drawn);
    } else {
        rows.push(Line::default());
        rows.extend(drawn);
    }
    let place = Rect {
        width: cells,
        ..page
    };
    put_all(frame.buffer_mut(), place, &rows);
}

fn text(model: &Model, link: &Link, cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let mut rows = vec![Line::default()];
    for line in &link.lines {
        rows.extend(paragraph(theme, &clean(line), Role::Text, 1, cells));
    }
    rows.push(Line::default());
    let room = usize::from(cells).saturating_sub(3).max(2);
    let url = clean(&link.url);
    let address = wrap_text(&url, room, Wrap::Anywhere, theme.style(Role::LinkAddress));
    rows.extend(address.into_iter().map(|line| shift(line, 1)));
    rows
}

/// The code's rows, as many of its quiet zone as there is room for; none where the terminal has no such letters or the
/// address is too long.
fn code(model: &Model, url: &str, height: usize) -> Vec<String> {
    if model.settings.theme.glyph(Sign::Cursor).is_ascii() {
        return Vec::new();
    }
    let mut rows = qr::rows(url).unwrap_or_default();
    if rows.len() > height && rows.len() > 2 * SPARE {
        rows.truncate(rows.len() - SPARE);
        rows.drain(..SPARE);
    }
    rows
}
