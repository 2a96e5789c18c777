//! What the dashboard asks for when it proves something, and what it hears back.

use std::time::Duration;

use crate::domain::Fault;
use crate::domain::test_result::{TestKind, TestResult};

pub use crate::verify::checklist::{Line, State};
pub use crate::verify::evidence::{Evidence, Look};
pub use crate::verify::plan::WorstCase;
pub use crate::verify::report::{Finding, Proof, Report, Rung, Verdict};
pub use crate::verify::trials::{Check, Outcome, Sent};
pub use crate::verify::workflow::Step;

/// What is to be proven, with this model and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// What.
    pub what: Wanting,
    /// The exact name of the model; one is chosen where it is empty.
    pub model: String,
    /// The key's number at the relay; the first that is held where absent.
    pub key: Option<i64>,
    /// The longest that one request to a model may take; `None` for each request's own.
    pub within: Option<Duration>,
}

/// What can be wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanting {
    /// What the tests would cost; sends nothing to a model.
    Plan,
    /// The diagnosis.
    Ladder,
    /// One of the three tests.
    Test(TestKind),
    /// The checklist, the safest workflow and the history, as they stand; sends nothing to a model.
    Checklist,
}

/// What the tests would run with, and what each could cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofPlan {
    /// The exact name of the model.
    pub model: String,
    /// The key's masked form.
    pub key: String,
    /// The group that is billed, where known.
    pub group: Option<String>,
    /// The most that each can cost.
    pub costs: Vec<(TestKind, WorstCase)>,
}

/// What is heard back.
#[derive(Clone, Debug)]
pub enum ProofNews {
    /// What the tests would cost, or why they cannot be run.
    Planned(Result<ProofPlan, Fault>),
    /// A rung of the diagnosis. A later one of the same rung takes the place of an earlier one.
    Rung(Finding),
    /// The diagnosis is over.
    Climbed(Report),
    /// A test is over.
    Tested(Box<Outcome>),
    /// The checklist, the workflow and the history.
    Standing {
        /// The checklist.
        lines: Vec<Line>,
        /// The path.
        steps: Vec<Step>,
        /// Results, newest first.
        results: Vec<TestResult>,
    },
    /// It could not be done, or was stopped.
    Failed(Fault),
}
