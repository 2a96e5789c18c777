//! Lines of other people's files as they may be shown: whatever looks like a secret is masked (S-24).

use crate::domain::key::mask;

/// How secrets of known kinds begin.
const BEGINNINGS: [&str; 8] = [
    "sk-",
    "AIza",
    "ghp_",
    "github_pat_",
    "hf_",
    "gsk_",
    "xai-",
    "pplx-",
];
/// Words in the name of something whose value is a secret.
const NAMES: [&str; 8] = [
    "api_key",
    "apikey",
    "api-key",
    "_key",
    "token",
    "secret",
    "password",
    "authorization",
];

/// The line with secrets masked.
pub fn hide(line: &str) -> String {
    let named = match line.find([':', '=']) {
        Some(at) => {
            let name = line[..at].to_ascii_lowercase();
            NAMES.iter().any(|word| name.contains(word))
        }
        None => false,
    };
    let after = line.find([':', '=']).unwrap_or(line.len());
    let mut shown = String::new();
    let mut word = String::new();
    for (at, letter) in line.char_indices() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '~' | '+' | '*') {
            word.push(letter);
            continue;
        }
        shown += &masked(&word, named && at > after);
        word.clear();
        shown.push(letter);
    }
    shown + &masked(&word, named)
}

/// The line of a file that holds a key and nothing else, with the mark of a difference before it.
pub fn hide_key(line: &str) -> String {
    let told_about = ["+++ ", "--- ", "@@", "\\"]
        .iter()
        .any(|begin| line.starts_with(begin));
    match line.strip_prefix(['+', '-', ' ']) {
        Some(rest) if !told_about && !rest.is_empty() => format!("{}{}", &line[..1], mask(rest)),
        _ => hide(line),
    }
}

/// A word as it may be shown. The value of something named like a secret is masked when it is long and has a figure in
/// it: `max_tokens: 4096` and the name of a variable may be seen.
fn masked(word: &str, named: bool) -> String {
    // The mark of a difference stands right before the first word of its line.
    let start = word.find(|letter: char| letter.is_ascii_alphanumeric());
    let (before, word) = word.split_at(start.unwrap_or(word.len()));
    let known = BEGINNINGS.iter().any(|begin| word.starts_with(begin)) && word.len() >= 8;
    let random = word.len() >= 12 && word.chars().any(|letter| letter.is_ascii_digit());
    match known || (named && random) {
        true => format!("{before}{}", mask(word)),
        false => format!("{before}{word}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_the_rest_is_not() {
        for (line, shown) in [
            (
                "+  \"key\": \"sk-aB3dEFGHijklmnopx9Zk\",",
                "+  \"key\": \"sk-aB3d**********x9Zk\",",
            ),
            ("TOKEN=abcdefgh12345678", "TOKEN=abcd**********5678"),
            (
                "model: claude-sonnet-4-5-20250929",
                "model: claude-sonnet-4-5-20250929",
            ),
            ("max_tokens: 4096", "max_tokens: 4096"),
            (
                "env_key = \"RELAYDECK_CODEX_KEY\"",
                "env_key = \"RELAYDECK_CODEX_KEY\"",
            ),
        ] {
            assert_eq!(hide(line), shown);
        }
    }

    #[test]
    fn s_24_a_file_of_one_key_shows_none_of_it() {
        for (line, shown) in [
            ("+sk-aB3dEFGHijklmnopx9Zk", "+sk-aB3d**********x9Zk"),
            ("-aB3dEFGHijklmnopx9Zk", "-aB3d**********x9Zk"),
            ("+++ ~/tools/a.key", "+++ ~/tools/a.key"),
            ("--- (not there)", "--- (not there)"),
            ("@@ -0,0 +1 @@", "@@ -0,0 +1 @@"),
            (
                "\\ No newline at end of file",
                "\\ No newline at end of file",
            ),
        ] {
            assert_eq!(hide_key(line), shown);
        }
        assert_eq!(hide("+sk-aB3dEFGHijklmnopx9Zk"), "+sk-aB3d**********x9Zk");
    }
}
