//! Scrolling through the conversation: an anchor that text below it does not move, or following the end.

use std::collections::HashMap;

use super::rows::measured;
use super::state::Scroll;
use super::transcript::Look;
use crate::tui::model::Model;
use crate::tui::text::Ruler;
use crate::tui::update::areas;

/// A row: the turn it is in, and which row of it.
type Place = (usize, usize);

/// Moves by so many rows; at the end it follows again.
pub fn by(model: &mut Model, rows: isize) {
    let area = areas(model).chat.transcript;
    let height = usize::from(area.height).max(1);
    let mut rulers = std::mem::take(&mut model.chat.rulers);
    let to = {
        let mut tape = Tape::new(model, &mut rulers, area.width);
        let from = tape.top(model.chat.scroll, height);
        match from {
            None => Scroll::Follow,
            Some(from) => {
                let place = if rows < 0 {
                    tape.up(from, rows.unsigned_abs())
                } else {
                    tape.down(from, rows.unsigned_abs())
                };
                if tape.fits_below(place, height) {
                    Scroll::Follow
                } else {
                    Scroll::At {
                        turn: place.0,
                        row: place.1,
                    }
                }
            }
        }
    };
    model.chat.rulers = rulers;
    model.chat.scroll = to;
}

/// Brings the beginning of a turn to the top, as far as what follows fills the view.
pub fn to(model: &mut Model, turn: usize) {
    let area = areas(model).chat.transcript;
    let height = usize::from(area.height).max(1);
    let mut rulers = std::mem::take(&mut model.chat.rulers);
    let fits = Tape::new(model, &mut rulers, area.width).fits_below((turn, 0), height);
    model.chat.rulers = rulers;
    model.chat.scroll = if fits {
        Scroll::Follow
    } else {
        Scroll::At { turn, row: 0 }
    };
}

/// The turns as one long tape of rows, of which only the part that is looked at is made.
struct Tape<'a> {
    model: &'a Model,
    look: Look<'a>,
    rulers: &'a mut HashMap<u64, Ruler>,
    heights: Vec<Option<usize>>,
}

impl<'a> Tape<'a> {
    fn new(model: &'a Model, rulers: &'a mut HashMap<u64, Ruler>, width: u16) -> Self {
        Tape {
            model,
            look: super::view::look(model, width),
            rulers,
            heights: vec![None; model.chat.turns.len()],
        }
    }

    fn height(&mut self, turn: usize) -> usize {
        if let Some(known) = self.heights[turn] {
            return known;
        }
        let asked = &self.model.chat.turns[turn];
        let streaming = super::view::is_streaming(self.model, asked);
        let ruler = self.rulers.entry(asked.serial).or_default();
        let height = measured(asked, ruler, &self.look, streaming);
        self.heights[turn] = Some(height);
        height
    }

    /// The first visible row; `None` when everything fits.
    fn top(&mut self, scroll: Scroll, height: usize) -> Option<Place> {
        let count = self.heights.len();
        if let Scroll::At { turn, row } = scroll
            && turn < count
        {
            return Some((turn, row.min(self.height(turn) - 1)));
        }
        let mut missing = height;
        for turn in (0..count).rev() {
            let rows = self.height(turn);
            if rows > missing || (rows == missing && turn > 0) {
                return Some((turn, rows - missing));
            }
            missing -= rows;
        }
        None
    }

    fn up(&mut self, (mut turn, mut row): Place, mut by: usize) -> Place {
        while by > row {
            if turn == 0 {
                return (0, 0);
            }
            by -= row + 1;
            turn -= 1;
            row = self.height(turn) - 1;
        }
        (turn, row - by)
    }

    fn down(&mut self, (mut turn, mut row): Place, mut by: usize) -> Place {
        loop {
            let left = self.height(turn) - 1 - row;
            if by <= left {
                return (turn, row + by);
            }
            if turn + 1 == self.heights.len() {
                return (turn, row + left);
            }
            by -= left + 1;
            turn += 1;
            row = 0;
        }
    }

    /// Whether everything from this row on fits into the view.
    fn fits_below(&mut self, (turn, row): Place, height: usize) -> bool {
        let mut rows = 0;
        for at in turn..self.heights.len() {
            rows += self.height(at);
            if rows > height + row {
                return false;
            }
        }
        true
    }
}
