//! `relaydeck chat`: one reply, streamed to stdout; what it cost, on stderr.

use std::io::{self, IsTerminal, Read, Write};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::args::ChatArgs;
use super::output::{print_json, put_cost};
use super::world::{Ending, World};
use crate::domain::profile::LOCAL;
use crate::domain::{ChatMessage, ChatRequest, Cost, Fault, FaultKind, Finish, Role};
use crate::engine::session::{KeyChoice, Plan};
use crate::engine::turn::{self, Done, Progress};

/// What the embedded relay answers with when no model is named.
const LOCAL_MODEL: &str = "relaydeck-handbook";

/// How long a finished command waits for the relay's bill. What comes later is looked up at the next start.
const BILL_WITHIN: Duration = Duration::from_secs(2);

/// Runs the sub-command.
///
/// # Errors
/// Whatever stopped the reply.
pub async fn run(world: &World, args: ChatArgs) -> Result<Ending, Fault> {
    let prompt = prompt(&args.prompt)?;
    let mut session = world.session().await?;
    // Without prices and names a reply can still be had; the figures are then unknown, and said to be.
    if let Some(fault) = session.fetch_all().await {
        world.warn(&format!(
            "not everything about this relay could be fetched: {fault}"
        ));
    }
    let choice = args.key.map_or(KeyChoice::Any, KeyChoice::Typed);
    let plan = session.plan(
        request(
            args.model,
            args.system,
            prompt,
            args.max_tokens,
            args.temperature,
            &session.profile.name,
        ),
        &choice,
    )?;
    let ledger = world.ledger().await?;

    let stop = CancellationToken::new();
    let interrupt = tokio::spawn({
        let stop = stop.clone();
        async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                stop.cancel();
            }
        }
    });
    let mut printer = Printer::new(world.json);
    let sent = world.clock.now();
    let done = turn::run(&session, &ledger, &plan, &world.clock, &stop, |progress| {
        if let Progress::Text {
            text,
            reasoning: false,
        } = progress
            && printer.print(&text).is_err()
        {
            // Nobody reads any more: stop paying for it.
            stop.cancel();
        }
    })
    .await;
    interrupt.abort();
    printer.finish();
    let hurry = CancellationToken::new();
    let patience = tokio::spawn({
        let hurry = hurry.clone();
        async move {
            tokio::time::sleep(BILL_WITHIN).await;
            hurry.cancel();
        }
    });
    let settled = turn::settle(&session, &ledger, &plan, &done, sent, &hurry)
        .await
        .unwrap_or_else(|fault| {
            tracing::warn!(%fault, "the reply could not be settled yet");
            None
        });
    patience.abort();
    ledger.close().await.map_err(Fault::from)?;
    report(world, &plan, &done, settled, printer.text)?;
    match (done.end.fault, done.end.finish) {
        (Some(fault), _) => Err(fault),
        (None, Finish::Cancelled) => Ok(Ending::Interrupted),
        (None, _) => Ok(Ending::Done),
    }
}

fn request(
    model: Option<String>,
    system: Option<String>,
    prompt: String,
    max_tokens: Option<u32>,
    temperature: Option<f32>,
    profile: &str,
) -> ChatRequest {
    let model = model
        .or_else(|| (profile == LOCAL).then(|| LOCAL_MODEL.to_owned()))
        .unwrap_or_default();
    let system = system.map(|text| ChatMessage {
        role: Role::System,
        text,
    });
    let messages = system
        .into_iter()
        .chain([ChatMessage {
            role: Role::User,
            text: prompt,
        }])
        .collect();
    ChatRequest {
        model,
        messages,
        max_tokens,
        temperature,
    }
}

/// The prompt from the arguments, or from stdin when there are none and something is piped in.
fn prompt(words: &[String]) -> Result<String, Fault> {
    let mut text = words.join(" ");
    let mut stdin = io::stdin();
    if text.is_empty() && !stdin.is_terminal() {
        stdin.read_to_string(&mut text).map_err(|error| {
            Fault::new(
                FaultKind::Local,
                format!("stdin cannot be read as text: {error}"),
            )
        })?;
    }
    if text.trim().is_empty() {
        return Err(Fault::new(FaultKind::BadRequest, "there is no prompt")
            .advise("write it behind the command, or pipe it in: echo hello | relaydeck chat"));
    }
    Ok(text)
}

/// Prints the answer as it arrives, or gathers it for JSON.
struct Printer {
    text: String,
    silent: bool,
    to_terminal: bool,
    at_line_start: bool,
}

impl Printer {
    fn new(json: bool) -> Self {
        Printer {
            text: String::new(),
            silent: json,
            to_terminal: io::stdout().is_terminal(),
            at_line_start: true,
        }
    }

    fn print(&mut self, text: &str) -> io::Result<()> {
        if self.silent {
            self.text.push_str(text);
            return Ok(());
        }
        let mut out = io::stdout().lock();
        if self.to_terminal {
            // Text from a model can never steer the terminal; into a pipe it goes as it is.
            for (at, line) in text.split('\n').enumerate() {
                if at > 0 {
                    out.write_all(b"\n")?;
                }
                out.write_all(super::output::visible(line).as_bytes())?;
            }
        } else {
            out.write_all(text.as_bytes())?;
        }
        self.at_line_start = text.ends_with('\n') || (text.is_empty() && self.at_line_start);
        out.flush()
    }

    fn finish(&mut self) {
        if !self.silent && !self.at_line_start {
            let _ = writeln!(io::stdout().lock());
        }
    }
}

fn report(
    world: &World,
    plan: &Plan,
    done: &Done,
    settled: Option<Cost>,
    text: String,
) -> Result<(), Fault> {
    let end = &done.end;
    let cost = settled.unwrap_or(end.spend.cost);
    if !world.json {
        let speed = end
            .spend
            .tenths_per_second
            .map(|tenths| format!("  {}.{} tok/s", tenths / 10, tenths % 10));
        let first = end
            .spend
            .first_ms
            .map(|ms| format!("  first {}.{:02} s", ms / 1000, ms % 1000 / 10));
        world.warn(&format!(
            "{} in  {} out{}{}  {cost}",
            end.spend.usage.prompt(),
            end.spend.usage.output,
            speed.unwrap_or_default(),
            first.unwrap_or_default(),
        ));
        return Ok(());
    }
    if end.fault.is_some() {
        // The error document is printed instead; stdout holds one JSON document.
        return Ok(());
    }
    let mut object = Map::new();
    object.insert("model".into(), json!(plan.request.model));
    object.insert("model_echoed".into(), json!(done.model_echoed));
    object.insert("text".into(), json!(text));
    object.insert("finish".into(), json!(end.finish));
    object.insert("usage".into(), json!(end.spend.usage));
    put_cost(&mut object, "cost", cost);
    object.insert("first_ms".into(), json!(end.spend.first_ms));
    object.insert("total_ms".into(), json!(end.total_ms));
    object.insert(
        "tokens_per_second".into(),
        end.spend
            .tenths_per_second
            .map_or(Value::Null, |tenths| json!(f64::from(tenths) / 10.0)),
    );
    object.insert("request_id".into(), json!(end.request_id));
    object.insert("key".into(), json!(plan.key.held.secret.masked()));
    object.insert("group".into(), json!(plan.group));
    print_json(&Value::Object(object)).map_err(World::stdout_gone)
}
