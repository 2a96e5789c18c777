//! Cuts a growing text into segments that later text cannot change: the ground for drawing Markdown as it arrives.
//!
//! The cut depends on the letters alone, never on how they arrived. It is made line by line: at a blank line before
//! something that stands at the margin, around headings and around fenced code, which is cut further after every
//! [`CODE_LINES`] lines. What has no such place is cut after [`LIMIT`] bytes, so that one more token never costs more than
//! one segment. A segment is then read as Markdown by itself; references across segments are not resolved.

use super::code::Shade;

/// Bytes after which a segment is cut where a line ends, and a line where a word ends.
pub(super) const LIMIT: usize = 8 * 1024;

/// Lines of code in one segment.
pub(super) const CODE_LINES: usize = 32;

/// What a segment holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Markdown, to be read.
    Markdown,
    /// Lines of a fenced block, as they are.
    Code {
        /// The language named at the fence; on the first segment of a block only.
        language: Option<String>,
        /// Its colours, as they stand at the segment's first line; `None` where the language is not known.
        shade: Option<Shade>,
    },
}

/// A part of the text that is drawn by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    pub kind: Kind,
    pub text: String,
    /// Whether it stands apart from the one before; a forced cut does not show.
    pub apart: bool,
    lines: usize,
}

#[derive(Clone, Debug)]
struct Fence {
    mark: u8,
    length: usize,
    indent: usize,
    /// The colours of its code, as they stand at the next line.
    shade: Option<Shade>,
}

/// The cutter: what was cut off is handed out, what may still grow is kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Segmenter {
    /// The segment being filled with whole lines.
    current: Option<Segment>,
    /// A line whose end has not come.
    partial: String,
    fence: Option<Fence>,
    in_list: bool,
    after_blank: bool,
    /// The segment before was a heading, which stands close to what follows it.
    after_heading: bool,
    /// The next segment continues a line or a block that was cut by force.
    forced: bool,
    begun: bool,
}

impl Segmenter {
    /// Takes in a piece and hands out the segments it completed.
    pub fn push(&mut self, piece: &str, done: &mut Vec<Segment>) {
        for part in piece.split_inclusive('\n') {
            let mut rest = part;
            while self.partial.len() + rest.trim_end_matches('\n').len() > LIMIT {
                let room = floor_boundary(rest, LIMIT - self.partial.len());
                self.partial.push_str(&rest[..room]);
                rest = &rest[room..];
                self.cut_line(done);
            }
            self.partial.push_str(rest);
            if self.partial.ends_with('\n') {
                let mut line = std::mem::take(&mut self.partial);
                line.pop();
                self.line(&line, done);
            }
        }
    }

    /// The segments that may still grow, as they would be if the text ended here.
    pub fn rest(&self) -> Vec<Segment> {
        let mut ahead = self.clone();
        let mut segments = Vec::new();
        let line = std::mem::take(&mut ahead.partial);
        if !line.is_empty() {
            ahead.line(&line, &mut segments);
        }
        ahead.finish(&mut segments);
        segments
    }

    /// A line without end is cut where its last word ends.
    fn cut_line(&mut self, done: &mut Vec<Segment>) {
        let at = self
            .partial
            .rfind(' ')
            .map_or(self.partial.len(), |blank| blank + 1);
        let rest = self.partial.split_off(at);
        let line = std::mem::replace(&mut self.partial, rest);
        self.line(&line, done);
        self.finish(done);
        self.forced = true;
    }

    /// Takes in a whole line.
    fn line(&mut self, line: &str, done: &mut Vec<Segment>) {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let text = &line[indent..];
        if let Some(fence) = &self.fence {
            if closes(fence, indent, text) {
                self.fence = None;
                self.finish(done);
            } else {
                let inside = &line[indent.min(fence.indent)..];
                self.add_code(inside, done);
            }
            return;
        }
        if text.is_empty() {
            self.after_blank = true;
            match &mut self.current {
                Some(current) => current.text.push('\n'),
                None => self.forced = false,
            }
            return;
        }
        let in_item = self.in_list && indent >= 2;
        if let Some((fence, language)) = opens(indent, text).filter(|_| !in_item) {
            self.finish(done);
            let shade = fence.shade;
            self.begin(Kind::Code { language, shade });
            self.fence = Some(fence);
            self.in_list = false;
            return;
        }
        if is_heading(indent, text) && !in_item {
            self.finish(done);
            self.in_list = false;
            self.add(line);
            self.finish(done);
            self.after_heading = true;
            return;
        }
        let is_item = is_list_item(text);
        let at_margin = indent < 2;
        let same_list = self.in_list && is_item;
        let full = self
            .current
            .as_ref()
            .is_some_and(|current| current.text.len() > LIMIT);
        if self.after_blank && at_margin && !same_list {
            self.finish(done);
        } else if full {
            self.finish(done);
            self.forced = true;
        }
        if at_margin {
            self.in_list = is_item || (self.in_list && !self.after_blank);
        }
        self.add(line);
    }

    fn add(&mut self, line: &str) {
        if self.current.is_none() {
            self.begin(Kind::Markdown);
        }
        if let Some(current) = &mut self.current {
            current.text.push_str(line);
            current.text.push('\n');
        }
        self.after_blank = false;
    }

    fn add_code(&mut self, line: &str, done: &mut Vec<Segment>) {
        let full = self
            .current
            .as_ref()
            .is_some_and(|current| current.lines >= CODE_LINES || current.text.len() > LIMIT);
        if full {
            self.finish(done);
            self.forced = true;
        }
        if self.current.is_none() {
            let shade = self.fence.as_ref().and_then(|fence| fence.shade);
            self.begin(Kind::Code {
                language: None,
                shade,
            });
        }
        if let Some(shade) = self.fence.as_mut().and_then(|fence| fence.shade.as_mut()) {
            shade.line(line);
        }
        if let Some(current) = &mut self.current {
            current.text.push_str(line);
            current.text.push('\n');
            current.lines += 1;
        }
    }

    fn begin(&mut self, kind: Kind) {
        self.current = Some(Segment {
            kind,
            text: String::new(),
            apart: self.begun && !self.forced && !self.after_heading,
            lines: 0,
        });
        self.begun = true;
        self.forced = false;
        self.after_heading = false;
        self.after_blank = false;
    }

    fn finish(&mut self, done: &mut Vec<Segment>) {
        done.extend(self.current.take());
    }
}

/// The greatest character boundary not after `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    let mut floor = at.min(text.len());
    while !text.is_char_boundary(floor) {
        floor -= 1;
    }
    floor
}

fn run(text: &str, mark: u8) -> usize {
    text.bytes().take_while(|byte| *byte == mark).count()
}

/// A fence that begins code (CommonMark 4.5), with the language it names.
fn opens(indent: usize, text: &str) -> Option<(Fence, Option<String>)> {
    let mark = *text.as_bytes().first()?;
    let length = run(text, mark);
    let info = text.get(length..)?.trim();
    let is_fence = indent < 4
        && matches!(mark, b'`' | b'~')
        && length >= 3
        && !(mark == b'`' && info.contains('`'));
    let language = info
        .split([' ', ',', '{'])
        .next()
        .filter(|word| !word.is_empty());
    is_fence.then(|| {
        (
            Fence {
                mark,
                length,
                indent,
                shade: language.and_then(Shade::of),
            },
            language.map(str::to_owned),
        )
    })
}

fn closes(fence: &Fence, indent: usize, text: &str) -> bool {
    let length = run(text, fence.mark);
    indent < 4 && length >= fence.length && text[length..].trim().is_empty()
}

fn is_heading(indent: usize, text: &str) -> bool {
    let level = run(text, b'#');
    indent < 4
        && (1..=6).contains(&level)
        && (text.len() == level || text[level..].starts_with([' ', '\t']))
}

fn is_list_item(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let after = match (digits, text.as_bytes().first()) {
        (0, Some(b'-' | b'*' | b'+')) => &text[1..],
        (1..=9, _) if text[digits..].starts_with(['.', ')']) => &text[digits + 1..],
        _ => return false,
    };
    after.is_empty() || after.starts_with([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(pieces: &[&str]) -> Vec<Segment> {
        let mut segmenter = Segmenter::default();
        let mut segments = Vec::new();
        for piece in pieces {
            segmenter.push(piece, &mut segments);
        }
        segments.extend(segmenter.rest());
        segments
    }

    fn texts(text: &str) -> Vec<String> {
        cut(&[text])
            .into_iter()
            .map(|segment| segment.text)
            .collect()
    }

    #[test]
    fn blocks_are_cut_at_the_margin() {
        assert_eq!(texts("one\ntwo\n\nthree"), ["one\ntwo\n\n", "three\n"]);
        assert_eq!(texts("# Head\ntext"), ["# Head\n", "text\n"]);
        assert_eq!(
            texts("text\n```rs\nlet x;\n\n```\nmore"),
            ["text\n", "let x;\n\n", "more\n"]
        );
    }

    #[test]
    fn a_list_stays_one_however_loose() {
        assert_eq!(texts("- one\n\n  more of one\n\n- two\n").len(), 1);
        assert_eq!(
            texts("1. one\n   ```sh\n   ls\n\n   ```\n2. two\n").len(),
            1
        );
        assert_eq!(texts("- one\n\nafter").len(), 2);
    }

    #[test]
    fn code_names_its_language_and_is_cut_without_showing_it() {
        let long = format!(
            "```rust title\n{}```\n",
            "line\n".repeat(CODE_LINES * 2 + 1)
        );
        let segments = cut(&[&long]);
        assert_eq!(segments.len(), 3);
        let language = |at: usize| match &segments[at].kind {
            Kind::Code { language, shade } => {
                assert!(shade.is_some(), "a later part is coloured like the first");
                language.as_deref()
            }
            Kind::Markdown => panic!("code was expected"),
        };
        assert_eq!((language(0), language(1)), (Some("rust"), None));
        assert!(segments[1..].iter().all(|segment| !segment.apart));
    }

    #[test]
    fn a_line_without_end_is_cut_where_a_word_ends() {
        let long = "word ".repeat(LIMIT);
        let segments = cut(&[&long]);
        assert!(segments.len() > 4);
        assert!(segments.iter().all(|segment| segment.text.len() <= LIMIT + 1 && segment.text.ends_with("word \n")));
        let wide = "模".repeat(LIMIT);
        assert_eq!(texts(&wide).concat().replace('\n', ""), wide);
    }

    proptest! {
        #[test]
        fn however_it_arrives_it_is_cut_the_same(pieces in proptest::collection::vec("[-#`>1. a\n模]{0,12}", 0..24), repeat in 1usize..3) {
            let pieces: Vec<String> = pieces.into_iter().map(|piece| piece.repeat(repeat * repeat)).collect();
            let parts: Vec<&str> = pieces.iter().map(String::as_str).collect();
            prop_assert_eq!(cut(&parts), cut(&[&pieces.concat()]));
        }

    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn a_cut_by_force_falls_where_it_falls(unit in "[a 模é]{1,4}", end in LIMIT - 4..LIMIT + 9) {
            let long = unit.repeat(2 * LIMIT / unit.len());
            let first = &long[..floor_boundary(&long, end)];
            prop_assert_eq!(cut(&[first, &long[first.len()..]]), cut(&[&long]));
        }

        #[test]
        fn long_lines_too(pieces in proptest::collection::vec("[a 模\n]{1,3}", 1..6), times in 1usize..4000) {
            let pieces: Vec<String> = pieces.into_iter().map(|piece| piece.repeat(times)).collect();
            let parts: Vec<&str> = pieces.iter().map(String::as_str).collect();
            prop_assert_eq!(cut(&parts), cut(&[&pieces.concat()]));
        }
    }
}
