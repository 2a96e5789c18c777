//! Turns ratatui's changes into bytes: one write a frame, and none for a frame that changes nothing.
//!
//! The bytes themselves are made by ratatui's crossterm backend. This one gathers them, and leaves out what is not needed:
//! a cursor that already stands where it should is not moved, one that is hidden is not hidden again, and an unchanged
//! frame resets no colours. It never asks the terminal anything, so nothing can wait for an answer.
//!
//! Two things it adds. After a plain ideograph the cursor is known to stand two cells on, so that Chinese text needs no move
//! after every letter; after anything less certain the cursor is put in its place. And where something is written on the first half of a wide glyph, the terminal blanks the other half in the
//! style of the moment, which ratatui does not reckon with; that cell is sent once more.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Color, Modifier};

/// The backend, writing to `W`; every frame is written and flushed once.
#[derive(Debug)]
pub struct FrameBackend<W: Write> {
    out: W,
    frame: Vec<u8>,
    size: Size,
    /// What the terminal shows.
    screen: Buffer,
    changes: Vec<(u16, u16, Cell)>,
    /// Whether the cursor is shown; `None` when that is not known.
    shown: Option<bool>,
    /// Where the cursor stands; `None` when that is not known.
    at: Option<Position>,
}

impl<W: Write> FrameBackend<W> {
    /// A backend for a terminal of this size, about which nothing else is known.
    pub fn new(out: W, size: Size) -> Self {
        Self {
            out,
            frame: Vec::new(),
            size,
            screen: Buffer::empty(Rect::from((Position::ORIGIN, size))),
            changes: Vec::new(),
            shown: None,
            at: None,
        }
    }

    /// The terminal has another size now.
    pub fn set_size(&mut self, size: Size) {
        self.size = size;
        self.screen = Buffer::empty(Rect::from((Position::ORIGIN, size)));
    }

    /// Forgets what is known of the cursor: something else has written to the terminal.
    pub fn forget(&mut self) {
        self.shown = None;
        self.at = None;
    }

    /// Writes bytes that are no frame, such as a clipboard sequence, after everything before them. They must leave the
    /// cursor where it is.
    ///
    /// # Errors
    /// What the terminal says.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.frame.extend_from_slice(bytes);
        self.flush()
    }

    /// Where the bytes go.
    pub fn out(&self) -> &W {
        &self.out
    }

    fn inner(&mut self) -> CrosstermBackend<&mut Vec<u8>> {
        CrosstermBackend::new(&mut self.frame)
    }
}

/// Where the last change halved a wide glyph, and did it in a style that shows on a blank: adds the cell of the other half,
/// unless it is the next change anyway.
fn mend(changes: &mut Vec<(u16, u16, Cell)>, screen: &Buffer, next: (u16, u16)) {
    let Some((x, y, last)) = changes
        .iter()
        .rfind(|(_, _, cell)| !cell.symbol().is_empty())
    else {
        return;
    };
    let half = Position::new(x.saturating_add(last.cell_width().max(1)), *y);
    let covered = screen.cell(Position::new(half.x.saturating_sub(1), half.y));
    let halved = covered.is_some_and(|cell| cell.cell_width() == 2);
    let shows = last.bg != Color::Reset || last.modifier.intersects(SHOWS_ON_BLANK);
    if let Some(cell) = screen
        .cell(half)
        .filter(|_| halved && shows && next != (half.x, half.y))
    {
        changes.push((half.x, half.y, cell.clone()));
    }
}

/// Ideographs, syllables and their punctuation: every terminal gives them two cells.
fn is_plainly_wide(symbol: &str) -> bool {
    let mut letters = symbol.chars();
    let wide = matches!(
        letters.next(),
        Some(
            '\u{3001}'..='\u{3029}'
            | '\u{3041}'..='\u{3096}'
            | '\u{30a1}'..='\u{30fa}'
            | '\u{30fc}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{ff01}'..='\u{ff60}',
        )
    );
    wide && letters.next().is_none()
}

/// The backend below ends every frame by resetting every colour by itself. One reset does it, and none is needed where the
/// last cell was plain.
fn shorten(frame: &mut Vec<u8>, plain: bool) {
    const ALL: &[u8] = b"\x1b[39m\x1b[49m\x1b[59m\x1b[0m";
    if let Some(kept) = frame
        .len()
        .checked_sub(ALL.len())
        .filter(|_| frame.ends_with(ALL))
    {
        frame.truncate(kept);
        if !plain {
            frame.extend_from_slice(b"\x1b[0m");
        }
    }
}

/// Styles that are seen where nothing is written.
const SHOWS_ON_BLANK: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::CROSSED_OUT);

impl<W: Write> Backend for FrameBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut changes = std::mem::take(&mut self.changes);
        for (x, y, cell) in content {
            mend(&mut changes, &self.screen, (x, y));
            changes.push((x, y, cell.clone()));
            if is_plainly_wide(cell.symbol()) {
                // Draws nothing, but tells the backend below that its next cell is the one after this.
                let mut second_half = cell.clone();
                second_half.set_symbol("");
                changes.push((x + 1, y, second_half));
            }
        }
        mend(&mut changes, &self.screen, (0, u16::MAX));
        let drawn = if changes.is_empty() {
            Ok(())
        } else {
            self.at = None;
            let drawn = self
                .inner()
                .draw(changes.iter().map(|(x, y, cell)| (*x, *y, cell)));
            let plain = changes
                .last()
                .is_none_or(|(_, _, cell)| cell.style() == Cell::EMPTY.style());
            shorten(&mut self.frame, plain);
            drawn
        };
        for (x, y, cell) in changes.drain(..) {
            if cell.symbol().is_empty() {
                continue;
            }
            let covers = x.saturating_add(1)..x.saturating_add(cell.cell_width());
            for hidden in covers {
                if let Some(under) = self.screen.cell_mut(Position::new(hidden, y)) {
                    under.reset();
                }
            }
            if let Some(shown) = self.screen.cell_mut(Position::new(x, y)) {
                *shown = cell;
            }
        }
        self.changes = changes;
        drawn
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.shown.replace(false) == Some(false) {
            return Ok(());
        }
        self.inner().hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.shown.replace(true) == Some(true) {
            return Ok(());
        }
        self.inner().show_cursor()
    }

    /// Where we put it. The terminal is not asked: its answer would race with the keys.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        if self.at.replace(position) == Some(position) {
            return Ok(());
        }
        self.inner().set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        if region == ClearType::All {
            self.screen.reset();
        }
        self.inner().clear_region(region)
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size,
            pixels: Size::default(),
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        let written = self.out.write_all(&self.frame);
        self.frame.clear();
        written?;
        self.out.flush()
    }
}
