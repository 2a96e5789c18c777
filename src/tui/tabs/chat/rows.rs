//! The rows of one turn, made once and kept as long as nothing they depend on has changed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::state::ChatTurn;
use super::transcript::{INDENT, Look, head, tail};
use crate::tui::draw::{put, row};
use crate::tui::text::{Wrap, wrap_text};
use crate::tui::theme::Role;

/// The rows of a turn: what stands above the answer, the answer, what stands below.
#[derive(Clone, Debug, Default)]
pub struct TurnRows {
    head: Vec<Line<'static>>,
    answer: Vec<Line<'static>>,
    tail: Vec<Line<'static>>,
}

impl TurnRows {
    /// Makes the rows anew.
    pub fn new(turn: &ChatTurn, look: &Look<'_>, streaming: bool) -> Self {
        let mut rows = TurnRows::default();
        rows.sync(turn, look, streaming);
        rows
    }

    /// Brings the rows in line with the turn.
    pub fn sync(&mut self, turn: &ChatTurn, look: &Look<'_>, streaming: bool) {
        self.head = head(turn, look);
        self.answer = wrap_text(
            &turn.turn.reply,
            look.cells(),
            Wrap::Words,
            look.theme.style(Role::Text),
        );
        self.tail = tail(turn, look, streaming);
    }

    /// How many there are; at least one.
    pub fn len(&self) -> usize {
        self.head.len() + self.answer.len() + self.tail.len()
    }

    /// Draws the rows from `skip` on, as many as the area has room for; says how many.
    pub fn draw(&self, skip: usize, area: Rect, buffer: &mut Buffer, _look: &Look<'_>) -> usize {
        let outer = self.head.iter().map(|line| (line, 0));
        let answer = self.answer.iter().map(|line| (line, INDENT));
        let tail = self.tail.iter().map(|line| (line, 0));
        let mut drawn = 0;
        for (line, indent) in outer
            .chain(answer)
            .chain(tail)
            .skip(skip)
            .take(usize::from(area.height))
        {
            let place = row(area, drawn);
            let indent = u16::try_from(indent).unwrap_or(0).min(place.width);
            let place = Rect {
                x: place.x + indent,
                width: place.width - indent,
                ..place
            };
            put(buffer, place, line);
            drawn += 1;
        }
        drawn
    }
}
