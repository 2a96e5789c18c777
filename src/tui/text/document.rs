//! A Markdown text that grows: finished parts are drawn once for a width, only the last part is drawn again.
//!
//! However the text is cut into pieces, the rows are the same. A token costs the last part, never the whole.

use ratatui::text::Line;

use super::markdown::draw;
use super::sanitize::{Breaks, Sanitizer};
use super::segment::{Segment, Segmenter};
use crate::tui::theme::Theme;

/// A Markdown text and its rows. The theme must be the same for all its life.
#[derive(Clone, Debug)]
pub struct Document {
    sanitizer: Sanitizer,
    segmenter: Segmenter,
    done: Vec<Block>,
    /// The parts that may still change; rebuilt when text was added.
    live: Vec<Block>,
    stale: bool,
    received: usize,
    /// How many rows the finished parts have up to the end of each, at `width`.
    ends: Vec<usize>,
    width: usize,
}

#[derive(Clone, Debug)]
struct Block {
    segment: Segment,
    width: usize,
    rows: Option<Vec<Line<'static>>>,
}

impl Block {
    fn new(segment: Segment) -> Self {
        Self {
            segment,
            width: 0,
            rows: None,
        }
    }

    fn rows(&mut self, width: usize, theme: &Theme) -> &[Line<'static>] {
        if self.width != width {
            self.rows = None;
            self.width = width;
        }
        self.rows
            .get_or_insert_with(|| draw(&self.segment, width, theme))
    }
}

impl Default for Document {
    fn default() -> Self {
        Self::new()
    }
}

impl Document {
    /// An empty text.
    pub fn new() -> Self {
        Self {
            sanitizer: Sanitizer::new(Breaks::Keep),
            segmenter: Segmenter::default(),
            done: Vec::new(),
            live: Vec::new(),
            stale: false,
            received: 0,
            ends: Vec::new(),
            width: 0,
        }
    }

    /// A whole text.
    pub fn of(text: &str) -> Self {
        let mut document = Self::new();
        document.push(text);
        document
    }

    /// Adds a piece, as it came: it is cleaned here.
    pub fn push(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        let mut clean = String::with_capacity(piece.len());
        self.sanitizer.push(piece, &mut clean);
        let mut segments = Vec::new();
        self.segmenter.push(&clean, &mut segments);
        self.done.extend(segments.into_iter().map(Block::new));
        self.stale = true;
        self.received += piece.len();
    }

    /// Adds what a text that only grows has got since the last call: `push(&text[received..])`.
    /// A text that is not the one from before, because it is shorter, begins anew.
    pub fn sync(&mut self, text: &str) {
        match text.get(self.received..) {
            Some(piece) => self.push(piece),
            None => *self = Self::of(text),
        }
    }

    /// Bytes that were pushed, before cleaning.
    pub fn received(&self) -> usize {
        self.received
    }

    /// How many rows there are at a width in cells. What was counted once is not counted again.
    pub fn height(&mut self, width: usize, theme: &Theme) -> usize {
        let done = self.settle(width, theme);
        done + self
            .live
            .iter_mut()
            .map(|block| block.rows(width, theme).len())
            .sum::<usize>()
    }

    /// The rows from one on, as many as asked or as there are. None is wider than `width` cells. Only the parts they stand in
    /// are looked at.
    pub fn rows(
        &mut self,
        width: usize,
        theme: &Theme,
        from: usize,
        count: usize,
    ) -> Vec<&Line<'static>> {
        let counted = self.settle(width, theme);
        let first = self.ends.partition_point(|end| *end <= from);
        let before = match first.checked_sub(1) {
            Some(last) => self.ends[last],
            None => 0,
        };
        debug_assert!(first < self.done.len() || before == counted);
        let blocks = self.done.iter_mut().skip(first).chain(&mut self.live);
        let rows = blocks.flat_map(|block| block.rows(width, theme));
        rows.skip(from - before).take(count).collect()
    }

    /// Rebuilds the parts that may still change.
    fn refresh(&mut self) {
        if std::mem::take(&mut self.stale) {
            self.live = self.segmenter.rest().into_iter().map(Block::new).collect();
        }
    }

    /// Brings everything up to date with the text and a width; says how many rows the finished parts have.
    fn settle(&mut self, width: usize, theme: &Theme) -> usize {
        self.refresh();
        if self.width != width {
            self.width = width;
            self.ends.clear();
        }
        let mut end = self.ends.last().copied().unwrap_or(0);
        for block in self.done.iter_mut().skip(self.ends.len()) {
            end += block.rows(width, theme).len();
            self.ends.push(end);
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use super::super::segment::LIMIT;
    use super::super::width;
    use super::*;
    use crate::tui::theme::{ColorLevel, Glyphs};
    use proptest::prelude::*;

    fn theme() -> Theme {
        Theme::new(ColorLevel::Ansi16, Glyphs::Unicode)
    }

    fn all(document: &mut Document, cells: usize) -> Vec<Line<'static>> {
        document
            .rows(cells, &theme(), 0, usize::MAX)
            .into_iter()
            .cloned()
            .collect()
    }

    fn live_bytes(document: &mut Document) -> usize {
        document.refresh();
        document
            .live
            .iter()
            .map(|block| block.segment.text.len())
            .sum()
    }

    #[test]
    fn what_one_more_token_costs_does_not_grow_with_the_text() {
        let shapes = [
            "A paragraph of a few words.\n\n",
            "words without an end ",
            "模型没有空格也没有换行",
            "- an item\n",
            "1. a loose item\n\n   with more\n\n",
            "> quoted\n",
            "| a | b |\n",
            "    indented code\n\n",
            "a line\n",
            "<p>\n",
        ];
        for shape in shapes {
            for before in ["", "```\n", "- first\n  ```\n"] {
                let mut document = Document::of(before);
                document.push(&shape.repeat(60_000 / shape.len()));
                assert!(
                    live_bytes(&mut document) < 3 * LIMIT,
                    "{before:?} {shape:?}"
                );
                let done = document.done.len();
                document.push("x");
                assert_eq!(document.done.len(), done);
            }
        }
    }

    #[test]
    fn finished_parts_are_drawn_once_for_a_width() {
        let theme = theme();
        let mut document = Document::of("# Head\n\nfirst\n\nsecond\n");
        let row = |document: &mut Document| std::ptr::from_ref(document.rows(40, &theme, 0, 1)[0]);
        let first = row(&mut document);
        document.push(" goes on");
        assert_eq!(row(&mut document), first);
        assert_eq!(document.height(40, &theme), 5);
    }

    #[test]
    fn a_window_shows_its_part_of_the_whole() {
        let theme = theme();
        let mut document =
            Document::of(&"# Head\n\n- one\n- two\n\n```\ncode\n```\n\nlast".repeat(5));
        for cells in [12, 60] {
            let whole = all(&mut document, cells);
            assert_eq!(document.height(cells, &theme), whole.len());
            for from in 0..=whole.len() {
                for count in [0, 1, 3, 100] {
                    let end = (from + count).min(whole.len());
                    let window: Vec<Line<'static>> = document
                        .rows(cells, &theme, from, count)
                        .into_iter()
                        .cloned()
                        .collect();
                    assert_eq!(window, whole[from..end]);
                }
            }
        }
    }

    #[test]
    fn a_book_of_an_answer_is_drawn_and_goes_on_without_a_wait() {
        let theme = theme();
        let text = "Some words of **an answer** with `code` and 一些中文，as models write.\n\n"
            .repeat(4_000);
        let begun = std::time::Instant::now();
        let mut document = Document::of(&text);
        let taken_in = begun.elapsed();
        let height = document.height(100, &theme);
        let whole = begun.elapsed();
        let begun = std::time::Instant::now();
        for _ in 0..100 {
            document.push("token ");
            let height = document.height(100, &theme);
            document.rows(100, &theme, height - 40, 40);
        }
        println!(
            "300 kB: taken in {taken_in:?}, {height} rows drawn {whole:?}; a token after it: {:?}",
            begun.elapsed() / 100
        );
        // Far above what it takes even unoptimised; a cost that grows with the text would be seconds a token.
        assert!(begun.elapsed().as_secs() < 10 && whole.as_secs() < 30);
    }

    #[test]
    fn a_text_is_followed_as_it_grows_and_begun_anew_when_it_is_another() {
        let mut document = Document::new();
        document.sync("one\n\ntw");
        document.sync("one\n\ntwo");
        assert_eq!((all(&mut document, 20).len(), document.received()), (3, 8));
        document.sync("x");
        assert_eq!((all(&mut document, 20).len(), document.received()), (1, 1));
    }

    fn markdown() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[-#>`*_|~ 1.a模，！<&\n]{0,8}",
            Just("\n\n```rust\nlet 模型 = 1;\n".to_owned()),
            Just("| a | 模型 |\n|--:|:-:|\n| 1 | 一二三四五六七八 |\n".to_owned()),
            Just("**重点：**内容 [link](https://example.com/a/long/path)".to_owned()),
            Just("&#27;[31m&#x202e;<b>\u{1b}]0;x\u{7}👩\u{200d}👧".to_owned()),
            Just("\n> 1. - deep\n>    text\n\n".to_owned()),
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_rows_of_the_whole(text in markdown(), cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8), cells in 2usize..60) {
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).filter(|at| text.is_char_boundary(*at)).collect();
            places.sort_unstable();
            let mut document = Document::new();
            let mut from = 0;
            for place in places.into_iter().chain([text.len()]) {
                document.push(&text[from..place]);
                // Drawing in between must leave no trace.
                all(&mut document, cells);
                from = place;
            }
            prop_assert_eq!(all(&mut document, cells), all(&mut Document::of(&text), cells));
        }

        #[test]
        fn no_row_is_wider_than_asked_and_none_steers_the_terminal(text in markdown(), cells in 2usize..60) {
            for row in all(&mut Document::of(&text), cells) {
                let used: usize = row.spans.iter().map(|span| width(&span.content)).sum();
                prop_assert!(used <= cells, "{} in {}: {:?}", used, cells, row);
                let steers = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{202a}'..='\u{202e}');
                prop_assert!(!row.spans.iter().any(|span| span.content.contains(steers)), "{:?}", row);
            }
        }
    }
}
