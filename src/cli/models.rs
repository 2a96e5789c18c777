//! `relaydeck models`: the marketplace in one group, one model in all groups, and the check of a name.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use serde_json::{Map, Value, json};

use super::args::{BillingKind, ModelSort, ModelsCommand};
use super::output::{Align, Table, exact_places, fact, print, print_json, put_money, visible};
use super::world::{Ending, World};
use crate::domain::price::BasePrice;
use crate::domain::stability::Measured;
use crate::domain::{
    Fault, FaultKind, Model, Money, Price, TokenPrices, model_name, price_catalogue,
};
use crate::engine::session::{Session, name_fault};
use crate::locale::{listed, say};

/// Runs the sub-command.
///
/// # Errors
/// When the relay cannot be asked, or has no such model.
pub async fn run(world: &World, command: ModelsCommand) -> Result<Ending, Fault> {
    let mut session = world.session().await?;
    let trouble = session.fetch_all().await;
    let Some(models) = session.lists.models.clone() else {
        return Err(trouble.unwrap_or_else(World::needs_account));
    };
    match command {
        ModelsCommand::List {
            group,
            vendor,
            endpoint,
            tag,
            billing,
            search,
            sort,
        } => {
            let group = group.or_else(|| default_group(&session));
            check_group(&session, group.as_deref())?;
            let mut found: Vec<&Model> = models
                .iter()
                .filter(|model| group.as_deref().is_none_or(|group| model.in_group(group)))
                .filter(|model| {
                    vendor
                        .as_deref()
                        .is_none_or(|vendor| model.vendor.eq_ignore_ascii_case(vendor))
                })
                .filter(|model| {
                    let called = |wanted: &str| {
                        model
                            .endpoints
                            .iter()
                            .any(|endpoint| endpoint.to_string() == wanted)
                    };
                    endpoint.as_deref().is_none_or(called)
                })
                .filter(|model| tag.as_ref().is_none_or(|tag| model.is_tagged(tag)))
                .filter(|model| billing.is_none_or(|wanted| billed(model) == wanted))
                .collect();
            let by_fit = search
                .as_deref()
                .map(|text| keep_fitting(&mut found, text))
                .is_some();
            let price = |model: &Model, output| {
                let price = a_price(&session, model, group.as_deref(), output);
                price.unwrap_or(Money::from_nanos(i64::MAX))
            };
            // What they are sorted by is shown, too.
            let mut marks = None;
            match sort {
                ModelSort::Name if by_fit => {}
                ModelSort::Name => found.sort_by(|one, other| one.name.cmp(&other.name)),
                ModelSort::Price => found.sort_by_key(|model| price(model, false)),
                ModelSort::Output => found.sort_by_key(|model| price(model, true)),
                ModelSort::Vendor => found.sort_by(|one, other| one.vendor.cmp(&other.vendor)),
                ModelSort::Context => {
                    let context = |model: &&Model| model.context.or(model.listed_context());
                    found.sort_by_key(|model| std::cmp::Reverse(context(model)));
                }
                ModelSort::Marks => {
                    let given = world.ledger().await?.marks(world.profile_name()).await?;
                    let given = marks.insert(Measured::default().with_marks(given));
                    let liking = |model: &&Model| given.marks_of_model(&model.name).liking();
                    found.sort_by_key(|model| std::cmp::Reverse(liking(model)));
                }
            }
            list(world, &session, &found, group.as_deref(), marks.as_ref())
        }
        ModelsCommand::Show { name } => {
            let Some(model) = models.iter().find(|model| model.name == name) else {
                let check = model_name::check(&name, &models, None);
                return Err(name_fault(check, &name, None).unwrap_or_else(World::needs_account));
            };
            show(world, &session, model)
        }
        ModelsCommand::Check { name, group } => {
            let group = group.or_else(|| default_group(&session));
            let check = model_name::check(&name, &models, group.as_deref());
            match name_fault(check, &name, group.as_deref()) {
                Some(fault) => Err(fault),
                None => {
                    if world.json {
                        print_json(&json!({"name": name, "exact": true, "group": group}))
                            .map_err(World::stdout_gone)?;
                    } else {
                        world.warn(&match group {
                            Some(group) => say!("cli-model-exact-in", name = name, group = group),
                            None => say!("cli-model-exact", name = name),
                        });
                    }
                    Ok(Ending::Done)
                }
            }
        }
    }
}

/// The group of the account, whose prices are shown when none is named.
fn default_group(session: &Session) -> Option<String> {
    session
        .lists
        .account
        .as_ref()
        .map(|account| account.group.clone())
        .filter(|group| !group.is_empty())
}

fn check_group(session: &Session, group: Option<&str>) -> Result<(), Fault> {
    let (Some(group), Some(groups)) = (group, &session.lists.groups) else {
        return Ok(());
    };
    if groups.iter().any(|known| known.name == group) {
        return Ok(());
    }
    let names: Vec<&str> = groups.iter().map(|known| known.name.as_str()).collect();
    Err(Fault::new(
        FaultKind::NotFound,
        say!("cli-group-none", name = format!("{group:?}")),
    )
    .advise(say!("cli-group-may-use", names = listed(&names))))
}

/// Keeps the models that fit a text, the best fit first.
fn keep_fitting(models: &mut Vec<&Model>, text: &str) {
    let pattern = Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut scored: Vec<(u32, &Model)> = models
        .drain(..)
        .filter_map(|model| {
            let own = format!("{} {}", model.name, model.about());
            pattern
                .score(Utf32Str::new(&own, &mut buffer), &mut matcher)
                .map(|score| (score, model))
        })
        .collect();
    scored.sort_by(|one, other| {
        other
            .0
            .cmp(&one.0)
            .then_with(|| one.1.name.cmp(&other.1.name))
    });
    models.extend(scored.into_iter().map(|(_, model)| model));
}

const fn billed(model: &Model) -> BillingKind {
    match model.price {
        BasePrice::Ratios(_) => BillingKind::Token,
        BasePrice::PerCall { .. } => BillingKind::Call,
        BasePrice::Tiered { .. } => BillingKind::Tiered,
        BasePrice::Unknown => BillingKind::Unknown,
    }
}

/// The price of a model's output or input in a group; by the call where it is billed that way.
fn a_price(session: &Session, model: &Model, group: Option<&str>, output: bool) -> Option<Money> {
    match price_in(session, model, group) {
        Price::PerToken(prices) | Price::Listed(prices) if output => Some(prices.output),
        Price::PerToken(prices) | Price::Listed(prices) => Some(prices.input),
        Price::PerCall { call } => Some(call),
        Price::Tiered { .. } | Price::Unknown => None,
    }
}

fn price_in(session: &Session, model: &Model, group: Option<&str>) -> Price {
    session.price(&model.name, group)
}

fn list(
    world: &World,
    session: &Session,
    models: &[&Model],
    group: Option<&str>,
    marks: Option<&Measured>,
) -> Result<Ending, Fault> {
    if world.json {
        let row = |model: &&Model| {
            let mut row = model_json(session, model, group);
            if let Some(marks) = marks {
                let of_it = marks.marks_of_model(&model.name);
                row["marks"] = json!({"good": of_it.good, "bad": of_it.bad});
            }
            row
        };
        let rows = models.iter().map(row).collect();
        print_json(&Value::Array(rows)).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let mut columns = vec![
        (say!("cli-column-model"), Align::Left),
        (say!("cli-column-vendor"), Align::Left),
        (say!("cli-column-in-price"), Align::Right),
        (say!("cli-column-out-price"), Align::Right),
        (say!("cli-column-cache"), Align::Right),
        (say!("cli-column-context"), Align::Right),
        (say!("cli-column-endpoints"), Align::Left),
    ];
    if marks.is_some() {
        columns.push((say!("market-column-marks"), Align::Right));
    }
    let mut table = Table::new(&columns);
    let mut estimated = false;
    let prices: Vec<Price> = models
        .iter()
        .map(|model| price_in(session, model, group))
        .collect();
    let column = |part: fn(&TokenPrices) -> Money| {
        let parts = prices.iter().filter_map(|price| match price {
            Price::PerToken(prices) | Price::Listed(prices) => Some(part(prices)),
            _ => None,
        });
        let decimals = exact_places(parts);
        move |prices: &TokenPrices| part(prices).fixed(decimals)
    };
    let (input, output, cache) = (
        column(|prices| prices.input),
        column(|prices| prices.output),
        column(|prices| prices.cache_read),
    );
    for (model, price) in models.iter().zip(&prices) {
        let (input, output, cache) = match price {
            Price::PerToken(prices) => (input(prices), output(prices), cache(prices)),
            Price::Listed(prices) => {
                estimated = true;
                let about = |price: String| format!("~{price}");
                (
                    about(input(prices)),
                    about(output(prices)),
                    about(cache(prices)),
                )
            }
            Price::PerCall { call } => {
                let call = say!("cli-price-a-call", call = call);
                (call, "–".into(), "–".into())
            }
            Price::Tiered { .. } => {
                let tiered = || say!("figure-tiered").to_owned();
                (tiered(), tiered(), "–".into())
            }
            Price::Unknown => ("?".into(), "?".into(), "?".into()),
        };
        let given = marks.map(|marks| marks.marks_of_model(&model.name));
        let given = given.map(|given| match given.liking() {
            Some(_) => format!("+{} -{}", given.good, given.bad),
            None => "–".into(),
        });
        let cells = [
            model.name.clone(),
            model.vendor.to_string(),
            input,
            output,
            cache,
            match (model.context, model.listed_context()) {
                (Some(tokens), _) => tokens.to_string(),
                (None, Some(listed)) => format!("~{listed}"),
                (None, None) => "?".into(),
            },
            endpoints(model),
        ];
        table.row(cells.into_iter().chain(given));
    }
    table
        .print(say!("cli-models-none"))
        .map_err(World::stdout_gone)?;
    if estimated {
        world.warn(&say!("cli-models-estimate", date = price_catalogue::date()));
    }
    Ok(Ending::Done)
}

fn endpoints(model: &Model) -> String {
    let names: Vec<String> = model.endpoints.iter().map(ToString::to_string).collect();
    if names.is_empty() {
        "?".into()
    } else {
        names.join(" ")
    }
}

fn show(world: &World, session: &Session, model: &Model) -> Result<Ending, Fault> {
    let groups = session
        .lists
        .groups
        .as_deref()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut offers: Vec<(&str, Price)> = groups
        .iter()
        .filter(|group| model.in_group(&group.name))
        .map(|group| {
            (
                group.name.as_str(),
                price_in(session, model, Some(&group.name)),
            )
        })
        .collect();
    offers.sort_by_key(|(_, price)| match price {
        Price::PerToken(prices) | Price::Listed(prices) => prices.input.nanos(),
        Price::PerCall { call } => call.nanos(),
        Price::Tiered { .. } | Price::Unknown => i64::MAX,
    });
    // What others are to call stays when this command is over.
    let (address, _) = world.lasting_address(session)?;
    let urls: Vec<(String, String)> = model
        .endpoints
        .iter()
        .filter_map(|endpoint| {
            Some((
                endpoint.to_string(),
                address.join(&endpoint.path(&model.name)?),
            ))
        })
        .collect();
    if world.json {
        let mut object = match model_json(session, model, None) {
            Value::Object(object) => object,
            _ => Map::new(),
        };
        let groups: Vec<Value> = offers
            .iter()
            .map(|(group, price)| price_json(group, price))
            .collect();
        object.insert("groups".into(), Value::Array(groups));
        object.insert(
            "urls".into(),
            json!(
                urls.into_iter()
                    .collect::<std::collections::BTreeMap<_, _>>()
            ),
        );
        print_json(&Value::Object(object)).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let mut text = format!("{}\n", visible(&model.name));
    let mut line = |name: &str, value: &str| text += &fact("  ", name, 12, value);
    line(
        say!("cli-label-vendor"),
        if model.vendor.is_empty() {
            say!("not-provided")
        } else {
            &model.vendor
        },
    );
    line(
        say!("cli-label-description"),
        if model.about().is_empty() {
            say!("not-provided")
        } else {
            model.about()
        },
    );
    let tags = listed(&model.shown_tags());
    line(
        say!("cli-label-tags"),
        if tags.is_empty() {
            say!("cli-none")
        } else {
            &tags
        },
    );
    let tokens = |tokens: Option<u64>| match tokens {
        Some(tokens) => say!("cli-model-tokens", tokens = tokens),
        None => say!("not-provided").to_owned(),
    };
    let context = match model.listed_context() {
        Some(listed) => say!(
            "cli-model-context-listed",
            tokens = listed,
            date = price_catalogue::date()
        ),
        None => tokens(model.context),
    };
    line(say!("cli-label-context"), &context);
    line(say!("cli-label-max-output"), &tokens(model.max_output));
    for (group, price) in &offers {
        line(&say!("cli-model-group", group = group), &price_text(price));
    }
    if offers.is_empty() {
        line(
            say!("cli-label-price"),
            &price_text(&price_in(session, model, None)),
        );
    }
    for (endpoint, url) in &urls {
        line(endpoint, url);
    }
    print(&text).map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

fn price_text(price: &Price) -> String {
    match price {
        Price::PerToken(prices) => say!(
            "cli-model-price",
            input = prices.input.decimal(2),
            output = prices.output.decimal(2),
            read = prices.cache_read.decimal(2),
            write = prices.cache_write.decimal(2)
        ),
        Price::Listed(prices) => say!(
            "cli-model-price-listed",
            input = prices.input.decimal(2),
            output = prices.output.decimal(2),
            read = prices.cache_read.decimal(2),
            date = price_catalogue::date()
        ),
        Price::PerCall { call } => say!("cli-price-a-call", call = call),
        Price::Tiered { expression } => say!("cli-model-price-tiered", expression = expression),
        Price::Unknown => "?".into(),
    }
}

fn price_json(group: &str, price: &Price) -> Value {
    let mut object = Map::new();
    object.insert("group".into(), json!(group));
    put_price(&mut object, price);
    Value::Object(object)
}

/// Prices per million tokens, or per call; what is unknown is null.
fn put_price(object: &mut Map<String, Value>, price: &Price) {
    if price.is_listed() {
        // Not the relay's word: the bundled catalogue's, and so an estimate.
        object.insert(
            "price_estimated_from".into(),
            json!(format!("catalogue {}", price_catalogue::date())),
        );
    }
    let (tokens, call) = match price {
        Price::PerToken(prices) | Price::Listed(prices) => (Some(prices), None),
        Price::PerCall { call } => (None, Some(*call)),
        Price::Tiered { .. } | Price::Unknown => (None, None),
    };
    put_money(
        object,
        "input_per_million",
        tokens.map(|prices| prices.input),
    );
    put_money(
        object,
        "output_per_million",
        tokens.map(|prices| prices.output),
    );
    put_money(
        object,
        "cache_read_per_million",
        tokens.map(|prices| prices.cache_read),
    );
    put_money(
        object,
        "cache_write_per_million",
        tokens.map(|prices| prices.cache_write),
    );
    put_money(object, "per_call", call);
    if let Price::Tiered { expression } = price {
        object.insert("expression".into(), json!(expression));
    }
}

fn model_json(session: &Session, model: &Model, group: Option<&str>) -> Value {
    let mut object = Map::new();
    object.insert("name".into(), json!(model.name));
    object.insert("vendor".into(), json!(&*model.vendor));
    object.insert("description".into(), json!(model.description));
    object.insert("tags".into(), json!(&*model.tags));
    object.insert("groups".into(), json!(model.groups.as_deref()));
    object.insert("endpoints".into(), json!(&*model.endpoints));
    object.insert("context".into(), json!(model.context));
    object.insert("context_listed".into(), json!(model.listed_context()));
    object.insert("max_output".into(), json!(model.max_output));
    if let Some(group) = group {
        object.insert("group".into(), json!(group));
        put_price(&mut object, &price_in(session, model, Some(group)));
    } else if model.price == BasePrice::Unknown {
        put_price(&mut object, &model.listed());
    }
    Value::Object(object)
}
