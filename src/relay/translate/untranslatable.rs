//! Why a request cannot be translated, naming the member that stands in the way.

use super::{Dialect, Trouble, TroubleKind};

/// A request that the other dialect cannot mean. Always the client's affair: it is answered with status 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{member}: {why}")]
pub struct Untranslatable {
    /// Where it is, as the client wrote it: `n`, `messages[3].content[0]`, `tools[1].type`.
    pub member: String,
    /// What is the matter, and what to do about it.
    pub why: String,
}

impl Untranslatable {
    pub(super) fn new(member: impl Into<String>, why: impl Into<String>) -> Self {
        Untranslatable {
            member: member.into(),
            why: why.into(),
        }
    }

    /// The status and the error document in the shape of the protocol that was called.
    pub fn answer(&self, client: Dialect) -> (u16, serde_json::Value) {
        let mut trouble = Trouble::new(TroubleKind::BadRequest, self.to_string());
        trouble.param = Some(self.member.clone());
        trouble.answer(client)
    }
}
