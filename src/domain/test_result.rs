//! What a test found, as it is kept: per relay, group, model and key, so that results can be compared (S-84).

use serde::{Deserialize, Serialize};

use super::money::Cost;
use super::time::UnixMillis;

use crate::locale::say;

/// Which test it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestKind {
    /// Models, one tiny reply, one tiny stream (S-80).
    Connect,
    /// Long input and long output (S-81).
    Long,
    /// Several at once (S-82).
    Concurrency,
    /// The diagnosis (S-96).
    Ladder,
}

impl TestKind {
    /// The three tests, in the order of the guide.
    pub const TESTS: [TestKind; 3] = [TestKind::Connect, TestKind::Long, TestKind::Concurrency];

    /// The words people see.
    pub fn words(self) -> &'static str {
        match self {
            TestKind::Connect => say!("test-connect"),
            TestKind::Long => say!("test-long"),
            TestKind::Concurrency => say!("test-concurrency"),
            TestKind::Ladder => say!("test-ladder"),
        }
    }
}

/// The outcome of one test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    /// The profile it ran in.
    pub profile: String,
    /// The relay's base address.
    pub relay: String,
    /// When it began.
    pub at: UnixMillis,
    /// Which test.
    pub test: TestKind,
    /// The exact name of the model.
    pub model: String,
    /// The group that was billed, where we know it.
    pub group: Option<String>,
    /// The key's masked form.
    pub key_masked: String,
    /// Whether it passed.
    pub passed: bool,
    /// One line: what was found.
    pub summary: String,
    /// Requests that were sent to a model.
    pub requests: u32,
    /// What they cost together.
    pub cost: Cost,
    /// Milliseconds to the first part: the median where there were several.
    pub first_ms: Option<u64>,
    /// Milliseconds to the end: the median where there were several.
    pub total_ms: Option<u64>,
    /// What belongs to this kind of test alone, as a JSON object.
    pub detail: String,
}
