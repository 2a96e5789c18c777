//! `relaydeck profiles`: the relays you use.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::args::{ProfileAddArgs, ProfilesCommand};
use super::output::{Align, Table, places, print_json, put_money};
use super::secret::{given, of_environment};
use super::world::{Ending, World};
use crate::domain::profile::LOCAL;
use crate::domain::{Access, ApiKey, Fault, FaultKind, Money, Price};
use crate::engine::compare::compare;
use crate::engine::door::Credential;
use crate::engine::host::Host;
use crate::engine::relays::{self, Added};
use crate::locale::{listed, say};

/// Runs the sub-command.
///
/// # Errors
/// When a relay refuses its credential, or the configuration cannot be read or written.
pub async fn run(world: &World, command: ProfilesCommand) -> Result<Ending, Fault> {
    match command {
        ProfilesCommand::List {
            balances: false, ..
        } => list(world),
        ProfilesCommand::List { model, .. } => side_by_side(world, model).await,
        ProfilesCommand::Add(args) => add(world, args).await,
        ProfilesCommand::Use { name } => {
            known(world, &name)?;
            world.host.remember_profile(&name)?;
            world.warn(&say!("cli-profile-used", name = name));
            Ok(Ending::Done)
        }
        ProfilesCommand::Remove { name } => {
            if name == LOCAL {
                return Err(
                    Fault::new(FaultKind::Usage, say!("cli-profile-local-stays"))
                        .advise(say!("cli-profile-local-stays-advice")),
                );
            }
            known(world, &name)?;
            world.host.remove_profile(&name)?;
            world.warn(&say!("cli-profile-removed", name = name));
            Ok(Ending::Done)
        }
    }
}

fn known(world: &World, name: &str) -> Result<(), Fault> {
    let (profiles, _) = world.host.profiles()?;
    if name == LOCAL || profiles.iter().any(|profile| profile.name == name) {
        return Ok(());
    }
    let names: Vec<&str> = profiles
        .iter()
        .map(|profile| profile.name.as_str())
        .collect();
    let advice = match names.as_slice() {
        [] => say!("cli-profile-add-one").to_owned(),
        names => say!("cli-there-are", names = listed(names)),
    };
    Err(Fault::new(
        FaultKind::NotFound,
        say!("cli-profile-none", name = format!("{name:?}")),
    )
    .advise(advice))
}

fn list(world: &World) -> Result<Ending, Fault> {
    let (profiles, current) = world.host.profiles()?;

    if world.json {
        let rows: Vec<Value> = profiles
            .iter()
            .map(|profile| {
                json!({
                    "name": profile.name,
                    "url": profile.address.base(),
                    "access": match profile.access {
                        Access::Account { .. } => "account",
                        Access::KeyOnly => "key only",
                    },
                    "current": current.as_ref() == Some(&profile.name),
                })
            })
            .collect();
        print_json(&Value::Array(rows)).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let columns = [
        ("", Align::Left),
        (say!("cli-column-profile"), Align::Left),
        (say!("cli-column-address"), Align::Left),
        (say!("cli-column-access"), Align::Left),
    ];
    let mut table = Table::new(&columns);
    for profile in &profiles {
        table.row([
            if current.as_ref() == Some(&profile.name) {
                "*".into()
            } else {
                String::new()
            },
            profile.name.clone(),
            profile.address.to_string(),
            match profile.access {
                Access::Account { .. } => say!("access-account"),
                Access::KeyOnly => say!("access-key-only"),
            }
            .into(),
        ]);
    }
    table
        .print(say!("cli-profiles-none"))
        .map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

/// All relays side by side: the balance of each, and what one model costs there.
async fn side_by_side(world: &World, model: Option<String>) -> Result<Ending, Fault> {
    let (_, current) = world.host.profiles()?;
    let host = Arc::clone(&world.host) as Arc<dyn Host>;
    let looks = compare(host, model.as_deref()).await?;
    if world.json {
        let rows = looks.iter().map(|look| {
            let mut row = Map::new();
            row.insert("name".into(), json!(look.profile));
            row.insert(
                "current".into(),
                json!(current.as_ref() == Some(&look.profile)),
            );
            put_money(&mut row, "balance", look.balance);
            if let Some(model) = &model {
                row.insert("model".into(), json!(model));
                row.insert(
                    "there".into(),
                    json!(look.fault.is_none().then_some(look.best.is_some())),
                );
                row.insert(
                    "group".into(),
                    json!(look.best.as_ref().map(|(group, _)| group)),
                );
                row.insert(
                    "price".into(),
                    json!(look.best.as_ref().map(|(_, price)| price)),
                );
            }
            row.insert(
                "error".into(),
                json!(look.fault.as_ref().map(|fault| &fault.message)),
            );
            Value::Object(row)
        });
        print_json(&rows.collect()).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let mut table = Table::new(&[
        ("", Align::Left),
        (say!("cli-column-profile"), Align::Left),
        (say!("cli-column-balance"), Align::Right),
        (say!("cli-column-in-price"), Align::Right),
        (say!("cli-column-out-price"), Align::Right),
        (say!("cli-column-group"), Align::Left),
        ("", Align::Left),
    ]);
    let decimals = places(looks.iter().filter_map(|look| look.balance));
    for look in &looks {
        let (input, output, group) = match &look.best {
            Some((group, Price::PerToken(prices))) => {
                let price = |money: Money| money.decimal(2);
                (price(prices.input), price(prices.output), group.clone())
            }
            Some((group, Price::PerCall { call })) => {
                let call = say!("cli-price-a-call", call = call);
                (call, String::new(), group.clone())
            }
            Some((group, _)) => ("?".into(), "?".into(), group.clone()),
            None => Default::default(),
        };
        let remark = match (&look.fault, &look.best, &model) {
            (Some(fault), ..) => fault.message.clone(),
            (None, None, Some(model)) => say!("cli-profile-no-model", model = model),
            _ => String::new(),
        };
        let here = current.as_ref() == Some(&look.profile);
        table.row([
            if here { "*".into() } else { String::new() },
            look.profile.clone(),
            look.balance
                .map_or("?".into(), |balance| balance.with_sign(decimals)),
            input,
            output,
            group,
            remark,
        ]);
    }
    table
        .print(say!("cli-profiles-none"))
        .map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

async fn add(world: &World, args: ProfileAddArgs) -> Result<Ending, Fault> {
    let credential = credential(args.key, args.access_token, args.user_id)?;
    let added = relays::add(world.host.as_ref(), &args.name, &args.url, credential)
        .await
        .map_err(World::wrong_usage)?;
    let Added::Here(profile, notes) = added else {
        return Err(World::needs_account());
    };
    for note in &notes {
        world.warn(note);
    }
    world.host.remember_profile(&profile.name)?;
    if world.json {
        print_json(&json!({"name": profile.name, "url": profile.address.base(), "notes": notes}))
            .map_err(World::stdout_gone)?;
    } else {
        world.warn(&say!(
            "cli-profile-added",
            name = profile.name,
            address = profile.address
        ));
    }
    Ok(Ending::Done)
}

/// What the flags give, and the environment when they give nothing: a variable set for other programs must not get into
/// the way of a flag.
fn credential(
    key: Option<String>,
    token: Option<String>,
    user_id: Option<i64>,
) -> Result<Credential, Fault> {
    let token_for = |token: String| Credential::AccessToken {
        token: ApiKey::new(token),
        user_id,
    };
    if let Some(key) = key {
        return Ok(Credential::Key(ApiKey::new(given(key)?)));
    }
    if let Some(token) = token {
        return Ok(token_for(given(token)?));
    }
    if let Some(token) = of_environment("RELAYDECK_ACCESS_TOKEN") {
        return Ok(token_for(token));
    }
    // An account's number says that the account is meant; a key would not do.
    if let Some(key) = of_environment("RELAYDECK_KEY").filter(|_| user_id.is_none()) {
        return Ok(Credential::Key(ApiKey::new(key)));
    }
    Err(
        Fault::new(FaultKind::Usage, say!("cli-profile-no-credential"))
            .advise(say!("cli-profile-no-credential-advice")),
    )
}
