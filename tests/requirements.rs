//! The table from requirement to the tests that show it is whole: every requirement has a row, and every test that a row
//! names is there and is a test.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read the source fails"
)]

use std::collections::BTreeMap;
use std::path::Path;

const TABLE: &str = include_str!("requirements.toml");

/// The requirements of accounts, keys, groups, marketplace, input, addresses, tools, proof and side by side.
const WANTED: [&str; 71] = [
    "S-01", "S-02", "S-03", "S-04", "S-05", "S-06", "S-07", "S-08", "S-10", "S-12", "S-13", "S-14",
    "S-15", "S-16", "S-17", "S-18", "S-19", "S-20", "S-21", "S-22", "S-23", "S-24", "S-30", "S-31",
    "S-33", "S-34", "S-35", "S-36", "S-40", "S-41", "S-42", "S-43", "S-44", "S-45", "S-46", "S-50",
    "S-51", "S-52", "S-56", "S-57", "S-58", "S-59", "S-60", "S-70", "S-72", "S-73", "S-74", "S-75",
    "S-76", "S-80", "S-81", "S-82", "S-83", "S-84", "S-90", "S-91", "S-92", "S-93", "S-94", "S-95",
    "S-96", "S-97", "S-98", "S-99", "X-01", "X-05", "X-06", "X-07", "X-08", "X-09", "X-11",
];

fn table() -> BTreeMap<String, Vec<String>> {
    toml::from_str(TABLE).unwrap()
}

/// Whether a file holds a test of this name: its attribute stands above it.
fn has_test(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_it = |line: &&str| {
        let line = line.strip_prefix("async ").unwrap_or(line);
        line.strip_prefix("fn ")
            .and_then(|rest| rest.strip_prefix(name))
            .is_some_and(|rest| rest.starts_with('('))
    };
    let Some(at) = lines.iter().position(is_it) else {
        return false;
    };
    let above = lines[..at]
        .iter()
        .rev()
        .take_while(|line| line.starts_with("#["));
    above.into_iter().any(|line| line.contains("test"))
}

#[test]
fn every_requirement_has_a_test() {
    let table = table();
    for wanted in WANTED {
        let rows = table.get(wanted).map_or(0, Vec::len);
        assert!(rows > 0, "{wanted} has no test");
    }
    for known in table.keys() {
        assert!(
            WANTED.contains(&known.as_str()),
            "{known} is no requirement of this table"
        );
    }
}

#[test]
fn every_test_that_is_named_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    for (requirement, tests) in table() {
        for named in tests {
            let (file, name) = named.split_once("::").unwrap();
            let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
            if !has_test(&text, name) {
                missing.push(format!("{requirement}: {named}"));
            }
        }
    }
    assert!(missing.is_empty(), "not there:\n{}", missing.join("\n"));
}

#[test]
fn only_a_function_with_the_attribute_of_a_test_is_one() {
    let text =
        "#[test]\nfn a() {}\n#[tokio::test]\nasync fn b() {}\nfn c() {}\n#[test]\nfn d_more() {}\n";
    assert!(has_test(text, "a") && has_test(text, "b"));
    assert!(!has_test(text, "c") && !has_test(text, "d"));
}
