//! Server-sent events, decoded from bytes as they arrive, cut anywhere.
//!
//! Of our own rather than `sse-stream`: that crate decodes only as an async stream over a body, so it cannot stand in a
//! room without I/O, and it drops every line that is no field. Relays write exactly such lines: after a `: PING` has
//! committed status 200, an error follows as bare JSON without `data:` (`contract/new-api.md` 8.6). Those are kept here
//! as [`SseItem::Bare`]. Also unlike the standard: bytes that are no UTF-8 are replaced instead of ending the stream, an
//! event without its blank line is given at the end, and an event past the limit is an error instead of all memory.

use crate::locale::say;
/// The largest event that is taken: images travel as base64 in one line, so it is generous.
pub const EVENT_LIMIT: usize = 32 * 1024 * 1024;

/// What a stream holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SseItem {
    /// An event with data.
    Event {
        /// The value of its `event:` field, if it had one.
        name: Option<String>,
        /// Its `data:` lines, joined by line breaks.
        data: String,
    },
    /// Neighbouring lines that are no fields at all, joined by line breaks: a bare JSON error, or a page of HTML.
    Bare(String),
}

impl SseItem {
    /// Whether it only says that the line is still there: Anthropic's ping, which relays of its dialect send through any
    /// silence.
    pub fn keeps_alive(&self) -> bool {
        matches!(self, SseItem::Event { name: Some(name), .. } if name == "ping")
    }
}

/// An event, or a line of one, that is larger than the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", say!("trouble-relay-event-large", limit = limit))]
pub struct TooLarge {
    /// The limit in bytes.
    pub limit: usize,
}

/// The state between two pieces of a stream.
#[derive(Debug)]
pub struct SseDecoder {
    limit: usize,
    /// The unfinished line.
    line: Vec<u8>,
    /// Whether the last byte was a carriage return, so that a line feed belongs to it.
    after_return: bool,
    /// Whether no line has been seen yet: only there a byte order mark means nothing.
    first_line: bool,
    event: Option<String>,
    data: Option<String>,
    bare: Option<String>,
}

impl Default for SseDecoder {
    fn default() -> Self {
        SseDecoder::with_limit(EVENT_LIMIT)
    }
}

impl SseDecoder {
    /// A decoder that takes events of at most so many bytes.
    pub fn with_limit(limit: usize) -> Self {
        SseDecoder {
            limit,
            line: Vec::new(),
            after_return: false,
            first_line: true,
            event: None,
            data: None,
            bare: None,
        }
    }

    /// Takes the next bytes and appends what they complete to `out`.
    ///
    /// # Errors
    /// When an event grows past the limit; what was complete before it is in `out`. The decoder is of no use then.
    pub fn push(&mut self, mut bytes: &[u8], out: &mut Vec<SseItem>) -> Result<(), TooLarge> {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_return) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let piece = &bytes[..end.unwrap_or(bytes.len())];
            if self.held() + piece.len() > self.limit {
                return Err(TooLarge { limit: self.limit });
            }
            let Some(end) = end else {
                self.line.extend_from_slice(piece);
                return Ok(());
            };
            self.after_return = bytes[end] == b'\r';
            if self.line.is_empty() {
                self.take_line(piece, out);
            } else {
                self.line.extend_from_slice(piece);
                let line = std::mem::take(&mut self.line);
                self.take_line(&line, out);
            }
            bytes = &bytes[end + 1..];
        }
        Ok(())
    }

    /// Ends the stream and gives what was not closed by a blank line. Its last line may have been cut anywhere.
    pub fn finish(mut self, out: &mut Vec<SseItem>) {
        if !self.line.is_empty() {
            let line = std::mem::take(&mut self.line);
            self.take_line(&line, out);
        }
        self.dispatch(out);
    }

    /// Whether the stream stands in the middle of a line that is no comment.
    pub fn amid_line(&self) -> bool {
        self.line.first().is_some_and(|byte| *byte != b':')
    }

    fn held(&self) -> usize {
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        self.line.len() + length(&self.data) + length(&self.bare) + length(&self.event)
    }

    fn take_line(&mut self, line: &[u8], out: &mut Vec<SseItem>) {
        let line = if std::mem::take(&mut self.first_line) {
            line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line)
        } else {
            line
        };
        if line.is_empty() {
            self.dispatch(out);
            return;
        }
        let (name, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &b""[..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"" => {}
            b"data" => {
                self.end_bare(out);
                append_line(&mut self.data, value);
            }
            b"event" => {
                self.end_bare(out);
                self.event = Some(String::from_utf8_lossy(value).into_owned());
            }
            b"id" | b"retry" => self.end_bare(out),
            _ => append_line(&mut self.bare, line),
        }
    }

    fn end_bare(&mut self, out: &mut Vec<SseItem>) {
        out.extend(self.bare.take().map(SseItem::Bare));
    }

    fn dispatch(&mut self, out: &mut Vec<SseItem>) {
        self.end_bare(out);
        let name = self.event.take();
        // As the standard has it: an event without any data is no event.
        out.extend(self.data.take().map(|data| SseItem::Event { name, data }));
    }
}

fn append_line(text: &mut Option<String>, line: &[u8]) {
    let line = String::from_utf8_lossy(line);
    match text {
        Some(text) => {
            text.push('\n');
            text.push_str(&line);
        }
        None => *text = Some(line.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(bytes: &[u8]) -> Vec<SseItem> {
        in_pieces(bytes, &[])
    }

    fn in_pieces(bytes: &[u8], cuts: &[usize]) -> Vec<SseItem> {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
        cuts.push(bytes.len());
        cuts.sort_unstable();
        let (mut decoder, mut out, mut from) = (SseDecoder::default(), Vec::new(), 0);
        for cut in cuts {
            decoder.push(&bytes[from..cut], &mut out).unwrap();
            from = cut;
        }
        decoder.finish(&mut out);
        out
    }

    fn event(data: &str) -> SseItem {
        SseItem::Event {
            name: None,
            data: data.into(),
        }
    }

    #[test]
    fn every_line_ending_ends_a_line() {
        for ending in ["\n", "\r\n", "\r"] {
            let text = ["data: a", "data:b", "", ": PING", "", "data: c", "", ""].join(ending);
            assert_eq!(
                whole(text.as_bytes()),
                [event("a\nb"), event("c")],
                "{ending:?}"
            );
        }
        assert_eq!(
            whole("\u{feff}data: x\n\n".as_bytes()),
            [event("x")],
            "byte order mark"
        );
    }

    #[test]
    fn names_are_kept_and_empty_events_are_none() {
        let items = whole(
            b"event: message_stop\ndata: {}\n\n\n\nevent: lonely\n\nid: 7\nretry: 1\n\ndata:\n\n",
        );
        assert_eq!(
            items,
            [
                SseItem::Event {
                    name: Some("message_stop".into()),
                    data: "{}".into()
                },
                event(""),
            ]
        );
    }

    #[test]
    fn an_event_without_its_blank_line_is_given_at_the_end() {
        assert_eq!(
            whole(b"data: a\n\ndata: [DONE]"),
            [event("a"), event("[DONE]")]
        );
    }

    #[test]
    fn bare_lines_after_a_ping_are_not_lost() {
        let json = r#"{"error":{"message":"no","type":"new_api_error"}}"#;
        assert_eq!(
            whole(format!(": PING\n\n{json}").as_bytes()),
            [SseItem::Bare(json.into())]
        );
        let pretty = "{\n  \"error\": {\n    \"message\": \"no\"\n  }\n}";
        assert_eq!(
            whole(format!("data: a\n\n{pretty}\n").as_bytes()),
            [event("a"), SseItem::Bare(pretty.into())]
        );
        assert_eq!(
            whole(format!("{json}\ndata: a\n\n").as_bytes()),
            [SseItem::Bare(json.into()), event("a")]
        );
    }

    #[test]
    fn a_huge_event_passes_and_a_larger_one_is_refused() {
        let huge = "x".repeat(4 * 1024 * 1024);
        let bytes = format!("data: {huge}\n\n");
        let (mut decoder, mut out) = (SseDecoder::default(), Vec::new());
        for piece in bytes.as_bytes().chunks(8 * 1024) {
            decoder.push(piece, &mut out).unwrap();
        }
        assert_eq!(out, [event(&huge)]);

        let mut small = SseDecoder::with_limit(1_000);
        let mut out = Vec::new();
        small
            .push(b"data: fine\n\n", &mut out)
            .expect("within the limit");
        let refused = (0..2_000).find_map(|_| small.push(b"data: more\n", &mut out).err());
        assert_eq!(refused, Some(TooLarge { limit: 1_000 }));
        assert_eq!(out, [event("fine")]);
    }

    #[test]
    fn broken_utf_8_is_replaced_and_ends_nothing() {
        assert_eq!(
            whole(b"data: a\xFFb\n\ndata: c\n\n"),
            [event("a\u{fffd}b"), event("c")]
        );
    }

    proptest! {
        #[test]
        fn cuts_change_nothing(
            lines in prop::collection::vec("(data: ?|event: |: |id:|)[a-z{}\"é键 ]{0,12}", 0..20),
            ending in "(\n|\r\n|\r)",
            cuts in prop::collection::vec(any::<usize>(), 0..40),
        ) {
            let text = lines.join(&ending);
            prop_assert_eq!(in_pieces(text.as_bytes(), &cuts), whole(text.as_bytes()));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), cuts in prop::collection::vec(any::<usize>(), 0..10)) {
            prop_assert_eq!(in_pieces(&bytes, &cuts), whole(&bytes));
        }
    }
}
