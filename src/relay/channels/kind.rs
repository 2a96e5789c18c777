//! The kinds of servers behind channels: the protocol's numbers for them, where they usually are, what they speak.

use super::super::protocol::Protocol;
use super::super::translate::Dialect;

/// A kind of server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any that is compatible with OpenAI.
    OpenAi,
    /// Anthropic.
    Anthropic,
    /// Google's Gemini.
    Gemini,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 3] = [Kind::OpenAi, Kind::Anthropic, Kind::Gemini];

    /// The number the protocol gives it (`contract/new-api.md` 9.3).
    pub const fn number(self) -> i64 {
        match self {
            Kind::OpenAi => 1,
            Kind::Anthropic => 14,
            Kind::Gemini => 24,
        }
    }

    /// The kind of a number.
    pub fn of_number(number: i64) -> Option<Self> {
        Kind::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// Where a channel leads that names no address.
    pub const fn usual_base(self) -> &'static str {
        match self {
            Kind::OpenAi => "https://api.openai.com",
            Kind::Anthropic => "https://api.anthropic.com",
            Kind::Gemini => "https://generativelanguage.googleapis.com",
        }
    }

    /// Whether every server of this kind speaks a protocol. Many of OpenAI's speak Responses too.
    pub fn speaks(self, protocol: Protocol) -> bool {
        match self {
            Kind::OpenAi => matches!(protocol, Protocol::Chat | Protocol::Embeddings),
            Kind::Anthropic => protocol == Protocol::Messages,
            Kind::Gemini => protocol == Protocol::Gemini,
        }
    }

    /// What it is asked in when a conversation is translated for it; `None` where nothing is.
    pub const fn dialect(self) -> Option<Dialect> {
        match self {
            Kind::OpenAi => Some(Dialect::Chat),
            Kind::Anthropic => Some(Dialect::Messages),
            Kind::Gemini => None,
        }
    }
}
