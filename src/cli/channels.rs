//! `relaydeck channels`: the upstreams of a relay one owns, the embedded one above all.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::args::{ChannelAddArgs, ChannelsCommand};
use super::output::{Align, Table, print_json};
use super::secret;
use super::world::{Ending, World};
use crate::client::owner::{Channel, ChannelDraft, ChannelKind, ChannelPrice, ChannelStatus};
use crate::domain::{Address, ApiKey, Fault, FaultKind, Money};

/// Stands for every model of a channel in its prices.
const EVERY_MODEL: &str = "*";
/// Holds the upstream's key when no flag does.
const KEY_VARIABLE: &str = "RELAYDECK_CHANNEL_KEY";

/// Runs the sub-command.
///
/// # Errors
/// When the account is not the relay's owner, or the upstream cannot be asked.
pub async fn run(world: &World, command: ChannelsCommand) -> Result<Ending, Fault> {
    let client = world.session().await?.client;
    match command {
        ChannelsCommand::List => list(world, &client.channels().await?),
        ChannelsCommand::Add(args) => {
            let (draft, notes) = draft(*args)?;
            for note in &notes {
                world.warn(note);
            }
            let channel = client.add_channel(&draft).await?;
            if world.json {
                print_json(&channel_json(&channel)).map_err(World::stdout_gone)?;
            } else {
                let models = channel.models.join(", ");
                world.warn(&format!(
                    "channel {} ({}) was added; it serves: {models}",
                    channel.id, channel.name
                ));
                if draft.prices.is_empty() {
                    world.warn("without --price-in and --price-out its cost is shown as ? and nothing is charged");
                }
            }
            Ok(Ending::Done)
        }
        ChannelsCommand::Test { id } => {
            let ms = client.test_channel(id, None).await?;
            if world.json {
                print_json(&json!({"id": id, "ms": ms})).map_err(World::stdout_gone)?;
            } else {
                world.warn(&format!("channel {id} answers; it took {ms} ms"));
            }
            Ok(Ending::Done)
        }
        ChannelsCommand::Remove { id } => {
            client.remove_channel(id).await?;
            if world.json {
                print_json(&json!({"removed": id})).map_err(World::stdout_gone)?;
            } else {
                world.warn(&format!("channel {id} was removed"));
            }
            Ok(Ending::Done)
        }
    }
}

/// What is to be added, and what was put right in what was given.
fn draft(args: ChannelAddArgs) -> Result<(ChannelDraft, Vec<String>), Fault> {
    let wrong = |message: String| {
        Fault::new(FaultKind::Usage, message).advise("see: relaydeck channels add --help")
    };
    let (base_url, odd) =
        Address::parse(&args.url).map_err(|error| wrong(format!("--url: {error}")))?;
    let mut notes: Vec<String> = odd.iter().map(ToString::to_string).collect();
    let key = match args.key {
        Some(given) => Some(secret::given(given)?),
        None => secret::of_environment(KEY_VARIABLE),
    };
    let key = match key.filter(|key| !key.trim().is_empty()) {
        None => ApiKey::new(""),
        Some(pasted) => {
            let (key, done) =
                ApiKey::from_pasted(&pasted).map_err(|error| wrong(format!("--key: {error}")))?;
            notes.extend(done.iter().map(|cleaning| cleaning.told().to_owned()));
            key
        }
    };
    let mut prices = BTreeMap::new();
    if let (Some(input), Some(output)) = (args.price_in, args.price_out) {
        let price = ChannelPrice {
            input: price(&input, "--price-in")?,
            output: price(&output, "--price-out")?,
        };
        if args.models.is_empty() {
            prices.insert(EVERY_MODEL.to_owned(), price);
        }
        prices.extend(args.models.iter().map(|model| (model.clone(), price)));
    }
    let mut mapping = BTreeMap::new();
    for pair in &args.mapping {
        let named = pair.split_once('=');
        let named = named.map(|(ours, theirs)| (ours.trim(), theirs.trim()));
        match named.filter(|(ours, theirs)| !ours.is_empty() && !theirs.is_empty()) {
            Some((ours, theirs)) => mapping.insert(ours.to_owned(), theirs.to_owned()),
            None => {
                return Err(wrong(format!(
                    "--map: {pair:?} is not of the form OURS=THEIRS"
                )));
            }
        };
    }
    let draft = ChannelDraft {
        name: args.name,
        kind: ChannelKind::from_word(&args.kind).unwrap_or(ChannelKind::OpenAi),
        base_url,
        key,
        models: args.models,
        groups: args.groups,
        mapping,
        priority: args.priority,
        weight: args.weight,
        endpoints: args.endpoints,
        prices,
    };
    Ok((draft, notes))
}

fn price(text: &str, flag: &str) -> Result<Money, Fault> {
    let wrong = |why: String| {
        Fault::new(FaultKind::Usage, format!("{flag}: {why}"))
            .advise("write dollars per million tokens, like 0.10")
    };
    let price = Money::parse(text).map_err(|error| wrong(error.to_string()))?;
    if price < Money::ZERO {
        Err(wrong("a price cannot be negative".into()))
    } else {
        Ok(price)
    }
}

fn list(world: &World, channels: &[Channel]) -> Result<Ending, Fault> {
    if world.json {
        print_json(&channels.iter().map(channel_json).collect()).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let columns = [
        ("ID", Align::Right),
        ("NAME", Align::Left),
        ("KIND", Align::Left),
        ("ADDRESS", Align::Left),
        ("GROUPS", Align::Left),
        ("PRIORITY", Align::Right),
        ("WEIGHT", Align::Right),
        ("STATUS", Align::Left),
        ("MODELS", Align::Left),
    ];
    let mut table = Table::new(&columns);
    for channel in channels {
        table.row([
            channel.id.to_string(),
            channel.name.clone(),
            channel.kind.word().into(),
            channel.base_url.clone(),
            channel.groups.join(" "),
            channel.priority.to_string(),
            channel.weight.to_string(),
            state(channel),
            channel.models.join(" "),
        ]);
    }
    table
        .print("There are no channels yet; add one with: relaydeck channels add NAME --url URL")
        .map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

/// How it is: whether it is used, and whether it rests after failures.
fn state(channel: &Channel) -> String {
    if channel.status != ChannelStatus::Enabled {
        return channel.status.word().into();
    }
    match &channel.cooling {
        Some(rest) => format!("cooling down, {} s left: {}", rest.seconds, rest.why),
        None if channel.cooling_models.is_empty() => channel.status.word().into(),
        None => format!(
            "enabled, but cooling down for {}",
            channel.cooling_models.join(" ")
        ),
    }
}

fn channel_json(channel: &Channel) -> Value {
    json!({
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind.word(),
        "url": channel.base_url,
        "groups": channel.groups,
        "models": channel.models,
        "status": channel.status.word(),
        "priority": channel.priority,
        "weight": channel.weight,
        "endpoints": channel.endpoints,
        "cooling_seconds": channel.cooling.as_ref().map_or(0, |rest| rest.seconds),
        "cooling_why": channel.cooling.as_ref().map(|rest| &rest.why),
        "cooling_models": channel.cooling_models,
    })
}
