//! What is there: all tools, one tool, and the layers behind what each would use.

use serde_json::{Value, json};

use crate::cli::output::{Align, Table, fact, is_plain, pad, pair, print, print_json};
use crate::cli::world::{Ending, World};
use crate::domain::{Address, Fault};
use crate::engine::host::Host;
use crate::engine::tools::{Placed, SetupKind, State, ToolRow, row, rows};
use crate::locale::say;
use crate::tools::{Places, Tool, named};

/// `tools list`
pub fn list(world: &World, places: &Places) -> Result<Ending, Fault> {
    let rows = rows(world.host.as_ref(), places, relay(world)?.as_ref())?;
    if world.json {
        print_json(&rows.iter().map(row_json).collect()).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let mut table = Table::new(&[
        (say!("cli-column-tool"), Align::Left),
        (say!("cli-column-here"), Align::Left),
        (say!("cli-column-set-up"), Align::Left),
        (say!("cli-column-state"), Align::Left),
        (say!("cli-column-uses"), Align::Left),
        (say!("cli-column-model"), Align::Left),
    ]);
    for row in &rows {
        let first = |list: &[Placed]| {
            list.first()
                .map(|placed| placed.value.clone())
                .unwrap_or_default()
        };
        let uses = match &row.relay {
            Some(name) => format!("{name} ({})", first(&row.urls)),
            None => first(&row.urls),
        };
        table.row([
            row.id.to_owned(),
            if row.found.is_some() {
                say!("cli-yes")
            } else {
                "–"
            }
            .into(),
            match row.kind {
                SetupKind::Written => say!("cli-tools-by-relaydeck"),
                SetupKind::NamedFile => say!("cli-tools-into-file"),
                SetupKind::ByHand => say!("tools-by-hand"),
            }
            .into(),
            match row.state {
                State::Ready => say!("cli-tools-ready"),
                State::Untouched => "–",
                State::Wrong => say!("cli-tools-wrong"),
                State::Unknown => "?",
            }
            .into(),
            uses,
            first(&row.models),
        ]);
    }
    table.print("").map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

/// `tools show`
pub fn show(world: &World, places: &Places, tool: &'static Tool) -> Result<Ending, Fault> {
    let row = row(world.host.as_ref(), places, relay(world)?.as_ref(), tool)?;
    if world.json {
        print_json(&row_json(&row)).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    let mut text = pair(row.name, row.about) + "\n";
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            text += &fact("  ", name, 10, value);
        }
    };
    line(
        say!("cli-label-here"),
        row.found.as_deref().unwrap_or(say!("cli-tools-not-here")),
    );
    if row.found.is_none() {
        line(say!("cli-label-install"), row.install.unwrap_or_default());
    }
    line(
        say!("cli-label-address"),
        &say!(
            "cli-tools-wants",
            wants = row.wants,
            calls = format!("{}{}", row.wants, row.calls)
        ),
    );
    for file in &row.files {
        line(say!("cli-label-writes"), file);
    }
    line(say!("cli-label-facts"), row.evidence.word());
    line(say!("cli-label-state"), &row.why);
    line(
        say!("cli-label-to-do"),
        row.advice.as_deref().unwrap_or_default(),
    );
    if row.undoable > 0 {
        line(
            say!("cli-label-undo"),
            &say!("cli-tools-undoable", count = #row.undoable, tool = row.id),
        );
    }
    text += &layers(&row);
    let target = super::setup::example(world)?;
    let steps = tool.instructions(&target, places);
    if !steps.is_empty() {
        text.push('\n');
        text += if tool.is_written() {
            say!("cli-tools-after-by-hand")
        } else {
            say!("cli-tools-hand")
        };
        text.push('\n');
        for (number, step) in steps.iter().enumerate() {
            text += &format!("  {}. {step}\n", number + 1);
        }
    }
    for note in row.notes {
        text += &format!("\n  {note}");
    }
    print(&(text.trim_end().to_owned() + "\n")).map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

/// `tools effective`
pub fn effective(world: &World, places: &Places, tool: Option<&str>) -> Result<Ending, Fault> {
    let relay = relay(world)?;
    let shown: Vec<ToolRow> = match tool {
        Some(name) => vec![row(
            world.host.as_ref(),
            places,
            relay.as_ref(),
            named(name)?,
        )?],
        None => rows(world.host.as_ref(), places, relay.as_ref())?
            .into_iter()
            .filter(|row| !row.urls.is_empty() || !row.keys.is_empty() || row.state == State::Wrong)
            .collect(),
    };
    if world.json {
        print_json(&shown.iter().map(row_json).collect()).map_err(World::stdout_gone)?;
        return Ok(Ending::Done);
    }
    if shown.is_empty() {
        world.warn(say!("cli-tools-none-effective"));
    }
    let mut text = String::new();
    for row in &shown {
        text += &format!("{}\n{}", pair(row.id, &row.why), layers(row));
        if let Some(advice) = &row.advice {
            text += &format!("  {advice}\n");
        }
    }
    print(&text).map_err(World::stdout_gone)?;
    Ok(Ending::Done)
}

/// What a tool takes from its settings.
#[derive(Clone, Copy)]
enum Use {
    Address,
    Key,
    Model,
}

impl Use {
    fn word(self) -> &'static str {
        match self {
            Use::Address => say!("cli-label-address"),
            Use::Key => say!("cli-label-key"),
            Use::Model => say!("cli-label-model"),
        }
    }
}

/// The layers of one tool, what wins marked.
fn layers(row: &ToolRow) -> String {
    let mut text = String::new();
    for (what, list) in [
        (Use::Address, &row.urls),
        (Use::Key, &row.keys),
        (Use::Model, &row.models),
    ] {
        for (at, placed) in list.iter().enumerate() {
            let sign = if at == 0 {
                say!("cli-tools-wins")
            } else {
                say!("cli-tools-hidden")
            };
            let whose = match (what, at, &row.relay, &row.key_name) {
                (Use::Address, 0, Some(relay), _) => say!("cli-tools-of-profile", name = relay),
                (Use::Key, 0, _, Some(key)) => say!("cli-tools-of-key", name = key),
                _ => String::new(),
            };
            let value = format!(
                "{} {} ({}{whose})",
                pad(sign, if is_plain() { 0 } else { 7 }),
                placed.value,
                placed.place
            );
            text += &fact("  ", what.word(), 8, &value);
        }
    }
    text
}

/// The address of the profile in use, as far as it is known without asking anyone.
pub fn relay(world: &World) -> Result<Option<Address>, Fault> {
    let (profiles, _) = world.host.profiles()?;
    let used = profiles
        .into_iter()
        .find(|profile| profile.name == world.profile_name());
    Ok(used.map(|profile| profile.address))
}

fn row_json(row: &ToolRow) -> Value {
    let list = |list: &[Placed]| -> Value {
        let one = |placed: &Placed| json!({"value": placed.value, "place": placed.place});
        list.iter().map(one).collect()
    };
    json!({
        "tool": row.id,
        "name": row.name,
        "found": row.found,
        "facts": row.evidence.code(),
        "setup": match row.kind {
            SetupKind::Written => "written",
            SetupKind::NamedFile => "named_file",
            SetupKind::ByHand => "by_hand",
        },
        "files": row.files,
        "wants": row.wants,
        "calls": format!("{}{}", row.wants, row.calls),
        "state": row.state.word(),
        "why": row.why,
        "advice": row.advice,
        "profile": row.relay,
        "key_name": row.key_name,
        "urls": list(&row.urls),
        "keys": list(&row.keys),
        "models": list(&row.models),
        "undoable": row.undoable,
        "steps": row.steps,
        "notes": row.notes,
    })
}
