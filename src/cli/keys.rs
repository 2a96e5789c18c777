//! `relaydeck keys`: list, create, delete; what is done with keys that are there is in [`change`].

mod change;

use serde_json::{Map, Value, json};

use super::args::{KeyCreateArgs, KeysCommand};
use super::output::{Align, Table, places, print, print_json, put_money};
use super::world::{Ending, World};
use crate::domain::expiry::parse_expiry;
use crate::domain::group::AUTO;
use crate::domain::{
    AutoRoute, Fault, FaultKind, KeyDraft, KeyInfo, Money, Pace, QuotaLimit, QuotaScale,
    QuotaUnits, UnixSeconds,
};
use crate::engine::door::{KeyRow, Scope, Snapshot};
use crate::engine::keys::{self, MadeKey};
use crate::engine::session::Session;
use crate::locale::{pair, say};
use crate::tui::words::key_status;

/// Runs the sub-command.
///
/// # Errors
/// Whatever the relay or the vault refuses.
pub async fn run(world: &World, command: KeysCommand) -> Result<Ending, Fault> {
    match command {
        KeysCommand::List => list(world).await,
        KeysCommand::Create(args) => create(world, args).await,
        KeysCommand::Delete { keys } => change::delete(world, &keys).await,
        KeysCommand::Show { key } => change::show(world, &key).await,
        KeysCommand::Edit(args) => change::edit(world, args).await,
        KeysCommand::Enable { keys } => change::switch(world, &keys, true).await,
        KeysCommand::Disable { keys } => change::switch(world, &keys, false).await,
        KeysCommand::Replace { key } => change::replace(world, &key).await,
        KeysCommand::Copy { key, hold } => change::copy(world, &key, hold).await,
        KeysCommand::Write {
            key,
            file,
            kind,
            yes,
        } => change::write(world, &key, &file, &kind, yes).await,
    }
}

async fn list(world: &World) -> Result<Ending, Fault> {
    let session = world.session().await?;
    let Snapshot::Keys(rows) = session.fetch(Scope::Keys).await? else {
        return Err(Fault::new(FaultKind::Server, say!("cli-keys-other-list")));
    };
    let scale = session.facts.scale;
    if world.json {
        let rows: Vec<Value> = rows
            .iter()
            .map(|row| key_json(&row.info, row.held, scale))
            .collect();
        print_json(&Value::Array(rows)).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let columns = [
        (say!("cli-column-id"), Align::Right),
        (say!("cli-column-name"), Align::Left),
        (say!("cli-column-key"), Align::Left),
        (say!("cli-column-group"), Align::Left),
        (say!("cli-column-left"), Align::Right),
        (say!("cli-column-used"), Align::Right),
        (say!("cli-column-expires"), Align::Left),
        (say!("cli-column-status"), Align::Left),
        (say!("cli-column-secret"), Align::Left),
    ];
    let mut table = Table::new(&columns);
    let left = places(rows.iter().filter_map(|row| row.info.left.money(scale)));
    let used = places(rows.iter().map(|row| scale.money(row.info.used)));
    for KeyRow { info, held } in &rows {
        table.row([
            info.id.to_string(),
            info.name.clone(),
            info.masked.clone(),
            if info.group.is_empty() {
                say!("cli-keys-of-account").into()
            } else {
                info.group.clone()
            },
            info.left
                .money(scale)
                .map_or(say!("key-unlimited").into(), |money| money.with_sign(left)),
            scale.money(info.used).with_sign(used),
            info.expires
                .map_or(say!("figure-never").into(), |expiry| world.date(expiry)),
            key_status(info.status).into(),
            if *held {
                say!("cli-key-held")
            } else {
                say!("cli-key-not-held")
            }
            .into(),
        ]);
    }
    table
        .print(say!("cli-keys-none"))
        .map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

async fn create(world: &World, args: KeyCreateArgs) -> Result<Ending, Fault> {
    let session = world.session().await?;
    let draft = draft(&args, session.facts.scale, world)?;
    if let Some(warning) = KeyDraft::weak_name(&draft.name) {
        world.warn(warning);
    }
    let made = keys::create(&session, world.host.as_ref(), &draft).await?;
    warn_of_auto(world, &draft, &made.key);
    tell_made(world, &session, &made, None)
}

/// Says so where the relay left out how a key in `auto` was to walk the groups.
fn warn_of_auto(world: &World, draft: &KeyDraft, info: &KeyInfo) {
    if let Some(warning) = draft.auto_left_out(info) {
        world.warn(warning);
    }
}

/// How a key in `auto` walks the groups means nothing for one of another group.
fn check_auto(draft: &KeyDraft) -> Result<(), Fault> {
    if draft.group == AUTO || draft.auto.is_plain() {
        return Ok(());
    }
    Err(Fault::new(FaultKind::Usage, say!("cli-key-auto-only"))
        .advise(say!("cli-key-auto-only-advice")))
}

/// Names as they are typed with commas between; empty ones are left out.
fn listed(names: Vec<String>) -> Vec<String> {
    let names = names.into_iter().map(|name| name.trim().to_owned());
    names.filter(|name| !name.is_empty()).collect()
}

/// The secret of a key that was just made, once; and of which key it takes the place.
fn tell_made(
    world: &World,
    session: &Session,
    made: &MadeKey,
    replaced: Option<i64>,
) -> Result<Ending, Fault> {
    if world.json {
        let mut object = match key_json(&made.key, true, session.facts.scale) {
            Value::Object(object) => object,
            _ => Map::new(),
        };
        object.insert("secret".into(), json!(made.secret.expose()));
        object.insert("stored_in".into(), json!(made.stored_in));
        if let Some(old) = replaced {
            object.insert("replaced".into(), json!(old));
        }
        print_json(&Value::Object(object)).map_err(World::stdout_gone)?;
    } else {
        // Alone on stdout, so that $(relaydeck keys create …) is the secret and nothing else.
        print(&format!("{}\n", made.secret.expose())).map_err(World::stdout_gone)?;
        let told = say!(
            "cli-key-made",
            id = made.key.id,
            name = made.key.name,
            place = made.stored_in
        );
        let again = if session.facts.reveals_keys {
            say!("cli-key-shown-again")
        } else {
            say!("cli-key-never-again")
        };
        world.warn(&format!("{told}{again}"));
    }
    Ok(Ending::Done)
}

fn draft(args: &KeyCreateArgs, scale: QuotaScale, world: &World) -> Result<KeyDraft, Fault> {
    KeyDraft::check_name(&args.name).map_err(wrong)?;
    let quota = quota(&args.quota, scale)?;
    let expires = expires(&args.expires, world)?;
    let auto = AutoRoute {
        groups: listed(args.auto_groups.clone()),
        cross_group_retry: args.cross_group_retry,
    };
    let group = args.group.clone();
    let group = group.unwrap_or_else(|| match auto.is_plain() {
        true => String::new(),
        false => AUTO.into(),
    });
    let draft = KeyDraft {
        name: args.name.trim().to_owned(),
        group,
        quota,
        expires,
        models: args.models.clone(),
        ips: args.ips.clone(),
        pace: Pace {
            requests_per_minute: args.requests_per_minute,
            tokens_per_minute: args.tokens_per_minute,
            concurrency: args.concurrency,
        },
        auto,
    };
    check_auto(&draft)?;
    Ok(draft)
}

/// What a key may spend, as it is typed.
fn quota(text: &str, scale: QuotaScale) -> Result<QuotaLimit, Fault> {
    if text.trim().eq_ignore_ascii_case("unlimited") {
        return Ok(QuotaLimit::Unlimited);
    }
    let money = Money::parse(text).map_err(|error| wrong(pair("--quota", error)))?;
    // The relay counts in units: an amount below half of one is nothing to it.
    let units = scale.units(money);
    if units <= QuotaUnits(0) {
        let least = scale.money(QuotaUnits(1));
        return Err(wrong(say!("cli-key-no-quota", least = least)));
    }
    Ok(QuotaLimit::Limited(units))
}

/// When a key ends, as it is typed.
fn expires(text: &str, world: &World) -> Result<Option<UnixSeconds>, Fault> {
    let now = world.clock.now().seconds();
    parse_expiry(text, now, world.clock.zone()).map_err(|error| wrong(pair("--expires", error)))
}

fn wrong(message: String) -> Fault {
    Fault::new(FaultKind::Usage, message).advise(say!("cli-advice-help", command = "keys create"))
}

/// A key as JSON; what the relay does not provide is null.
fn key_json(info: &KeyInfo, held: bool, scale: QuotaScale) -> Value {
    let seconds = |at: Option<UnixSeconds>| at.map_or(Value::Null, |at| json!(at.0));
    let mut object = Map::new();
    object.insert("id".into(), json!(info.id));
    object.insert("name".into(), json!(info.name));
    object.insert("key".into(), json!(info.masked));
    object.insert("status".into(), json!(info.status));
    object.insert("group".into(), json!(info.group));
    object.insert(
        "unlimited".into(),
        json!(info.left == QuotaLimit::Unlimited),
    );
    put_money(&mut object, "left", info.left.money(scale));
    put_money(&mut object, "used", Some(scale.money(info.used)));
    object.insert("created".into(), seconds(info.created));
    object.insert("last_used".into(), seconds(info.last_used));
    object.insert("expires".into(), seconds(info.expires));
    object.insert("models".into(), json!(info.models));
    object.insert("ips".into(), json!(info.ips));
    object.insert("pace".into(), json!(info.pace));
    object.insert(
        "auto".into(),
        json!((info.group == AUTO).then_some(&info.auto)),
    );
    object.insert("secret_held".into(), json!(held));
    Value::Object(object)
}
