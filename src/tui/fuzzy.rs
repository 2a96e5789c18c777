//! Filtering lists of thousands as one types: matched once a keystroke, best first, in the list's own order among equals.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32String};

/// The texts of a list, made ready for matching once.
#[derive(Clone, Debug, Default)]
pub struct Haystack {
    texts: Vec<Utf32String>,
}

impl Haystack {
    /// Prepares the texts, in the order of the list.
    pub fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        Haystack {
            texts: texts.map(Utf32String::from).collect(),
        }
    }

    /// The positions of the rows that match, best first; all of them for an empty query. Words may stand in any order.
    pub fn filter(&self, query: &str) -> Vec<usize> {
        let query = query.trim();
        if query.is_empty() {
            return (0..self.texts.len()).collect();
        }
        let pattern = Pattern::new(
            query,
            CaseMatching::Ignore,
            Normalization::Smart,
            AtomKind::Fuzzy,
        );
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut found: Vec<(u32, usize)> = self
            .texts
            .iter()
            .enumerate()
            .filter_map(|(index, text)| {
                let score = pattern.score(text.slice(..), &mut matcher)?;
                Some((score, index))
            })
            .collect();
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        found.into_iter().map(|(_, index)| index).collect()
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_40_letters_left_out_still_find_the_model() {
        let names = [
            "gpt-4o-mini",
            "claude-sonnet-4-5-20250929",
            "claude-opus-4-5",
            "通义千问-max",
        ];
        let list = Haystack::new(names.into_iter());
        assert_eq!(list.filter("son45"), [1]);
        assert_eq!(list.filter("4-5 claude"), [1, 2]);
        assert_eq!(list.filter("千问"), [3]);
        assert_eq!(list.filter("  "), [0, 1, 2, 3]);
        assert!(list.filter("nothing like it").is_empty());
    }
}
