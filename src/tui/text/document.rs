//! A Markdown text that grows: finished parts are drawn once for a width, only the last part is drawn again.
//!
//! However the text is cut into pieces, the rows are the same. A token costs the last part, never the whole.

use ratatui::text::Line;

use super::markdown::draw;
use super::sanitize::{Breaks, Sanitizer};
use super::segment::{Segment, Segmenter};
use crate::tui::theme::Theme;

/// Something that consists of blocks of rows, drawn for a width when they are asked for.
pub trait Rows {
    /// How many blocks there are.
    fn blocks(&mut self) -> usize;

    /// The rows of a block at a width in cells. None is wider.
    fn rows(&mut self, block: usize, width: usize, theme: &Theme) -> &[Line<'static>];
}

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

    /// All rows, for a text that is shown whole.
    pub fn all_rows(&mut self, width: usize, theme: &Theme) -> Vec<Line<'static>> {
        (0..self.blocks())
            .flat_map(|block| self.rows(block, width, theme).to_vec())
            .collect()
    }
}

impl Rows for Document {
    fn blocks(&mut self) -> usize {
        if std::mem::take(&mut self.stale) {
            self.live = self.segmenter.rest().into_iter().map(Block::new).collect();
        }
        self.done.len() + self.live.len()
    }

    fn rows(&mut self, block: usize, width: usize, theme: &Theme) -> &[Line<'static>] {
        let done = self.done.len();
        let blocks = self.blocks();
        match block {
            _ if block < done => self.done[block].rows(width, theme),
            _ if block < blocks => self.live[block - done].rows(width, theme),
            _ => &[],
        }
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

    fn live_bytes(document: &mut Document) -> usize {
        document.blocks();
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
                document.push(&shape.repeat(200_000 / shape.len()));
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
        let first = document.rows(1, 40, &theme).as_ptr();
        document.push(" goes on");
        assert_eq!(document.rows(1, 40, &theme).as_ptr(), first);
        assert_eq!(document.rows(2, 40, &theme).len(), 3);
    }

    #[test]
    fn a_megabyte_is_taken_in_and_a_screen_of_it_drawn_without_a_wait() {
        let theme = theme();
        let text = "Some words of **an answer** with `code` and 一些中文，as models write.\n\n"
            .repeat(14_000);
        let begun = std::time::Instant::now();
        let mut document = Document::of(&text);
        let blocks = document.blocks();
        for block in blocks - 40..blocks {
            document.rows(block, 100, &theme);
        }
        let whole = begun.elapsed();
        let begun = std::time::Instant::now();
        for _ in 0..100 {
            document.push("token ");
            let last = document.blocks() - 1;
            document.rows(last, 100, &theme);
        }
        println!(
            "1 MB taken in: {whole:?}; a token after it: {:?}",
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
        assert_eq!((document.blocks(), document.received()), (2, 8));
        document.sync("x");
        assert_eq!((document.blocks(), document.received()), (1, 1));
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
            let theme = theme();
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).filter(|at| text.is_char_boundary(*at)).collect();
            places.sort_unstable();
            let mut document = Document::new();
            let mut from = 0;
            for place in places.into_iter().chain([text.len()]) {
                document.push(&text[from..place]);
                // Drawing in between must leave no trace.
                document.all_rows(cells, &theme);
                from = place;
            }
            prop_assert_eq!(document.all_rows(cells, &theme), Document::of(&text).all_rows(cells, &theme));
        }

        #[test]
        fn no_row_is_wider_than_asked_and_none_steers_the_terminal(text in markdown(), cells in 2usize..60) {
            for row in Document::of(&text).all_rows(cells, &theme()) {
                let used: usize = row.spans.iter().map(|span| width(&span.content)).sum();
                prop_assert!(used <= cells, "{} in {}: {:?}", used, cells, row);
                let steers = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{202a}'..='\u{202e}');
                prop_assert!(!row.spans.iter().any(|span| span.content.contains(steers)), "{:?}", row);
            }
        }
    }
}
