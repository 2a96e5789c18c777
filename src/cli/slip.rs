//! What is wrong in a table that a user wrote, in one line: where, what, and which word was probably meant.

use crate::config::{did_you_mean, nearest, position};
use crate::locale::{foreign, listed, say};

/// Words that are all named where none of them is near.
const NAMED: usize = 12;

/// `4:10: unknown name "new-kez"; did you mean "new-key"?`
pub fn said(text: &str, error: &toml::de::Error) -> String {
    let place = error.span().map(|span| position(text, span.start));
    let what = what(error.message());
    match place {
        Some((line, column)) => format!("{line}:{column}: {what}"),
        None => what,
    }
}

/// The reader's words; of a name that is not known, and of the many that are, only those that help.
fn what(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let Some(wrong) = quoted.next().filter(|_| message.starts_with("unknown ")) else {
        let words: Vec<&str> = message.split_whitespace().collect();
        return foreign(&words.join(" "));
    };
    let known: Vec<&str> = quoted.collect();
    let name = say!("trouble-config-unknown", name = format!("{wrong:?}"));
    let more = match nearest(wrong, known.iter().copied()) {
        None if known.len() <= NAMED => say!("cli-table-known", words = listed(&known)),
        near => did_you_mean(near),
    };
    format!("{name}{more}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_told_with_its_place_and_the_word_that_was_meant() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[allow(dead_code)]
        enum Word {
            NewKey,
            Models,
        }
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code)]
        struct Table {
            action: Word,
        }
        let said = |text: &str| said(text, &toml::from_str::<Table>(text).unwrap_err());
        assert_eq!(
            said("# 键\naction = \"new-kez\""),
            "2:10: unknown name \"new-kez\"; did you mean \"new-key\"?"
        );
        assert_eq!(
            said("action = \"quite-else\""),
            "1:10: unknown name \"quite-else\"; there are new-key, models"
        );
        let broken = said("action = ");
        assert!(
            broken.starts_with("1:") && !broken.contains('\n'),
            "{broken}"
        );
    }
}
