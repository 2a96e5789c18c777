//! The texts that fill an overlay and are scrolled: help, the detail of a key or a model, a note.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Overlay, wallet};
use crate::locale::say;
use crate::tui::draw::clean;
use crate::tui::keymap::{Context, HelpSection};
use crate::tui::layout::WIDE;
use crate::tui::model::Model;
use crate::tui::tabs::{groups, keys, market, usage};
use crate::tui::text::{Align, Wrap, fit, width, wrap_spans, wrap_text};
use crate::tui::theme::{Role, Theme};

/// The title of a text.
pub fn title(model: &Model, overlay: &Overlay) -> String {
    match overlay {
        Overlay::Help { .. } => say!("keys-help-title").into(),
        Overlay::KeyDetail { id, .. } => match model.relay.key(*id) {
            Some(row) => say!("detail-key-named", name = clean(&row.info.name)),
            None => say!("detail-key").into(),
        },
        Overlay::GroupDetail { .. } => say!("detail-group").into(),
        Overlay::Wallet { .. } => say!("wallet-title").into(),
        Overlay::ModelDetail { .. } => say!("detail-model").into(),
        Overlay::Receipt { .. } => say!("detail-receipt").into(),
        Overlay::Note(note) => clean(&note.title).into_owned(),
        Overlay::Page(page) => page.head(),
        Overlay::Confirm(_)
        | Overlay::NewKey(_)
        | Overlay::Secret(_)
        | Overlay::Picker(_)
        | Overlay::WriteEnv(_)
        | Overlay::AddRelay(_)
        | Overlay::Sessions(_)
        | Overlay::Command(_)
        | Overlay::Side(_)
        | Overlay::WalletForm(_)
        | Overlay::Link(_)
        | Overlay::Offer(_)
        | Overlay::ChatForm(_) => String::new(),
    }
}

/// The rows of a text at this width; none for overlays that are not texts.
pub fn rows(model: &Model, overlay: &Overlay, cells: u16) -> Vec<Line<'static>> {
    match overlay {
        Overlay::Help { contexts, .. } => help(model, contexts, cells),
        Overlay::KeyDetail { id, .. } => keys::detail::rows(model, *id, cells),
        Overlay::Wallet { .. } => wallet::view::rows(model, cells),
        Overlay::GroupDetail { name, .. } => groups::detail::rows(model, name, cells),
        Overlay::ModelDetail { name, .. } => market::detail::rows(model, name, cells),
        Overlay::Receipt { id, .. } => usage::detail::rows(model, *id, cells),
        Overlay::Page(page) => page.lines(&model.settings.theme, cells),
        Overlay::Note(note) => {
            let theme = &model.settings.theme;
            let mut rows = vec![Line::default()];
            for line in &note.lines {
                rows.extend(paragraph(theme, &clean(line), Role::Text, 1, cells));
            }
            rows
        }
        Overlay::Confirm(_)
        | Overlay::NewKey(_)
        | Overlay::Secret(_)
        | Overlay::Picker(_)
        | Overlay::WriteEnv(_)
        | Overlay::AddRelay(_)
        | Overlay::Sessions(_)
        | Overlay::Command(_)
        | Overlay::Side(_)
        | Overlay::WalletForm(_)
        | Overlay::Link(_)
        | Overlay::Offer(_)
        | Overlay::ChatForm(_) => Vec::new(),
    }
}

/// How many rows the topmost overlay's text has.
pub fn height(model: &Model, cells: u16) -> usize {
    model
        .overlays
        .last()
        .map_or(0, |overlay| rows(model, overlay, cells).len())
}

/// The help; on a wide terminal in two columns, as even as whole places let them be.
fn help(model: &Model, contexts: &[Context], cells: u16) -> Vec<Line<'static>> {
    let theme = &model.settings.theme;
    let places = helpful(model, contexts);
    if cells < WIDE || places.len() < 2 {
        return sections(theme, &places, cells);
    }
    let half = cells / 2;
    let split = |at: usize| {
        let (left, right) = places.split_at(at);
        let left = sections(theme, left, half);
        (left, sections(theme, right, cells - half))
    };
    let splits = (1..places.len()).rev().map(split);
    let evenest = splits.min_by_key(|(left, right)| left.len().max(right.len()));
    let (left, right) = evenest.unwrap_or_default();
    beside(left, right, usize::from(half))
}

/// The keys of a place, without those that do nothing now.
fn helpful(model: &Model, contexts: &[Context]) -> Vec<HelpSection> {
    let held = contexts.iter().any(|context| context.holds());
    // The help lies over the place that it is about.
    let mut over = model.overlays.iter().rev();
    let below = over.find(|over| !matches!(over, Overlay::Help { .. }));
    let mut places = model.settings.keymap.help(contexts);
    for place in &mut places {
        place.rows.retain(|row| {
            let withheld = model.read_only && (row.dangerous || row.action.writes());
            let leads_nowhere = held && row.action.leads_elsewhere();
            !withheld && !leads_nowhere && below.is_none_or(|below| below.takes(row.action))
        });
    }
    places.retain(|place| !place.rows.is_empty());
    places
}

/// Rows at the left and rows at the right of a page.
fn beside(left: Vec<Line<'static>>, right: Vec<Line<'static>>, cells: usize) -> Vec<Line<'static>> {
    let rows = left.len().max(right.len());
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    let row = |_| {
        let mut row = left.next().unwrap_or_default();
        if let Some(other) = right.next().filter(|other| other.width() > 0) {
            let gap = cells.saturating_sub(row.width());
            row.spans.push(Span::raw(" ".repeat(gap)));
            row.spans.extend(other.spans);
        }
        row
    };
    (0..rows).map(row).collect()
}

fn sections(theme: &Theme, sections: &[HelpSection], cells: u16) -> Vec<Line<'static>> {
    let mut rows = Vec::new();
    for section in sections {
        // The keys of one place take no room from the words of another.
        let keys = section.rows.iter().map(|row| width(&row.keys));
        let widest = keys.max().unwrap_or(0).min(24);
        rows.push(Line::default());
        let title = format!(" {}", section.title);
        rows.push(Line::from(Span::styled(title, theme.style(Role::Heading))));
        for row in &section.rows {
            let role = if row.dangerous {
                Role::Dangerous
            } else {
                Role::Key
            };
            let keys = fit(&row.keys, widest, Align::Left, "");
            let room = usize::from(cells).saturating_sub(widest + 6);
            let lines = wrap_fairly(&row.description, room, theme.style(Role::Text));
            for (at, line) in lines.into_iter().enumerate() {
                let before = if at == 0 {
                    keys.clone()
                } else {
                    " ".repeat(widest)
                };
                let mut spans = vec![
                    Span::raw("   "),
                    Span::styled(before, theme.style(role)),
                    Span::raw("  "),
                ];
                spans.extend(line.spans);
                rows.push(Line::from(spans));
            }
        }
    }
    rows
}

/// A paragraph, wrapped and set in by so many cells.
pub fn paragraph(
    theme: &Theme,
    text: &str,
    role: Role,
    indent: usize,
    cells: u16,
) -> Vec<Line<'static>> {
    let room = usize::from(cells).saturating_sub(indent + 1).max(2);
    let rows = wrap_fairly(text, room, theme.style(role));
    rows.into_iter().map(|row| shift(row, indent)).collect()
}

/// A last row of no more cells than this looks lost.
const LOST: usize = 4;

/// Wraps a text so that no character or two stand alone in the last row.
fn wrap_fairly(text: &str, cells: usize, style: Style) -> Vec<Line<'static>> {
    fairly(cells, |cells| wrap_text(text, cells, Wrap::Words, style))
}

/// Wraps into so many cells, or a few less where a character or two would stand alone in the last row and the rows above
/// can spare some.
fn fairly(cells: usize, wrapped: impl Fn(usize) -> Vec<Line<'static>>) -> Vec<Line<'static>> {
    let lost = |rows: &[Line<'_>]| {
        let last = rows.last().filter(|_| rows.len() > 1);
        last.is_some_and(|last| last.width() <= LOST)
    };
    let rows = wrapped(cells);
    if !lost(&rows) {
        return rows;
    }
    let narrower = (1..=LOST * 2).map(|less| wrapped(cells.saturating_sub(less).max(2)));
    let mut as_many = narrower.take_while(|fair| fair.len() == rows.len());
    as_many.find(|fair| !lost(fair)).unwrap_or(rows)
}

/// Says that what is looked at is not there any more.
pub fn gone(theme: &Theme, text: &str, cells: u16) -> Vec<Line<'static>> {
    let mut rows = vec![Line::default()];
    rows.extend(paragraph(theme, text, Role::Dim, 1, cells));
    rows
}

/// A label with its value behind it, wrapped below itself.
pub fn labelled(
    theme: &Theme,
    label: &str,
    value: Vec<Span<'static>>,
    cells: u16,
) -> Vec<Line<'static>> {
    let indent = 14;
    let room = usize::from(cells).saturating_sub(indent + 1).max(2);
    let wrapped = |cells| wrap_spans(&value, cells, Wrap::Words);
    fairly(room, wrapped)
        .into_iter()
        .enumerate()
        .map(|(at, row)| {
            let before = if at == 0 { label } else { "" };
            let text = format!(" {}", fit(before, indent - 1, Align::Left, ""));
            let mut spans = vec![Span::styled(text, theme.style(Role::Dim))];
            spans.extend(row.spans);
            Line::from(spans)
        })
        .collect()
}

/// A row set in by so many cells.
pub fn shift(mut row: Line<'static>, by: usize) -> Line<'static> {
    row.spans.insert(0, Span::raw(" ".repeat(by)));
    row
}
