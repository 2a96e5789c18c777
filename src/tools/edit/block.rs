//! A shell's file of commands: what is ours stands between two marks, and only that is ever touched.

use std::ops::Range;

use serde_json::Value;

use super::{EditError, line_break, position, scalar_text};
use crate::locale::say;
use crate::tools::path::Step;

const BEGIN: &str = "# >>> relaydeck >>>";
const END: &str = "# <<< relaydeck <<<";

/// Where our lines stand, the marks included.
fn find(text: &str) -> Result<Option<Range<usize>>, EditError> {
    let mut open = None;
    let mut found = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let broken = |why: &str| EditError::Broken {
            line: position(text, at).0,
            column: 1,
            why: why.to_owned(),
        };
        match (line.trim(), open) {
            (BEGIN, None) if found.is_none() => open = Some(at),
            (BEGIN, _) => return Err(broken(say!("trouble-edit-mark-twice"))),
            (END, Some(start)) => {
                found = Some(start..at + line.len());
                open = None;
            }
            (END, None) => return Err(broken(say!("trouble-edit-mark-last"))),
            _ => {}
        }
        at += line.len();
    }
    match open {
        Some(start) => Err(EditError::Broken {
            line: position(text, start).0,
            column: 1,
            why: say!("trouble-edit-mark-first").into(),
        }),
        None => Ok(found),
    }
}

pub(super) fn check(text: &str) -> Result<(), EditError> {
    find(text).map(|_| ())
}

/// The word behind a flag, in the last line that begins with a command: `["provider add", "--base-url"]`; a number for
/// a word by its place behind the command.
pub(super) fn get(text: &str, path: &[Step]) -> Result<Option<String>, EditError> {
    find(text)?;
    let [Step::Key(command), Step::Key(flag)] = path else {
        return Ok(None);
    };
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let rest = joined.lines().rev().find_map(|line| {
        let rest = line.trim_start().strip_prefix(command.as_str())?;
        rest.starts_with(char::is_whitespace).then_some(rest)
    });
    let words = rest.map(words).unwrap_or_default();
    Ok(match flag.parse::<usize>() {
        Ok(place) => words.get(place).cloned(),
        Err(_) => {
            let at = words.iter().position(|word| word == flag);
            at.and_then(|at| words.get(at + 1).cloned())
        }
    })
}

/// The words of a command line, quotes taken off.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (Some(mark), letter) if letter == mark => quote = None,
            (Some(_), letter) => word.get_or_insert_default().push(letter),
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (None, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

pub(super) fn set(text: &str, _path: &[Step], value: &Value) -> Result<String, EditError> {
    let end = line_break(text);
    let body = scalar_text(value).unwrap_or_default();
    let lines: Vec<&str> = body.trim_end().lines().collect();
    let ours = format!("{BEGIN}{end}{}{end}{END}{end}", lines.join(end));
    let mut changed = text.to_owned();
    match find(text)? {
        Some(range) => changed.replace_range(range, &ours),
        None => {
            if !changed.is_empty() && !changed.ends_with('\n') {
                changed.push_str(end);
            }
            changed.push_str(&ours);
        }
    }
    Ok(changed)
}
