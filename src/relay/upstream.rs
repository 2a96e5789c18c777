//! What any upstream answers, whoever it is: a server behind a channel or a model built in, in whichever dialect it speaks.
//!
//! Whoever answers makes an [`UpstreamReply`] as soon as status and headers are known; the body follows piece by piece,
//! cut wherever the sender or the network cut it. The relay reads it the same way for all of them.

use bytes::Bytes;
use futures_util::stream::BoxStream;

/// An answer whose body may still be on its way.
pub struct UpstreamReply {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`; empty when there was none.
    pub content_type: String,
    /// Seconds the upstream asks us to wait, where it does.
    pub retry_after: Option<u64>,
    /// The body as it arrives. Dropping it cancels the call.
    pub body: BoxStream<'static, Result<Bytes, UpstreamError>>,
}

impl UpstreamReply {
    /// Whether it says that it is JSON.
    pub fn says_json(&self) -> bool {
        // What nearly every answer says; the rest is looked through.
        let said = &self.content_type;
        said.starts_with("application/json") || said.contains("json")
    }
}

/// Why no answer, or no more of it, came. The texts name no credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpstreamError {
    /// The upstream could not be reached: name, connection or TLS.
    #[error("the upstream could not be reached: {0}")]
    Unreachable(String),
    /// Nothing came for too long.
    #[error("the upstream sent nothing for {0} seconds")]
    TimedOut(u64),
    /// The answer broke off in the middle.
    #[error("the upstream broke off its answer: {0}")]
    Cut(String),
}
