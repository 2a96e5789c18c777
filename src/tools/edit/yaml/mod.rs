//! YAML, changed by small edits of the text at the places that a parser names.
//!
//! Every edit is proved before it is given back: the changed text is parsed again and must hold the old tree with the one
//! value changed. What cannot be done that way (aliases, several documents, values over several lines) is refused.

mod tree;

use serde_json::Value;

use super::{EditError, line_break, scalar_text};
use crate::locale::say;
use crate::tools::path::{Step, shown};
use tree::{Kind, Node};

pub(super) fn check(text: &str) -> Result<(), EditError> {
    tree::parse(text).map(|_| ())
}

pub(super) fn get(text: &str, path: &[Step]) -> Result<Option<String>, EditError> {
    let Some(root) = tree::parse(text)? else {
        return Ok(None);
    };
    let mut node = &root;
    for step in path {
        match node.step(step) {
            Some(found) => node = found,
            None => return Ok(None),
        }
    }
    Ok(node.scalar().map(str::to_owned))
}

pub(super) fn set(text: &str, path: &[Step], value: &Value) -> Result<String, EditError> {
    let wanted = scalar_text(value).unwrap_or_default();
    let Some(root) = tree::parse(text)? else {
        // Nothing but comments: what is new stands at the end.
        let end = line_break(text);
        let gap = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            end
        };
        let made = format!("{text}{gap}{}{end}", lines(path, value, 0).join(end));
        return proved(made, None, path, &wanted);
    };
    let mut node = &root;
    let mut done = 0;
    while let Some(found) = path.get(done).and_then(|step| node.step(step)) {
        if node.anchored {
            return Err(unsafe_at(path, say!("trouble-edit-anchor")));
        }
        node = found;
        done += 1;
    }
    let rest = &path[done..];
    if rest.is_empty() && node.scalar() == Some(wanted.as_str()) {
        return Ok(text.to_owned());
    }
    if node.anchored {
        return Err(unsafe_at(path, say!("trouble-edit-anchor")));
    }
    let made = match (&node.kind, rest) {
        (Kind::Scalar { block: true, .. }, _) => {
            return Err(unsafe_at(path, say!("trouble-edit-lines")));
        }
        (Kind::Scalar { null: true, .. }, [_, ..]) if node.span.is_empty() => {
            below(text, node, rest, value)
        }
        (Kind::Scalar { .. }, []) => {
            let mut made = text.to_owned();
            let written = scalar(value);
            let gap = if node.span.is_empty() { " " } else { "" };
            made.replace_range(node.span.clone(), &format!("{gap}{written}"));
            made
        }
        (Kind::Map { flow: true, .. } | Kind::List { flow: true, .. }, [_, ..]) => {
            into_flow(text, node, rest, value)
        }
        (Kind::Map { entries, .. }, [Step::Key(_), ..]) if !entries.is_empty() => {
            let column = entries[0].0.column(text);
            after(text, node, &lines(rest, value, column))
        }
        (Kind::List { items, .. }, [Step::Where { .. }, ..]) if !items.is_empty() => {
            let column = items[0].dash_column(text);
            after(text, node, &lines(rest, value, column))
        }
        _ => {
            return Err(EditError::OtherShape {
                at: match shown(&path[..done]) {
                    at if at.is_empty() => say!("trouble-shape-file").into(),
                    at => at,
                },
                wanted: match rest.first() {
                    Some(step) if step.into_list() => say!("trouble-shape-list"),
                    Some(_) => say!("trouble-shape-table"),
                    None => say!("trouble-shape-value"),
                },
            });
        }
    };
    proved(made, Some(&root), path, &wanted)
}

fn unsafe_at(path: &[Step], why: &'static str) -> EditError {
    EditError::Unsafe {
        at: shown(path),
        why,
    }
}

/// Gives the text back when it holds the old tree with the one value changed, and nothing else.
fn proved(
    made: String,
    before: Option<&Node>,
    path: &[Step],
    wanted: &str,
) -> Result<String, EditError> {
    let bare = before.map_or(Value::Null, Node::value);
    let expected = tree::with(bare, path, wanted);
    match tree::parse(&made) {
        Ok(Some(after)) if after.value() == expected => Ok(made),
        Ok(_) | Err(_) => Err(unsafe_at(path, say!("trouble-edit-layout"))),
    }
}

/// New lines after the last one of a collection, with what stands behind it on its line left there.
fn after(text: &str, node: &Node, new: &[String]) -> String {
    let end = line_break(text);
    let mut at = node.end();
    // A value over several lines ends behind its line break.
    while at > 0 && text[..at].ends_with(['\n', '\r']) {
        at -= 1;
    }
    let at = text[at..].find('\n').map_or(text.len(), |found| at + found);
    let at = if text[..at].ends_with('\r') {
        at - 1
    } else {
        at
    };
    format!("{}{end}{}{}", &text[..at], new.join(end), &text[at..])
}

/// New lines below a name that has no value yet.
fn below(text: &str, node: &Node, rest: &[Step], value: &Value) -> String {
    let line_start = text[..node.span.start].rfind('\n').map_or(0, |at| at + 1);
    let line = &text[line_start..];
    let column = line
        .chars()
        .take_while(|letter| matches!(letter, ' ' | '-'))
        .count();
    let end = line_break(text);
    let at = text[node.span.start..]
        .find('\n')
        .map_or(text.len(), |found| node.span.start + found);
    let at = if text[..at].ends_with('\r') {
        at - 1
    } else {
        at
    };
    let new = lines(rest, value, column + 2).join(end);
    format!("{}{end}{new}{}", &text[..at], &text[at..])
}

/// A new entry at the end of a collection in braces or brackets.
fn into_flow(text: &str, node: &Node, rest: &[Step], value: &Value) -> String {
    let (at, gap) = match node.last_child_end() {
        Some(end) => (end, ", "),
        None => (node.span.start + 1, ""),
    };
    let new = flow(rest, value);
    // An entry of a map stands without braces of its own.
    let new = match rest.first() {
        Some(Step::Key(_)) => new
            .strip_prefix('{')
            .and_then(|new| new.strip_suffix('}'))
            .unwrap_or(&new)
            .to_owned(),
        _ => new
            .strip_prefix('[')
            .and_then(|new| new.strip_suffix(']'))
            .unwrap_or(&new)
            .to_owned(),
    };
    format!("{}{gap}{new}{}", &text[..at], &text[at..])
}

/// A path that is not there yet, on one line.
fn flow(path: &[Step], value: &Value) -> String {
    match path {
        [] => scalar(value),
        [Step::Key(key), rest @ ..] => format!("{{{}: {}}}", plain(key), flow(rest, value)),
        [Step::First, rest @ ..] => format!("[{}]", flow(rest, value)),
        [Step::Where { field, value: one }, rest @ ..] => {
            let inner = flow(rest, value);
            let inner = inner
                .strip_prefix('{')
                .and_then(|inner| inner.strip_suffix('}'));
            format!(
                "[{{{}: {}, {}}}]",
                plain(field),
                plain(one),
                inner.unwrap_or_default()
            )
        }
    }
}

/// A path that is not there yet, as lines in block style.
fn lines(path: &[Step], value: &Value, column: usize) -> Vec<String> {
    let indent = " ".repeat(column);
    match path {
        [] => vec![format!("{indent}{}", scalar(value))],
        [Step::Key(key)] => vec![format!("{indent}{}: {}", plain(key), scalar(value))],
        [Step::Key(key), rest @ ..] => {
            let mut made = vec![format!("{indent}{}:", plain(key))];
            made.extend(lines(rest, value, column + 2));
            made
        }
        [Step::First, rest @ ..] => dashed(lines(rest, value, column + 2), column),
        [Step::Where { field, value: one }, rest @ ..] => {
            let inner = " ".repeat(column + 2);
            let mut made = vec![format!("{inner}{}: {}", plain(field), plain(one))];
            made.extend(lines(rest, value, column + 2));
            dashed(made, column)
        }
    }
}

/// Lines as an item of a list.
fn dashed(mut lines: Vec<String>, column: usize) -> Vec<String> {
    if let Some(first) = lines.first_mut() {
        first.replace_range(column..=column, "-");
    }
    lines
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => plain(text),
        other => other.to_string(),
    }
}

/// Text as YAML writes it: bare where every reader takes it for text, else in double quotes.
fn plain(text: &str) -> String {
    let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "_-./:@".contains(letter);
    let safe = text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && !text.ends_with(':')
        && text.chars().all(fits)
        && !words.contains(&text.to_ascii_lowercase().as_str());
    if safe {
        text.to_owned()
    } else {
        Value::String(text.to_owned()).to_string()
    }
}
