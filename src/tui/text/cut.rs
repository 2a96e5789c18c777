//! Cuts and pads a text to a number of cells, never through a grapheme.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

use super::width::{grapheme_width, width};

/// On which side of its field a text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// At the left.
    #[default]
    Left,
    /// At the right, as figures do.
    Right,
}

/// The text in at most `cells` cells; where something had to go, `ellipsis` stands at its end, as far as it fits itself.
pub fn truncate<'a>(text: &'a str, cells: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    let mark = head(ellipsis, cells);
    let kept = head(text, cells - width(mark));
    Cow::Owned(format!("{kept}{mark}"))
}

/// The same, but the end is kept and the mark stands at the beginning: for paths and addresses, whose end tells more.
pub fn truncate_start<'a>(text: &'a str, cells: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    let mark = head(ellipsis, cells);
    let kept = tail(text, cells - width(mark));
    Cow::Owned(format!("{mark}{kept}"))
}

/// The text in exactly `cells` cells: cut where it is longer, filled with blanks where it is shorter.
pub fn fit(text: &str, cells: usize, align: Align, ellipsis: &str) -> String {
    let text = truncate(text, cells, ellipsis);
    let blanks = " ".repeat(cells - width(&text).min(cells));
    match align {
        Align::Left => format!("{text}{blanks}"),
        Align::Right => format!("{blanks}{text}"),
    }
}

/// The longest beginning that takes at most `cells` cells.
fn head(text: &str, cells: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme_width(grapheme);
        if used > cells {
            return &text[..at];
        }
    }
    text
}

/// The longest end that takes at most `cells` cells.
fn tail(text: &str, cells: usize) -> &str {
    let mut used = 0;
    let mut start = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += grapheme_width(grapheme);
        if used > cells {
            break;
        }
        start = at;
    }
    &text[start..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_fits_is_left_alone() {
        assert!(matches!(truncate("模型", 4, "…"), Cow::Borrowed("模型")));
    }

    #[test]
    fn a_wide_glyph_is_never_halved() {
        assert_eq!(truncate("模型名称", 6, "…"), "模型…");
        assert_eq!(truncate("模型名称", 5, "…"), "模型…");
        assert_eq!(truncate("模型名称", 4, "…"), "模…");
        assert_eq!(truncate_start("模型名称", 4, "…"), "…称");
    }

    #[test]
    fn the_mark_itself_is_cut_where_there_is_no_room() {
        assert_eq!(truncate("abcdef", 2, "..."), "..");
        assert_eq!(truncate("abcdef", 0, "..."), "");
        assert_eq!(truncate("abcdef", 5, "..."), "ab...");
    }

    #[test]
    fn figures_stand_at_the_right() {
        assert_eq!(fit("3.00", 7, Align::Right, "…"), "   3.00");
        assert_eq!(fit("模", 5, Align::Left, "…"), "模   ");
    }

    proptest! {
        #[test]
        fn fit_takes_exactly_its_cells(text in "\\PC{0,20}", cells in 0usize..24) {
            for align in [Align::Left, Align::Right] {
                // A text may begin with a mark that joins the blank before it; the sum is right all the same.
                let fitted = fit(&text, cells, align, "…");
                prop_assume!(align == Align::Left || text.is_empty() || width(&format!(" {text}")) == width(&text) + 1);
                prop_assert_eq!(width(&fitted), cells, "{:?}", fitted);
            }
        }

        #[test]
        fn cut_texts_are_within_their_cells(text in "\\PC{0,20}", cells in 0usize..24) {
            prop_assert!(width(&truncate(&text, cells, "...")) <= cells);
            prop_assert!(width(&truncate_start(&text, cells, "...")) <= cells);
        }
    }
}
