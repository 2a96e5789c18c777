//! How the tab of groups is drawn.

use ratatui::Frame;
use ratatui::text::Span;

use crate::domain::{Group, Model as Offer};
use crate::locale::{Word, say};
use crate::tui::columns::{Column, Sorted, Table};
use crate::tui::draw::{cut, ratio};
use crate::tui::layout::Layout;
use crate::tui::model::Model;
use crate::tui::tabs::list::{self, Caption};
use crate::tui::text::Align;
use crate::tui::theme::{Role, Sign};
use crate::tui::words;

use super::state::GroupColumn;

/// A column and what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    Name,
    Ratio,
    Models,
    Success,
    First,
    Input,
    Output,
    Description,
}

const NAME: (Cell, Column) = column(
    Cell::Name,
    Word("groups-column-name"),
    12,
    24,
    Align::Left,
    9,
);
const RATIO: (Cell, Column) = column(
    Cell::Ratio,
    Word("groups-column-ratio"),
    6,
    8,
    Align::Left,
    8,
);
const SUCCESS: (Cell, Column) = column(
    Cell::Success,
    Word("groups-column-success"),
    13,
    15,
    Align::Left,
    6,
);
const FIRST: (Cell, Column) = column(
    Cell::First,
    Word("groups-column-first"),
    15,
    18,
    Align::Left,
    4,
);
const DESCRIPTION: (Cell, Column) = column(
    Cell::Description,
    Word("groups-column-description"),
    14,
    200,
    Align::Left,
    3,
);

/// All groups.
const ALL: [(Cell, Column); 6] = [
    NAME,
    RATIO,
    column(
        Cell::Models,
        Word("groups-column-models"),
        6,
        7,
        Align::Right,
        7,
    ),
    SUCCESS,
    FIRST,
    DESCRIPTION,
];
/// The groups of one model, with its price in each.
const OF_A_MODEL: [(Cell, Column); 7] = [
    NAME,
    RATIO,
    column(Cell::Input, Word("column-input"), 7, 9, Align::Right, 8),
    column(Cell::Output, Word("column-output"), 8, 9, Align::Right, 7),
    SUCCESS,
    FIRST,
    DESCRIPTION,
];

const fn column(
    cell: Cell,
    title: Word,
    least: usize,
    most: usize,
    align: Align,
    matters: u8,
) -> (Cell, Column) {
    (cell, Column::new(title, least, most, align, matters))
}

/// Draws the tab.
pub fn draw(model: &Model, layout: &Layout, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let tab = &model.groups;
    let offer = tab
        .of_model
        .as_deref()
        .and_then(|name| model.relay.model(name));
    let right = match &tab.of_model {
        Some(name) => vec![
            Span::styled(say!("groups-of"), theme.style(Role::Dim)),
            Span::styled(
                format!("{} ", cut(theme, name, 44)),
                theme.style(Role::Accent),
            ),
        ],
        None => Vec::new(),
    };
    list::caption(
        model,
        layout,
        frame,
        Caption {
            list: &tab.list,
            remote: &model.relay.groups,
            count: |total| say!("groups-count", count = words::grouped(total), groups = #total),
            right,
        },
    );
    if tab.list.shown() == 0 {
        let empty = if model.relay.manages() {
            say!("groups-empty")
        } else {
            say!("groups-only-key")
        };
        let narrowed = say!("groups-none-has-it");
        list::nothing(
            model,
            layout,
            frame,
            &tab.list,
            &model.relay.groups,
            empty,
            narrowed,
        );
        return;
    }
    let cells: &[(Cell, Column)] = match offer {
        Some(_) => &OF_A_MODEL,
        None => &ALL,
    };
    let columns: Vec<Column> = cells.iter().map(|(_, column)| *column).collect();
    let table = Table::new(&columns, theme, layout.rows.width);
    let buffer = frame.buffer_mut();
    let sorted = tab.order.by().and_then(|(by, reversed)| {
        let wanted = match by {
            GroupColumn::Name => Cell::Name,
            GroupColumn::Ratio => Cell::Ratio,
            GroupColumn::Models => Cell::Models,
            GroupColumn::Success => Cell::Success,
        };
        let at = cells.iter().position(|(cell, _)| *cell == wanted)?;
        let falling = by.falls() != reversed;
        Some(Sorted { at, falling })
    });
    table.head(buffer, layout.head, sorted);
    let rows = model.relay.group_rows();
    let (window, cursor) = tab.list.window(layout.list_height());
    table.rows(
        buffer,
        layout.rows,
        cursor,
        window.iter().filter_map(|index| rows.get(*index)),
        |_| false,
        |group, column, _| text(model, group, offer, cells[column].0),
    );
}

fn text(model: &Model, group: &Group, offer: Option<&Offer>, cell: Cell) -> (String, Role) {
    let theme = &model.settings.theme;
    let measured = model.relay.measured.group(&group.name);
    let price = |at: usize| {
        let price = offer.map(|offer| model.relay.price(offer, &group.name));
        let text = price.map(|price| words::price_columns(&price)[at].clone());
        let text = text.unwrap_or_default();
        let role = if text == "?" {
            Role::MoneyUnknown
        } else {
            Role::Money
        };
        (text, role)
    };
    let firsts = measured.and_then(|measured| {
        let (p50, p95) = (measured.first_ms(50)?, measured.first_ms(95)?);
        Some((p50, p95))
    });
    match cell {
        Cell::Name => {
            let own = model.relay.own_group() == Some(group.name.as_str());
            let role = if own { Role::Accent } else { Role::Text };
            (group.name.clone(), role)
        }
        Cell::Ratio => (ratio(theme, group.ratio), Role::Text),
        Cell::Models => match model.relay.models_in(&group.name) {
            Some(count) => (words::grouped(count), Role::Text),
            None => ("?".into(), Role::Dim),
        },
        Cell::Input => price(0),
        Cell::Output => price(1),
        Cell::Success => match measured {
            Some(measured) => {
                let good = measured
                    .success_tenths()
                    .is_some_and(|tenths| tenths >= 990);
                let role = if good { Role::Good } else { Role::Warn };
                (words::success_short(measured), role)
            }
            None => (say!("figure-no-data").into(), Role::Dim),
        },
        Cell::First => match firsts {
            Some((p50, p95)) => {
                let text = format!("{} / {}", words::seconds(p50), words::seconds(p95));
                (text, Role::Text)
            }
            None => (theme.glyph(Sign::Nothing).into(), Role::Dim),
        },
        Cell::Description => (group.about().to_owned(), Role::Dim),
    }
}
