//! `relaydeck groups`: the groups this account may use.

use serde_json::{Value, json};

use super::args::GroupsCommand;
use super::args::owner::GroupSetArgs;
use super::output::{Align, Table, print_json};
use super::world::{Ending, World};
use crate::client::owner::options::GroupChange;
use crate::domain::{Fault, FaultKind, Ratio};

/// Runs the sub-command.
///
/// # Errors
/// When the relay has no groups for this credential, or cannot be asked.
pub async fn run(world: &World, command: GroupsCommand) -> Result<Ending, Fault> {
    match command {
        GroupsCommand::List => list(world).await,
        GroupsCommand::Set(args) => set(world, args).await,
        GroupsCommand::Remove { name } => {
            let client = world.session().await?.client;
            client.remove_group(&name).await?;
            if world.json {
                print_json(&json!({"removed": name})).map_err(World::stdout_gone)?;
            } else {
                world.warn(&format!(
                    "the group {name} was removed; keys that name it stop working"
                ));
            }
            Ok(Ending::Done)
        }
    }
}

async fn set(world: &World, args: GroupSetArgs) -> Result<Ending, Fault> {
    let ratio = args.ratio.as_deref().map(ratio).transpose()?;
    let change = GroupChange {
        ratio,
        description: args.description,
        public: match (args.public, args.private) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
    };
    let client = world.session().await?.client;
    client.set_group(args.name.trim(), &change).await?;
    let groups = client.owner_groups().await?;
    let group = groups.iter().find(|group| group.name == args.name.trim());
    let Some(group) = group else {
        return Err(Fault::new(
            FaultKind::Server,
            "the relay says that it set the group, but does not list it",
        ));
    };
    if world.json {
        let row = json!({
            "name": group.name, "ratio": group.ratio.to_f64(), "public": group.public.is_some(),
            "description": group.public,
        });
        print_json(&row).map_err(World::stdout_gone)?;
    } else {
        let whom = match group.public {
            Some(_) => "for every account",
            None => "only for accounts whose own group it is",
        };
        world.warn(&format!("{} costs {}, {whom}", group.name, group.ratio));
    }
    Ok(Ending::Done)
}

fn ratio(text: &str) -> Result<Ratio, Fault> {
    let number = text.trim().trim_start_matches(['×', 'x']).parse().ok();
    number.and_then(Ratio::from_f64).ok_or_else(|| {
        Fault::new(FaultKind::Usage, format!("--ratio: {text:?} is no ratio"))
            .advise("write a number from 0 to 1000000, like 0.8")
    })
}

async fn list(world: &World) -> Result<Ending, Fault> {
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
