//! Watches a stream as it passes: reads usage and text from a copy, holds back its end, hides what the client did not ask for.
//!
//! What always holds: apart from hidden usage and the end, every byte passes once, in order and unchanged, however the
//! stream is cut; and the end mark and errors never pass by themselves, because money is settled before the client sees them.

use std::collections::VecDeque;

use bytes::Bytes;
use memchr::memchr;
use serde_json::Value;

use super::super::meter::lines::{LONGEST, Lines};
use super::super::meter::tally::{Seen, Tally};
use super::super::protocol::Protocol;

/// The longest event of an answer that may hold pictures.
const LONGEST_WITH_PICTURES: usize = 32 * 1024 * 1024;

/// What came to pass in a piece of the stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    /// The stream goes on.
    On,
    /// The end mark: whatever may follow does not count.
    Done,
    /// The upstream says that it failed.
    Error(Value),
}

/// One stream's sieve.
#[derive(Debug)]
pub struct Sieve {
    lines: Lines,
    pub tally: Tally,
    hide_usage: bool,
    /// The hidden event's last line is still to come.
    swallow_blank: bool,
    /// Parts of an answer seen so far.
    pub parts: u64,
    /// Whether the client was shown a usage.
    pub usage_shown: bool,
    /// A line that belongs to no event stream came before any part.
    pub foreign: bool,
    /// The lines of the event that ends the answer, as they came.
    pub end: Vec<u8>,
}

impl Sieve {
    /// A sieve for a new stream.
    pub fn new(protocol: Protocol, hide_usage: bool) -> Self {
        let longest = match protocol {
            // Their usage comes in one event with whatever was made.
            Protocol::Responses | Protocol::Gemini => LONGEST_WITH_PICTURES,
            Protocol::Chat | Protocol::Messages | Protocol::Embeddings => LONGEST,
        };
        Sieve {
            lines: Lines::holding(longest),
            tally: Tally::of(protocol),
            hide_usage,
            swallow_blank: false,
            parts: 0,
            usage_shown: false,
            foreign: false,
            end: Vec::new(),
        }
    }

    /// Takes the next piece; what may pass goes to `out`.
    pub fn feed(&mut self, piece: Bytes, out: &mut VecDeque<Bytes>) -> Turn {
        let batch = self.lines.push(piece);
        if !batch.unseen.is_empty() {
            self.parts += 1;
            out.push_back(batch.unseen);
        }
        self.pass(batch.lines, out)
    }

    /// The stream ended: its last line, if nothing ended it.
    pub fn finish(&mut self, out: &mut VecDeque<Bytes>) -> Turn {
        let rest = self.lines.rest();
        if rest.is_empty() {
            return Turn::On;
        }
        let turn = self.pass(rest, out);
        if turn == Turn::On {
            // A last event that nothing ended would be dropped by readers that keep to the standard.
            out.push_back(Bytes::from_static(b"\n\n"));
        }
        turn
    }

    /// Whether something of ours may be put between two lines now.
    pub fn between_lines(&self) -> bool {
        self.lines.between_lines()
    }

    /// The event that ended the answer, whole; empty where none came.
    pub fn last_event(&mut self) -> Bytes {
        let mut event = std::mem::take(&mut self.end);
        if !event.is_empty() {
            let ended = event.ends_with(b"\n");
            event.extend_from_slice(if ended { b"\n" } else { b"\n\n" });
        }
        Bytes::from(event)
    }

    fn pass(&mut self, lines: Bytes, out: &mut VecDeque<Bytes>) -> Turn {
        let mut turn = Turn::On;
        // The run of bytes that passes as it is: usually all there are, so nothing is copied.
        let (mut from, mut at) = (0, 0);
        while at < lines.len() {
            let start = at;
            at = memchr(b'\n', &lines[start..]).map_or(lines.len(), |end| start + end + 1);
            let line = &lines[start..at];
            let seen = self.tally.line(line);
            let ends = matches!(seen, Seen::Herald | Seen::Done | Seen::Error(_));
            if seen == Seen::Herald {
                // One that nothing followed ended nothing.
                self.end.clear();
            }
            let hidden = match seen {
                Seen::Blank => std::mem::take(&mut self.swallow_blank),
                Seen::UsageOnly => {
                    self.parts += 1;
                    self.swallow_blank = self.hide_usage;
                    self.usage_shown |= !self.hide_usage;
                    self.hide_usage
                }
                Seen::Part => {
                    self.parts += 1;
                    self.usage_shown |= self.tally.reported.is_some();
                    false
                }
                Seen::Foreign => match bare_error(line).filter(|_| self.parts > 0) {
                    Some(error) => {
                        turn = Turn::Error(error);
                        true
                    }
                    None => {
                        self.foreign |= self.parts == 0;
                        false
                    }
                },
                Seen::Other => false,
                Seen::Herald => true,
                Seen::Done => {
                    turn = Turn::Done;
                    true
                }
                Seen::Error(error) => {
                    turn = Turn::Error(error);
                    true
                }
            };
            if hidden {
                if ends {
                    self.end.extend_from_slice(line);
                }
                if start > from {
                    out.push_back(lines.slice(from..start));
                }
                from = at;
            }
            if turn != Turn::On {
                return turn;
            }
        }
        if at > from {
            out.push_back(lines.slice(from..at));
        }
        turn
    }
}

/// The error in a line that is no event but one whole document: so relays tell of trouble in the middle
/// (`contract/new-api.md` 8.6).
fn bare_error(line: &[u8]) -> Option<Value> {
    let line = line.trim_ascii();
    if !line.starts_with(b"{") {
        return None;
    }
    let document: Value = serde_json::from_slice(line).ok()?;
    let error = document.get("error")?;
    (!error.is_null()).then(|| error.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STREAM: &str = concat!(
        ": one moment\n\n",
        "data: {\"id\":\"1\",\"choices\":[{\"delta\":{\"content\":\"Grüß\"}}]}\n\n",
        "data: {\"id\":\"1\",\"choices\":[{\"delta\":{\"content\":\" dich\"},\"finish_reason\":\"stop\"}]}\r\n\r\n",
        "data: {\"id\":\"1\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n",
        "data: [DONE]\n\n",
    );

    fn run(hide: bool, cuts: &[usize]) -> (String, Turn, Sieve) {
        let (mut sieve, mut out) = (Sieve::new(Protocol::Chat, hide), VecDeque::new());
        let mut rest = Bytes::from_static(STREAM.as_bytes());
        let mut turn = Turn::On;
        for cut in cuts.iter().chain([&usize::MAX]) {
            if turn == Turn::On {
                turn = sieve.feed(rest.split_to((*cut).min(rest.len())), &mut out);
            }
        }
        let bytes: Vec<u8> = out.iter().flatten().copied().collect();
        (String::from_utf8(bytes).unwrap(), turn, sieve)
    }

    #[test]
    fn usage_is_shown_to_who_asked_and_hidden_from_who_did_not() {
        let (shown, turn, sieve) = run(false, &[]);
        assert_eq!(shown, STREAM.replace("data: [DONE]\n\n", ""));
        assert_eq!((turn, sieve.usage_shown), (Turn::Done, true));
        let (hidden, _, sieve) = run(true, &[]);
        let usage = STREAM.find("data: {\"id\":\"1\",\"choices\":[],").unwrap();
        assert_eq!(hidden, STREAM[..usage]);
        assert_eq!(sieve.tally.text, "Grüß dich");
        assert_eq!(sieve.tally.reported.unwrap().output, 2);
        assert!(!sieve.usage_shown && sieve.tally.finished);
    }

    #[test]
    fn a_last_event_without_its_end_still_counts() {
        let mut out = VecDeque::new();
        let mut sieve = Sieve::new(Protocol::Chat, false);
        let piece = Bytes::from_static(b"data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}");
        assert_eq!(sieve.feed(piece, &mut out), Turn::On);
        assert!(out.is_empty() && !sieve.between_lines());
        assert_eq!(sieve.finish(&mut out), Turn::On);
        assert_eq!(sieve.tally.text, "x");
        assert!(
            out.iter()
                .flatten()
                .copied()
                .collect::<Vec<u8>>()
                .ends_with(b"}\n\n")
        );
    }

    #[test]
    fn an_error_that_is_no_event_ends_an_answer_and_does_not_pass() {
        let (mut sieve, mut out) = (Sieve::new(Protocol::Chat, false), VecDeque::new());
        let event = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n";
        assert_eq!(
            sieve.feed(Bytes::from_static(event.as_bytes()), &mut out),
            Turn::On
        );
        let bare = Bytes::from_static(b"{\"error\":{\"message\":\"lost\"}}\n");
        let turn = sieve.feed(bare, &mut out);
        assert_eq!(turn, Turn::Error(serde_json::json!({"message": "lost"})));
        let passed: Vec<u8> = out.into_iter().flatten().collect();
        assert_eq!(passed, event.as_bytes());
    }

    #[test]
    fn heralds_without_end_are_not_gathered() {
        let (mut sieve, mut out) = (Sieve::new(Protocol::Responses, false), VecDeque::new());
        let herald = Bytes::from_static(b"event: response.completed\n");
        for _ in 0..100 {
            assert_eq!(sieve.feed(herald.clone(), &mut out), Turn::On);
        }
        let event =
            b"data: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\n";
        assert_eq!(sieve.feed(Bytes::from_static(event), &mut out), Turn::Done);
        let whole = [&herald[..], event, b"\n"].concat();
        assert_eq!(sieve.last_event(), whole);
    }

    #[test]
    fn a_web_page_is_noticed() {
        let mut sieve = Sieve::new(Protocol::Chat, false);
        sieve.feed(
            Bytes::from_static(b"<!doctype html>\n<p>hello"),
            &mut VecDeque::new(),
        );
        assert!(sieve.foreign && sieve.parts == 0);
    }

    proptest! {
        #[test]
        fn cutting_the_stream_anywhere_changes_nothing(cuts in prop::collection::vec(0_usize..30, 0..40), hide in any::<bool>()) {
            let (text, turn, sieve) = run(hide, &cuts);
            let (whole, _, first) = run(hide, &[]);
            prop_assert_eq!(text, whole);
            prop_assert_eq!(turn, Turn::Done);
            prop_assert_eq!(sieve.tally.text, first.tally.text);
            prop_assert_eq!(sieve.tally.reported, first.tally.reported);
        }

        #[test]
        fn bytes_of_any_kind_pass_once_and_in_order(bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'd'), any::<u8>()], 0..300), cuts in prop::collection::vec(1_usize..40, 0..20)) {
            prop_assume!(!String::from_utf8_lossy(&bytes).contains("data"));
            let (mut sieve, mut out) = (Sieve::new(Protocol::Chat, true), VecDeque::new());
            let mut rest = Bytes::from(bytes.clone());
            for cut in cuts {
                sieve.feed(rest.split_to(cut.min(rest.len())), &mut out);
            }
            sieve.feed(rest, &mut out);
            sieve.finish(&mut out);
            let passed: Vec<u8> = out.into_iter().flatten().collect();
            prop_assert!(passed == bytes || passed == [bytes, b"\n\n".to_vec()].concat());
        }
    }
}
