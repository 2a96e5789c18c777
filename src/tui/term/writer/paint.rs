//! Makes one row of another: goes to what differs, changes the look where it changes, and sends what is seen.

use ratatui::layout::{Position, Size};

use super::slot::{Look, Slot};
use super::{moves, pen};

/// From this many blanks on, the rest of a row is erased instead of overwritten.
const ERASED: usize = 4;

/// A cursor and a pen that write into a frame.
#[derive(Debug, Default)]
pub(super) struct Pencil {
    /// The frame.
    pub(super) out: Vec<u8>,
    /// Where the terminal's cursor stands; `None` when that is not known.
    pub(super) at: Option<Position>,
    /// The look in which the terminal writes; `None` when that is not known.
    pub(super) look: Option<Look>,
    /// Whether characters of ambiguous width take one cell for certain.
    pub(super) ambiguous: bool,
    /// The terminal's size.
    pub(super) size: Size,
}

impl Pencil {
    /// Goes to a place.
    pub(super) fn go(&mut self, to: Position) {
        moves::go(self.at, to, &mut self.out);
        self.at = Some(to);
    }

    /// Takes up a look.
    pub(super) fn take(&mut self, look: Look) {
        pen::change(self.look, look, &mut self.out);
        self.look = Some(look);
    }

    /// Makes row `y` show `new` where it showed `old`.
    pub(super) fn row(&mut self, y: u16, old: &[Slot], new: &[Slot]) {
        let mut dirty = dirty(old, new, self.ambiguous);
        let written = new.iter().rposition(|slot| *slot != Slot::EMPTY);
        let end = written.map_or(0, |last| last + 1);
        let first = (end..new.len()).find(|x| dirty[*x]);
        let last = (end..new.len()).rfind(|x| dirty[*x]);
        let erased = first.filter(|first| last.is_some_and(|last| last - first + 1 >= ERASED));
        if erased.is_some() {
            dirty[end..].fill(false);
        }
        for x in 0..new.len() {
            if dirty[x] && new[x].width > 0 {
                self.reach(x, y, new);
                self.put(x, y, old, &new[x]);
            }
        }
        if let Some(first) = erased {
            self.reach(first, y, new);
            self.take(Look::PLAIN);
            self.out.extend_from_slice(b"\x1b[K");
        }
    }

    /// Goes to a place in a row, over what stands before it where writing that again is no longer than a move.
    fn reach(&mut self, x: usize, y: u16, row: &[Slot]) {
        let to = place(x, y);
        if let Some(from) = self.at.filter(|at| at.y == y && at.x < to.x) {
            let between = &row[usize::from(from.x)..x];
            let same = |slot: &Slot| slot.is_certain(self.ambiguous) && self.suits(slot);
            let bytes: usize = between.iter().map(Slot::bytes).sum();
            let mut named = Vec::new();
            moves::go(Some(from), to, &mut named);
            let whole = between.first().is_none_or(|slot| slot.width > 0);
            let certain = between.iter().filter(|slot| slot.width > 0).all(same);
            if whole && certain && bytes <= named.len() {
                for slot in between {
                    slot.write(&mut self.out);
                }
                self.at = Some(to);
                return;
            }
        }
        self.go(to);
    }

    /// Whether a slot looks right when it is written now.
    fn suits(&self, slot: &Slot) -> bool {
        self.look.is_some_and(|look| {
            look == slot.look || (slot.is_blank() && look.on_blank() == slot.look)
        })
    }

    fn put(&mut self, x: usize, y: u16, old: &[Slot], slot: &Slot) {
        if !self.suits(slot) {
            self.take(slot.look);
        }
        let certain = slot.is_certain(self.ambiguous);
        let width = u16::from(slot.width);
        if !certain && width > 1 {
            // Should the terminal draw it narrower, nothing old must be seen beside it.
            let under = &old[x..x + usize::from(width)];
            if under.iter().any(|under| *under != Slot::EMPTY) {
                self.out
                    .extend(std::iter::repeat_n(b' ', usize::from(width)));
                // At the right margin the terminal may be about to wrap, and then a step back is one too few.
                self.at = None;
                self.go(place(x, y));
            }
        }
        slot.write(&mut self.out);
        let next = place(x, y).x + width;
        self.at = (certain && next < self.size.width).then_some(Position::new(next, y));
    }
}

fn place(x: usize, y: u16) -> Position {
    Position::new(u16::try_from(x).unwrap_or(u16::MAX), y)
}

/// The places that must be written again: those that differ, whole glyphs only, both halves of what is cut in two, and what
/// stands after a glyph whose width is not certain.
fn dirty(old: &[Slot], new: &[Slot], ambiguous: bool) -> Vec<bool> {
    let mut dirty: Vec<bool> = old.iter().zip(new).map(|(old, new)| old != new).collect();
    // One change may lead to another, on its right or on its left.
    loop {
        let mut grown = false;
        let mut mark = |dirty: &mut Vec<bool>, at: usize| {
            grown |= dirty.get(at).is_some_and(|is| !is);
            if let Some(place) = dirty.get_mut(at) {
                *place = true;
            }
        };
        for row in [old, new] {
            let mut x = 0;
            while x < row.len() {
                let end = (x + usize::from(row[x].width.max(1))).min(row.len());
                if (x..end).any(|at| dirty[at]) {
                    (x..end).for_each(|at| mark(&mut dirty, at));
                    if std::ptr::eq(row, new) && !row[x].is_certain(ambiguous) {
                        (end..=x + row[x].spread()).for_each(|at| mark(&mut dirty, at));
                    }
                }
                x = end;
            }
        }
        if !grown {
            return dirty;
        }
    }
}
