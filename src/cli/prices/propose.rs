//! `relaydeck prices propose`: the bundled catalogue's prices for models that have none. Nothing is set without a yes.

use serde_json::{Map, Value, json};

use crate::cli::output::{Align, Table, exact_places, print_json, put_money};
use crate::cli::world::{Ending, World};
use crate::client::owner::options::OwnerPrice;
use crate::domain::price::BasePrice;
use crate::domain::{Fault, TokenPrices, price_catalogue};
use crate::locale::say;

pub(super) async fn run(world: &World, only: &[String], yes: bool) -> Result<Ending, Fault> {
    let mut session = world.session().await?;
    let trouble = session.fetch_all().await;
    let own = session.client.owner_prices().await?;
    let Some(models) = session.lists.models.clone() else {
        return Err(trouble.unwrap_or_else(World::needs_account));
    };
    let unpriced = models.iter().filter(|model| {
        let asked = only.is_empty() || only.contains(&model.name);
        asked && model.price == BasePrice::Unknown && !own.contains_key(&model.name)
    });
    let proposed: Vec<(String, TokenPrices)> = unpriced
        .filter_map(|model| {
            Some((
                model.name.clone(),
                price_catalogue::find(&model.name)?.prices,
            ))
        })
        .collect();
    if yes {
        for (model, prices) in &proposed {
            let price = OwnerPrice::PerToken(*prices);
            session.client.set_price(model, Some(price)).await?;
        }
    }
    if world.json {
        let rows = proposed
            .iter()
            .map(|(model, prices)| row(model, prices, yes));
        print_json(&rows.collect()).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let columns = [
        (say!("cli-column-model"), Align::Left),
        (say!("cli-column-input"), Align::Right),
        (say!("cli-column-output"), Align::Right),
        (say!("cli-column-cache-read"), Align::Right),
        (say!("cli-column-cache-write"), Align::Right),
    ];
    let mut table = Table::new(&columns);
    let parts = |prices: &TokenPrices| {
        [
            prices.input,
            prices.output,
            prices.cache_read,
            prices.cache_write,
        ]
    };
    let decimals: [usize; 4] = std::array::from_fn(|column| {
        exact_places(proposed.iter().map(|(_, prices)| parts(prices)[column]))
    });
    for (model, prices) in &proposed {
        let amounts = parts(prices).into_iter().zip(decimals);
        let amounts = amounts.map(|(amount, decimals)| amount.with_sign(decimals));
        table.row(std::iter::once(model.clone()).chain(amounts));
    }
    table
        .print(say!("cli-propose-none"))
        .map_err(World::stdout_gone)?;
    if !proposed.is_empty() {
        let date = price_catalogue::date();
        world.warn(&match yes {
            true => say!("cli-propose-set", date = date),
            false => say!("cli-propose-look", date = date),
        });
    }
    Ok(Ending::Done)
}

fn row(model: &str, prices: &TokenPrices, set: bool) -> Value {
    let mut object = Map::new();
    object.insert("model".into(), json!(model));
    for (name, part) in [
        ("input", prices.input),
        ("output", prices.output),
        ("cache_read", prices.cache_read),
        ("cache_write", prices.cache_write),
    ] {
        put_money(&mut object, name, Some(part));
    }
    object.insert("catalogue_date".into(), json!(price_catalogue::date()));
    object.insert("set".into(), json!(set));
    Value::Object(object)
}
