//! `relaydeck prices`: what the models of a relay one owns cost.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

mod propose;

use super::args::owner::{PriceSetArgs, PricesCommand};
use super::output::{Align, Table, exact_places, print_json, put_money};
use super::words;
use super::world::{Ending, World};
use crate::client::owner::options::OwnerPrice;
use crate::domain::price::BasePrice;
use crate::domain::{Fault, FaultKind, Money, Price, QuotaScale, Ratio, TokenPrices};
use crate::locale::{pair, say};

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
            told(world, &args.model, || {
                say!("cli-price-set", model = args.model)
            })
        }
        PricesCommand::Remove { model } => {
            let client = world.session().await?.client;
            client.set_price(&model, None).await?;
            told(world, &model, || say!("cli-price-removed", model = model))
        }
    }
}

fn told(world: &World, model: &str, what: impl FnOnce() -> String) -> Result<Ending, Fault> {
    if world.json {
        print_json(&json!({"model": model})).map_err(World::stdout_gone)?;
    } else {
        world.warn(&what());
    }
    Ok(Ending::Done)
}

fn price(args: &PriceSetArgs) -> Result<OwnerPrice, Fault> {
    let money = |text: &str, flag: &str| -> Result<Money, Fault> {
        let wrong = |why: String| {
            Fault::new(FaultKind::Usage, pair(flag, why)).advise(say!("cli-price-advice"))
        };
        let money = Money::parse(text).map_err(|error| wrong(error.to_string()))?;
        match money < Money::ZERO {
            true => Err(wrong(say!("cli-price-negative").into())),
            false => Ok(money),
        }
    };
    if let Some(call) = &args.call {
        return Ok(OwnerPrice::PerCall(money(call, "--call")?));
    }
    let (Some(input), Some(output)) = (&args.input, &args.output) else {
        return Err(Fault::new(FaultKind::Usage, say!("cli-price-incomplete"))
            .advise(say!("cli-advice-help", command = "prices set")));
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
        (say!("cli-column-model"), Align::Left),
        (say!("cli-column-input"), Align::Right),
        (say!("cli-column-output"), Align::Right),
        (say!("cli-column-cache-read"), Align::Right),
        (say!("cli-column-cache-write"), Align::Right),
        (say!("cli-column-a-call"), Align::Right),
        (say!("cli-column-set-by"), Align::Left),
    ];
    let mut table = Table::new(&columns);
    let decimals: [usize; 5] = std::array::from_fn(|column| {
        exact_places(
            prices
                .values()
                .filter_map(|(price, _)| parts(price, scale)[column]),
        )
    });
    for (model, (price, from)) in &prices {
        let mut decimals = decimals.iter();
        let [input, output, read, write, call] = parts(price, scale).map(|part| {
            let decimals = decimals.next().copied().unwrap_or(2);
            part.map_or("–".to_owned(), |money| money.with_sign(decimals))
        });
        let unknown = matches!(price, BasePrice::Unknown);
        let shown = |text: String| if unknown { "?".to_owned() } else { text };
        table.row([
            model.clone(),
            shown(input),
            shown(output),
            shown(read),
            shown(write),
            shown(call),
            words::price_from(from).to_owned(),
        ]);
    }
    table
        .print(say!("cli-prices-none"))
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
