//! `relaydeck chat`: one reply, streamed to stdout; what it cost, on stderr.

use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::output::{fault_json, print_json, put_cost};
use super::secret;
use super::world::{Ending, World, interrupts};
use crate::domain::chat::HOTTEST;
use crate::domain::profile::LOCAL;
use crate::domain::{
    ChatMessage, ChatRequest, ChatSettings, Cost, Effort, Fault, FaultKind, Finish, Image, Money,
    Protocol, Role,
};
use crate::engine::pictures::read_image;
use crate::engine::session::{KeyChoice, Plan};
use crate::engine::turn::{self, Done, Progress};
use crate::locale::{say, system};

/// Ask for one reply.
#[derive(Debug, Args)]
pub struct ChatArgs {
    #[arg(short, long)]
    pub model: Option<String>,
    #[arg(short, long, value_name = "KEY")]
    pub key: Option<String>,
    #[arg(short, long, conflicts_with = "key")]
    pub group: Option<String>,
    #[arg(long, value_name = "WHICH", default_value = "auto", value_parser = ["auto", "chat", "messages", "responses", "gemini"])]
    pub protocol: String,
    #[arg(long, value_name = "HOW", value_parser = ["minimal", "low", "medium", "high"])]
    pub reasoning: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub image: Vec<PathBuf>,
    #[arg(short, long, value_name = "TEXT")]
    pub system: Option<String>,
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = max_tokens)]
    pub max_tokens: Option<u32>,
    #[arg(long, value_name = "T", allow_negative_numbers = true, value_parser = temperature)]
    pub temperature: Option<f32>,
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: Option<u64>,
    #[arg(value_name = "PROMPT")]
    pub prompt: Vec<String>,
}

/// The dashboard's rule, in the words of a flag.
fn max_tokens(text: &str) -> Result<u32, String> {
    ChatSettings::parse_max_tokens(text)
        .map_err(|_| say!("help-wrong-range", least = 1, most = u32::MAX.to_string()))
}

/// The dashboard's rule, in the words of a flag.
fn temperature(text: &str) -> Result<f32, String> {
    ChatSettings::parse_temperature(text)
        .map_err(|_| say!("help-wrong-range", least = 0, most = HOTTEST.to_string()))
}

/// What the embedded relay answers with when no model is named.
const LOCAL_MODEL: &str = "relaydeck-handbook";

/// How long a finished command waits for the relay's bill. What comes later is looked up at the next start.
const BILL_WITHIN: Duration = Duration::from_secs(2);

/// Runs the sub-command.
///
/// # Errors
/// Whatever stopped the reply.
pub async fn run(world: &World, args: ChatArgs) -> Result<Ending, Fault> {
    if args.prompt.is_empty() && args.key.as_deref() == Some(secret::STDIN) {
        return Err(Fault::new(FaultKind::Usage, say!("cli-chat-stdin-twice"))
            .advise(say!("cli-chat-prompt-behind")));
    }
    let choice = match (args.key, args.group) {
        (Some(key), _) => KeyChoice::Typed(secret::given(key)?),
        (None, Some(group)) => KeyChoice::InGroup(group),
        (None, None) => KeyChoice::Any,
    };
    let images: Result<Vec<Image>, Fault> =
        args.image.iter().map(|path| read_image(path)).collect();
    let images = images?;
    let prompt = prompt(&args.prompt)?;
    let settings = settings(
        args.max_tokens,
        args.temperature,
        args.reasoning.as_deref(),
        &args.protocol,
    );
    let mut session = world.session().await?;
    // Without prices and names a reply can still be had; the figures are then unknown, and said to be.
    if let Some(fault) = session.fetch_all().await {
        world.warn(&say!("cli-not-all-fetched", fault = fault));
    }
    let prompt = ChatMessage {
        images,
        ..ChatMessage::new(Role::User, prompt)
    };
    let request = request(
        args.model,
        args.system,
        prompt,
        settings,
        &session.profile.name,
    );
    let plan = session.plan(request, &choice).map_err(World::wrong_usage)?;
    let plan = Plan {
        silence: world.within(args.timeout),
        ..plan
    };
    let ledger = world.ledger().await?;

    let (stop, hurry) = (CancellationToken::new(), CancellationToken::new());
    let presses = tokio::spawn(obey(stop.clone(), hurry.clone()));
    let mut printer = Printer::new(world.json);
    let sent = world.clock.now();
    let mut done = turn::run(&session, &ledger, &plan, &world.clock, &stop, |progress| {
        match progress {
            Progress::Text {
                text,
                reasoning: true,
            } => printer.reasoning.push_str(&text),
            // Where nobody reads any more: stop paying for it.
            Progress::Text { text, .. } if !printer.print(&text) => stop.cancel(),
            Progress::Text { .. } | Progress::Spend(_) => {}
        }
    })
    .await;
    stop.cancel();
    printer.finish();
    if let Some(fault) = &mut done.end.fault {
        // An answer that broke off had its id before the trouble came.
        fault.request_id = fault.request_id.take().or(done.end.request_id.clone());
    }
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
    let closed = ledger.close().await;
    presses.abort();
    let printed = report(world, &plan, &done, settled, &printer)?;
    if let Err(fault) = closed.map_err(Fault::from) {
        // Stdout holds one document, and it is there already.
        world.warn(&format!("{fault}; {}", fault.advice));
        return Ok(Ending::Told(fault.kind));
    }
    match (done.end.fault, printer.gone, done.end.finish) {
        (Some(fault), ..) if printed => Ok(Ending::Told(fault.kind)),
        (Some(fault), ..) => Err(fault),
        // A reader that has gone has seen enough.
        (None, Some(error), _) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Ending::Done),
        (None, Some(error), _) => Err(World::stdout_gone(error)),
        (None, None, Finish::Cancelled) => Ok(Ending::Interrupted),
        (None, None, _) => Ok(Ending::Done),
    }
}

/// Obeys every Ctrl-C until the reply is settled.
async fn obey(stop: CancellationToken, hurry: CancellationToken) {
    let Ok(mut presses) = interrupts() else {
        return;
    };
    while presses.recv().await.is_some() {
        press(&stop, &hurry);
    }
}

/// The first Ctrl-C stops the answer; one that comes when the answer has ended, the wait for its bill.
fn press(stop: &CancellationToken, hurry: &CancellationToken) {
    if stop.is_cancelled() {
        hurry.cancel();
    }
    stop.cancel();
}

fn request(
    model: Option<String>,
    system: Option<String>,
    prompt: ChatMessage,
    settings: ChatSettings,
    profile: &str,
) -> ChatRequest {
    let model = model
        .or_else(|| (profile == LOCAL).then(|| LOCAL_MODEL.to_owned()))
        .unwrap_or_default();
    let system = system.map(|text| ChatMessage::new(Role::System, text));
    let messages = system.into_iter().chain([prompt]).collect();
    ChatRequest::with(model, messages, settings)
}

/// What clap has checked already, as values.
fn settings(
    max_tokens: Option<u32>,
    temperature: Option<f32>,
    reasoning: Option<&str>,
    protocol: &str,
) -> ChatSettings {
    let effort = |word: &str| Effort::ALL.into_iter().find(|effort| effort.word() == word);
    let protocol = Protocol::ALL
        .into_iter()
        .find(|known| known.word() == protocol);
    ChatSettings {
        max_tokens,
        temperature,
        effort: reasoning.and_then(effort),
        protocol: protocol.unwrap_or_default(),
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
                say!("cli-stdin-unreadable", error = system(&error)),
            )
        })?;
    }
    if text.trim().is_empty() {
        return Err(Fault::new(FaultKind::Usage, say!("cli-chat-no-prompt"))
            .advise(say!("cli-chat-no-prompt-advice")));
    }
    Ok(text)
}

/// Prints the answer as it arrives, or gathers it for JSON.
struct Printer {
    text: String,
    /// Gathered in any case, told in JSON only.
    reasoning: String,
    silent: bool,
    to_terminal: bool,
    at_line_start: bool,
    /// Why stdout takes no more, once it does not.
    gone: Option<io::Error>,
}

impl Printer {
    fn new(json: bool) -> Self {
        Printer {
            text: String::new(),
            reasoning: String::new(),
            silent: json,
            to_terminal: io::stdout().is_terminal(),
            at_line_start: true,
            gone: None,
        }
    }

    /// Takes more of the answer. `false` once stdout takes no more.
    fn print(&mut self, text: &str) -> bool {
        if self.silent {
            self.text.push_str(text);
        } else if self.gone.is_none() {
            self.gone = self.write(text).err();
        }
        self.gone.is_none()
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
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
        if !self.silent && !self.at_line_start && self.gone.is_none() {
            let mut out = io::stdout().lock();
            self.gone = writeln!(out).and_then(|()| out.flush()).err();
        }
    }
}

/// Tells what the reply cost: a line on stderr, or the JSON document. `true` where there was a document.
fn report(
    world: &World,
    plan: &Plan,
    done: &Done,
    settled: Option<Cost>,
    printer: &Printer,
) -> Result<bool, Fault> {
    let end = &done.end;
    let cost = settled.unwrap_or(end.spend.cost);
    let nothing_came =
        end.fault.is_some() && end.spend.first_ms.is_none() && end.spend.usage.output == 0;
    if !world.json {
        // Figures of an answer that never was would be a row of zeros.
        if nothing_came && cost.amount.is_none_or(|amount| amount == Money::ZERO) {
            match (cost.amount, done.status) {
                (None, _) => world.warn(say!("cli-chat-no-answer")),
                (Some(_), Some(400..)) => world.warn(say!("cli-chat-refused")),
                // What never left is no matter of money; what went wrong is told in any case.
                (Some(_), _) => {}
            }
            return Ok(false);
        }
        let speed = end
            .spend
            .tenths_per_second
            .map(|tenths| format!("  {}.{} tok/s", tenths / 10, tenths % 10));
        let first = end.spend.first_ms.map(|ms| {
            let seconds = format!("{}.{:02}", ms / 1000, ms % 1000 / 10);
            say!("cli-chat-first", seconds = seconds)
        });
        let tokens = say!(
            "cli-chat-tokens",
            input = end.spend.usage.prompt(),
            output = end.spend.usage.output
        );
        world.warn(&format!(
            "{tokens}{}{}  {cost}",
            speed.unwrap_or_default(),
            first.unwrap_or_default(),
        ));
        return Ok(false);
    }
    if nothing_came {
        // Nothing came: the error document says it all, and stdout holds one JSON document.
        return Ok(false);
    }
    let mut object = Map::new();
    if let Some(fault) = &end.fault {
        object.insert("error".into(), fault_json(fault));
    }
    object.insert("model".into(), json!(plan.request.model));
    object.insert("model_echoed".into(), json!(done.model_echoed));
    object.insert("protocol".into(), json!(plan.request.protocol.word()));
    object.insert("text".into(), json!(printer.text));
    object.insert("reasoning".into(), json!(printer.reasoning));
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
    print_json(&Value::Object(object)).map_err(World::stdout_gone)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ctrl_c_stops_the_answer_first_and_then_the_wait_for_its_bill() {
        let (stop, hurry) = (CancellationToken::new(), CancellationToken::new());
        press(&stop, &hurry);
        assert!(stop.is_cancelled() && !hurry.is_cancelled());
        press(&stop, &hurry);
        assert!(hurry.is_cancelled());
        let (ended, hurry) = (CancellationToken::new(), CancellationToken::new());
        ended.cancel();
        press(&ended, &hurry);
        assert!(hurry.is_cancelled(), "the answer had ended by itself");
    }
}
