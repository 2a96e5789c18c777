//! What an owner says of groups beside their own ratios: which `auto` stands for, and what accounts of one pay in another.

use serde_json::{Value, json};

use super::super::args::owner::{GroupAutoArgs, GroupSpecialArgs, NewKeys};
use super::super::output::{Align, Table, fact, print, print_json};
use super::super::world::{Ending, World};
use super::ratio;
use crate::client::owner::walks::{AutoChange, AutoOptions, SpecialRatio};
use crate::domain::{Fault, FaultKind};
use crate::locale::say;

/// `groups auto`: what it is, or what it is to be.
///
/// # Errors
/// When the relay refuses, or a group is none.
pub(super) async fn auto(world: &World, args: GroupAutoArgs) -> Result<Ending, Fault> {
    let client = world.session().await?.client;
    let named = !args.groups.is_empty() || args.none;
    let change = AutoChange {
        groups: named.then_some(args.groups),
        most: args.most,
        new_keys: args.new_keys.map(|word| word == NewKeys::Auto),
    };
    if let Some(groups) = &change.groups
        && let Some(twice) = groups
            .iter()
            .enumerate()
            .find(|(at, name)| groups[..*at].contains(name))
    {
        return Err(Fault::new(
            FaultKind::Usage,
            say!("cli-group-auto-twice", name = twice.1),
        )
        .advise(say!("cli-advice-help", command = "groups auto")));
    }
    client.set_auto(&change).await?;
    tell_auto(world, &client.auto_options().await?)?;
    Ok(Ending::Done)
}

fn tell_auto(world: &World, auto: &AutoOptions) -> Result<(), Fault> {
    if world.json {
        let document = json!({
            "groups": auto.groups, "most_of_a_key": auto.most, "new_keys_in_auto": auto.new_keys,
        });
        return print_json(&document).map_err(World::stdout_gone);
    }
    let groups = match auto.groups.as_slice() {
        [] => say!("cli-group-auto-none").to_owned(),
        names => names.join(say!("key-auto-then")),
    };
    let most = auto
        .most
        .map(|most| say!("cli-group-auto-most", most = most));
    let begin = match auto.new_keys {
        true => say!("cli-group-auto-begin"),
        false => say!("cli-group-auto-begin-own"),
    };
    let lines = [
        (say!("cli-label-auto"), groups),
        (
            say!("cli-label-auto-most"),
            most.unwrap_or_else(|| say!("not-provided").into()),
        ),
        (say!("cli-label-auto-begin"), begin.into()),
    ];
    let text: String = lines
        .iter()
        .map(|(label, value)| fact("", label, 12, value))
        .collect();
    print(&text).map_err(World::stdout_gone)
}

/// `groups special`: the list, one more, or one less.
///
/// # Errors
/// When the relay refuses, or a group is none.
pub(super) async fn special(world: &World, args: GroupSpecialArgs) -> Result<Ending, Fault> {
    let client = world.session().await?.client;
    if let (Some(own), Some(group)) = (&args.accounts_of, &args.group) {
        let ratio = args.ratio.as_deref().map(ratio).transpose()?;
        client.set_special_ratio(own, group, ratio).await?;
        if !world.json {
            world.warn(&match ratio {
                Some(ratio) => say!(
                    "cli-group-special-set",
                    own = own,
                    group = group,
                    ratio = ratio
                ),
                None => say!("cli-group-special-removed", own = own, group = group),
            });
            return Ok(Ending::Done);
        }
    }
    list(world, &client.special_ratios().await?)
}

fn list(world: &World, ratios: &[SpecialRatio]) -> Result<Ending, Fault> {
    if world.json {
        let rows = ratios.iter().map(|row| {
            json!({"accounts_of": row.accounts_of, "group": row.group, "ratio": row.ratio.to_f64()})
        });
        print_json(&Value::Array(rows.collect())).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let mut table = Table::new(&[
        (say!("cli-column-accounts-of"), Align::Left),
        (say!("cli-column-group"), Align::Left),
        (say!("cli-column-ratio"), Align::Right),
    ]);
    for row in ratios {
        table.row([
            row.accounts_of.clone(),
            row.group.clone(),
            row.ratio.to_string(),
        ]);
    }
    table
        .print(say!("cli-group-special-none"))
        .map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}
