//! The walls of the house: who may import whom, and how a file begins.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read the source fails"
)]

#[path = "support/tree.rs"]
mod tree;

use std::fs;
use std::path::{Path, PathBuf};

use tree::rust_files;

/// A room and the rooms it may use besides itself.
const ROOMS: [(&str, &[&str]); 14] = [
    ("locale", &[]),
    ("domain", &["locale"]),
    ("wire", &["locale", "domain"]),
    ("trust", &[]),
    ("files", &["locale", "domain"]),
    ("config", &["files", "locale", "domain"]),
    ("tools", &["files", "locale", "domain"]),
    ("ledger", &["locale", "domain"]),
    ("client", &["wire", "trust", "locale", "domain"]),
    ("relay", &["wire", "trust", "locale", "domain"]),
    ("verify", &["client", "locale", "domain"]),
    (
        "engine",
        &["client", "verify", "ledger", "tools", "locale", "domain"],
    ),
    ("tui", &["engine", "locale", "domain"]),
    (
        "cli",
        &[
            "domain", "wire", "files", "config", "tools", "ledger", "client", "verify", "relay",
            "engine", "tui", "locale",
        ],
    ),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The rooms a file names through `crate::`, with the line, its tests left out.
fn rooms_named(text: &str) -> Vec<(usize, String)> {
    let own = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or(text);
    let mut named = Vec::new();
    for (number, line) in own.lines().enumerate() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        for piece in line.split("crate::").skip(1) {
            let names = piece
                .strip_prefix('{')
                .map_or(piece, |list| list.split('}').next().unwrap_or(list));
            for name in names.split(',').take(if piece.starts_with('{') {
                usize::MAX
            } else {
                1
            }) {
                let room: String = name
                    .trim()
                    .chars()
                    .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                    .collect();
                named.push((number + 1, room));
            }
        }
    }
    named
}

#[test]
fn rooms_only_use_the_rooms_they_may() {
    let mut wrong = Vec::new();
    for (room, allowed) in ROOMS {
        for file in rust_files(&source().join(room)) {
            let text = fs::read_to_string(&file).unwrap();
            for (line, named) in rooms_named(&text) {
                let is_room = ROOMS.iter().any(|(known, _)| *known == named);
                if is_room && named != room && !allowed.contains(&named.as_str()) {
                    wrong.push(format!(
                        "{}:{line}: {room} may not use {named}",
                        file.display()
                    ));
                }
                // The dashboard sees the engine's door and nothing behind it.
                let inside = ["client", "ledger", "host"]
                    .iter()
                    .any(|part| text.contains(&format!("engine::{part}")));
                if room == "tui" && inside {
                    wrong.push(format!(
                        "{}: tui may only use the engine's door",
                        file.display()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_folder_of_the_source_is_a_room_of_the_table() {
    for entry in fs::read_dir(source()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            assert!(
                ROOMS.iter().any(|(room, _)| *room == name),
                "{name} is not in the table"
            );
        }
    }
}

#[test]
fn every_file_begins_by_saying_what_it_is_for() {
    for file in rust_files(&source()) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//! "), "{} does not", file.display());
    }
}

#[test]
fn no_file_has_grown_past_finding_one_s_way() {
    for file in rust_files(&source()) {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        assert!(
            lines <= 500,
            "{} has {lines} lines; find the seam",
            file.display()
        );
    }
}

#[test]
fn the_import_reader_sees_lists_and_paths() {
    let text = "use crate::{domain::Money, wire};\nlet x = crate::client::new();\n// crate::tui\n";
    let names: Vec<String> = rooms_named(text)
        .into_iter()
        .map(|(_, name)| name)
        .collect();
    assert_eq!(names, ["domain", "wire", "client"]);
}
