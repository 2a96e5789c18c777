//! Puts the blocks of an answer in a row: one is open at a time, and what belongs to a later one waits.
//!
//! Chat upstreams may stream the arguments of parallel calls interleaved; clients of the other dialects expect block
//! after block. The first call streams through; the next one begins as soon as the arguments before it are whole JSON, at
//! the latest when the answer ends. Every call gets an id that no other call of the answer has.

use std::collections::{HashSet, VecDeque};

use super::json_scan::JsonScan;
use super::{CallPart, Part};
use crate::relay::translate::Trouble;

/// What kind of block it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Thinking,
    Redacted,
    Text,
    Refusal,
    Call,
}

/// What is known of a block when it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head<'a> {
    pub kind: Kind,
    /// A call's id.
    pub id: &'a str,
    /// A call's name.
    pub name: &'a str,
}

/// How a block ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// All of it is there.
    Whole,
    /// The model stopped in the middle of a call's arguments.
    Short,
    /// The upstream broke off.
    Cut,
}

/// Whoever writes the blocks, which come one after the other.
pub(super) trait Blocks {
    fn open(&mut self, head: Head<'_>, out: &mut Vec<u8>);
    /// A piece of the open block: its text, or its arguments.
    fn piece(&mut self, text: &str, out: &mut Vec<u8>);
    /// The signature of the open thinking.
    fn signature(&mut self, signature: &str, out: &mut Vec<u8>);
    /// The open block is over.
    fn close(&mut self, how: Close, out: &mut Vec<u8>);
}

/// Most blocks that may wait at a time; no model makes so many.
const MOST_WAITING: usize = 1_024;

#[derive(Debug)]
struct Block {
    kind: Kind,
    /// Nothing more belongs to it.
    sealed: bool,
    /// What waits for it to be opened.
    held: String,
    signature: String,
    key: u64,
    id: String,
    name: String,
    scan: JsonScan,
}

/// The row.
#[derive(Debug)]
pub(super) struct Sequence {
    /// What made-up ids begin with.
    id_stem: String,
    queue: VecDeque<Block>,
    /// Whether the first of the queue is open.
    open: bool,
    /// Keys of the calls that are over.
    past: HashSet<u64>,
    /// Ids that were given to the client.
    ids: HashSet<String>,
}

impl Sequence {
    /// An empty row; ids that are made up begin with `id_stem`.
    pub fn new(id_stem: String) -> Self {
        Sequence {
            id_stem,
            queue: VecDeque::new(),
            open: false,
            past: HashSet::new(),
            ids: HashSet::new(),
        }
    }

    /// Takes a part.
    pub fn part(&mut self, part: Part<'_>, blocks: &mut impl Blocks, out: &mut Vec<u8>) {
        match part {
            Part::Text(text) => self.say(Kind::Text, text, blocks, out),
            Part::Thinking(text) => self.say(Kind::Thinking, text, blocks, out),
            Part::Refusal(text) => self.say(Kind::Refusal, text, blocks, out),
            Part::Redacted("") => {}
            Part::Redacted(data) => {
                self.add(Kind::Redacted).held.push_str(data);
                self.seal();
                self.advance(blocks, out);
            }
            Part::Signature(signature) => {
                let is_open = self.open && self.queue.len() == 1;
                match self
                    .queue
                    .back_mut()
                    .filter(|tail| tail.kind == Kind::Thinking)
                {
                    Some(_) if is_open => blocks.signature(signature, out),
                    Some(tail) => tail.signature.push_str(signature),
                    None => {
                        self.add(Kind::Thinking).signature.push_str(signature);
                        self.advance(blocks, out);
                    }
                }
            }
            Part::Call(call) => self.call(call, blocks, out),
            Part::Seal => {
                self.seal();
                self.advance(blocks, out);
            }
        }
    }

    /// The answer is over: everything that waits is written.
    ///
    /// # Errors
    /// When a call never got a name.
    pub fn finish(&mut self, blocks: &mut impl Blocks, out: &mut Vec<u8>) -> Result<(), Trouble> {
        while let Some(front) = self.queue.front() {
            if front.kind == Kind::Call && front.name.is_empty() {
                if front.id.is_empty() && front.held.trim().is_empty() {
                    self.queue.pop_front();
                    continue;
                }
                return Err(Trouble::garbage("a call of a tool without its name"));
            }
            let how = match front.kind != Kind::Call || front.scan.whole() || front.scan.empty() {
                true => Close::Whole,
                false => Close::Short,
            };
            if !self.open {
                self.open_front(blocks, out);
            }
            self.close_front(how, blocks, out);
        }
        Ok(())
    }

    /// The answer was cut: what is open ends unfinished, what waits is lost.
    pub fn cut(&mut self, blocks: &mut impl Blocks, out: &mut Vec<u8>) {
        if std::mem::take(&mut self.open) {
            blocks.close(Close::Cut, out);
        }
        self.queue.clear();
    }

    fn say(&mut self, kind: Kind, text: &str, blocks: &mut impl Blocks, out: &mut Vec<u8>) {
        let is_open = self.open && self.queue.len() == 1;
        if let Some(tail) = self.queue.back_mut()
            && tail.kind == kind
        {
            // Nearly every event of a stream ends here.
            match is_open {
                true if text.is_empty() => {}
                true => blocks.piece(text, out),
                false => tail.held.push_str(text),
            }
            return;
        }
        if text.is_empty() && kind != Kind::Thinking {
            return;
        }
        self.add(kind).held.push_str(text);
        self.advance(blocks, out);
    }

    fn call(&mut self, part: CallPart<'_>, blocks: &mut impl Blocks, out: &mut Vec<u8>) {
        let of_key = |block: &Block| block.kind == Kind::Call && block.key == part.key;
        let found = self.queue.iter().rposition(of_key).filter(|at| {
            // Some servers number every call 0: another id with a name is another call.
            let known = &self.queue[*at].id;
            part.id.is_empty() || part.name.is_empty() || known.is_empty() || known == part.id
        });
        let at = match found {
            Some(at) => at,
            None if self.is_past(part) => return,
            None => {
                let block = self.add(Kind::Call);
                block.key = part.key;
                self.queue.len() - 1
            }
        };
        let is_open = self.open && at == 0;
        let Some(block) = self.queue.get_mut(at) else {
            return;
        };
        if block.id.is_empty() {
            block.id.push_str(part.id);
        }
        if block.name.is_empty() {
            block.name.push_str(part.name);
        }
        if !part.arguments.is_empty() {
            block.scan.feed(part.arguments);
            match is_open {
                true => blocks.piece(part.arguments, out),
                false => block.held.push_str(part.arguments),
            }
        }
        if !is_open || self.queue.len() > 1 {
            self.advance(blocks, out);
        }
    }

    /// Whether a piece belongs to a call that is over: late white space, or a server that repeats itself.
    fn is_past(&self, part: CallPart<'_>) -> bool {
        self.past.contains(&part.key) && (part.name.is_empty() || self.ids.contains(part.id))
    }

    fn add(&mut self, kind: Kind) -> &mut Block {
        if self.queue.len() >= MOST_WAITING {
            // Hostile or broken: what came before is worth more than what comes after.
            self.queue.pop_back();
        }
        self.queue.push_back(Block {
            kind,
            sealed: false,
            held: String::new(),
            signature: String::new(),
            key: 0,
            id: String::new(),
            name: String::new(),
            scan: JsonScan::default(),
        });
        let last = self.queue.len() - 1;
        &mut self.queue[last]
    }

    fn seal(&mut self) {
        if let Some(tail) = self.queue.back_mut() {
            tail.sealed = true;
        }
    }

    /// Closes what is over and opens what comes next, as far as that goes.
    fn advance(&mut self, blocks: &mut impl Blocks, out: &mut Vec<u8>) {
        while let Some(front) = self.queue.front() {
            if !self.open {
                if front.kind == Kind::Call && front.name.is_empty() {
                    return;
                }
                self.open_front(blocks, out);
                continue;
            }
            let over = match front.kind {
                Kind::Text | Kind::Refusal => self.queue.len() > 1,
                Kind::Thinking | Kind::Redacted => front.sealed || self.queue.len() > 1,
                Kind::Call => front.sealed || self.queue.len() > 1 && front.scan.whole(),
            };
            if !over {
                return;
            }
            self.close_front(Close::Whole, blocks, out);
        }
    }

    fn open_front(&mut self, blocks: &mut impl Blocks, out: &mut Vec<u8>) {
        let made = format!("{}{}", self.id_stem, self.ids.len());
        let Some(front) = self.queue.front_mut() else {
            return;
        };
        let mut id = front.id.as_str();
        if front.kind == Kind::Call {
            if id.is_empty() || self.ids.contains(id) {
                id = &made;
            }
            self.ids.insert(id.to_owned());
        }
        blocks.open(
            Head {
                kind: front.kind,
                id,
                name: &front.name,
            },
            out,
        );
        if !front.held.is_empty() {
            blocks.piece(&std::mem::take(&mut front.held), out);
        }
        if !front.signature.is_empty() {
            blocks.signature(&front.signature, out);
        }
        self.open = true;
    }

    fn close_front(&mut self, how: Close, blocks: &mut impl Blocks, out: &mut Vec<u8>) {
        blocks.close(how, out);
        self.open = false;
        if let Some(block) = self.queue.pop_front()
            && block.kind == Kind::Call
        {
            self.past.insert(block.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Writes down what it is told.
    #[derive(Default)]
    struct Notes(Vec<String>);

    impl Blocks for Notes {
        fn open(&mut self, head: Head<'_>, _: &mut Vec<u8>) {
            self.0.push(
                format!("open {:?} {} {}", head.kind, head.id, head.name)
                    .trim_end()
                    .into(),
            );
        }
        fn piece(&mut self, text: &str, _: &mut Vec<u8>) {
            self.0.push(text.into());
        }
        fn signature(&mut self, signature: &str, _: &mut Vec<u8>) {
            self.0.push(format!("signed {signature}"));
        }
        fn close(&mut self, how: Close, _: &mut Vec<u8>) {
            self.0
                .push(if how == Close::Cut { "cut" } else { "close" }.into());
        }
    }

    fn told(parts: Vec<Part<'_>>) -> Vec<String> {
        let (mut row, mut notes, mut out) = (
            Sequence::new("call_x_".into()),
            Notes::default(),
            Vec::new(),
        );
        for part in parts {
            row.part(part, &mut notes, &mut out);
        }
        row.finish(&mut notes, &mut out).unwrap();
        notes.0
    }

    fn call<'a>(key: u64, id: &'a str, name: &'a str, arguments: &'a str) -> Part<'a> {
        Part::Call(CallPart {
            key,
            id,
            name,
            arguments,
        })
    }

    #[test]
    fn interleaved_calls_come_one_after_the_other() {
        let notes = told(vec![
            call(0, "a", "read", ""),
            call(1, "b", "write", ""),
            call(0, "", "", "{\"x\""),
            call(1, "", "", "{\"y\""),
            call(0, "", "", ":1}"),
            call(1, "", "", ":2}"),
        ]);
        assert_eq!(
            notes,
            [
                "open Call a read",
                "{\"x\"",
                ":1}",
                "close",
                "open Call b write",
                "{\"y\"",
                ":2}",
                "close",
            ]
        );
    }

    #[test]
    fn ids_are_made_up_where_none_or_the_same_comes() {
        let notes = told(vec![
            call(0, "", "one", "{}"),
            call(1, "same", "two", "{}"),
            call(2, "same", "three", "{}"),
        ]);
        let opened: Vec<&String> = notes
            .iter()
            .filter(|note| note.starts_with("open"))
            .collect();
        assert_eq!(
            opened,
            [
                "open Call call_x_0 one",
                "open Call same two",
                "open Call call_x_2 three"
            ]
        );
    }

    #[test]
    fn calls_that_share_a_number_are_told_apart() {
        let notes = told(vec![
            call(0, "a", "one", "{}"),
            call(0, "b", "two", "{\"k\""),
            call(0, "", "", ":1}"),
            call(0, "a", "one", "{}"),
        ]);
        assert_eq!(
            notes,
            [
                "open Call a one",
                "{}",
                "close",
                "open Call b two",
                "{\"k\"",
                ":1}",
                "close"
            ]
        );
    }

    #[test]
    fn text_after_a_call_waits_for_its_end() {
        let notes = told(vec![
            Part::Thinking("hm"),
            Part::Signature("s"),
            call(0, "a", "one", "{"),
            Part::Text("mean"),
            Part::Text("while"),
            call(0, "", "", "}"),
            Part::Text("!"),
        ]);
        assert_eq!(
            notes,
            [
                "open Thinking",
                "hm",
                "signed s",
                "close",
                "open Call a one",
                "{",
                "}",
                "close",
                "open Text",
                "meanwhile",
                "!",
                "close",
            ]
        );
    }

    proptest! {
        #[test]
        fn blocks_never_overlap(picks in prop::collection::vec((0_u8..7, 0_u64..3, "[{}\":a ]{0,4}"), 0..60)) {
            let (mut row, mut notes, mut out) = (Sequence::new("m".into()), Notes::default(), Vec::new());
            for (kind, key, text) in &picks {
                let part = match kind {
                    0 => Part::Text(text),
                    1 => Part::Thinking(text),
                    2 => Part::Signature(text),
                    3 => Part::Redacted(text),
                    4 => Part::Seal,
                    5 => call(*key, "", "n", text),
                    _ => call(*key, text, "", text),
                };
                row.part(part, &mut notes, &mut out);
            }
            if row.finish(&mut notes, &mut out).is_err() {
                row.cut(&mut notes, &mut out);
            }
            let mut open = false;
            for note in &notes.0 {
                let opens = note.starts_with("open ");
                prop_assert_eq!(opens, !open, "{:?}", notes.0);
                open = note != "close" && note != "cut";
            }
            prop_assert!(!open);
        }
    }
}
