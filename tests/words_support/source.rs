//! Reads the source: which texts it says, and what it writes out itself.

use std::collections::BTreeSet;
use std::fs;

use super::catalogue::folder;
use super::tree::rust_files;

/// Every place of the source that says a text: its file, the id, and the names of what it gives.
pub fn said() -> Vec<(String, String, BTreeSet<String>)> {
    let mut found = Vec::new();
    for file in rust_files(&folder().join("src")) {
        if file.ends_with("locale/mod.rs") {
            continue;
        }
        let whole = fs::read_to_string(&file).unwrap();
        let text = own(&whole);
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

/// What stands between a parenthesis that opens at the beginning and the one that closes it.
fn call(text: &str) -> &str {
    &text[1..closing(text) - 1]
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
pub fn literals(source: &str) -> Vec<(usize, String)> {
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
pub fn is_for_people(text: &str) -> bool {
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

/// A file without the tests at its end, whoever else may use what they are made of.
pub fn own(source: &str) -> &str {
    let end = [
        "#[cfg(test)]\nmod tests {",
        "#[cfg(test)]\npub mod tests {",
        "#[cfg(test)]\npub(crate) mod tests {",
        "#[cfg(all(test, unix))]",
    ];
    let end = end.iter().filter_map(|sign| source.find(sign)).min();
    &source[..end.unwrap_or(source.len())]
}

/// A source without what is for its makers: attributes, but for the texts of errors, and what goes into the log.
pub fn bare(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    loop {
        let log = rest.find("tracing::").filter(|at| {
            let name = rest[at + 9..].find("!(");
            name.is_some_and(|end| {
                rest[at + 9..at + 9 + end]
                    .chars()
                    .all(char::is_alphanumeric)
            })
        });
        let attribute = ["#[", "#!["].iter().filter_map(|sign| {
            let at = rest.find(sign)?;
            (!rest[at..].starts_with("#[error")).then_some(at)
        });
        let Some(at) = log.into_iter().chain(attribute).min() else {
            // An attribute that stays may hide another one behind it.
            let Some(at) = rest.find("#[error") else {
                return out + rest;
            };
            let (kept, behind) = rest.split_at(at + 2);
            out += kept;
            rest = behind;
            continue;
        };
        if let Some(kept) = rest.find("#[error").filter(|kept| *kept < at) {
            out += &rest[..kept + 2];
            rest = &rest[kept + 2..];
            continue;
        }
        out += &rest[..at];
        let open = at + rest[at..].find(['(', '[']).unwrap_or_default();
        let closes = open + closing(&rest[open..]);
        out.extend(rest[at..closes].chars().filter(|letter| *letter == '\n'));
        rest = &rest[closes..];
    }
}

/// How far it is from a bracket to behind the one that closes it.
fn closing(text: &str) -> usize {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            '(' | '[' if !in_text => depth += 1,
            ')' | ']' if !in_text => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// Whether a text has two words in a row that are no SQL: a sentence, or a part of one.
pub fn is_a_sentence(text: &str) -> bool {
    const SQL: [&str; 14] = [
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "WHERE",
        "VALUES",
        "ORDER BY",
        "PRAGMA",
        "coalesce",
        "excluded.",
        " AND ",
        "FROM",
        "sent_ms",
        "profile = ",
    ];
    if SQL.iter().any(|word| text.contains(word)) {
        return false;
    }
    let mut plain = String::new();
    let mut letters = text.chars();
    let mut depth = 0_usize;
    while let Some(letter) = letters.next() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '\\' => {
                letters.next();
                plain.push('\u{0}');
            }
            letter if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    let words: Vec<&str> = plain.split(' ').collect();
    let is_word =
        |word: &str| word.len() > 1 && word.chars().all(|letter| letter.is_ascii_alphabetic());
    let is_small = |word: &str| {
        word.chars()
            .next()
            .is_some_and(|letter| letter.is_ascii_lowercase())
    };
    words.windows(2).any(|pair| {
        let (one, other) = (
            pair[0].trim_end_matches(','),
            pair[1].trim_end_matches([',', '.', ';', ':']),
        );
        is_word(one) && is_word(other) && is_small(other)
    })
}

#[test]
fn the_reader_of_the_source_leaves_out_what_is_for_its_makers() {
    let source = "#[expect(x, reason = \"made for it\")]\ntracing::warn!(%a, \"not so good\");\n#[error(\"it is gone\")]\nlet a = \"there it is\";";
    let found: Vec<(usize, String)> = literals(&bare(source));
    assert_eq!(
        found,
        [(3, "it is gone".to_owned()), (4, "there it is".to_owned())]
    );
    assert!(is_a_sentence("{name} is gone") && is_a_sentence("No model fits."));
    assert!(!is_a_sentence("SELECT id FROM a") && !is_a_sentence("a-b c") && !is_a_sentence("MB"));
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
