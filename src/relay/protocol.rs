//! The protocols of the model API: what clients call, what upstreams answer in, and the names and paths of both.

use super::translate::Dialect;

/// A protocol of requests, answers and errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// OpenAI Chat Completions.
    #[default]
    Chat,
    /// Anthropic Messages.
    Messages,
    /// OpenAI Responses.
    Responses,
    /// OpenAI Embeddings.
    Embeddings,
    /// Google's Gemini.
    Gemini,
}

impl Protocol {
    /// All of them, in the order they are listed.
    pub const ALL: [Protocol; 5] = [
        Protocol::Chat,
        Protocol::Messages,
        Protocol::Responses,
        Protocol::Embeddings,
        Protocol::Gemini,
    ];

    /// The name lists of endpoints have for it (`contract/new-api.md` 6.1).
    pub const fn name(self) -> &'static str {
        match self {
            Protocol::Chat => "openai",
            Protocol::Messages => "anthropic",
            Protocol::Responses => "openai-response",
            Protocol::Embeddings => "embeddings",
            Protocol::Gemini => "gemini",
        }
    }

    /// The protocol of a name.
    pub fn named(name: &str) -> Option<Self> {
        Protocol::ALL.into_iter().find(|known| known.name() == name)
    }

    /// The protocol that is called on a path, where the path alone says so: Gemini's hold more.
    pub fn called_on(path: &str) -> Option<Self> {
        let mut named = Protocol::ALL.into_iter();
        named.find(|known| *known != Protocol::Gemini && known.path() == path)
    }

    /// The path it is called on. Gemini's names the model and the method.
    pub const fn path(self) -> &'static str {
        match self {
            Protocol::Chat => Dialect::Chat.path(),
            Protocol::Messages => Dialect::Messages.path(),
            Protocol::Responses => Dialect::Responses.path(),
            Protocol::Embeddings => "/v1/embeddings",
            Protocol::Gemini => Dialect::Gemini.path(),
        }
    }

    /// The dialect of conversations it is, where it is one that can be translated.
    pub const fn dialect(self) -> Option<Dialect> {
        match self {
            Protocol::Chat => Some(Dialect::Chat),
            Protocol::Messages => Some(Dialect::Messages),
            Protocol::Responses => Some(Dialect::Responses),
            Protocol::Gemini => Some(Dialect::Gemini),
            Protocol::Embeddings => None,
        }
    }
}

/// Whether a model makes vectors of texts. No list says so; its name does, and everybody goes by that.
pub fn embeds(model: &str) -> bool {
    model.to_ascii_lowercase().contains("embed")
}

impl From<Dialect> for Protocol {
    fn from(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Chat => Protocol::Chat,
            Dialect::Messages => Protocol::Messages,
            Dialect::Responses => Protocol::Responses,
            Dialect::Gemini => Protocol::Gemini,
        }
    }
}
