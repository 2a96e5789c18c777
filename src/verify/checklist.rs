//! The checklist: what must be in place before a relay is relied on, each line derived from live state (S-98).

use serde::Serialize;

use super::report::{Report, Rung, Verdict};
use crate::domain::test_result::{TestKind, TestResult};
use crate::domain::{Fault, Money};
use crate::locale::{listed, say};

/// What a line of the checklist is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// There is an account, and it can be reached.
    Account,
    /// Its balance is above zero.
    Balance,
    /// A key was made.
    KeyMade,
    /// Its secret is stored here.
    KeyStored,
    /// It is accepted.
    KeyUsable,
    /// Its group is known.
    Group,
    /// The group has the model.
    ModelInGroup,
    /// The model's name is exact.
    ExactName,
    /// The node answers.
    Node,
    /// The address is in its right form.
    UrlForm,
    /// The endpoint is the model's.
    Endpoint,
    /// A tool is set up, and its version is known.
    ToolVersion,
    /// Connectivity was tested.
    Connect,
    /// Long text was tested.
    Long,
    /// Concurrency was tested.
    Concurrency,
    /// No key stands in a repository.
    NoKeyInRepository,
    /// Requests are found in the relay's log.
    InTheLog,
}

/// How a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// In place.
    Done,
    /// Not in place.
    Failed,
    /// Not known.
    Unknown,
}

impl State {
    /// A sign that needs no colour.
    pub const fn sign(self) -> &'static str {
        match self {
            State::Done => "✓",
            State::Failed => "✗",
            State::Unknown => "?",
        }
    }
}

/// A line of the checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What it is about.
    pub item: Item,
    /// How it stands.
    pub state: State,
    /// What was seen.
    pub seen: String,
    /// What to do, unless it is done.
    pub advice: Option<&'static str>,
}

impl Item {
    /// The words people see.
    pub fn words(self) -> &'static str {
        match self {
            Item::Account => say!("check-account"),
            Item::Balance => say!("check-balance"),
            Item::KeyMade => say!("check-key-made"),
            Item::KeyStored => say!("check-key-stored"),
            Item::KeyUsable => say!("check-key-usable"),
            Item::Group => say!("check-group"),
            Item::ModelInGroup => say!("check-model-in-group"),
            Item::ExactName => say!("check-exact-name"),
            Item::Node => say!("check-node"),
            Item::UrlForm => say!("check-url-form"),
            Item::Endpoint => say!("check-endpoint"),
            Item::ToolVersion => say!("check-tool-version"),
            Item::Connect => say!("check-connect"),
            Item::Long => say!("check-long"),
            Item::Concurrency => say!("check-concurrency"),
            Item::NoKeyInRepository => say!("check-no-key-in-repository"),
            Item::InTheLog => say!("check-in-the-log"),
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Item::Account => {
                say!("check-account-advice")
            }
            Item::Balance => say!("advice-balance"),
            Item::KeyMade => say!("check-key-made-advice"),
            Item::KeyStored => {
                say!("check-key-stored-advice")
            }
            Item::KeyUsable => say!("check-key-usable-advice"),
            Item::Group => say!("check-group-advice"),
            Item::ModelInGroup => say!("check-model-in-group-advice"),
            Item::ExactName => say!("check-exact-name-advice"),
            Item::Node => say!("check-node-advice"),
            Item::UrlForm => say!("check-url-form-advice"),
            Item::Endpoint => say!("check-endpoint-advice"),
            Item::ToolVersion => say!("check-tool-version-advice"),
            Item::Connect => say!("check-connect-advice"),
            Item::Long => say!("check-long-advice"),
            Item::Concurrency => say!("check-concurrency-advice"),
            Item::NoKeyInRepository => {
                say!("check-repository-advice")
            }
            Item::InTheLog => say!("check-log-advice"),
        }
    }
}

/// What a look into the repository around the working folder found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repository {
    /// There is none, or it could not be read; why.
    Unknown(String),
    /// So many files were read, and none holds a key.
    Clean(usize),
    /// These files hold one.
    Keys(Vec<String>),
}

/// The live state that the checklist is derived from. `None` is what nobody knows.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The account's name and balance, or why it cannot be reached; `None` for a profile with a key only.
    pub account: Option<Result<(String, Option<Money>), Fault>>,
    /// Keys at the relay.
    pub keys: Option<usize>,
    /// Keys whose secrets are held here.
    pub held: usize,
    /// The latest diagnosis.
    pub ladder: Option<Report>,
    /// The model of the latest request with this key, where it was answered since that diagnosis and lately.
    pub answered: Option<String>,
    /// The latest results, newest first, of this relay, model and key.
    pub results: Vec<TestResult>,
    /// The group that is billed.
    pub group: Option<String>,
    /// The repository around the working folder.
    pub repository: Option<Repository>,
    /// Requests that were settled with the relay's log, and all that were sent.
    pub settled: Option<(u64, u64)>,
    /// Tools that are set up with this relay, with their versions.
    pub tools: Option<Vec<String>>,
}

/// The checklist.
pub fn lines(facts: &Facts) -> Vec<Line> {
    let rung = |rung: Rung| {
        facts
            .ladder
            .as_ref()
            .and_then(|report| report.findings.iter().find(|finding| finding.rung == rung))
    };
    // An answer has come up all these rungs, whatever an earlier diagnosis found.
    let by_rung = |item: Item, of: Rung| match (rung(of), &facts.answered) {
        (Some(finding), answered)
            if answered.is_none() || state_of(finding.verdict) == State::Done =>
        {
            line(item, state_of(finding.verdict), finding.evidence.clone())
        }
        (_, Some(model)) => line(item, State::Done, say!("check-answered", model = model)),
        (_, None) => line(item, State::Unknown, say!("check-no-diagnosis")),
    };
    let (account, balance) = account(facts);
    vec![
        account,
        balance,
        match (facts.keys, facts.held) {
            (Some(0), 0) => line(Item::KeyMade, State::Failed, say!("check-no-keys")),
            (Some(count), _) => line(
                Item::KeyMade,
                State::Done,
                say!("check-keys-there", count = count),
            ),
            (None, 0) => line(Item::KeyMade, State::Unknown, say!("check-keys-unseen")),
            (None, held) => line(Item::KeyMade, State::Done, say!("check-held", held = held)),
        },
        match facts.held {
            0 => line(Item::KeyStored, State::Failed, say!("check-none-held")),
            held => line(
                Item::KeyStored,
                State::Done,
                say!("check-held-safe", held = held),
            ),
        },
        by_rung(Item::KeyUsable, Rung::Credential),
        match &facts.group {
            Some(group) => line(Item::Group, State::Done, group.clone()),
            None => line(Item::Group, State::Unknown, say!("check-group-untold-key")),
        },
        by_rung(Item::ModelInGroup, Rung::Group),
        by_rung(Item::ExactName, Rung::Model),
        by_rung(Item::Node, Rung::Kind),
        by_rung(Item::UrlForm, Rung::Address),
        by_rung(Item::Endpoint, Rung::Endpoint),
        match &facts.tools {
            None => line(
                Item::ToolVersion,
                State::Unknown,
                say!("check-no-tool-looked"),
            ),
            Some(tools) if tools.is_empty() => {
                line(Item::ToolVersion, State::Unknown, say!("check-no-tool-set"))
            }
            Some(tools) => line(Item::ToolVersion, State::Done, listed(tools)),
        },
        tested(facts, Item::Connect, TestKind::Connect),
        tested(facts, Item::Long, TestKind::Long),
        tested(facts, Item::Concurrency, TestKind::Concurrency),
        match &facts.repository {
            None => line(
                Item::NoKeyInRepository,
                State::Unknown,
                say!("check-not-looked"),
            ),
            Some(Repository::Unknown(why)) => {
                line(Item::NoKeyInRepository, State::Unknown, why.clone())
            }
            Some(Repository::Clean(files)) => line(
                Item::NoKeyInRepository,
                State::Done,
                say!("check-repository-clean", files = files),
            ),
            Some(Repository::Keys(files)) => line(
                Item::NoKeyInRepository,
                State::Failed,
                say!("check-repository-key", places = listed(files)),
            ),
        },
        match facts.settled {
            None => line(Item::InTheLog, State::Unknown, say!("check-log-unreadable")),
            Some((_, 0)) => line(Item::InTheLog, State::Unknown, say!("check-nothing-sent")),
            Some((0, sent)) => line(
                Item::InTheLog,
                State::Failed,
                say!("check-log-none", sent = sent),
            ),
            Some((settled, sent)) => line(
                Item::InTheLog,
                State::Done,
                say!("check-log-found", settled = settled, sent = sent),
            ),
        },
    ]
}

fn account(facts: &Facts) -> (Line, Line) {
    match &facts.account {
        None => (
            line(Item::Account, State::Unknown, say!("check-key-only")),
            match facts.ladder.as_ref().and_then(|report| {
                report
                    .findings
                    .iter()
                    .find(|finding| finding.rung == Rung::Balance)
            }) {
                Some(finding) => line(
                    Item::Balance,
                    state_of(finding.verdict),
                    finding.evidence.clone(),
                ),
                None => line(Item::Balance, State::Unknown, say!("check-wallet-unseen")),
            },
        ),
        Some(Err(fault)) => (
            line(Item::Account, State::Failed, fault.message.clone()),
            line(
                Item::Balance,
                State::Unknown,
                say!("check-account-unreachable"),
            ),
        ),
        Some(Ok((name, balance))) => (
            line(Item::Account, State::Done, name.clone()),
            match balance {
                None => line(Item::Balance, State::Unknown, say!("check-untold")),
                Some(balance) if *balance > Money::ZERO => {
                    line(Item::Balance, State::Done, balance.to_string())
                }
                Some(balance) => line(Item::Balance, State::Failed, balance.to_string()),
            },
        ),
    }
}

fn tested(facts: &Facts, item: Item, test: TestKind) -> Line {
    match facts.results.iter().find(|result| result.test == test) {
        None => line(item, State::Unknown, say!("check-not-run")),
        Some(result) if result.passed => line(item, State::Done, result.summary.clone()),
        Some(result) => line(item, State::Failed, result.summary.clone()),
    }
}

fn state_of(verdict: Verdict) -> State {
    match verdict {
        Verdict::Good | Verdict::Warned => State::Done,
        Verdict::Mended | Verdict::Failed => State::Failed,
        Verdict::Unknown | Verdict::NotReached => State::Unknown,
    }
}

fn line(item: Item, state: State, seen: impl Into<String>) -> Line {
    Line {
        item,
        state,
        seen: seen.into(),
        advice: (state != State::Done).then(|| item.advice()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Basis, Cost, FaultKind, UnixMillis};
    use crate::verify::report::Finding;

    fn state(facts: &Facts, item: Item) -> State {
        lines(facts)
            .iter()
            .find(|line| line.item == item)
            .unwrap()
            .state
    }

    #[test]
    fn s_98_nothing_known_is_unknown_and_never_done() {
        let facts = Facts::default();
        assert!(lines(&facts).iter().all(|line| line.state != State::Done));
        assert_eq!(lines(&facts).len(), 17);
        assert!(lines(&facts).iter().all(|line| line.advice.is_some()));
    }

    #[test]
    fn s_98_an_answer_proves_what_it_went_through_and_nothing_else() {
        let facts = Facts {
            answered: Some("gpt-4o-mini".into()),
            ..Facts::default()
        };
        let done: Vec<Item> = lines(&facts)
            .into_iter()
            .filter(|line| line.state == State::Done)
            .inspect(|line| assert!(line.seen.contains("gpt-4o-mini"), "{}", line.seen))
            .map(|line| line.item)
            .collect();
        let through = [
            Item::KeyUsable,
            Item::ModelInGroup,
            Item::ExactName,
            Item::Node,
            Item::UrlForm,
            Item::Endpoint,
        ];
        assert_eq!(done, through);
    }

    #[test]
    fn s_98_each_line_follows_what_is_so() {
        let mut facts = Facts {
            account: Some(Ok(("lin".into(), Some(Money::ZERO)))),
            keys: Some(0),
            ..Facts::default()
        };
        assert_eq!(state(&facts, Item::Account), State::Done);
        assert_eq!(state(&facts, Item::Balance), State::Failed);
        assert_eq!(state(&facts, Item::KeyMade), State::Failed);
        facts.account = Some(Ok(("lin".into(), Some(Money::from_usd(1)))));
        facts.held = 1;
        assert_eq!(state(&facts, Item::Balance), State::Done);
        assert_eq!(state(&facts, Item::KeyStored), State::Done);
        let refused = Fault::new(FaultKind::CredentialRefused, "no");
        facts.ladder = Some(Report {
            findings: vec![Finding::failed(Rung::Credential, refused)],
            requests: 0,
            cost: Cost {
                amount: Some(Money::ZERO),
                basis: Basis::Settled,
            },
        });
        assert_eq!(state(&facts, Item::KeyUsable), State::Failed);
        facts.answered = Some("m".into());
        assert_eq!(state(&facts, Item::KeyUsable), State::Done, "mended since");
        facts.repository = Some(Repository::Keys(vec![".env".into()]));
        assert_eq!(state(&facts, Item::NoKeyInRepository), State::Failed);
        facts.settled = Some((0, 3));
        assert_eq!(state(&facts, Item::InTheLog), State::Failed);
        facts.results = vec![TestResult {
            profile: "p".into(),
            relay: "r".into(),
            at: UnixMillis(0),
            test: TestKind::Long,
            model: "m".into(),
            group: None,
            key_masked: "k".into(),
            passed: true,
            summary: "fine".into(),
            requests: 1,
            cost: Cost {
                amount: None,
                basis: Basis::Estimated,
            },
            first_ms: None,
            total_ms: None,
            detail: "{}".into(),
        }];
        assert_eq!(
            (state(&facts, Item::Long), state(&facts, Item::Connect)),
            (State::Done, State::Unknown)
        );
    }
}
