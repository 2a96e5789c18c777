//! Cuts text into pieces of about one token each: what a built-in model streams, and what it counts as generated.
//!
//! The pieces put together are the text again, byte for byte.

/// Longest run of Latin letters in one piece.
const LONGEST_WORD: usize = 9;
/// Longest run of letters of other alphabets in one piece: vendors' tables hold fewer of their words.
const LONGEST_OTHER: usize = 4;
/// Longest number in one piece, as in vendors' tables.
const LONGEST_NUMBER: usize = 3;
/// Longest run of signs or blanks in one piece.
const LONGEST_RUN: usize = 8;

/// What a letter is cut with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Latin,
    Digit,
    Blank,
    Sign,
    OtherLetter,
    /// Each by itself: ideographs, syllables, pictures.
    Single,
    /// Belongs to what stands before it: accents, joiners, variation selectors.
    Mark,
}

fn kind(letter: char) -> Kind {
    match letter {
        'a'..='z' | 'A'..='Z' => Kind::Latin,
        '0'..='9' => Kind::Digit,
        _ if letter.is_whitespace() => Kind::Blank,
        _ if letter.is_ascii() => Kind::Sign,
        '\u{300}'..='\u{36f}'
        | '\u{200d}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{1f3fb}'..='\u{1f3ff}' => Kind::Mark,
        '\u{2e80}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{ffef}'
        | '\u{20000}'..='\u{3ffff}' => Kind::Single,
        _ if letter.is_alphabetic() => Kind::OtherLetter,
        _ => Kind::Single,
    }
}

/// The pieces of a text.
pub(super) struct Pieces<'a> {
    rest: &'a str,
}

/// Cuts a text.
pub(super) fn pieces(text: &str) -> Pieces<'_> {
    Pieces { rest: text }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let length = first_piece(self.rest)?;
        let (piece, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(piece)
    }
}

/// The length in bytes of the first piece; `None` at the end.
fn first_piece(text: &str) -> Option<usize> {
    let mut letters = text.char_indices().peekable();
    let (_, first) = letters.next()?;
    // One space goes with the word after it, as in vendors' tables.
    let leading = match letters.peek() {
        Some((_, next)) if first == ' ' && kind(*next) != Kind::Blank => {
            kind(letters.next().map_or(first, |(_, letter)| letter))
        }
        _ => kind(first),
    };
    let longest = match leading {
        Kind::Latin => LONGEST_WORD,
        Kind::Digit => LONGEST_NUMBER,
        Kind::Blank | Kind::Sign => LONGEST_RUN,
        Kind::OtherLetter => LONGEST_OTHER,
        Kind::Single | Kind::Mark => 1,
    };
    let mut taken = 1;
    let mut blank = first;
    while let Some((at, letter)) = letters.peek().copied() {
        let next = kind(letter);
        if next == Kind::Mark {
            letters.next();
            continue;
        }
        // The last of several spaces is the one that goes with the word.
        let before_word = leading == Kind::Blank && letter == ' ' && {
            let after = text[at + 1..].chars().next();
            after.is_some_and(|after| kind(after) != Kind::Blank)
        };
        if next != leading || taken >= longest || before_word {
            return Some(at);
        }
        // A line break ends a run of spaces, and spaces end a run of line breaks.
        if leading == Kind::Blank && (letter == '\n') != (blank == '\n') {
            return Some(at);
        }
        blank = letter;
        taken += 1;
        letters.next();
    }
    Some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::count::count_tokens;
    use proptest::prelude::*;

    fn cut(text: &str) -> Vec<&str> {
        pieces(text).collect()
    }

    #[test]
    fn words_keep_the_space_before_them() {
        assert_eq!(
            cut("Hello, big world."),
            ["Hello", ",", " big", " world", "."]
        );
        assert_eq!(cut("a  b"), ["a", " ", " b"]);
        assert_eq!(cut("one\n\n  two"), ["one", "\n\n", " ", " two"]);
        assert_eq!(cut("12345 67"), ["123", "45", " 67"]);
        assert_eq!(cut("internationally"), ["internati", "onally"]);
        assert_eq!(cut("中转站 ok"), ["中", "转", "站", " ok"]);
        assert_eq!(cut("e\u{301}a👍🏽!"), ["e\u{301}a", "👍🏽", "!"]);
        assert!(cut("").is_empty());
    }

    #[test]
    fn pieces_are_near_the_count_that_everything_else_uses() {
        for text in [
            "Server-sent events keep one HTTP response open and push text frames to the client.",
            "A key belongs to a group; the group's ratio multiplies the published price of every model.",
            "fn main() {\n    let total: u64 = items.iter().map(|item| item.cost).sum();\n}\n",
        ] {
            let (ours, light) = (cut(text).len() as f64, count_tokens(text) as f64);
            assert!(
                (ours / light - 1.0).abs() < 0.25,
                "{ours} for {light}: {text}"
            );
        }
    }

    proptest! {
        #[test]
        fn pieces_put_together_are_the_text(text in "(\\PC|[ \n\t]){0,120}") {
            let parts = cut(&text);
            prop_assert_eq!(parts.concat(), text.as_str());
            prop_assert!(parts.iter().all(|piece| !piece.is_empty()));
        }
    }
}
