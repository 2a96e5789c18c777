//! Small helps for drawing: cleaned text, lines in a row, what is left and right of it.

use std::borrow::Cow;
use std::fmt;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::text::{Align, Breaks, fit, sanitize, truncate, width};
use super::theme::{Role, Sign, Theme};
use super::words;
use crate::domain::{Basis, Cost, Money, Ratio};

/// A text from outside, fit for one row: nothing in it can steer the terminal.
pub fn clean(text: &str) -> Cow<'_, str> {
    sanitize(text, Breaks::Blank)
}

/// Puts a line into a row, cut at its right edge.
pub fn put(buffer: &mut Buffer, area: Rect, line: &Line<'_>) {
    if area.width > 0 && area.height > 0 {
        buffer.set_line(area.x, area.y, line, area.width);
    }
}

/// Puts lines one below the other, as many as fit.
pub fn put_all(buffer: &mut Buffer, area: Rect, lines: &[Line<'_>]) {
    for (at, line) in lines.iter().take(usize::from(area.height)).enumerate() {
        put(buffer, row(area, at), line);
    }
}

/// Makes a row the one under the cursor: one bar from edge to edge, whose words and signs say what colours say elsewhere.
pub fn bar(buffer: &mut Buffer, area: Rect, theme: &Theme) {
    buffer.set_style(area, Style::reset().patch(theme.style(Role::Selection)));
}

/// One row of an area, counted from its top; empty beyond its end.
pub fn row(area: Rect, at: usize) -> Rect {
    let at = u16::try_from(at).unwrap_or(u16::MAX);
    Rect {
        y: area.y.saturating_add(at).min(area.bottom()),
        height: u16::from(at < area.height),
        ..area
    }
}

/// An area without its first rows.
pub fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}

/// Puts something at the left and something at the right of a row. Where both do not fit, the left one is cut.
pub fn put_both(buffer: &mut Buffer, area: Rect, left: &Line<'_>, right: &Line<'_>) {
    let takes = u16::try_from(right.width()).unwrap_or(u16::MAX);
    if takes >= area.width {
        put(buffer, area, right);
        return;
    }
    let gap = u16::from(takes > 0);
    let first = Rect {
        width: area.width - takes - gap,
        ..area
    };
    put(buffer, first, left);
    let second = Rect {
        x: area.right() - takes,
        width: takes,
        ..area
    };
    put(buffer, second, right);
}

/// A piece of a row, and how much it matters: where room is short, the pieces that matter least go first.
#[derive(Clone, Debug)]
pub struct Piece {
    /// How much it matters; [`Piece::STAYS`] never goes.
    pub matters: u8,
    /// The piece.
    pub spans: Vec<Span<'static>>,
}

impl Piece {
    /// What never goes.
    pub const STAYS: u8 = 9;

    /// A piece of one style.
    pub fn of(matters: u8, text: impl Into<String>, style: Style) -> Self {
        Piece {
            matters,
            spans: vec![Span::styled(text.into(), style)],
        }
    }

    /// A value with a dim word before it.
    pub fn labelled(
        matters: u8,
        theme: &Theme,
        label: &str,
        value: impl Into<String>,
        role: Role,
    ) -> Self {
        Piece {
            matters,
            spans: vec![
                Span::styled(label.to_owned(), theme.style(Role::Dim)),
                Span::styled(value.into(), theme.style(role)),
            ],
        }
    }

    fn width(&self) -> usize {
        self.spans.iter().map(|span| width(&span.content)).sum()
    }
}

/// Puts pieces at the left and at the right of a row, as many as there is room for.
pub fn put_pieces(buffer: &mut Buffer, area: Rect, mut left: Vec<Piece>, mut right: Vec<Piece>) {
    let sum = |pieces: &[Piece]| pieces.iter().map(Piece::width).sum::<usize>();
    while sum(&left) + sum(&right) + 1 > usize::from(area.width) {
        let least = left.iter().chain(&right).map(|piece| piece.matters).min();
        let Some(least) = least.filter(|least| *least < Piece::STAYS) else {
            break;
        };
        left.retain(|piece| piece.matters > least);
        right.retain(|piece| piece.matters > least);
    }
    let line = |pieces: Vec<Piece>| {
        let spans = pieces.into_iter().flat_map(|piece| piece.spans);
        Line::from(spans.collect::<Vec<_>>())
    };
    put_both(buffer, area, &line(left), &line(right));
}

/// The pieces that fit into so many cells.
pub fn fitting(mut pieces: Vec<Piece>, cells: usize) -> Vec<Span<'static>> {
    while pieces.iter().map(Piece::width).sum::<usize>() > cells {
        let least = pieces.iter().map(|piece| piece.matters).min();
        let Some(least) = least.filter(|least| *least < Piece::STAYS) else {
            break;
        };
        pieces.retain(|piece| piece.matters > least);
    }
    pieces.into_iter().flat_map(|piece| piece.spans).collect()
}

/// A rule over the whole width with a title in it: `── title ────`.
pub fn rule(theme: &Theme, title: Vec<Span<'static>>, cells: u16) -> Line<'static> {
    let line = theme.glyph(Sign::Rule);
    let style = theme.style(Role::Rule);
    let mut spans = vec![Span::styled(line.to_owned(), style)];
    if !title.is_empty() {
        spans.push(Span::raw(" "));
        spans.extend(title);
        spans.push(Span::raw(" "));
    }
    let used: usize = spans.iter().map(|span| width(&span.content)).sum();
    let rest = usize::from(cells).saturating_sub(used);
    spans.push(Span::styled(line.repeat(rest), style));
    Line::from(spans)
}

/// Says behind a count how many rows are below those that are seen; nothing where there are none.
pub fn more_below(theme: &Theme, rows: usize) -> String {
    match rows {
        0 => String::new(),
        rows => format!("  {}{}", theme.glyph(Sign::Below), words::grouped(rows)),
    }
}

/// A text in exactly so many cells, cleaned.
pub fn cell(theme: &Theme, text: &str, cells: usize, align: Align) -> String {
    fit(&clean(text), cells, align, theme.glyph(Sign::Ellipsis))
}

/// A text in at most so many cells, cleaned.
pub fn cut(theme: &Theme, text: &str, cells: usize) -> String {
    truncate(&clean(text), cells, theme.glyph(Sign::Ellipsis)).into_owned()
}

/// A cost with its basis, in the colour of the basis.
pub fn cost(theme: &Theme, cost: &Cost) -> Span<'static> {
    let role = match (cost.amount, cost.basis) {
        (None, _) => Role::MoneyUnknown,
        (Some(_), Basis::Estimated) => Role::MoneyEstimated,
        (Some(_), Basis::Reported) => Role::MoneyReported,
        (Some(_), Basis::Settled) => Role::MoneySettled,
    };
    Span::styled(words::cost(cost), theme.style(role))
}

/// A sum of money: that some figures in it are estimates is said, and that some costs are not known and not in it.
pub fn sum(theme: &Theme, spent: Money, estimated: bool, unknown: bool) -> String {
    let unknown = if unknown { "+?" } else { "" };
    format!("{}{unknown}", about(theme, estimated, spent))
}

/// A figure, with the sign of an estimate where it is one.
pub fn about(theme: &Theme, estimated: bool, figure: impl fmt::Display) -> String {
    let about = match estimated {
        true => theme.glyph(Sign::About),
        false => "",
    };
    format!("{about}{figure}")
}

/// A ratio, with the sign of times that this terminal can show; unknown is `?`.
pub fn ratio(theme: &Theme, ratio: Option<Ratio>) -> String {
    match ratio {
        Some(ratio) => times(theme, &ratio.to_string()),
        None => "?".into(),
    }
}

/// A text with ratios in it, with the sign of times that this terminal can show.
pub fn times(theme: &Theme, text: &str) -> String {
    text.replace('×', theme.glyph(Sign::Times))
}

/// A group's name in at most so many cells, with its ratio where that is known.
pub fn with_ratio(theme: &Theme, group: &str, known: Option<Ratio>, cells: usize) -> String {
    let name = cut(theme, group, cells);
    match known {
        Some(_) => format!("{name} {}", ratio(theme, known)),
        None => name,
    }
}
