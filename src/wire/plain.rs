//! Text from outside, made fit to be shown: one line, no control characters, no keys, a sane length.

use crate::domain::key::mask;

/// The longest message that is shown, in characters.
const LONGEST: usize = 300;
/// Runs of letters and digits this long are secrets or useless to people either way: a key without its `sk-` has 48.
const OPAQUE: usize = 40;

/// One safe line of a foreign text: white space and control characters become single spaces, direction marks and other
/// invisible characters go, whatever looks like a key is masked, and a text too long is cut at its end.
pub fn one_line(text: &str) -> String {
    // Far more than is shown, so that a body of megabytes costs nothing.
    let head: String = text.chars().take(LONGEST * 20).collect();
    let mut line = String::with_capacity(head.len().min(LONGEST * 4));
    for letter in head.chars() {
        if letter.is_whitespace() || letter.is_control() {
            if !line.is_empty() && !line.ends_with(' ') {
                line.push(' ');
            }
        } else if !is_invisible(letter) {
            line.push(letter);
        }
    }
    let masked = without_keys(line.trim_end());
    match masked.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", masked[..end].trim_end()),
        None => masked,
    }
}

/// Marks that steer the direction of text, join or hide: they could make a line read as something it is not.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with everything masked that looks like a secret: `sk-…`, `nap_…`, a signed token, a long run of letters and digits.
pub fn without_keys(text: &str) -> String {
    each_word(text, masked_word)
}

/// The text with everything masked that is marked as a secret: `sk-…`, `nap_…`, a signed token. What is only long stays: it
/// may be an id that somebody needs.
pub fn without_marked_keys(text: &str) -> String {
    each_word(text, |word| marked(word).unwrap_or_else(|| word.to_owned()))
}

/// The text with each of its words as it is told.
fn each_word(text: &str, told: impl Fn(&str) -> String) -> String {
    let part_of_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest
            .find(|letter: char| !part_of_word(letter))
            .unwrap_or(rest.len());
        if end == 0 {
            let next = rest.chars().next().map_or(1, char::len_utf8);
            out.push_str(&rest[..next]);
            rest = &rest[next..];
            continue;
        }
        out.push_str(&told(&rest[..end]));
        rest = &rest[end..];
    }
    out
}

/// A run of letters, digits, `-` and `_`, masked; `None` where nothing marks it as a secret.
fn marked(word: &str) -> Option<String> {
    // Signed tokens (JWT) start like this, whatever they say.
    if word.starts_with("eyJ") && word.len() >= 16 {
        return Some(mask(word));
    }
    for prefix in ["sk-", "nap_"] {
        let Some(at) = word.find(prefix) else {
            continue;
        };
        // Inside a word, as in `task-list`, it is part of a plain word.
        let starts = at == 0 || !word.as_bytes()[at - 1].is_ascii_alphanumeric();
        let body = &word[at + prefix.len()..];
        if starts && body.len() >= 8 {
            let (head, tail) = word.split_at(at);
            return Some(format!("{head}{}", mask(tail)));
        }
    }
    None
}

/// The same, masked where it may hold one.
fn masked_word(word: &str) -> String {
    if let Some(masked) = marked(word) {
        return masked;
    }
    let opaque = |piece: &str| {
        piece.len() >= OPAQUE
            && piece.bytes().any(|byte| byte.is_ascii_digit())
            && piece.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    word.split_inclusive(['-', '_'])
        .map(|piece| {
            let plain = piece.trim_end_matches(['-', '_']);
            if opaque(plain) {
                format!("{}{}", mask(plain), &piece[plain.len()..])
            } else {
                piece.to_owned()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(letters: usize) -> String {
        format!("sk-{}", "aB3x9Zk7".repeat(letters.div_ceil(8)))
    }

    #[test]
    fn keys_are_masked_wherever_they_stand() {
        let secret = key(48);
        for text in [
            format!("Incorrect API key provided: {secret}."),
            format!("[{secret}] exhausted"),
            format!("Bearer {secret}"),
            format!("key={secret}&x"),
            format!("令牌{secret}无效"),
        ] {
            let shown = one_line(&text);
            assert!(!shown.contains(&secret), "{shown}");
            assert!(shown.contains("sk-aB3x**********9Zk7"), "{shown}");
        }
        let bare = secret.trim_start_matches("sk-");
        assert!(!one_line(&format!("token {bare} is invalid")).contains(bare));
        let token = format!("nap_{}", "Ab3".repeat(15));
        assert!(!one_line(&format!("the token {token} expired")).contains(&token));
        let project = format!("sk-proj-{}", "Ab3_".repeat(12));
        assert!(!one_line(&project).contains(&project));
    }

    #[test]
    fn an_id_is_kept_where_only_marked_keys_go() {
        let id = format!("resp_{}", "68aB3x9Zk7".repeat(5));
        let said = format!("{id} was made with {} and eyJhbGciOiJIUzI1NiJ9", key(20));
        let shown = without_marked_keys(&said);
        assert!(
            shown.starts_with(&format!("{id} was made with sk-aB3x**********")),
            "{shown}"
        );
        assert!(!shown.contains(&key(20)) && !shown.contains("eyJhbGciOiJIUzI1NiJ9"));
        assert!(!without_keys(&said).contains(&id));
    }

    #[test]
    fn what_is_no_key_stays() {
        for text in [
            "No available channel for model claude-sonnet-4-5-20250929 under group default",
            "the task-list-of-everything-in-here stays, and so does ask-me-anything-now",
            "[sk-abc***xyz] 该令牌额度已用尽",
            "request 20260101120000123456789abcdefgh",
        ] {
            assert_eq!(one_line(text), text);
        }
    }

    #[test]
    fn nothing_in_it_can_steer_a_terminal() {
        let line = one_line("a\u{1b}[2J\u{7}b\r\n\n\tc\u{202e}d\u{9b}31m\u{0}e\u{200b}f");
        assert_eq!(line, "a [2J b cd 31m ef");
        assert_eq!(one_line("  \n "), "");
        let long = one_line(&"键".repeat(5_000));
        assert_eq!(long.chars().count(), LONGEST + 1);
        assert!(long.ends_with('…'));
    }

    proptest! {
        #[test]
        fn a_line_is_a_line(text in any::<String>()) {
            let line = one_line(&text);
            prop_assert!(line.chars().count() <= LONGEST + 1);
            prop_assert!(!line.chars().any(char::is_control));
        }

        #[test]
        fn no_key_survives(before in "[ -~]{0,20}[ :=\\[\"]", body in "[A-Za-z0-9]{32,64}", after in "[^A-Za-z0-9_-][ -~]{0,20}") {
            let secret = format!("sk-{body}");
            let shown = one_line(&format!("{before}{secret}{after}"));
            prop_assert!(!shown.contains(&body), "{}", shown);
        }
    }
}
