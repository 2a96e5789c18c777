//! Endings in a row, as they stand in the journal, one behind the other: whoever settles hands over bytes, and nothing
//! that another thread would have to free.

use tokio::sync::oneshot;

use super::entry::{self, Entry};
use super::money::Ending;

/// The row.
#[derive(Default)]
pub struct Endings {
    written: Vec<u8>,
    marks: Vec<Mark>,
    /// Who waits for all of this being posted.
    waiting: Vec<oneshot::Sender<bool>>,
}

/// One of them.
struct Mark {
    /// Where it ends.
    end: usize,
    place: Place,
}

/// Its place in the journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its number; `None` where it was not handed to the journal.
    pub number: Option<i64>,
    /// Whether the journal has it, so that the book followed it.
    pub kept: bool,
}

impl Endings {
    /// Adds one that is in no journal.
    pub fn add(&mut self, entry: &Entry) {
        self.written.extend_from_slice(entry.written());
        self.marks.push(Mark {
            end: self.written.len(),
            place: Place::default(),
        });
    }

    /// All of it, as it stands in the journal.
    pub fn written(&self) -> &[u8] {
        &self.written
    }

    /// They were handed to the journal, the first of them under this number; and whether it could keep them.
    pub fn number_from(&mut self, first: i64, kept: bool) {
        for (mark, number) in self.marks.iter_mut().zip(first..) {
            mark.place = Place {
                number: Some(number),
                kept,
            };
        }
    }

    /// Somebody waits until those that are there are posted.
    pub fn tell(&mut self, told: oneshot::Sender<bool>) {
        self.waiting.push(told);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.marks.len()
    }

    /// Whether somebody waits for one being posted.
    pub fn is_awaited(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Takes all of another row behind its own, and leaves that one empty, with the room that it has.
    pub fn append(&mut self, later: &mut Endings) {
        let before = self.written.len();
        self.written.append(&mut later.written);
        self.marks.extend(later.marks.drain(..).map(|mark| Mark {
            end: before + mark.end,
            ..mark
        }));
        self.waiting.append(&mut later.waiting);
    }

    /// Nobody waits any more: whoever does is told this.
    pub fn tell_all(&mut self, kept: bool) {
        for told in self.waiting.drain(..) {
            // Whoever asked may be gone.
            let _ = told.send(kept);
        }
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.written.clear();
        self.marks.clear();
        self.waiting.clear();
    }

    /// What they are, in their order, with their places.
    pub fn read(&self) -> Vec<(Place, Ending<'_>)> {
        let mut begin = 0;
        let each = self.marks.iter().filter_map(|mark| {
            let entry = &self.written[begin..mark.end];
            begin = mark.end;
            let ending = entry::read(entry);
            if ending.is_none() {
                // It was written a moment ago by the same words that read it, so this is a mistake of the program.
                tracing::error!(
                    number = mark.place.number,
                    "an ending cannot be read back and is not posted"
                );
            }
            Some((mark.place, ending?))
        });
        each.collect()
    }
}
