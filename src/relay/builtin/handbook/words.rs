//! From text to the terms that are compared: stems of English words, pairs of Chinese letters, everything else as it is.

use std::collections::HashSet;
use std::sync::LazyLock;

/// A term of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    /// The stem, or the letters.
    pub stem: String,
    /// Whether it is a word of the grammar, which says little about what is meant.
    pub is_small: bool,
}

/// Questions are read up to here: a longer one has long since said what it is about.
const LONGEST: usize = 4_000;

/// Words of the grammar, and those that every question holds.
const SMALL: &str = "a about actually after again all also am an and any anything are as at be been being best between but by can \
    check could currently dear did difference do does doesnt doing dont else ever everything explain for from get \
    getting give given go going got had happen happened happening happens has have having he her here him his how i \
    id if ill im in into is isnt it its ive just kind know let like long look may maybe me mean means meant might \
    mine much must my need no not now of oh ok okay on one only or other our out please point possible put really s \
    say says see shall she should so some somehow someone something sort still t tell than thank thanks that thats \
    the their them then there these they thing things this those to today too try trying up us use used uses using \
    very want was way we well were what whats when where wheres which while who whos why will with work works would \
    you your yours";

/// Chinese words of the grammar; longer ones before those they begin with.
const SMALL_CHINESE: &str = "是什么意思 为什么 是什么 有什么 什么意思 什么 怎么样 怎么办 怎么 怎样 如何 哪里 哪些 哪个 可以 能不能 能否 要不要 \
    有没有 需要 想要 多少 一个 一下 一条 这个 那个 这里 我们 你们 请问 告诉 或者 还是 没有 今天 多久 不会 \
    吗 呢 吧 的 了 是 我 你 请 很 把 与";

/// The words of the grammar, for looking one up.
static SMALL_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| SMALL.split(' ').collect());

/// Words that mean the same here, after stemming.
const SAME: &[(&str, &str)] = &[
    ("cant", "cannot"),
    ("couldnt", "cannot"),
    ("unabl", "cannot"),
    ("credential", "key"),
    ("apikey", "key"),
    ("exit", "quit"),
    ("close", "quit"),
    ("leav", "quit"),
    ("fail", "error"),
    ("failur", "error"),
    ("problem", "error"),
    ("issu", "error"),
    ("broken", "error"),
    ("trouble", "error"),
    ("troubl", "error"),
    ("app", "program"),
    ("applicat", "program"),
    ("softwar", "program"),
    ("tool", "program"),
    ("mak", "creat"),
    ("generat", "creat"),
    ("remov", "delet"),
    ("revok", "delet"),
    ("eras", "delet"),
    ("llm", "model"),
    ("hotkey", "shortcut"),
    ("keybind", "shortcut"),
    ("keyboard", "shortcut"),
    ("control", "ctrl"),
    ("uri", "url"),
    ("expens", "cost"),
    ("configur", "config"),
    ("begin", "start"),
    ("began", "start"),
];

/// The words of a text in small letters, one space between them: what makes two questions the same question.
pub(super) fn spelled(text: &str) -> String {
    let mut whole = String::new();
    for word in words(text) {
        if !whole.is_empty() {
            whole.push(' ');
        }
        whole.push_str(&word);
    }
    whole
}

/// The terms of a text, in order.
pub(super) fn terms(text: &str) -> Vec<Term> {
    let mut found = Vec::new();
    for word in words(text) {
        if word.chars().any(is_ideograph) {
            chinese_terms(&word, &mut found);
        } else {
            // A status says much, a small number nothing.
            let is_small = SMALL_WORDS.contains(word.as_str())
                || word.len() < 3 && word.bytes().all(|byte| byte.is_ascii_digit());
            let stem = stem(&word);
            let same = SAME.iter().find(|(other, _)| *other == stem);
            let stem = same.map_or(stem, |(_, own)| (*own).to_owned());
            found.push(Term { stem, is_small });
        }
    }
    found
}

/// How many terms of a text are more than grammar.
pub(super) fn means_much(text: &str) -> usize {
    terms(text).iter().filter(|term| !term.is_small).count()
}

/// Whether a text is Chinese: it holds ideographs, and no letters that only Japanese or Korean have.
pub(super) fn is_chinese(text: &str) -> bool {
    let mut letters = text.chars().take(LONGEST);
    let foreign = |letter| matches!(letter, '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7af}');
    letters.clone().any(is_ideograph) && !letters.any(foreign)
}

fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{2fdf}' | '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
}

/// Runs of letters and digits in small letters; ideographs apart from all others. An apostrophe joins: `don't` is `dont`.
fn words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut before = None;
    for letter in text.chars().take(LONGEST) {
        let plain = match letter {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(letter as u32 - 0xfee0).unwrap_or(letter),
            other => other,
        };
        let kind = match plain {
            '\'' | '\u{2019}' => continue,
            _ if is_ideograph(plain) => Some(true),
            _ if plain.is_alphanumeric() => Some(false),
            _ => None,
        };
        if kind.is_some() {
            if before != kind {
                found.push(String::new());
            }
            if let Some(word) = found.last_mut() {
                word.extend(plain.to_lowercase());
            }
        }
        before = kind;
    }
    found
}

/// Pairs of neighbouring letters, words of the grammar taken out; a letter that stands alone is a term by itself.
fn chinese_terms(run: &str, found: &mut Vec<Term>) {
    let mut content: Vec<char> = Vec::new();
    let mut rest = run;
    let flush = |content: &mut Vec<char>, found: &mut Vec<Term>| {
        let content = std::mem::take(content);
        if let [single] = content.as_slice() {
            found.push(Term {
                stem: single.to_string(),
                is_small: false,
            });
        }
        for pair in content.windows(2) {
            found.push(Term {
                stem: pair.iter().collect(),
                is_small: false,
            });
        }
    };
    while let Some(letter) = rest.chars().next() {
        let small = SMALL_CHINESE.split(' ').find(|word| rest.starts_with(word));
        if let Some(word) = small {
            flush(&mut content, found);
            found.push(Term {
                stem: word.to_owned(),
                is_small: true,
            });
            rest = &rest[word.len()..];
        } else {
            content.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    flush(&mut content, found);
}

/// A light stemmer: it makes the forms of one word alike and does not care what they look like.
fn stem(word: &str) -> String {
    let mut stem = word.to_owned();
    if !word.is_ascii() || word.len() < 4 || word.bytes().any(|byte| byte.is_ascii_digit()) {
        return plural_of_short(stem);
    }
    if stem.ends_with("ies") {
        stem.truncate(stem.len() - 3);
        stem.push('y');
    } else if stem.ends_with('s') && !["ss", "us", "is"].iter().any(|end| stem.ends_with(end)) {
        stem.pop();
    }
    for (ending, least) in [("ing", 3), ("ed", 3), ("ion", 4), ("ly", 4)] {
        let Some(short) = stem.strip_suffix(ending) else {
            continue;
        };
        let is_word = short.len() >= least && short.contains(['a', 'e', 'i', 'o', 'u', 'y']);
        if is_word && (ending != "ion" || short.ends_with('t')) {
            stem.truncate(short.len());
            break;
        }
    }
    // `cancelled` and `cancel`, `running` and `run`: one of two like consonants; `bill` and `add` stay as they are.
    let doubled = match stem.as_bytes() {
        [.., b'l', b'l'] => stem.len() > 5,
        [.., one, two] => one == two && stem.len() > 4 && !b"aeiousz".contains(two),
        _ => false,
    };
    if doubled {
        stem.pop();
    }
    if stem.len() > 3 && stem.ends_with('e') {
        stem.pop();
    }
    stem
}

/// `ids`, `ips`, `keys`: too short for the other endings.
fn plural_of_short(mut word: String) -> String {
    if word.len() == 3 && word.ends_with('s') && word.is_ascii() && !word.ends_with("ss") {
        word.pop();
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stems(text: &str) -> Vec<String> {
        terms(text)
            .into_iter()
            .filter(|term| !term.is_small)
            .map(|term| term.stem)
            .collect()
    }

    #[test]
    fn longer_words_of_the_chinese_grammar_come_before_those_they_begin_with() {
        let words: Vec<_> = SMALL_CHINESE.split(' ').collect();
        for (at, word) in words.iter().enumerate() {
            let hidden = words[..at].iter().any(|before| word.starts_with(before));
            assert!(!hidden, "{word}");
        }
    }

    #[test]
    fn forms_of_a_word_are_one_term() {
        for forms in [
            "key keys",
            "price prices priced pricing",
            "create creates creating creation",
            "cancel cancels cancelled cancelling",
            "store stores stored storing",
            "estimate estimated estimates estimating",
            "delete deleted deleting deletion remove",
            "bill bills billed billing",
            "quit quits quitting exit",
            "balance balances",
            "copy copies",
            "ip ips",
        ] {
            let mut found = stems(forms);
            found.dedup();
            assert_eq!(found.len(), 1, "{forms}: {found:?}");
        }
        assert_ne!(stems("bill"), stems("bit"));
        assert_ne!(stems("add"), stems("ad"));
    }

    #[test]
    fn chinese_is_cut_into_pairs_between_words_of_the_grammar() {
        assert_eq!(stems("密钥是什么？"), ["密钥"]);
        assert_eq!(stems("费用怎么计算"), ["费用", "计算"]);
        assert_eq!(stems("分组倍率"), ["分组", "组倍", "倍率"]);
        assert_eq!(stems("API密钥"), ["api", "密钥"]);
        assert!(is_chinese("请问 key 是什么"));
        assert!(!is_chinese("キーとは何ですか"));
        assert!(!is_chinese("what is a key"));
    }

    #[test]
    fn spelling_ignores_case_signs_and_spaces() {
        assert_eq!(spelled("  What CAN I do, here?! "), "what can i do here");
        assert_eq!(spelled("Don’t"), "dont");
        assert_eq!(spelled("POST /v1/chat"), "post v1 chat");
        assert_eq!(spelled("ＡＰＩ"), "api");
        assert_eq!(spelled("…"), "");
    }

    proptest! {
        #[test]
        fn any_text_has_terms_or_none(text in "(\\PC|[a-z ']|\n){0,200}") {
            let found = terms(&text);
            prop_assert!(found.iter().all(|term| !term.stem.is_empty()));
        }
    }
}
