//! Groups as they are looked at: how well each has worked, and what one model costs in each.

use serde_json::{Map, Value, json};

use super::super::output::{Align, Table, fact, print, print_json, put_money};
use super::super::world::{Ending, World};
use crate::domain::stability::{Measured, Stability};
use crate::domain::{Fault, FaultKind, Group, Money, Price};
use crate::engine::measured::measure;
use crate::engine::session::Session;
use crate::locale::{listed, say};

/// The list of groups, or one of them.
///
/// # Errors
/// When the relay has no groups for this credential, cannot be asked, or has no such group.
pub(super) async fn look(world: &World, what: Look) -> Result<Ending, Fault> {
    let mut session = world.session().await?;
    let trouble = session.fetch_all().await;
    let Some(groups) = session.lists.groups.clone() else {
        return Err(trouble.unwrap_or_else(World::needs_account));
    };
    let ledger = world.ledger().await?;
    let measured = measure(&ledger, &session.profile.name, world.clock.now()).await?;
    match what {
        Look::AtAll { model } => list(world, &session, &groups, &measured, model),
        Look::AtOne(name) => {
            let Some(group) = groups.iter().find(|group| group.name == name) else {
                let names: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
                return Err(Fault::new(
                    FaultKind::NotFound,
                    say!("cli-group-none", name = format!("{name:?}")),
                )
                .advise(say!("cli-group-may-use", names = listed(&names))));
            };
            show(world, &session, group, &measured)
        }
    }
}

/// What is looked at.
pub(super) enum Look {
    /// All groups, or those that have a model.
    AtAll {
        /// The model.
        model: Option<String>,
    },
    /// One group, by name.
    AtOne(String),
}

/// How many models say that a group serves them; `None` where the models are not known.
fn models_in(session: &Session, group: &str) -> Option<usize> {
    let models = session.lists.models.as_ref()?;
    Some(models.iter().filter(|model| model.in_group(group)).count())
}

fn list(
    world: &World,
    session: &Session,
    groups: &[Group],
    measured: &Measured,
    model: Option<String>,
) -> Result<Ending, Fault> {
    let mut groups: Vec<&Group> = groups.iter().collect();
    if let Some(name) = &model {
        let models = session.lists.models.as_deref().unwrap_or_default();
        let Some(known) = models.iter().find(|known| known.name == *name) else {
            let check = crate::domain::model_name::check(name, models, None);
            let fault = crate::engine::session::name_fault(check, name, None);
            return Err(fault.unwrap_or_else(World::needs_account));
        };
        groups.retain(|group| known.in_group(&group.name));
        groups.sort_by_key(|group| cost_key(&session.price(name, Some(&group.name))));
    }
    if world.json {
        let rows: Vec<Value> = groups
            .iter()
            .map(|group| {
                group_json(
                    session,
                    group,
                    measured.group(&group.name),
                    model.as_deref(),
                )
            })
            .collect();
        print_json(&Value::Array(rows)).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let columns = [
        (say!("cli-column-group"), Align::Left),
        (say!("cli-column-ratio"), Align::Right),
        (say!("cli-column-models"), Align::Right),
        (say!("cli-column-success"), Align::Right),
        (say!("cli-column-firsts"), Align::Left),
        (
            if model.is_some() {
                say!("cli-column-price")
            } else {
                ""
            },
            Align::Left,
        ),
        (say!("cli-column-description"), Align::Left),
    ];
    let mut table = Table::new(&columns);
    for group in groups {
        let measured = measured.group(&group.name);
        let price = model
            .as_deref()
            .map(|name| session.price(name, Some(&group.name)));
        table.row([
            group.name.clone(),
            group.ratio.map_or("?".into(), |ratio| ratio.to_string()),
            models_in(session, &group.name).map_or("?".into(), |count| count.to_string()),
            measured.map_or(say!("cli-no-data").into(), success),
            measured.and_then(firsts).unwrap_or_default(),
            price.as_ref().map_or_else(String::new, price_word),
            group.about().to_owned(),
        ]);
    }
    table
        .print(say!("cli-groups-none"))
        .map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

fn show(
    world: &World,
    session: &Session,
    group: &Group,
    measured: &Measured,
) -> Result<Ending, Fault> {
    let of_group = measured.group(&group.name);
    if world.json {
        let mut document = group_json(session, group, of_group, None);
        let models: Map<String, Value> = measured
            .models(&group.name)
            .map(|(name, measured)| (name.to_owned(), stability_json(measured)))
            .collect();
        document["measured_models"] = Value::Object(models);
        document["marks"] = measured
            .marks(&group.name)
            .map(|(model, marks)| json!({"model": model, "good": marks.good, "bad": marks.bad}))
            .collect();
        print_json(&document).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let about = match group.about() {
        "" => say!("not-provided"),
        text => text,
    };
    let ratio = group.ratio.map_or("?".into(), |ratio| ratio.to_string());
    let count = models_in(session, &group.name).map_or("?".into(), |count| count.to_string());
    let failure = of_group.and_then(|measured| measured.last_failure.as_ref());
    let failure = failure.map_or(say!("cli-group-no-failure").into(), |last| {
        let id = last.request_id.as_deref().unwrap_or(say!("cli-not-given"));
        say!(
            "cli-group-failure",
            date = world.date(last.sent.seconds()),
            model = last.model,
            id = id
        )
    });
    let lines = [
        (say!("cli-label-group"), group.name.clone()),
        (say!("cli-label-description"), about.into()),
        (say!("cli-label-ratio"), ratio),
        (say!("cli-label-models"), count),
        (
            say!("cli-label-succeeded"),
            of_group.map_or(say!("cli-group-no-data").into(), success),
        ),
        (
            say!("cli-label-first-token"),
            of_group
                .and_then(firsts)
                .unwrap_or_else(|| say!("cli-no-data").into()),
        ),
        (say!("cli-label-last-failure"), failure),
    ];
    let mut text: String = lines
        .iter()
        .map(|(label, value)| fact("", label, 12, value))
        .collect();
    for (name, measured) in measured.models(&group.name) {
        text += &fact("  ", name, 40, &success(measured));
    }
    for (model, marks) in measured.marks(&group.name) {
        let told = say!("cli-group-marks", good = marks.good, bad = marks.bad);
        text += &fact("  ", model, 40, &told);
    }
    print(&text).map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

/// `99.2% of 1204`: never without its sample size.
fn success(measured: &Stability) -> String {
    match measured.success_tenths() {
        Some(tenths) => {
            let percent = format!("{}.{}%", tenths / 10, tenths % 10);
            say!(
                "cli-group-success",
                percent = percent,
                requests = measured.requests
            )
        }
        None => say!("cli-no-data").into(),
    }
}

fn firsts(measured: &Stability) -> Option<String> {
    let (p50, p95) = (measured.first_ms(50)?, measured.first_ms(95)?);
    Some(format!("{p50} ms / {p95} ms"))
}

fn cost_key(price: &Price) -> (u8, Money) {
    match price {
        Price::PerToken(prices) => (0, prices.input.plus(prices.output)),
        Price::PerCall { call } => (0, *call),
        Price::Tiered { .. } | Price::Listed(_) => (1, Money::ZERO),
        Price::Unknown => (2, Money::ZERO),
    }
}

fn price_word(price: &Price) -> String {
    match price {
        Price::PerToken(prices) => {
            say!(
                "cli-price-in-out",
                input = prices.input.decimal(2),
                output = prices.output.decimal(2)
            )
        }
        Price::Listed(prices) => say!(
            "cli-price-in-out",
            input = format!("~{}", prices.input.decimal(2)),
            output = format!("~{}", prices.output.decimal(2))
        ),
        Price::PerCall { call } => say!("cli-price-a-call", call = call),
        Price::Tiered { .. } => say!("figure-tiered").into(),
        Price::Unknown => "?".into(),
    }
}

fn stability_json(measured: &Stability) -> Value {
    json!({
        "requests": measured.requests,
        "failed": measured.failed,
        "success_permille": measured.success_tenths(),
        "first_ms_p50": measured.first_ms(50),
        "first_ms_p95": measured.first_ms(95),
        "last_failure": measured.last_failure.as_ref().map(|last| json!({
            "sent_ms": last.sent.0,
            "model": last.model,
            "kind": last.fault,
            "status": last.status,
            "request_id": last.request_id,
        })),
    })
}

fn group_json(
    session: &Session,
    group: &Group,
    measured: Option<&Stability>,
    model: Option<&str>,
) -> Value {
    let mut object = Map::new();
    object.insert("name".into(), json!(group.name));
    object.insert("description".into(), json!(group.description));
    object.insert(
        "ratio".into(),
        json!(group.ratio.map(|ratio| ratio.to_f64())),
    );
    object.insert("models".into(), json!(models_in(session, &group.name)));
    let measured = measured.map_or(Value::Null, stability_json);
    object.insert("measured_7d".into(), measured);
    if let Some(name) = model {
        let price = session.price(name, Some(&group.name));
        let (input, output) = match &price {
            Price::PerToken(prices) => (Some(prices.input), Some(prices.output)),
            _ => (None, None),
        };
        put_money(&mut object, "input_per_million", input);
        put_money(&mut object, "output_per_million", output);
    }
    Value::Object(object)
}
