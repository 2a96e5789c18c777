//! `relaydeck verify`: the three tests with their worst-case cost first, and with `--all` the diagnosis, the checklist and
//! the safest workflow too (S-80…S-84, S-98, S-99, X-07).

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::args::VerifyArgs;
use super::doctor::{money, report_json, write_finding};
use super::history;
use super::output::{
    below, fact, fault_json, is_plain, judged, pair, print_json, put_cost, put_money, visible,
};
use super::progress::Progress;
use super::secret;
use super::world::{Ending, World, interrupts};
use crate::domain::{Fault, FaultKind, Money};
use crate::engine::nodes;
use crate::engine::proof::{self, Examined, Given};
use crate::locale::say;
use crate::verify::checklist::{Line, lines};
use crate::verify::evidence::{Evidence, Look};
use crate::verify::ladder::{Limits, climb};
use crate::verify::plan::WorstCase;
use crate::verify::report::Report;
use crate::verify::trials::{self, Outcome, Planned, Target, Wanted};
use crate::verify::workflow::{Step, steps};

/// Requests at once where none are named (S-82).
const AT_ONCE: usize = 5;

/// Runs the sub-command.
///
/// # Errors
/// When the tests cannot be run at all, or cost more than was allowed.
pub async fn run(world: &World, args: VerifyArgs) -> Result<Ending, Fault> {
    if args.history {
        return history::run(world, args.model.as_deref()).await;
    }
    let limit = money(&args.max_cost)?;
    let given = Given {
        url: None,
        key: args.key.clone().map(secret::given).transpose()?,
        model: args.model.clone(),
        system: args.system.clone(),
        within: world.within(args.timeout),
        ..Given::default()
    };
    world.stay().await;
    let profile = nodes::profile(world.host.as_ref(), world.profile_name()).await?;
    let ledger = world.ledger().await?;
    let stop = CancellationToken::new();
    let mut examined = proof::examine(
        Arc::clone(&world.host) as _,
        Some(profile),
        &given,
        ledger.clone(),
        world.clock.clone(),
        stop.clone(),
    )?;
    let presses = tokio::spawn({
        let stop = stop.clone();
        async move {
            if let Ok(mut presses) = interrupts()
                && presses.recv().await.is_some()
            {
                stop.cancel();
            }
        }
    });
    let ended = tests(world, &args, limit, &mut examined, &stop).await;
    presses.abort();
    let closed = ledger.close().await.map_err(Fault::from);
    let ended = ended?;
    closed?;
    Ok(ended)
}

async fn tests(
    world: &World,
    args: &VerifyArgs,
    limit: Money,
    examined: &mut Examined,
    stop: &CancellationToken,
) -> Result<Ending, Fault> {
    let progress = Progress::begin(say!("cli-verify-console"), examined.door.pulse());
    examined.ask_console().await;
    drop(progress);
    let mut found = Found::default();
    // What it may cost is said before anything is sent. Where there is nothing to test with, the diagnosis says why.
    let mut ready = match prepare(world, args, examined).await {
        Ok(ready) => Some(ready),
        Err(_) if args.all => None,
        Err(fault) => return Err(fault),
    };
    if let Some(ready) = &ready {
        announce(world, ready);
        allow(world, ready.worst, limit, args.yes)?;
        // What is diagnosed, and what the checklist is about, is what is tested.
        examined.subject.model = Some(ready.target.model.clone());
    }
    if args.all {
        let at = world.clock.now();
        let limits = Limits {
            max_cost: limit,
            ..Limits::default()
        };
        let progress = Progress::begin(say!("test-ladder"), examined.door.pulse());
        let climbing = climb(&examined.door, &examined.subject, limits, |finding| {
            progress.rung(finding);
        });
        let report = proof::until_stopped(climbing, stop).await;
        drop(progress);
        let Some(report) = report else {
            return Ok(Ending::Interrupted);
        };
        proof::keep_report(examined, &report, at).await?;
        if !world.json {
            print_ladder(&report)?;
        }
        found.ladder = Some(report);
    }
    // Where the diagnosis found the trouble, the tests would only find it again, dearer.
    let broken = found.ladder.as_ref().and_then(Report::kind);
    if broken.is_none() {
        let Ready {
            target,
            planned,
            worst,
        } = match ready.take() {
            Some(ready) => ready,
            None => {
                let ready = prepare(world, args, examined).await?;
                announce(world, &ready);
                allow(world, ready.worst, limit, args.yes)?;
                ready
            }
        };
        examined.subject.model = Some(target.model.clone());
        let earlier = proof::observations(&examined.ledger, &examined.profile, &target.model).await;
        for test in &planned {
            let at = world.clock.now();
            let progress = Progress::begin(test.kind().words(), examined.door.pulse());
            let running = trials::run(&examined.door, test, &earlier);
            let outcome = proof::until_stopped(running, stop).await;
            drop(progress);
            let Some(outcome) = outcome else {
                return Ok(Ending::Interrupted);
            };
            proof::keep_outcome(examined, &target, &outcome, at).await?;
            if !world.json {
                print_outcome(&outcome)?;
            }
            found.outcomes.push(outcome);
        }
        found.worst = Some(worst);
        found.target = Some(target);
    }
    if args.all {
        let folder = std::env::current_dir().unwrap_or_else(|_| ".".into());
        let ladder = found.ladder.clone();
        let ladder = ladder.map(|report| (world.clock.now(), report));
        let facts = proof::facts(examined, ladder, &folder).await;
        found.checklist = lines(&facts);
        found.workflow = steps(&found.checklist);
    }
    finish(world, &found)
}

/// The tests as they will be run.
struct Ready {
    target: Target,
    planned: Vec<Planned>,
    /// The most that everything can cost together, the calls of the diagnosis too.
    worst: WorstCase,
}

async fn prepare(world: &World, args: &VerifyArgs, examined: &Examined) -> Result<Ready, Fault> {
    let target = examined.target().await?;
    let planned = trials::plan(&target, wanted(args), seed(world));
    // A diagnosis sends what the first test sends.
    let calls = Wanted {
        connect: args.all,
        long: None,
        concurrency: None,
    };
    let diagnosis = trials::plan(&target, calls, 0);
    let worst = planned
        .iter()
        .chain(&diagnosis)
        .map(|test| test.worst_case(target.scale))
        .fold(WorstCase::AtMost(Money::ZERO), WorstCase::and);
    Ok(Ready {
        target,
        planned,
        worst,
    })
}

/// What was found, for the one document or the last lines.
#[derive(Default)]
struct Found {
    ladder: Option<Report>,
    target: Option<Target>,
    worst: Option<WorstCase>,
    outcomes: Vec<Outcome>,
    checklist: Vec<Line>,
    workflow: Vec<Step>,
}

impl Found {
    /// What went wrong first.
    fn fault(&self) -> Option<Fault> {
        let by_ladder = self
            .ladder
            .as_ref()
            .and_then(|report| report.trouble())
            .and_then(|finding| finding.fault.clone());
        by_ladder.or_else(|| {
            self.outcomes
                .iter()
                .filter(|outcome| !outcome.passed)
                .find_map(|outcome| outcome.fault.clone())
        })
    }
}

fn wanted(args: &VerifyArgs) -> Wanted {
    let any = args.connect || args.long || args.concurrency.is_some();
    Wanted {
        // Without a word on what to test, the cheapest is meant.
        connect: args.connect || args.all || !any,
        long: (args.long || args.all).then_some(args.long_words),
        concurrency: args.concurrency.or(args.all.then_some(AT_ONCE)),
    }
}

/// Something that differs from run to run, for the needles.
fn seed(world: &World) -> u64 {
    world.clock.now().0.unsigned_abs() % 1_000_000_007
}

fn announce(
    world: &World,
    Ready {
        target,
        planned,
        worst,
    }: &Ready,
) {
    let (model, key) = (&target.model, target.key.secret.masked());
    let address = &target.address;
    world.warn(&match &target.group {
        Some(group) => say!(
            "cli-verify-testing-in",
            model = model,
            key = key,
            group = group,
            address = address
        ),
        None => say!(
            "cli-verify-testing",
            model = model,
            key = key,
            address = address
        ),
    });
    for test in planned {
        let sends = say!(
            "cli-verify-sends",
            count = #test.asks().len(),
            worst = test.worst_case(target.scale)
        );
        world.warn(fact("  ", test.kind().words(), 13, &sends).trim_end());
    }
    if planned.len() > 1 {
        world.warn(fact("  ", say!("cli-verify-together"), 13, &worst.to_string()).trim_end());
    }
}

/// Asks above the limit (S-83).
fn allow(world: &World, worst: WorstCase, limit: Money, yes: bool) -> Result<(), Fault> {
    if yes || worst.is_within(limit) {
        return Ok(());
    }
    let why = match worst {
        WorstCase::AtMost(most) => say!("cli-verify-dear", most = most, limit = limit),
        WorstCase::Unknown => say!("cli-verify-unknown", limit = limit),
    };
    if !world.json && io::stdin().is_terminal() && io::stderr().is_terminal() {
        let mut out = io::stderr().lock();
        let _ = write!(out, "{} ", say!("cli-verify-go-on", why = why));
        let _ = out.flush();
        let mut answer = String::new();
        let _ = io::stdin().read_line(&mut answer);
        if matches!(answer.trim(), "y" | "Y" | "yes") {
            return Ok(());
        }
    }
    Err(Fault::new(FaultKind::Usage, why).advise(say!("cli-verify-advice")))
}

fn print_ladder(report: &Report) -> Result<(), Fault> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", say!("test-ladder")).map_err(World::stdout_gone)?;
    for finding in &report.findings {
        write_finding(&mut out, finding).map_err(World::stdout_gone)?;
    }
    Ok(())
}

fn print_outcome(outcome: &Outcome) -> Result<(), Fault> {
    let mut out = io::stdout().lock();
    let mut print = || -> io::Result<()> {
        let sign = if outcome.passed { "✓" } else { "✗" };
        let told = pair(outcome.test.words(), &outcome.summary);
        writeln!(out, "{sign} {told}")?;
        for check in &outcome.checks {
            let sign = match check.passed {
                Some(true) => "✓",
                Some(false) => "✗",
                None => "?",
            };
            writeln!(out, "    {sign} {}", pair(&check.what, &check.seen))?;
        }
        if outcome.sent.len() > 2 {
            for (nth, sent) in outcome.sent.iter().enumerate() {
                let bar = match is_plain() {
                    true => String::new(),
                    false => bar(sent.total_ms, &outcome.sent) + " ",
                };
                writeln!(out, "    {:>2} {bar}{} ms", nth + 1, sent.total_ms)?;
            }
        }
        for evidence in &outcome.evidence {
            let told = pair(evidence.about, &evidence.seen);
            writeln!(out, "    {} {told}", look_sign(evidence))?;
        }
        if let Some(fault) = outcome.fault.as_ref().filter(|_| !outcome.passed) {
            writeln!(out, "    → {}", visible(&fault.advice))?;
        }
        writeln!(out, "    {}", say!("cli-verify-cost", cost = outcome.cost))
    };
    print().map_err(World::stdout_gone)
}

/// A bar as long as a request took, beside the longest.
fn bar(ms: u64, all: &[trials::Sent]) -> String {
    const WIDTH: u64 = 30;
    let longest = all
        .iter()
        .map(|sent| sent.total_ms)
        .max()
        .unwrap_or(1)
        .max(1);
    let full = usize::try_from((ms * WIDTH).div_ceil(longest)).unwrap_or(0);
    let bar = "█".repeat(full);
    format!("{bar:<30}")
}

fn look_sign(evidence: &Evidence) -> &'static str {
    match evidence.look {
        Look::Consistent => "✓",
        Look::Odd => "!",
        Look::Unknown => "?",
    }
}

fn finish(world: &World, found: &Found) -> Result<Ending, Fault> {
    let fault = found.fault();
    if world.json {
        print_json(&document(found, fault.as_ref())).map_err(World::stdout_gone)?;
        return Ok(fault.map_or(Ending::Done, |fault| Ending::Told(fault.kind)));
    }
    let mut out = io::stdout().lock();
    let mut print = || -> io::Result<()> {
        if !found.checklist.is_empty() {
            writeln!(out, "{}", say!("cli-verify-checklist"))?;
        }
        for line in &found.checklist {
            let (sign, name) = (line.state.sign(), line.item.words());
            write!(out, "{}", judged(sign, name, 22, &line.seen))?;
            if let Some(advice) = line.advice {
                writeln!(out, "{}→ {advice}", below(22))?;
            }
        }
        if !found.workflow.is_empty() {
            writeln!(out, "{}", say!("cli-verify-workflow"))?;
        }
        for (nth, step) in found.workflow.iter().enumerate() {
            let next = if step.is_next {
                say!("cli-verify-next")
            } else {
                ""
            };
            writeln!(
                out,
                "{} {:>2} {}{next}",
                step.state.sign(),
                nth + 1,
                step.title
            )?;
            if step.is_next {
                writeln!(out, "     {}", step.how)?;
            }
        }
        Ok(())
    };
    print().map_err(World::stdout_gone)?;
    drop(out);
    // Everything was told where it was found; the exit code says the rest.
    Ok(fault.map_or(Ending::Done, |fault| Ending::Told(fault.kind)))
}

fn document(found: &Found, fault: Option<&Fault>) -> Value {
    let mut object = Map::new();
    if let Some(fault) = fault {
        object.insert("error".into(), fault_json(fault));
    }
    object.insert("passed".into(), json!(fault.is_none()));
    if let Some(target) = &found.target {
        object.insert("relay".into(), json!(target.address.base()));
        object.insert("model".into(), json!(target.model));
        object.insert("group".into(), json!(target.group));
        object.insert("key".into(), json!(target.key.secret.masked()));
        object.insert("endpoint".into(), json!(target.endpoint));
    }
    if let Some(worst) = found.worst {
        put_money(&mut object, "worst_case", worst.money());
    }
    let tests: Vec<Value> = found.outcomes.iter().map(outcome_json).collect();
    object.insert("tests".into(), json!(tests));
    if let Some(report) = &found.ladder {
        object.insert("ladder".into(), report_json(report));
        object.insert("checklist".into(), json!(found.checklist));
        object.insert("workflow".into(), json!(found.workflow));
    }
    Value::Object(object)
}

fn outcome_json(outcome: &Outcome) -> Value {
    let mut object = Map::new();
    object.insert("test".into(), json!(outcome.test));
    object.insert("passed".into(), json!(outcome.passed));
    object.insert("summary".into(), json!(outcome.summary));
    object.insert("checks".into(), json!(outcome.checks));
    object.insert("requests".into(), json!(outcome.sent));
    object.insert("first_ms".into(), json!(outcome.first_ms()));
    object.insert("total_ms".into(), json!(outcome.total_ms()));
    put_cost(&mut object, "cost", outcome.cost);
    object.insert("evidence".into(), json!(outcome.evidence));
    object.insert("detail".into(), outcome.detail.clone());
    if let Some(fault) = &outcome.fault {
        object.insert("error".into(), fault_json(fault));
    }
    Value::Object(object)
}
