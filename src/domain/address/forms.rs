//! Every form of one address that some tool or call wants (S-52).

use super::Address;
use crate::locale::say;

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
            form("base", say!("form-for-anthropic"), ""),
            form("v1", say!("form-for-openai"), "/v1"),
            form("v1beta", say!("form-for-gemini"), "/v1beta"),
            form("chat", say!("form-for-chat"), "/v1/chat/completions"),
            form("messages", say!("form-for-messages"), "/v1/messages"),
            form("responses", say!("form-for-responses"), "/v1/responses"),
            form("embeddings", say!("form-for-embeddings"), "/v1/embeddings"),
            form("models", say!("form-for-models"), "/v1/models"),
            form("status", say!("form-for-status"), "/api/status"),
        ]
    }
}
