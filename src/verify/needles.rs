//! The long text of the second test: lines of plain words, with a needle at its start, its middle and its end (S-81).

use crate::locale::Word;

/// Words that every table of tokens knows.
const WORDS: [&str; 32] = [
    "the", "river", "carries", "small", "boats", "past", "green", "hills", "and", "quiet", "towns",
    "where", "people", "sell", "bread", "fruit", "paper", "or", "wood", "while", "children",
    "play", "near", "old", "stone", "bridges", "under", "a", "warm", "autumn", "sun", "today",
];
/// Words in a line.
const LINE: usize = 16;
/// What the needles are called.
const BIRDS: [&str; 3] = ["kestrel", "heron", "plover"];

/// A long text and what is hidden in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Haystack {
    /// The whole text.
    pub text: String,
    /// The needles, in the order in which they stand: start, middle, end.
    pub needles: [String; 3],
}

/// Where a needle stood.
pub const PLACES: [Word; 3] = [
    Word("needle-start"),
    Word("needle-middle"),
    Word("needle-end"),
];

/// A text of about so many words; `seed` makes its needles differ from those of the last run, so that no cache and no
/// memory can know them.
pub fn haystack(words: usize, seed: u64) -> Haystack {
    let number = |nth: u64| 1_000 + (seed / 7 + nth * 2_713 + seed * (nth + 3)) % 9_000;
    let needles = [0_usize, 1, 2].map(|nth| format!("{}-{}", BIRDS[nth], number(nth as u64)));
    let lines = (words / LINE).max(4);
    let at = [1, lines / 2, lines - 1];
    let mut text = String::new();
    let mut next = usize::try_from(seed % 31).unwrap_or(0);
    for line in 0..lines {
        if let Some(nth) = at.iter().position(|place| *place == line) {
            text += &format!("The secret code is {}.\n", needles[nth]);
        }
        for _ in 0..LINE {
            text += WORDS[next % WORDS.len()];
            text.push(' ');
            // A step that shares no factor with the list walks through all of it, differently in each line.
            next += 7 + line % 3 * 2;
        }
        text.truncate(text.trim_end().len());
        text.push_str(".\n");
    }
    Haystack { text, needles }
}

/// Which of the needles an answer names, whatever it does to their case.
pub fn found(answer: &str, needles: &[String; 3]) -> [bool; 3] {
    let lower = answer.to_lowercase();
    [0, 1, 2].map(|nth| lower.contains(needles[nth].as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_81_the_needles_stand_at_start_middle_and_end() {
        let hay = haystack(4_000, 42);
        let words = hay.text.split_whitespace().count();
        assert!((3_900..4_200).contains(&words), "{words}");
        let at: Vec<usize> = hay
            .needles
            .iter()
            .map(|needle| hay.text.find(needle.as_str()).unwrap())
            .collect();
        let part = |at: usize| at * 100 / hay.text.len();
        assert!(
            part(at[0]) < 5 && (45..56).contains(&part(at[1])) && part(at[2]) > 95,
            "{at:?}"
        );
        assert_ne!(haystack(4_000, 43).needles, hay.needles);
        assert!(
            haystack(0, 1)
                .needles
                .iter()
                .all(|needle| haystack(0, 1).text.contains(needle.as_str()))
        );
    }

    #[test]
    fn a_needle_counts_only_when_it_is_named() {
        let hay = haystack(100, 7);
        let said = format!("{} and {}", hay.needles[0].to_uppercase(), hay.needles[2]);
        assert_eq!(found(&said, &hay.needles), [true, false, true]);
        assert_eq!(found("kestrel heron plover", &hay.needles), [false; 3]);
    }
}
