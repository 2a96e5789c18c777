//! Moving a project to a relay (S-74, S-75): every place in a folder that names a vendor's own address, in the form that
//! place needs, and the features beside them that relays may lack. Reads; what is to be written is a list of changes.
//!
//! What git ignores, binaries, lock files and big generated files are left alone.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::edit::Format;
use super::error::ToolError;
use super::plan::Change;
use crate::domain::Address;
use crate::files::{self, FileError};
use crate::locale::say;

/// Files above this are generated, not written.
const LARGEST_BYTES: u64 = 1024 * 1024;

/// The vendors' addresses, and what names a place that wants the bare host or the form with `/v1`.
const VENDORS: [(&str, &[&str], &[&str]); 2] = [
    (
        "api.openai.com",
        &[],
        &["OPENAI_BASE_URL", "OPENAI_API_BASE", "OpenAI("],
    ),
    (
        "api.anthropic.com",
        &["ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL", "Anthropic("],
        &[],
    ),
];

/// What may not carry over: its name, how it looks in code, and whether it is a way of calling models that a relay says
/// it offers or not.
const FEATURES: [(&str, &[&str]); 11] = [
    ("Responses", &["/v1/responses", ".responses."]),
    ("Embeddings", &["/v1/embeddings", ".embeddings."]),
    (
        "Files",
        &[
            "/v1/files",
            ".files.create",
            ".files.upload",
            ".files.retrieve",
            ".files.list",
        ],
    ),
    ("Batches", &["/v1/batches", ".batches."]),
    (
        "Message Batches",
        &["/v1/messages/batches", ".messages.batches"],
    ),
    (
        "Assistants",
        &[
            "/v1/assistants",
            "/v1/threads",
            ".beta.assistants",
            ".beta.threads",
        ],
    ),
    (
        "Fine-tuning",
        &["/v1/fine_tuning", ".fine_tuning.", ".fineTuning."],
    ),
    (
        "Images",
        &["/v1/images", ".images.generate", ".images.edit"],
    ),
    (
        "Audio",
        &["/v1/audio", ".audio.speech", ".audio.transcriptions"],
    ),
    ("Realtime", &["/v1/realtime", ".realtime."]),
    (
        "Vector stores",
        &["/v1/vector_stores", ".vector_stores.", ".vectorStores."],
    ),
];

/// How a file shows that it uses a vendor's library.
const LIBRARIES: [&str; 10] = [
    "import openai",
    "from openai",
    "from \"openai\"",
    "from 'openai'",
    "require(\"openai\")",
    "import anthropic",
    "from anthropic",
    "@anthropic-ai/sdk",
    "langchain_openai",
    "langchain_anthropic",
];

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, below the folder.
    pub file: PathBuf,
    /// Counted from 1.
    pub line: usize,
}

/// What was found in a folder.
#[derive(Clone, Debug, Default)]
pub struct Migration {
    /// The files that would change.
    pub changes: Vec<Change>,
    /// How many addresses are in them.
    pub addresses: usize,
    /// Addresses that cannot be put into the relay's form where they stand, with the reason.
    pub left: Vec<(Place, &'static str)>,
    /// Features that relays may lack, with where they are used.
    pub features: Vec<(&'static str, Place)>,
    /// Files that use a library without naming any address: it goes to its vendor unless a variable says otherwise.
    pub defaults: Vec<PathBuf>,
    /// How many files were looked at.
    pub looked_at: usize,
}

/// Looks through a folder.
///
/// # Errors
/// When the folder cannot be read.
pub fn look(folder: &Path, relay: &Address) -> Result<Migration, ToolError> {
    if !folder.is_dir() {
        let error = std::io::Error::from(std::io::ErrorKind::NotADirectory);
        return Err(FileError::folder(folder, &error).into());
    }
    let mut found = Migration::default();
    let mut walk = WalkBuilder::new(folder);
    // A .env is hidden and is what this is about; a folder need not be a repository to have a .gitignore.
    walk.hidden(false)
        .require_git(false)
        .max_filesize(Some(LARGEST_BYTES));
    walk.filter_entry(|entry| entry.file_name() != ".git" && entry.file_name() != "node_modules");
    walk.sort_by_file_path(Path::cmp);
    for entry in walk.build().flatten() {
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if !is_file || is_generated(entry.path()) {
            continue;
        }
        // What is not text is none of ours; what may not be read cannot be moved.
        let Ok(Some(text)) = files::read_exactly(entry.path()) else {
            continue;
        };
        if !text.contains('\0') {
            found.looked_at += 1;
            found.take(folder, entry.path(), &text, relay);
        }
    }
    Ok(found)
}

fn is_generated(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let ends = [
        ".lock",
        "-lock.json",
        "-lock.yaml",
        ".lockb",
        ".min.js",
        ".map",
        ".sum",
        ".svg",
    ];
    ends.iter().any(|end| name.ends_with(end)) || name == "npm-shrinkwrap.json"
}

impl Migration {
    fn take(&mut self, folder: &Path, path: &Path, text: &str, relay: &Address) {
        let file = path.strip_prefix(folder).unwrap_or(path).to_owned();
        let at = |line: usize| Place {
            file: file.clone(),
            line,
        };
        let mut after = String::with_capacity(text.len());
        let mut hits = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let (moved, count, left) = moved(line, relay);
            after.push_str(&moved);
            hits += count;
            self.left.extend(left.map(|why| (at(number + 1), why)));
        }
        let uses = LIBRARIES.iter().any(|library| text.contains(library));
        if hits > 0 || uses {
            for (number, line) in text.lines().enumerate() {
                let seen = FEATURES
                    .iter()
                    .filter(|(_, signs)| signs.iter().any(|sign| line.contains(sign)));
                self.features
                    .extend(seen.map(|(name, _)| (*name, at(number + 1))));
            }
        }
        let names_one = ["base_url", "baseURL", "BASE_URL", "API_BASE"]
            .iter()
            .any(|name| text.contains(name));
        if uses && hits == 0 && !names_one {
            self.defaults.push(file);
        }
        if after != text {
            self.addresses += hits;
            self.changes.push(Change {
                path: path.to_owned(),
                format: Format::Text,
                before: Some(text.to_owned()),
                after,
                secret: false,
            });
        }
    }
}

/// A line with its addresses moved, how many there were, and why one was left.
fn moved(line: &str, relay: &Address) -> (String, usize, Option<&'static str>) {
    let (mut text, mut hits, mut left) = (line.to_owned(), 0, None);
    for (host, bare, versioned) in VENDORS {
        let mut from = 0;
        while let Some(found) = text[from..].find(host).map(|at| from + at) {
            let end = found + host.len();
            let scheme = ["https://", "http://"]
                .into_iter()
                .find(|scheme| text[..found].ends_with(scheme));
            let start = found - scheme.map_or(0, str::len);
            let before = text[..start].chars().next_back();
            let after = text[end..].chars().next();
            let inside = |letter: Option<char>| {
                letter.is_some_and(|letter| letter.is_ascii_alphanumeric() || letter == '-')
            };
            let longer = after == Some('.') && inside(text[end + 1..].chars().next());
            if longer
                || inside(after)
                || (scheme.is_none() && (inside(before) || before == Some('.')))
            {
                from = end;
                continue;
            }
            let version = text[end..].starts_with("/v1") && !inside(text[end + 3..].chars().next());
            let rest_at = if version { end + 3 } else { end };
            let endpoint = text[rest_at..]
                .strip_prefix('/')
                .is_some_and(|rest| inside(rest.chars().next()));
            let fresh = match scheme {
                None => {
                    if relay
                        .base()
                        .split_once("://")
                        .is_some_and(|(_, rest)| rest.contains('/'))
                    {
                        left = Some(say!("trouble-migrate-bare"));
                        from = end;
                        continue;
                    }
                    format!("{}{}", relay.host(), &text[end..rest_at])
                }
                // A whole endpoint keeps its path; a base gets the form that the place wants, where the line names it.
                Some(_) if endpoint => format!("{}{}", relay.base(), &text[end..rest_at]),
                Some(_) if bare.iter().any(|name| line.contains(name)) => relay.base().to_owned(),
                Some(_) if versioned.iter().any(|name| line.contains(name)) => relay.v1(),
                Some(_) => format!("{}{}", relay.base(), &text[end..rest_at]),
            };
            text.replace_range(start..rest_at, &fresh);
            from = start + fresh.len();
            hits += 1;
        }
    }
    (text, hits, left)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(line: &str) -> String {
        moved(line, &Address::parse("https://relay.example").unwrap().0).0
    }

    #[test]
    fn s_74_each_place_gets_the_form_it_needs() {
        for (before, after) in [
            (
                "OPENAI_BASE_URL=https://api.openai.com",
                "OPENAI_BASE_URL=https://relay.example/v1",
            ),
            (
                "OPENAI_BASE_URL=https://api.openai.com/v1/",
                "OPENAI_BASE_URL=https://relay.example/v1/",
            ),
            (
                "ANTHROPIC_BASE_URL='https://api.anthropic.com/v1'",
                "ANTHROPIC_BASE_URL='https://relay.example'",
            ),
            (
                "fetch(\"https://api.openai.com/v1/chat/completions\")",
                "fetch(\"https://relay.example/v1/chat/completions\")",
            ),
            (
                "curl https://api.anthropic.com/v1/messages \\",
                "curl https://relay.example/v1/messages \\",
            ),
            (
                "url: https://api.openai.com/v1",
                "url: https://relay.example/v1",
            ),
            ("host = \"api.openai.com\"", "host = \"relay.example\""),
            ("see https://api.openai.com.", "see https://relay.example."),
            (
                "a https://api.openai.com/v1 b https://api.anthropic.com c",
                "a https://relay.example/v1 b https://relay.example c",
            ),
        ] {
            assert_eq!(to(before), after);
        }
        for other in [
            "my-api.openai.com",
            "api.openai.com.evil.example",
            "xapi.openai.com",
            "api.openai.community",
        ] {
            assert_eq!(to(other), other);
        }
    }

    #[test]
    fn a_relay_behind_a_path_keeps_it_and_bare_hosts_are_left() {
        let relay = Address::parse("https://h.example/llm/v1").unwrap().0;
        assert_eq!(
            moved("u=https://api.openai.com/v1", &relay).0,
            "u=https://h.example/llm/v1"
        );
        let (text, hits, left) = moved("host: api.openai.com", &relay);
        assert_eq!((text.as_str(), hits), ("host: api.openai.com", 0));
        assert!(left.is_some());
    }
}
