//! `relaydeck groups`: the groups this account may use, and the owner's changes to them.

mod look;
mod owner;

use serde_json::json;

use super::args::owner::GroupSetArgs;
use super::args::{GroupsCommand, Verdict};
use super::output::print_json;
use super::world::{Ending, World};
use crate::client::owner::options::GroupChange;
use crate::domain::stability::Mark;
use crate::domain::{Fault, FaultKind, Ratio};
use crate::locale::say;
use look::{Look, look};

/// Runs the sub-command.
///
/// # Errors
/// When the relay has no groups for this credential, or cannot be asked.
pub async fn run(world: &World, command: GroupsCommand) -> Result<Ending, Fault> {
    match command {
        GroupsCommand::List { model } => look(world, Look::AtAll { model }).await,
        GroupsCommand::Show { name } => look(world, Look::AtOne(name)).await,
        GroupsCommand::Mark {
            group,
            model,
            verdict,
            request_id,
        } => {
            let good = verdict == Verdict::Good;
            let mark = Mark {
                group,
                model,
                good,
                request_id,
            };
            marked(world, mark).await
        }
        GroupsCommand::Set(args) => set(world, args).await,
        GroupsCommand::Auto(args) => owner::auto(world, args).await,
        GroupsCommand::Special(args) => owner::special(world, args).await,
        GroupsCommand::Remove { name } => {
            let client = world.session().await?.client;
            client.remove_group(&name).await?;
            if world.json {
                print_json(&json!({"removed": name})).map_err(World::stdout_gone)?;
            } else {
                world.warn(&say!("cli-group-removed", name = name));
            }
            Ok(Ending::Done)
        }
    }
}

/// Writes a mark down (S-33). Asks the relay nothing.
async fn marked(world: &World, mark: Mark) -> Result<Ending, Fault> {
    let ledger = world.ledger().await?;
    let profile = world.profile_name();
    ledger
        .mark(profile, mark.clone(), world.clock.now())
        .await?;
    let sums = ledger.marks(profile).await?;
    let same =
        |(group, model, _): &&(String, String, _)| *group == mark.group && *model == mark.model;
    let marks = sums.iter().find(same).map(|(_, _, marks)| *marks);
    let marks = marks.unwrap_or_default();
    if world.json {
        let row = json!({
            "group": mark.group, "model": mark.model, "good": marks.good, "bad": marks.bad,
        });
        print_json(&row).map_err(World::stdout_gone)?;
    } else {
        world.warn(&say!(
            "cli-group-marked",
            model = mark.model,
            group = mark.group,
            good = marks.good,
            bad = marks.bad
        ));
    }
    Ok(Ending::Done)
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
        return Err(Fault::new(FaultKind::Server, say!("cli-group-unlisted")));
    };
    if world.json {
        let row = json!({
            "name": group.name, "ratio": group.ratio.to_f64(), "public": group.public.is_some(),
            "description": group.public,
        });
        print_json(&row).map_err(World::stdout_gone)?;
    } else {
        let whom = match group.public {
            Some(_) => say!("cli-group-public"),
            None => say!("cli-group-private"),
        };
        world.warn(&say!(
            "cli-group-costs",
            name = group.name,
            ratio = group.ratio,
            whom = whom
        ));
    }
    Ok(Ending::Done)
}

fn ratio(text: &str) -> Result<Ratio, Fault> {
    let number = text.trim().trim_start_matches(['×', 'x']).parse().ok();
    number.and_then(Ratio::from_f64).ok_or_else(|| {
        let text = format!("{text:?}");
        Fault::new(FaultKind::Usage, say!("cli-group-no-ratio", text = text))
            .advise(say!("cli-group-no-ratio-advice"))
    })
}
