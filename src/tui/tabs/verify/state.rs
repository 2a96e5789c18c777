//! What the tab of proofs remembers: where the cursor is, what runs, and what was found.

use crate::domain::test_result::{TestKind, TestResult};
use crate::domain::{Fault, Money};
use crate::engine::door::{AskId, Finding, Line, Outcome, ProofPlan, Report, Step, WorstCase};
use crate::locale::say;

/// A row of the tab: something to run, or something to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Item {
    /// The diagnosis.
    #[default]
    Ladder,
    /// Connectivity.
    Connect,
    /// Long text.
    Long,
    /// Several at once.
    Concurrency,
    /// The checklist.
    Checklist,
    /// The safest workflow.
    Workflow,
    /// Earlier results.
    History,
}

impl Item {
    /// All rows, from top to bottom.
    pub const ALL: [Item; 7] = [
        Item::Ladder,
        Item::Connect,
        Item::Long,
        Item::Concurrency,
        Item::Checklist,
        Item::Workflow,
        Item::History,
    ];

    /// The words on the screen.
    pub fn words(self) -> &'static str {
        match self {
            Item::Ladder => say!("verify-ladder"),
            Item::Connect => say!("verify-connect"),
            Item::Long => say!("verify-long"),
            Item::Concurrency => say!("verify-concurrency"),
            Item::Checklist => say!("verify-checklist"),
            Item::Workflow => say!("verify-workflow"),
            Item::History => say!("verify-history"),
        }
    }

    /// What it is, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Item::Ladder => say!("verify-ladder-about"),
            Item::Connect => say!("verify-connect-about"),
            Item::Long => say!("verify-long-about"),
            Item::Concurrency => say!("verify-concurrency-about"),
            Item::Checklist => say!("verify-checklist-about"),
            Item::Workflow => say!("verify-workflow-about"),
            Item::History => say!("verify-history-about"),
        }
    }

    /// Whether it is run: what is not is looked at.
    pub const fn runs(self) -> bool {
        matches!(self, Item::Ladder) || self.test().is_some()
    }

    /// The test it runs.
    pub const fn test(self) -> Option<TestKind> {
        match self {
            Item::Connect => Some(TestKind::Connect),
            Item::Long => Some(TestKind::Long),
            Item::Concurrency => Some(TestKind::Concurrency),
            _ => None,
        }
    }
}

/// Above this a test asks before it runs (S-83).
pub const LIMIT: Money = Money::from_nanos(100_000_000);

/// The tab of proofs.
#[derive(Clone, Debug, Default)]
pub struct VerifyTab {
    /// The row under the cursor.
    pub item: Item,
    /// How far what is shown is scrolled down.
    pub scroll: usize,
    /// What runs, and what asked for it.
    pub running: Option<(AskId, Item)>,
    /// What asked for the costs, and for the checklist.
    pub planning: Option<AskId>,
    /// What asked for the checklist.
    pub standing: Option<AskId>,
    /// What the tests would run with, or why they cannot.
    pub plan: Option<Result<ProofPlan, Fault>>,
    /// The row that wants a second Enter, because it costs more than the limit.
    pub asking: Option<Item>,
    /// The rungs so far.
    pub findings: Vec<Finding>,
    /// The diagnosis, once it is over.
    pub report: Option<Report>,
    /// The latest outcome of each test.
    pub outcomes: Vec<Outcome>,
    /// The checklist.
    pub lines: Vec<Line>,
    /// The path.
    pub steps: Vec<Step>,
    /// Earlier results, newest first.
    pub results: Vec<TestResult>,
    /// Why a row could not be run.
    pub fault: Option<(Item, Fault)>,
}

impl VerifyTab {
    /// The latest outcome of a test.
    pub fn outcome(&self, test: TestKind) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.test == test)
    }

    /// The most that a row can cost, where that is known yet.
    pub fn worst(&self, item: Item) -> Option<WorstCase> {
        let plan = self.plan.as_ref()?.as_ref().ok()?;
        let of = |test| {
            plan.costs
                .iter()
                .find(|(kind, _)| *kind == test)
                .map(|(_, worst)| *worst)
        };
        match item {
            // A call and a stream, as in the test of connectivity.
            Item::Ladder => of(TestKind::Connect),
            item => item.test().and_then(of),
        }
    }

    /// Forgets what was found: it is about another relay.
    pub fn forget(&mut self) {
        let item = self.item;
        *self = VerifyTab {
            item,
            ..VerifyTab::default()
        };
    }
}
