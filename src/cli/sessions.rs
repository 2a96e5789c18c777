//! `relaydeck sessions`: the kept conversations, from the local ledger. Needs no relay and no network.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use serde_json::{Map, Value, json};

use super::output::{Align, Table, print, print_json, put_money};
use super::world::{Ending, World};
use crate::domain::{ConversationInfo, Fault, FaultKind};
use crate::engine::export::{self, ExportFormat};
use crate::engine::sessions::read;
use crate::locale::{listed, say};

/// Kept sessions of the chat.
#[derive(Debug, Subcommand)]
pub enum SessionsCommand {
    List {
        #[arg(short, long, value_name = "TEXT")]
        search: Option<String>,
    },
    Show {
        id: i64,
    },
    Export {
        id: i64,
        file: Option<PathBuf>,
        #[arg(long, value_enum)]
        format: Option<Format>,
    },
    Rename {
        id: i64,
        name: String,
    },
    Delete {
        #[arg(required = true)]
        ids: Vec<i64>,
    },
}

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Markdown,
    Json,
}

/// Runs the sub-command.
///
/// # Errors
/// When there is no such session, or the ledger or the file cannot be used.
pub async fn run(world: &World, command: SessionsCommand) -> Result<Ending, Fault> {
    let ledger = world.ledger().await?;
    let zone = world.clock.zone();
    match command {
        SessionsCommand::List { search } => {
            let find = search.unwrap_or_default();
            let list = ledger.conversations(world.profile_name(), &find).await?;
            tell_list(world, &list)?;
        }
        SessionsCommand::Show { id } => {
            let conversation = read(&ledger, id).await?;
            if world.json {
                let document = export::document(&conversation);
                print_json(&document).map_err(World::stdout_gone)?;
            } else {
                let text = export::text(&conversation, ExportFormat::Markdown, zone);
                let shown: Vec<String> = text.lines().map(super::output::visible).collect();
                print(&format!("{}\n", shown.join("\n"))).map_err(World::stdout_gone)?;
            }
        }
        SessionsCommand::Export { id, file, format } => {
            let conversation = read(&ledger, id).await?;
            let format = format_of(format, file.as_deref());
            let text = export::text(&conversation, format, zone);
            if file.as_deref() == Some(std::path::Path::new("-")) {
                print(&text).map_err(World::stdout_gone)?;
            } else {
                let named = || export::file_name(&conversation.title(), format).into();
                let path = export::write_new(&file.unwrap_or_else(named), &text)?;
                tell(
                    world,
                    &json!({"id": id, "file": path}),
                    &say!("cli-session-written", file = path.display()),
                )?;
            }
        }
        SessionsCommand::Rename { id, name } => {
            if !ledger.rename_conversation(id, name.trim()).await? {
                read(&ledger, id).await?;
            }
            tell(
                world,
                &json!({"id": id, "name": name.trim()}),
                say!("cli-session-renamed"),
            )?;
        }
        SessionsCommand::Delete { ids } => {
            let gone = ledger.delete_conversations(&ids).await?;
            let missing: Vec<String> = ids
                .iter()
                .filter(|id| !gone.contains(id))
                .map(i64::to_string)
                .collect();
            if !missing.is_empty() {
                return Err(Fault::new(
                    FaultKind::NotFound,
                    say!(
                        "cli-session-none",
                        ids = listed(&missing),
                        gone = gone.len()
                    ),
                )
                .advise(say!("cli-session-none-advice")));
            }
            tell(
                world,
                &json!({"deleted": gone}),
                &say!("cli-sessions-deleted", count = gone.len()),
            )?;
        }
    }
    ledger.close().await.map_err(Fault::from)?;
    Ok(Ending::Done)
}

/// What was done, as a document or in words on stderr.
fn tell(world: &World, document: &Value, words: &str) -> Result<(), Fault> {
    if world.json {
        return print_json(document).map_err(World::stdout_gone);
    }
    world.warn(words);
    Ok(())
}

fn format_of(asked: Option<Format>, file: Option<&std::path::Path>) -> ExportFormat {
    let by_name = file
        .and_then(|file| file.extension())
        .is_some_and(|ending| ending == "json");
    match asked {
        Some(Format::Json) => ExportFormat::Json,
        None if by_name => ExportFormat::Json,
        Some(Format::Markdown) | None => ExportFormat::Markdown,
    }
}

fn tell_list(world: &World, list: &[ConversationInfo]) -> Result<(), Fault> {
    if world.json {
        let list = list.iter().map(info_json).collect();
        return print_json(&Value::Array(list)).map_err(World::stdout_gone);
    }
    let columns = [
        (say!("cli-column-id"), Align::Right),
        (say!("cli-column-last"), Align::Left),
        (say!("cli-column-turns"), Align::Right),
        (say!("cli-column-cost"), Align::Right),
        (say!("cli-column-model"), Align::Left),
        (say!("cli-column-session"), Align::Left),
    ];
    let mut table = Table::new(&columns);
    for info in list {
        let unknown = if info.unknown > 0 { "+?" } else { "" };
        let said = info.found.as_ref().map(|said| format!("  … {said} …"));
        table.row([
            info.id.to_string(),
            world.date(info.last.seconds()),
            info.turns.to_string(),
            format!("{}{unknown}", info.cost),
            info.model.clone(),
            format!("{}{}", info.title(), said.unwrap_or_default()),
        ]);
    }
    table
        .print(say!("cli-sessions-none"))
        .map_err(World::stdout_gone)
}

fn info_json(info: &ConversationInfo) -> Value {
    let mut object = Map::new();
    object.insert("id".into(), json!(info.id));
    object.insert("title".into(), json!(info.title()));
    object.insert("name".into(), json!(info.name));
    object.insert("profile".into(), json!(info.profile));
    object.insert("model".into(), json!(info.model));
    object.insert("turns".into(), json!(info.turns));
    object.insert("last_ms".into(), json!(info.last.0));
    put_money(&mut object, "cost", Some(info.cost));
    object.insert("answers_of_unknown_cost".into(), json!(info.unknown));
    object.insert("found".into(), json!(info.found));
    Value::Object(object)
}
