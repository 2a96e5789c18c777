//! The requests that run at a relay at this moment: an answer of our own relay's, which the protocol does not have.

use serde::{Deserialize, Serialize};

/// `GET /api/relaydeck/live`: what runs, and the version to ask beyond.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LiveList {
    /// Grows whenever a request begins or ends.
    pub version: u64,
    /// The running requests, the oldest first.
    pub running: Vec<LiveRow>,
}

/// One running request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LiveRow {
    /// The relay's id of it.
    pub request_id: String,
    /// The key's name.
    pub token_name: String,
    /// The exact name of the model.
    pub model_name: String,
    /// The group it is billed in.
    pub group: String,
    /// The program that sent it, by its own word.
    pub tool: String,
    /// Whether it is streamed.
    pub is_stream: bool,
    /// When it began, unix milliseconds by the relay's clock.
    pub begun_ms: i64,
    /// Tokens of the prompt, as the relay counted them.
    pub prompt_tokens: i64,
    /// Parts of the answer so far: about its tokens.
    pub completion_parts: i64,
}
