//! Refusals in the shape of OpenAI's errors: a status and one JSON document.

use bytes::Bytes;
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::relay::upstream::UpstreamReply;

/// A request that is not answered, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub status: u16,
    /// What is wrong and what would be right.
    pub message: String,
    /// OpenAI's kind of error.
    pub kind: &'static str,
    /// The member of the request that is wrong.
    pub param: Option<String>,
    /// A word that programs look at.
    pub code: Option<&'static str>,
    pub retry_after: Option<u64>,
}

impl Refusal {
    /// A request that is wrong in one of its members.
    pub fn bad(param: impl Into<String>, message: impl Into<String>) -> Self {
        Refusal {
            status: 400,
            message: message.into(),
            kind: "invalid_request_error",
            param: Some(param.into()),
            code: None,
            retry_after: None,
        }
    }

    /// No built-in model has this name.
    pub fn unknown_model(name: &str) -> Self {
        Refusal {
            status: 404,
            code: Some("model_not_found"),
            ..Refusal::bad("model", format!("The model '{name}' does not exist"))
        }
    }

    /// The same with a word for programs.
    pub fn coded(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// The error document.
    pub fn document(&self) -> Value {
        json!({"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}})
    }

    /// As an answer.
    pub fn into_reply(self) -> UpstreamReply {
        whole(
            self.status,
            "application/json",
            self.retry_after,
            self.document().to_string(),
        )
    }
}

/// An answer whose body is there at once.
pub(super) fn whole(
    status: u16,
    content_type: &str,
    retry_after: Option<u64>,
    body: impl Into<Bytes>,
) -> UpstreamReply {
    let body: Bytes = body.into();
    // An empty body is a stream without pieces: some readers stop at an empty piece.
    let pieces = (!body.is_empty()).then_some(Ok(body));
    UpstreamReply {
        status,
        content_type: content_type.to_owned(),
        retry_after,
        body: futures_util::stream::iter(pieces).boxed(),
    }
}
