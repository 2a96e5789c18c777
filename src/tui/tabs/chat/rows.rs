//! The rows of one turn, made once and kept as long as nothing they depend on has changed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::state::ChatTurn;
use super::transcript::{INDENT, Look, head, tail};
use crate::tui::draw::{put, row};
use crate::tui::text::{Document, Ruler};
use crate::tui::words;

/// The rows of a turn: what stands above the answer, the answer, what stands below.
#[derive(Clone, Debug, Default)]
pub struct TurnRows {
    stamp: Option<Stamp>,
    head: Vec<Line<'static>>,
    answer: Document,
    answer_height: usize,
    tail: Vec<Line<'static>>,
}

/// What the rows above the answer depend on. The question of a turn never changes, its reasoning only grows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    width: u16,
    reasoning_open: bool,
    reasoning: usize,
    chosen: bool,
    time: String,
}

/// How many rows a turn has, at least one, without making those of the answer again.
pub fn measured(turn: &ChatTurn, ruler: &mut Ruler, look: &Look<'_>, streaming: bool) -> usize {
    let answer = ruler.height(&turn.turn.reply, look.cells(), look.theme);
    head(turn, look).len() + answer + tail(turn, look, streaming).len()
}

impl TurnRows {
    /// Brings the rows in line with the turn.
    pub fn sync(&mut self, turn: &ChatTurn, look: &Look<'_>, streaming: bool) {
        let stamp = Stamp {
            width: look.width,
            reasoning_open: look.reasoning_open,
            reasoning: turn.turn.reasoning.len(),
            chosen: look.chosen == Some(turn.serial),
            time: words::clock(turn.turn.sent, look.now, look.zone),
        };
        if self.stamp.as_ref() != Some(&stamp) {
            self.head = head(turn, look);
            self.stamp = Some(stamp);
        }
        self.answer.sync(&turn.turn.reply);
        self.answer_height = self.answer.height(look.cells(), look.theme);
        self.tail = tail(turn, look, streaming);
    }

    /// How many there are; at least one.
    pub fn height(&self) -> usize {
        self.head.len() + self.answer_height + self.tail.len()
    }

    /// Draws the rows from `skip` on, as many as the area has room for; says how many.
    pub fn draw(&mut self, skip: usize, area: Rect, buffer: &mut Buffer, look: &Look<'_>) -> usize {
        let height = usize::from(area.height);
        let mut drawn = 0;
        for line in self.head.iter().skip(skip).take(height) {
            put(buffer, row(area, drawn), line);
            drawn += 1;
        }
        let skip = skip.saturating_sub(self.head.len());
        if skip < self.answer_height {
            let indent = u16::try_from(INDENT).unwrap_or(0).min(area.width);
            let inner = Rect {
                x: area.x + indent,
                width: area.width - indent,
                ..area
            };
            let lines = self
                .answer
                .rows(look.cells(), look.theme, skip, height - drawn);
            for line in lines {
                put(buffer, row(inner, drawn), line);
                drawn += 1;
            }
        }
        let skip = skip.saturating_sub(self.answer_height);
        for line in self.tail.iter().skip(skip).take(height - drawn) {
            put(buffer, row(area, drawn), line);
            drawn += 1;
        }
        drawn
    }
}
