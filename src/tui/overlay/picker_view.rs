//! How a list to choose from is drawn: its query, and a row for each choice.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::picker::{Pick, Picker, PickerKind};
use super::relay_form::Door;
use super::view::head_with;
use crate::domain::profile::LOCAL;
use crate::domain::{Access, KeyStatus, Price};
use crate::locale::{Word, say};
use crate::tui::columns::{Column, Table};
use crate::tui::draw::{below, clean, more_below, put, ratio, row};
use crate::tui::model::Model;
use crate::tui::tabs::keys::view::{status_role, status_sign};
use crate::tui::tabs::{chat, tools};
use crate::tui::text::{Align, truncate_start, width};
use crate::tui::theme::{Role, Sign};
use crate::tui::words;

/// Draws a picker.
pub fn draw(model: &Model, picker: &Picker, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let list = &picker.list;
    let count = say!(
        "list-found",
        shown = words::grouped(list.shown()),
        total = words::grouped(list.total())
    );
    let page = below(area, 2);
    let (_, hidden) = list.hidden(usize::from(page.height));
    let count = format!("{count}{}", more_below(theme, hidden));
    head_with(model, picker.kind.title(), count, area, frame);
    let line = row(area, 1);
    let text = list.query.text();
    let shown = truncate_start(&clean(&text), usize::from(area.width) / 2, "").into_owned();
    let caret = 3 + u16::try_from(width(&shown)).unwrap_or(0);
    let query = Line::from(vec![
        Span::styled(" / ", theme.style(Role::Accent)),
        Span::styled(shown, theme.style(Role::Input)),
    ]);
    put(frame.buffer_mut(), line, &query);
    frame.set_cursor_position((line.x + caret.min(line.width.saturating_sub(1)), line.y));
    let columns = columns(picker.kind);
    let (window, cursor) = list.window(usize::from(page.height));
    if window.is_empty() {
        let text = if list.total() == 0 && asks_for_tools(model, picker) {
            say!("tools-looking", working = theme.glyph(Sign::Working))
        } else if list.total() == 0 {
            say!("picker-nothing").to_owned()
        } else {
            say!("picker-no-match").to_owned()
        };
        put(
            frame.buffer_mut(),
            page,
            &Line::styled(text, theme.style(Role::Dim)),
        );
    }
    Table::new(columns, theme, page.width).rows(
        frame.buffer_mut(),
        page,
        cursor,
        window.iter().filter_map(|index| list.key_at(*index)),
        |pick| is_chosen(model, picker, pick),
        |pick, column, _| text_of(model, pick, column),
    );
}

const fn column(least: usize, most: usize, align: Align, matters: u8) -> Column {
    Column {
        title: Word(""),
        least,
        most,
        align,
        matters,
    }
}

const fn columns(kind: PickerKind) -> &'static [Column] {
    const MODEL: &[Column] = &[
        column(24, 44, Align::Left, 9),
        column(10, 16, Align::Left, 5),
        column(25, 30, Align::Left, 7),
    ];
    const KEY: &[Column] = &[
        column(16, 40, Align::Left, 9),
        column(12, 24, Align::Left, 6),
        column(30, 40, Align::Left, 7),
    ];
    const GROUP: &[Column] = &[
        column(12, 20, Align::Left, 9),
        column(7, 9, Align::Left, 8),
        column(12, 14, Align::Left, 5),
        column(20, 200, Align::Left, 4),
    ];
    const RELAY: &[Column] = &[
        column(16, 24, Align::Left, 9),
        column(24, 60, Align::Left, 7),
        column(12, 20, Align::Left, 5),
    ];
    const FACETS: &[Column] = &[
        column(8, 10, Align::Left, 8),
        column(24, 44, Align::Left, 9),
        column(7, 9, Align::Right, 7),
    ];
    const TOOL: &[Column] = &[
        column(18, 26, Align::Left, 9),
        column(11, 14, Align::Left, 8),
        column(22, 200, Align::Left, 5),
    ];
    match kind {
        PickerKind::Tool(_) => TOOL,
        PickerKind::Facets => FACETS,
        PickerKind::Model | PickerKind::Limits => MODEL,
        PickerKind::Key => KEY,
        PickerKind::Group => GROUP,
        PickerKind::Relay => RELAY,
    }
}

/// Whether the tools to choose from are still being looked for.
fn asks_for_tools(model: &Model, picker: &Picker) -> bool {
    matches!(picker.kind, PickerKind::Tool(_)) && model.tools.items.is_loading()
}

/// Whether this is what is chosen now.
fn is_chosen(model: &Model, picker: &Picker, pick: &Pick) -> bool {
    match pick {
        pick if picker.kind.takes_several() => picker.marked.contains(pick),
        Pick::Model(name) => model.chat.model == *name,
        Pick::Key(id) => chat::update::key(model).is_some_and(|row| row.info.id == *id),
        Pick::Relay(name) => model.relay.profile_name() == Some(name),
        Pick::Group(_) | Pick::AddRelay(_) | Pick::Facet(_) | Pick::Tool { .. } => false,
    }
}

fn text_of(model: &Model, pick: &Pick, column: usize) -> (String, Role) {
    match pick {
        Pick::Model(name) => offer(model, name, column),
        Pick::Key(id) => key(model, *id, column),
        Pick::Group(name) => group(model, name, column),
        Pick::Relay(name) => relay(model, name, column),
        Pick::Tool { tool, .. } => match (model.tools.tool(tool), column) {
            (Some(row), 0) => tools::view::of_tool(model, row, 0),
            (Some(row), 1) => tools::view::of_tool(model, row, 2),
            (Some(row), _) => (row.about.into(), Role::Dim),
            (None, _) => (String::new(), Role::Dim),
        },
        Pick::Facet(facet) => match column {
            0 => (facet.kind().to_owned(), Role::Dim),
            1 => (facet.value(), Role::Text),
            _ => {
                let models = model.relay.model_rows().iter();
                let count = models.filter(|offer| facet.fits(offer)).count();
                (words::grouped(count), Role::Dim)
            }
        },
        Pick::AddRelay(door) => match (door, column) {
            (Door::Key, 0) => (say!("picker-add-key").into(), Role::Accent),
            (Door::Account, 0) => (say!("picker-add-login").into(), Role::Accent),
            (Door::Key, 1) => (say!("picker-add-key-about").into(), Role::Dim),
            (Door::Account, 1) => (say!("picker-add-login-about").into(), Role::Dim),
            _ => (String::new(), Role::Dim),
        },
    }
}

fn offer(model: &Model, name: &str, column: usize) -> (String, Role) {
    let Some(offer) = model.relay.model(name) else {
        return (name.to_owned(), Role::Dim);
    };
    let group = chat::update::group(model).unwrap_or_default();
    let here = group.is_empty() || offer.in_group(group);
    match column {
        0 => (
            offer.name.clone(),
            if here { Role::Text } else { Role::Dim },
        ),
        1 => (offer.vendor.to_string(), Role::Dim),
        _ if !here => (say!("picker-not-in-group", group = group), Role::Warn),
        _ => match model.relay.price(offer, group) {
            Price::PerToken(prices) => (
                say!(
                    "picker-price",
                    input = words::price(prices.input),
                    output = words::price(prices.output)
                ),
                Role::Money,
            ),
            Price::Listed(prices) => (
                say!(
                    "picker-price",
                    input = words::listed(prices.input),
                    output = words::listed(prices.output)
                ),
                Role::MoneyUnknown,
            ),
            Price::PerCall { call } => (
                say!("price-a-call", price = words::price(call)),
                Role::Money,
            ),
            Price::Tiered { .. } => (say!("picker-price-tiered").into(), Role::Dim),
            Price::Unknown => (say!("check-price-unknown").into(), Role::MoneyUnknown),
        },
    }
}

fn key(model: &Model, id: i64, column: usize) -> (String, Role) {
    let theme = &model.settings.theme;
    let Some(row) = model.relay.key(id) else {
        return (String::new(), Role::Dim);
    };
    let status = model.relay.status(row, model.now.wall.seconds());
    let usable = row.held && status == KeyStatus::Enabled;
    match column {
        0 => (
            row.info.name.clone(),
            if usable { Role::Text } else { Role::Dim },
        ),
        1 => (
            model.relay.group_of(row).unwrap_or("?").to_owned(),
            Role::Dim,
        ),
        _ if !row.held => (say!("picker-not-held").into(), Role::Dim),
        _ => {
            let text = format!(
                "{} {}",
                status_sign(theme, status),
                words::key_status(status)
            );
            (text, status_role(status))
        }
    }
}

fn group(model: &Model, name: &str, column: usize) -> (String, Role) {
    let theme = &model.settings.theme;
    let group = model.relay.group(name);
    match column {
        0 => (name.to_owned(), Role::Text),
        1 => (
            ratio(theme, group.and_then(|group| group.ratio)),
            Role::Text,
        ),
        2 => match model.relay.models_in(name) {
            Some(count) => (say!("picker-models", count = count), Role::Dim),
            None => (say!("picker-models-unknown").into(), Role::Dim),
        },
        _ => (
            group.map_or_else(String::new, |group| group.about().to_owned()),
            Role::Dim,
        ),
    }
}

fn relay(model: &Model, name: &str, column: usize) -> (String, Role) {
    let profile = model.profiles.iter().find(|known| known.name == name);
    match (column, profile) {
        (0, _) => (name.to_owned(), Role::Text),
        (1, _) if name == LOCAL => (say!("relay-inside").into(), Role::Dim),
        (1, Some(profile)) => (profile.address.to_string(), Role::Dim),
        (2, Some(profile)) if name != LOCAL => {
            let word = match profile.access {
                Access::Account { .. } => say!("access-account"),
                Access::KeyOnly => say!("access-key-only"),
            };
            (word.into(), Role::Dim)
        }
        _ => (String::new(), Role::Dim),
    }
}
