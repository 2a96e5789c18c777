//! Setting a tool up and taking that back: the difference first, then a yes, then the files, then a call through them.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::args::SetupArgs;
use super::list::relay;
use crate::cli::output::{fault_json, pair, print, print_json, put_cost};
use crate::cli::secret;
use crate::cli::world::{Ending, World};
use crate::domain::{Address, ApiKey, Fault, FaultKind};
use crate::engine::session::{KeyChoice, Session};
use crate::engine::tools::{self, Checked, Choice, Chosen, Means, Through};
use crate::locale::{Word, say, system};
use crate::tools::{Places, Plan, Target, Tool, ToolError, Verdict, apply, named, plan_undo};

/// What to do when there is nobody to ask.
const LOOK: Word = Word("cli-tools-look");

/// `tools setup`
pub async fn setup(world: &World, places: &Places, args: SetupArgs) -> Result<Ending, Fault> {
    let tool = named(&args.tool)?;
    let mut session = world.session().await?;
    if let Some(fault) = session.fetch_all().await {
        world.warn(&say!("cli-not-all-fetched", fault = fault));
    }
    let (address, later) = world.lasting_address(&session)?;
    let choice = Choice {
        key: match args.key {
            Some(key) => KeyChoice::Typed(secret::given(key)?),
            None => KeyChoice::Any,
        },
        new_key: args.new_key,
        model: args.model,
        address,
    };
    let now = tool.effective(places).models.into_iter().next();
    let chosen = tools::choose(
        &session,
        tool,
        &choice,
        now.as_ref().map(|model| model.value.as_str()),
    )?;
    let nowhere = tool.is_written()
        && places.named.is_none()
        && tool.files.iter().all(|rule| rule.path.is_empty());
    if nowhere || !tool.is_written() {
        return by_hand(world, places, tool, &chosen);
    }
    let plan = tool.plan(chosen.target.clone(), places)?;
    let asked = Asked {
        dry_run: args.dry_run,
        yes: args.yes,
    };
    if !world.json {
        for note in &chosen.notes {
            world.warn(note);
        }
        let key = match (chosen.key_to_make, chosen.key_name.as_str()) {
            (true, name) => say!("tools-new-key", name = name),
            (false, "") => say!("cli-tools-key", masked = chosen.target.key.masked()),
            (false, name) => say!(
                "tools-key",
                name = name,
                masked = chosen.target.key.masked()
            ),
        };
        let with = say!(
            "tools-with",
            url = tool.url(&chosen.target.address),
            key = key,
            model = chosen.target.model
        );
        world.warn(&pair(&tool.name, &with));
        print(&shown(&plan, places)).map_err(World::stdout_gone)?;
    }
    if plan.changes.is_empty() && !chosen.key_to_make {
        return unchanged(world, places, &plan);
    }
    if !asked.agreed(world, say!("cli-tools-ask-write"), LOOK.say())? {
        return ended(world, &plan, places, None);
    }
    let plan = if chosen.key_to_make {
        let key = tools::make_key(&session, world.host.as_ref(), tool).await?;
        tool.plan(
            Target {
                key,
                ..chosen.target
            },
            places,
        )?
    } else {
        plan
    };
    let kept = apply(&tool.id, &plan.changes, places, world.clock.now().seconds())?;
    let through = through(tool, places, &plan)?;
    let checked = match later {
        true => None,
        false => Some(checked(world, &session, &plan, &through).await?),
    };
    let done = Done {
        kept: places.shown(&kept),
        checked,
    };
    ended(world, &plan, places, Some(done))
}

/// One tiny call through what was written. The outer error is about this machine: the ledger.
async fn checked(
    world: &World,
    session: &Session,
    plan: &Plan,
    (url, key): &(String, ApiKey),
) -> Result<Result<Checked, Fault>, Fault> {
    let means = Means {
        host: Arc::clone(&world.host) as _,
        ledger: world.ledger().await?,
        clock: world.clock.clone(),
    };
    let through = Through {
        url,
        key,
        model: Some(&plan.target.model),
    };
    let told = tools::check(session, &means, plan.tool, through).await;
    means.ledger.close().await.map_err(Fault::from)?;
    Ok(told)
}

/// Whether the user wants it.
pub struct Asked {
    /// Nothing is to be done, whatever else was said.
    pub dry_run: bool,
    /// It was said already.
    pub yes: bool,
}

impl Asked {
    /// Asks, where nothing was said and somebody is there.
    ///
    /// # Errors
    /// When nobody is there to ask.
    pub fn agreed(&self, world: &World, question: &str, advice: &str) -> Result<bool, Fault> {
        if self.dry_run || self.yes {
            return Ok(self.yes && !self.dry_run);
        }
        if world.json || !io::stdin().is_terminal() {
            return Err(Fault::new(FaultKind::Usage, say!("cli-nobody-to-ask")).advise(advice));
        }
        let mut out = io::stderr().lock();
        let _ = write!(out, "{question} [y/N] ");
        let _ = out.flush();
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).map_err(|error| {
            Fault::new(FaultKind::Local, say!("cli-stdin", error = system(&error)))
        })?;
        Ok(matches!(
            answer.trim().to_ascii_lowercase().as_str(),
            "y" | "yes"
        ))
    }
}

/// What came after a yes.
struct Done {
    kept: String,
    checked: Option<Result<Checked, Fault>>,
}

fn shown(plan: &Plan, places: &Places) -> String {
    let diffs = plan.changes.iter().map(|change| change.diff(places));
    diffs.collect()
}

fn unchanged(world: &World, places: &Places, plan: &Plan) -> Result<Ending, Fault> {
    if world.json {
        print_json(&plan_json(plan, places, None)).map_err(World::stdout_gone)?;
    } else {
        world.warn(&say!("cli-tools-already", tool = plan.tool.name));
    }
    Ok(Ending::Done)
}

fn ended(world: &World, plan: &Plan, places: &Places, done: Option<Done>) -> Result<Ending, Fault> {
    let trouble = done
        .as_ref()
        .and_then(|done| done.checked.as_ref()?.as_ref().err().cloned());
    if world.json {
        print_json(&plan_json(plan, places, done.as_ref())).map_err(World::stdout_gone)?;
        return Ok(trouble.map_or(Ending::Done, |fault| Ending::Told(fault.kind)));
    }
    let Some(done) = done else {
        world.warn(say!("cli-tools-not-written"));
        return Ok(Ending::Done);
    };
    if plan.replaces() {
        world.warn(&say!("cli-tools-written", folder = done.kept));
    } else {
        world.warn(say!("cli-tools-written-new"));
    }
    world.warn(&say!("cli-tools-takes-back", tool = plan.tool.id));
    for step in &plan.steps {
        world.warn(&say!("cli-tools-to-do", step = step));
    }
    match done.checked {
        None => world.warn(say!("cli-tools-later")),
        Some(Ok(checked)) => world.warn(&match &checked.answer {
            Some(answer) => say!(
                "cli-tools-answered",
                model = plan.target.model,
                text = format!("{:?}", answer.text),
                ms = answer.ms,
                cost = answer.cost
            ),
            None => say!(
                "cli-tools-not-among",
                models = checked.models,
                model = plan.target.model
            ),
        }),
        Some(Err(fault)) => {
            return Err(Fault {
                message: say!("cli-tools-written-but", why = fault.message),
                ..fault
            });
        }
    }
    Ok(Ending::Done)
}

fn plan_json(plan: &Plan, places: &Places, done: Option<&Done>) -> Value {
    let change = |change: &crate::tools::Change| {
        json!({
            "path": change.path,
            "new": change.before.is_none(),
            "holds_key": change.secret,
            "diff": change.diff(places),
        })
    };
    let checked = done.and_then(|done| done.checked.as_ref());
    json!({
        "tool": plan.tool.id,
        "url": plan.tool.url(&plan.target.address),
        "key": plan.target.key.masked(),
        "model": plan.target.model,
        "changes": plan.changes.iter().map(change).collect::<Vec<Value>>(),
        "written": done.is_some(),
        "kept_in": done.map(|done| &done.kept),
        "steps": plan.steps,
        "check": checked.map(|checked| match checked {
            Ok(checked) => checked_json(checked),
            Err(fault) => json!({"error": fault_json(fault)}),
        }),
    })
}

fn checked_json(checked: &Checked) -> Value {
    let answer = checked.answer.as_ref().map(|answer| {
        let mut object = Map::new();
        object.insert("text".into(), json!(answer.text));
        object.insert("total_ms".into(), json!(answer.ms));
        put_cost(&mut object, "cost", answer.cost);
        object
    });
    json!({"models": checked.models, "model_found": checked.model, "answer": answer})
}

/// Instructions for a tool that is set up by hand.
fn by_hand(world: &World, places: &Places, tool: &Tool, chosen: &Chosen) -> Result<Ending, Fault> {
    let steps = tool.instructions(&chosen.target, places);
    if world.json {
        let document = json!({
            "tool": tool.id,
            "url": tool.url(&chosen.target.address),
            "key": chosen.target.key.masked(),
            "model": chosen.target.model,
            "changes": [],
            "written": false,
            "steps": steps,
        });
        print_json(&document).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    world.warn(&say!(
        "cli-tools-set-by-hand",
        tool = tool.name,
        name = chosen.key_name,
        masked = chosen.target.key.masked()
    ));
    let numbered = steps
        .iter()
        .enumerate()
        .map(|(at, step)| format!("{}. {step}\n", at + 1));
    print(&numbered.collect::<String>()).map_err(World::stdout_gone)?;
    for note in &tool.words().notes {
        world.warn(note);
    }
    Ok(Ending::Done)
}

/// What the tool would use now: read back from the files, so that a stronger layer is noticed.
fn through(tool: &Tool, places: &Places, plan: &Plan) -> Result<(String, ApiKey), Fault> {
    let wanted = tool.url(&plan.target.address);
    if places.named.is_some() {
        return Ok((wanted, plan.target.key.clone()));
    }
    let found = tool.effective(places);
    if let Verdict::Broken(file) = tool.verdict(&found) {
        return Err(Fault::new(
            FaultKind::Local,
            pair(&file.path.display().to_string(), &file.why),
        ));
    }
    match (found.urls.first(), found.keys.first()) {
        (Some(url), _) if url.value.trim_end_matches('/') != wanted => Err(ToolError::Overridden {
            place: url.place.clone(),
            what: url.value.clone(),
        }
        .into()),
        (_, Some(key)) if found.missing.is_none() && key.value != plan.target.key => {
            Err(ToolError::Overridden {
                place: key.place.clone(),
                what: say!("cli-tools-key", masked = key.value.masked()),
            }
            .into())
        }
        _ => Ok((wanted, plan.target.key.clone())),
    }
}

/// Values for instructions of a tool before anything was chosen.
pub fn example(world: &World) -> Result<Target, Fault> {
    let address = match relay(world)? {
        Some(address) => address,
        None => {
            Address::parse("http://127.0.0.1:4141")
                .map_err(|error| Fault::new(FaultKind::Local, error.to_string()))?
                .0
        }
    };
    Ok(Target {
        address,
        key: ApiKey::new("KEY"),
        model: "MODEL".into(),
    })
}

/// `tools undo`
pub fn undo(
    world: &World,
    places: &Places,
    tool: &'static Tool,
    dry_run: bool,
    yes: bool,
) -> Result<Ending, Fault> {
    let back = plan_undo(&tool.id, places)?;
    if !world.json {
        let diffs: String = back.files.iter().map(|file| file.diff(places)).collect();
        print(&diffs).map_err(World::stdout_gone)?;
    }
    let agreed = Asked { dry_run, yes }.agreed(world, say!("cli-tools-ask-undo"), LOOK.say())?;
    if agreed {
        crate::tools::undo(&back)?;
    }
    if world.json {
        let files: Vec<Value> = back
            .files
            .iter()
            .map(|file| json!({"path": file.path, "how": file.how.told(), "diff": file.diff(places)}))
            .collect();
        print_json(
            &json!({"tool": tool.id, "undone": agreed, "files": files, "earlier": back.earlier}),
        )
        .map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    if !agreed {
        world.warn(say!("cli-nothing-changed"));
        return Ok(Ending::Done);
    }
    for file in &back.files {
        world.warn(&format!("{} {}", places.shown(&file.path), file.how.told()));
    }
    if back.earlier > 0 {
        world.warn(&say!("cli-tools-more-undo", count = back.earlier));
    }
    Ok(Ending::Done)
}
