//! The checklist: what must be in place before a relay is relied on, each line derived from live state (S-98).

use serde::Serialize;

use super::report::{Report, Rung, Verdict};
use crate::domain::test_result::{TestKind, TestResult};
use crate::domain::{Fault, Money};

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
    pub const fn words(self) -> &'static str {
        match self {
            Item::Account => "account",
            Item::Balance => "balance above zero",
            Item::KeyMade => "key made",
            Item::KeyStored => "key stored",
            Item::KeyUsable => "key usable",
            Item::Group => "group known",
            Item::ModelInGroup => "model in group",
            Item::ExactName => "exact name",
            Item::Node => "node answers",
            Item::UrlForm => "form of the address",
            Item::Endpoint => "endpoint",
            Item::ToolVersion => "tool version",
            Item::Connect => "connectivity tested",
            Item::Long => "long text tested",
            Item::Concurrency => "concurrency tested",
            Item::NoKeyInRepository => "no key in a repository",
            Item::InTheLog => "requests in the log",
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Item::Account => {
                "add the relay with an access token: relaydeck profiles add NAME --url URL --access-token -"
            }
            Item::Balance => "top up the wallet of this account",
            Item::KeyMade => "make one: relaydeck keys create --name NAME",
            Item::KeyStored => {
                "a key is stored when it is made here, or with: relaydeck profiles add NAME --url URL --key -"
            }
            Item::KeyUsable => "see what is wrong with it: relaydeck doctor",
            Item::Group => "see which group the key is in: relaydeck keys list",
            Item::ModelInGroup => "see which groups have it: relaydeck models show NAME",
            Item::ExactName => "check it: relaydeck models check NAME",
            Item::Node => "measure the nodes: relaydeck nodes test",
            Item::UrlForm => "see all its forms: relaydeck url ADDRESS",
            Item::Endpoint => "see how the model is called: relaydeck models show NAME",
            Item::ToolVersion => "set one up: relaydeck tools setup TOOL",
            Item::Connect => "run it, and look at each check: relaydeck verify --connect",
            Item::Long => "run it, and look at each check: relaydeck verify --long",
            Item::Concurrency => "run it, and look at each check: relaydeck verify --concurrency 5",
            Item::NoKeyInRepository => {
                "take the key out of the file, replace the key, and keep keys in the environment"
            }
            Item::InTheLog => "send a request, then look: relaydeck usage receipts",
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
    let by_rung = |item: Item, of: Rung| match rung(of) {
        None => line(item, State::Unknown, "no diagnosis was run yet"),
        Some(finding) => line(item, state_of(finding.verdict), finding.evidence.clone()),
    };
    let (account, balance) = account(facts);
    vec![
        account,
        balance,
        match (facts.keys, facts.held) {
            (Some(0), 0) => line(Item::KeyMade, State::Failed, "the account has no key"),
            (Some(count), _) => line(Item::KeyMade, State::Done, format!("{count} at the relay")),
            (None, 0) => line(
                Item::KeyMade,
                State::Unknown,
                "a key cannot see its account's keys",
            ),
            (None, held) => line(Item::KeyMade, State::Done, format!("{held} held here")),
        },
        match facts.held {
            0 => line(Item::KeyStored, State::Failed, "no secret is held here"),
            held => line(
                Item::KeyStored,
                State::Done,
                format!("{held} held here, readable to you alone"),
            ),
        },
        by_rung(Item::KeyUsable, Rung::Credential),
        match &facts.group {
            Some(group) => line(Item::Group, State::Done, group.clone()),
            None => line(
                Item::Group,
                State::Unknown,
                "the relay does not tell a key its group",
            ),
        },
        by_rung(Item::ModelInGroup, Rung::Group),
        by_rung(Item::ExactName, Rung::Model),
        by_rung(Item::Node, Rung::Kind),
        by_rung(Item::UrlForm, Rung::Address),
        by_rung(Item::Endpoint, Rung::Endpoint),
        match &facts.tools {
            None => line(Item::ToolVersion, State::Unknown, "no tool was looked at"),
            Some(tools) if tools.is_empty() => line(
                Item::ToolVersion,
                State::Unknown,
                "no tool is set up with this relay",
            ),
            Some(tools) => line(Item::ToolVersion, State::Done, tools.join(", ")),
        },
        tested(facts, Item::Connect, TestKind::Connect),
        tested(facts, Item::Long, TestKind::Long),
        tested(facts, Item::Concurrency, TestKind::Concurrency),
        match &facts.repository {
            None => line(Item::NoKeyInRepository, State::Unknown, "not looked at"),
            Some(Repository::Unknown(why)) => {
                line(Item::NoKeyInRepository, State::Unknown, why.clone())
            }
            Some(Repository::Clean(files)) => line(
                Item::NoKeyInRepository,
                State::Done,
                format!("{files} files of the repository here hold none of your keys"),
            ),
            Some(Repository::Keys(files)) => line(
                Item::NoKeyInRepository,
                State::Failed,
                format!("a key stands in {}", files.join(", ")),
            ),
        },
        match facts.settled {
            None => line(
                Item::InTheLog,
                State::Unknown,
                "this credential cannot read the relay's log",
            ),
            Some((_, 0)) => line(Item::InTheLog, State::Unknown, "nothing was sent yet"),
            Some((0, sent)) => line(
                Item::InTheLog,
                State::Failed,
                format!("none of {sent} requests was found there"),
            ),
            Some((settled, sent)) => line(
                Item::InTheLog,
                State::Done,
                format!("{settled} of {sent} requests were found there"),
            ),
        },
    ]
}

fn account(facts: &Facts) -> (Line, Line) {
    match &facts.account {
        None => (
            line(Item::Account, State::Unknown, "this profile has a key only"),
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
                None => line(Item::Balance, State::Unknown, "a key cannot see the wallet"),
            },
        ),
        Some(Err(fault)) => (
            line(Item::Account, State::Failed, fault.message.clone()),
            line(
                Item::Balance,
                State::Unknown,
                "the account cannot be reached",
            ),
        ),
        Some(Ok((name, balance))) => (
            line(Item::Account, State::Done, name.clone()),
            match balance {
                None => line(Item::Balance, State::Unknown, "not told"),
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
        None => line(item, State::Unknown, "not run yet with this model and key"),
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
