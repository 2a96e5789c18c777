//! Everything that the dashboard can show has a scene: a snapshot of it at 80×24 and 120×40, without colour and with. The
//! places and what lies over them are told apart by what the first line of a snapshot says; texts are looked for in all of
//! them.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read the snapshots fails"
)]

mod term_support;
mod tui_support;
mod words_support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use fluent_syntax::ast::{Entry, PatternElement};
use tui_support::shown::{OVERLAYS, places};
use words_support::catalogue::folder;
use words_support::source::said;

/// The texts of the dashboard that no scene shows, by the reason for it.
const UNSEEN: &str = include_str!("unseen.toml");

/// The snapshots of the dashboard in English.
fn snapshots() -> Vec<String> {
    let files = fs::read_dir(folder().join("tests/snapshots")).unwrap();
    let names = files.map(|file| file.unwrap().path());
    names
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("tui_") && !name.contains("__zh_")
        })
        .map(|path| fs::read_to_string(path).unwrap())
        .collect()
}

#[test]
fn every_place_and_everything_over_it_has_a_scene() {
    let mut seen = BTreeSet::new();
    for text in snapshots() {
        for line in text.lines() {
            if let Some(shown) = line.strip_prefix("shows: ") {
                seen.extend(shown.split(" < ").map(str::to_owned));
            }
        }
    }
    let over = OVERLAYS.iter().map(|over| (*over).to_owned());
    let missing: Vec<String> = places()
        .into_iter()
        .chain(over)
        .filter(|kind| !seen.contains(kind))
        .collect();
    assert!(missing.is_empty(), "no scene shows {missing:#?}");
}

/// What stands on the screens without colour, blanks and lines made one.
fn plain_screens() -> String {
    let mut all = String::new();
    for text in snapshots() {
        let mut colour = false;
        for line in text.lines() {
            if line.starts_with("── ") {
                colour = line.contains("colour");
            } else if !colour {
                for word in line.split_whitespace() {
                    all.push_str(word);
                    all.push(' ');
                }
            }
        }
    }
    all
}

/// The longest piece of each English text of the dashboard that stands in it as it is, blanks and lines made one: what can be
/// looked for on a screen. A text that only puts together what it is given has none.
fn pieces() -> BTreeMap<String, String> {
    let path = folder().join("assets/locale/en/deck.ftl");
    let text = fs::read_to_string(path).unwrap();
    let resource = fluent_syntax::parser::parse(text.as_str()).unwrap();
    let mut found = BTreeMap::new();
    for entry in &resource.body {
        let Entry::Message(message) = entry else {
            continue;
        };
        let elements = &message.value.as_ref().unwrap().elements;
        let pieces = elements.iter().filter_map(|element| match element {
            PatternElement::TextElement { value } => {
                Some(value.split_whitespace().collect::<Vec<_>>().join(" "))
            }
            PatternElement::Placeable { .. } => None,
        });
        if let Some(longest) = pieces
            .max_by_key(String::len)
            .filter(|text| !text.is_empty())
        {
            found.insert(message.id.name.to_owned(), longest);
        }
    }
    found
}

#[test]
fn every_text_of_the_dashboard_is_seen_in_a_scene() {
    let reasons: BTreeMap<String, Vec<String>> = toml::from_str(UNSEEN).unwrap();
    let excused: BTreeSet<&String> = reasons.values().flatten().collect();
    let (pieces, screens) = (pieces(), plain_screens());
    let home = folder().join("src/tui").display().to_string();
    let ids = said()
        .into_iter()
        .filter(|(file, ..)| file.starts_with(&home))
        .map(|(_, id, _)| id);
    let ids: BTreeSet<String> = ids.collect();
    let seen = |id: &String| pieces.get(id).is_none_or(|piece| screens.contains(piece));
    let missing: Vec<&String> = ids
        .iter()
        .filter(|id| !excused.contains(id) && !seen(id))
        .collect();
    assert!(missing.is_empty(), "no scene shows {missing:#?}");
    let idle: Vec<&&String> = excused
        .iter()
        .filter(|id| !ids.contains(**id) || seen(id))
        .collect();
    assert!(idle.is_empty(), "needs no excuse: {idle:#?}");
}
