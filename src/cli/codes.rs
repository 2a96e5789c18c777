//! `relaydeck codes`: the redemption codes of a relay one owns.

use serde_json::{Map, Value, json};

use super::accounts::dollars;
use super::args::owner::CodesCommand;
use super::output::{Align, Table, print, print_json, put_money};
use super::words;
use super::world::{Ending, World};
use crate::client::owner::codes::{Code, CodesDraft};
use crate::domain::expiry::parse_expiry;
use crate::domain::{Fault, FaultKind};
use crate::locale::{pair, say};

/// Runs the sub-command.
///
/// # Errors
/// When the account in use is not the relay's owner, or the relay refuses.
pub async fn run(world: &World, command: CodesCommand) -> Result<Ending, Fault> {
    match command {
        CodesCommand::Create {
            amount,
            count,
            name,
            expires,
        } => {
            let now = world.clock.now().seconds();
            let expires = parse_expiry(&expires, now, world.clock.zone()).map_err(|error| {
                Fault::new(FaultKind::Usage, pair("--expires", error))
                    .advise(say!("cli-advice-help", command = "codes create"))
            })?;
            let draft = CodesDraft {
                name,
                worth: dollars(&amount, "--amount")?,
                count,
                expires,
            };
            create(world, &draft).await
        }
        CodesCommand::List => {
            let codes = world.session().await?.client.codes().await?;
            list(world, &codes)
        }
        CodesCommand::Remove { ids, invalid } => remove(world, &ids, invalid).await,
    }
}

async fn create(world: &World, draft: &CodesDraft) -> Result<Ending, Fault> {
    let client = world.session().await?.client;
    let codes = client
        .create_codes(draft)
        .await
        .map_err(World::wrong_usage)?;
    if world.json {
        let mut object = Map::new();
        object.insert("name".into(), json!(draft.name));
        put_money(&mut object, "worth", Some(draft.worth));
        object.insert("expires".into(), json!(draft.expires.map(|at| at.0)));
        let clear: Vec<&str> = codes.iter().map(|code| code.expose()).collect();
        object.insert("codes".into(), json!(clear));
        print_json(&Value::Object(object)).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let lines: String = codes
        .iter()
        .map(|code| format!("{}\n", code.expose()))
        .collect();
    print(&lines).map_err(World::stdout_gone)?;
    world.warn(&say!(
        "cli-codes-made",
        count = #codes.len(),
        worth = draft.worth
    ));
    Ok(Ending::Done)
}

async fn remove(world: &World, ids: &[i64], invalid: bool) -> Result<Ending, Fault> {
    let client = world.session().await?.client;
    let removed = if invalid {
        client.remove_invalid_codes().await?
    } else {
        for id in ids {
            client.remove_code(*id).await?;
        }
        i64::try_from(ids.len()).unwrap_or(i64::MAX)
    };
    if world.json {
        print_json(&json!({"removed": removed})).map_err(World::stdout_gone)?;
    } else {
        world.warn(&say!("cli-codes-removed", removed = removed));
    }
    Ok(Ending::Done)
}

fn list(world: &World, codes: &[Code]) -> Result<Ending, Fault> {
    if world.json {
        print_json(&codes.iter().map(code_json).collect()).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let columns = [
        (say!("cli-column-id"), Align::Right),
        (say!("cli-column-name"), Align::Left),
        (say!("cli-column-code"), Align::Left),
        (say!("cli-column-worth"), Align::Right),
        (say!("cli-column-state"), Align::Left),
        (say!("cli-column-expires"), Align::Left),
        (say!("cli-column-used-by"), Align::Right),
        (say!("cli-column-redeemed"), Align::Left),
    ];
    let mut table = Table::new(&columns);
    for code in codes {
        table.row([
            code.id.to_string(),
            code.name.clone(),
            code.masked.clone(),
            code.worth.to_string(),
            words::code_state(code.state).into(),
            code.expires
                .map_or(say!("figure-never").into(), |at| world.date(at)),
            code.used_by.map_or(String::new(), |id| id.to_string()),
            code.redeemed.map_or(String::new(), |at| world.date(at)),
        ]);
    }
    table
        .print(say!("cli-codes-none"))
        .map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

fn code_json(code: &Code) -> Value {
    let mut object = Map::new();
    object.insert("id".into(), json!(code.id));
    object.insert("name".into(), json!(code.name));
    object.insert("code".into(), json!(code.masked));
    put_money(&mut object, "worth", Some(code.worth));
    object.insert("state".into(), json!(code.state.word()));
    object.insert("created".into(), json!(code.created.0));
    object.insert("expires".into(), json!(code.expires.map(|at| at.0)));
    object.insert("used_by".into(), json!(code.used_by));
    object.insert("redeemed".into(), json!(code.redeemed.map(|at| at.0)));
    Value::Object(object)
}
