//! TOML, changed through toml_edit.

use serde_json::Value;
use toml_edit::{Document, DocumentMut, Item, Table, TableLike};

use super::{EditError, position, with_line_breaks_of};
use crate::locale::{foreign, say};
use crate::tools::path::{Step, shown};

fn parse(text: &str) -> Result<DocumentMut, EditError> {
    Document::parse(text)
        .map(Document::into_mut)
        .map_err(|error| {
            let (line, column) = position(text, error.span().map_or(0, |span| span.start));
            EditError::Broken {
                line,
                column,
                why: foreign(error.message()),
            }
        })
}

pub(super) fn check(text: &str) -> Result<(), EditError> {
    parse(text).map(|_| ())
}

pub(super) fn get(text: &str, path: &[Step]) -> Result<Option<String>, EditError> {
    let document = parse(text)?;
    let mut item = document.as_item();
    for step in path {
        let found = match step {
            Step::Key(key) => item.as_table_like().and_then(|table| table.get(key)),
            Step::First | Step::Where { .. } => None,
        };
        let Some(found) = found else { return Ok(None) };
        item = found;
    }
    Ok(item.as_value().and_then(|value| match value {
        toml_edit::Value::String(text) => Some(text.value().clone()),
        toml_edit::Value::Integer(number) => Some(number.value().to_string()),
        toml_edit::Value::Boolean(flag) => Some(flag.value().to_string()),
        toml_edit::Value::Float(_)
        | toml_edit::Value::Datetime(_)
        | toml_edit::Value::Array(_)
        | toml_edit::Value::InlineTable(_) => None,
    }))
}

pub(super) fn set(text: &str, path: &[Step], value: &Value) -> Result<String, EditError> {
    if get(text, path)? == super::scalar_text(value) {
        return Ok(text.to_owned());
    }
    let mut document = parse(text)?;
    let wrong = |upto: usize, wanted| EditError::OtherShape {
        at: shown(&path[..upto]),
        wanted,
    };
    let mut table: &mut dyn TableLike = document.as_table_mut();
    let Some((last, way)) = path.split_last() else {
        return Err(wrong(0, say!("trouble-shape-value")));
    };
    for (at, step) in way.iter().enumerate() {
        let Step::Key(key) = step else {
            return Err(wrong(at + 1, say!("trouble-shape-table")));
        };
        if table.get(key).is_none() {
            let mut fresh = Table::new();
            // Only the innermost table of a new one gets a head of its own.
            fresh.set_implicit(at + 1 < way.len());
            table.insert(key, Item::Table(fresh));
        }
        let inner = table.get_mut(key).and_then(Item::as_table_like_mut);
        table = inner.ok_or(wrong(at + 1, say!("trouble-shape-table")))?;
    }
    let Step::Key(key) = last else {
        return Err(wrong(path.len(), say!("trouble-shape-value")));
    };
    let mut fresh = match value {
        Value::Bool(flag) => toml_edit::Value::from(*flag),
        Value::Number(number) => toml_edit::Value::from(number.as_i64().unwrap_or_default()),
        other => toml_edit::Value::from(super::scalar_text(other).unwrap_or_default()),
    };
    match table.get_mut(key) {
        Some(item) => {
            let old = item.as_value_mut();
            let Some(old) = old.filter(|old| !old.is_array() && !old.is_inline_table()) else {
                return Err(wrong(path.len(), say!("trouble-shape-value")));
            };
            *fresh.decor_mut() = old.decor().clone();
            *old = fresh;
        }
        None => drop(table.insert(key, Item::Value(fresh))),
    }
    // What comes back has plain line breaks throughout.
    Ok(with_line_breaks_of(text, &document.to_string()))
}
