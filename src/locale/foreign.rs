//! What libraries, the system and relays say of an error: mostly English, so in another language it is put into that
//! language's words where they are known (`assets/locale/zh/foreign.txt` and `relays.txt`), and quoted where they are not.

use std::sync::OnceLock;

use super::{Language, pair, say, spoken};

/// What libraries and the system say, and what relays do.
const FILES: [&str; 2] = [
    include_str!("../../assets/locale/zh/foreign.txt"),
    include_str!("../../assets/locale/zh/relays.txt"),
];

/// Stands for anything in the words of a library.
const GAP: &str = "{}";

/// Stands for one name or number at the beginning of a phrase.
const NAME: &str = "{name}";

/// Parts that are told in turn, at most so deep.
const DEPTH: u8 = 4;

/// The words of a library, of the system or of a relay, for people: ours where we have any, else theirs, in quotes where
/// they are in another language.
pub fn foreign(words: &(impl std::fmt::Display + ?Sized)) -> String {
    let words = words.to_string();
    match spoken() {
        Language::English => words,
        Language::Chinese => told(&words, DEPTH).unwrap_or_else(|| match is_chinese(&words) {
            true => words,
            false => quoted(&words),
        }),
    }
}

/// Words in a language that is perhaps not ours, marked as such.
pub fn quoted(words: &str) -> String {
    say!("trouble-foreign", words = words)
}

fn is_chinese(words: &str) -> bool {
    words
        .chars()
        .any(|letter| matches!(letter, '\u{4e00}'..='\u{9fff}'))
}

/// How a library says something, cut at what may stand there, and how we do.
struct Phrase {
    theirs: Vec<&'static str>,
    /// Whether it begins with a name.
    named: bool,
    ours: &'static str,
}

impl Phrase {
    /// What stands in its gaps, if the words are said by it.
    fn parts<'a>(&self, words: &'a str) -> Option<Vec<&'a str>> {
        let parts = gaps(&self.theirs, words)?;
        let fits = !self.named || parts.first().is_some_and(|name| is_name(name));
        fits.then_some(parts)
    }
}

/// Whether it is the name of a member, an option or a model, the place of one (`messages[3].role`), or a number.
fn is_name(text: &str) -> bool {
    let of_a_name = |letter: char| letter.is_ascii_alphanumeric() || "_-./[]".contains(letter);
    !text.is_empty() && text.chars().all(of_a_name)
}

fn phrases() -> &'static [Phrase] {
    static READ: OnceLock<Vec<Phrase>> = OnceLock::new();
    READ.get_or_init(|| {
        let lines = FILES.iter().flat_map(|file| file.lines());
        let phrase = |line: &'static str| {
            let (theirs, ours) = line.split_once(" → ")?;
            let (named, behind) = match theirs.strip_prefix(NAME) {
                Some(behind) => (true, behind),
                None => (false, theirs),
            };
            let literals = behind.split(GAP);
            Some(Phrase {
                theirs: named.then_some("").into_iter().chain(literals).collect(),
                named,
                ours,
            })
        };
        let is_phrase = |line: &&str| !line.starts_with("# ");
        lines.filter(is_phrase).filter_map(phrase).collect()
    })
}

/// The words in our language, if the dictionary has them. What stands in a gap is told the same way, or stays as it is.
fn told(words: &str, depth: u8) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    let words = words.trim();
    by_phrase(words, depth).or_else(|| {
        // Where something is wrong stands before what is wrong: `messages[3].role: is missing`.
        let (place, why) = words.split_once(": ").filter(|(place, _)| is_name(place))?;
        Some(pair(place, told(why, depth)?))
    })
}

fn by_phrase(words: &str, depth: u8) -> Option<String> {
    phrases().iter().find_map(|phrase| {
        let parts = phrase.parts(words)?;
        // A phrase that begins with anything is about words that are known themselves, or it would be half a sentence.
        let begins_with_gap = phrase.theirs.first().is_some_and(|first| first.is_empty());
        if begins_with_gap && !phrase.named {
            told(parts.first()?, depth)?;
        }
        let mut ours = String::with_capacity(phrase.ours.len() + words.len());
        let mut rest = phrase.ours;
        // One pass: what is put in may hold braces itself.
        while let Some(at) = rest.find('{') {
            let number = rest[at + 1..].split('}').next();
            let part =
                number.and_then(|text| parts.get(text.parse::<usize>().ok()?.checked_sub(1)?));
            ours.push_str(&rest[..at]);
            match part {
                Some(part) => {
                    ours.push_str(&told(part, depth).unwrap_or_else(|| (*part).to_owned()));
                    rest = &rest[at + number.map_or(0, str::len) + 2..];
                }
                None => {
                    ours.push('{');
                    rest = &rest[at + 1..];
                }
            }
        }
        ours.push_str(rest);
        Some(ours)
    })
}

/// What stands in the gaps of a phrase, if the words are said by it.
fn gaps<'a>(theirs: &[&str], words: &'a str) -> Option<Vec<&'a str>> {
    let (first, more) = theirs.split_first()?;
    let mut rest = words.strip_prefix(first)?;
    let Some((last, middle)) = more.split_last() else {
        return rest.is_empty().then(Vec::new);
    };
    let mut parts = Vec::with_capacity(more.len());
    for literal in middle {
        let (part, behind) = rest.split_once(literal)?;
        parts.push(part);
        rest = behind;
    }
    parts.push(rest.strip_suffix(last)?);
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::within;

    fn chinese(words: &str) -> String {
        within(Language::Chinese, || foreign(&words))
    }

    #[test]
    fn x_12_the_words_of_libraries_are_said_in_chinese_and_unknown_ones_are_quoted() {
        let json = serde_json::from_str::<serde_json::Value>("{\"a\": ").unwrap_err();
        assert_eq!(foreign(&json), json.to_string());
        for (theirs, ours) in [
            (json.to_string().as_str(), "缺少内容（第 1 行第 6 列）"),
            (
                "failed to lookup address information: Name or service not known",
                "没有这个主机名",
            ),
            (
                "invalid type: string \"a b\", expected i64",
                "类型不对：应为整数，而不是字符串 \"a b\"",
            ),
            (
                "invalid key, expected newline, `#`",
                "名称有误，应为 换行或 `#`",
            ),
            ("missing inline table opening", "缺少 {"),
            ("string \"{1}\"", "字符串 \"{1}\""),
            ("no such thing", "“no such thing”"),
            (
                "no such thing, expected another",
                "“no such thing, expected another”",
            ),
            ("余额不足", "余额不足"),
            (
                "the upstream could not be reached: Connection refused (os error 111); or name its models yourself",
                "无法连接上游：连接被拒绝（错误码 111）；也可以自行写出模型名称",
            ),
            (
                "messages[3].content[0].type: is missing (request id: r7)",
                "messages[3].content[0].type：缺少此项（请求 r7）",
            ),
            (
                "max_tokens must be a whole number of at least 1",
                "max_tokens 应为不小于 1 的整数",
            ),
            ("the rest must be an object", "“the rest must be an object”"),
            ("n: whatever it may mean", "“n: whatever it may mean”"),
        ] {
            assert_eq!(chinese(theirs), ours);
        }
    }

    #[test]
    fn x_12_every_line_of_the_dictionary_is_a_phrase_and_is_reached() {
        let lines: Vec<&str> = FILES
            .iter()
            .flat_map(|file| file.lines())
            .filter(|line| !line.is_empty() && !line.starts_with("# "))
            .collect();
        assert_eq!(lines.len(), phrases().len(), "a line is no phrase");
        for phrase in phrases() {
            // What is put into a gap must be nothing that a shorter phrase before it would take for its own.
            let words = phrase.theirs.join("‹x›");
            let words = match phrase.named {
                true => words.replacen("‹x›", "n", 1),
                false => words,
            };
            let first = phrases()
                .iter()
                .find(|other| other.parts(words.trim()).is_some());
            let first = first.map(|first| first.theirs.clone());
            assert_eq!(first.as_ref(), Some(&phrase.theirs), "{words}");
        }
    }
}
