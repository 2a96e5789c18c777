//! `relaydeck doctor`: the diagnosis ladder on the profile or on what is given; every rung printed, and the exit code says
//! which kind of trouble it is (S-90…S-97).

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::args::DoctorArgs;
use super::output::{below, fault_json, judged, pair, print_json, put_cost, visible};
use super::progress::Progress;
use super::secret;
use super::world::{Ending, World, interrupts};
use crate::domain::{Fault, FaultKind, Money};
use crate::engine::host::Host;
use crate::engine::nodes;
use crate::engine::proof::{self, Given};
use crate::locale::say;
use crate::tools;
use crate::verify::ladder::{Limits, climb};
use crate::verify::report::{Finding, Report, Verdict};

/// The cells of the names of rungs.
const RUNG: usize = 11;

/// Runs the sub-command.
///
/// # Errors
/// When what was given cannot be examined, or the ledger cannot be used.
pub async fn run(world: &World, args: DoctorArgs) -> Result<Ending, Fault> {
    let key = args.key.map(secret::given).transpose()?;
    let max_cost = money(&args.max_cost)?;
    let used = match &args.tool {
        Some(tool) => used_by(world, tool)?,
        None => Given::default(),
    };
    let given = Given {
        url: args.url.or(used.url),
        key: key.or(used.key),
        model: args.model.or(used.model),
        within: world.within(args.timeout),
        ..used
    };
    // With an address given, whatever is wrong with the profile is beside the point.
    let profile = match &given.url {
        None => {
            world.stay().await;
            Some(nodes::profile(world.host.as_ref(), world.profile_name()).await?)
        }
        Some(_) => nodes::profile_as_kept(world.host.as_ref(), world.profile_name())?,
    };
    let ledger = world.ledger().await?;
    let stop = CancellationToken::new();
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
    let examined = proof::examine(
        std::sync::Arc::clone(&world.host) as _,
        profile,
        &given,
        ledger.clone(),
        world.clock.clone(),
        stop.clone(),
    )?;
    let at = world.clock.now();
    if !world.json {
        world.warn(&say!(
            "cli-doctor-examining",
            address = examined.subject.address
        ));
    }
    let limits = Limits {
        max_cost,
        ..Limits::default()
    };
    let progress = Progress::begin(say!("test-ladder"), examined.door.pulse());
    let climbing = climb(&examined.door, &examined.subject, limits, |finding| {
        progress.rung(finding);
    });
    let report = proof::until_stopped(climbing, &stop).await;
    drop(progress);
    presses.abort();
    let Some(report) = report else {
        ledger.close().await.map_err(Fault::from)?;
        return Ok(Ending::Interrupted);
    };
    proof::keep_report(&examined, &report, at).await?;
    ledger.close().await.map_err(Fault::from)?;
    print(world, &report)?;
    Ok(report.kind().map_or(Ending::Done, Ending::Told))
}

/// What a tool really uses, as far as its settings say (S-95, X-08).
fn used_by(world: &World, name: &str) -> Result<Given, Fault> {
    let tool = tools::named(name)?;
    let found = tool.effective(&world.host.places());
    let Some(url) = found.urls.into_iter().next().map(|url| url.value) else {
        return Err(Fault::new(
            FaultKind::NotFound,
            say!("cli-doctor-no-address", tool = tool.name),
        )
        .advise(say!("cli-doctor-no-address-advice", tool = tool.id)));
    };
    Ok(Given {
        key: found.keys.first().map(|key| key.value.expose().to_owned()),
        model: found.models.into_iter().next().map(|model| model.value),
        ..Given::of_tool(tool, url)
    })
}

fn print(world: &World, report: &Report) -> Result<(), Fault> {
    if world.json {
        return print_json(&report_json(report)).map_err(World::stdout_gone);
    }
    let mut out = io::stdout().lock();
    for finding in &report.findings {
        write_finding(&mut out, finding).map_err(World::stdout_gone)?;
    }
    drop(out);
    let sent = match report.requests {
        0 => say!("cli-doctor-nothing-asked").to_owned(),
        count => say!("cli-doctor-asked", count = #count, cost = report.cost),
    };
    world.warn(&sent);
    Ok(())
}

/// One rung for people: a line for what was seen, and one each for what to do and what was tried.
pub(super) fn write_finding(out: &mut impl Write, finding: &Finding) -> io::Result<()> {
    let (sign, name) = (finding.verdict.sign(), finding.rung.words());
    write!(out, "{}", judged(sign, name, RUNG, &finding.evidence))?;
    if let Some(advice) = finding
        .advice
        .as_deref()
        .filter(|_| finding.verdict != Verdict::Good)
    {
        writeln!(out, "{}→ {}", below(RUNG), visible(advice))?;
    }
    if let Some(proof) = &finding.proof {
        writeln!(
            out,
            "{}{} {}",
            below(RUNG),
            if proof.helped {
                say!("cli-doctor-proof")
            } else {
                say!("cli-doctor-tried")
            },
            pair(&proof.change, &proof.outcome)
        )?;
    }
    Ok(())
}

/// A diagnosis for programs.
pub(super) fn report_json(report: &Report) -> Value {
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            json!({
                "rung": finding.rung,
                "verdict": finding.verdict,
                "evidence": finding.evidence,
                "advice": finding.advice,
                "proof": finding.proof,
                "kind": finding.fault.as_ref().map(|fault| fault.kind),
                "status": finding.fault.as_ref().and_then(|fault| fault.status),
                "request_id": finding.fault.as_ref().and_then(|fault| fault.request_id.clone()),
            })
        })
        .collect();
    let mut object = Map::new();
    if let Some(fault) = report.trouble().and_then(|finding| finding.fault.as_ref()) {
        object.insert("error".into(), fault_json(fault));
    }
    object.insert(
        "rung".into(),
        json!(report.trouble().map(|finding| finding.rung)),
    );
    object.insert("rungs".into(), json!(findings));
    object.insert("requests".into(), json!(report.requests));
    put_cost(&mut object, "cost", report.cost);
    Value::Object(object)
}

/// An amount given as a limit.
pub(super) fn money(text: &str) -> Result<Money, Fault> {
    let wrong = |why: String| {
        Fault::new(FaultKind::Usage, format!("--max-cost: {why}"))
            .advise(say!("cli-doctor-dollars"))
    };
    let limit = Money::parse(text).map_err(|error| wrong(error.to_string()))?;
    if limit < Money::default() {
        return Err(wrong(say!("cli-limit-negative").into()));
    }
    Ok(limit)
}
