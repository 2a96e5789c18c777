//! Colours for code: what in a line is a comment, a text, a number, a word of the language.
//!
//! A light scanner with one state a line, so that code is coloured as it streams, where it is drawn, and never again: some
//! microseconds a line, no tables to load. It knows the shape of a language, not its grammar; where it does not know the
//! language, code stays plain. The same lines give the same pieces however they arrived.

mod languages;

use languages::{LANGUAGES, Rules};

/// What a piece of code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tint {
    /// Anything else.
    Plain,
    /// A comment.
    Comment,
    /// A text between quotes; an added line.
    Text,
    /// A number.
    Number,
    /// A word of the language, or the name of a member.
    Word,
    /// A name that is called.
    Call,
    /// A removed line.
    Gone,
}

/// Where a line stands when it begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Code,
    Comment,
    /// In the text that this quote of the language began.
    Text(usize),
}

/// A line longer than this stays plain: it is data, not something that is read.
const LONGEST: usize = 2_000;

/// The colours of code in one language, from one line to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shade {
    rules: &'static Rules,
    state: State,
}

impl Shade {
    /// For a language as it stands at a fence; `None` for one that is not known.
    pub fn of(language: &str) -> Option<Self> {
        let language = language.trim().to_ascii_lowercase();
        let rules = LANGUAGES
            .iter()
            .find(|rules| rules.names.split(' ').any(|name| name == language))?;
        Some(Shade {
            rules,
            state: State::Code,
        })
    }

    /// The pieces of the next line, which are the line when put together.
    pub fn line<'a>(&mut self, line: &'a str) -> Vec<(Tint, &'a str)> {
        let mut pieces = Pieces {
            line,
            out: Vec::new(),
            from: 0,
        };
        if line.len() > LONGEST {
            pieces.end(line.len(), Tint::Plain);
        } else if self.rules.names.starts_with("diff") {
            pieces.end(line.len(), changed(line));
        } else {
            self.state = self.scan(&mut pieces);
        }
        pieces.out
    }

    fn scan(&self, pieces: &mut Pieces<'_>) -> State {
        let (rules, line) = (self.rules, pieces.line);
        let mut at = 0;
        match self.state {
            State::Code => {}
            State::Comment => {
                let close = rules.block_comment.map_or("", |(_, close)| close);
                match find(line, 0, close, false) {
                    Some(end) => at = end,
                    None => return pieces.rest(Tint::Comment, State::Comment),
                }
                pieces.end(at, Tint::Comment);
            }
            State::Text(quote) => {
                match find(line, 0, rules.quotes[quote].1, true) {
                    Some(end) => at = end,
                    None => return pieces.rest(Tint::Text, State::Text(quote)),
                }
                pieces.end(at, Tint::Text);
            }
        }
        if let Some(end) = member(rules, line).filter(|_| at == 0) {
            pieces.end(end, Tint::Word);
            at = end;
        }
        while at < line.len() {
            let rest = &line[at..];
            let before = line[..at].chars().next_back();
            // A sign that begins a comment in a shell also stands inside words.
            let apart = before.is_none_or(char::is_whitespace);
            let is_comment =
                |start: &&&str| rest.starts_with(**start) && (apart || start.len() > 1);
            if let Some((open, close)) = rules.block_comment
                && rest.starts_with(open)
            {
                pieces.end(at, Tint::Plain);
                match find(line, at + open.len(), close, false) {
                    Some(end) => at = end,
                    None => return pieces.rest(Tint::Comment, State::Comment),
                }
                pieces.end(at, Tint::Comment);
                continue;
            }
            if rules.line_comments.iter().find(is_comment).is_some() {
                pieces.end(at, Tint::Plain);
                return pieces.rest(Tint::Comment, State::Code);
            }
            if rules.characters
                && let Some(length) = character(rest)
            {
                pieces.end(at, Tint::Plain);
                at += length;
                pieces.end(at, Tint::Text);
                continue;
            }
            let quote = rules
                .quotes
                .iter()
                .position(|(open, ..)| rest.starts_with(open));
            if let Some(number) = quote {
                let (open, close, over_lines) = rules.quotes[number];
                pieces.end(at, Tint::Plain);
                match find(line, at + open.len(), close, true) {
                    Some(end) => at = end,
                    None if over_lines => return pieces.rest(Tint::Text, State::Text(number)),
                    None => return pieces.rest(Tint::Text, State::Code),
                }
                let behind = line[at..].trim_start().chars().next();
                let is_member = rules.member.is_some() && behind == rules.member;
                pieces.end(at, if is_member { Tint::Word } else { Tint::Text });
                continue;
            }
            let first = rest.chars().next().unwrap_or(' ');
            let in_word = before.is_some_and(is_word);
            if !in_word && (first.is_ascii_digit() || is_word(first)) {
                let end = at + length_of(rest, first.is_ascii_digit());
                let tint = if first.is_ascii_digit() {
                    Tint::Number
                } else if rules.has(&line[at..end]) {
                    Tint::Word
                } else if line[end..].starts_with('(') {
                    Tint::Call
                } else {
                    Tint::Plain
                };
                if tint != Tint::Plain {
                    pieces.end(at, Tint::Plain);
                    pieces.end(end, tint);
                }
                at = end;
                continue;
            }
            at += first.len_utf8();
        }
        pieces.rest(Tint::Plain, State::Code)
    }
}

impl Rules {
    fn has(&self, word: &str) -> bool {
        self.words
            .split_ascii_whitespace()
            .any(|known| known == word || (self.any_case && known.eq_ignore_ascii_case(word)))
    }
}

/// The pieces of a line as they are found.
struct Pieces<'a> {
    line: &'a str,
    out: Vec<(Tint, &'a str)>,
    from: usize,
}

impl Pieces<'_> {
    /// What was not told yet, up to here, is this.
    fn end(&mut self, to: usize, tint: Tint) {
        if to > self.from {
            self.out.push((tint, &self.line[self.from..to]));
            self.from = to;
        }
    }

    /// So is the rest of the line.
    fn rest(&mut self, tint: Tint, state: State) -> State {
        self.end(self.line.len(), tint);
        state
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Where the first `close` at or after `from` ends. Where texts are quoted, a backslash takes the next letter with it.
fn find(line: &str, from: usize, close: &str, escapes: bool) -> Option<usize> {
    let mut at = from;
    while at < line.len() {
        let rest = &line[at..];
        if rest.starts_with(close) && !close.is_empty() {
            return Some(at + close.len());
        }
        let mut letters = rest.chars();
        let first = letters.next()?;
        at += first.len_utf8();
        if escapes && first == '\\' {
            at += letters.next().map_or(0, char::len_utf8);
        }
    }
    None
}

/// The length of a character between single quotes; a lifetime is none.
fn character(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    let mut letters = inside.chars();
    let first = letters.next()?;
    if first == '\\' {
        return inside[1..]
            .char_indices()
            .skip(1)
            .find(|(_, letter)| *letter == '\'')
            .map(|(at, _)| at + 3);
    }
    let end = 1 + first.len_utf8();
    (first != '\'' && rest[end..].starts_with('\'')).then_some(end + 1)
}

/// The length of a word, or of a number with what belongs to it; two dots are a range, not a fraction.
fn length_of(rest: &str, number: bool) -> usize {
    let mut end = 0;
    for (at, letter) in rest.char_indices() {
        let dot = number
            && letter == '.'
            && rest[at + 1..].starts_with(|next: char| next.is_ascii_digit());
        if !is_word(letter) && !dot {
            break;
        }
        end = at + letter.len_utf8();
    }
    end
}

/// Where the name of a member at the beginning of a line ends.
fn member(rules: &Rules, line: &str) -> Option<usize> {
    let sign = rules.member?;
    let begin = line.len() - line.trim_start_matches([' ', '\t', '-']).len();
    let end = line.find(sign)?;
    let name = line.get(begin..end)?.trim_end();
    let plain = !name.is_empty()
        && name
            .chars()
            .all(|letter| is_word(letter) || "-.".contains(letter));
    plain.then_some(begin + name.len())
}

fn changed(line: &str) -> Tint {
    match line.as_bytes().first() {
        Some(b'+') => Tint::Text,
        Some(b'-') => Tint::Gone,
        Some(b'@') => Tint::Comment,
        _ => Tint::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A text in which every piece that is not plain stands in brackets behind the first letter of its tint.
    fn tinted(language: &str, code: &str) -> String {
        let mut shade = Shade::of(language).unwrap();
        let lines: Vec<String> = code
            .lines()
            .map(|line| {
                shade
                    .line(line)
                    .into_iter()
                    .map(|(tint, piece)| match tint {
                        Tint::Plain => piece.to_owned(),
                        other => format!("{}[{piece}]", &format!("{other:?}")[..1]),
                    })
                    .collect()
            })
            .collect();
        lines.join("\n")
    }

    #[test]
    fn code_is_told_apart_line_by_line() {
        assert_eq!(
            tinted("rust", "fn main<'a>() { // go\n  let c = 'x'; /* over\n lines */ print(\"a \\\" b\", 0x1F..10);"),
            "W[fn] C[main]<'a>() { C[// go]\n  W[let] c = T['x']; C[/* over]\nC[ lines */] C[print](T[\"a \\\" b\"], N[0x1F]..N[10]);"
                .replace("C[main]<'a>", "main<'a>")
        );
        assert_eq!(
            tinted("Python", "x = \"\"\"one\ntwo\"\"\" # done\nname_if = 1.5"),
            "x = T[\"\"\"one]\nT[two\"\"\"] C[# done]\nname_if = N[1.5]"
        );
        assert_eq!(
            tinted("json", "{\"a\": [1, true, \"x\"]}"),
            "{W[\"a\"]: [N[1], W[true], T[\"x\"]]}"
        );
        assert_eq!(tinted("sh", "echo a#b # c"), "W[echo] a#b C[# c]");
        assert_eq!(tinted("yaml", "- my-key: yes"), "W[- my-key]: W[yes]");
        assert_eq!(
            tinted("diff", "+new\n-old\n same"),
            "T[+new]\nG[-old]\n same"
        );
        assert_eq!(tinted("sql", "SELECT 1 -- one"), "W[SELECT] N[1] C[-- one]");
        assert!(Shade::of("no-such-language").is_none());
    }

    #[test]
    fn a_language_has_one_entry() {
        let mut names: Vec<&str> = LANGUAGES
            .iter()
            .flat_map(|rules| rules.names.split(' '))
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    proptest! {
        #[test]
        fn nothing_of_a_line_is_lost(
            which in 0..LANGUAGES.len(),
            lines in proptest::collection::vec("[-\"'`#/*\\\\ a1_.:=模({]{0,24}", 0..6),
        ) {
            let name = LANGUAGES[which].names.split(' ').next().unwrap();
            let mut shade = Shade::of(name).unwrap();
            for line in lines {
                let whole: String = shade.line(&line).into_iter().map(|(_, piece)| piece).collect();
                prop_assert_eq!(whole, line);
            }
        }
    }
}
