//! What a diagnosis found: one finding a rung, with its evidence, what to do, and the proof that it helps (S-96).

use serde::Serialize;

use crate::domain::{Cost, Fault, FaultKind};
use crate::locale::{pair, say};

/// A rung of the ladder, from the ground up. Whatever is wrong on one cannot be judged on a higher one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// The form of the address, its name, and a connection to it.
    Address,
    /// Encryption and certificate.
    Tls,
    /// What kind of relay answers, and whether any does.
    Kind,
    /// The key.
    Credential,
    /// The account's balance and the key's quota.
    Balance,
    /// The model's name.
    Model,
    /// The key's group and its own limits.
    Group,
    /// The path the model is called on.
    Endpoint,
    /// One tiny reply.
    Call,
    /// One tiny stream.
    Stream,
}

impl Rung {
    /// All rungs, in the order in which they are climbed.
    pub const ALL: [Rung; 10] = [
        Rung::Address,
        Rung::Tls,
        Rung::Kind,
        Rung::Credential,
        Rung::Balance,
        Rung::Model,
        Rung::Group,
        Rung::Endpoint,
        Rung::Call,
        Rung::Stream,
    ];

    /// The words people see.
    pub fn words(self) -> &'static str {
        match self {
            Rung::Address => say!("rung-address"),
            Rung::Tls => say!("rung-tls"),
            Rung::Kind => say!("rung-kind"),
            Rung::Credential => say!("rung-credential"),
            Rung::Balance => say!("rung-balance"),
            Rung::Model => say!("rung-model"),
            Rung::Group => say!("rung-group"),
            Rung::Endpoint => say!("rung-endpoint"),
            Rung::Call => say!("rung-call"),
            Rung::Stream => say!("rung-stream"),
        }
    }
}

/// How a rung held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It holds.
    Good,
    /// It holds, but something about it deserves a look.
    Warned,
    /// As given it does not hold; with the one change that is named it does, and the climb went on with that.
    Mended,
    /// It does not hold.
    Failed,
    /// It could not be judged, and that is no failure.
    Unknown,
    /// The climb ended below it.
    NotReached,
}

impl Verdict {
    /// A sign that needs no colour.
    pub const fn sign(self) -> &'static str {
        match self {
            Verdict::Good => "✓",
            Verdict::Warned => "!",
            Verdict::Mended => "↻",
            Verdict::Failed => "✗",
            Verdict::Unknown => "?",
            Verdict::NotReached => "·",
        }
    }
}

/// The one thing that was changed, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// What was changed.
    pub change: String,
    /// What came of it.
    pub outcome: String,
    /// Whether that is what was wrong.
    pub helped: bool,
}

/// What was found on one rung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rung.
    pub rung: Rung,
    /// How it held.
    pub verdict: Verdict,
    /// What was seen, with its measure.
    pub evidence: String,
    /// What is wrong, where something is: its kind decides the exit code.
    pub fault: Option<Fault>,
    /// What to do.
    pub advice: Option<String>,
    /// What was tried at once.
    pub proof: Option<Proof>,
}

impl Finding {
    /// A finding with nothing to add.
    pub fn new(rung: Rung, verdict: Verdict, evidence: impl Into<String>) -> Self {
        Finding {
            rung,
            verdict,
            evidence: evidence.into(),
            fault: None,
            advice: None,
            proof: None,
        }
    }

    /// A rung that does not hold.
    pub fn failed(rung: Rung, fault: Fault) -> Self {
        Finding {
            advice: Some(fault.advice.clone()),
            evidence: fault.message.clone(),
            fault: Some(fault),
            ..Finding::new(rung, Verdict::Failed, "")
        }
    }

    /// The same with what to do.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// The same with what was tried; a proof that helped is advice by itself.
    #[must_use]
    pub fn proven(mut self, proof: Option<Proof>) -> Self {
        if proof.is_some() {
            self.proof = proof;
        }
        self
    }
}

/// A whole diagnosis: ten findings, in the order of the rungs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The findings.
    pub findings: Vec<Finding>,
    /// Requests that were sent to a model.
    pub requests: u32,
    /// What they cost together.
    pub cost: Cost,
}

impl Report {
    /// The finding that stopped the climb, or that had to be mended for it to go on; the lowest.
    pub fn trouble(&self) -> Option<&Finding> {
        self.findings
            .iter()
            .find(|finding| matches!(finding.verdict, Verdict::Failed | Verdict::Mended))
    }

    /// What kind of trouble it is; `None` where everything holds.
    pub fn kind(&self) -> Option<FaultKind> {
        let trouble = self.trouble()?;
        Some(
            trouble
                .fault
                .as_ref()
                .map_or(FaultKind::BadRequest, |fault| fault.kind),
        )
    }

    /// One line: what was found.
    pub fn summary(&self) -> String {
        match self.trouble() {
            Some(finding) => pair(finding.rung.words(), &finding.evidence),
            None => say!("ladder-all-hold").into(),
        }
    }
}
