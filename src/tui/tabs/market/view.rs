//! How the marketplace is drawn: the list, and from 120 columns on the detail beside it.

use ratatui::Frame;
use ratatui::text::Span;

use crate::domain::{Model as Offer, Price};
use crate::tui::columns::{Column, Widths};
use crate::tui::draw::{clean, put, put_all, ratio, row};
use crate::tui::layout::Layout;
use crate::tui::model::Model;
use crate::tui::tabs::list::{self, Caption};
use crate::tui::text::Align;
use crate::tui::theme::{Role, Sign};
use crate::tui::words;

use super::detail;
use super::state::Order;

const COLUMNS: [Column; 7] = [
    column("MODEL", 32, 44, Align::Left, 9),
    column("VENDOR", 9, 14, Align::Left, 4),
    column("IN $/M", 6, 9, Align::Right, 8),
    column("OUT $/M", 7, 9, Align::Right, 7),
    column("CACHE", 6, 8, Align::Right, 3),
    column("CTX", 4, 6, Align::Right, 5),
    column("ENDPOINTS", 13, 24, Align::Left, 2),
];

const fn column(
    title: &'static str,
    least: usize,
    most: usize,
    align: Align,
    matters: u8,
) -> Column {
    Column {
        title,
        least,
        most,
        align,
        matters,
    }
}

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
            one: "model",
            many: "models",
            right: group(model),
        },
    );
    if tab.list.shown() == 0 {
        let empty = "This relay offers no models to this account.";
        list::nothing(model, layout, frame, &tab.list, &model.relay.models, empty);
        return;
    }
    let widths = Widths::fit(&COLUMNS, usize::from(layout.rows.width));
    let buffer = frame.buffer_mut();
    put(buffer, layout.head, &widths.head(&COLUMNS, theme, None));
    let rows = model.relay.model_rows();
    let (window, cursor) = tab.list.window(layout.list_height());
    for (at, index) in window.iter().enumerate() {
        let Some(offer) = rows.get(*index) else {
            continue;
        };
        let here = offer.in_group(&tab.group) || tab.group.is_empty();
        let prices = if here {
            figures(model, offer)
        } else {
            let none = theme.glyph(Sign::Nothing);
            [none, none, none].map(str::to_owned)
        };
        let line = widths.row(&COLUMNS, theme, at == cursor, false, |column, _| {
            text(offer, here, &prices, column)
        });
        put(buffer, row(layout.rows, at), &line);
    }
    if let (Some(area), Some(name)) = (layout.detail, tab.list.current_key()) {
        let bar = theme.glyph(Sign::ColumnBar);
        for y in area.top()..area.bottom() {
            buffer.set_string(area.x - 1, y, bar, theme.style(Role::Rule));
        }
        let rows = detail::rows(model, name, area.width);
        put_all(buffer, area, &rows);
    }
}

/// The three columns of prices. Per-call and tiered prices are said in words where they fit.
fn figures(model: &Model, offer: &Offer) -> [String; 3] {
    let price = model.relay.price(offer, &model.market.group);
    match price {
        Price::PerCall { call } => [words::price(call), "a call".into(), String::new()],
        Price::Tiered { .. } => ["tiered".into(), String::new(), String::new()],
        price => words::price_columns(&price),
    }
}

fn text(offer: &Offer, here: bool, prices: &[String; 3], column: usize) -> (String, Role) {
    let money = |text: &str| {
        let role = match text {
            "?" => Role::MoneyUnknown,
            _ if here => Role::Money,
            _ => Role::Dim,
        };
        (text.to_owned(), role)
    };
    match column {
        0 => {
            let role = if here { Role::Text } else { Role::Dim };
            (offer.name.clone(), role)
        }
        1 => (offer.vendor.clone(), Role::Dim),
        2 => money(&prices[0]),
        3 => money(&prices[1]),
        4 => money(&prices[2]),
        5 => match offer.context {
            Some(tokens) => (words::short(tokens), Role::Dim),
            None => ("?".into(), Role::Dim),
        },
        _ => {
            let words: Vec<String> = offer.endpoints.iter().map(ToString::to_string).collect();
            match words.is_empty() {
                true => ("?".into(), Role::Dim),
                false => (words.join(" "), Role::Dim),
            }
        }
    }
}

/// The group whose prices are shown, and the order.
fn group(model: &Model) -> Vec<Span<'static>> {
    let theme = &model.settings.theme;
    let tab = &model.market;
    let mut spans = Vec::new();
    if tab.order != Order::Name {
        spans.push(Span::styled(
            format!("by {}  ", tab.order.word()),
            theme.style(Role::Dim),
        ));
    }
    if !tab.group.is_empty() {
        let only = if tab.only_group {
            "only group: "
        } else {
            "group: "
        };
        let ratio = ratio(theme, model.relay.ratio(&tab.group));
        let text = format!("{} {ratio} ", clean(&tab.group));
        spans.push(Span::styled(only, theme.style(Role::Dim)));
        spans.push(Span::styled(text, theme.style(Role::Accent)));
    }
    spans
}
