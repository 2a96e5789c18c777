//! Ids and names of tools, made to fit the letters and lengths that the other dialect allows.
//!
//! An id travels there and back in every later request, so the same id must always become the same other one, without
//! anything being remembered: what does not fit is cut and marked with a hash of the whole.

use std::borrow::Cow;

/// Longest id of a call that OpenAI takes.
const CHAT_ID: usize = 40;
/// Longest id that is sent to Anthropic, which takes letters, digits, `_` and `-`.
const MESSAGES_ID: usize = 64;
/// Longest name of a tool that OpenAI takes; Anthropic takes twice as much.
pub(super) const CHAT_NAME: usize = 64;

/// An id that a chat upstream takes.
pub(super) fn chat_id(id: &str) -> Cow<'_, str> {
    fit(id, CHAT_ID, |_| true)
}

/// An id that an Anthropic upstream takes.
pub(super) fn messages_id(id: &str) -> Cow<'_, str> {
    fit(id, MESSAGES_ID, |letter| {
        letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')
    })
}

/// A tool's name that a chat upstream takes.
pub(super) fn chat_name(name: &str) -> Cow<'_, str> {
    fit(name, CHAT_NAME, |_| true)
}

/// The one name of a tool that stands in a namespace.
pub(super) fn one_name(namespace: &str, name: &str) -> String {
    let gap = if namespace.ends_with("__") { "" } else { "__" };
    format!("{namespace}{gap}{name}")
}

fn fit(text: &str, most: usize, allowed: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.len() <= most && text.chars().all(&allowed) {
        return Cow::Borrowed(text);
    }
    let mark = format!("_{:016x}", hash(text));
    let mut fitting = String::with_capacity(most);
    for letter in text.chars() {
        let letter = if allowed(letter) { letter } else { '_' };
        if fitting.len() + letter.len_utf8() + mark.len() > most {
            break;
        }
        fitting.push(letter);
    }
    Cow::Owned(fitting + &mark)
}

/// FNV-1a, 64 bits: it must be the same in every process and version, which the standard library's hash is not.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_fits_stays() {
        assert_eq!(
            chat_id("toolu_01A09q90qw90lq917835lq9"),
            "toolu_01A09q90qw90lq917835lq9"
        );
        assert_eq!(messages_id("call_abc-DEF_9"), "call_abc-DEF_9");
    }

    #[test]
    fn what_does_not_fit_stays_told_apart() {
        let (one, other) = (
            messages_id("functions.read:0"),
            messages_id("functions.read.0"),
        );
        assert!(one.starts_with("functions_read_0_") && one != other);
        let long = "mcp__a-server-with-a-long-name__".repeat(3);
        assert_ne!(
            chat_name(&format!("{long}a")),
            chat_name(&format!("{long}b"))
        );
    }

    proptest! {
        #[test]
        fn ids_fit_and_are_steady(id in "\\PC{1,90}") {
            let fitting = messages_id(&id).into_owned();
            prop_assert!(fitting.len() <= MESSAGES_ID);
            prop_assert!(fitting.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'));
            prop_assert_eq!(messages_id(&fitting).into_owned(), fitting.clone());
            prop_assert!(chat_id(&id).len() <= CHAT_ID && chat_name(&id).len() <= CHAT_NAME);
        }
    }
}
