//! Where a row may end: the classes of graphemes, and the rules of Chinese and Japanese punctuation (kinsoku).
//!
//! Words of Latin and similar writing stay whole and end at blanks. Wide writing may break between any two characters,
//! except that closing punctuation never begins a row and opening punctuation never ends one.

use unicode_segmentation::UnicodeSegmentation;

use super::width::grapheme_width;

/// One grapheme of a text, as the wrapper sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glyph {
    /// Its first byte.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
    /// Its cells.
    pub width: usize,
    class: Class,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Blank,
    /// Part of a word.
    Word,
    /// The same, and a digit.
    Digit,
    /// May stand apart from its neighbours.
    Wide,
    /// Never begins a row.
    Closing,
    /// Never ends a row.
    Opening,
    /// Two of the same kind stay together: a dash or an ellipsis of two characters.
    Pair(char),
    /// Takes no cell; belongs to what is before it.
    Attached,
}

impl Glyph {
    /// Whether it is a blank at which a row may end.
    pub fn is_blank(self) -> bool {
        self.class == Class::Blank
    }

    /// Whether a figure ends with it.
    pub fn is_digit(self) -> bool {
        self.class == Class::Digit
    }

    /// Whether it stands in the middle of one: a digit, or the sign of fractions and thousands.
    pub fn is_in_a_figure(self) -> bool {
        matches!(self.class, Class::Digit | Class::Closing)
    }

    /// Whether a figure may begin behind it.
    pub fn may_precede_a_figure(self) -> bool {
        matches!(self.class, Class::Blank | Class::Wide | Class::Opening)
    }

    /// Whether a unit begins with it: `ms`, `USD`, `秒`.
    pub fn begins_unit(self) -> bool {
        matches!(self.class, Class::Word | Class::Wide)
    }
}

/// The graphemes of a text that begins at byte `offset` of a longer one.
pub(super) fn glyphs(text: &str, offset: usize) -> impl Iterator<Item = Glyph> {
    text.grapheme_indices(true).map(move |(at, grapheme)| {
        let width = grapheme_width(grapheme);
        Glyph {
            start: offset + at,
            end: offset + at + grapheme.len(),
            width,
            class: class(grapheme, width),
        }
    })
}

/// Whether a row may end between two neighbours.
pub(super) fn may_break(before: Glyph, after: Glyph) -> bool {
    match (before.class, after.class) {
        (_, Class::Blank | Class::Attached) => false,
        (Class::Blank, _) => true,
        (_, Class::Closing) | (Class::Opening, _) => false,
        (Class::Pair(one), Class::Pair(other)) => one != other,
        (Class::Wide | Class::Pair(_), _) | (_, Class::Wide | Class::Opening) => {
            // Latin brackets belong to their words: f(x), [1].
            before.width > 1 || after.width > 1
        }
        _ => false,
    }
}

fn class(grapheme: &str, width: usize) -> Class {
    let Some(first) = grapheme.chars().next() else {
        return Class::Attached;
    };
    match first {
        '\u{a0}' | '\u{202f}' | '\u{2007}' => Class::Word,
        _ if grapheme.chars().all(char::is_whitespace) => Class::Blank,
        _ if width == 0 => Class::Attached,
        '—' | '…' | '―' | '‥' => Class::Pair(first),
        _ if CLOSING.contains(first) => Class::Closing,
        _ if OPENING.contains(first) => Class::Opening,
        _ if width > 1 => Class::Wide,
        '0'..='9' => Class::Digit,
        _ => Class::Word,
    }
}

const CLOSING: &str = "、。，．・：；？！）］｝」』】〕〉》〗〙｠〟’”»～〜ー゛゜ヽヾゝゞ々〻％‰℃°\
    ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.:;?!)]}%·";

const OPENING: &str = "（［｛「『【〔〈《〖〘｟〝‘“«([{￥＄￡";

#[cfg(test)]
mod tests {
    use super::*;

    fn breaks(text: &str) -> String {
        let all: Vec<Glyph> = glyphs(text, 0).collect();
        let mut shown = String::new();
        for (index, glyph) in all.iter().enumerate() {
            if index > 0 && may_break(all[index - 1], *glyph) {
                shown.push('|');
            }
            shown.push_str(&text[glyph.start..glyph.end]);
        }
        shown
    }

    #[test]
    fn rows_end_where_readers_expect() {
        for (text, shown) in [
            ("two words", "two |words"),
            ("模型市场", "模|型|市|场"),
            ("用GPT写", "用|GPT|写"),
            ("好，（是）。", "好，|（是）。"),
            ("他说：“好”", "他|说：|“好”"),
            ("等等……再来", "等|等|……|再|来"),
            ("一——二", "一|——|二"),
            ("f(x) = [1]", "f(x) |= |[1]"),
            ("価格ー￥300", "価|格ー|￥300"),
            ("a\u{a0}b", "a\u{a0}b"),
        ] {
            assert_eq!(breaks(text), shown);
        }
    }
}
