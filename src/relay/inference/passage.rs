//! A stream's way through the relay: metered as it comes, and translated where client and upstream speak different dialects.
//!
//! What always holds: the meter sees the upstream's own words, whatever the client is sent; and neither the end of a
//! translated answer nor its error reaches the client before the money is settled.

use std::collections::VecDeque;

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::answers::{ApiError, RequestId};
use super::super::channels::Channel;
use super::super::meter::{tally::Tally, usage};
use super::super::protocol::Protocol;
use super::super::translate::{Bridge, Dialect, Progress, Stamp, StreamTranslator};
use super::bill::Settled;
use super::sieve::{Sieve, Turn};
use super::trouble;
use crate::wire::sse::{SseDecoder, SseItem};

const MESSAGE_STOP: Bytes =
    Bytes::from_static(b"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
const DONE: Bytes = Bytes::from_static(b"data: [DONE]\n\n");

/// One stream's way.
pub struct Passage {
    /// What the upstream speaks.
    protocol: Protocol,
    sieve: Sieve,
    way: Option<Box<Way>>,
    /// Google's readers take every line for JSON.
    no_comments: bool,
}

/// The translation of a stream.
struct Way {
    translator: StreamTranslator,
    decoder: SseDecoder,
    items: Vec<SseItem>,
    /// What came before the first part of an answer; perhaps this is no stream at all.
    before: VecDeque<Bytes>,
    /// An error that the translator wrote itself; it waits for the settlement.
    held: Vec<u8>,
}

impl Passage {
    /// A stream that passes as it is; `hide_usage` where the relay asked for the usage and the client did not.
    pub fn straight(protocol: Protocol, hide_usage: bool) -> Self {
        Passage {
            protocol,
            sieve: Sieve::new(protocol, hide_usage),
            way: None,
            no_comments: protocol == Protocol::Gemini,
        }
    }

    /// A stream that is translated.
    pub fn translated(bridge: &Bridge, stamp: Stamp) -> Self {
        let protocol = Protocol::from(bridge.pair().upstream());
        Passage {
            protocol,
            sieve: Sieve::new(protocol, false),
            way: Some(Box::new(Way {
                translator: bridge.stream(stamp),
                decoder: SseDecoder::default(),
                items: Vec::new(),
                before: VecDeque::new(),
                held: Vec::new(),
            })),
            no_comments: bridge.pair().client() == Dialect::Gemini,
        }
    }

    /// Takes the next piece; what may pass goes to `out`.
    pub fn feed(&mut self, piece: Bytes, out: &mut VecDeque<Bytes>) -> Turn {
        let Some(way) = &mut self.way else {
            return self.sieve.feed(piece, out);
        };
        let turn = self.sieve.feed(piece, &mut way.before);
        if self.sieve.parts == 0 {
            return turn;
        }
        way.translate(turn, out)
    }

    /// The stream ended: its last line, if nothing ended it.
    pub fn finish(&mut self, out: &mut VecDeque<Bytes>) -> Turn {
        let Some(way) = &mut self.way else {
            return self.sieve.finish(out);
        };
        let turn = self.sieve.finish(&mut way.before);
        if self.sieve.parts == 0 {
            return turn;
        }
        way.translate(turn, out)
    }

    /// Parts of an answer so far.
    pub fn parts(&self) -> u64 {
        self.sieve.parts
    }

    /// Whether a part of an answer came.
    pub fn begun(&self) -> bool {
        self.sieve.parts > 0
    }

    /// Whether a line that belongs to no event stream came before any part.
    pub fn foreign(&self) -> bool {
        self.sieve.foreign
    }

    /// Whether the client has something to be shown: before that, an error can still have its status.
    pub fn speaks(&self, out: &VecDeque<Bytes>) -> bool {
        match self.way {
            None => self.begun(),
            Some(_) => !out.is_empty(),
        }
    }

    /// Whether the upstream said why it ended.
    pub fn finished(&self) -> bool {
        self.sieve.tally.finished
    }

    /// Whether the upstream stands in the middle of a line.
    pub fn amid_line(&self) -> bool {
        !self.sieve.between_lines()
    }

    /// Whether a comment of ours may be put into the stream now.
    pub fn takes_comment(&self) -> bool {
        !self.no_comments && (self.way.is_some() || self.sieve.between_lines())
    }

    /// The meter, which afterwards knows no more than the last event's number.
    pub fn take_tally(&mut self) -> Tally {
        let tally = std::mem::take(&mut self.sieve.tally);
        self.sieve.tally.sequence = tally.sequence;
        tally
    }

    /// The head of the usage chunk that a client of the chat dialect still waits for.
    pub fn missing_usage(&self, wanted: bool) -> Option<String> {
        let missing = self.way.is_none() && wanted && !self.sieve.usage_shown;
        missing.then(|| self.sieve.tally.usage_chunk_head())
    }

    /// The end of an answer that is complete and settled; `head` is that of the usage chunk the client waits for.
    pub fn close(&mut self, settled: &Settled, head: Option<String>, out: &mut VecDeque<Bytes>) {
        let known = !settled.usage.is_empty();
        let Some(way) = &mut self.way else {
            // The client asked for the usage and the upstream had none: ours, as the protocol promises.
            if let (Some(head), true) = (head, known) {
                let usage = usage::write(&settled.usage);
                out.push_back(Bytes::from(format!("{head}{usage}}}\n\n")));
            }
            match self.protocol {
                Protocol::Chat | Protocol::Embeddings => out.push_back(DONE),
                Protocol::Messages => out.push_back(MESSAGE_STOP),
                // The whole response is in its last event.
                Protocol::Responses => out.push_back(self.sieve.last_event()),
                // Its last chunk says why it ended; then it just ends.
                Protocol::Gemini => {}
            }
            return;
        };
        let mut bytes = Vec::new();
        let (chunk, name, mark) = match self.protocol {
            Protocol::Messages => (
                json!({"type": "message_delta", "delta": {}, "usage": usage::write_messages(&settled.usage)}),
                Some("message_stop"),
                r#"{"type":"message_stop"}"#,
            ),
            _ => (
                json!({"choices": [], "usage": usage::write(&settled.usage)}),
                None,
                "[DONE]",
            ),
        };
        // The client is told what was billed, whoever counted it.
        if settled.counted && known {
            let chunk = chunk.to_string();
            way.translator
                .event(name.and(Some("message_delta")), &chunk, &mut bytes);
        }
        way.translator.event(name, mark, &mut bytes);
        way.translator.finish(&mut bytes);
        out.push_back(Bytes::from(bytes));
    }

    /// The end of an answer that broke off, after it was settled.
    pub fn break_off(
        &mut self,
        error: &ApiError,
        id: &RequestId,
        channel: &Channel,
        out: &mut VecDeque<Bytes>,
    ) {
        let Some(way) = &mut self.way else {
            let told = self.sieve.last_event();
            let event = match self.protocol {
                // What the upstream says of its own failure holds the whole response so far.
                Protocol::Responses if !told.is_empty() => trouble::masked_event(channel, &told),
                Protocol::Responses => {
                    let number = self
                        .sieve
                        .tally
                        .sequence
                        .map_or(0, |last| last.saturating_add(1));
                    format!("event: error\ndata: {}\n\n", error.event(id, number))
                }
                Protocol::Messages => {
                    let document = error.body_in(self.protocol, id);
                    format!("event: error\ndata: {document}\n\n")
                }
                Protocol::Chat | Protocol::Embeddings | Protocol::Gemini => {
                    format!("data: {}\n\n", error.body_in(self.protocol, id))
                }
            };
            out.push_back(Bytes::from(event));
            return;
        };
        let mut bytes = std::mem::take(&mut way.held);
        if bytes.is_empty() {
            way.translator.fail(error.trouble(id), &mut bytes);
        }
        if bytes.is_empty() {
            way.translator.write_failure(&mut bytes);
        }
        out.push_back(Bytes::from(bytes));
    }
}

impl Way {
    fn translate(&mut self, turn: Turn, out: &mut VecDeque<Bytes>) -> Turn {
        let mut bytes = Vec::new();
        for piece in std::mem::take(&mut self.before) {
            if let Err(error) = self.decoder.push(&piece, &mut self.items) {
                push(out, bytes);
                return Turn::Error(Value::from(error.to_string()));
            }
            for item in self.items.drain(..) {
                let before = bytes.len();
                self.translator.push(&item, &mut bytes);
                if let Progress::Failed(trouble) = self.translator.progress() {
                    self.held = bytes.split_off(before);
                    let error = json!({"message": trouble.message, "code": trouble.code});
                    push(out, bytes);
                    return Turn::Error(error);
                }
            }
        }
        push(out, bytes);
        turn
    }
}

fn push(out: &mut VecDeque<Bytes>, bytes: Vec<u8>) {
    if !bytes.is_empty() {
        out.push_back(Bytes::from(bytes));
    }
}
