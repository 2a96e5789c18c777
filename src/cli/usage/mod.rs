//! `relaydeck usage`: what was spent, from the local ledger, into which what other programs spent is brought first. Where
//! no relay answers, what is known is told.

mod asking;
mod export;
mod receipts;

use serde_json::{Map, Value, json};

use super::args::{UsageArgs, UsageCommand};
use super::output::{Align, Table, print_json, put_money};
use super::world::{Ending, World};
use crate::domain::expiry::parse_since;
use crate::domain::{By, Fault, FaultKind, Spending, UnixMillis, program};
use crate::locale::{pair, say};

/// Runs the sub-command.
///
/// # Errors
/// When the span cannot be read or the ledger cannot be opened.
pub async fn run(world: &World, args: UsageArgs) -> Result<Ending, Fault> {
    match args.command {
        None => sums(world, &args.since, args.by.into(), args.all).await,
        Some(UsageCommand::Receipts(args)) => receipts::run(world, args).await,
        Some(UsageCommand::Export(args)) => export::run(world, args).await,
    }
}

async fn sums(world: &World, span: &str, by: By, all: bool) -> Result<Ending, Fault> {
    let since = since(world, span)?;
    let ledger = world.ledger().await?;
    let unasked = asking::bring_in(world, &ledger, all).await;
    let profile = (!all).then(|| world.profile_name());
    let report = ledger.spending(profile, since).await.map_err(Fault::from)?;
    ledger.close().await.map_err(Fault::from)?;
    let rows = report.rows(by, world.clock.zone());
    if world.json {
        let rows: Vec<Value> = rows
            .iter()
            .map(|(name, sum)| {
                let mut object = Map::new();
                object.insert(by.word().into(), json!(name));
                put_spending(&mut object, sum);
                Value::Object(object)
            })
            .collect();
        let mut whole = Map::new();
        put_spending(&mut whole, &report.whole);
        let unasked: Vec<Value> = unasked.iter().map(asking::Unasked::json).collect();
        print_json(&json!({
            "since_ms": since, "by": by, "total": whole, "rows": rows, "not_asked": unasked,
        }))
        .map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let head = match by {
        By::Day => say!("cli-column-day"),
        By::Key => say!("cli-column-key-name"),
        By::Model => say!("cli-column-model"),
        By::Group => say!("cli-column-group"),
        By::Tool => say!("cli-column-tool"),
    };
    let columns = [
        (head, Align::Left),
        (say!("cli-column-spent"), Align::Right),
        (say!("cli-column-unknown"), Align::Right),
        (say!("cli-column-requests"), Align::Right),
        (say!("cli-column-tokens"), Align::Right),
    ];
    let mut table = Table::new(&columns);
    let mut put = |name: &str, sum: &Spending| {
        table.row([
            name.to_owned(),
            // What rests on estimates says so.
            format!(
                "{}${}",
                if sum.estimated > 0 { "~" } else { "" },
                sum.spent.fixed(6)
            ),
            // What nobody knows the cost of is not nothing.
            match sum.unknown {
                0 => String::new(),
                unknown => format!("{unknown} ?"),
            },
            sum.requests.to_string(),
            sum.tokens.to_string(),
        ]);
    };
    for (name, sum) in &rows {
        let name = match name.as_str() {
            "" => say!("cli-usage-not-known"),
            name if by == By::Tool => program::shown(name),
            name => name,
        };
        put(name, sum);
    }
    if rows.len() > 1 {
        put(say!("cli-usage-total"), &report.whole);
    }
    table
        .print(say!("cli-usage-none"))
        .map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

fn put_spending(object: &mut Map<String, Value>, sum: &Spending) {
    put_money(object, "spent", Some(sum.spent));
    object.insert("unknown".into(), json!(sum.unknown));
    object.insert("estimated".into(), json!(sum.estimated));
    object.insert("requests".into(), json!(sum.requests));
    object.insert("tokens".into(), json!(sum.tokens));
}

/// The point so long ago.
fn since(world: &World, span: &str) -> Result<UnixMillis, Fault> {
    let now = world.clock.now().seconds();
    let since = parse_since(span, now, world.clock.zone()).map_err(|error| {
        Fault::new(FaultKind::Usage, pair("--since", error))
            .advise(say!("cli-advice-help", command = "usage"))
    })?;
    Ok(since.millis())
}
