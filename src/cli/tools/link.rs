//! Links that set apps up: as text, and as a QR code. They hold the key, so it is asked first.

use serde_json::{Value, json};

use super::args::LinkArgs;
use super::setup::Asked;
use crate::cli::output::{Align, Table, print, print_json};
use crate::cli::world::{Ending, World};
use crate::domain::{Fault, FaultKind, qr};
use crate::engine::session::KeyChoice;
use crate::locale::say;
use crate::tools::Target;
use crate::tools::links::{APPS, find, link};

/// `tools link`
pub async fn run(world: &World, args: LinkArgs) -> Result<Ending, Fault> {
    let Some(name) = args.app else {
        return list(world);
    };
    let app = find(&name).ok_or_else(|| {
        Fault::new(
            FaultKind::NotFound,
            say!("cli-link-none", name = format!("{name:?}")),
        )
        .advise(say!("cli-link-none-advice"))
    })?;
    let mut session = world.session().await?;
    if let Some(fault) = session.fetch_all().await {
        world.warn(&say!("cli-not-all-fetched", fault = fault));
    }
    let key = session.choose_key(&args.key.map_or(KeyChoice::Any, KeyChoice::Typed))?;
    let model = match args.model {
        Some(model) => {
            session.check_model(&model, session.billed_group(&key).as_deref())?;
            model
        }
        None => {
            let models = session.lists.models.as_deref().unwrap_or_default();
            models
                .first()
                .map(|model| model.name.clone())
                .unwrap_or_default()
        }
    };
    let (address, later) = world.lasting_address(&session)?;
    let asked = Asked {
        dry_run: false,
        yes: args.yes,
    };
    let question = say!("cli-link-ask", masked = key.held.secret.masked());
    if !asked.agreed(world, &question, say!("cli-link-ask-advice"))? {
        world.warn(say!("cli-link-not-printed"));
        return Ok(Ending::Done);
    }
    let text = link(
        app,
        &Target {
            address,
            key: key.held.secret,
            model,
        },
    );
    let code = args.qr.then(|| qr::rows(&text)).flatten();
    if world.json {
        print_json(&json!({"app": app.id, "link": text, "qr": code}))
            .map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    print(&format!("{text}\n")).map_err(World::stdout_gone)?;
    match (args.qr, code) {
        (true, Some(rows)) => print(&(rows.join("\n") + "\n")).map_err(World::stdout_gone)?,
        (true, None) => world.warn(say!("cli-link-long")),
        (false, _) => {}
    }
    if later {
        world.warn(say!("cli-link-later"));
    }
    Ok(Ending::Done)
}

fn list(world: &World) -> Result<Ending, Fault> {
    if world.json {
        let apps = APPS
            .iter()
            .map(|app| json!({"app": app.id, "name": app.name, "about": app.about.say()}));
        print_json(&apps.collect::<Value>()).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let mut table = Table::new(&[
        (say!("cli-column-app"), Align::Left),
        (say!("cli-column-name"), Align::Left),
        (say!("cli-column-link"), Align::Left),
    ]);
    for app in APPS {
        table.row([app.id.into(), app.name.into(), app.about.say().into()]);
    }
    table.print("").map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}
