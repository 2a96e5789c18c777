//! Translates between the dialects that clients call and those that upstreams speak. Pure: no I/O, no clock, no randomness.
//!
//! | a client of | in front of an upstream of | for example |
//! | --- | --- | --- |
//! | [`Dialect::Messages`] | [`Dialect::Chat`] | a coding tool made for Claude on any OpenAI-compatible server |
//! | [`Dialect::Chat`] | [`Dialect::Messages`] | an OpenAI client on Claude |
//! | [`Dialect::Responses`] | [`Dialect::Chat`] | a newer OpenAI client on a server that knows only chat |
//! | [`Dialect::Responses`] | [`Dialect::Messages`] | the same on Claude |
//! | [`Dialect::Gemini`] | [`Dialect::Chat`] | a tool made for Gemini on any OpenAI-compatible server |
//! | [`Dialect::Gemini`] | [`Dialect::Messages`] | the same on Claude |
//!
//! The same dialect on both sides needs no translation: it passes through unchanged, elsewhere. For the pairs above:
//!
//! 1. [`Bridge::open`] reads the request, refuses what would change its meaning ([`Untranslatable`] names the member) and
//!    makes the upstream's request. What becomes of which member is one table: [`fate`].
//! 2. The answer goes through [`Bridge::answer`] when it is whole, through a [`StreamTranslator`] when it streams, and
//!    through [`Trouble`] when it is an error.
//!
//! What always holds: no input makes it panic; what a stream writes is well formed in the client's dialect whatever the
//! upstream sends and wherever it breaks off; an answer that broke off never looks complete, and a call whose arguments
//! were cut is never closed as if they were all there.

pub mod fate;

mod answer;
mod names;
mod recall;
mod request;
mod spelling;
mod stream;
mod trouble;
mod untranslatable;

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::domain::Usage;
use answer::{
    ChatDocument, ChatReader, GeminiDocument, Heard, MessagesDocument, MessagesReader, Part,
    ResponsesWriter,
};
use recall::Recall;

pub use stream::{Progress, StreamTranslator};
pub use trouble::{Trouble, TroubleKind, google_error};
pub use untranslatable::Untranslatable;

/// A protocol of requests, answers and events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// OpenAI Chat Completions, `/v1/chat/completions`.
    Chat,
    /// Anthropic Messages, `/v1/messages`.
    Messages,
    /// OpenAI Responses, `/v1/responses`.
    Responses,
    /// Google's Gemini, `/v1beta/models/{model}:generateContent`: clients only.
    Gemini,
}

impl Dialect {
    /// The path it is called by. Gemini's names the model and the method.
    pub const fn path(self) -> &'static str {
        match self {
            Dialect::Chat => "/v1/chat/completions",
            Dialect::Messages => "/v1/messages",
            Dialect::Responses => "/v1/responses",
            Dialect::Gemini => "/v1beta/models/{model}:generateContent",
        }
    }
}

/// A client's dialect and an upstream's that can be translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pair {
    /// A Messages client in front of a chat upstream.
    MessagesToChat,
    /// A Chat client in front of an Anthropic upstream.
    ChatToMessages,
    /// A Responses client in front of a chat upstream.
    ResponsesToChat,
    /// A Responses client in front of an Anthropic upstream.
    ResponsesToMessages,
    /// A Gemini client in front of a chat upstream.
    GeminiToChat,
    /// A Gemini client in front of an Anthropic upstream.
    GeminiToMessages,
}

impl Pair {
    /// The pair of a client and an upstream; `None` where they cannot be, or need not be, translated.
    pub const fn between(client: Dialect, upstream: Dialect) -> Option<Self> {
        match (client, upstream) {
            (Dialect::Messages, Dialect::Chat) => Some(Pair::MessagesToChat),
            (Dialect::Chat, Dialect::Messages) => Some(Pair::ChatToMessages),
            (Dialect::Responses, Dialect::Chat) => Some(Pair::ResponsesToChat),
            (Dialect::Responses, Dialect::Messages) => Some(Pair::ResponsesToMessages),
            (Dialect::Gemini, Dialect::Chat) => Some(Pair::GeminiToChat),
            (Dialect::Gemini, Dialect::Messages) => Some(Pair::GeminiToMessages),
            _ => None,
        }
    }

    /// What the client speaks.
    pub const fn client(self) -> Dialect {
        match self {
            Pair::MessagesToChat => Dialect::Messages,
            Pair::ChatToMessages => Dialect::Chat,
            Pair::ResponsesToChat | Pair::ResponsesToMessages => Dialect::Responses,
            Pair::GeminiToChat | Pair::GeminiToMessages => Dialect::Gemini,
        }
    }

    /// What the upstream speaks.
    pub const fn upstream(self) -> Dialect {
        match self {
            Pair::MessagesToChat | Pair::ResponsesToChat | Pair::GeminiToChat => Dialect::Chat,
            Pair::ChatToMessages | Pair::ResponsesToMessages | Pair::GeminiToMessages => {
                Dialect::Messages
            }
        }
    }
}

/// What an answer is stamped with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// What makes its ids unlike those of any other answer: letters and digits, without a prefix.
    pub id: Arc<str>,
    /// When it was made, in seconds since 1970.
    pub created: u64,
    /// The model's name as the client wrote it.
    pub model: Arc<str>,
    /// The relay's estimate of the prompt in tokens, for clients that are told before the upstream has counted.
    pub prompt_tokens: u64,
}

/// A whole answer in the client's dialect.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The body, in JSON.
    pub body: Vec<u8>,
    /// The usage that the upstream reported.
    pub usage: Option<Usage>,
    /// Our own count of the output tokens, for upstreams that report none.
    pub counted: u64,
}

/// A translated request, and the way back for its answer.
#[derive(Clone, Debug)]
pub struct Bridge {
    pair: Pair,
    request: Map<String, Value>,
    recall: Arc<Recall>,
}

impl Bridge {
    /// Translates a request. `upstream_model` is the model's name at the upstream: it replaces the client's, and decides
    /// what else the model must or may not be told. A body of Gemini's says in a member `stream` what its path said.
    ///
    /// # Errors
    /// When the upstream's dialect cannot mean what the request asks for, or the request is malformed.
    pub fn open(
        pair: Pair,
        body: &Map<String, Value>,
        upstream_model: &str,
    ) -> Result<Self, Untranslatable> {
        let (request, recall) = request::translate(pair, body, upstream_model)?;
        Ok(Bridge {
            pair,
            request,
            recall: Arc::new(recall),
        })
    }

    /// The pair it stands between.
    pub const fn pair(&self) -> Pair {
        self.pair
    }

    /// The body for the upstream. Streams of a chat upstream are asked for their usage.
    pub const fn request(&self) -> &Map<String, Value> {
        &self.request
    }

    /// Translates a whole answer that came with a status of success.
    ///
    /// # Errors
    /// When it is an error or nothing of the upstream's dialect; [`Trouble::answer`] tells the client.
    pub fn answer(&self, body: &[u8], stamp: Stamp) -> Result<Answer, Trouble> {
        let body = String::from_utf8_lossy(body);
        let body = body.trim_start_matches('\u{feff}');
        let stamp = Arc::new(stamp);
        let mut heard = Heard::default();
        let read = match self.pair.upstream() {
            Dialect::Messages => MessagesReader::whole,
            _ => ChatReader::whole,
        };
        let document = match self.pair.client() {
            Dialect::Chat => {
                let mut whole = ChatDocument::default();
                read(body, &self.recall, &mut heard, &mut |part: Part<'_>| {
                    whole.part(part)
                })?;
                whole.end(&stamp, &heard).to_string().into_bytes()
            }
            Dialect::Messages => {
                let mut whole = MessagesDocument::new(stamp);
                read(body, &self.recall, &mut heard, &mut |part: Part<'_>| {
                    whole.part(part)
                })?;
                whole.end(&heard)?.to_string().into_bytes()
            }
            Dialect::Gemini => {
                let mut whole = GeminiDocument::new(stamp, &self.recall);
                read(body, &self.recall, &mut heard, &mut |part: Part<'_>| {
                    whole.part(part)
                })?;
                whole.end(&heard)?.to_string().into_bytes()
            }
            Dialect::Responses => {
                let mut whole = ResponsesWriter::new(stamp, self.recall.clone());
                let mut events = Vec::new();
                read(body, &self.recall, &mut heard, &mut |part: Part<'_>| {
                    events.clear();
                    whole.part(part, &mut events);
                })?;
                whole.document(&heard)?
            }
        };
        Ok(Answer {
            body: document,
            usage: heard.counts.map(|counts| counts.usage),
            counted: heard.counter.tokens(),
        })
    }

    /// Begins to translate a stream that came with a status of success.
    pub fn stream(&self, stamp: Stamp) -> StreamTranslator {
        StreamTranslator::new(self.pair, self.recall.clone(), stamp)
    }
}
