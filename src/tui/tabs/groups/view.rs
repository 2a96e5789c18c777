//! How the tab of groups is drawn.

use ratatui::Frame;

use crate::domain::Group;
use crate::tui::columns::{Column, Widths};
use crate::tui::draw::{put, ratio, row};
use crate::tui::layout::Layout;
use crate::tui::model::Model;
use crate::tui::tabs::list::{self, Caption};
use crate::tui::text::Align;
use crate::tui::theme::Role;
use crate::tui::words;

const COLUMNS: [Column; 4] = [
    Column {
        title: "GROUP",
        least: 12,
        most: 24,
        align: Align::Left,
        matters: 9,
    },
    Column {
        title: "RATIO",
        least: 7,
        most: 9,
        align: Align::Left,
        matters: 8,
    },
    Column {
        title: "MODELS",
        least: 6,
        most: 6,
        align: Align::Right,
        matters: 7,
    },
    Column {
        title: "DESCRIPTION",
        least: 20,
        most: 200,
        align: Align::Left,
        matters: 6,
    },
];

/// Draws the tab.
pub fn draw(model: &Model, layout: &Layout, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let tab = &model.groups;
    list::caption(
        model,
        layout,
        frame,
        Caption {
            list: &tab.list,
            remote: &model.relay.groups,
            one: "group",
            many: "groups",
            right: Vec::new(),
        },
    );
    if tab.list.shown() == 0 {
        let empty = if model.relay.manages() {
            "This relay has no groups for this account."
        } else {
            "This relay was added with a key only: its groups cannot be seen. P adds it with an account."
        };
        list::nothing(model, layout, frame, &tab.list, &model.relay.groups, empty);
        return;
    }
    let widths = Widths::fit(&COLUMNS, usize::from(layout.rows.width));
    let buffer = frame.buffer_mut();
    put(buffer, layout.head, &widths.head(&COLUMNS, theme, None));
    let rows = model.relay.group_rows();
    let (window, cursor) = tab.list.window(layout.list_height());
    for (at, index) in window.iter().enumerate() {
        let Some(group) = rows.get(*index) else {
            continue;
        };
        let line = widths.row(&COLUMNS, theme, at == cursor, false, |column, _| {
            text(model, group, column)
        });
        put(buffer, row(layout.rows, at), &line);
    }
}

fn text(model: &Model, group: &Group, column: usize) -> (String, Role) {
    let theme = &model.settings.theme;
    match column {
        0 => {
            let own = model.relay.own_group() == Some(group.name.as_str());
            let role = if own { Role::Accent } else { Role::Text };
            (group.name.clone(), role)
        }
        1 => (ratio(theme, group.ratio), Role::Text),
        2 => match model.relay.models_in(&group.name) {
            Some(count) => (words::grouped(count), Role::Text),
            None => ("?".into(), Role::Dim),
        },
        _ => (group.description.clone(), Role::Dim),
    }
}
