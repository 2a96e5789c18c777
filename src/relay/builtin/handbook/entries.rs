//! The handbook's entries: files under `assets/handbook`, carried in the binary and taken apart once.
//!
//! An entry is a title line `# …`, front lines (`section:`, `aliases:` with `;` between them, `see:` with the names of
//! related entries), an empty line and the text. A second title line begins the same entry in Chinese, where `topic:` is
//! what the list of topics calls it; in English that is the file's name.

use std::sync::LazyLock;

use crate::relay::builtin::lab;

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The file's name without its ending.
    pub name: &'static str,
    /// The part of the handbook it belongs to.
    pub section: &'static str,
    /// Names of related entries.
    pub see: Vec<&'static str>,
    pub english: Version,
    pub chinese: Version,
}

impl Entry {
    /// The entry in the language of a question.
    pub fn version(&self, chinese: bool) -> &Version {
        match chinese {
            true => &self.chinese,
            false => &self.english,
        }
    }
}

/// An entry in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Version {
    /// The question it answers.
    pub title: &'static str,
    /// How the list of topics calls it.
    pub topic: String,
    /// Other ways to ask.
    pub aliases: Vec<&'static str>,
    /// The answer, in Markdown.
    pub text: String,
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/handbook/", $name, ".md")))),*]
    };
}

/// Names and texts, in the order in which topics are listed.
const FILES: [(&str, &str); 42] = files![
    "what-can-i-do",
    "first-steps",
    "about-this-model",
    "topics",
    "relay",
    "key",
    "group",
    "marketplace",
    "node",
    "quota-unit",
    "endpoint",
    "wallet",
    "cost",
    "estimated-reported-settled",
    "ratios-and-prices",
    "receipts",
    "create-key",
    "shown-once",
    "secrets",
    "base-url",
    "model-names",
    "real-models",
    "profiles",
    "other-programs",
    "serve",
    "lab",
    "dashboard-keys",
    "chat",
    "ssh-and-tmux",
    "command-line",
    "exit-codes",
    "privacy",
    "data-folder",
    "html-instead-of-json",
    "404",
    "401",
    "403",
    "model-not-found",
    "no-balance",
    "429",
    "tool-cannot-connect",
    "cut-or-slow-stream",
];

/// The parts of the handbook, and what they are called in Chinese.
const SECTIONS: [(&str, &str); 8] = [
    ("Start", "开始"),
    ("Words", "用语"),
    ("Money", "费用"),
    ("Keys", "令牌"),
    ("Addresses", "地址"),
    ("Models", "模型"),
    ("This program", "本程序"),
    ("Trouble", "问题"),
];

/// All entries, in the order in which topics are listed.
pub(super) fn entries() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
        let mut entries: Vec<Entry> = FILES.iter().map(|(name, file)| parse(name, file)).collect();
        let lists = [topics(&entries, false), topics(&entries, true)];
        for entry in &mut entries {
            let versions = [&mut entry.english, &mut entry.chinese];
            for (version, topics) in versions.into_iter().zip(&lists) {
                fill(&mut version.text, "{topics}", || topics.clone());
                fill(&mut version.text, "{directives}", lab::as_list);
            }
        }
        entries
    });
    &ENTRIES
}

/// The topics of all entries by section, as a Markdown list.
pub(super) fn topics(entries: &[Entry], chinese: bool) -> String {
    let mut list = String::new();
    let mut section = "";
    for entry in entries {
        if entry.section == section {
            list.push_str(" · ");
        } else {
            if !list.is_empty() {
                list.push('\n');
            }
            section = entry.section;
            let known = SECTIONS.iter().find(|(name, _)| *name == section);
            list.push_str(&match known.filter(|_| chinese) {
                Some((_, name)) => format!("- **{name}**："),
                None => format!("- **{section}**: "),
            });
        }
        list.push_str(&entry.version(chinese).topic);
    }
    list
}

fn fill(text: &mut String, place: &str, with: impl Fn() -> String) {
    if text.contains(place) {
        *text = text.replace(place, with().trim_end());
    }
}

/// Takes a file apart. What is missing stays empty; a test looks at every file.
fn parse(name: &'static str, file: &'static str) -> Entry {
    let mut entry = Entry {
        name,
        section: "",
        see: Vec::new(),
        english: Version::default(),
        chinese: Version::default(),
    };
    let (english, chinese) = file.split_at(second_title(file).unwrap_or(file.len()));
    entry.english = version(english, |key, value| match key {
        "section" => entry.section = value,
        "see" => entry.see = value.split(';').map(str::trim).collect(),
        _ => {}
    });
    entry.english.topic = name.replace('-', " ");
    entry.chinese = version(chinese, |_, _| {});
    entry
}

/// Where the second title line begins; a sign in a block of code is no title.
fn second_title(file: &str) -> Option<usize> {
    let mut at = 0;
    let mut in_code = false;
    for line in file.split_inclusive('\n') {
        if line.starts_with("```") {
            in_code = !in_code;
        }
        if at > 0 && !in_code && line.starts_with("# ") {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// One language's part: title, front lines, text. Front lines that both languages share are handed out.
fn version(part: &'static str, mut other: impl FnMut(&'static str, &'static str)) -> Version {
    let (head, text) = part.trim_start().split_once("\n\n").unwrap_or((part, ""));
    let mut version = Version {
        text: unwrap(text.trim()),
        ..Version::default()
    };
    for line in head.lines() {
        if let Some(title) = line.strip_prefix("# ") {
            version.title = title.trim();
        } else if let Some((key, value)) = line.split_once(':') {
            match key.trim() {
                "aliases" => version.aliases = value.split(';').map(str::trim).collect(),
                "topic" => version.topic = value.trim().to_owned(),
                key => other(key, value.trim()),
            }
        }
    }
    version
}

/// Joins the lines of each paragraph and list item: the files are wrapped for those who write them, and whoever shows
/// the text knows its own width. Blocks of code stay as they are.
fn unwrap(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut in_code = false;
    let mut joins = false;
    for line in text.lines() {
        let is_fence = line.starts_with("```");
        let begins_anew = in_code || is_fence || line.is_empty() || begins_item(line);
        if joins && !begins_anew {
            let line = line.trim_start();
            let ends = [whole.chars().next_back(), line.chars().next()];
            if !ends.into_iter().flatten().all(is_wide) {
                whole.push(' ');
            }
            whole.push_str(line);
        } else {
            if !whole.is_empty() {
                whole.push('\n');
            }
            whole.push_str(line);
        }
        in_code ^= is_fence;
        joins = !in_code && !is_fence && !line.is_empty();
    }
    whole
}

/// Whether a line begins an item of a list.
fn begins_item(line: &str) -> bool {
    let rest = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    line.starts_with("- ") || (rest.len() < line.len() && rest.starts_with(". "))
}

/// Letters and signs that stand together without a space: ideographs and full-width signs.
fn is_wide(letter: char) -> bool {
    matches!(letter, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

#[cfg(test)]
mod tests {
    use super::super::words::spelled;
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn the_list_holds_every_file_of_the_folder() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/handbook");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let mut named: Vec<String> = FILES.iter().map(|(name, _)| format!("{name}.md")).collect();
        named.sort();
        assert_eq!(files, named);
    }

    #[test]
    fn every_entry_is_whole() {
        let names: Vec<_> = entries().iter().map(|entry| entry.name).collect();
        for entry in entries() {
            let name = entry.name;
            assert!(
                !entry.section.is_empty() && !entry.see.is_empty() && entry.see.len() <= 3,
                "{name}"
            );
            for related in &entry.see {
                assert!(
                    names.contains(related) && *related != name,
                    "{name} names {related}"
                );
            }
            for version in [&entry.english, &entry.chinese] {
                let asks = version.title.ends_with(['?', '？']);
                assert!(
                    asks && !version.aliases.is_empty(),
                    "{name}: {}",
                    version.title
                );
                assert!(
                    version
                        .aliases
                        .iter()
                        .all(|alias| !spelled(alias).is_empty()),
                    "{name}"
                );
                assert!(version.text.len() > 80, "{name}");
                assert!(!version.topic.is_empty(), "{name}");
                let filled = ["{topics}", "{directives}"]
                    .iter()
                    .all(|place| !version.text.contains(place));
                assert!(filled, "{name}");
                assert_eq!(version.text.matches("```").count() % 2, 0, "{name}");
            }
        }
    }

    #[test]
    fn no_question_belongs_to_two_entries() {
        let mut owner: HashMap<String, &str> = HashMap::new();
        for entry in entries() {
            for version in [&entry.english, &entry.chinese] {
                let own = [version.title, &version.topic];
                for phrase in own.iter().chain(&version.aliases) {
                    let before = owner.insert(spelled(phrase), entry.name);
                    assert!(
                        before.is_none_or(|before| before == entry.name),
                        "{phrase:?}: {before:?}, {}",
                        entry.name
                    );
                }
            }
        }
    }

    #[test]
    fn sections_stand_together() {
        let mut sections: Vec<_> = entries().iter().map(|entry| entry.section).collect();
        sections.dedup();
        let mut unique = sections.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(sections.len(), unique.len(), "{sections:?}");
        let known: Vec<_> = SECTIONS.iter().map(|(section, _)| *section).collect();
        assert_eq!(sections, known);
    }

    #[test]
    fn a_sign_in_code_begins_no_second_language() {
        let file = "# One?\naliases: a; b\n\n```sh\n# no title\n```\n\n# 二？\naliases: 丙\n\n文";
        let entry = parse("x", file);
        assert_eq!(entry.english.aliases, ["a", "b"]);
        assert_eq!(entry.english.text, "```sh\n# no title\n```");
        assert_eq!(entry.chinese.text, "文");
        assert_eq!(parse("x", ""), parse("x", "\n"));
    }

    #[test]
    fn wrapped_lines_are_joined_and_code_is_not() {
        let text =
            "One\ntwo.\n\n- a\n  b\n- c\n1. d\n2. e\n\n```\nx\n\n  y\n```\nend\n中文，\n接着\nx";
        let joined = "One two.\n\n- a b\n- c\n1. d\n2. e\n\n```\nx\n\n  y\n```\nend 中文，接着 x";
        assert_eq!(unwrap(text), joined);
    }
}
