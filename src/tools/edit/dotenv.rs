//! `NAME=value` lines, as `.env` files and shells' start-up files have them. Only the line of the name is touched.

use std::ops::Range;

use serde_json::Value;

use super::{EditError, line_break, scalar_text};
use crate::locale::say;
use crate::tools::path::{Step, shown};

/// One assignment.
struct Line {
    name: String,
    value: String,
    /// Where the value stands, its quotes included.
    span: Range<usize>,
    quote: Option<char>,
    export: bool,
}

fn parse(text: &str) -> Result<Vec<Line>, EditError> {
    let mut lines = Vec::new();
    let mut at = 0;
    let mut number = 0;
    while at < text.len() {
        number += 1;
        let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
        let line = &text[at..end];
        let broken = |why: &str| EditError::Broken {
            line: number,
            column: 1,
            why: why.to_owned(),
        };
        let body = line.trim_start();
        if body.trim().is_empty() || body.starts_with('#') {
            at = end + 1;
            continue;
        }
        let start = at + (line.len() - body.len());
        let body = body.strip_prefix("export ").map_or(body, str::trim_start);
        let export = text[start..end].len() != body.len();
        let start = start + (text[start..end].len() - body.len());
        let Some((name, _)) = body.split_once('=') else {
            return Err(broken(say!("trouble-edit-no-equals")));
        };
        let fits =
            |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-');
        if name.trim().is_empty() || !name.trim().chars().all(fits) {
            return Err(broken(say!("trouble-edit-no-name")));
        }
        let after = start + name.len() + 1;
        let blank = text[after..end].len() - text[after..end].trim_start_matches([' ', '\t']).len();
        let from = after + blank;
        let first = text[from..end].chars().next();
        let quote = first.filter(|letter| matches!(letter, '"' | '\''));
        let (value, to) = match quote {
            Some(mark) => {
                let Some((value, length)) = quoted(&text[from + 1..], mark) else {
                    return Err(broken(say!("trouble-edit-quote")));
                };
                (value, from + 1 + length)
            }
            None => {
                let bare = text[from..end]
                    .split(" #")
                    .next()
                    .unwrap_or_default()
                    .trim_end();
                (bare.to_owned(), from + bare.len())
            }
        };
        lines.push(Line {
            name: name.trim().to_owned(),
            value,
            span: from..to,
            quote,
            export,
        });
        // A quoted value may go over several lines.
        number += text[at..to].matches('\n').count();
        at = text[to..]
            .find('\n')
            .map_or(text.len(), |found| to + found + 1);
    }
    Ok(lines)
}

/// What stands between quotes, and how many bytes it takes, the closing quote included.
fn quoted(text: &str, mark: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            letter if letter == mark => return Some((value, at + 1)),
            '\\' if mark == '"' => match letters.next()?.1 {
                'n' => value.push('\n'),
                other => value.push(other),
            },
            other => value.push(other),
        }
    }
    None
}

pub(super) fn check(text: &str) -> Result<(), EditError> {
    parse(text).map(|_| ())
}

fn name_of(path: &[Step]) -> Option<&str> {
    match path {
        [Step::Key(name)] => Some(name),
        _ => None,
    }
}

pub(super) fn get(text: &str, path: &[Step]) -> Result<Option<String>, EditError> {
    let lines = parse(text)?;
    // The last assignment wins, for shells and for the libraries that read these files.
    let found = lines
        .into_iter()
        .rfind(|line| Some(line.name.as_str()) == name_of(path));
    Ok(found.map(|line| line.value))
}

pub(super) fn set(text: &str, path: &[Step], value: &Value) -> Result<String, EditError> {
    let wrong = || EditError::OtherShape {
        at: shown(path),
        wanted: say!("trouble-shape-variable"),
    };
    let name = name_of(path).ok_or_else(wrong)?;
    let wanted = scalar_text(value).unwrap_or_default();
    let lines = parse(text)?;
    match lines.iter().rfind(|line| line.name == name) {
        Some(line) if line.value == wanted => Ok(text.to_owned()),
        Some(line) => {
            let mut changed = text.to_owned();
            changed.replace_range(line.span.clone(), &written(&wanted, line.quote));
            Ok(changed)
        }
        None => {
            let end = line_break(text);
            // As the line before it is written: some readers of these files know no `export`.
            let exports = lines.last().is_some_and(|line| line.export);
            let export = if exports { "export " } else { "" };
            let gap = if text.is_empty() || text.ends_with('\n') {
                ""
            } else {
                end
            };
            Ok(format!(
                "{text}{gap}{export}{name}={}{end}",
                written(&wanted, None)
            ))
        }
    }
}

/// A value as it is written: as the one before it was, or bare where that is safe for shells and libraries alike.
fn written(value: &str, quote: Option<char>) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:@%+,=".contains(letter);
    match quote {
        Some('"') => double(value),
        Some(_) if !value.contains('\'') => format!("'{value}'"),
        None if !value.is_empty() && value.chars().all(plain) => value.to_owned(),
        None if !value.contains('\'') => format!("'{value}'"),
        _ => double(value),
    }
}

fn double(value: &str) -> String {
    let mut text = String::from("\"");
    for letter in value.chars() {
        match letter {
            '"' | '\\' | '$' | '`' => text.extend(['\\', letter]),
            '\n' => text.push_str("\\n"),
            other => text.push(other),
        }
    }
    text + "\""
}
