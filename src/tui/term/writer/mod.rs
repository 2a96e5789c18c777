//! Turns the picture that a terminal shows and the one it should show into bytes, the fewest that do it.
//!
//! A frame is one piece. An unchanged one is empty. The cursor is moved relatively where that is shorter; a style is changed
//! where it changes; the rest of a row is erased; rows that moved together are moved by the terminal, within margins. The
//! screen is cleared only when nobody knows what is on it: at the start, after a pause, with a new size.
//!
//! Widths are trusted where no terminal doubts them: one cell, and plain ideographs with two. After anything else the next
//! place is named by row and column, so that a terminal that measures differently spoils one glyph and not the row.

mod moves;
mod paint;
mod pen;
mod shift;
mod slot;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::sync::Arc;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};

use super::dialect::{Dialect, Scroll};
use paint::Pencil;
use shift::Shift;
use slot::{Look, Slot};

/// A frame longer than this is bracketed, where the terminal knows that: a shorter one arrives in one piece anyway.
const BRACKETED: usize = 128;
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// A row, and a number by which two rows can be told apart quickly.
#[derive(Debug)]
struct Row {
    slots: Vec<Slot>,
    hash: u64,
}

impl Row {
    fn of(cells: &[Cell]) -> Self {
        Self::new(slot::row(cells))
    }

    fn new(slots: Vec<Slot>) -> Self {
        let mut hasher = DefaultHasher::new();
        slots.hash(&mut hasher);
        Self {
            slots,
            hash: hasher.finish(),
        }
    }
}

/// The writer: what the terminal shows, and where its cursor and its pen are.
#[derive(Debug)]
pub struct Writer {
    dialect: Dialect,
    pencil: Pencil,
    /// The last picture as it was drawn.
    drawn: Buffer,
    /// The same as it is seen.
    shown: Vec<Arc<Row>>,
    /// Whether the cursor is shown; `None` when that is not known.
    cursor: Option<bool>,
    /// Whether nobody knows what is on the screen.
    stale: bool,
}

impl Writer {
    /// A writer for a terminal of this size, of which nothing else is known.
    pub fn new(size: Size, dialect: Dialect) -> Self {
        let mut writer = Self {
            dialect,
            pencil: Pencil::default(),
            drawn: Buffer::default(),
            shown: Vec::new(),
            cursor: None,
            stale: true,
        };
        writer.reset(size);
        writer
    }

    /// Something else has written on the terminal, or it has another size: the next frame is written whole.
    pub fn reset(&mut self, size: Size) {
        let area = Rect::from((Position::ORIGIN, size));
        let empty = Arc::new(Row::new(vec![Slot::EMPTY; usize::from(size.width)]));
        self.drawn = Buffer::empty(area);
        self.shown = vec![empty; usize::from(size.height)];
        self.pencil.size = size;
        self.pencil.at = None;
        self.pencil.look = None;
        self.cursor = None;
        self.stale = true;
    }

    /// More is known of the terminal now.
    pub fn set_dialect(&mut self, dialect: Dialect) {
        self.dialect = dialect;
    }

    /// What is known of the terminal.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The bytes that make the terminal show this picture, with the cursor there or nowhere.
    pub fn frame(&mut self, next: &Buffer, cursor: Option<Position>) -> &[u8] {
        if next.area.as_size() != self.pencil.size {
            self.reset(next.area.as_size());
        }
        self.pencil.out.clear();
        self.pencil.ambiguous = !self.dialect.ambiguous_wide;
        if std::mem::take(&mut self.stale) {
            // Margins as well: whoever had the terminal may have left some.
            self.pencil.out.extend_from_slice(b"\x1b[r\x1b[m\x1b[2J");
            self.pencil.look = Some(Look::PLAIN);
            self.pencil.at = None;
        }
        let new = self.rows(next);
        self.shift(&new);
        for (y, new) in (0..).zip(&new) {
            let old = &self.shown[usize::from(y)];
            if old.hash != new.hash || old.slots != new.slots {
                self.pencil.row(y, &old.slots, &new.slots);
            }
        }
        self.shown = new;
        self.place(cursor);
        self.bracket();
        &self.pencil.out
    }

    /// The picture as it is seen, row by row; what was drawn the same as last time is not looked at again.
    fn rows(&mut self, next: &Buffer) -> Vec<Arc<Row>> {
        let width = usize::from(next.area.width).max(1);
        let pairs = next.content.chunks(width);
        let pairs = pairs.zip(self.drawn.content.chunks_mut(width));
        pairs
            .zip(&self.shown)
            .map(|((next, drawn), shown)| {
                if next == drawn {
                    return Arc::clone(shown);
                }
                drawn.clone_from_slice(next);
                Arc::new(Row::of(next))
            })
            .collect()
    }

    /// Moves rows on the terminal where that saves something.
    fn shift(&mut self, new: &[Arc<Row>]) {
        if self.dialect.scroll == Scroll::Never {
            return;
        }
        let old: Vec<&Row> = self.shown.iter().map(AsRef::as_ref).collect();
        let new: Vec<&Row> = new.iter().map(AsRef::as_ref).collect();
        let Some(shift) = shift::find(&old, &new) else {
            return;
        };
        self.scroll(shift);
        let width = usize::from(self.pencil.size.width);
        let blank = Arc::new(Row::new(vec![Slot::EMPTY; width]));
        let region = &mut self.shown[shift.top..=shift.bottom];
        let kept = region.len() - shift.by;
        if shift.up {
            region.rotate_left(shift.by);
            region[kept..].fill(blank);
        } else {
            region.rotate_right(shift.by);
            region[..shift.by].fill(blank);
        }
    }

    fn scroll(&mut self, shift: Shift) {
        // Rows that come in are blank in the background of the moment.
        self.pencil.take(Look::PLAIN);
        let out = &mut self.pencil.out;
        let (top, bottom, by) = (shift.top + 1, shift.bottom + 1, shift.by);
        // Writing to a vector cannot fail.
        let _ = write!(out, "\x1b[{top};{bottom}r");
        match (self.dialect.scroll, shift.up) {
            (Scroll::Never, _) => {}
            (Scroll::Region, up) => {
                let letter = if up { 'S' } else { 'T' };
                let _ = match by {
                    1 => write!(out, "\x1b[{letter}"),
                    by => write!(out, "\x1b[{by}{letter}"),
                };
            }
            (Scroll::Index, true) => {
                let _ = write!(out, "\x1b[{bottom}H");
                out.extend(std::iter::repeat_n(b'\n', by));
            }
            (Scroll::Index, false) => {
                let _ = write!(out, "\x1b[{top}H");
                out.extend(b"\x1bM".repeat(by));
            }
        }
        out.extend_from_slice(b"\x1b[r");
        // Setting margins moves the cursor; nothing is built on where to.
        self.pencil.at = None;
    }

    /// Shows the cursor at a place, or not at all.
    fn place(&mut self, cursor: Option<Position>) {
        if self.cursor != Some(cursor.is_some()) {
            let mode: &[u8] = if cursor.is_some() {
                b"\x1b[?25h"
            } else {
                b"\x1b[?25l"
            };
            self.pencil.out.extend_from_slice(mode);
            self.cursor = Some(cursor.is_some());
        }
        if let Some(place) = cursor {
            let size = self.pencil.size;
            let (right, bottom) = (size.width.saturating_sub(1), size.height.saturating_sub(1));
            self.pencil
                .go(Position::new(place.x.min(right), place.y.min(bottom)));
        }
    }

    fn bracket(&mut self) {
        let out = &mut self.pencil.out;
        if self.dialect.synchronized && out.len() > BRACKETED {
            out.splice(0..0, BEGIN.iter().copied());
            out.extend_from_slice(END);
        }
    }
}
