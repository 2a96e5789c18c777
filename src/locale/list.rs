//! Several things in one text, with the marks that the spoken language puts between them.

use std::fmt::Display;

use super::say;

/// Names, words or figures one after another: `a, b, c`, in Chinese `a、b、c`.
pub fn listed<T: AsRef<str>>(items: &[T]) -> String {
    joined(items, say!("trouble-and"))
}

/// Parts of one statement: `a, b`, in Chinese `a，b`.
pub fn clauses<T: AsRef<str>>(items: &[T]) -> String {
    joined(items, say!("trouble-comma"))
}

/// Whole statements one after another: `a; b`, in Chinese `a；b`.
pub fn sentences<T: AsRef<str>>(items: &[T]) -> String {
    joined(items, say!("trouble-semicolon"))
}

/// Something and what is said of it: `--url: it is no address`, `/a/file: Permission denied`.
pub fn pair(what: impl Display, said: impl Display) -> String {
    say!("trouble-pair", what = what, said = said)
}

fn joined<T: AsRef<str>>(items: &[T], between: &str) -> String {
    let mut text = String::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            text.push_str(between);
        }
        text.push_str(item.as_ref());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::{Language, within};

    #[test]
    fn x_12_several_things_stand_apart_as_the_language_has_it() {
        let names = ["a".to_owned(), "b".to_owned()];
        assert_eq!(
            (listed(&names), listed::<&str>(&[])),
            ("a, b".into(), String::new())
        );
        within(Language::Chinese, || {
            assert_eq!(
                (listed(&names), sentences(&["甲", "乙"])),
                ("a、b".into(), "甲；乙".into())
            );
        });
    }
}
