//! A request that runs at a relay at this moment, whoever sent it.

use super::time::UnixMillis;

/// One running request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningRequest {
    /// The relay's id of it.
    pub request_id: String,
    /// The key's name.
    pub key_name: String,
    /// The exact name of the model.
    pub model: String,
    /// The group it is billed in.
    pub group: String,
    /// The program that sent it, by its own word.
    pub tool: String,
    /// When it began, by the relay's clock.
    pub begun: UnixMillis,
    /// Tokens of the prompt, as the relay counted them.
    pub prompt: u64,
    /// Parts of the answer so far: about its tokens.
    pub parts: u64,
}
