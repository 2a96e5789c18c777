//! How the tab of usage is drawn.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span as Words};

use super::chart;
use super::places::{Places, places};
use super::state::Span;
use crate::domain::spending::minutes_left;
use crate::domain::{By, Dispute, Receipt, ReceiptState, Spending, program};
use crate::engine::door::UsageView;
use crate::locale::{Word, say};
use crate::tui::columns::{Column, Table};
use crate::tui::draw::{
    self, Piece, cell, cut, more_below, put, put_all, put_both, put_pieces, row,
};
use crate::tui::layout::Layout;
use crate::tui::model::Model;
use crate::tui::overlay::detail::paragraph;
use crate::tui::remote::Remote;
use crate::tui::tabs::list;
use crate::tui::text::{Align, width};
use crate::tui::theme::{Role, Sign, Theme};
use crate::tui::words;

/// The columns of receipts. Those of today need no date.
const fn columns(span: Span) -> [Column; 7] {
    let sent = match span {
        Span::Today => 5,
        Span::Week | Span::Month => 16,
    };
    [
        Column::new(Word("usage-column-sent"), 5, sent, Align::Left, 8),
        Column::new(Word("usage-column-model"), 16, 32, Align::Left, 7),
        Column::new(Word("usage-column-key"), 10, 24, Align::Left, 4),
        Column::new(Word("usage-column-tool"), 9, 14, Align::Left, 6),
        Column::new(Word("usage-column-in"), 5, 7, Align::Right, 1),
        Column::new(Word("usage-column-out"), 5, 7, Align::Right, 5),
        Column::new(Word("usage-column-cost"), 22, 24, Align::Left, 9),
    ]
}

/// Draws the tab.
pub fn draw(model: &Model, layout: &Layout, frame: &mut Frame<'_>) {
    let places = places(layout.body, model.usage.running.len());
    sums(model, &places, frame);
    match &model.usage.view {
        Remote::Failed(fault, None) => {
            let theme = &model.settings.theme;
            let mut rows = list::failed(theme, fault, 1, places.rows.width);
            rows.extend(paragraph(
                theme,
                say!("list-try-again"),
                Role::Dim,
                1,
                places.rows.width,
            ));
            put_all(frame.buffer_mut(), places.chart.union(places.rows), &rows);
        }
        view => {
            if let Some(view) = view.value() {
                if view.report.whole.requests == 0 && view.receipts.is_empty() && !view.disputes {
                    let area = draw::below(places.chart.union(places.rows), 1);
                    let rows = paragraph(
                        &model.settings.theme,
                        say!("usage-empty"),
                        Role::Dim,
                        1,
                        area.width,
                    );
                    put_all(frame.buffer_mut(), area, &rows);
                    return;
                }
                over_time(model, view, places.chart, frame);
                breakdown(model, view, places.breakdown, frame);
                running(model, places.running, frame);
                receipts(model, view, &places, frame);
            }
        }
    }
}

/// The spans, what the chosen one came to, how fast money goes, and how long it lasts.
fn sums(model: &Model, places: &Places, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let mut left = vec![Words::raw(" ")];
    for span in Span::ALL {
        let role = if span == model.usage.span {
            Role::TabSelected
        } else {
            Role::Tab
        };
        left.push(Words::styled(span.words(), theme.style(role)));
        left.push(Words::raw("  "));
    }
    match &model.usage.view {
        Remote::Loading(_) => {
            let text = say!("usage-reading", working = theme.glyph(Sign::Working));
            left.push(Words::styled(text, theme.style(Role::Dim)));
        }
        Remote::Failed(fault, Some(stale)) => {
            // The gap behind the spans is in what is said.
            left.pop();
            let used: usize = left.iter().map(Words::width).sum();
            let room = usize::from(places.sums.width).saturating_sub(used + 1);
            let retry = say!("list-retry");
            left.extend(list::kept(model, fault, stale.at, retry, room));
        }
        _ => {}
    }
    put(frame.buffer_mut(), row(places.sums, 0), &Line::from(left));
    let Some(view) = model.usage.view.value() else {
        return;
    };
    let whole = &view.report.whole;
    let piece = |matters, label: &str, value: String, role| {
        Piece::labelled(matters, theme, label, value, role)
    };
    let mut pieces = vec![piece(
        Piece::STAYS,
        say!("usage-spent"),
        spent(theme, whole),
        Role::Money,
    )];
    pieces.push(piece(
        7,
        say!("usage-tokens"),
        words::short(whole.tokens),
        Role::Text,
    ));
    let requests = usize::try_from(whole.requests).unwrap_or(usize::MAX);
    pieces.push(piece(
        6,
        say!("usage-requests"),
        words::grouped(requests),
        Role::Text,
    ));
    if whole.unknown > 0 {
        let count = whole.unknown.to_string();
        pieces.push(piece(5, say!("usage-unknown"), count, Role::MoneyUnknown));
    }
    let mut right = Vec::new();
    let idle = minutes_left(view.last_hour, view.last_hour).is_none();
    if !idle {
        right.push(piece(
            8,
            say!("usage-last-hour"),
            draw::about(theme, view.last_hour_estimated, view.last_hour),
            Role::Money,
        ));
        if let Some(minutes) = model
            .relay
            .balance()
            .and_then(|wallet| minutes_left(wallet, view.last_hour))
        {
            let role = if minutes < 24 * 60 {
                Role::Warn
            } else {
                Role::Text
            };
            right.push(piece(
                Piece::STAYS,
                say!("usage-empty-in"),
                // A year and more is no figure.
                draw::about(
                    theme,
                    view.last_hour_estimated && minutes <= YEAR,
                    lasts(minutes),
                ),
                role,
            ));
        }
        right.push(Piece::of(Piece::STAYS, " ", theme.style(Role::Text)));
    }
    put_pieces(frame.buffer_mut(), row(places.sums, 1), pieces, right);
}

fn spent(theme: &Theme, sum: &Spending) -> String {
    draw::sum(theme, sum.spent, sum.estimated > 0, sum.unknown > 0)
}

/// A year, in minutes: beyond it no figure is given.
const YEAR: u64 = 366 * 1_440 - 1;

/// Minutes in the two largest units: `3 h 10 m`, `12 d 4 h`.
fn lasts(minutes: u64) -> String {
    let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) => say!("usage-lasts-minutes", minutes = rest),
        (0, hours) => say!("usage-lasts-hours", hours = hours, minutes = rest),
        (1..100, hours) => say!("usage-lasts-days", days = days, hours = hours),
        (100..=365, _) => say!("figure-days", days = days),
        // Nobody plans that far, and an hour's spending says nothing about it.
        _ => say!("usage-over-a-year").into(),
    }
}

fn over_time(model: &Model, view: &UsageView, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let (zone, now) = (&model.settings.zone, model.now.wall);
    let cells = usize::from(area.width);
    let height = usize::from(area.height);
    let rows = if model.usage.span == Span::Today {
        let hours = view.report.hours(now, zone);
        chart::rows(theme, &hours, ("0:00", say!("chart-now")), cells, height)
    } else {
        let days = view.report.last_days(model.usage.span.days(), now, zone);
        let points: Vec<_> = days.iter().map(|(_, day)| *day).collect();
        // The year goes without saying.
        let name = |day: Option<&(String, Spending)>| {
            day.and_then(|(day, _)| day.get(5..))
                .unwrap_or_default()
                .to_owned()
        };
        let ends = (name(days.first()), name(days.last()));
        chart::rows(theme, &points, (&ends.0, &ends.1), cells, height)
    };
    put_all(frame.buffer_mut(), area, &rows);
}

fn breakdown(model: &Model, view: &UsageView, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let rows = view.report.rows(model.usage.by, &model.settings.zone);
    if rows.is_empty() {
        return;
    }
    let head = say!("usage-by", what = words::by(model.usage.by).to_uppercase());
    let head = Line::styled(head, theme.style(Role::ColumnHead));
    put(frame.buffer_mut(), row(area, 0), &head);
    let room = usize::from(area.height).saturating_sub(1);
    let shown = if rows.len() > room {
        room.saturating_sub(1)
    } else {
        rows.len()
    };
    let most = rows
        .iter()
        .map(|(_, sum)| sum.spent)
        .max()
        .unwrap_or_default();
    let figures = |sum: &Spending| {
        let requests = usize::try_from(sum.requests).unwrap_or(usize::MAX);
        let counts = say!(
            "usage-by-figures",
            tokens = format!("{:>6}", words::short(sum.tokens)),
            requests = format!("{:>6}", words::grouped(requests))
        );
        Line::from(vec![
            Words::styled(spent(theme, sum), theme.style(Role::Money)),
            Words::styled(counts, theme.style(Role::Dim)),
        ])
    };
    // The longest figures say how much room names and bars have, so that the bars stand below each other.
    let seen = || rows.iter().take(shown);
    let widest = seen().map(|(_, sum)| figures(sum).width()).max();
    let room = usize::from(area.width).saturating_sub(widest.unwrap_or(0) + 2);
    // A usual name stands whole before a bar takes room, and a bar of few cells says nothing.
    let meter_cells = match room.saturating_sub(NAME + 1) {
        cells @ 6.. => cells.min(METER),
        _ => 0,
    };
    let bar = meter_cells + usize::from(meter_cells > 0);
    for (at, (name, sum)) in seen().enumerate() {
        let name = match (name.as_str(), model.usage.by) {
            ("", By::Group) => say!("usage-not-known"),
            (name, By::Tool) => program::shown(name),
            (name, _) => name,
        };
        let right = figures(sum);
        let name = cell(theme, name, (room - bar).min(32), Align::Left);
        let mut left = vec![
            Words::raw(" "),
            Words::styled(name, theme.style(Role::Text)),
        ];
        if bar > 0 {
            let meter = format!(" {}", meter(model, sum, most.nanos(), meter_cells));
            left.push(Words::styled(meter, theme.style(Role::Accent)));
        }
        let left = Line::from(left);
        put_both(frame.buffer_mut(), row(area, at + 1), &left, &right);
    }
    if shown < rows.len() {
        let mut rest = Spending::default();
        rows[shown..].iter().for_each(|(_, sum)| rest.add(sum));
        let text = say!(
            "usage-more",
            count = rows.len() - shown,
            spent = spent(theme, &rest)
        );
        let line = Line::styled(text, theme.style(Role::Dim));
        put(frame.buffer_mut(), row(area, shown + 1), &line);
    }
}

/// The most cells of a meter.
const METER: usize = 10;
/// Cells of a name as long as the dated ones of the vendors: `claude-sonnet-4-5-20250929`.
const NAME: usize = 26;

/// A row of cells, as full as the sum is large beside the largest.
fn meter(model: &Model, sum: &Spending, most: i64, cells: usize) -> String {
    let theme = &model.settings.theme;
    let share = i128::from(sum.spent.nanos().max(0)) * cells as i128 / i128::from(most.max(1));
    let full = usize::try_from(share).unwrap_or(0).min(cells);
    theme.glyph(Sign::MeterFull).repeat(full) + &" ".repeat(cells - full)
}

/// What runs at the relay now, whoever sent it.
fn running(model: &Model, area: Rect, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let running = &model.usage.running;
    if running.is_empty() {
        return;
    }
    let mut head = say!("usage-running", working = theme.glyph(Sign::Working));
    let room = usize::from(area.height).saturating_sub(1);
    // The latest matter most; those that are left out are counted.
    let hidden = running.len().saturating_sub(room);
    if hidden > 0 {
        head.push_str(&say!("usage-older", hidden = hidden));
    }
    let head = Line::styled(head, theme.style(Role::ColumnHead));
    put(frame.buffer_mut(), row(area, 0), &head);
    for (at, request) in running.iter().skip(hidden).enumerate() {
        let name = cell(theme, &request.model, 30, Align::Left);
        let mut left = vec![
            Words::raw("   "),
            Words::styled(name, theme.style(Role::Text)),
            Words::raw("  "),
            Words::styled(
                cell(theme, &request.tool, 14, Align::Left),
                theme.style(Role::Accent),
            ),
        ];
        let elapsed = words::seconds(model.now.wall.since(request.begun));
        let figures = say!(
            "usage-running-figures",
            input = words::short(request.prompt),
            about = theme.glyph(Sign::About),
            output = words::short(request.parts),
            elapsed = elapsed
        );
        // The key only where all of it fits.
        let key = format!("  {}", cut(theme, &request.key_name, 20));
        let used: usize = left.iter().map(Words::width).sum();
        if used + width(&key) + width(&figures) < usize::from(area.width) {
            left.push(Words::styled(key, theme.style(Role::Dim)));
        }
        let right = Line::styled(figures, theme.style(Role::Dim));
        let left = Line::from(left);
        put_both(frame.buffer_mut(), row(area, at + 1), &left, &right);
    }
}

fn receipts(model: &Model, view: &UsageView, places: &Places, frame: &mut Frame<'_>) {
    let theme = &model.settings.theme;
    let count = view.receipts.len();
    let what = if view.disputes {
        say!("usage-disputes", count = #count)
    } else {
        say!("usage-latest", count = #count)
    };
    let buffer = frame.buffer_mut();
    if count == 0 {
        let text = if view.disputes {
            say!("usage-no-disputes")
        } else {
            say!("usage-empty")
        };
        let rows = paragraph(theme, text, Role::Dim, 1, places.rows.width);
        put_all(buffer, places.caption.union(places.rows), &rows);
        return;
    }
    let height = usize::from(places.rows.height);
    let top = model.usage.cursor.top(count, height);
    let below = more_below(theme, count.saturating_sub(top + height));
    let caption = Line::styled(format!(" {what}{below}"), theme.style(Role::Dim));
    put(buffer, places.caption, &caption);
    let columns = columns(model.usage.span);
    let table = Table::new(&columns, theme, places.rows.width);
    table.head(buffer, places.head, None);
    table.rows(
        buffer,
        places.rows,
        model.usage.cursor.index() - top,
        view.receipts.iter().skip(top),
        |_| false,
        |receipt, column, cells| text(model, receipt, column, cells),
    );
}

fn text(model: &Model, receipt: &Receipt, column: usize, cells: usize) -> (String, Role) {
    let theme = &model.settings.theme;
    let usage = receipt.usage();
    match column {
        0 => (
            words::clock(receipt.sent, model.now.wall, &model.settings.zone),
            Role::Dim,
        ),
        1 => (receipt.model.clone(), Role::Text),
        2 => {
            let name = receipt.key_name.as_ref().unwrap_or(&receipt.key_masked);
            (name.clone(), Role::Text)
        }
        3 => (program::shown(&receipt.tool).to_owned(), Role::Dim),
        4 => (words::short(usage.prompt()), Role::Dim),
        5 => (words::short(usage.output), Role::Dim),
        _ => {
            let sign = match receipt.state {
                ReceiptState::Sent => Some((Sign::Working, Role::Accent)),
                ReceiptState::Failed if receipt.charged.is_none() => {
                    return (
                        say!("usage-failed", sign = theme.glyph(Sign::Cross)),
                        Role::Bad,
                    );
                }
                ReceiptState::Failed => Some((Sign::Cross, Role::Bad)),
                _ => Dispute::of(receipt).map(|_| (Sign::Warning, Role::Warn)),
            };
            let cost = draw::cost(theme, &receipt.cost()).content.into_owned();
            match sign {
                Some((sign, role)) => {
                    let text = format!("{} {cost}", theme.glyph(sign));
                    (cut(theme, &text, cells), role)
                }
                None => (cut(theme, &cost, cells), Role::Money),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_04_how_long_it_lasts_is_said_in_two_units() {
        for (minutes, text) in [
            (7, "7 m"),
            (190, "3 h 10 m"),
            (60 * 24, "1 d 0 h"),
            (60 * 24 * 12 + 250, "12 d 4 h"),
            (60 * 24 * 200, "200 d"),
            (60 * 24 * 4_000, "over a year"),
        ] {
            assert_eq!(lasts(minutes), text);
        }
    }
}
