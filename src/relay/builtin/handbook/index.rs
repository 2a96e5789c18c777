//! Which entry fits a question: weighted terms, and how near the question is to a title or an alias. Small and repeatable.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::entries::{Entry, entries};
use super::words::{spelled, terms};

/// How much a term counts that stands in a title, in an alias, and in the text.
const IN_TITLE: f32 = 4.0;
const IN_ALIAS: f32 = 3.0;
const IN_TEXT: f32 = 0.5;
/// From here on more of the same term adds little.
const SATURATION: f32 = 1.5;
/// How much a word of the grammar counts.
const SMALL_WORD: f32 = 0.06;
/// How much a pair of Chinese letters counts that no entry holds: it may lie across two words.
const UNKNOWN_PAIR: f32 = 0.5;
/// How much nearness to a whole phrase counts beside the terms.
const PHRASE: f32 = 1.2;
/// How near a question of nothing but grammar must be to a phrase.
const NEAR_BY_GRAMMAR: f32 = 0.6;
/// From here on an entry is the answer; from `NEAR` on it is the answer, named as the nearest; from `PERHAPS` on it is
/// worth a mention.
const SURE: f32 = 0.80;
const NEAR: f32 = 0.46;
const PERHAPS: f32 = 0.30;

/// What a question finds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    /// Entries by their number, best first, with their scores; those that do not fit at all left out.
    pub ranked: Vec<(usize, f32)>,
}

impl Found {
    /// Up to three entries that do not answer, and may be near all the same.
    pub fn near(&self) -> impl Iterator<Item = usize> {
        let near = self.ranked.iter().filter(|(_, score)| *score >= PERHAPS);
        near.take(3).map(|(entry, _)| *entry)
    }

    /// The entry that answers, and whether it surely does.
    pub fn best(&self) -> Option<(usize, bool)> {
        let (entry, score) = self.ranked.first()?;
        (*score >= NEAR).then_some((*entry, *score >= SURE))
    }
}

/// A phrase that is asked: a title or an alias.
#[derive(Debug)]
struct Phrase {
    entry: usize,
    spelled: String,
    /// Its terms, each once.
    terms: Vec<Weighted>,
    weight: f32,
}

/// A term by its number, and what it counts.
#[derive(Clone, Copy, Debug)]
struct Weighted {
    term: Option<usize>,
    weight: f32,
    is_small: bool,
}

/// The index of the handbook.
#[derive(Debug)]
pub(super) struct Index {
    numbers: HashMap<String, usize>,
    /// How rare each term is.
    rarity: Vec<f32>,
    /// How rare a term is that no entry holds.
    unknown: f32,
    /// By entry: what each of its terms counts there, from 0 to 1.
    strength: Vec<HashMap<usize, f32>>,
    phrases: Vec<Phrase>,
}

/// The index of the built-in entries, made when first asked for.
pub(super) fn index() -> &'static Index {
    static INDEX: LazyLock<Index> = LazyLock::new(|| Index::new(entries()));
    &INDEX
}

impl Index {
    fn new(entries: &[Entry]) -> Self {
        let mut index = Index {
            numbers: HashMap::new(),
            rarity: Vec::new(),
            unknown: 0.0,
            strength: Vec::new(),
            phrases: Vec::new(),
        };
        let mut holders: Vec<u32> = Vec::new();
        for entry in entries {
            let mut counts: HashMap<usize, f32> = HashMap::new();
            let mut add = |text: &str, weight: f32, most: f32| {
                let mut here: HashMap<usize, f32> = HashMap::new();
                for term in terms(text) {
                    let next = index.numbers.len();
                    let number = *index.numbers.entry(term.stem).or_insert(next);
                    *here.entry(number).or_default() += weight;
                }
                for (number, count) in here {
                    *counts.entry(number).or_default() += count.min(most);
                }
            };
            for version in [&entry.english, &entry.chinese] {
                add(version.title, IN_TITLE, IN_TITLE);
                add(&version.aliases.join(" ; "), IN_ALIAS, IN_ALIAS * 2.0);
                add(&version.text, IN_TEXT, IN_TEXT * 4.0);
            }
            holders.resize(index.numbers.len(), 0);
            for number in counts.keys() {
                holders[*number] += 1;
            }
            let saturated = counts
                .into_iter()
                .map(|(term, count)| (term, count / (count + SATURATION)));
            index.strength.push(saturated.collect());
        }
        let rare = |holders: u32| {
            let (all, holders) = (entries.len() as f32, holders as f32);
            (1.0 + (all - holders + 0.5) / (holders + 0.5)).ln()
        };
        index.rarity = holders.into_iter().map(rare).collect();
        index.unknown = rare(0);
        for (number, entry) in entries.iter().enumerate() {
            for version in [&entry.english, &entry.chinese] {
                for phrase in [&version.title].into_iter().chain(&version.aliases) {
                    index.add_phrase(number, phrase);
                }
            }
            index.add_phrase(number, &entry.name.replace('-', " "));
        }
        index
    }

    fn add_phrase(&mut self, entry: usize, phrase: &str) {
        let terms = self.weigh(phrase);
        self.phrases.push(Phrase {
            entry,
            spelled: spelled(phrase),
            weight: terms.iter().map(|term| term.weight).sum(),
            terms,
        });
    }

    /// The terms of a text, each once, and what each counts.
    fn weigh(&self, text: &str) -> Vec<Weighted> {
        let mut seen: Vec<String> = Vec::new();
        let mut found = Vec::new();
        for term in terms(text) {
            if seen.contains(&term.stem) {
                continue;
            }
            let number = self.numbers.get(&term.stem).copied();
            let rarity = match number {
                Some(number) => self.rarity[number],
                None if term.stem.is_ascii() => self.unknown,
                None => self.unknown * UNKNOWN_PAIR,
            };
            found.push(Weighted {
                term: number,
                weight: rarity * if term.is_small { SMALL_WORD } else { 1.0 },
                is_small: term.is_small,
            });
            seen.push(term.stem);
        }
        found
    }

    /// Looks a question up. The question before it counts by `before`'s share, from 0 to 1.
    pub fn look_up(&self, question: &str, before: Option<(&str, f32)>) -> Found {
        let exact = spelled(question);
        if let Some(phrase) = self
            .phrases
            .iter()
            .find(|phrase| phrase.spelled == exact && !exact.is_empty())
        {
            let mut found = self.score(&self.weigh(question), self.strength.len());
            found.ranked.retain(|(entry, _)| *entry != phrase.entry);
            found.ranked.insert(0, (phrase.entry, f32::INFINITY));
            return found;
        }
        let mut asked = self.weigh(question);
        if let Some((before, share)) = before {
            for mut term in self.weigh(before) {
                let again = asked
                    .iter()
                    .any(|known| known.term.is_some() && known.term == term.term);
                if !again && term.term.is_some() {
                    term.weight *= share;
                    asked.push(term);
                }
            }
        }
        self.score(&asked, self.strength.len())
    }

    fn score(&self, asked: &[Weighted], entries: usize) -> Found {
        let all: f32 = asked.iter().map(|term| term.weight).sum();
        if all <= 0.0 {
            return Found { ranked: Vec::new() };
        }
        let says_nothing = asked.iter().all(|term| term.is_small);
        let weight_of = |term: usize| {
            asked
                .iter()
                .find(|known| known.term == Some(term))
                .map(|known| known.weight)
        };
        let mut nearest = vec![0.0_f32; entries];
        for phrase in &self.phrases {
            let shared: f32 = phrase
                .terms
                .iter()
                .filter_map(|own| Some(weight_of(own.term?)?.min(own.weight)))
                .sum();
            let near = shared / (all + phrase.weight - shared);
            nearest[phrase.entry] = nearest[phrase.entry].max(near);
        }
        let mut ranked: Vec<(usize, f32)> = self
            .strength
            .iter()
            .enumerate()
            .map(|(entry, strength)| {
                let covered: f32 = asked
                    .iter()
                    .filter_map(|term| Some(strength.get(&term.term?)? * term.weight))
                    .sum();
                let near = nearest[entry];
                match (says_nothing, near >= NEAR_BY_GRAMMAR) {
                    (false, _) => (entry, covered / all + PHRASE * near),
                    (true, true) => (entry, PHRASE * near),
                    (true, false) => (entry, 0.0),
                }
            })
            .filter(|(_, score)| *score > 0.0)
            .collect();
        // Equal scores keep the order of the handbook, so that the same question always finds the same entry.
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        Found { ranked }
    }
}
