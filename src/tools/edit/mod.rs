//! Configuration files of every format, read and changed in place: comments, order and formatting stay as they are.
//!
//! A change sets one value at a path and makes what is missing on the way. What cannot be changed without touching
//! anything else is refused; nothing here reads or writes a file.

mod block;
mod dotenv;
mod json;
#[cfg(test)]
mod tests;
mod toml;
mod yaml;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::path::Step;
use crate::locale::say;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JSON, with or without comments, JSON5 too.
    Json,
    /// TOML.
    Toml,
    /// YAML.
    Yaml,
    /// `NAME=value` lines, in a shell's file with `export` before them.
    Dotenv,
    /// A shell's file of commands, where what is ours stands between two marks.
    Block,
    /// One value is the whole file.
    Text,
}

/// Why a file cannot be read or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It is not valid.
    #[error("{}", say!("trouble-edit-broken", line = line, column = column, why = why))]
    Broken {
        /// Counted from 1.
        line: usize,
        /// Counted from 1, in characters.
        column: usize,
        /// What the parser said; never a value of the file.
        why: String,
    },
    /// Something else stands where a value or a table is wanted.
    #[error("{}", say!("trouble-edit-shape", at = at, wanted = wanted))]
    OtherShape {
        /// The path.
        at: String,
        /// What was wanted.
        wanted: &'static str,
    },
    /// The change could not be made without touching more than it should.
    #[error("{}", say!("trouble-edit-unsafe", at = at, why = why))]
    Unsafe {
        /// The path.
        at: String,
        /// Why.
        why: &'static str,
    },
}

impl Format {
    /// Checks that a file is valid.
    ///
    /// # Errors
    /// The first place where it is not.
    pub fn check(self, text: &str) -> Result<(), EditError> {
        match self {
            Format::Json => json::check(text),
            Format::Toml => toml::check(text),
            Format::Yaml => yaml::check(text),
            Format::Dotenv => dotenv::check(text),
            Format::Block => block::check(text),
            Format::Text => Ok(()),
        }
    }

    /// The value at a path, as text; `None` when there is none, or it is no scalar.
    ///
    /// # Errors
    /// When the file is not valid.
    pub fn get(self, text: &str, path: &[Step]) -> Result<Option<String>, EditError> {
        match self {
            Format::Json => json::get(text, path),
            Format::Toml => toml::get(text, path),
            Format::Yaml => yaml::get(text, path),
            Format::Dotenv => dotenv::get(text, path),
            Format::Block => block::get(text, path),
            Format::Text => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        }
    }

    /// The text with a value set at a path. Setting what is there already gives the same text.
    ///
    /// # Errors
    /// When the file is not valid, or the change cannot be made in place.
    pub fn set(self, text: &str, path: &[Step], value: &Value) -> Result<String, EditError> {
        match self {
            Format::Json => json::set(text, path, value),
            Format::Toml => toml::set(text, path, value),
            Format::Yaml => yaml::set(text, path, value),
            Format::Dotenv => dotenv::set(text, path, value),
            Format::Block => block::set(text, path, value),
            Format::Text => {
                let wanted = scalar_text(value).unwrap_or_default();
                Ok(if text.trim() == wanted {
                    text.to_owned()
                } else {
                    format!("{wanted}\n")
                })
            }
        }
    }
}

/// A scalar as text; `None` for lists, tables and null.
fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The line break that a text uses.
fn line_break(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// A changed text with the line breaks it had before: each line that is still there keeps its own, new ones get the text's.
fn with_line_breaks_of(before: &str, made: &str) -> String {
    let bare = |line: &str| line.trim_end_matches(['\r', '\n']).len();
    let mut old = before.split_inclusive('\n');
    let mut text = String::with_capacity(made.len() + made.len() / 16);
    for line in made.split_inclusive('\n') {
        let (words, end) = line.split_at(bare(line));
        let same = |other: &&str| other[..bare(other)] == *words;
        let kept = old.clone().position(|other| same(&other));
        let kept = kept.and_then(|at| old.nth(at));
        text.push_str(words);
        text.push_str(match (end, kept) {
            ("", _) => "",
            (_, Some(kept)) if kept.ends_with('\n') => &kept[bare(kept)..],
            _ => line_break(before),
        });
    }
    text
}

/// Line and column of a byte, both counted from 1, the column in characters.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default();
    (line, column.chars().count() + 1)
}
