//! Columns of a list: how wide each is at a given width, which give way where room is short, and how its rows are drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::draw::{bar, cell, put, row};
use super::text::{Align, width};
use super::theme::{Role, Sign, Theme};

use crate::locale::Word;

/// Cells between two columns.
const GAP: usize = 2;
/// Cells before the first column: the cursor and the mark.
const MARGIN: usize = 3;

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// What stands above it.
    pub title: Word,
    /// Cells its texts need; its title may need more.
    pub least: usize,
    /// Cells it can use.
    pub most: usize,
    /// On which side its texts stand.
    pub align: Align,
    /// How much it matters: where room is short, the column that matters least goes first.
    pub matters: u8,
}

/// The column that the rows are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sorted {
    /// Its position among the columns.
    pub at: usize,
    /// Whether what it shows gets less from row to row.
    pub falling: bool,
}

/// The columns that fit, each with its cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widths {
    cells: Vec<Option<usize>>,
}

/// A list that is drawn in columns.
pub struct Table<'a> {
    columns: &'a [Column],
    widths: Widths,
    theme: &'a Theme,
}

impl<'a> Table<'a> {
    /// The columns, as they fit into so many cells.
    pub fn new(columns: &'a [Column], theme: &'a Theme, cells: u16) -> Self {
        Table {
            columns,
            widths: Widths::fit(columns, usize::from(cells)),
            theme,
        }
    }

    /// Draws the row of titles.
    pub fn head(&self, buffer: &mut Buffer, area: Rect, sorted: Option<Sorted>) {
        put(
            buffer,
            area,
            &self.widths.head(self.columns, self.theme, sorted),
        );
    }

    /// Draws the rows that are seen, the one under the cursor as a bar. `text` says what stands in a column and has so many
    /// cells to say it in; `marked` tells which rows are marked.
    pub fn rows<T>(
        &self,
        buffer: &mut Buffer,
        area: Rect,
        cursor: usize,
        rows: impl IntoIterator<Item = T>,
        marked: impl Fn(&T) -> bool,
        text: impl Fn(&T, usize, usize) -> (String, Role),
    ) {
        let seen = rows.into_iter().take(usize::from(area.height));
        for (at, one) in seen.enumerate() {
            let here = at == cursor;
            let line = self.widths.row(
                self.columns,
                self.theme,
                here,
                marked(&one),
                |column, cells| text(&one, column, cells),
            );
            let place = row(area, at);
            put(buffer, place, &line);
            if here {
                bar(buffer, place, self.theme);
            }
        }
    }
}

impl Column {
    /// A column, its parts in the order of the fields.
    pub const fn new(title: Word, least: usize, most: usize, align: Align, matters: u8) -> Self {
        Column {
            title,
            least,
            most,
            align,
            matters,
        }
    }

    /// Cells it needs, whatever the language of its title.
    fn needs(&self) -> usize {
        self.least.max(width(self.title.say()))
    }
}

impl Widths {
    /// Fits columns into so many cells. The column that matters most always stays.
    pub fn fit(columns: &[Column], total: usize) -> Self {
        let mut kept: Vec<bool> = vec![true; columns.len()];
        let needs = |kept: &[bool]| -> usize {
            let used: usize = columns
                .iter()
                .zip(kept)
                .filter(|(_, kept)| **kept)
                .map(|(column, _)| column.needs() + GAP)
                .sum();
            MARGIN + used.saturating_sub(GAP)
        };
        while needs(&kept) > total && kept.iter().filter(|kept| **kept).count() > 1 {
            let least = (0..columns.len())
                .filter(|at| kept[*at])
                .min_by_key(|at| columns[*at].matters);
            if let Some(at) = least {
                kept[at] = false;
            }
        }
        let mut widths: Vec<Option<usize>> = columns
            .iter()
            .zip(&kept)
            .map(|(column, kept)| kept.then_some(column.needs()))
            .collect();
        let mut spare = total.saturating_sub(needs(&kept));
        // What is left goes to those that matter most.
        let mut order: Vec<usize> = (0..columns.len()).filter(|at| kept[*at]).collect();
        order.sort_by_key(|at| std::cmp::Reverse(columns[*at].matters));
        for at in order {
            let more = spare.min(columns[at].most.saturating_sub(columns[at].needs()));
            widths[at] = widths[at].map(|width| width + more);
            spare -= more;
        }
        if needs(&kept) > total {
            // One column is left and even that is too wide.
            for width in widths.iter_mut().flatten() {
                *width = total.saturating_sub(MARGIN);
            }
        }
        Widths { cells: widths }
    }

    /// The row of titles, with a sign at the column by which the rows are sorted. Where the column has no cell left for the
    /// sign, it stands in the gap behind it.
    pub fn head(&self, columns: &[Column], theme: &Theme, sorted: Option<Sorted>) -> Line<'static> {
        let mut text = " ".repeat(MARGIN);
        for (at, (column, width_of)) in columns.iter().zip(&self.cells).enumerate() {
            let Some(cells) = width_of else { continue };
            let sign = match sorted {
                Some(sorted) if sorted.at != at => "",
                Some(sorted) if sorted.falling => theme.glyph(Sign::Below),
                Some(_) => theme.glyph(Sign::Above),
                None => "",
            };
            let title = column.title.say();
            let fits = width(title) + width(sign) <= *cells;
            let (title, gap) = if fits {
                (format!("{title}{sign}"), "")
            } else {
                (title.to_owned(), sign)
            };
            text.push_str(&cell(theme, &title, *cells, column.align));
            text.push_str(gap);
            text.push_str(&" ".repeat(GAP - width(gap)));
        }
        Line::styled(text.trim_end().to_owned(), theme.style(Role::ColumnHead))
    }

    /// A row of cells. Only cells of columns that are kept are asked for. A text that is too long for its column runs over
    /// the empty cells to its right, and begins where its column does.
    pub fn row(
        &self,
        columns: &[Column],
        theme: &Theme,
        here: bool,
        marked: bool,
        mut text: impl FnMut(usize, usize) -> (String, Role),
    ) -> Line<'static> {
        let cursor = if here { theme.glyph(Sign::Cursor) } else { " " };
        let mark = match marked {
            true => Span::styled(theme.glyph(Sign::Mark), theme.style(Role::Mark)),
            false => Span::raw(" "),
        };
        let mut spans = vec![mark, Span::raw(format!("{cursor} "))];
        let kept = columns.iter().zip(&self.cells).enumerate();
        let mut cells = kept
            .filter_map(|(at, (column, cells))| {
                let (text, role) = text(at, (*cells)?);
                Some((text, role, (*cells)?, column.align))
            })
            .collect::<Vec<_>>()
            .into_iter()
            .peekable();
        while let Some((text, role, mut room, mut align)) = cells.next() {
            while width(&text) > room
                && let Some((_, _, more, _)) = cells.next_if(|(next, ..)| next.is_empty())
            {
                room += GAP + more;
                align = Align::Left;
            }
            let text = cell(theme, &text, room, align);
            spans.push(Span::styled(text, theme.style(role)));
            spans.push(Span::raw(" ".repeat(GAP)));
        }
        Line::from(spans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::{ColorLevel, Glyphs};

    const COLUMNS: [Column; 3] = [
        Column {
            title: Word("A"),
            least: 10,
            most: 30,
            align: Align::Left,
            matters: 9,
        },
        Column {
            title: Word("B"),
            least: 8,
            most: 8,
            align: Align::Right,
            matters: 2,
        },
        Column {
            title: Word("C"),
            least: 6,
            most: 12,
            align: Align::Left,
            matters: 5,
        },
    ];

    #[test]
    fn what_matters_least_goes_first_and_what_matters_most_grows_first() {
        let widths = |total| Widths::fit(&COLUMNS, total).cells;
        assert_eq!(widths(31), [Some(10), Some(8), Some(6)]);
        assert_eq!(widths(30), [Some(19), None, Some(6)]);
        assert_eq!(widths(200), [Some(30), Some(8), Some(12)]);
        assert_eq!(widths(8), [Some(5), None, None]);
        assert_eq!(widths(0), [Some(0), None, None]);
    }

    #[test]
    fn an_arrow_upwards_says_that_the_column_rises_from_row_to_row() {
        let widths = Widths::fit(&COLUMNS, 31);
        let theme = Theme::new(ColorLevel::None, Glyphs::Unicode);
        let head = |falling| {
            let line = widths.head(&COLUMNS, &theme, Some(Sorted { at: 2, falling }));
            line.to_string().trim_end().chars().last()
        };
        assert_eq!(head(false), theme.glyph(Sign::Above).chars().next());
        assert_eq!(head(true), theme.glyph(Sign::Below).chars().next());
    }
}
