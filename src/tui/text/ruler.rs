//! Measures a Markdown text that grows: how many rows it has at a width, without keeping them.
//!
//! What is finished is measured once; a token costs the last part. The figure is that of [`super::Document`], which keeps
//! the rows for drawing.

use super::markdown::draw;
use super::sanitize::{Breaks, Sanitizer};
use super::segment::Segmenter;
use crate::tui::theme::Theme;

/// A measure of one text.
#[derive(Clone, Debug)]
pub struct Ruler {
    sanitizer: Sanitizer,
    segmenter: Segmenter,
    /// Bytes that were taken in.
    received: usize,
    width: usize,
    /// Rows of the finished parts.
    done: usize,
    /// The last answer, for the text as it is.
    height: Option<usize>,
}

impl Default for Ruler {
    fn default() -> Self {
        Self {
            sanitizer: Sanitizer::new(Breaks::Keep),
            segmenter: Segmenter::default(),
            received: 0,
            width: 0,
            done: 0,
            height: None,
        }
    }
}

impl Ruler {
    /// How many rows the text has at a width in cells. It should be the text from before with something added; another one
    /// that is not shorter is taken for it, so a ruler belongs to one text.
    pub fn height(&mut self, text: &str, width: usize, theme: &Theme) -> usize {
        if self.width != width || text.len() < self.received {
            *self = Self {
                width,
                ..Self::default()
            };
        }
        if let Some(piece) = text.get(self.received..).filter(|piece| !piece.is_empty()) {
            let mut clean = String::with_capacity(piece.len());
            self.sanitizer.push(piece, &mut clean);
            let mut segments = Vec::new();
            self.segmenter.push(&clean, &mut segments);
            let rows = segments
                .iter()
                .map(|segment| draw(segment, width, theme).len());
            self.done += rows.sum::<usize>();
            self.received = text.len();
            self.height = None;
        }
        *self.height.get_or_insert_with(|| {
            let rest = self.segmenter.rest();
            let rows = rest.iter().map(|segment| draw(segment, width, theme).len());
            self.done + rows.sum::<usize>()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::text::Document;
    use crate::tui::theme::{ColorLevel, Glyphs};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_measures_what_is_drawn_however_the_text_came(
            pieces in proptest::collection::vec("([a-c 中，\\-#*`|>\n1.]{0,12}|\n```\n|\n\n)", 0..12),
            width in 8usize..40,
        ) {
            let theme = Theme::new(ColorLevel::Ansi16, Glyphs::Unicode);
            let (mut ruler, mut text) = (Ruler::default(), String::new());
            for piece in &pieces {
                text.push_str(piece);
                let drawn = Document::of(&text).height(width, &theme);
                prop_assert_eq!(ruler.height(&text, width, &theme), drawn);
                prop_assert_eq!(ruler.height(&text, width, &theme), drawn);
            }
            let other = Document::of(&text).height(width + 3, &theme);
            prop_assert_eq!(ruler.height(&text, width + 3, &theme), other);
        }
    }
}
