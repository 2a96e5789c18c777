//! One place of a row as the writer knows it: what is seen there, in the one form in which equal looks are equal.
//!
//! A buffer of ratatui can hold the same picture in several ways: bold blanks, colours under a glyph's second half, half a
//! wide glyph under a border. Here each picture has one form, so that nothing is sent for what nobody can see.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthChar;

use crate::tui::text::grapheme_width;

/// What is seen on a place where nothing is written.
const SEEN_ON_BLANK: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::CROSSED_OUT);

/// What stands on a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Symbol {
    /// One character.
    Char(char),
    /// Several that make one glyph.
    Cluster(Box<str>),
    /// Another part of the wide glyph to the left.
    Rest,
}

/// Colours and attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Look {
    pub(super) fg: Color,
    pub(super) bg: Color,
    pub(super) modifier: Modifier,
}

impl Look {
    /// The terminal's own.
    pub(super) const PLAIN: Look = Look {
        fg: Color::Reset,
        bg: Color::Reset,
        modifier: Modifier::empty(),
    };

    /// What of it is seen on a blank.
    pub(super) fn on_blank(self) -> Look {
        let modifier = self.modifier.intersection(SEEN_ON_BLANK);
        Look {
            fg: if modifier.is_empty() {
                Color::Reset
            } else {
                self.fg
            },
            bg: self.bg,
            modifier,
        }
    }
}

/// One place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Slot {
    pub(super) symbol: Symbol,
    pub(super) look: Look,
    /// Cells it takes; 0 for [`Symbol::Rest`].
    pub(super) width: u8,
}

impl Slot {
    /// Nothing, in the terminal's own colours.
    pub(super) const EMPTY: Slot = Slot {
        symbol: Symbol::Char(' '),
        look: Look::PLAIN,
        width: 1,
    };

    const REST: Slot = Slot {
        symbol: Symbol::Rest,
        look: Look::PLAIN,
        width: 0,
    };

    fn blank(look: Look) -> Slot {
        Slot {
            symbol: Symbol::Char(' '),
            look: look.on_blank(),
            width: 1,
        }
    }

    /// Whether nothing is written here.
    pub(super) fn is_blank(&self) -> bool {
        self.symbol == Symbol::Char(' ')
    }

    /// Whether every terminal moves its cursor by the width we think it has. `ambiguous` says whether this one draws the
    /// characters whose width depends on the terminal in one cell.
    pub(super) fn is_certain(&self, ambiguous: bool) -> bool {
        let Symbol::Char(letter) = self.symbol else {
            return false;
        };
        match self.width {
            1 => {
                letter.is_ascii()
                    || ((letter.width_cjk() == Some(1) || ambiguous) && letter < '\u{1f000}')
            }
            2 => is_plainly_wide(letter),
            _ => false,
        }
    }

    /// How many places a terminal writes on at most, that takes the parts of a glyph for glyphs.
    pub(super) fn spread(&self) -> usize {
        match &self.symbol {
            Symbol::Char(_) => usize::from(self.width),
            Symbol::Cluster(cluster) => apart(cluster).max(usize::from(self.width)),
            Symbol::Rest => 0,
        }
    }

    /// Adds the glyph's bytes.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match &self.symbol {
            Symbol::Char(letter) => {
                out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Symbol::Cluster(cluster) => out.extend_from_slice(cluster.as_bytes()),
            Symbol::Rest => {}
        }
    }

    /// How many bytes [`Slot::write`] adds.
    pub(super) fn bytes(&self) -> usize {
        match &self.symbol {
            Symbol::Char(letter) => letter.len_utf8(),
            Symbol::Cluster(cluster) => cluster.len(),
            Symbol::Rest => 0,
        }
    }
}

/// A row of a buffer in its one form. A wide glyph of which a part lies outside, or under something else, is a blank.
pub(super) fn row(cells: &[Cell]) -> Vec<Slot> {
    let mut slots = Vec::with_capacity(cells.len());
    while let Some(cell) = cells.get(slots.len()) {
        let look = Look {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier,
        };
        let symbol = cell.symbol();
        let width = grapheme_width(symbol);
        let rest = cells.get(slots.len() + 1..slots.len() + width.max(1));
        let free = rest.is_some_and(|rest| rest.iter().all(|cell| cell.symbol().trim().is_empty()));
        let mut letters = symbol.chars();
        let symbol = match (letters.next(), letters.next()) {
            (Some(letter), None) if width > 0 && free && letter != ' ' => Symbol::Char(letter),
            // Where its parts might reach over the margin and wrap, the first must do.
            (Some(letter), Some(_))
                if free && slots.len() + apart(symbol) > cells.len() && wide(letter) == width =>
            {
                Symbol::Char(letter)
            }
            (Some(_), Some(_)) if width > 0 && free => Symbol::Cluster(symbol.into()),
            _ => {
                slots.push(Slot::blank(look));
                continue;
            }
        };
        slots.push(Slot {
            symbol,
            look,
            width: u8::try_from(width).unwrap_or(u8::MAX),
        });
        slots.extend((1..width).map(|_| Slot::REST));
    }
    slots
}

fn wide(letter: char) -> usize {
    letter.width().unwrap_or(0)
}

/// The cells that the characters of a glyph would take one by one.
fn apart(cluster: &str) -> usize {
    cluster.chars().map(wide).sum()
}

/// Ideographs, syllables and their punctuation: every terminal gives them two cells.
fn is_plainly_wide(letter: char) -> bool {
    matches!(letter,
        '\u{3000}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fe}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{ff01}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::buffer::Buffer;
    use ratatui::style::Style;

    fn slots(draw: impl FnOnce(&mut Buffer)) -> Vec<Slot> {
        let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 6, 1));
        draw(&mut buffer);
        row(&buffer.content)
    }

    #[test]
    fn what_cannot_be_seen_makes_no_difference() {
        let bold = slots(|buffer| {
            buffer.set_string(0, 0, "a b", Style::new().bold());
        });
        assert_eq!(bold[1], Slot::EMPTY);
        assert_eq!(bold[0].look.modifier, Modifier::BOLD);
        let reversed = slots(|buffer| {
            buffer.set_string(0, 0, " ", Style::new().red().reversed());
        });
        assert_eq!(reversed[0].look.fg, Color::Red);
    }

    #[test]
    fn half_a_glyph_is_a_blank() {
        let covered = slots(|buffer| {
            buffer.set_string(0, 0, "模型", Style::new());
            buffer.set_string(3, 0, "|", Style::new());
        });
        assert_eq!((covered[0].width, covered[1].width), (2, 0));
        assert!(covered[2].is_blank() && covered[3].symbol == Symbol::Char('|'));
        let outside = slots(|buffer| {
            buffer[(5, 0)].set_symbol("模");
        });
        assert!(outside[5].is_blank());
    }

    #[test]
    fn only_widths_that_no_terminal_doubts_are_certain() {
        let of = |text: &str| {
            let mut cells = vec![Cell::default(); 2];
            cells[0].set_symbol(text);
            row(&cells).remove(0)
        };
        for certain in ["a", "é", "─", "模", "，", "한"] {
            assert!(of(certain).is_certain(true), "{certain}");
        }
        assert!(!of("─").is_certain(false) && of("é").is_certain(true));
        for doubtful in ["e\u{301}", "👩", "❤\u{fe0f}", "🇨🇳", "\u{1f1e8}"] {
            assert!(!of(doubtful).is_certain(true), "{doubtful}");
        }
    }
}
