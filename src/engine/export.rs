//! A conversation as a file for people or for programs, and the writing of it: whole or not at all, never over another.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::domain::{Conversation, Fault, FaultKind, Money, Turn, UnixMillis};
use crate::locale::{clauses, say, system};

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// For people: headings, and the texts as they are.
    Markdown,
    /// For programs: everything that is kept, money as in the command line's JSON.
    Json,
}

impl ExportFormat {
    /// The ending of its files.
    pub const fn ending(self) -> &'static str {
        match self {
            ExportFormat::Markdown => "md",
            ExportFormat::Json => "json",
        }
    }
}

/// A name for a file of this conversation: words of its title, without anything a file system might mind.
pub fn file_name(title: &str, format: ExportFormat) -> String {
    let mut stem = String::new();
    for letter in title.chars().take(60) {
        if letter.is_alphanumeric() {
            stem.extend(letter.to_lowercase());
        } else if !stem.ends_with('-') && !stem.is_empty() {
            stem.push('-');
        }
    }
    let stem = stem.trim_end_matches('-');
    let stem = if stem.is_empty() { "session" } else { stem };
    format!("{stem}.{}", format.ending())
}

/// A conversation as text.
pub fn text(conversation: &Conversation, format: ExportFormat, zone: &TimeZone) -> String {
    match format {
        ExportFormat::Markdown => markdown(conversation, zone),
        ExportFormat::Json => {
            let mut text = format!("{:#}", document(conversation));
            text.push('\n');
            text
        }
    }
}

fn markdown(conversation: &Conversation, zone: &TimeZone) -> String {
    let mut out = format!("# {}\n", conversation.title());
    let _ = writeln!(
        out,
        "\n{}",
        say!("export-relay", name = conversation.profile)
    );
    if !conversation.system.is_empty() {
        let _ = write!(
            out,
            "\n## {}\n\n{}\n",
            say!("export-system"),
            conversation.system.trim_end()
        );
    }
    for turn in &conversation.turns {
        let _ = write!(
            out,
            "\n## {}\n\n{}\n",
            say!("export-you", date = date(turn.sent, zone)),
            turn.prompt.trim_end()
        );
        for image in &turn.images {
            let _ = write!(
                out,
                "\n[{}]\n",
                say!("export-picture", name = image.name, size = image.size())
            );
        }
        let _ = write!(out, "\n## {}\n", turn.model);
        if !turn.reasoning.is_empty() {
            let _ = write!(
                out,
                "\n<details><summary>{}</summary>\n\n",
                say!("export-reasoning")
            );
            out.push_str(turn.reasoning.trim_end());
            out.push_str("\n\n</details>\n");
        }
        let reply = turn.reply.trim_end();
        if !reply.is_empty() {
            let _ = write!(out, "\n{reply}\n");
        }
        if let Some(fault) = &turn.fault {
            let _ = write!(out, "\n**{}**\n", fault.message);
        }
        let _ = write!(out, "\n*{}*\n", bill(turn));
    }
    out
}

fn bill(turn: &Turn) -> String {
    if !turn.is_counted() {
        return say!("chat-no-tokens").to_owned();
    }
    let tokens = say!(
        "export-tokens",
        input = turn.usage.prompt(),
        output = turn.usage.output
    );
    match &turn.cost {
        Some(cost) => clauses(&[tokens, cost.to_string()]),
        None => tokens,
    }
}

fn date(at: UnixMillis, zone: &TimeZone) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(
        |_| "?".into(),
        |at| {
            let there = at.to_zoned(zone.clone());
            there.strftime("%Y-%m-%d %H:%M").to_string()
        },
    )
}

/// A conversation as JSON: money is an integer number of nano-dollars in a field that ends in `_nusd` and a decimal
/// string in the field without the suffix; unknown is null in both.
pub fn document(conversation: &Conversation) -> Value {
    let turns: Vec<Value> = conversation.turns.iter().map(turn_document).collect();
    json!({
        "id": conversation.id,
        "title": conversation.title(),
        "name": conversation.name,
        "profile": conversation.profile,
        "model": conversation.model,
        "system": conversation.system,
        "settings": conversation.settings,
        "turns": turns,
    })
}

fn turn_document(turn: &Turn) -> Value {
    let amount = turn.cost.and_then(|cost| cost.amount);
    json!({
        "sent_ms": turn.sent.0,
        "model": turn.model,
        "prompt": turn.prompt,
        "images": turn.images,
        "reasoning": turn.reasoning,
        "reply": turn.reply,
        "finish": turn.finish,
        "error": turn.fault,
        "usage": turn.usage,
        "cost_nusd": amount.map(Money::nanos),
        "cost": amount.map(|amount| amount.decimal(2)),
        "cost_basis": turn.cost.map(|cost| cost.basis),
        "first_ms": turn.first_ms,
        "total_ms": turn.total_ms,
    })
}

/// Writes a text to a file that is not there yet, readable by its owner alone; says where it is. A leading `~/` is the
/// home folder. Nothing is there when it fails.
///
/// # Errors
/// When the file is there already, or cannot be written.
pub fn write_new(path: &Path, text: &str) -> Result<PathBuf, Fault> {
    let path = at_home(path);
    let failed = |error: &io::Error| {
        let fault = Fault::new(
            FaultKind::Local,
            match error.kind() {
                io::ErrorKind::AlreadyExists => say!("export-there", file = path.display()),
                _ => say!(
                    "export-failed",
                    file = path.display(),
                    error = system(error)
                ),
            },
        );
        match error.kind() {
            io::ErrorKind::AlreadyExists => fault.advise(say!("export-there-advice")),
            io::ErrorKind::NotFound => fault.advise(say!("export-no-folder")),
            _ => fault.advise(say!("export-failed-advice")),
        }
    };
    match put_new(&path, text) {
        Ok(()) => Ok(path),
        Err(error) => Err(failed(&error)),
    }
}

/// Puts a text into a file that is not there yet, readable by its owner alone. Nothing is there when it fails.
///
/// # Errors
/// When something of this name is there, even if it came a moment ago, or the file cannot be written.
pub fn put_new(path: &Path, text: &str) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    Ok(())
}

pub(super) fn at_home(path: &Path) -> PathBuf {
    let home = directories::BaseDirs::new().map(|base| base.home_dir().to_owned());
    match (path.strip_prefix("~"), home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Basis, Cost, Usage};

    fn talk() -> Conversation {
        Conversation {
            id: Some(3),
            profile: "4sapi".into(),
            model: "m".into(),
            system: "Be brief.".into(),
            turns: vec![Turn {
                sent: UnixMillis(1_795_349_040_000),
                model: "m".into(),
                prompt: "Explain *SSE*.\n".into(),
                reply: "One response, many events.".into(),
                reasoning: "Hm.".into(),
                usage: Usage {
                    input: 12,
                    output: 5,
                    ..Usage::default()
                },
                cost: Some(Cost {
                    amount: Some(Money::from_nanos(2_676_000)),
                    basis: Basis::Settled,
                }),
                ..Turn::default()
            }],
            ..Conversation::default()
        }
    }

    #[test]
    fn an_export_for_people_says_who_said_what_when_and_for_how_much() {
        assert_eq!(
            text(&talk(), ExportFormat::Markdown, &TimeZone::UTC),
            "# Explain *SSE*.\n\nrelay 4sapi\n\n## System\n\nBe brief.\n\n## You, 2026-11-22 12:04\n\nExplain *SSE*.\n\n## m\n\n\
             <details><summary>reasoning</summary>\n\nHm.\n\n</details>\n\nOne response, many events.\n\n*12 in, 5 out, $0.002676 settled*\n"
        );
    }

    #[test]
    fn an_export_for_people_says_of_a_refused_request_that_nothing_was_counted() {
        let mut talk = talk();
        let turn = &mut talk.turns[0];
        turn.fault = Some(Fault::new(FaultKind::BadRequest, "it reads text only"));
        (turn.reply, turn.reasoning) = (String::new(), String::new());
        turn.usage = Usage::default();
        turn.cost = Some(Cost {
            amount: Some(Money::ZERO),
            basis: Basis::Estimated,
        });
        let text = text(&talk, ExportFormat::Markdown, &TimeZone::UTC);
        let end = "## m\n\n**it reads text only**\n\n*no tokens were counted*\n";
        assert!(text.ends_with(end), "{text}");
    }

    #[test]
    fn an_export_for_programs_keeps_money_whole_and_texts_as_they_are() {
        let text = text(&talk(), ExportFormat::Json, &TimeZone::UTC);
        let value: Value = serde_json::from_str(&text).unwrap();
        let turn = &value["turns"][0];
        assert_eq!(turn["prompt"], "Explain *SSE*.\n");
        assert_eq!(
            (turn["cost_nusd"].as_i64(), turn["cost"].as_str()),
            (Some(2_676_000), Some("0.002676"))
        );
        assert_eq!(turn["cost_basis"], "settled");
        assert_eq!(value["system"], "Be brief.");
    }

    #[test]
    fn a_file_that_is_there_is_never_touched_and_a_new_one_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("talk.md");
        assert_eq!(write_new(&path, "one").unwrap(), path);
        let fault = write_new(&path, "two").unwrap_err();
        assert!(fault.message.contains("is there already"), "{fault}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let fault = write_new(&folder.path().join("no/talk.md"), "x").unwrap_err();
        assert!(fault.advice.contains("make it first"), "{fault}");
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left behind"
        );
    }

    #[test]
    fn a_title_becomes_a_name_that_every_file_system_takes() {
        let name = |title| file_name(title, ExportFormat::Markdown);
        assert_eq!(
            name("Explain *SSE* / in one line…"),
            "explain-sse-in-one-line.md"
        );
        assert_eq!(name("解释 SSE"), "解释-sse.md");
        assert_eq!(name("../..//"), "session.md");
    }
}
