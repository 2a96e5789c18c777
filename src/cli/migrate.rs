//! `relaydeck migrate`: a project's own addresses of vendors, moved to this relay (S-74, S-75). Shows; writes when told.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::output::{print, print_json};
use super::world::{Ending, World};
use crate::domain::{Endpoint, Fault};
use crate::engine::session::Session;
use crate::locale::say;
use crate::tools::migrate::{Migration, Place, look};
use crate::tools::{Places, apply, plan_undo, undo};

/// What is kept to undo a migration lies under this name.
const KEPT: &str = "migrate";

/// What is moved. Texts here are what `--help` says.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    pub dir: PathBuf,
    #[arg(long)]
    pub write: bool,
    #[arg(long, conflicts_with = "write")]
    pub undo: bool,
}

/// Runs the sub-command.
///
/// # Errors
/// When the folder cannot be read, or a file cannot be written; then none was.
pub async fn run(world: &World, args: MigrateArgs) -> Result<Ending, Fault> {
    let mut places = Places::of_process(world.data().to_owned());
    places.named = None;
    if args.undo {
        return take_back(world, &places);
    }
    let mut session = world.session().await?;
    if let Some(fault) = session.fetch_all().await {
        world.warn(&say!("cli-not-all-fetched", fault = fault));
    }
    let (address, _) = world.lasting_address(&session)?;
    let found = look(&args.dir, &address)?;
    let kept = match args.write && !found.changes.is_empty() {
        true => Some(apply(
            KEPT,
            &found.changes,
            &places,
            world.clock.now().seconds(),
        )?),
        false => None,
    };
    if world.json {
        print_json(&document(&found, &places, &session, kept.is_some()))
            .map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let diffs: String = found
        .changes
        .iter()
        .map(|change| change.diff(&places))
        .collect();
    print(&diffs).map_err(World::stdout_gone)?;
    world.warn(&say!(
        "cli-migrate-found",
        addresses = #found.addresses,
        files = #found.changes.len(),
        all = found.looked_at
    ));
    for (place, why) in &found.left {
        world.warn(&say!("cli-migrate-left", place = shown(place), why = why));
    }
    for file in &found.defaults {
        world.warn(&say!(
            "cli-migrate-default",
            file = file.display(),
            v1 = address.v1(),
            base = address.base()
        ));
    }
    for (feature, place) in lacking(&found, &session) {
        world.warn(&say!(
            "cli-migrate-lacks",
            feature = feature,
            place = shown(place)
        ));
    }
    match kept {
        Some(_) => world.warn(say!("cli-migrate-written")),
        None if !found.changes.is_empty() => world.warn(say!("cli-migrate-not-written")),
        None => {}
    }
    Ok(Ending::Done)
}

fn shown(place: &Place) -> String {
    format!("{}:{}", place.file.display(), place.line)
}

/// The features that this relay is not known to offer. What calls models is told by its marketplace; files, batches and
/// the like no relay of this family lists.
fn lacking<'a>(found: &'a Migration, session: &Session) -> Vec<(&'static str, &'a Place)> {
    let models = session.lists.models.as_deref().unwrap_or_default();
    let offered = |endpoint: Endpoint| {
        models
            .iter()
            .any(|model| model.endpoints.contains(&endpoint))
    };
    let has = |feature: &str| match feature {
        "Responses" => offered(Endpoint::Responses),
        "Embeddings" => offered(Endpoint::Embeddings),
        _ => false,
    };
    let features = found.features.iter().filter(|(feature, _)| !has(feature));
    features.map(|(feature, place)| (*feature, place)).collect()
}

fn document(found: &Migration, places: &Places, session: &Session, written: bool) -> Value {
    let changes = found
        .changes
        .iter()
        .map(|change| json!({"path": change.path, "diff": change.diff(places)}));
    let at = |place: &Place| json!({"file": place.file, "line": place.line});
    let features = lacking(found, session).into_iter();
    json!({
        "addresses": found.addresses,
        "looked_at": found.looked_at,
        "written": written,
        "changes": changes.collect::<Vec<Value>>(),
        "left": found.left.iter().map(|(place, why)| json!({"at": at(place), "why": why})).collect::<Vec<Value>>(),
        "default_address": found.defaults,
        "may_not_carry_over": features
            .map(|(feature, place)| json!({"feature": feature, "at": at(place)}))
            .collect::<Vec<Value>>(),
    })
}

fn take_back(world: &World, places: &Places) -> Result<Ending, Fault> {
    let back = plan_undo(KEPT, places)?;
    undo(&back)?;
    if world.json {
        let files: Vec<Value> = back
            .files
            .iter()
            .map(|file| json!({"path": file.path, "how": file.how.told()}))
            .collect();
        print_json(&json!({"undone": true, "files": files, "earlier": back.earlier}))
            .map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    for file in &back.files {
        world.warn(&format!("{} {}", places.shown(&file.path), file.how.told()));
    }
    Ok(Ending::Done)
}
