//! What every relay of relaydeck says of itself, in the language that is spoken.
//!
//! On the wire those words are English, whoever asks: programs read them. So they are known again by what they say, whichever
//! address they came from; words that an owner chose are left as they are.

use crate::locale::{Language, Word, spoken, within};

/// The descriptions of the models built in, of the first group and of `auto`, the name of the account that owns a relay,
/// that of the node it runs on, and what its results are kept under.
const KNOWN: [Word; 7] = [
    Word("own-handbook"),
    Word("own-lab"),
    Word("own-default-group"),
    Word("own-auto-group"),
    Word("own-owner"),
    Word("own-node"),
    Word("own-relay"),
];

/// The tags of the models built in.
const TAGS: [Word; 4] = [
    Word("own-tag-built-in"),
    Word("own-tag-offline"),
    Word("own-tag-handbook"),
    Word("own-tag-test"),
];

/// How money came into a wallet, by the relay's word for it.
const CREDITS: [(&str, Word); 3] = [
    ("start", Word("own-credit-start")),
    ("code", Word("own-credit-code")),
    ("owner", Word("own-credit-owner")),
];

/// A description or a name in the language that is spoken, where it is one of ours.
pub fn told(words: &str) -> &str {
    among(&KNOWN, words)
}

/// A tag of a model in the language that is spoken, where it is one of ours.
pub fn tag(tag: &str) -> &str {
    among(&TAGS, tag)
}

/// How money came into a wallet, in words where it is told by one of ours.
pub fn credit(how: &str) -> &str {
    let known = CREDITS.iter().find(|(word, _)| *word == how);
    known.map_or(how, |(_, word)| word.say())
}

fn among<'a>(known: &[Word], words: &'a str) -> &'a str {
    if words.is_empty() || spoken() == Language::English {
        return words;
    }
    let is_it = |word: &&Word| within(Language::English, || word.say() == words);
    known.iter().find(is_it).map_or(words, |word| word.say())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_12_our_own_words_are_told_in_the_language_that_is_spoken_and_no_others() {
        let of = |words: &[Word], tell: fn(&str) -> &str| {
            for word in words {
                let english = within(Language::English, || word.say());
                within(Language::English, || assert_eq!(tell(english), english));
                within(Language::Chinese, || {
                    assert_eq!(tell(english), word.say());
                    assert_ne!(tell(english), english);
                });
            }
        };
        of(&KNOWN, told);
        of(&TAGS, tag);
        within(Language::Chinese, || {
            assert_eq!(told("Default groups"), "Default groups");
            assert_eq!(
                (told(""), tag("Test"), credit("alipay")),
                ("", "Test", "alipay")
            );
            assert_eq!(credit("code"), "兑换码");
        });
    }
}
