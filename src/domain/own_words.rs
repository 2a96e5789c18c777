//! What every relay of relaydeck says of itself, in the language that is spoken.
//!
//! On the wire those words are English, whoever asks: programs read them. So they are known again by what they say, whichever
//! address they came from; words that an owner chose are left as they are.

use crate::locale::{Language, Word, spoken, within};

/// The descriptions of the models built in, of the first group and of `auto`.
const KNOWN: [Word; 4] = [
    Word("own-handbook"),
    Word("own-lab"),
    Word("own-default-group"),
    Word("own-auto-group"),
];

/// A description in the language that is spoken, where it is one of ours.
pub fn told(description: &str) -> &str {
    if description.is_empty() || spoken() == Language::English {
        return description;
    }
    let is_it = |word: &Word| within(Language::English, || word.say() == description);
    match KNOWN.into_iter().find(is_it) {
        Some(word) => word.say(),
        None => description,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_12_our_own_words_are_told_in_the_language_that_is_spoken_and_no_others() {
        for word in KNOWN {
            let english = within(Language::English, || word.say());
            within(Language::English, || assert_eq!(told(english), english));
            within(Language::Chinese, || {
                assert_eq!(told(english), word.say());
                assert_ne!(told(english), english);
            });
        }
        within(Language::Chinese, || {
            assert_eq!(told("Default groups"), "Default groups");
            assert_eq!(told(""), "");
        });
    }
}
