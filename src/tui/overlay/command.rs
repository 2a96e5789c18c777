//! The command line: every action of the place below, every tab, and orders that take words; completed and remembered.
//!
//! What can be typed is made from the table of keys, so nothing is listed here twice; only orders with words of their own
//! are added. An order is carried out by [`super::orders`].

use crate::locale::{listed, say};
use crate::tui::edit::Editor;
use crate::tui::fuzzy::Haystack;
use crate::tui::keymap::{Action, Context};
use crate::tui::model::Model;

use super::orders::{ORDERS, Order};

/// Candidates that are offered at once.
const OFFERED: usize = 200;
/// Lines that are remembered.
const REMEMBERED: usize = 100;

/// The line.
#[derive(Clone, Debug)]
pub struct CommandLine {
    /// What is typed.
    pub input: Editor,
    /// The contexts of the place below.
    pub contexts: Vec<Context>,
    /// What is wrong with the line, since it was last entered.
    pub error: Option<String>,
    /// What was typed before candidates were gone through, and which one is in the line now.
    going_through: Option<(String, usize)>,
    /// How far back in the lines before.
    back: Option<usize>,
}

/// What a line may begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The word.
    pub word: String,
    /// The words behind it, if it takes any: `MODEL [GROUP]`.
    pub takes: &'static str,
    /// What it does.
    pub description: String,
    /// The key that does the same; may be empty.
    pub keys: String,
    /// Whether it asks before it does it.
    pub dangerous: bool,
    /// What happens.
    pub does: Does,
}

/// What an entry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// The same as a key.
    Act(Action),
    /// An order with words.
    Order(Order),
}

/// One way to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The line as it would be.
    pub line: String,
    /// What is shown of it.
    pub shown: String,
    /// What it does; may be empty.
    pub detail: String,
    /// The key that does the same; may be empty.
    pub keys: String,
    /// Whether it asks before it does it.
    pub dangerous: bool,
}

impl CommandLine {
    /// An empty line over a place.
    pub fn new(contexts: &[Context]) -> Self {
        CommandLine {
            input: Editor::line(),
            contexts: contexts.to_vec(),
            error: None,
            going_through: None,
            back: None,
        }
    }

    /// What was typed, without the candidate that stands in its place.
    fn stem(&self) -> String {
        match &self.going_through {
            Some((stem, _)) => stem.clone(),
            None => self.input.text(),
        }
    }

    /// The candidate that stands in the line.
    pub fn at(&self) -> Option<usize> {
        self.going_through.as_ref().map(|(_, at)| *at)
    }

    /// The line was changed by hand.
    pub fn changed(&mut self) {
        self.going_through = None;
        self.back = None;
        self.error = None;
    }

    /// Puts the next candidate into the line, or the one before.
    pub fn step(&mut self, candidates: &[Candidate], forward: bool) {
        let count = candidates.len();
        if count == 0 {
            return;
        }
        let at = match (self.at(), forward) {
            (None, true) => 0,
            (None, false) => count - 1,
            (Some(at), true) => (at + 1) % count,
            (Some(at), false) => (at + count - 1) % count,
        };
        let stem = self.stem();
        self.input = Editor::with(&candidates[at].line);
        self.error = None;
        // The only one is as good as typed: what comes next can be completed at once.
        self.going_through = (count > 1).then_some((stem, at));
    }

    /// Puts an earlier line in, or a later one.
    pub fn recall(&mut self, history: &[String], earlier: bool) {
        let back = match (self.back, earlier) {
            (None, true) => Some(0),
            (Some(back), true) => Some(back + 1),
            (Some(0) | None, false) => None,
            (Some(back), false) => Some(back - 1),
        };
        match back {
            None => {
                self.input.clear();
                self.back = None;
            }
            Some(back) => {
                let Some(line) = history.iter().rev().nth(back) else {
                    return;
                };
                self.input = Editor::with(line);
                self.back = Some(back);
            }
        }
        self.going_through = None;
        self.error = None;
    }
}

/// Remembers a line that was entered.
pub fn remember(history: &mut Vec<String>, line: &str) {
    if history.last().is_none_or(|last| last != line) {
        history.push(line.to_owned());
    }
    if history.len() > REMEMBERED {
        history.remove(0);
    }
}

/// Everything a line may begin with in a place: orders first, then the place's own actions, then those from everywhere.
pub fn entries(model: &Model, contexts: &[Context]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = ORDERS
        .iter()
        .map(|(order, word, takes, description)| Entry {
            word: (*word).to_owned(),
            takes: takes.say(),
            description: description.say().to_owned(),
            keys: String::new(),
            dangerous: false,
            does: Does::Order(*order),
        })
        .collect();
    for section in model.settings.keymap.help(contexts) {
        for row in section.rows {
            let Some(word) = row.action.command() else {
                continue;
            };
            if model.read_only && (row.dangerous || row.action.writes()) {
                continue;
            }
            if entries.iter().all(|entry| entry.word != word) {
                entries.push(Entry {
                    word,
                    takes: "",
                    description: row.description,
                    keys: row.keys,
                    dangerous: row.dangerous,
                    does: Does::Act(row.action),
                });
            }
        }
    }
    entries
}

/// The ways to go on from what is typed, best first.
pub fn candidates(model: &Model, line: &CommandLine) -> Vec<Candidate> {
    let stem = line.stem();
    let entries = entries(model, &line.contexts);
    let Some((word, rest)) = stem.split_once(' ') else {
        return matching(&entries, stem.trim());
    };
    let entry = entries.iter().find(|entry| entry.word == word);
    let Some(Does::Order(order)) = entry.map(|entry| entry.does) else {
        return Vec::new();
    };
    let (before, last) = rest.rsplit_once(' ').map_or(("", rest), |(before, last)| {
        (&rest[..before.len() + 1], last)
    });
    let values = order.values(model, before.split_whitespace().count());
    let found = Haystack::new(values.iter().map(String::as_str)).filter(last);
    found
        .into_iter()
        .take(OFFERED)
        .map(|at| Candidate {
            line: format!("{word} {before}{}", values[at]),
            shown: values[at].clone(),
            detail: String::new(),
            keys: String::new(),
            dangerous: false,
        })
        .collect()
}

/// Entries that begin with what is typed, then those that hold it, then those whose description does.
fn matching(entries: &[Entry], typed: &str) -> Vec<Candidate> {
    let typed = typed.to_lowercase();
    let rank = |entry: &Entry| {
        if entry.word.starts_with(&typed) {
            Some(0)
        } else if entry.word.contains(&typed) {
            Some(1)
        } else if entry.description.to_lowercase().contains(&typed) {
            Some(2)
        } else {
            None
        }
    };
    let mut found: Vec<(i32, &Entry)> = entries
        .iter()
        .filter_map(|entry| Some((rank(entry)?, entry)))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found
        .into_iter()
        .map(|(_, entry)| {
            let space = if entry.takes.is_empty() { "" } else { " " };
            Candidate {
                line: format!("{}{space}", entry.word),
                shown: format!("{}{space}{}", entry.word, entry.takes),
                detail: entry.description.clone(),
                keys: entry.keys.clone(),
                dangerous: entry.dangerous,
            }
        })
        .collect()
}

/// What an entered line means: the entry, and the words behind it.
///
/// # Errors
/// Says why it means nothing.
pub fn meaning(model: &Model, line: &CommandLine) -> Result<(Does, String), String> {
    let text = line.input.text();
    let text = text.trim().trim_start_matches(':').trim_start();
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = rest.trim();
    let entries = entries(model, &line.contexts);
    let exact = entries.iter().find(|entry| entry.word == word);
    let begins: Vec<&Entry> = entries
        .iter()
        .filter(|entry| entry.word.starts_with(word))
        .collect();
    let entry = match (exact, begins.as_slice()) {
        (Some(entry), _) => entry,
        (None, [only]) => only,
        (None, []) => {
            return Err(say!("command-unknown", word = word));
        }
        (None, several) => {
            let words: Vec<&str> = several.iter().map(|entry| entry.word.as_str()).collect();
            return Err(say!("command-several", word = word, words = listed(&words)));
        }
    };
    match (entry.does, rest) {
        (Does::Act(_), rest) if !rest.is_empty() => {
            Err(say!("command-no-words", word = entry.word))
        }
        (Does::Order(_), "") if !entry.takes.starts_with('[') => Err(say!(
            "command-wants",
            word = entry.word,
            takes = entry.takes
        )),
        (does, rest) => Ok((does, rest.to_owned())),
    }
}
