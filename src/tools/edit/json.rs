//! JSON, with comments and the freedoms of JSON5, changed through a syntax tree that keeps every character.

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstArray, CstInputValue, CstNode, CstObject, CstRootNode};
use serde_json::Value;

use super::{EditError, scalar_text};
use crate::locale::{foreign, say};
use crate::tools::path::{Step, shown};

fn parse(text: &str) -> Result<CstRootNode, EditError> {
    let options = ParseOptions {
        allow_missing_commas: false,
        ..ParseOptions::default()
    };
    CstRootNode::parse(text, &options).map_err(|error| EditError::Broken {
        line: error.line_display(),
        column: error.column_display(),
        why: foreign(&error.kind().to_string().to_lowercase()),
    })
}

pub(super) fn check(text: &str) -> Result<(), EditError> {
    parse(text).map(|_| ())
}

pub(super) fn get(text: &str, path: &[Step]) -> Result<Option<String>, EditError> {
    let root = parse(text)?;
    let mut node = root.value();
    for step in path {
        let Some(here) = node else { return Ok(None) };
        node = match step {
            Step::Key(key) => property(&here, key),
            Step::First => here
                .as_array()
                .and_then(|list| list.elements().into_iter().next()),
            Step::Where { field, value } => here
                .as_array()
                .and_then(|list| element(&list, field, value))
                .map(|object| CstNode::Container(object.into())),
        };
    }
    Ok(node
        .and_then(|node| node.to_serde_value())
        .as_ref()
        .and_then(scalar_text))
}

fn property(node: &CstNode, key: &str) -> Option<CstNode> {
    node.as_object()?.get(key)?.value()
}

/// The element of a list whose field has a value.
fn element(list: &CstArray, field: &str, value: &str) -> Option<CstObject> {
    list.elements().into_iter().find_map(|node| {
        let object = node.as_object()?;
        let found = object.get(field)?.value()?.to_serde_value()?;
        (scalar_text(&found).as_deref() == Some(value)).then_some(object)
    })
}

/// A list or table on the way to the value.
enum Place {
    Object(CstObject),
    List(CstArray),
}

pub(super) fn set(text: &str, path: &[Step], value: &Value) -> Result<String, EditError> {
    if get(text, path)? == scalar_text(value) {
        return Ok(text.to_owned());
    }
    let root = parse(text)?;
    let wrong = |upto: usize, wanted| EditError::OtherShape {
        at: match shown(&path[..upto]) {
            at if at.is_empty() => say!("trouble-shape-file").into(),
            at => at,
        },
        wanted,
    };
    let list_first = path.first().is_some_and(Step::into_list);
    let mut place = if list_first {
        Place::List(
            root.array_value_or_create()
                .ok_or(wrong(0, say!("trouble-shape-list")))?,
        )
    } else {
        Place::Object(
            root.object_value_or_create()
                .ok_or(wrong(0, say!("trouble-shape-object")))?,
        )
    };
    for (at, step) in path.iter().enumerate() {
        let last = at + 1 == path.len();
        let next_is_list = path.get(at + 1).is_some_and(Step::into_list);
        place = match (place, step) {
            (Place::Object(object), Step::Key(key)) if last => {
                let old = object.get(key).and_then(|property| property.value());
                if old.is_some_and(|old| old.as_object().is_some() || old.as_array().is_some()) {
                    return Err(wrong(at + 1, say!("trouble-shape-value")));
                }
                put(&object, key, value);
                return Ok(ended(root.to_string(), text));
            }
            (Place::Object(object), Step::Key(key)) if next_is_list => {
                let list = object.array_value_or_create(key);
                Place::List(list.ok_or(wrong(at + 1, say!("trouble-shape-list")))?)
            }
            (Place::Object(object), Step::Key(key)) => {
                let inner = object.object_value_or_create(key);
                Place::Object(inner.ok_or(wrong(at + 1, say!("trouble-shape-object")))?)
            }
            (Place::List(list), Step::Where { field, value }) => Place::Object(
                element(&list, field, value)
                    .map_or_else(
                        || {
                            list.ensure_multiline();
                            let fresh = CstInputValue::Object(vec![(
                                field.clone(),
                                CstInputValue::String(value.clone()),
                            )]);
                            list.append(fresh).as_object()
                        },
                        Some,
                    )
                    .ok_or(wrong(at + 1, say!("trouble-shape-object")))?,
            ),
            (Place::List(list), Step::First) => {
                let first = list.elements().into_iter().next();
                let object = first.and_then(|node| node.as_object());
                Place::Object(object.ok_or(wrong(at + 1, say!("trouble-shape-object")))?)
            }
            (Place::Object(_), _) => return Err(wrong(at, say!("trouble-shape-list"))),
            (Place::List(_), _) => return Err(wrong(at, say!("trouble-shape-object"))),
        };
    }
    Err(wrong(path.len(), say!("trouble-shape-value")))
}

fn put(object: &CstObject, key: &str, value: &Value) {
    let value = match value {
        Value::Bool(flag) => CstInputValue::Bool(*flag),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        other => CstInputValue::String(scalar_text(other).unwrap_or_default()),
    };
    match object.get(key) {
        Some(property) => property.set_value(value),
        None => {
            object.ensure_multiline();
            object.append(key, value);
        }
    }
}

/// A new file ends in a line break.
fn ended(made: String, before: &str) -> String {
    if before.trim().is_empty() && !made.ends_with('\n') {
        made + "\n"
    } else {
        made
    }
}
