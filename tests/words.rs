//! The catalogues of texts (X-12): both languages say the same things, the source says nothing they do not have, and they
//! have nothing the source does not say.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot read the source fails"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

/// What a text takes: every argument, and whether it stands in the text or only chooses its form.
type Arguments = BTreeMap<String, bool>;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The texts of a catalogue: `id` or `id.attribute`, and what each takes.
fn catalogue(language: &str) -> BTreeMap<String, Arguments> {
    let file = folder().join(format!("assets/locale/{language}.ftl"));
    let text = fs::read_to_string(file).unwrap();
    let resource = fluent_syntax::parser::parse(text.as_str())
        .map_err(|(_, errors)| format!("{language}.ftl: {errors:?}"))
        .unwrap();
    let mut found = BTreeMap::new();
    let mut put = |id: String, pattern: &Pattern<&str>| {
        let mut takes = Arguments::new();
        arguments(pattern, &mut takes);
        let twice = found.insert(id.clone(), takes).is_some();
        assert!(!twice, "{language}.ftl has {id} twice");
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
            Entry::Junk { content } => panic!("{language}.ftl cannot be read at {content:?}"),
            _ => {}
        }
    }
    found
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

/// Every place of the source that says a text: its file, the id, and the names of what it gives.
fn said() -> Vec<(String, String, BTreeSet<String>)> {
    let mut found = Vec::new();
    for file in rust_files(&folder().join("src")) {
        if file.ends_with("locale/mod.rs") {
            continue;
        }
        let whole = fs::read_to_string(&file).unwrap();
        let text = whole.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let name = file.display().to_string();
        for (at, _) in text.match_indices("say!(") {
            let inside = call(&text[at + 4..]);
            let Some((id, rest)) = quoted(inside) else {
                continue;
            };
            found.push((name.clone(), id, names(rest)));
        }
        for (at, _) in text.match_indices("Word(\"") {
            let (id, _) = quoted(&text[at + 5..]).unwrap();
            if !id.is_empty() {
                found.push((name.clone(), id, BTreeSet::new()));
            }
        }
    }
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What stands between a parenthesis that opens at the beginning and the one that closes it.
fn call(text: &str) -> &str {
    let mut depth = 0_usize;
    let mut in_text = false;
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            '(' if !in_text => depth += 1,
            ')' if !in_text => {
                depth -= 1;
                if depth == 0 {
                    return &text[1..at];
                }
            }
            _ => {}
        }
    }
    text
}

/// The text in quotes at the beginning, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inside = text.trim_start().trim_start_matches('(').trim_start();
    let inside = inside.strip_prefix('"')?;
    let end = inside.find('"')?;
    Some((inside[..end].to_owned(), &inside[end + 1..]))
}

/// The names before `=`, outside any brackets.
fn names(arguments: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let (mut depth, mut in_text, mut begin) = (0_usize, false, 0);
    let bytes = arguments.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' => in_text = !in_text,
            b'(' | b'[' | b'{' if !in_text => depth += 1,
            b')' | b']' | b'}' if !in_text => depth -= 1,
            b',' if !in_text && depth == 0 => begin = at + 1,
            b'=' if !in_text && depth == 0 => {
                let name = arguments[begin..at].trim();
                let plain = |letter: char| letter.is_alphanumeric() || letter == '_';
                if !name.is_empty() && name.chars().all(plain) {
                    found.insert(name.to_owned());
                }
                begin = arguments.len();
            }
            _ => {}
        }
    }
    found
}

/// The texts in quotes of a source, with their lines; comments, raw texts and single characters are passed over.
fn literals(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let (mut line, mut at) = (1, 0);
    let bytes = source.as_bytes();
    while at < bytes.len() {
        let rest = &source[at..];
        let passes = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(raw) = rest.strip_prefix("r#\"") {
            raw.find("\"#").map_or(rest.len(), |end| end + 5)
        } else if rest.starts_with("'\\''") || rest.starts_with("'\\\\'") {
            4
        } else if rest.starts_with("'\"'") {
            3
        } else if bytes[at] == b'"' {
            let mut end = at + 1;
            while end < bytes.len() && bytes[end] != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            found.push((line, source[at + 1..end].to_owned()));
            end + 1 - at
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        line += source[at..at + passes].matches('\n').count();
        at += passes;
    }
    found
}

/// Whether a text is for people: it has words, and is not the name of something.
fn is_for_people(text: &str) -> bool {
    let (mut bare, mut depth) = (String::new(), 0_usize);
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '\\' if letters.next() == Some('x') => drop(letters.nth(1)),
            '\\' => {}
            letter if depth == 0 => bare.push(letter),
            _ => {}
        }
    }
    let word = |word: &str| word.len() > 1 && word.chars().all(|one| one.is_ascii_alphabetic());
    let has_words = bare
        .split(|letter: char| !letter.is_ascii_alphabetic())
        .any(word);
    let names_something = bare.chars().all(|letter| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_./:*=;-".contains(letter)
    });
    let names_a_variable = bare
        .chars()
        .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_');
    has_words && !names_something && !names_a_variable
}

/// What the dashboard may write out: names that are the same in every language, what is for its makers, and a question that
/// is put to a model which knows English only.
const WRITTEN_OUT: [(&str, &[&str]); 9] = [
    ("text/code/languages.rs", &[""]),
    ("term/crash.rs", &[""]),
    (
        "keymap/chord.rs",
        &[
            "Enter",
            "Esc",
            "Tab",
            "Shift-Tab",
            "Space",
            "Backspace",
            "Del",
            "Ins",
            "Up",
            "Down",
            "Left",
            "Right",
            "Home",
            "End",
            "PgUp",
            "PgDn",
            "Alt-",
            "Ctrl-",
        ],
    ),
    ("doors.rs", &["What can I do here?"]),
    ("overlay/chat_form.rs", &["Markdown"]),
    ("tabs/groups/support.rs", &["%Y-%m-%d %H:%M:%S UTC"]),
    (
        "tabs/tools/state.rs",
        &["sample {}", "link {}", "link {} {}"],
    ),
    ("view/deck.rs", &[" relaydeck ", " {} ms"]),
    (
        "run.rs",
        &["asked to, in the dashboard", "asked to, in the background"],
    ),
];

#[test]
fn x_12_no_text_of_the_dashboard_is_written_out_in_its_source() {
    let mut wrong = Vec::new();
    let home = folder().join("src/tui");
    for file in rust_files(&home) {
        if file.ends_with("tests.rs") {
            continue;
        }
        let whole = fs::read_to_string(&file).unwrap();
        let text = whole.split("#[cfg(test)]").next().unwrap();
        let name = file.strip_prefix(&home).unwrap().display().to_string();
        let allowed = WRITTEN_OUT.iter().find(|(of, _)| *of == name);
        for (line, literal) in literals(text) {
            let may = allowed
                .is_some_and(|(_, some)| some.contains(&"") || some.contains(&literal.as_str()));
            // How a value looks to its maker: `Copyable(12 bytes)`.
            let is_debug =
                literal.contains('(') && literal.ends_with(')') && !literal.contains(". ");
            if is_for_people(&literal) && !may && !is_debug && !literal.starts_with("\\u{1b}") {
                wrong.push(format!(
                    "{name}:{line}: {literal:?} belongs into the catalogues"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The texts that the table of keys says: one for each of its lines, and its word of the bottom row where it has one.
fn of_the_keys() -> BTreeSet<String> {
    let text = fs::read_to_string(folder().join("assets/keymap.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let mut ids = BTreeSet::new();
    for line in table["bind"].as_array().unwrap() {
        let word = |name: &str| line[name].as_str().unwrap();
        assert!(
            line.get("description").is_none(),
            "what {} {} says belongs into the catalogues",
            word("context"),
            word("action")
        );
        let id = format!("bind-{}-{}", word("context"), word("action"));
        if let Some(hint) = line.get("hint") {
            assert_eq!(hint.as_bool(), Some(true), "{id}");
            ids.insert(format!("{id}.hint"));
        }
        ids.insert(id);
    }
    ids
}

#[test]
fn x_12_both_languages_have_the_same_texts_with_the_same_arguments() {
    let (english, chinese) = (catalogue("en"), catalogue("zh"));
    let ids = |catalogue: &BTreeMap<String, Arguments>| -> BTreeSet<String> {
        catalogue.keys().cloned().collect()
    };
    let (of_english, of_chinese) = (ids(&english), ids(&chinese));
    let only: Vec<_> = of_english.symmetric_difference(&of_chinese).collect();
    assert!(only.is_empty(), "in one catalogue only: {only:#?}");
    for (id, takes) in &english {
        let theirs = &chinese[id];
        for (name, stands) in takes {
            // What only chooses between one and many may mean nothing in a language without the difference.
            assert!(
                !stands || theirs.contains_key(name),
                "zh.ftl loses {name} in {id}"
            );
        }
        for name in theirs.keys() {
            assert!(
                takes.contains_key(name),
                "{id} has no {name}, but zh.ftl says it"
            );
        }
    }
}

#[test]
fn every_text_that_is_said_is_there_and_gets_what_it_takes() {
    let english = catalogue("en");
    let mut wrong = Vec::new();
    for (file, id, given) in said() {
        let Some(takes) = english.get(&id) else {
            wrong.push(format!("{file}: no catalogue has {id}"));
            continue;
        };
        let takes: BTreeSet<String> = takes.keys().cloned().collect();
        if takes != given {
            wrong.push(format!(
                "{file}: {id} takes {takes:?} and is given {given:?}"
            ));
        }
    }
    for id in of_the_keys() {
        if !english.contains_key(&id) {
            wrong.push(format!("keymap.toml: no catalogue has {id}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_text_of_the_catalogues_is_said_somewhere() {
    let mut used = of_the_keys();
    used.extend(said().into_iter().map(|(_, id, _)| id));
    let idle: Vec<String> = catalogue("en")
        .into_keys()
        .filter(|id| !used.contains(id))
        .collect();
    assert!(idle.is_empty(), "nobody says {idle:#?}");
}

#[test]
fn the_reader_of_the_source_tells_texts_from_names() {
    let source = "// \"No keys\"\nlet a = ('\"', \"No keys yet.\", \"keys-empty\", \"{name} is\");";
    let texts: Vec<String> = literals(source)
        .into_iter()
        .map(|(line, text)| format!("{line} {text} {}", is_for_people(&text)))
        .collect();
    assert_eq!(
        texts,
        [
            "2 No keys yet. true",
            "2 keys-empty false",
            "2 {name} is true"
        ]
    );
}

#[test]
fn the_reader_of_the_source_sees_ids_and_arguments() {
    let text = r#"("keys-of", count = #rows.len(), name = f(a, b = c)), x = 1"#;
    let (id, rest) = quoted(call(text)).unwrap();
    let names: Vec<String> = names(rest).into_iter().collect();
    assert_eq!(
        (id.as_str(), names.join(" ").as_str()),
        ("keys-of", "count name")
    );
}
