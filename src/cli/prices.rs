//! `relaydeck prices`: what the models of a relay one owns cost.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

mod propose;

use super::args::owner::{PriceSetArgs, PricesCommand};
use super::output::{Align, Table, print_json, put_money};
use super::world::{Ending, World};
use crate::client::owner::options::OwnerPrice;
use crate::domain::price::BasePrice;
use crate::domain::{Fault, FaultKind, Money, Price, QuotaScale, Ratio, TokenPrices};

/// Runs the sub-command.
///
/// # Errors
/// When the account in use is not the relay's owner, or the relay refuses.
pub async fn run(world: &World, command: PricesCommand) -> Result<Ending, Fault> {
    match command {
        PricesCommand::List => list(world).await,
        PricesCommand::Propose { models, yes } => propose::run(world, &models, yes).await,
        PricesCommand::Set(args) => {
            let price = price(&args)?;
            let client = world.session().await?.client;
            client.set_price(&args.model, Some(price)).await?;
            told(
                world,
                &args.model,
                "has a new price, from the next request on",
            )
        }
        PricesCommand::Remove { model } => {
            let client = world.session().await?.client;
            client.set_price(&model, None).await?;
            told(world, &model, "has no price of yours any more")
        }
    }
}

fn told(world: &World, model: &str, what: &str) -> Result<Ending, Fault> {
    if world.json {
        print_json(&json!({"model": model})).map_err(World::stdout_gone)?;
    } else {
        world.warn(&format!("{model} {what}"));
    }
    Ok(Ending::Done)
}

fn price(args: &PriceSetArgs) -> Result<OwnerPrice, Fault> {
    let money = |text: &str, flag: &str| -> Result<Money, Fault> {
        let wrong = |why: String| {
            Fault::new(FaultKind::Usage, format!("{flag}: {why}"))
                .advise("write dollars, like 0.10; by the million tokens, or by the call")
        };
        let money = Money::parse(text).map_err(|error| wrong(error.to_string()))?;
        match money < Money::ZERO {
            true => Err(wrong("a price cannot be negative".into())),
            false => Ok(money),
        }
    };
    if let Some(call) = &args.call {
        return Ok(OwnerPrice::PerCall(money(call, "--call")?));
    }
    let (Some(input), Some(output)) = (&args.input, &args.output) else {
        return Err(Fault::new(
            FaultKind::Usage,
            "a price needs --input and --output, or --call",
        )
        .advise("see: relaydeck prices set --help"));
    };
    let input = money(input, "--input")?;
    let or_input = |text: &Option<String>, flag| match text {
        Some(text) => money(text, flag),
        None => Ok(input),
    };
    Ok(OwnerPrice::PerToken(TokenPrices {
        input,
        output: money(output, "--output")?,
        cache_read: or_input(&args.cache_read, "--cache-read")?,
        cache_write: or_input(&args.cache_write, "--cache-write")?,
    }))
}

/// Every model that is sold or priced, with its price in a group of ×1 and where it comes from.
async fn list(world: &World) -> Result<Ending, Fault> {
    let mut session = world.session().await?;
    let trouble = session.fetch_all().await;
    let own = session.client.owner_prices().await?;
    let Some(models) = session.lists.models.clone() else {
        return Err(trouble.unwrap_or_else(World::needs_account));
    };
    let mut prices: BTreeMap<String, (BasePrice, &str)> = models
        .iter()
        .map(|model| {
            let from = match model.price {
                BasePrice::Unknown => "nobody",
                _ => "relay",
            };
            (model.name.clone(), (model.price.clone(), from))
        })
        .collect();
    for (model, price) in own {
        prices.insert(model, (price, "owner"));
    }
    let scale = session.facts.scale;
    if world.json {
        let rows = prices
            .iter()
            .map(|(model, (price, from))| price_json(model, price, from, scale));
        print_json(&rows.collect()).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let columns = [
        ("MODEL", Align::Left),
        ("INPUT", Align::Right),
        ("OUTPUT", Align::Right),
        ("CACHE READ", Align::Right),
        ("CACHE WRITE", Align::Right),
        ("A CALL", Align::Right),
        ("SET BY", Align::Left),
    ];
    let mut table = Table::new(&columns);
    for (model, (price, from)) in &prices {
        let [input, output, read, write, call] = parts(price, scale)
            .map(|part| part.map_or("–".to_owned(), |money| money.to_string()));
        let unknown = matches!(price, BasePrice::Unknown);
        let shown = |text: String| if unknown { "?".to_owned() } else { text };
        table.row([
            model.clone(),
            shown(input),
            shown(output),
            shown(read),
            shown(write),
            shown(call),
            (*from).to_owned(),
        ]);
    }
    table
        .print("This relay sells no models.")
        .map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

/// Input, output, cache read, cache write, by the call.
fn parts(price: &BasePrice, scale: QuotaScale) -> [Option<Money>; 5] {
    match price.at(Some(Ratio::ONE), scale) {
        Price::PerToken(prices) => [
            Some(prices.input),
            Some(prices.output),
            Some(prices.cache_read),
            Some(prices.cache_write),
            None,
        ],
        Price::PerCall { call } => [None, None, None, None, Some(call)],
        Price::Tiered { .. } | Price::Listed(_) | Price::Unknown => [None; 5],
    }
}

fn price_json(model: &str, price: &BasePrice, from: &str, scale: QuotaScale) -> Value {
    let mut object = Map::new();
    object.insert("model".into(), json!(model));
    let names = ["input", "output", "cache_read", "cache_write", "call"];
    for (name, part) in names.into_iter().zip(parts(price, scale)) {
        put_money(&mut object, name, part);
    }
    object.insert("set_by".into(), json!(from));
    Value::Object(object)
}
