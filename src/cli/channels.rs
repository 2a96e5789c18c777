//! `relaydeck channels`: the upstreams of a relay one owns, the embedded one above all.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::args::owner::{ChannelEditArgs, OfferAcceptArgs};
use super::args::{ChannelAddArgs, ChannelsCommand};
use super::output::{Align, Table, print_json};
use super::secret;
use super::words;
use super::world::{Ending, World};
use crate::client::RelayClient;
use crate::client::owner::{
    Channel, ChannelChange, ChannelDraft, ChannelKind, ChannelPrice, ChannelStatus,
};
use crate::domain::{Address, ApiKey, Fault, FaultKind, Money, price_catalogue};
use crate::engine::host::Host;
use crate::engine::offers::{self, EVERY_MODEL, Offer};
use crate::engine::session::Session;
use crate::locale::{listed, pair, say};

/// Holds the upstream's key when no flag does.
const KEY_VARIABLE: &str = "RELAYDECK_CHANNEL_KEY";

/// Runs the sub-command.
///
/// # Errors
/// When the account is not the relay's owner, or the upstream cannot be asked.
pub async fn run(world: &World, command: ChannelsCommand) -> Result<Ending, Fault> {
    let session = world.session().await?;
    let client = &session.client;
    match command {
        ChannelsCommand::Offers => {
            let found = offers::open(&session, world.host.offers().await).await?;
            offered(world, &found)
        }
        ChannelsCommand::Accept(args) => accept(world, &session, args).await,
        ChannelsCommand::Edit(args) => {
            let (id, change) = change(args)?;
            client.edit_channel(id, &change).await?;
            changed(world, client, id).await
        }
        ChannelsCommand::Enable { id } => {
            client.enable_channel(id, true).await?;
            changed(world, client, id).await
        }
        ChannelsCommand::Disable { id } => {
            client.enable_channel(id, false).await?;
            changed(world, client, id).await
        }
        ChannelsCommand::List => list(world, &client.channels().await?),
        ChannelsCommand::Add(args) => {
            let (draft, notes) = draft(*args)?;
            for note in &notes {
                world.warn(note);
            }
            let channel = client.add_channel(&draft).await?;
            added(world, &channel, !draft.prices.is_empty())
        }
        ChannelsCommand::Test { id } => {
            let ms = client.test_channel(id, None).await?;
            if world.json {
                print_json(&json!({"id": id, "ms": ms})).map_err(World::stdout_gone)?;
            } else {
                world.warn(&say!("cli-channel-answers", id = id, ms = ms));
            }
            Ok(Ending::Done)
        }
        ChannelsCommand::Remove { id } => {
            client.remove_channel(id).await?;
            if world.json {
                print_json(&json!({"removed": id})).map_err(World::stdout_gone)?;
            } else {
                world.warn(&say!("cli-channel-removed", id = id));
            }
            Ok(Ending::Done)
        }
    }
}

/// An upstream may have thousands of models; so many are named.
const NAMED_MODELS: usize = 12;

/// Tells of a channel that was added.
fn added(world: &World, channel: &Channel, priced: bool) -> Result<Ending, Fault> {
    if world.json {
        print_json(&channel_json(channel)).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let (named, rest) = channel
        .models
        .split_at(channel.models.len().min(NAMED_MODELS));
    let models = match (listed(named), rest.len()) {
        (names, 0) => names,
        (names, more) => say!("cli-channel-models-more", names = names, more = #more),
    };
    world.warn(&say!(
        "cli-channel-added",
        id = channel.id,
        name = channel.name,
        models = models
    ));
    if !priced {
        let known = channel
            .models
            .iter()
            .filter(|model| price_catalogue::find(model).is_some());
        let known = known.count();
        world.warn(say!("cli-channel-unpriced"));
        if known > 0 {
            world.warn(&say!(
                "cli-channel-catalogue",
                date = price_catalogue::date(),
                known = known
            ));
        }
    }
    Ok(Ending::Done)
}

async fn accept(world: &World, session: &Session, args: OfferAcceptArgs) -> Result<Ending, Fault> {
    let found = world.host.offers().await;
    let Some(offer) = found.iter().find(|offer| offer.name == args.name) else {
        let names: Vec<&str> = found.iter().map(|offer| offer.name.as_str()).collect();
        let advice = match names.as_slice() {
            [] => say!("cli-offers-nothing").into(),
            names => say!("cli-offers-are", names = listed(names)),
        };
        let told = say!("cli-offer-none", name = format!("{:?}", args.name));
        return Err(Fault::new(FaultKind::NotFound, told).advise(advice));
    };
    let price = prices(args.price_in.as_deref(), args.price_out.as_deref())?;
    let channel = offers::accept(session, offer, args.groups, price).await?;
    added(world, &channel, price.is_some())
}

fn offered(world: &World, found: &[Offer]) -> Result<Ending, Fault> {
    if world.json {
        let row = |offer: &Offer| {
            json!({
                "name": offer.name, "kind": offer.kind.word(), "url": offer.address.base(),
                "key": offer.key.masked(), "found": offer.found,
            })
        };
        print_json(&found.iter().map(row).collect()).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let columns = [
        (say!("cli-column-name"), Align::Left),
        (say!("cli-column-kind"), Align::Left),
        (say!("cli-column-address"), Align::Left),
        (say!("cli-column-found"), Align::Left),
    ];
    let mut table = Table::new(&columns);
    for offer in found {
        table.row([
            offer.name.clone(),
            offer.kind.word().into(),
            offer.address.base().to_owned(),
            offer.found.clone(),
        ]);
    }
    table
        .print(say!("cli-offers-none"))
        .map_err(World::stdout_gone)?;
    if !found.is_empty() {
        world.warn(say!("cli-offers-use"));
    }
    Ok(Ending::Done)
}

fn change(args: ChannelEditArgs) -> Result<(i64, ChannelChange), Fault> {
    let wrong = |message: String| {
        Fault::new(FaultKind::Usage, message)
            .advise(say!("cli-advice-help", command = "channels edit"))
    };
    let address = args.url.as_deref().map(Address::parse).transpose();
    let address = address.map_err(|error| wrong(pair("--url", error)))?;
    let key = match args.key.map(secret::given).transpose()? {
        None => None,
        Some(pasted) => {
            let cleaned = ApiKey::from_pasted(&pasted);
            Some(cleaned.map_err(|error| wrong(pair("--key", error)))?.0)
        }
    };
    let change = ChannelChange {
        name: args.name,
        base_url: address.map(|(address, _)| address),
        key,
        models: args.models,
        groups: args.groups,
        priority: args.priority,
        weight: args.weight.map(i64::from),
    };
    Ok((args.id, change))
}

async fn changed(world: &World, client: &RelayClient, id: i64) -> Result<Ending, Fault> {
    let channels = client.channels().await?;
    let Some(channel) = channels.iter().find(|channel| channel.id == id) else {
        return Err(Fault::new(FaultKind::Server, say!("cli-channel-unlisted")));
    };
    if world.json {
        print_json(&channel_json(channel)).map_err(World::stdout_gone)?;
    } else {
        world.warn(&say!(
            "cli-channel-switched",
            id = id,
            name = channel.name,
            status = words::channel_status(channel.status)
        ));
    }
    Ok(Ending::Done)
}

/// The price of every model of a channel, where one was given.
fn prices(input: Option<&str>, output: Option<&str>) -> Result<Option<ChannelPrice>, Fault> {
    match (input, output) {
        (Some(input), Some(output)) => Ok(Some(ChannelPrice {
            input: price(input, "--price-in")?,
            output: price(output, "--price-out")?,
        })),
        _ => Ok(None),
    }
}

/// What is to be added, and what was put right in what was given.
fn draft(args: ChannelAddArgs) -> Result<(ChannelDraft, Vec<String>), Fault> {
    let wrong = |message: String| {
        Fault::new(FaultKind::Usage, message)
            .advise(say!("cli-advice-help", command = "channels add"))
    };
    let (base_url, odd) = Address::parse(&args.url).map_err(|error| wrong(pair("--url", error)))?;
    let mut notes: Vec<String> = odd.iter().map(ToString::to_string).collect();
    let key = match args.key {
        Some(given) => Some(secret::given(given)?),
        None => secret::of_environment(KEY_VARIABLE),
    };
    let key = match key.filter(|key| !key.trim().is_empty()) {
        None => ApiKey::new(""),
        Some(pasted) => {
            let (key, done) =
                ApiKey::from_pasted(&pasted).map_err(|error| wrong(pair("--key", error)))?;
            notes.extend(done.iter().map(|cleaning| cleaning.told().to_owned()));
            key
        }
    };
    let mut listed = BTreeMap::new();
    if let Some(price) = prices(args.price_in.as_deref(), args.price_out.as_deref())? {
        if args.models.is_empty() {
            listed.insert(EVERY_MODEL.to_owned(), price);
        }
        listed.extend(args.models.iter().map(|model| (model.clone(), price)));
    }
    let mut mapping = BTreeMap::new();
    for pair in &args.mapping {
        let named = pair.split_once('=');
        let named = named.map(|(ours, theirs)| (ours.trim(), theirs.trim()));
        match named.filter(|(ours, theirs)| !ours.is_empty() && !theirs.is_empty()) {
            Some((ours, theirs)) => mapping.insert(ours.to_owned(), theirs.to_owned()),
            None => {
                return Err(wrong(say!("cli-channel-map", pair = format!("{pair:?}"))));
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
        prices: listed,
    };
    Ok((draft, notes))
}

fn price(text: &str, flag: &str) -> Result<Money, Fault> {
    let wrong = |why: String| {
        Fault::new(FaultKind::Usage, pair(flag, why)).advise(say!("cli-advice-dollars-million"))
    };
    let price = Money::parse(text).map_err(|error| wrong(error.to_string()))?;
    if price < Money::ZERO {
        Err(wrong(say!("cli-price-negative").into()))
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
        (say!("cli-column-id"), Align::Right),
        (say!("cli-column-name"), Align::Left),
        (say!("cli-column-kind"), Align::Left),
        (say!("cli-column-address"), Align::Left),
        (say!("cli-column-groups"), Align::Left),
        (say!("cli-column-priority"), Align::Right),
        (say!("cli-column-weight"), Align::Right),
        (say!("cli-column-status"), Align::Left),
        (say!("cli-column-models"), Align::Left),
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
        .print(say!("cli-channels-none"))
        .map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

/// How it is: whether it is used, and whether it rests after failures.
fn state(channel: &Channel) -> String {
    if channel.status != ChannelStatus::Enabled {
        return words::channel_status(channel.status).into();
    }
    match &channel.cooling {
        Some(rest) => say!(
            "cli-channel-cooling",
            seconds = rest.seconds,
            why = rest.why
        ),
        None if channel.cooling_models.is_empty() => words::channel_status(channel.status).into(),
        None => say!(
            "cli-channel-cooling-for",
            models = channel.cooling_models.join(" ")
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
