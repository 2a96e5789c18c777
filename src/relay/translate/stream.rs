//! Translates a stream, event by event, and ends it the way the client's dialect ends.

use std::sync::Arc;

use super::answer::{
    ChatReader, ChatWriter, GeminiWriter, Heard, MessagesReader, MessagesWriter, Part,
    ResponsesWriter,
};
use super::recall::Recall;
use super::{Dialect, Pair, Stamp, Trouble};
use crate::domain::Usage;
use crate::wire::sse::SseItem;

/// What an event was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing of the answer.
    Nothing,
    /// A piece of the answer.
    Heard,
    /// The answer's end mark.
    Done,
}

/// Where a stream stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Nothing of the answer came yet, so nothing was written: an error can still be an error with a status.
    Waiting,
    /// The answer is under way.
    Running,
    /// The answer is complete, and its end was written.
    Ended,
    /// The answer broke off; the error was written, unless nothing had been before.
    Failed(Trouble),
}

enum Reader {
    Chat(ChatReader),
    Messages(MessagesReader),
}

enum Writer {
    Chat(ChatWriter),
    Messages(MessagesWriter),
    Responses(ResponsesWriter),
    Gemini(GeminiWriter),
}

impl Writer {
    fn begin(&mut self, out: &mut Vec<u8>) {
        match self {
            Writer::Chat(writer) => writer.begin(out),
            Writer::Messages(writer) => writer.begin(out),
            Writer::Responses(writer) => writer.begin(out),
            Writer::Gemini(writer) => writer.begin(out),
        }
    }

    fn part(&mut self, part: Part<'_>, out: &mut Vec<u8>) {
        match self {
            Writer::Chat(writer) => writer.part(part, out),
            Writer::Messages(writer) => writer.part(part, out),
            Writer::Responses(writer) => writer.part(part, out),
            Writer::Gemini(writer) => writer.part(part, out),
        }
    }

    fn end(&mut self, heard: &Heard, out: &mut Vec<u8>) -> Result<(), Trouble> {
        match self {
            Writer::Chat(writer) => {
                writer.end(heard, out);
                Ok(())
            }
            Writer::Messages(writer) => writer.end(heard, out),
            Writer::Responses(writer) => writer.end(heard, out),
            Writer::Gemini(writer) => writer.end(heard, out),
        }
    }

    fn fail(&mut self, trouble: &Trouble, out: &mut Vec<u8>) {
        match self {
            Writer::Chat(writer) => writer.fail(trouble, out),
            Writer::Messages(writer) => writer.fail(trouble, out),
            Writer::Responses(writer) => writer.fail(trouble, out),
            Writer::Gemini(writer) => writer.fail(trouble, out),
        }
    }
}

/// A stream on its way from an upstream to a client.
///
/// Push every item of the upstream's stream, then finish. What is appended to `out` are whole events of the client's
/// dialect, ready to be sent; nothing is ever appended after the end.
pub struct StreamTranslator {
    reader: Reader,
    writer: Writer,
    recall: Arc<Recall>,
    heard: Heard,
    progress: Progress,
}

impl StreamTranslator {
    pub(super) fn new(pair: Pair, recall: Arc<Recall>, stamp: Stamp) -> Self {
        let stamp = Arc::new(stamp);
        StreamTranslator {
            reader: match pair.upstream() {
                Dialect::Messages => Reader::Messages(MessagesReader::default()),
                _ => Reader::Chat(ChatReader::default()),
            },
            writer: match pair.client() {
                Dialect::Chat => Writer::Chat(ChatWriter::new(&stamp, recall.usage_chunk)),
                Dialect::Messages => Writer::Messages(MessagesWriter::new(stamp)),
                Dialect::Gemini => Writer::Gemini(GeminiWriter::new(stamp, &recall)),
                Dialect::Responses => {
                    Writer::Responses(ResponsesWriter::new(stamp, recall.clone()))
                }
            },
            recall,
            heard: Heard::default(),
            progress: Progress::Waiting,
        }
    }

    /// Takes an item of the upstream's stream.
    pub fn push(&mut self, item: &SseItem, out: &mut Vec<u8>) {
        match item {
            SseItem::Event { name, data } => self.event(name.as_deref(), data, out),
            SseItem::Bare(text) => self.bare(text, out),
        }
    }

    /// Takes an event of the upstream's stream: the value of its `event:` line, and its data.
    pub fn event(&mut self, name: Option<&str>, data: &str, out: &mut Vec<u8>) {
        if !self.is_open() {
            return;
        }
        let StreamTranslator {
            reader,
            writer,
            recall,
            heard,
            progress,
        } = self;
        let mut sink = |part: Part<'_>| {
            if matches!(progress, Progress::Waiting) {
                *progress = Progress::Running;
                writer.begin(out);
            }
            writer.part(part, out);
        };
        let step = match reader {
            Reader::Chat(reader) => reader.read(data, recall, heard, &mut sink),
            Reader::Messages(reader) => reader.read(name, data, heard, &mut sink),
        };
        match step {
            Ok(Step::Nothing) => {}
            Ok(Step::Heard) => self.begin(out),
            Ok(Step::Done) if matches!(self.progress, Progress::Waiting) => {
                self.fail(Trouble::empty(), out)
            }
            Ok(Step::Done) => self.end(out),
            Err(trouble) => self.fail(trouble, out),
        }
    }

    /// Takes lines that are no event: relays write an error so after a comment has committed status 200.
    pub fn bare(&mut self, text: &str, out: &mut Vec<u8>) {
        if !self.is_open() || text.trim().is_empty() {
            return;
        }
        let trouble = match serde_json::from_str::<serde_json::Value>(text) {
            Ok(value) if value.is_object() => Trouble::read_late(text.as_bytes()),
            _ => Trouble::garbage("something that is no event"),
        };
        self.fail(trouble, out);
    }

    /// The upstream's stream is over. An answer that never said why it ended was cut, and the client is told so.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        match (&self.progress, self.heard.finish) {
            (Progress::Waiting, _) => self.fail(Trouble::empty(), out),
            (Progress::Running, Some(_)) => self.end(out),
            (Progress::Running, None) => self.fail(Trouble::cut(), out),
            (Progress::Ended | Progress::Failed(_), _) => {}
        }
    }

    /// Ends the stream with an error: the upstream's, or one of the way to it. Where nothing was written yet, nothing is:
    /// the error can be answered with its status.
    pub fn fail(&mut self, trouble: Trouble, out: &mut Vec<u8>) {
        match self.progress {
            Progress::Waiting => {}
            Progress::Running => self.writer.fail(&trouble, out),
            Progress::Ended | Progress::Failed(_) => return,
        }
        self.progress = Progress::Failed(trouble);
    }

    /// Writes the error of a stream that failed before anything was written, where status 200 has been sent all the same
    /// (a comment that kept the connection alive).
    pub fn write_failure(&mut self, out: &mut Vec<u8>) {
        if let Progress::Failed(trouble) = self.progress.clone() {
            if let Writer::Responses(writer) = &mut self.writer {
                writer.begin(out);
            }
            self.writer.fail(&trouble, out);
        }
    }

    /// Where the stream stands.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The usage that the upstream reported so far.
    pub fn usage(&self) -> Option<Usage> {
        self.heard.counts.map(|counts| counts.usage)
    }

    /// Our own count of the output tokens so far, for upstreams that report none and for answers that break off.
    pub fn counted(&self) -> u64 {
        self.heard.counter.tokens()
    }

    fn is_open(&self) -> bool {
        matches!(self.progress, Progress::Waiting | Progress::Running)
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if matches!(self.progress, Progress::Waiting) {
            self.progress = Progress::Running;
            self.writer.begin(out);
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        match self.writer.end(&self.heard, out) {
            Ok(()) => self.progress = Progress::Ended,
            Err(trouble) => self.fail(trouble, out),
        }
    }
}
