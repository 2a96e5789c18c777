//! Draws a Markdown table: aligned where it fits, with wrapped cells where it nearly fits, else a record a row.

use pulldown_cmark::Alignment;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::width::width;
use super::wrap::{Wrap, wrap_spans};
use crate::tui::theme::{Role, Sign, Theme};

/// The pieces of one cell.
pub(super) type Cell = Vec<Span<'static>>;

/// Cells narrower than this are unreadable when wrapped.
const NARROWEST: usize = 8;

/// A table as it was read.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub alignments: Vec<Alignment>,
    pub head: Vec<Cell>,
    pub body: Vec<Vec<Cell>>,
}

impl Table {
    /// Its rows, none wider than `room`.
    pub fn draw(&self, room: usize, theme: &Theme) -> Vec<Line<'static>> {
        let columns = self.alignments.len();
        let bars = 3 * columns.saturating_sub(1);
        let natural: Vec<usize> = (0..columns).map(|column| self.widest(column)).collect();
        let Some(space) = room.checked_sub(bars).filter(|_| columns > 0) else {
            return self.records(room, theme);
        };
        if natural.iter().sum::<usize>() <= space {
            self.grid(&natural, theme)
        } else if space >= columns * NARROWEST {
            self.grid(&shrink(&natural, space), theme)
        } else {
            self.records(room, theme)
        }
    }

    fn widest(&self, column: usize) -> usize {
        let cells = std::iter::once(&self.head)
            .chain(&self.body)
            .filter_map(|row| row.get(column));
        cells.map(|cell| cell_width(cell)).max().unwrap_or(0).max(1)
    }

    fn grid(&self, widths: &[usize], theme: &Theme) -> Vec<Line<'static>> {
        let bar = Span::styled(
            format!(" {} ", theme.glyph(Sign::ColumnBar)),
            theme.style(Role::Rule),
        );
        let mut rows = self.grid_row(&self.head, widths, &bar, theme.style(Role::Strong));
        let rule = theme.glyph(Sign::Rule);
        let cross = format!("{rule}{}{rule}", theme.glyph(Sign::RuleCross));
        let line: Vec<String> = widths.iter().map(|width| rule.repeat(*width)).collect();
        rows.push(Line::from(Span::styled(
            line.join(&cross),
            theme.style(Role::Rule),
        )));
        for row in &self.body {
            rows.extend(self.grid_row(row, widths, &bar, Style::new()));
        }
        rows
    }

    fn grid_row(
        &self,
        cells: &[Cell],
        widths: &[usize],
        bar: &Span<'static>,
        style: Style,
    ) -> Vec<Line<'static>> {
        let wrapped: Vec<Vec<Line<'static>>> = widths
            .iter()
            .enumerate()
            .map(|(column, width)| {
                cells
                    .get(column)
                    .map_or_else(Vec::new, |cell| wrap_spans(cell, *width, Wrap::Words))
            })
            .collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let line = |row: usize| {
            let mut spans = Vec::new();
            for (column, wide) in widths.iter().enumerate() {
                if column > 0 {
                    spans.push(bar.clone());
                }
                let cell = wrapped[column]
                    .get(row)
                    .map_or(&[][..], |line| &line.spans[..]);
                let blanks = wide.saturating_sub(cell_width(cell));
                let (left, right) = match self.alignments[column] {
                    Alignment::Right => (blanks, 0),
                    Alignment::Center => (blanks / 2, blanks - blanks / 2),
                    Alignment::Left | Alignment::None => (0, blanks),
                };
                let last = column + 1 == widths.len();
                spans.extend(blank(left));
                spans.extend(
                    cell.iter()
                        .map(|span| Span::styled(span.content.clone(), style.patch(span.style))),
                );
                spans.extend(blank(if last { 0 } else { right }));
            }
            Line::from(spans)
        };
        (0..height).map(line).collect()
    }

    /// Each row as lines of *name: value*, for a table that is too wide.
    fn records(&self, room: usize, theme: &Theme) -> Vec<Line<'static>> {
        let mut rows = Vec::new();
        for (index, cells) in self.body.iter().enumerate() {
            if index > 0 {
                rows.push(Line::default());
            }
            for (column, cell) in cells.iter().enumerate() {
                let mut pieces: Vec<Span<'static>> = self
                    .head
                    .get(column)
                    .into_iter()
                    .flatten()
                    .map(|span| {
                        Span::styled(
                            span.content.clone(),
                            theme.style(Role::Strong).patch(span.style),
                        )
                    })
                    .collect();
                pieces.push(Span::raw(": "));
                pieces.extend(cell.iter().cloned());
                rows.extend(wrap_spans(&pieces, room, Wrap::Words));
            }
        }
        if self.body.is_empty() {
            let names = self
                .head
                .iter()
                .flat_map(|cell| cell.iter().cloned().chain([Span::raw(" ")]));
            rows.extend(wrap_spans(&names.collect::<Vec<_>>(), room, Wrap::Words));
        }
        rows
    }
}

fn blank(cells: usize) -> Option<Span<'static>> {
    (cells > 0).then(|| Span::raw(" ".repeat(cells)))
}

fn cell_width(cell: &[Span<'_>]) -> usize {
    cell.iter().map(|span| width(&span.content)).sum()
}

/// Widths that sum up to `space`: the widest columns give way first, none below what is readable.
fn shrink(natural: &[usize], space: usize) -> Vec<usize> {
    let mut widths = natural.to_vec();
    let mut excess = widths.iter().sum::<usize>().saturating_sub(space);
    while excess > 0 {
        let widest = widths.iter().copied().max().unwrap_or(0);
        let next = widths
            .iter()
            .copied()
            .filter(|width| *width < widest)
            .max()
            .unwrap_or(0);
        let count = widths.iter().filter(|width| **width == widest).count();
        let step = (widest - next.max(1)).min(excess.div_ceil(count)).max(1);
        for width in widths.iter_mut().filter(|width| **width == widest) {
            let taken = step.min(excess);
            *width -= taken;
            excess -= taken;
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_columns_give_way_first() {
        assert_eq!(shrink(&[5, 40, 5], 30), [5, 20, 5]);
        assert_eq!(shrink(&[30, 40, 5], 45), [20, 20, 5]);
        assert_eq!(shrink(&[10, 10], 19).iter().sum::<usize>(), 19);
    }
}
