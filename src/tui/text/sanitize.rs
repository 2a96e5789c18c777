//! Takes out of a text from outside whatever could steer the terminal, hide, or turn other text around.
//!
//! Taken out: C0 and C1 controls, whole escape sequences with their arguments, bidirectional marks, overrides and isolates,
//! invisible format characters, tags and variation selectors. Two invisible characters are kept where they belong to an
//! emoji: the joiner between two of them, and the selector for the coloured form. Marks that pile up on one letter are
//! kept up to [`MARKS`]. What a text means is not changed: printable characters all pass.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// Marks without width of their own that may follow one letter. The deepest writing in use needs fewer.
pub const MARKS: u8 = 8;

/// What becomes of line breaks and tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaks {
    /// Line breaks of every kind become `\n`, a tab four blanks: for texts of many lines that are shown.
    Keep,
    /// Line breaks of every kind become `\n`, a tab stays one: for texts that are kept, sent on or copied.
    Text,
    /// Each becomes one blank: for names, titles, cells of a table.
    Blank,
}

/// Cleans a whole text at once. A text that is clean, the usual case, is not copied.
pub fn sanitize(text: &str, breaks: Breaks) -> Cow<'_, str> {
    if text.chars().all(|letter| stays(letter, breaks)) {
        return Cow::Borrowed(text);
    }
    let mut sanitizer = Sanitizer::new(breaks);
    let mut clean = String::with_capacity(text.len());
    sanitizer.push(text, &mut clean);
    Cow::Owned(clean)
}

/// Whether a character passes as it is, whatever stands before and after it.
fn stays(letter: char, breaks: Breaks) -> bool {
    match letter {
        ' '..='~' => true,
        '\n' => breaks != Breaks::Blank,
        '\t' => breaks == Breaks::Text,
        '\u{2028}' | '\u{2029}' => false,
        // A mark without width may be one too many.
        _ => letter.width().is_some_and(|cells| cells > 0) && !is_hidden(letter),
    }
}

/// Where an escape sequence has got to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    /// Not in one.
    Outside,
    /// After the escape character.
    Begun,
    /// After `ESC [`: arguments until a final letter.
    Arguments,
    /// After `ESC ]`, `ESC P` and the like: a string until its end mark.
    Text,
    /// In such a string, after an escape character.
    TextEnd,
}

/// Cleans a text that comes in pieces; how it is cut makes no difference.
#[derive(Clone, Debug)]
pub struct Sanitizer {
    breaks: Breaks,
    escape: Escape,
    /// The last character was a carriage return, so that a newline after it belongs to it.
    returned: bool,
    /// A joiner that waits for the emoji after it.
    joiner: bool,
    /// The character before, as far as it was kept.
    last: Option<char>,
    /// Marks on the current letter.
    marks: u8,
}

impl Sanitizer {
    /// A sanitizer at the beginning of a text.
    pub fn new(breaks: Breaks) -> Self {
        Self {
            breaks,
            escape: Escape::Outside,
            returned: false,
            joiner: false,
            last: None,
            marks: 0,
        }
    }

    /// Cleans a piece and adds it to `clean`.
    pub fn push(&mut self, piece: &str, clean: &mut String) {
        for letter in piece.chars() {
            if self.in_escape(letter) {
                continue;
            }
            let joiner = std::mem::take(&mut self.joiner);
            let returned = std::mem::take(&mut self.returned);
            match letter {
                '\u{1b}' => self.escape = Escape::Begun,
                '\u{9b}' => self.escape = Escape::Arguments,
                '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => self.escape = Escape::Text,
                '\n' if returned => {}
                '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                    self.returned = letter == '\r';
                    self.keep(
                        if self.breaks == Breaks::Blank {
                            ' '
                        } else {
                            '\n'
                        },
                        clean,
                    );
                }
                '\t' if self.breaks == Breaks::Keep => {
                    clean.push_str("   ");
                    self.keep(' ', clean);
                }
                '\t' if self.breaks == Breaks::Text => self.keep('\t', clean),
                '\t' => self.keep(' ', clean),
                '\u{200d}' => self.joiner = self.last.is_some_and(may_be_joined),
                '\u{fe0f}' => {
                    if self.last.is_some_and(has_coloured_form) {
                        self.keep(letter, clean);
                    }
                }
                _ if letter.is_control() || is_hidden(letter) => {}
                _ => {
                    if joiner && is_pictograph(letter) {
                        clean.push('\u{200d}');
                    }
                    self.keep(letter, clean);
                }
            }
        }
    }

    fn keep(&mut self, letter: char, clean: &mut String) {
        let is_mark = letter.width() == Some(0);
        self.marks = if is_mark {
            self.marks.saturating_add(1)
        } else {
            0
        };
        if self.marks <= MARKS {
            clean.push(letter);
            self.last = Some(letter);
        }
    }

    /// Follows an escape sequence. True where the character belongs to one and is dropped with it.
    fn in_escape(&mut self, letter: char) -> bool {
        // A string that never ends must not swallow the rest of a reply: a line break ends every sequence.
        if matches!(letter, '\n' | '\r') {
            self.escape = Escape::Outside;
            return false;
        }
        let (next, dropped) = match (self.escape, letter) {
            (Escape::Outside, _) => return false,
            (Escape::Begun, '[') => (Escape::Arguments, true),
            (Escape::Begun, ']' | 'P' | 'X' | '^' | '_') => (Escape::Text, true),
            (Escape::Begun, ' '..='/') => (Escape::Begun, true),
            (Escape::Begun, '0'..='~') => (Escape::Outside, true),
            (Escape::Arguments, ' '..='?') => (Escape::Arguments, true),
            (Escape::Arguments, '@'..='~') => (Escape::Outside, true),
            (Escape::Text | Escape::TextEnd, '\u{7}' | '\u{9c}') => (Escape::Outside, true),
            (Escape::Text | Escape::TextEnd, '\u{1b}') => (Escape::TextEnd, true),
            (Escape::TextEnd, '\\') => (Escape::Outside, true),
            (Escape::Text | Escape::TextEnd, _) => (Escape::Text, true),
            (_, '\u{1b}') => (Escape::Begun, true),
            // Not a sequence after all; the character stands for itself.
            (Escape::Begun | Escape::Arguments, _) => (Escape::Outside, false),
        };
        self.escape = next;
        dropped
    }
}

/// Characters that are not seen, or that turn the order of others.
fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Emoji and the signs that have an emoji form (roughly `Extended_Pictographic` of UTS 51).
fn is_pictograph(letter: char) -> bool {
    matches!(letter,
        '©' | '®' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2190}'..='\u{21ff}'
        | '\u{2300}'..='\u{23ff}' | '\u{24c2}' | '\u{25a0}'..='\u{27bf}' | '\u{2900}'..='\u{297f}'
        | '\u{2b00}'..='\u{2bff}' | '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}')
}

/// What a joiner may follow: an emoji, its skin tone, or its selector.
fn may_be_joined(letter: char) -> bool {
    is_pictograph(letter) || letter == '\u{fe0f}'
}

/// What the selector for the coloured form may follow: an emoji, or the base of a keycap.
fn has_coloured_form(letter: char) -> bool {
    is_pictograph(letter) || matches!(letter, '0'..='9' | '#' | '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kept(text: &str) -> String {
        sanitize(text, Breaks::Keep).into_owned()
    }

    #[test]
    fn escape_sequences_go_with_their_arguments() {
        for (text, clean) in [
            ("a\u{1b}[31mred\u{1b}[0m", "ared"),
            ("\u{1b}]0;title\u{7}x", "x"),
            ("\u{1b}]52;c;aGk=\u{1b}\\x", "x"),
            ("\u{1b}P+q544e\u{1b}\\x", "x"),
            ("\u{1b}(Bx", "x"),
            ("\u{9b}2Jx", "x"),
            ("\u{1b}\u{1b}[1mx", "x"),
            ("\u{1b}[31", ""),
            ("\u{1b}[中", "中"),
        ] {
            assert_eq!(kept(text), clean, "{text:?}");
        }
    }

    #[test]
    fn a_sequence_that_never_ends_loses_one_line_at_most() {
        assert_eq!(kept("\u{1b}]0;never\nthe next line"), "\nthe next line");
    }

    #[test]
    fn line_breaks_and_tabs_are_as_asked() {
        assert_eq!(kept("a\r\nb\rc\u{2028}d\te"), "a\nb\nc\nd    e");
        assert_eq!(sanitize("a\r\nb\rc\td", Breaks::Blank), "a b c d");
        assert_eq!(sanitize("a\r\nb\tc\u{1b}[m", Breaks::Text), "a\nb\tc");
    }

    #[test]
    fn text_cannot_hide_or_turn_around() {
        assert_eq!(
            kept("pay\u{202e}cod\u{202c} \u{2066}x\u{2069}\u{200b}\u{feff}\u{ad}"),
            "paycod x"
        );
        assert_eq!(kept("a\u{e0041}\u{e0042}b\u{fe01}"), "ab");
    }

    #[test]
    fn emoji_keep_what_makes_them() {
        for whole in [
            "👩‍👩‍👧",
            "❤\u{fe0f}‍🔥",
            "1\u{fe0f}\u{20e3}",
            "👍🏽",
            "🇨🇳",
            "🏴‍☠\u{fe0f}",
        ] {
            assert_eq!(kept(whole), whole);
        }
        assert_eq!(kept("a\u{200d}b\u{fe0f}c\u{200d}"), "abc");
    }

    #[test]
    fn marks_do_not_pile_up() {
        assert_eq!(
            kept(&format!("a{}b", "\u{301}".repeat(500)))
                .chars()
                .count(),
            2 + usize::from(MARKS)
        );
    }

    #[test]
    fn ordinary_text_of_many_scripts_passes() {
        for text in [
            "naïve café",
            "模型市场，价格：￥3。",
            "한국어",
            "नमस्ते",
            "שלום",
            "مرحبا",
            "ﾊﾞ",
            "x² ≤ ½ → ∞",
        ] {
            assert_eq!(kept(text), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_not_copied_is_clean(text in any::<String>(), plain in "[a中é，。👩\u{2028}\u{301}\u{9b}\n\t]{0,8}") {
            for breaks in [Breaks::Keep, Breaks::Text, Breaks::Blank] {
                for text in [&text, &plain] {
                    let mut clean = String::new();
                    Sanitizer::new(breaks).push(text, &mut clean);
                    prop_assert_eq!(sanitize(text, breaks), clean);
                }
            }
        }

        #[test]
        fn nothing_that_steers_is_left(text in any::<String>(), piece in ".{0,40}") {
            let all = format!("{text}\u{1b}[{piece}\u{202e}{text}\u{9d}{piece}");
            for breaks in [Breaks::Keep, Breaks::Blank] {
                let clean = sanitize(&all, breaks);
                let steers = |letter: char| (letter.is_control() && letter != '\n') || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}');
                prop_assert!(!clean.contains(steers), "{:?}", clean);
                prop_assert!(breaks == Breaks::Keep || !clean.contains('\n'));
                let again = sanitize(&clean, breaks);
                prop_assert_eq!(&again, &clean);
            }
        }

        #[test]
        fn cuts_make_no_difference(pieces in proptest::collection::vec("[a中\u{1b}\\[\\]31m;\u{7}\\\\\r\n\t\u{200d}\u{fe0f}👩]{0,6}", 0..8)) {
            let mut sanitizer = Sanitizer::new(Breaks::Keep);
            let mut clean = String::new();
            for piece in &pieces {
                sanitizer.push(piece, &mut clean);
            }
            let whole = pieces.concat();
            let at_once = sanitize(&whole, Breaks::Keep);
            prop_assert_eq!(clean.as_str(), at_once.as_ref());
        }
    }
}
