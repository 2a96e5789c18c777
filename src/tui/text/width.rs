//! How many cells a text takes: the one measure for layout, cutting and the cursor.

use ratatui::buffer::CellWidth;
use unicode_segmentation::UnicodeSegmentation;

/// The cells one grapheme takes: what ratatui's buffer gives it. Controls are never drawn and take none.
pub fn grapheme_width(grapheme: &str) -> usize {
    match grapheme.as_bytes() {
        [byte] => usize::from((0x20..0x7f).contains(byte)),
        _ if grapheme.contains(char::is_control) => 0,
        _ => usize::from(grapheme.cell_width()),
    }
}

/// The cells a text takes in one row.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        return text
            .bytes()
            .filter(|byte| (0x20..0x7f).contains(byte))
            .count();
    }
    text.graphemes(true).map(grapheme_width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn known_widths() {
        for (text, cells) in [
            ("", 0),
            ("abc", 3),
            ("模型", 4),
            ("a模b", 4),
            ("e\u{301}", 1),
            ("👩‍👩‍👧", 2),
            ("❤\u{fe0f}", 2),
            ("❤", 1),
            ("🇨🇳", 2),
            ("a\tb\u{1b}", 2),
        ] {
            assert_eq!(width(text), cells, "{text:?}");
        }
    }

    proptest! {
        /// Layout and cells agree: a text takes as many columns in a buffer as it is said to.
        #[test]
        fn the_measure_is_what_the_buffer_does(text in "\\PC{0,24}") {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 1));
            let (x, _) = buffer.set_stringn(0, 0, &text, 200, Style::new());
            prop_assert_eq!(usize::from(x), width(&text));
        }
    }
}
