//! Every form of one address that some tool or call wants (S-52).

use super::Address;

/// One form of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// A word for programs.
    pub name: &'static str,
    /// Who wants it, in a few words.
    pub wanted_by: &'static str,
    /// The form itself.
    pub url: String,
}

impl Address {
    /// All forms: the bases that tools are given first, then the full addresses of the endpoints.
    pub fn forms(&self) -> Vec<Form> {
        let form = |name, wanted_by, path: &str| Form {
            name,
            wanted_by,
            url: self.join(path),
        };
        vec![
            form("base", "tools of Anthropic's kind, consoles", ""),
            form("v1", "tools of OpenAI's kind", "/v1"),
            form("v1beta", "tools of Gemini's kind", "/v1beta"),
            form("chat", "a call of a chat model", "/v1/chat/completions"),
            form("messages", "a call in Anthropic's dialect", "/v1/messages"),
            form("responses", "a call of the Responses API", "/v1/responses"),
            form("embeddings", "a call for embeddings", "/v1/embeddings"),
            form("models", "the list of models", "/v1/models"),
            form("status", "what kind of relay it is", "/api/status"),
        ]
    }
}
