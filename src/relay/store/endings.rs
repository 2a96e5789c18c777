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
    /// Its number in the journal; `None` where it is not written there.
    number: Option<i64>,
}

impl Endings {
    /// Adds one that is in no journal.
    pub fn add(&mut self, entry: &Entry) {
        self.written.extend_from_slice(entry.written());
        self.marks.push(Mark {
            end: self.written.len(),
            number: None,
        });
    }

    /// All of it, as it stands in the journal.
    pub fn written(&self) -> &[u8] {
        &self.written
    }

    /// They are in the journal now, the first of them under this number.
    pub fn number_from(&mut self, first: i64) {
        for (mark, number) in self.marks.iter_mut().zip(first..) {
            mark.number = Some(number);
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

    /// What they are, in their order, with their numbers.
    pub fn read(&self) -> Vec<(Option<i64>, Ending<'_>)> {
        let mut begin = 0;
        let each = self.marks.iter().filter_map(|mark| {
            let entry = &self.written[begin..mark.end];
            begin = mark.end;
            let ending = entry::read(entry);
            if ending.is_none() {
                // It was written a moment ago by the same words that read it, so this is a mistake of the program.
                tracing::error!(
                    number = mark.number,
                    "an ending cannot be read back and is not posted"
                );
            }
            Some((mark.number, ending?))
        });
        each.collect()
    }
}
