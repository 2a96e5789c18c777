//! The three tests: connectivity, long text, several at once (S-80…S-83). Planned as requests first, so that their worst
//! case can be said; then run through the door; then judged.
//!
//! Nothing is sent twice here: a test measures, and a repeated request would measure something else.

mod judging;

use std::time::Duration;

use futures_util::future::join_all;
use serde::Serialize;
use serde_json::Value;

use super::door::{Ask, Door, HeldSecret, TINY_WITHIN, message};
use super::evidence::{self, Evidence, Observation};
use super::needles::{self, Haystack};
use super::plan::{WorstCase, worst_case};
use crate::domain::test_result::TestKind;
use crate::domain::{Address, Cost, Endpoint, Fault, Price, QuotaScale};
use crate::locale::say;
use judging::{Judged, judge_concurrency, judge_connect, judge_long, percentile};

/// Tokens a tiny answer may have.
const TINY: u32 = 64;
/// Tokens a long answer may have: the codes, two hundred numbers, and room to think.
const LONG: u32 = 4_000;
/// How long a long answer may take (S-81).
const LONG_WITHIN: Duration = Duration::from_secs(600);
/// The built-in test model, which does as its prompt says instead of understanding it: on the embedded relay it can be asked
/// to pass every test.
pub const LAB: &str = "relaydeck-lab";

/// What is tested.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where.
    pub address: Address,
    /// With which key.
    pub key: HeldSecret,
    /// The exact name of the model.
    pub model: String,
    /// The path it is called on.
    pub endpoint: Endpoint,
    /// The group that is billed, where we know it.
    pub group: Option<String>,
    /// The price there.
    pub price: Price,
    /// What the relay's units are worth.
    pub scale: QuotaScale,
    /// Tokens that prompt and answer may have together, where known.
    pub context: Option<u64>,
    /// A system message in front of every request, where one is wanted.
    pub system: Option<String>,
}

/// Which tests are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Connectivity.
    pub connect: bool,
    /// Long text, of so many words.
    pub long: Option<usize>,
    /// So many at once.
    pub concurrency: Option<usize>,
}

/// A test that is about to run.
#[derive(Clone, Debug)]
pub enum Planned {
    /// The list of models, one tiny reply, one tiny stream.
    Connect {
        /// The two requests.
        asks: [Ask; 2],
    },
    /// One long stream.
    Long {
        /// The request.
        ask: Ask,
        /// What is hidden in it.
        hay: Haystack,
    },
    /// Several streams at once.
    Concurrency {
        /// The requests.
        asks: Vec<Ask>,
    },
}

impl Planned {
    /// Which test it is.
    pub const fn kind(&self) -> TestKind {
        match self {
            Planned::Connect { .. } => TestKind::Connect,
            Planned::Long { .. } => TestKind::Long,
            Planned::Concurrency { .. } => TestKind::Concurrency,
        }
    }

    /// The requests it will send.
    pub fn asks(&self) -> Vec<&Ask> {
        match self {
            Planned::Connect { asks } => asks.iter().collect(),
            Planned::Long { ask, .. } => vec![ask],
            Planned::Concurrency { asks } => asks.iter().collect(),
        }
    }

    /// The most it can cost.
    pub fn worst_case(&self, scale: QuotaScale) -> WorstCase {
        worst_case(self.asks(), scale)
    }
}

/// The tests that are wanted, as requests. `seed` makes the needles of the long text differ from run to run.
pub fn plan(target: &Target, wanted: Wanted, seed: u64) -> Vec<Planned> {
    let ask = |streamed, text: String, max_tokens, within| Ask {
        address: target.address.clone(),
        key: target.key.clone(),
        model: target.model.clone(),
        endpoint: target.endpoint.clone(),
        streamed,
        messages: message(target.system.as_deref(), text),
        max_tokens,
        within,
        group: target.group.clone(),
        price: target.price.clone(),
    };
    let tiny = || {
        Ask::tiny(None)
            .into_iter()
            .map(|said| said.text)
            .collect::<String>()
    };
    let tiny = |streamed| ask(streamed, tiny(), TINY, TINY_WITHIN);
    let mut planned = Vec::new();
    if wanted.connect {
        planned.push(Planned::Connect {
            asks: [tiny(false), tiny(true)],
        });
    }
    if let Some(words) = wanted.long {
        // Half of what fits, at two tokens a word, so that the answer fits too.
        let fits = target.context.map_or(usize::MAX, |context| {
            usize::try_from(context.saturating_sub(u64::from(LONG)) / 2).unwrap_or(usize::MAX)
        });
        let hay = needles::haystack(words.min(fits).max(64), seed);
        let (text, most) = long_text(&target.model, &hay);
        planned.push(Planned::Long {
            ask: ask(true, text, most, LONG_WITHIN),
            hay,
        });
    }
    if let Some(count) = wanted.concurrency {
        planned.push(Planned::Concurrency {
            asks: (0..count).map(|_| tiny(true)).collect(),
        });
    }
    planned
}

fn long_text(model: &str, hay: &Haystack) -> (String, u32) {
    if model == LAB {
        // It understands nothing, but it can be asked to say everything again.
        return (format!("[[echo speed=0]]\n{}", hay.text), 32_768);
    }
    let text = format!(
        "Three secret codes are hidden in the text below. First write the three codes, in the order in which they stand, \
         one a line. Then count from 1 to 200, one number a line. Write nothing else.\n\n{}\nNow write the three codes, \
         then the numbers.",
        hay.text
    );
    (text, LONG)
}

/// One thing that a test looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What.
    pub what: String,
    /// Whether it held; `None` where it could not be looked at.
    pub passed: Option<bool>,
    /// What was seen.
    pub seen: String,
}

/// One request of a test, for the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// Whether it was answered as it should be.
    pub good: bool,
    /// The HTTP status.
    pub status: Option<u16>,
    /// Milliseconds to the first part.
    pub first_ms: Option<u64>,
    /// Milliseconds to the end.
    pub total_ms: u64,
    /// Tokens in.
    pub input: u64,
    /// Tokens out.
    pub output: u64,
    /// Whether the relay reported the tokens.
    pub reported: bool,
    /// The name the relay echoed.
    pub echoed: Option<String>,
    /// What went wrong.
    pub fault: Option<String>,
    /// Seconds the relay asked to wait.
    pub retry_after: Option<u64>,
}

/// What a test found.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which test.
    pub test: TestKind,
    /// Whether it passed.
    pub passed: bool,
    /// One line.
    pub summary: String,
    /// What it looked at.
    pub checks: Vec<Check>,
    /// Its requests.
    pub sent: Vec<Sent>,
    /// What went wrong first, where something did: its kind decides the exit code.
    pub fault: Option<Fault>,
    /// What it cost.
    pub cost: Cost,
    /// Evidence about the model that was served.
    pub evidence: Vec<Evidence>,
    /// What is only of this test, for programs and for comparison.
    pub detail: Value,
}

impl Outcome {
    /// Milliseconds to the first part, the median of the good requests.
    pub fn first_ms(&self) -> Option<u64> {
        percentile(
            self.sent
                .iter()
                .filter(|sent| sent.good)
                .filter_map(|sent| sent.first_ms),
            50,
        )
    }

    /// Milliseconds to the end, the median of the good requests.
    pub fn total_ms(&self) -> Option<u64> {
        percentile(
            self.sent
                .iter()
                .filter(|sent| sent.good)
                .map(|sent| sent.total_ms),
            50,
        )
    }
}

/// Runs a test. `earlier` are observations of the same model from before, for the evidence.
pub async fn run<D: Door>(door: &D, planned: &Planned, earlier: &[Observation]) -> Outcome {
    let mut outcome = match planned {
        Planned::Connect { asks } => connect(door, asks).await,
        Planned::Long { ask, hay } => {
            let told = door.call(ask).await;
            judge_long(ask, hay, told)
        }
        Planned::Concurrency { asks } => {
            let mut running = Vec::with_capacity(asks.len());
            for ask in asks {
                running.push(door.call(ask));
            }
            let told = join_all(running).await;
            judge_concurrency(asks, told)
        }
    };
    let asked = planned
        .asks()
        .first()
        .map(|ask| ask.model.clone())
        .unwrap_or_default();
    let mut seen = earlier.to_vec();
    seen.append(&mut outcome.observed);
    outcome.outcome.evidence = evidence::of(&asked, &seen);
    outcome.outcome
}

async fn connect<D: Door>(door: &D, asks: &[Ask; 2]) -> Judged {
    let [whole, streamed] = asks;
    let served = door.served(&whole.address, &whole.key.secret).await;
    let listed = match &served {
        Ok(models) => {
            let there = models.iter().any(|model| model.name == whole.model);
            Check {
                what: say!("trial-listed").into(),
                // A list without it is no failure of its own: the reply decides.
                passed: there.then_some(true),
                seen: match there {
                    true => say!(
                        "trial-listed-there",
                        count = models.len(),
                        name = whole.model
                    ),
                    false => say!("trial-listed-not", count = models.len(), name = whole.model),
                },
            }
        }
        Err(fault) => Check {
            what: say!("trial-listed").into(),
            passed: Some(false),
            seen: fault.message.clone(),
        },
    };
    let first = door.call(whole).await;
    let second = door.call(streamed).await;
    let mut judged = judge_connect(asks, listed, &first, &second);
    if judged.outcome.fault.is_none()
        && let Err(fault) = served
    {
        judged.outcome.fault = Some(fault);
    }
    judged
}
