//! Token counts of one request, in counters that never overlap.

use serde::{Deserialize, Serialize};

/// What a request used, in tokens. The counters are disjoint: a cached prompt token is in `cache_read` and not in
/// `input`. (OpenAI's `prompt_tokens` includes cached ones; the wire takes them apart.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Usage {
    /// Prompt tokens billed at the full input price.
    pub input: u64,
    /// Prompt tokens read from a cache.
    pub cache_read: u64,
    /// Prompt tokens written to a cache.
    pub cache_write: u64,
    /// Generated tokens, reasoning included.
    pub output: u64,
}

impl Usage {
    /// All prompt tokens, cached or not: what OpenAI calls `prompt_tokens`.
    pub const fn prompt(&self) -> u64 {
        self.input
            .saturating_add(self.cache_read)
            .saturating_add(self.cache_write)
    }

    /// Prompt and output together.
    pub const fn total(&self) -> u64 {
        self.prompt().saturating_add(self.output)
    }

    /// Whether nothing was used at all.
    pub const fn is_empty(&self) -> bool {
        self.total() == 0
    }
}
