//! Reads the catalogues: every id of a language, and what each text takes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

/// What a text takes: every argument, and whether it stands in the text or only chooses its form.
pub type Arguments = BTreeMap<String, bool>;

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The files of a language. The first word of an id tells which one has it; all others lie in the first.
pub const FILES: [&str; 4] = ["deck", "cli", "help", "trouble"];

/// The texts of a language: `id` or `id.attribute`, and what each takes.
pub fn catalogue(language: &str) -> BTreeMap<String, Arguments> {
    let mut found = BTreeMap::new();
    for file in FILES {
        read(language, file, &mut found);
    }
    found
}

fn read(language: &str, file: &str, found: &mut BTreeMap<String, Arguments>) {
    let path = folder().join(format!("assets/locale/{language}/{file}.ftl"));
    let text = fs::read_to_string(path).unwrap();
    let resource = fluent_syntax::parser::parse(text.as_str())
        .map_err(|(_, errors)| format!("{language}/{file}.ftl: {errors:?}"))
        .unwrap();
    let mut put = |id: String, pattern: &Pattern<&str>| {
        let first = id.split(['-', '.']).next().unwrap();
        let belongs = FILES[1..].iter().find(|file| **file == first);
        let belongs = belongs.unwrap_or(&FILES[0]);
        assert_eq!(*belongs, file, "{language}/{file}.ftl has {id}");
        let mut takes = Arguments::new();
        arguments(pattern, &mut takes);
        let twice = found.insert(id.clone(), takes).is_some();
        assert!(!twice, "{language}/{file}.ftl has {id} twice");
    };
    for entry in &resource.body {
        match entry {
            Entry::Message(message) => {
                let id = message.id.name;
                put(id.to_owned(), message.value.as_ref().unwrap());
                for one in &message.attributes {
                    put(format!("{id}.{}", one.id.name), &one.value);
                }
            }
            Entry::Junk { content } => {
                panic!("{language}/{file}.ftl cannot be read at {content:?}")
            }
            _ => {}
        }
    }
}

fn arguments(pattern: &Pattern<&str>, takes: &mut Arguments) {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else {
            continue;
        };
        match expression {
            Expression::Inline(InlineExpression::VariableReference { id }) => {
                takes.insert(id.name.to_owned(), true);
            }
            Expression::Inline(InlineExpression::StringLiteral { .. }) => {}
            Expression::Inline(other) => panic!("the catalogues do without {other:?}"),
            Expression::Select { selector, variants } => {
                let InlineExpression::VariableReference { id } = selector else {
                    panic!("{selector:?} chooses nothing");
                };
                takes.entry(id.name.to_owned()).or_insert(false);
                for variant in variants {
                    arguments(&variant.value, takes);
                }
            }
        }
    }
}
