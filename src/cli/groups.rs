//! `relaydeck groups`: the groups this account may use.

use serde_json::{Value, json};

use super::args::GroupsCommand;
use super::output::{Align, Table, print_json};
use super::world::{Ending, World};
use crate::domain::Fault;

/// Runs the sub-command.
///
/// # Errors
/// When the relay has no groups for this credential, or cannot be asked.
pub async fn run(world: &World, command: GroupsCommand) -> Result<Ending, Fault> {
    let GroupsCommand::List = command;
    let mut session = world.session().await?;
    let trouble = session.fetch_all().await;
    let Some(groups) = session.lists.groups.clone() else {
        return Err(trouble.unwrap_or_else(World::needs_account));
    };
    let models = |group: &str| {
        let models = session.lists.models.as_ref()?;
        Some(models.iter().filter(|model| model.in_group(group)).count())
    };
    if world.json {
        let rows: Vec<Value> = groups
            .iter()
            .map(|group| {
                json!({
                    "name": group.name,
                    "description": group.description,
                    "ratio": group.ratio.map(|ratio| ratio.to_f64()),
                    "models": models(&group.name),
                })
            })
            .collect();
        print_json(&Value::Array(rows)).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let columns = [
        ("GROUP", Align::Left),
        ("RATIO", Align::Right),
        ("MODELS", Align::Right),
        ("DESCRIPTION", Align::Left),
    ];
    let mut table = Table::new(&columns);
    for group in groups.iter() {
        table.row([
            group.name.clone(),
            group.ratio.map_or("?".into(), |ratio| ratio.to_string()),
            models(&group.name).map_or("?".into(), |count| count.to_string()),
            group.description.clone(),
        ]);
    }
    table
        .print("This account may use no group.")
        .map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}
