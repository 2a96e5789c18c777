//! How the tab of tools is drawn.

use ratatui::Frame;
use ratatui::text::Span;

use super::state::Item;
use crate::engine::tools::{SetupKind, State, ToolRow};
use crate::locale::{Word, say};
use crate::tui::columns::{Column, Table};
use crate::tui::layout::Layout;
use crate::tui::model::Model;
use crate::tui::tabs::list::{self, Caption};
use crate::tui::text::Align;
use crate::tui::theme::{Role, Sign};
use crate::tui::words;

const COLUMNS: [Column; 5] = [
    TOOL,
    HERE,
    STATE,
    column(Word("tools-column-uses"), 22, 40, 7),
    column(Word("tools-column-model"), 14, 30, 5),
];
/// The columns where no tool says which model it uses.
const WITHOUT_MODEL: [Column; 4] = [
    column(Word("tools-column-tool"), 18, 20, 9),
    HERE,
    STATE,
    column(Word("tools-column-uses"), 22, 80, 7),
];
const TOOL: Column = column(Word("tools-column-tool"), 18, 26, 9);
const HERE: Column = column(Word("tools-column-here"), 4, 4, 6);
const STATE: Column = column(Word("tools-column-state"), 11, 12, 8);

const fn column(title: Word, least: usize, most: usize, matters: u8) -> Column {
    Column::new(title, least, most, Align::Left, matters)
}

/// Draws the tab.
pub fn draw(model: &Model, layout: &Layout, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let tab = &model.tools;
    let right = match tab.working() {
        (_, 0) => Vec::new(),
        (good, all) => {
            let role = if good == all { Role::Good } else { Role::Warn };
            vec![Span::styled(
                say!("tools-working", good = good, all = all),
                theme.style(role),
            )]
        }
    };
    list::caption(
        model,
        layout,
        frame,
        Caption {
            list: &tab.list,
            remote: &tab.items,
            count: |total| say!("tools-count", count = words::grouped(total), rows = #total),
            right,
        },
    );
    if tab.list.shown() == 0 {
        list::nothing(
            model, layout, frame, &tab.list, &tab.items,
            // Samples and links are always there.
            "", "",
        );
        return;
    }
    let items = tab.items.value().map(Vec::as_slice).unwrap_or_default();
    let columns = columns(items);
    let table = Table::new(columns, theme, layout.rows.width);
    let buffer = frame.buffer_mut();
    table.head(buffer, layout.head, None);
    let (window, cursor) = tab.list.window(layout.list_height());
    table.rows(
        buffer,
        layout.rows,
        cursor,
        window.iter().filter_map(|index| items.get(*index)),
        |_| false,
        |item, column, _| cell(model, item, column),
    );
}

/// The columns; the one of models only where a tool says which it uses.
fn columns(items: &[Item]) -> &'static [Column] {
    let has_model = |item: &Item| matches!(item, Item::Tool(row) if !row.models.is_empty());
    match items.iter().any(has_model) {
        true => &COLUMNS,
        false => &WITHOUT_MODEL,
    }
}

fn cell(model: &Model, item: &Item, column: usize) -> (String, Role) {
    match (item, column) {
        (Item::Tool(row), column) => of_tool(model, row, column),
        (Item::Sample(sample), 0) => (sample.word().into(), Role::Text),
        (Item::Sample(_), 2) => (say!("tools-sample").into(), Role::Dim),
        (Item::Sample(sample), 3) => (
            say!("tools-sample-calls", endpoint = sample.endpoint()),
            Role::Dim,
        ),
        // One app has a link for each tool that it sets up.
        (Item::Link(app), 0) => {
            let name = app.name.split_once(" (").map_or(app.name, |(name, _)| name);
            (name.into(), Role::Text)
        }
        (Item::Link(_), 2) => (say!("tools-link").into(), Role::Dim),
        (Item::Link(app), 3) => {
            let about = app
                .name
                .split_once(" (")
                .map_or(app.about.say(), |(_, what)| what.trim_end_matches(')'));
            (about.into(), Role::Dim)
        }
        _ => (String::new(), Role::Dim),
    }
}

/// A cell of a tool's row, and how it is meant.
pub fn of_tool(model: &Model, row: &ToolRow, column: usize) -> (String, Role) {
    let theme = &model.settings.theme;
    let nothing = || (theme.glyph(Sign::Nothing).to_owned(), Role::Dim);
    match column {
        0 => (
            row.name.into(),
            if row.found.is_some() {
                Role::Strong
            } else {
                Role::Text
            },
        ),
        1 if row.found.is_some() => (theme.glyph(Sign::Check).into(), Role::Good),
        1 => nothing(),
        2 => match (row.state, row.kind) {
            (State::Ready, _) => (
                say!("tools-ready", sign = theme.glyph(Sign::Check)),
                Role::Good,
            ),
            (State::Wrong, _) => (
                say!("tools-wrong", sign = theme.glyph(Sign::Cross)),
                Role::Bad,
            ),
            (_, SetupKind::ByHand) => (say!("tools-by-hand").into(), Role::Dim),
            (_, SetupKind::NamedFile) => (say!("tools-by-variable").into(), Role::Dim),
            (State::Untouched | State::Unknown, SetupKind::Written) => {
                (say!("tools-not-set-up").into(), Role::Dim)
            }
        },
        3 => match (&row.relay, row.urls.first()) {
            (Some(relay), _) if row.state == State::Ready => (relay.clone(), Role::Text),
            (_, _) if row.state == State::Wrong => (row.brief.into(), Role::Bad),
            (_, Some(url)) => (url.value.clone(), Role::Text),
            (_, None) => (row.about.into(), Role::Dim),
        },
        _ => match row.models.first() {
            Some(model) => (model.value.clone(), Role::Text),
            None => (String::new(), Role::Dim),
        },
    }
}
