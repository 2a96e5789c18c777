//! How the marketplace is drawn: the list, and from 120 columns on the detail beside it.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use crate::domain::stability::Marks;
use crate::domain::{Endpoint, Model as Offer};
use crate::locale::{Word, listed, say};
use crate::tui::columns::{Column, Sorted, Table};
use crate::tui::draw::{below, clean, cut, put, put_all, ratio, row};
use crate::tui::layout::Layout;
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::tabs::list::{self, Caption};
use crate::tui::text::{Align, fit, width};
use crate::tui::theme::{Role, Sign};
use crate::tui::words;

use super::detail;
use super::facet::Facet;
use super::state::MARKS;

/// The columns; the last one only where answers were marked.
const COLUMNS: [Column; 8] = [
    Column::new(Word("market-column-model"), 32, 44, Align::Left, 9),
    Column::new(Word("market-column-vendor"), 9, 14, Align::Left, 4),
    Column::new(Word("column-input"), 6, 9, Align::Right, 8),
    Column::new(Word("column-output"), 7, 9, Align::Right, 7),
    Column::new(Word("market-column-cache"), 6, 8, Align::Right, 3),
    Column::new(Word("market-column-context"), 5, 6, Align::Right, 5),
    Column::new(Word("market-column-endpoints"), 13, 24, Align::Left, 2),
    Column::new(Word("market-column-marks"), 7, 9, Align::Right, 6),
];

/// The columns beside the detail. It says vendor and prices of the one model under the cursor; which endpoints a model has
/// is compared down the list (S-57), so that column stays.
const BESIDE: [Column; 8] = {
    let mut columns = COLUMNS;
    columns[0].least = 26;
    columns[1].matters = 1;
    columns[4].matters = 2;
    columns[5].matters = 3;
    columns[ENDPOINTS].matters = 5;
    columns
};
/// The position of the column of endpoints.
const ENDPOINTS: usize = 6;

/// Draws the tab.
pub fn draw(model: &Model, layout: &Layout, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let tab = &model.market;
    list::caption(
        model,
        layout,
        frame,
        Caption {
            list: &tab.list,
            remote: &model.relay.models,
            count: |total| say!("models-count", count = words::grouped(total), models = #total),
            right: group(model, layout.caption.width),
        },
    );
    if tab.list.shown() == 0 {
        nothing(model, layout, frame);
        return;
    }
    let columns = match layout.detail {
        Some(_) => &BESIDE,
        None => &COLUMNS,
    };
    let columns = match model.relay.measured.has_marks() {
        true => &columns[..],
        false => &columns[..MARKS],
    };
    let table = Table::new(columns, theme, layout.rows.width);
    let sorted = tab.order.by().map(|(column, reversed)| Sorted {
        at: column.position(),
        falling: column.falls() != reversed,
    });
    let buffer = frame.buffer_mut();
    table.head(buffer, layout.head, sorted);
    let rows = model.relay.model_rows();
    let (window, cursor) = tab.list.window(layout.list_height());
    table.rows(
        buffer,
        layout.rows,
        cursor,
        window.iter().filter_map(|index| rows.get(*index)),
        |_| false,
        |offer, column, cells| text(model, offer, column, cells),
    );
    if let (Some(area), Some(name)) = (layout.detail, tab.list.current_key()) {
        let bar = theme.glyph(Sign::ColumnBar);
        for y in area.top()..area.bottom() {
            buffer.set_string(area.x - 1, y, bar, theme.style(Role::Rule));
        }
        let rows = detail::rows(model, name, area.width);
        put_all(buffer, area, &rows);
        let height = usize::from(area.height);
        if rows.len() > height && height > 0 {
            // The last row says how to come by the rest.
            let left = rows.len() - height + 1;
            let text = say!("market-more", sign = theme.glyph(Sign::Below), left = left);
            let text = fit(
                &format!(" {text}"),
                usize::from(area.width),
                Align::Left,
                "",
            );
            let place = row(area, height - 1);
            put(buffer, place, &Line::styled(text, theme.style(Role::Dim)));
        }
    }
}

/// Why no model is shown: what the filters leave out is another answer than what is not there (S-45, S-46).
fn nothing(model: &Model, layout: &Layout, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let tab = &model.market;
    let empty = say!("market-empty");
    let narrowed = match tab.list.query.is_empty() {
        true if tab.facets.is_empty() => say!("market-empty-group").to_owned(),
        true => say!("market-empty-facets").to_owned(),
        false => say!(
            "market-filtered-out",
            found = words::grouped(tab.list.found())
        ),
    };
    list::nothing(
        model,
        layout,
        frame,
        &tab.list,
        &model.relay.models,
        empty,
        &narrowed,
    );
    if tab.list.shown() > 0 || tab.suggestions.is_empty() {
        return;
    }
    let mut rows = paragraph(
        theme,
        say!("market-did-you-mean"),
        Role::Heading,
        1,
        layout.rows.width,
    );
    for name in &tab.suggestions {
        rows.extend(paragraph(
            theme,
            &clean(name),
            Role::Code,
            3,
            layout.rows.width,
        ));
    }
    let text = say!("market-did-you-mean-hint");
    rows.extend(paragraph(theme, text, Role::Dim, 1, layout.rows.width));
    put_all(frame.buffer_mut(), below(layout.rows, 2), &rows);
}

fn text(model: &Model, offer: &Offer, column: usize, cells: usize) -> (String, Role) {
    let theme = &model.settings.theme;
    let group = &model.market.group;
    let here = offer.in_group(group) || group.is_empty();
    let money = |at: usize| {
        if !here {
            return (theme.glyph(Sign::Nothing).to_owned(), Role::Dim);
        }
        let mut figures = words::price_columns(&model.relay.price(offer, group));
        let text = std::mem::take(&mut figures[at]);
        let role = match text == "?" || text.starts_with('~') {
            true => Role::MoneyUnknown,
            false => Role::Money,
        };
        (text, role)
    };
    match column {
        0 => {
            let role = if here { Role::Text } else { Role::Dim };
            (offer.name.clone(), role)
        }
        1 => (offer.vendor.to_string(), Role::Dim),
        2 => money(0),
        3 => money(1),
        4 => money(2),
        5 => match (offer.context, offer.listed_context()) {
            (Some(tokens), _) => (words::short(tokens), Role::Dim),
            (None, Some(listed)) => (words::about(listed), Role::Dim),
            (None, None) => ("?".into(), Role::Dim),
        },
        MARKS => match model.relay.measured.marks_of_model(&offer.name) {
            Marks { good: 0, bad: 0 } => (theme.glyph(Sign::Nothing).into(), Role::Dim),
            Marks { good, bad } => (format!("+{good} -{bad}"), Role::Text),
        },
        _ => (endpoints(&offer.endpoints, cells), Role::Dim),
    }
}

/// The endpoints of a model, each of them whole; those there is no room for are counted.
fn endpoints(offered: &[Endpoint], cells: usize) -> String {
    let words: Vec<String> = offered.iter().map(ToString::to_string).collect();
    let all = words.len();
    let fits = |shown: usize| match all - shown {
        0 => words.join(" "),
        more => format!("{} +{more}", words[..shown].join(" ")),
    };
    let most = (1..=all).rev().map(fits);
    let mut most = most.skip_while(|text| width(text) > cells);
    match all {
        0 => "?".into(),
        _ => most.next().unwrap_or_else(|| fits(1)),
    }
}

/// What the models must have, and the group whose prices are shown.
fn group(model: &Model, cells: u16) -> Vec<Span<'static>> {
    let theme = &model.settings.theme;
    let tab = &model.market;
    let mut spans = Vec::new();
    if !tab.facets.is_empty() {
        let values: Vec<String> = tab.facets.iter().map(Facet::value).collect();
        // The count at the left of the row must stay in sight.
        let room = usize::from(cells).saturating_sub(44).clamp(8, 48);
        spans.push(Span::styled(say!("market-with"), theme.style(Role::Dim)));
        let text = format!("{}  ", cut(theme, &listed(&values), room));
        spans.push(Span::styled(text, theme.style(Role::Accent)));
    }
    if !tab.group.is_empty() {
        let only = if tab.only_group {
            say!("market-only-group")
        } else {
            say!("market-group")
        };
        let ratio = ratio(theme, model.relay.ratio(&tab.group));
        let text = format!("{} {ratio} ", clean(&tab.group));
        spans.push(Span::styled(only, theme.style(Role::Dim)));
        spans.push(Span::styled(text, theme.style(Role::Accent)));
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_never_cut_in_mid_word() {
        assert_eq!(endpoints(&[], 13), "?");
        let three = [Endpoint::Chat, Endpoint::Messages, Endpoint::Responses];
        for (cells, text) in [
            (23, "chat messages responses"),
            (22, "chat messages +1"),
            (15, "chat +2"),
            (3, "chat +2"),
        ] {
            assert_eq!(endpoints(&three, cells), text, "{cells}");
        }
    }
}
