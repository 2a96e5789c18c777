//! `relaydeck keys show | edit | enable | disable | replace | copy | write`: keys that are there, by number or by name.

use serde_json::{Value, json};

use super::super::args::KeyEditArgs;
use super::super::output::{fact, print, print_json};
use super::super::world::{Ending, World};
use super::{check_auto, expires, key_json, listed, quota, tell_made, warn_of_auto, wrong};
use crate::domain::env_file::EnvFor;
use crate::domain::group::AUTO;
use crate::domain::{AutoRoute, Fault, FaultKind, KeyDraft, KeyInfo};
use crate::engine::door::{KeyRow, Scope, Snapshot};
use crate::engine::host::EnvOutcome;
use crate::engine::keys;
use crate::engine::session::Session;
use crate::locale::{self, pair, say};
use crate::tui::words::{auto_route, key_status};

/// A relay, and all its keys.
async fn opened(world: &World) -> Result<(Session, Vec<KeyRow>), Fault> {
    let session = world.session().await?;
    match session.fetch(Scope::Keys).await? {
        Snapshot::Keys(rows) => Ok((session, rows)),
        _ => Err(World::needs_account()),
    }
}

/// The key of this number; else the one of this name.
fn find<'a>(rows: &'a [KeyRow], typed: &str) -> Result<&'a KeyRow, Fault> {
    let number = typed.trim().parse::<i64>().ok();
    if let Some(row) = rows.iter().find(|row| Some(row.info.id) == number) {
        return Ok(row);
    }
    let named: Vec<&KeyRow> = rows.iter().filter(|row| row.info.name == typed).collect();
    match named.as_slice() {
        [one] => Ok(one),
        [] => Err(Fault::new(
            FaultKind::NotFound,
            say!("cli-key-none", typed = format!("{typed:?}")),
        )
        .advise(say!("cli-key-none-advice"))),
        several => {
            let numbers: Vec<String> = several.iter().map(|row| row.info.id.to_string()).collect();
            Err(Fault::new(
                FaultKind::Usage,
                say!(
                    "cli-key-several",
                    count = several.len(),
                    typed = format!("{typed:?}")
                ),
            )
            .advise(say!(
                "cli-key-several-advice",
                numbers = locale::listed(&numbers)
            )))
        }
    }
}

/// The numbers of the keys of these numbers or names, each once.
fn numbers(rows: &[KeyRow], typed: &[String]) -> Result<Vec<i64>, Fault> {
    let mut ids = Vec::new();
    for key in typed {
        let id = find(rows, key)?.info.id;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Everything about one key; what the relay does not provide is said to be so (S-20).
pub(super) async fn show(world: &World, typed: &str) -> Result<Ending, Fault> {
    let (session, rows) = opened(world).await?;
    let row = find(&rows, typed)?;
    let scale = session.facts.scale;
    if world.json {
        let document = key_json(&row.info, row.held, scale);
        print_json(&document).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let info = &row.info;
    let absent = || say!("not-provided").to_owned();
    let moment = |at: Option<_>| at.map_or_else(absent, |at| world.date(at));
    let list = |list: &Option<Vec<String>>, all: &str| match list {
        None => all.to_owned(),
        Some(names) => locale::listed(names),
    };
    let group = match info.group.as_str() {
        "" => say!("cli-key-own-group"),
        group => group,
    };
    let left = info.left.money(scale);
    let lines = [
        (say!("cli-label-name"), info.name.clone()),
        (say!("cli-label-id"), info.id.to_string()),
        (say!("cli-label-key"), info.masked.clone()),
        (
            say!("cli-label-secret"),
            if row.held {
                say!("cli-key-held")
            } else {
                say!("cli-key-not-held-here")
            }
            .into(),
        ),
        (say!("cli-label-status"), key_status(info.status).into()),
        (say!("cli-label-group"), group.into()),
        (
            say!("cli-label-left"),
            left.map_or(say!("key-unlimited").into(), |left| left.to_string()),
        ),
        (say!("cli-label-used"), scale.money(info.used).to_string()),
        (
            say!("cli-label-expires"),
            info.expires
                .map_or(say!("figure-never").into(), |at| world.date(at)),
        ),
        (say!("cli-label-created"), moment(info.created)),
        (say!("cli-label-last-used"), moment(info.last_used)),
        (
            say!("cli-label-models"),
            list(&info.models, say!("cli-key-all-models")),
        ),
        (
            say!("cli-label-addresses"),
            list(&info.ips, say!("cli-key-any-address")),
        ),
    ];
    let auto = (info.group == AUTO).then(|| (say!("cli-label-auto"), auto_route(&info.auto)));
    let text: String = lines
        .iter()
        .chain(&auto)
        .map(|(label, value)| fact("", label, 10, value))
        .collect();
    print(&text).map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

/// New settings; what no flag names stays as it is.
pub(super) async fn edit(world: &World, args: KeyEditArgs) -> Result<Ending, Fault> {
    let KeyEditArgs {
        key,
        name,
        group,
        quota: may_spend,
        expires: ends,
        models,
        ips,
        requests_per_minute,
        tokens_per_minute,
        concurrency,
        auto_groups,
        cross_group_retry,
        no_cross_group_retry,
    } = args;
    let walks = auto_groups.is_some() || cross_group_retry || no_cross_group_retry;
    let ceilings = [requests_per_minute, tokens_per_minute, concurrency];
    let nothing = name.is_none() && group.is_none() && may_spend.is_none() && ends.is_none();
    if nothing
        && !walks
        && models.is_none()
        && ips.is_none()
        && ceilings.iter().all(Option::is_none)
    {
        return Err(Fault::new(FaultKind::Usage, say!("cli-key-no-change"))
            .advise(say!("cli-advice-help", command = "keys edit")));
    }
    let (session, rows) = opened(world).await?;
    let row = find(&rows, &key)?;
    let mut draft = KeyDraft::of(&row.info);
    let keep_quota = may_spend.is_none();
    if let Some(name) = name {
        KeyDraft::check_name(&name).map_err(wrong)?;
        if let Some(warning) = KeyDraft::weak_name(&name) {
            world.warn(warning);
        }
        name.trim().clone_into(&mut draft.name);
    }
    if let Some(text) = may_spend {
        draft.quota = quota(&text, session.facts.scale)?;
    }
    if let Some(text) = ends {
        draft.expires = expires(&text, world)?;
    }
    draft.group = group.unwrap_or(draft.group);
    if draft.group != AUTO {
        // What it had goes with the group it was for.
        draft.auto = AutoRoute::default();
    }
    draft.auto.groups = auto_groups.map_or(draft.auto.groups, listed);
    draft.auto.cross_group_retry =
        (draft.auto.cross_group_retry || cross_group_retry) && !no_cross_group_retry;
    check_auto(&draft)?;
    draft.models = models.map_or(draft.models, listed);
    draft.ips = ips.map_or(draft.ips, listed);
    let pace = &mut draft.pace;
    let places = [
        &mut pace.requests_per_minute,
        &mut pace.tokens_per_minute,
        &mut pace.concurrency,
    ];
    for (place, most) in places.into_iter().zip(ceilings) {
        if let Some(most) = most {
            *place = (most > 0).then_some(most);
        }
    }
    let host = world.host.as_ref();
    let info = keys::edit(&session, host, row.info.id, &draft, keep_quota).await?;
    warn_of_auto(world, &draft, &info);
    if world.json {
        let document = key_json(&info, row.held, session.facts.scale);
        print_json(&document).map_err(World::stdout_gone)?;
    } else {
        world.warn(&say!("cli-key-changed", id = info.id, name = info.name));
    }
    Ok(Ending::Done)
}

/// Keys on or off.
pub(super) async fn switch(world: &World, typed: &[String], on: bool) -> Result<Ending, Fault> {
    let (session, rows) = opened(world).await?;
    let ids = numbers(&rows, typed)?;
    let (done, trouble) = keys::switch(&session, &ids, on).await;
    let tell = || {
        let ids = named(&rows, &done);
        world.warn(&match on {
            true => say!("cli-keys-enabled", ids = ids),
            false => say!("cli-keys-disabled", ids = ids),
        });
    };
    if let Some(fault) = trouble {
        tell();
        return Err(fault);
    }
    if world.json {
        let word = if on { "enabled" } else { "disabled" };
        print_json(&json!({word: done})).map_err(World::stdout_gone)?;
    } else {
        tell();
    }
    Ok(Ending::Done)
}

/// Keys by number and name, for people.
fn named(rows: &[KeyRow], ids: &[i64]) -> String {
    let rows = rows.iter().filter(|row| ids.contains(&row.info.id));
    let keys = rows.map(|row| format!("{} ({})", row.info.id, row.info.name));
    locale::listed(&keys.collect::<Vec<_>>())
}

/// Deletes keys. What cannot be told apart by its name is not deleted.
pub(super) async fn delete(world: &World, typed: &[String]) -> Result<Ending, Fault> {
    let (session, rows) = opened(world).await?;
    let ids = numbers(&rows, typed)?;
    let (gone, trouble) = keys::delete(&session, world.host.as_ref(), &ids).await;
    let tell = || world.warn(&say!("cli-keys-deleted", ids = named(&rows, &gone)));
    if let Some(fault) = trouble {
        tell();
        return Err(fault);
    }
    if world.json {
        print_json(&json!({"deleted": gone})).map_err(World::stdout_gone)?;
    } else {
        tell();
    }
    Ok(Ending::Done)
}

/// A key in the place of a lost one (S-19).
pub(super) async fn replace(world: &World, typed: &str) -> Result<Ending, Fault> {
    let (session, rows) = opened(world).await?;
    let KeyInfo { id, name, .. } = &find(&rows, typed)?.info;
    let now = world.clock.now().seconds();
    let (made, trouble) = keys::replace(&session, world.host.as_ref(), *id, now).await?;
    let ending = tell_made(world, &session, &made, Some(*id))?;
    match trouble {
        // The secret is out already, and a second document would spoil the first.
        Some(fault) => {
            world.warn(&format!("{}; {}", fault.message, fault.advice));
            Ok(Ending::Told(fault.kind))
        }
        None => {
            world.warn(&say!("cli-key-disabled", id = id, name = name));
            Ok(ending)
        }
    }
}

/// The secret of a key, alone on stdout.
pub(super) async fn copy(world: &World, typed: &str, hold: bool) -> Result<Ending, Fault> {
    let (session, rows) = opened(world).await?;
    let info = &find(&rows, typed)?.info;
    let (secret, stored_in) = keys::secret(&session, world.host.as_ref(), info.id, hold).await?;
    if world.json {
        let document = json!({
            "id": info.id,
            "name": info.name,
            "secret": secret.expose(),
            "stored_in": stored_in,
        });
        print_json(&document).map_err(World::stdout_gone)?;
    } else {
        print(&format!("{}\n", secret.expose())).map_err(World::stdout_gone)?;
    }
    Ok(Ending::Done)
}

/// A key in a `.env` (S-18).
pub(super) async fn write(
    world: &World,
    typed: &str,
    file: &str,
    kind: &str,
    yes: bool,
) -> Result<Ending, Fault> {
    let kind = EnvFor::from_word(kind).map_err(|why| wrong(pair("--for", why)))?;
    let (mut session, rows) = opened(world).await?;
    let id = find(&rows, typed)?.info.id;
    // The file outlives this command, and so does the address that is written into it.
    let (address, later) = world.lasting_address(&session)?;
    session.profile.address = address;
    let outcome = keys::write_env(&session, world.host.as_ref(), id, file, &kind, yes).await?;
    match outcome {
        EnvOutcome::InGit { file, tree } => Err(Fault::new(
            FaultKind::Local,
            say!("cli-key-in-git", file = file, tree = tree),
        )
        .advise(say!("cli-key-in-git-advice"))),
        EnvOutcome::Written { file, was_open } => {
            let variables = kind.variables();
            if world.json {
                let document: Value =
                    json!({"file": file, "variables": variables, "was_open": was_open});
                print_json(&document).map_err(World::stdout_gone)?;
            } else {
                let told = say!(
                    "cli-key-written",
                    variables = variables.join(say!("cli-and")),
                    file = file
                );
                let open = if was_open {
                    say!("cli-key-was-open")
                } else {
                    ""
                };
                world.warn(&format!("{told}{open}"));
                if later && variables.len() > 1 {
                    world.warn(say!("cli-tools-later"));
                }
            }
            Ok(Ending::Done)
        }
    }
}
