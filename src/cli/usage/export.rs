//! `relaydeck usage export`: every receipt of a span in a file, whole or not at all.
//!
//! The file is written beside its place and put there when it is complete, for its owner's eyes only. One that is there
//! already is never replaced unasked.

use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::super::args::ExportArgs;
use super::super::output::print_json;
use super::super::world::{Ending, World};
use super::receipts::receipt_json;
use super::{asking, since};
use crate::domain::{Fault, FaultKind};
use crate::ledger::{ReceiptFilter, ReceiptId};
use crate::locale::{say, system};

/// Receipts that are read at a time, so that others can use the ledger in between.
const PAGE: u32 = 2_000;

/// How a file is written.
#[derive(Clone, Copy)]
enum Form {
    Csv,
    Lines,
}

/// Writes the file.
///
/// # Errors
/// When its name ends in neither `.csv` nor `.jsonl`, when it is there already, or when it cannot be written; nothing is
/// left behind then.
pub async fn run(world: &World, args: ExportArgs) -> Result<Ending, Fault> {
    let file = &args.file;
    let form = match file.extension().and_then(|ending| ending.to_str()) {
        Some("csv") => Form::Csv,
        Some("jsonl") => Form::Lines,
        _ => {
            return Err(Fault::new(
                FaultKind::Usage,
                say!("cli-export-ending", file = file.display()),
            )
            .advise(say!("cli-export-ending-advice")));
        }
    };
    if file.exists() && !args.force {
        return Err(taken(file));
    }
    let mut filter = ReceiptFilter {
        profile: (!args.all).then(|| world.profile_name().to_owned()),
        since: Some(since(world, &args.since)?),
        limit: PAGE,
        ..ReceiptFilter::default()
    };
    let failed = |error: std::io::Error| unwritable(file, &error);
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut out = BufWriter::new(NamedTempFile::new_in(folder).map_err(failed)?);
    let ledger = world.ledger().await?;
    asking::bring_in(world, &ledger, args.all).await;
    let mut written = 0_u64;
    loop {
        let page = ledger.receipts(filter.clone()).await.map_err(Fault::from)?;
        let Some(last) = page.last() else { break };
        filter.after = Some((last.sent, ReceiptId(last.id)));
        for receipt in &page {
            let row = flat(receipt_json(receipt));
            if let (Form::Csv, 0) = (form, written) {
                let names = row.iter().map(|(name, _)| Value::from(name.as_str()));
                write_csv(&mut out, names).map_err(failed)?;
            }
            match form {
                Form::Csv => write_csv(&mut out, row.into_iter().map(|(_, value)| value)),
                Form::Lines => writeln!(out, "{}", receipt_json(receipt)),
            }
            .map_err(failed)?;
            written += 1;
        }
    }
    ledger.close().await.map_err(Fault::from)?;
    let done = out
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    done.as_file().sync_all().map_err(failed)?;
    let placed = match args.force {
        true => done.persist(file),
        false => done.persist_noclobber(file),
    };
    placed.map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => taken(file),
        _ => failed(error.error),
    })?;
    if world.json {
        print_json(&json!({"file": file, "receipts": written})).map_err(World::stdout_gone)?;
    } else {
        world.warn(&say!(
            "cli-export-written",
            count = written,
            file = file.display()
        ));
    }
    Ok(Ending::Done)
}

fn taken(file: &Path) -> Fault {
    Fault::new(
        FaultKind::Usage,
        say!("cli-export-there", file = file.display()),
    )
    .advise(say!("cli-export-there-advice"))
}

fn unwritable(file: &Path, error: &std::io::Error) -> Fault {
    Fault::new(
        FaultKind::Local,
        say!(
            "cli-export-failed",
            file = file.display(),
            error = system(error)
        ),
    )
    .advise(say!("cli-export-failed-advice"))
}

/// The members of an object as columns: objects inside become several, `counted.input` and so on.
fn flat(value: Value) -> Vec<(String, Value)> {
    const COUNTERS: [&str; 4] = ["input", "cache_read", "cache_write", "output"];
    let mut columns = Vec::new();
    let Value::Object(members) = value else {
        return columns;
    };
    for (name, value) in members {
        if matches!(name.as_str(), "counted" | "reported") {
            for counter in COUNTERS {
                let part = value.get(counter).cloned().unwrap_or_default();
                columns.push((format!("{name}_{counter}"), part));
            }
        } else {
            columns.push((name, value));
        }
    }
    columns
}

/// One line of RFC 4180. Unknown is an empty cell.
fn write_csv(out: &mut impl Write, cells: impl Iterator<Item = Value>) -> std::io::Result<()> {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            out.write_all(b",")?;
        }
        let text = match cell {
            Value::Null => String::new(),
            Value::String(text) => text,
            other => other.to_string(),
        };
        if text.contains([',', '"', '\n', '\r']) {
            write!(out, "\"{}\"", text.replace('"', "\"\""))?;
        } else {
            out.write_all(text.as_bytes())?;
        }
    }
    out.write_all(b"\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_what_would_break_it() {
        let mut line = Vec::new();
        let cells = [
            json!("a,b"),
            json!("say \"hi\"\n"),
            json!(7),
            Value::Null,
            json!("键"),
        ];
        write_csv(&mut line, cells.into_iter()).unwrap();
        assert_eq!(
            String::from_utf8(line).unwrap(),
            "\"a,b\",\"say \"\"hi\"\"\n\",7,,键\r\n"
        );
    }

    #[test]
    fn counters_become_columns_even_where_nothing_was_reported() {
        let row = flat(json!({"id": 1, "reported": null, "counted": {"input": 2, "output": 3}}));
        let names: Vec<&str> = row.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.len(), 9);
        assert_eq!(row[5], ("counted_input".into(), json!(2)));
        assert_eq!(row[1], ("reported_input".into(), Value::Null));
    }
}
