//! From the bytes of an answer to its parts: events, or one document, or something else altogether.
//!
//! The content type is not asked: relays label errors as event streams and the other way round (`contract/new-api.md` 8.6).
//! The first byte that is no white space tells what it is.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{Stream, stream};
use reqwest::Response;
use reqwest::header::HeaderMap;
use tokio::time::{Instant, timeout_at};

use crate::client::answer::headers_of;
use crate::client::http::root_cause;
use crate::client::options::Options;
use crate::domain::key::mask;
use crate::domain::{Address, ApiKey, Fault, FaultKind, Finish, Part};
use crate::locale::{Word, say};
use crate::wire::openai_error::{ErrorAnswer, classify};
use crate::wire::reply::ReplyDecoder;
use crate::wire::sse::{SseDecoder, SseItem};

/// The largest document, and the most of a page, that is read.
const DOCUMENT_LIMIT: usize = 64 * 1024 * 1024;
const PAGE_LIMIT: usize = 64 * 1024;
/// Of a connection that fails before a byte came.
const NOTHING_CAME: Word = Word("stream-nothing-advice");

/// What the body turned out to be.
enum Body {
    /// Nothing but white space so far.
    Unknown,
    /// Server-sent events.
    Events(SseDecoder),
    /// One JSON document.
    Document(Vec<u8>),
    /// A web page.
    Page(Vec<u8>),
}

struct Reader {
    response: Response,
    headers: HeaderMap,
    status: u16,
    address: Address,
    options: Options,
    secrets: Vec<ApiKey>,
    body: Body,
    chat: ReplyDecoder,
    /// Since when it waits for data: what only keeps the line alive is none.
    silent: Option<Instant>,
    /// Whether any data came; whether any text came.
    began: bool,
    said: bool,
    ended: bool,
    queue: VecDeque<Result<Part, Fault>>,
}

/// The parts of an answer whose headers have come.
pub(super) fn parts(
    response: Response,
    chat: ReplyDecoder,
    address: Address,
    options: Options,
    secrets: Vec<ApiKey>,
) -> impl Stream<Item = Result<Part, Fault>> + Send {
    let reader = Reader {
        headers: response.headers().clone(),
        status: response.status().as_u16(),
        response,
        address,
        options,
        secrets,
        body: Body::Unknown,
        chat,
        silent: None,
        began: false,
        said: false,
        ended: false,
        queue: VecDeque::new(),
    };
    stream::unfold(reader, |mut reader| async move {
        loop {
            if let Some(item) = reader.queue.pop_front() {
                return Some((item, reader));
            }
            if reader.ended {
                return None;
            }
            reader.advance().await;
        }
    })
}

impl Reader {
    async fn advance(&mut self) {
        let patience = self.patience();
        let since = *self.silent.get_or_insert_with(Instant::now);
        match timeout_at(since + patience, self.response.chunk()).await {
            Ok(Ok(Some(bytes))) => {
                if self.take(&bytes) {
                    self.began = true;
                    self.silent = None;
                }
            }
            Ok(Ok(None)) => self.finish(),
            Ok(Err(error)) => {
                let cause = root_cause(&error);
                self.end_early(|reader| reader.broken(&say!("stream-broke", cause = cause)));
            }
            Err(_) => self.end_early(|reader| {
                Fault::new(
                    FaultKind::Timeout,
                    say!(
                        "stream-silent",
                        host = reader.address.host(),
                        seconds = patience.as_secs()
                    ),
                )
                .advise(say!("stream-silent-advice"))
            }),
        }
    }

    /// The body will not come to its end. What came is kept, and an answer that is complete loses nothing by it.
    fn end_early(&mut self, fault: impl FnOnce(&Self) -> Fault) {
        self.flush();
        if self.chat.finished() {
            self.ended = true;
        } else {
            self.fail(fault(self));
        }
    }

    fn patience(&self) -> Duration {
        if self.chat.finished() {
            self.options.tail
        } else if self.began {
            self.options.stall
        } else {
            self.options.first_byte
        }
    }

    /// Takes the next bytes; whether there was anything in them but signs of life.
    fn take(&mut self, bytes: &[u8]) -> bool {
        if matches!(self.body, Body::Unknown) {
            let first = bytes
                .iter()
                // A byte order mark is three bytes that no text starts with otherwise.
                .find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0xEF | 0xBB | 0xBF));
            self.body = match first {
                None => return false,
                Some(b'{' | b'[') => Body::Document(Vec::new()),
                Some(b'<') => Body::Page(Vec::new()),
                Some(_) => Body::Events(SseDecoder::default()),
            };
        }
        match &mut self.body {
            Body::Unknown => false,
            Body::Events(decoder) => {
                let mut items = Vec::new();
                let grown = decoder.push(bytes, &mut items);
                let heard = decoder.amid_line() || !items.iter().all(SseItem::keeps_alive);
                self.take_items(items, false);
                if let Err(too_large) = grown
                    && !self.ended
                {
                    self.fail(self.broken(&too_large.to_string()));
                }
                heard
            }
            Body::Document(document) => {
                document.extend_from_slice(bytes);
                if document.len() > DOCUMENT_LIMIT {
                    self.fail(self.broken(say!("stream-large")));
                }
                true
            }
            Body::Page(page) => {
                page.extend_from_slice(bytes);
                if page.len() > PAGE_LIMIT {
                    self.finish();
                }
                true
            }
        }
    }

    /// Takes events; `last` says that the stream ended, so that the last of them may be cut anywhere.
    fn take_items(&mut self, items: Vec<SseItem>, last: bool) {
        let count = items.len();
        for (number, item) in items.into_iter().enumerate() {
            if self.ended {
                return;
            }
            let data = match item {
                SseItem::Event { data, .. } => data,
                SseItem::Bare(text) if text.trim_start().starts_with(['{', '[']) => text,
                SseItem::Bare(text) if text.trim_start().starts_with('<') => {
                    let page = text.into_bytes();
                    self.fail(self.classified(&page, Some(self.status)));
                    return;
                }
                SseItem::Bare(_) => continue,
            };
            let may_be_cut = last && number + 1 == count;
            if may_be_cut && data.trim() != "[DONE]" && !is_json(&data) {
                continue;
            }
            self.take_document(&data);
            if self.chat.done() {
                self.finish();
            }
        }
    }

    fn take_document(&mut self, data: &str) {
        let mut parts = Vec::new();
        let taken = self.chat.take(data, &mut parts);
        self.said |= parts
            .iter()
            .any(|part| matches!(part, Part::Text(_) | Part::Reasoning(_)));
        self.queue.extend(parts.into_iter().map(Ok));
        if let Err(fault) = taken {
            self.fail(fault);
        }
    }

    /// Takes what the decoder still holds.
    fn flush(&mut self) {
        if let Body::Events(decoder) = &mut self.body
            && !self.chat.done()
            && !self.ended
        {
            let mut items = Vec::new();
            std::mem::take(decoder).finish(&mut items);
            self.take_items(items, true);
        }
    }

    /// The body is at its end.
    fn finish(&mut self) {
        if self.ended {
            return;
        }
        self.flush();
        match std::mem::replace(&mut self.body, Body::Unknown) {
            Body::Unknown | Body::Events(_) => {}
            Body::Document(document) => self.finish_document(&document),
            Body::Page(page) => self.fail(self.classified(&page, Some(self.status))),
        }
        if self.ended {
            return;
        }
        if !self.chat.finished() {
            if !self.chat.done() || !self.said {
                self.fail(self.broken(match self.said {
                    true => say!("stream-cut"),
                    false => say!("stream-nothing"),
                }));
                return;
            }
            self.queue.push_back(Ok(Part::Finish(Finish::Cut)));
        }
        self.ended = true;
    }

    /// An answer in one piece to a request for a stream.
    fn finish_document(&mut self, document: &[u8]) {
        let text = String::from_utf8_lossy(document);
        let text = text.trim_start_matches('\u{feff}');
        if is_json(text) {
            let before = self.queue.len();
            self.take_document(text);
            if !self.ended && self.queue.len() == before {
                self.fail(Fault::new(FaultKind::NotAnApi, say!("stream-no-reply")));
            } else if !self.ended && !self.chat.finished() {
                self.queue.push_back(Ok(Part::Finish(Finish::Cut)));
                self.ended = true;
            }
        } else {
            // Lines of JSON without `data:` are a stream of a kind; a cut document is none.
            let mut lines = text
                .lines()
                .map(str::trim)
                .filter(|line| is_json(line))
                .peekable();
            if lines.peek().is_some() {
                for line in lines {
                    if !self.ended {
                        self.take_document(line);
                    }
                }
            }
        }
    }

    fn fail(&mut self, mut fault: Fault) {
        if self.ended {
            return;
        }
        for secret in &self.secrets {
            let bare = secret.expose().trim_start_matches("sk-");
            if bare.len() >= 8 {
                fault.message = fault.message.replace(bare, &mask(bare));
            }
        }
        let id = headers_of(&self.headers).request_id.map(str::to_owned);
        self.queue.push_back(Err(fault.with_request_id(id)));
        self.ended = true;
    }

    fn broken(&self, what: &str) -> Fault {
        let fault = Fault::new(FaultKind::StreamBroken, what);
        if self.said {
            fault
        } else {
            fault.advise(NOTHING_CAME.say())
        }
    }

    fn classified(&self, body: &[u8], status: Option<u16>) -> Fault {
        classify(&ErrorAnswer {
            status,
            body,
            ..headers_of(&self.headers)
        })
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text.trim()).is_ok()
}
