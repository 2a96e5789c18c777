//! `relaydeck nodes`: the addresses of a relay, how each does, and moving to the best when asked (S-50, S-51).

use serde_json::{Map, Value, json};

use super::args::{NodesCommand, NodesTestArgs};
use super::output::{Align, Table, fault_json, print_json};
use super::url::refused;
use super::words;
use super::world::{Ending, World};
use crate::domain::node::{self, Node, NodeCheck, NodeRecord};
use crate::domain::{Address, Fault, Profile, own_words};
use crate::engine::nodes::{self, Looked};
use crate::locale::say;

/// Runs the sub-command.
///
/// # Errors
/// When the profile or the ledger cannot be used, or no node answers.
pub async fn run(world: &World, command: NodesCommand) -> Result<Ending, Fault> {
    world.stay().await;
    let profile = nodes::profile(world.host.as_ref(), world.profile_name()).await?;
    match command {
        NodesCommand::List => list(world, &profile).await,
        NodesCommand::Test(args) => test(world, profile, args).await,
    }
}

async fn list(world: &World, profile: &Profile) -> Result<Ending, Fault> {
    let ledger = world.ledger().await?;
    let records = nodes::list(profile, &ledger).await?;
    if world.json {
        let rows = records.iter().map(|record| row_json(profile, record, None));
        print_json(&Value::Array(rows.collect())).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let mut table = Table::new(&[
        ("", Align::Left),
        (say!("cli-column-node"), Align::Left),
        (say!("cli-column-name"), Align::Left),
        (say!("cli-column-latency"), Align::Right),
        (say!("cli-column-ok"), Align::Right),
        (say!("cli-column-last-check"), Align::Left),
    ]);
    for record in &records {
        let (good, all) = record.success();
        table.row([
            mark(profile, &record.node),
            record.node.address.to_string(),
            own_words::told(&record.node.name).to_owned(),
            record.latency_us().map_or_else(|| "–".into(), span),
            match all {
                0 => "–".into(),
                _ => format!("{good}/{all}"),
            },
            match record.last() {
                None => say!("cli-node-never").into(),
                Some(check) => {
                    let when = world.date(check.at.seconds());
                    check.fault.map_or(when.clone(), |fault| {
                        format!("{when}  ✗ {}", words::fault_kind(fault))
                    })
                }
            },
        ]);
    }
    table.print("").map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

async fn test(world: &World, mut profile: Profile, args: NodesTestArgs) -> Result<Ending, Fault> {
    let ledger = world.ledger().await?;
    let mut wanted: Vec<Node> = nodes::list(&profile, &ledger)
        .await?
        .into_iter()
        .map(|record| record.node)
        .collect();
    for text in &args.addresses {
        let (address, odd) = Address::parse(text).map_err(|error| refused(&error))?;
        for odd in odd {
            world.warn(&format!("! {odd}"));
        }
        if wanted.iter().all(|node| node.address != address) {
            wanted.push(Node {
                address,
                name: String::new(),
                description: String::new(),
            });
        }
    }
    // Each node once a round, one after the other: at once they would slow each other down and measure that.
    let mut latest: Vec<Looked> = Vec::new();
    for round in 0..args.rounds.max(1) {
        for node in &wanted {
            let looked = nodes::look(&profile, node, &ledger, &world.clock).await?;
            match latest.iter_mut().find(|known| known.node == *node) {
                // A fault is what one wants to hear of, whichever round it came in.
                Some(known) if round > 0 && known.fault.is_some() && looked.fault.is_none() => {}
                Some(known) => *known = looked,
                None => latest.push(looked),
            }
        }
    }
    let records: Vec<NodeRecord> = nodes::list(&profile, &ledger)
        .await?
        .into_iter()
        .filter(|record| {
            wanted.contains(&record.node)
                || latest
                    .iter()
                    .any(|looked| looked.node.address == record.node.address)
        })
        .collect();
    let best = node::best(&records, &profile.address).cloned();
    let worth = best
        .as_ref()
        .is_some_and(|best| node::is_worth_it(&records, &profile.address, best));
    let mut moved = false;
    if let Some(best) = best.as_ref().filter(|_| args.use_best && worth) {
        profile = nodes::move_to(world.host.as_ref(), &profile, &best.node.address)?;
        moved = true;
    }
    report(
        world,
        &profile,
        &records,
        &latest,
        best.as_ref(),
        worth,
        moved,
    )?;
    ledger.close().await.map_err(Fault::from)?;
    match (best, latest.iter().find_map(|looked| looked.fault.clone())) {
        (None, Some(fault)) if world.json => Ok(Ending::Told(fault.kind)),
        (None, Some(fault)) => Err(fault),
        _ => Ok(Ending::Done),
    }
}

fn report(
    world: &World,
    profile: &Profile,
    records: &[NodeRecord],
    latest: &[Looked],
    best: Option<&NodeRecord>,
    worth: bool,
    moved: bool,
) -> Result<(), Fault> {
    let looked = |record: &NodeRecord| {
        latest
            .iter()
            .find(|looked| looked.node.address == record.node.address)
    };
    let best_address = best.map(|best| best.node.address.base());
    if world.json {
        let rows: Vec<Value> = records
            .iter()
            .map(|record| row_json(profile, record, looked(record)))
            .collect();
        return print_json(&json!({
            "nodes": rows,
            "best": best_address,
            "worth_switching": worth && !moved,
            "switched": moved,
            "in_use": profile.address.base(),
        }))
        .map_err(World::stdout_gone);
    }
    let mut table = Table::new(&[
        ("", Align::Left),
        (say!("cli-column-node"), Align::Left),
        (say!("cli-column-name"), Align::Left),
        (say!("cli-column-look-up"), Align::Right),
        (say!("cli-column-connect"), Align::Right),
        (say!("cli-column-tls"), Align::Right),
        (say!("cli-column-first-byte"), Align::Right),
        (say!("cli-column-ok"), Align::Right),
        ("", Align::Left),
    ]);
    let step = |time: Option<u64>| time.map_or_else(|| "–".into(), span);
    for record in records {
        let Some(check) = record.last() else { continue };
        let (good, all) = record.success();
        let fault = looked(record).and_then(|looked| looked.fault.as_ref());
        table.row([
            mark(profile, &record.node),
            record.node.address.to_string(),
            own_words::told(&record.node.name).to_owned(),
            step(check.dns_us),
            step(check.connect_us),
            step(check.tls_us),
            step(check.first_byte_us),
            format!("{good}/{all}"),
            match (fault, best_address == Some(record.node.address.base())) {
                (Some(fault), _) => format!("✗ {fault}"),
                (None, true) => say!("cli-node-best").into(),
                (None, false) => "✓".into(),
            },
        ]);
    }
    table.print("").map_err(World::stdout_gone)?;
    if let Some(proxy) = latest.iter().find_map(|looked| looked.proxy.as_deref()) {
        world.warn(&say!("cli-node-proxy", proxy = proxy));
    }
    match (best, worth, moved) {
        (Some(best), _, true) => world.warn(&say!(
            "cli-node-moved",
            profile = profile.name,
            address = best.node.address
        )),
        (Some(best), true, false) => {
            world.warn(&say!("cli-node-faster", address = best.node.address))
        }
        (Some(_), false, _) => world.warn(say!("cli-node-as-good")),
        (None, ..) => {}
    }
    Ok(())
}

fn mark(profile: &Profile, node: &Node) -> String {
    if node.address == profile.address {
        "*".into()
    } else {
        String::new()
    }
}

/// A span of microseconds for people: `0.3 ms`, `38 ms`, `1.20 s`.
fn span(us: u64) -> String {
    match us {
        0..10_000 => format!("{}.{} ms", us / 1_000, us % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{}.{:02} s", us / 1_000_000, us % 1_000_000 / 10_000),
    }
}

fn row_json(profile: &Profile, record: &NodeRecord, looked: Option<&Looked>) -> Value {
    let (good, all) = record.success();
    let mut row = Map::new();
    row.insert("url".into(), json!(record.node.address.base()));
    row.insert("name".into(), json!(record.node.name));
    row.insert("description".into(), json!(record.node.description));
    row.insert(
        "in_use".into(),
        json!(record.node.address == profile.address),
    );
    row.insert("latency_us".into(), json!(record.latency_us()));
    row.insert("good".into(), json!(good));
    row.insert("checks".into(), json!(all));
    row.insert("last".into(), record.last().map_or(Value::Null, last_json));
    if let Some(fault) = looked.and_then(|looked| looked.fault.as_ref()) {
        row.insert("error".into(), fault_json(fault));
    }
    Value::Object(row)
}

fn last_json(check: &NodeCheck) -> Value {
    json!({
        "at_ms": check.at.0,
        "dns_us": check.dns_us,
        "connect_us": check.connect_us,
        "tls_us": check.tls_us,
        "first_byte_us": check.first_byte_us,
        "total_us": check.total_us(),
        "fault": check.fault,
    })
}
