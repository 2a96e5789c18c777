//! `relaydeck verify --history`: kept results, newest first, and side by side per relay, group, model and key (S-84).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::output::{Align, Table, print_json, put_cost};
use super::world::{Ending, World};
use crate::domain::test_result::{TestKind, TestResult};
use crate::domain::{Fault, own_words};
use crate::engine::proof::HISTORY;
use crate::locale::{listed, say};

/// Prints what is kept of this profile, of one model where one is named.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn run(world: &World, model: Option<&str>) -> Result<Ending, Fault> {
    let ledger = world.ledger().await?;
    let results = ledger
        .results(world.profile_name(), HISTORY)
        .await
        .map_err(Fault::from)?;
    ledger.close().await.map_err(Fault::from)?;
    let results: Vec<TestResult> = results
        .into_iter()
        .filter(|result| model.is_none_or(|model| result.model == model))
        .collect();
    if world.json {
        let rows: Vec<Value> = results.iter().map(row_json).collect();
        print_json(&json!({"results": rows, "comparison": comparison_json(&results)}))
            .map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let mut table = Table::new(&[
        (say!("cli-column-when"), Align::Left),
        (say!("cli-column-test"), Align::Left),
        ("", Align::Left),
        (say!("cli-column-model"), Align::Left),
        (say!("cli-column-by-key"), Align::Left),
        (say!("cli-column-cost"), Align::Right),
        (say!("cli-column-result"), Align::Left),
    ]);
    for result in results.iter().take(50) {
        table.row([
            world.date(result.at.seconds()),
            result.test.words().into(),
            if result.passed {
                "✓".into()
            } else {
                "✗".into()
            },
            result.model.clone(),
            result.key_masked.clone(),
            result.cost.to_string(),
            result.summary.clone(),
        ]);
    }
    table
        .print(say!("cli-history-none"))
        .map_err(World::stdout_gone)?;
    let compared = compare(&results);
    if compared.len() > 1 {
        world.warn("");
        let mut table = Table::new(&[
            (say!("cli-column-model"), Align::Left),
            (say!("cli-column-group"), Align::Left),
            (say!("cli-column-by-key"), Align::Left),
            (say!("cli-column-relay"), Align::Left),
            (say!("cli-column-connectivity"), Align::Left),
            (say!("cli-column-long-text"), Align::Left),
            (say!("cli-column-concurrency"), Align::Left),
        ]);
        for (place, tests) in &compared {
            let cell = |test: TestKind| tests.get(&test).map_or_else(|| "–".into(), Tally::words);
            table.row([
                place.model.clone(),
                place.group.clone().unwrap_or_else(|| "–".into()),
                place.key.clone(),
                own_words::told(&place.relay).to_owned(),
                cell(TestKind::Connect),
                cell(TestKind::Long),
                cell(TestKind::Concurrency),
            ]);
        }
        table.print("").map_err(World::stdout_gone)?;
    }
    Ok(Ending::Done)
}

/// What results are compared by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    model: String,
    group: Option<String>,
    key: String,
    relay: String,
}

/// How a test went in one place.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    passed: u32,
    all: u32,
    /// Of the latest passed run.
    total_ms: Option<u64>,
}

impl Tally {
    /// `3/4, 820 ms`
    fn words(&self) -> String {
        let passed = format!("{}/{}", self.passed, self.all);
        let time = self.total_ms.map(|ms| format!("{ms} ms"));
        match time {
            Some(time) => listed(&[passed, time]),
            None => passed,
        }
    }
}

fn compare(results: &[TestResult]) -> BTreeMap<Place, BTreeMap<TestKind, Tally>> {
    let mut places: BTreeMap<Place, BTreeMap<TestKind, Tally>> = BTreeMap::new();
    for result in results
        .iter()
        .filter(|result| result.test != TestKind::Ladder)
    {
        let place = Place {
            model: result.model.clone(),
            group: result.group.clone(),
            key: result.key_masked.clone(),
            relay: result.relay.clone(),
        };
        let tally = places
            .entry(place)
            .or_default()
            .entry(result.test)
            .or_default();
        tally.all += 1;
        if result.passed {
            tally.passed += 1;
            tally.total_ms = tally.total_ms.or(result.total_ms);
        }
    }
    places
}

fn row_json(result: &TestResult) -> Value {
    let mut object = Map::new();
    object.insert("at_ms".into(), json!(result.at.0));
    object.insert("test".into(), json!(result.test));
    object.insert("passed".into(), json!(result.passed));
    object.insert("relay".into(), json!(result.relay));
    object.insert("group".into(), json!(result.group));
    object.insert("model".into(), json!(result.model));
    object.insert("key".into(), json!(result.key_masked));
    object.insert("summary".into(), json!(result.summary));
    object.insert("requests".into(), json!(result.requests));
    put_cost(&mut object, "cost", result.cost);
    object.insert("first_ms".into(), json!(result.first_ms));
    object.insert("total_ms".into(), json!(result.total_ms));
    object.insert(
        "detail".into(),
        serde_json::from_str(&result.detail).unwrap_or(Value::Null),
    );
    Value::Object(object)
}

fn comparison_json(results: &[TestResult]) -> Value {
    let rows = compare(results).into_iter().map(|(place, tests)| {
        let tests: Map<String, Value> = tests
            .into_iter()
            .map(|(test, tally)| {
                let name = json!(test).as_str().unwrap_or_default().to_owned();
                (name, json!({"passed": tally.passed, "runs": tally.all, "total_ms": tally.total_ms}))
            })
            .collect();
        json!({"model": place.model, "group": place.group, "key": place.key, "relay": place.relay, "tests": tests})
    });
    Value::Array(rows.collect())
}
