//! Whole lines from a stream that is cut anywhere, without copying what is whole already.
//!
//! What always holds: every byte comes out once and in order; and no sender can make us hold more than the longest line
//! that is taken.

use bytes::{Bytes, BytesMut};
use memchr::{memchr, memrchr};

/// The longest line that is usually held until its end. What is longer passes unseen: a usage needs no megabyte, except
/// where it comes in one event with the pictures it is for.
pub const LONGEST: usize = 1024 * 1024;

/// Puts lines together.
#[derive(Debug)]
pub struct Lines {
    held: BytesMut,
    longest: usize,
    /// Inside a line that grew too long.
    long: bool,
}

/// What a piece of the stream completed, in this order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// Bytes of a line that is too long to be looked at.
    pub unseen: Bytes,
    /// Whole lines, each with its end.
    pub lines: Bytes,
}

impl Default for Lines {
    fn default() -> Self {
        Lines::holding(LONGEST)
    }
}

impl Lines {
    /// For lines of so many bytes.
    pub fn holding(longest: usize) -> Self {
        Lines {
            held: BytesMut::new(),
            longest,
            long: false,
        }
    }

    /// Takes the next piece.
    pub fn push(&mut self, mut piece: Bytes) -> Batch {
        let mut batch = Batch::default();
        if self.long {
            match memchr(b'\n', &piece) {
                Some(end) => {
                    batch.unseen = piece.split_to(end + 1);
                    self.long = false;
                }
                None => {
                    batch.unseen = piece;
                    return batch;
                }
            }
        }
        match memrchr(b'\n', &piece) {
            Some(end) => {
                let whole = piece.split_to(end + 1);
                batch.lines = if self.held.is_empty() {
                    whole
                } else {
                    self.held.extend_from_slice(&whole);
                    self.held.split().freeze()
                };
                self.held.extend_from_slice(&piece);
            }
            None => {
                self.held.extend_from_slice(&piece);
                if self.held.len() > self.longest {
                    batch.unseen = self.held.split().freeze();
                    self.long = true;
                }
            }
        }
        batch
    }

    /// What is left when the stream has ended: the last line, if nothing ended it.
    pub fn rest(&mut self) -> Bytes {
        self.held.split().freeze()
    }

    /// Whether everything that came in also went out, so that something of ours may go between two lines.
    pub fn between_lines(&self) -> bool {
        self.held.is_empty() && !self.long
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn run(text: &[u8], cuts: &[usize]) -> (Vec<u8>, Vec<Vec<u8>>) {
        let (mut lines, mut out, mut seen) = (Lines::default(), Vec::new(), Vec::new());
        let mut rest = text;
        for cut in cuts {
            let (piece, after) = rest.split_at((*cut).min(rest.len()));
            rest = after;
            let batch = lines.push(Bytes::copy_from_slice(piece));
            out.extend_from_slice(&batch.unseen);
            out.extend_from_slice(&batch.lines);
            seen.extend(
                batch
                    .lines
                    .split_inclusive(|byte| *byte == b'\n')
                    .map(<[u8]>::to_vec),
            );
        }
        let batch = lines.push(Bytes::copy_from_slice(rest));
        out.extend_from_slice(&batch.unseen);
        out.extend_from_slice(&batch.lines);
        seen.extend(
            batch
                .lines
                .split_inclusive(|byte| *byte == b'\n')
                .map(<[u8]>::to_vec),
        );
        out.extend_from_slice(&lines.rest());
        (out, seen)
    }

    #[test]
    fn a_line_without_end_is_not_held_for_ever() {
        let mut lines = Lines::default();
        let mut out = 0;
        for _ in 0..40 {
            out += lines.push(Bytes::from(vec![b'x'; 64 * 1024])).unseen.len();
            assert!(lines.held.len() <= LONGEST);
        }
        assert!(!lines.between_lines());
        let batch = lines.push(Bytes::from_static(b"end\nnext\nhalf"));
        out += batch.unseen.len();
        assert_eq!(out, 40 * 64 * 1024 + 4);
        assert_eq!(&batch.lines[..], b"next\n");
        assert_eq!(&lines.rest()[..], b"half");
    }

    proptest! {
        #[test]
        fn cutting_changes_nothing(text in prop::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..200), cuts in prop::collection::vec(0_usize..20, 0..40)) {
            let (out, seen) = run(&text, &cuts);
            let (_, whole) = run(&text, &[]);
            prop_assert_eq!(&out, &text);
            prop_assert_eq!(seen, whole);
        }
    }
}
