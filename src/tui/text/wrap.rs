//! Wraps text into rows: the one wrapper, for plain text, styled text, code, and text that is being typed.
//!
//! A row is never wider than asked. A wide glyph that does not fit moves to the next row and leaves one blank. A width
//! below two counts as two, because a wide glyph could stand nowhere; a cluster wider than a whole row is left out.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::breaks::{Glyph, glyphs, may_break};

/// What is kept together, and what becomes of blanks at the end of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    /// Words stay whole; blanks at the end of a row are not drawn.
    Words,
    /// Words stay whole; every blank keeps a cell, so that a caret can stand on it.
    Typed,
    /// Rows are filled to the last cell, whatever stands there: code.
    Anywhere,
}

/// The rows of one line of text, as ranges of its bytes. An empty line has one empty row.
pub fn wrap(line: &str, width: usize, how: Wrap) -> Vec<Range<usize>> {
    if line.len() <= width && line.is_ascii() && (how != Wrap::Words || !line.ends_with(' ')) {
        return std::iter::once(0..line.len()).collect();
    }
    let all: Vec<Glyph> = glyphs(line, 0).collect();
    rows(&all, width, how)
}

/// The rows of a text of many lines, all in one style.
pub fn wrap_text(text: &str, width: usize, how: Wrap, style: Style) -> Vec<Line<'static>> {
    text.split('\n')
        .flat_map(|line| {
            wrap(line, width, how)
                .into_iter()
                .map(move |row| Line::from(Span::styled(line[row].to_owned(), style)))
        })
        .collect()
}

/// The rows of one line of styled pieces. A piece may hold no line break.
pub fn wrap_spans(pieces: &[Span<'_>], width: usize, how: Wrap) -> Vec<Line<'static>> {
    // A grapheme never joins across two pieces, because ratatui draws each for itself.
    let mut all = Vec::new();
    let mut starts = Vec::with_capacity(pieces.len() + 1);
    let mut offset = 0;
    for piece in pieces {
        starts.push(offset);
        all.extend(glyphs(&piece.content, offset));
        offset += piece.content.len();
    }
    starts.push(offset);
    rows(&all, width, how)
        .into_iter()
        .map(|row| slice(pieces, &starts, row))
        .collect()
}

/// The part of the pieces that a row shows.
fn slice(pieces: &[Span<'_>], starts: &[usize], row: Range<usize>) -> Line<'static> {
    let mut spans = Vec::new();
    let first = starts
        .partition_point(|start| *start <= row.start)
        .saturating_sub(1);
    for (index, piece) in pieces.iter().enumerate().skip(first) {
        let (start, end) = (starts[index], starts[index + 1]);
        if start >= row.end {
            break;
        }
        let part = row.start.max(start) - start..row.end.min(end) - start;
        if !part.is_empty() {
            spans.push(Span::styled(piece.content[part].to_owned(), piece.style));
        }
    }
    Line::from(spans)
}

fn rows(all: &[Glyph], width: usize, how: Wrap) -> Vec<Range<usize>> {
    let width = width.max(2);
    let mut rows = Vec::new();
    let mut start = 0;
    let mut used = 0;
    // Where a row may end, and where it may if there is no other place: between a figure and its unit.
    let (mut chance, mut last_resort) = (None, None);
    let mut at = 0;
    while at < all.len() {
        let glyph = all[at];
        if glyph.width > width {
            // A cluster of several letters in a sliver of a window: there is no row it could stand in.
            rows.push(shown(all, start, at, how));
            at += 1;
            (start, used) = (at, 0);
            (chance, last_resort) = (None, None);
            continue;
        }
        if at > start && ends_before(all, at, how) {
            match how == Wrap::Words && parts_a_figure(all, at) {
                true => last_resort = Some(at),
                false => chance = Some(at),
            }
        }
        if used + glyph.width <= width {
            used += glyph.width;
            at += 1;
            continue;
        }
        let end = match how {
            // The blank takes no cell at the end of a row, but a unit behind it would begin the next one.
            Wrap::Words if glyph.is_blank() && !parts_a_figure(all, at + 1) => at,
            Wrap::Words if glyph.is_blank() => chance.unwrap_or(at),
            _ => chance.or(last_resort).unwrap_or(at),
        };
        rows.push(shown(all, start, end, how));
        start = end;
        if how == Wrap::Words {
            while all.get(start).is_some_and(|glyph| glyph.is_blank()) {
                start += 1;
            }
            if start == all.len() {
                return rows;
            }
        }
        at = start;
        used = 0;
        (chance, last_resort) = (None, None);
    }
    rows.push(shown(all, start, all.len(), how));
    rows
}

/// Whether a figure and its unit would be parted here: `12 ms`, `3 秒`. What only ends with digits, as a date and a name
/// do, is no figure.
fn parts_a_figure(all: &[Glyph], at: usize) -> bool {
    let Some(end) = at.checked_sub(2).filter(|end| all[*end].is_digit()) else {
        return false;
    };
    let before = all[..end]
        .iter()
        .rev()
        .find(|glyph| !glyph.is_in_a_figure());
    all[at - 1].is_blank()
        && all.get(at).is_some_and(|unit| unit.begins_unit())
        && before.is_none_or(|before| before.may_precede_a_figure())
}

fn ends_before(all: &[Glyph], at: usize, how: Wrap) -> bool {
    let (before, after) = (all[at - 1], all[at]);
    match how {
        Wrap::Anywhere => after.width > 0,
        Wrap::Words => may_break(before, after),
        Wrap::Typed => may_break(before, after) || after.is_blank(),
    }
}

/// The bytes a row shows.
fn shown(all: &[Glyph], start: usize, mut end: usize, how: Wrap) -> Range<usize> {
    if how == Wrap::Words {
        while end > start && all[end - 1].is_blank() {
            end -= 1;
        }
    }
    match (all.get(start), end.checked_sub(1)) {
        (Some(first), Some(last)) if end > start => first.start..all[last].end,
        (Some(first), _) => first.start..first.start,
        (None, _) => {
            let end = all.last().map_or(0, |glyph| glyph.end);
            end..end
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::text::width::width;
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    fn shown(line: &str, cells: usize, how: Wrap) -> Vec<&str> {
        wrap(line, cells, how)
            .into_iter()
            .map(|row| &line[row])
            .collect()
    }

    #[test]
    fn words_stay_whole_and_blanks_at_the_edge_are_not_drawn() {
        assert_eq!(
            shown("one two  three", 7, Wrap::Words),
            ["one two", "three"]
        );
        assert_eq!(shown("one two  ", 7, Wrap::Words), ["one two"]);
        assert_eq!(
            shown("  indented text", 10, Wrap::Words),
            ["  indented", "text"]
        );
        assert_eq!(shown("", 10, Wrap::Words), [""]);
    }

    #[test]
    fn a_figure_and_its_unit_stay_together_where_they_can() {
        for (line, cells, rows) in [
            ("waited 12 ms", 9, &["waited", "12 ms"][..]),
            ("waited 12 ms", 10, &["waited", "12 ms"]),
            ("等了 3 秒", 7, &["等了", "3 秒"]),
            ("1 2 3", 3, &["1 2", "3"]),
            ("123456 abcdef", 8, &["123456", "abcdef"]),
            ("waited 1.5 ms", 10, &["waited", "1.5 ms"]),
            ("of 2026-10-14 a", 13, &["of 2026-10-14", "a"]),
            ("供应商 gpt-4 的", 12, &["供应商 gpt-4", "的"]),
            ("123456 abcdef", 6, &["123456", "abcdef"]),
        ] {
            assert_eq!(shown(line, cells, Wrap::Words), rows, "{line} in {cells}");
        }
        assert_eq!(shown("waited 12 ms", 10, Wrap::Typed), ["waited 12 ", "ms"]);
    }

    #[test]
    fn a_word_longer_than_the_row_is_cut() {
        assert_eq!(
            shown("a abcdefghij", 4, Wrap::Words),
            ["a", "abcd", "efgh", "ij"]
        );
    }

    #[test]
    fn a_wide_glyph_that_does_not_fit_leaves_one_blank() {
        assert_eq!(shown("模型市场", 5, Wrap::Words), ["模型", "市场"]);
        assert_eq!(shown("模型市场", 1, Wrap::Words), ["模", "型", "市", "场"]);
        assert_eq!(shown("aﾊﾞb", 2, Wrap::Words).concat(), "ab");
    }

    #[test]
    fn closing_punctuation_takes_the_character_before_it_along() {
        assert_eq!(
            shown("模型很好，真的", 8, Wrap::Words),
            ["模型很", "好，真的"]
        );
        assert_eq!(
            shown("看看（括号）", 6, Wrap::Words),
            ["看看", "（括", "号）"]
        );
        assert_eq!(shown("。。。。。", 4, Wrap::Words), ["。。", "。。", "。"]);
    }

    #[test]
    fn typed_text_keeps_every_blank() {
        assert_eq!(shown("one  two ", 4, Wrap::Typed), ["one ", " two", " "]);
        assert_eq!(shown("one  two ", 4, Wrap::Typed).concat(), "one  two ");
    }

    #[test]
    fn code_fills_its_rows() {
        assert_eq!(
            shown("let x = 1;", 4, Wrap::Anywhere),
            ["let ", "x = ", "1;"]
        );
    }

    #[test]
    fn styles_follow_their_letters() {
        let bold = Style::new().bold();
        let pieces = [
            Span::raw("plain "),
            Span::styled("bold words", bold),
            Span::raw(" end"),
        ];
        let rows = wrap_spans(&pieces, 10, Wrap::Words);
        let spans: Vec<Vec<(String, Style)>> = rows
            .iter()
            .map(|row| {
                row.spans
                    .iter()
                    .map(|span| (span.content.to_string(), span.style))
                    .collect()
            })
            .collect();
        assert_eq!(
            spans,
            [
                vec![
                    ("plain ".to_owned(), Style::new()),
                    ("bold".to_owned(), bold)
                ],
                vec![
                    ("words".to_owned(), bold),
                    (" end".to_owned(), Style::new())
                ],
            ]
        );
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            "\\PC{0,40}",
            "[a-z 模型，。（）“”…—👩\u{200d}\u{301}🇨🇳]{0,60}"
        ]
    }

    proptest! {
        #[test]
        fn no_row_is_wider_than_asked(line in text(), cells in 2usize..20) {
            for how in [Wrap::Words, Wrap::Typed, Wrap::Anywhere] {
                for row in shown(&line, cells, how) {
                    prop_assert!(width(row) <= cells, "{:?} in {}", row, cells);
                }
            }
        }

        #[test]
        fn nothing_but_blanks_at_the_edges_is_lost(line in text(), cells in 2usize..20) {
            prop_assume!(line.graphemes(true).all(|grapheme| width(grapheme) <= cells));
            prop_assert_eq!(shown(&line, cells, Wrap::Typed).concat(), line.clone());
            prop_assert_eq!(shown(&line, cells, Wrap::Anywhere).concat(), line.clone());
            let squeeze = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(squeeze(&shown(&line, cells, Wrap::Words).join(" ")), squeeze(&line));
        }

        #[test]
        fn pieces_wrap_within_the_width_however_they_are_cut(pieces in proptest::collection::vec(text(), 0..5), cells in 2usize..20) {
            let spans: Vec<Span> = pieces.iter().map(|piece| Span::raw(piece.as_str())).collect();
            for row in wrap_spans(&spans, cells, Wrap::Words) {
                let used: usize = row.spans.iter().map(|span| width(&span.content)).sum();
                prop_assert!(used <= cells, "{:?}", row);
            }
        }
    }
}
