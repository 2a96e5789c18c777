//! English words in a text that should have none.

use std::collections::BTreeSet;

/// Words that are the same in every language, or that are typed as they stand.
const ALLOWED: &str = include_str!("words.txt");

/// Everything that was looked through.
#[derive(Default)]
pub struct Seen {
    lines: usize,
    wrong: Vec<String>,
}

impl Seen {
    /// Looks through what a command printed.
    pub fn look(&mut self, command: &str, text: &str) {
        for line in text.lines() {
            self.lines += 1;
            let words = english(line);
            if !words.is_empty() {
                self.wrong.push(format!("{command}: {words:?} in {line}"));
            }
        }
    }

    /// # Panics
    /// Where English was found, or nothing at all was said.
    pub fn judge(self) {
        assert!(self.lines > 3, "only {} lines", self.lines);
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
    }
}

/// The words of English in a line, without what may stand there.
pub fn english(line: &str) -> Vec<String> {
    let allowed: BTreeSet<&str> = ALLOWED
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect();
    let mut words = Vec::new();
    for piece in unquoted(line).split(|letter: char| letter.is_whitespace() || !letter.is_ascii()) {
        // Paths, addresses, variables, figures, flags and what a key looks like.
        let is_code = piece.starts_with('-')
            || piece.contains(|letter: char| {
                "/\\=@_*{}<>[]$".contains(letter) || letter.is_ascii_digit()
            });
        if is_code {
            continue;
        }
        for word in
            piece.split(|letter: char| !letter.is_ascii_alphabetic() && !"-'.".contains(letter))
        {
            let word = word.trim_matches(['.', '-', '\'']);
            if word.len() > 1 && !allowed.contains(word) {
                words.push(word.to_owned());
            }
        }
    }
    words
}

/// A line without what is quoted in it, and without the commands it names.
fn unquoted(line: &str) -> String {
    let mut text = line.to_owned();
    for (open, close) in [('`', '`'), ('“', '”'), ('"', '"'), ('\'', '\'')] {
        let mut left = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find(open) {
            let behind = &rest[at + open.len_utf8()..];
            let Some(end) = behind.find(close) else { break };
            left.push_str(&rest[..at]);
            left.push('，');
            rest = &behind[end + close.len_utf8()..];
        }
        left.push_str(rest);
        text = left;
    }
    let mut left = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("relaydeck ") {
        left.push_str(&rest[..at]);
        let command = &rest[at..];
        let end = command
            .find(|letter: char| !letter.is_ascii())
            .unwrap_or(command.len());
        rest = &command[end..];
    }
    left + rest
}
