//! Text being typed: one line for fields and filters, several for the chat's input.
//!
//! The text area is held as an opaque value; drawing and wrapping is done elsewhere with the one width function, so its own
//! widget is never used. Control characters never enter it.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tui_textarea::{CursorMove, DataCursor, TextArea};
use unicode_segmentation::UnicodeSegmentation;

use super::text::{self, Wrap, wrap};

/// A text and a caret. Its text is never shown by `Debug`: it may be a secret.
#[derive(Clone, Default)]
pub struct Editor {
    area: TextArea<'static>,
    lines: Lines,
}

/// Whether line breaks may be in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Lines {
    #[default]
    One,
    Many,
}

/// A text as it is shown: rows of some width, and the caret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownText {
    /// The rows; never empty.
    pub rows: Vec<ShownRow>,
    /// The caret: row, and cells before it.
    pub caret: (usize, usize),
}

/// One row of a text as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownRow {
    /// What stands in it.
    pub text: String,
    /// The line it is part of.
    pub line: usize,
    /// The characters of that line before it.
    pub start: usize,
}

/// The byte at which a character begins; behind the last one, the length.
fn byte_at(line: &str, letters: usize) -> usize {
    line.char_indices()
        .nth(letters)
        .map_or(line.len(), |(at, _)| at)
}

impl fmt::Debug for Editor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Editor({} lines)", self.rows().len())
    }
}

impl Editor {
    /// An empty field of one line: pasted line breaks become spaces.
    pub fn line() -> Self {
        Editor::default()
    }

    /// An empty text of any number of lines.
    pub fn lines() -> Self {
        Editor {
            area: TextArea::default(),
            lines: Lines::Many,
        }
    }

    /// A field of one line with a text in it and the caret at its end.
    pub fn with(text: &str) -> Self {
        let mut editor = Editor::line();
        editor.insert(text);
        editor
    }

    /// The text.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// The text, line by line; never empty.
    pub fn rows(&self) -> &[String] {
        self.area.lines()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// The caret: line, and characters before it in that line.
    pub fn caret(&self) -> (usize, usize) {
        let DataCursor(row, column) = self.area.cursor();
        (row, column)
    }

    /// Whether the caret stands behind the last character.
    pub fn at_end(&self) -> bool {
        let (row, column) = self.caret();
        row + 1 == self.rows().len()
            && self
                .rows()
                .last()
                .is_none_or(|line| column >= line.chars().count())
    }

    /// Puts the caret somewhere; beyond the end means the end.
    pub fn place(&mut self, row: usize, column: usize) {
        let clamp = |value: usize| u16::try_from(value).unwrap_or(u16::MAX);
        self.area
            .move_cursor(CursorMove::Jump(clamp(row), clamp(column)));
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.area = TextArea::default();
    }

    /// Takes the text out.
    pub fn take(&mut self) -> String {
        let text = self.text();
        self.clear();
        text
    }

    /// Puts a text at the caret, as it is but for control characters. Any kind of line break counts as one; in a field
    /// of one line they become spaces.
    pub fn insert(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let clean: String = text
            .chars()
            .map(|letter| match letter {
                '\n' | '\t' if self.lines == Lines::One => ' ',
                other => other,
            })
            .filter(|letter| matches!(letter, '\n' | '\t') || !letter.is_control())
            .collect();
        if !clean.is_empty() {
            self.area.insert_str(&clean);
        }
    }

    /// Breaks the line at the caret, where lines may be broken.
    pub fn newline(&mut self) {
        if self.lines == Lines::Many {
            self.area.insert_newline();
        }
    }

    /// The rows in which the text is shown at this width, and where the caret stands in them. One cell is left free at
    /// the right, so that the caret behind a full row has a place.
    pub fn shown(&self, width: usize) -> ShownText {
        let (caret_line, caret_at) = self.caret();
        let mut shown = ShownText::default();
        for (number, line) in self.rows().iter().enumerate() {
            let caret = (number == caret_line).then(|| byte_at(line, caret_at));
            let rows = wrap(line, width.saturating_sub(1), Wrap::Typed);
            let last = rows.len() - 1;
            for (at, row) in rows.into_iter().enumerate() {
                let here = |caret: &usize| row.contains(caret) || (at == last && *caret >= row.end);
                if let Some(caret) = caret.filter(here) {
                    let before = &line[row.start..caret.min(row.end)];
                    shown.caret = (shown.rows.len(), text::width(before));
                }
                shown.rows.push(ShownRow {
                    text: line[row.clone()].to_owned(),
                    line: number,
                    start: line[..row.start].chars().count(),
                });
            }
        }
        shown
    }

    /// Moves the caret a row up or down as the text is shown at this width. `false` when there is no such row.
    pub fn step_row(&mut self, down: bool, width: usize) -> bool {
        let shown = self.shown(width);
        let (row, cell) = shown.caret;
        let target = if down {
            row.checked_add(1)
        } else {
            row.checked_sub(1)
        };
        let Some(target) = target.and_then(|row| shown.rows.get(row)) else {
            return false;
        };
        let (mut used, mut letters) = (0, 0);
        for grapheme in target.text.graphemes(true) {
            if used >= cell {
                break;
            }
            used += text::grapheme_width(grapheme);
            letters += grapheme.chars().count();
        }
        self.place(target.line, target.start + letters);
        true
    }

    /// Lets a key edit the text. `false` when the key means nothing here, or nothing in this state: a caret at the top
    /// does not go up.
    pub fn input(&mut self, key: KeyEvent) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        let alt = key.modifiers.contains(KeyModifiers::ALT);
        let word = control || alt;
        let before = self.caret();
        let moved = |editor: &mut Self, to| {
            editor.area.move_cursor(to);
            editor.caret() != before
        };
        match key.code {
            KeyCode::Char(letter) if !control && !alt => {
                if letter.is_control() {
                    return false;
                }
                self.area.insert_char(letter);
                true
            }
            KeyCode::Backspace if word => self.area.delete_word(),
            KeyCode::Backspace => self.area.delete_char(),
            KeyCode::Delete if word => self.area.delete_next_word(),
            KeyCode::Delete => self.area.delete_next_char(),
            KeyCode::Left if word => moved(self, CursorMove::WordBack),
            KeyCode::Right if word => moved(self, CursorMove::WordForward),
            KeyCode::Left => moved(self, CursorMove::Back),
            KeyCode::Right => moved(self, CursorMove::Forward),
            KeyCode::Home => moved(self, CursorMove::Head),
            KeyCode::End => moved(self, CursorMove::End),
            // The habits of readline.
            KeyCode::Char('a') if control => moved(self, CursorMove::Head),
            KeyCode::Char('e') if control => moved(self, CursorMove::End),
            KeyCode::Char('w') if control => self.area.delete_word(),
            KeyCode::Char('u') if control => self.area.delete_line_by_head(),
            KeyCode::Char('b') if alt => moved(self, CursorMove::WordBack),
            KeyCode::Char('f') if alt => moved(self, CursorMove::WordForward),
            KeyCode::Char('d') if alt => self.area.delete_next_word(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(editor: &mut Editor, code: KeyCode) -> bool {
        editor.input(KeyEvent::new(code, KeyModifiers::NONE))
    }

    #[test]
    fn a_field_of_one_line_stays_one_line() {
        let mut field = Editor::line();
        field.insert("one\r\ntwo\rthree\u{7}\u{1b}[31m");
        assert_eq!(field.text(), "one two three[31m");
        field.newline();
        assert_eq!(field.rows().len(), 1);
        assert!(!field.step_row(false, 80));
    }

    #[test]
    fn many_lines_stay_many_and_the_caret_says_when_it_cannot_move() {
        let mut text = Editor::lines();
        text.insert("first\nsecond");
        assert_eq!((text.rows().len(), text.caret()), (2, (1, 6)));
        assert!(text.at_end());
        assert!(!press(&mut text, KeyCode::End), "already at the end");
        assert!(text.step_row(false, 80));
        assert!(!text.step_row(false, 80), "already at the top");
        assert_eq!(text.take(), "first\nsecond");
        assert!(text.is_empty());
    }

    #[test]
    fn the_caret_goes_up_and_down_by_the_rows_one_sees() {
        let mut text = Editor::lines();
        text.insert("模型模型模型\n\tx");
        let shown = text.shown(9);
        let rows: Vec<&str> = shown.rows.iter().map(|row| row.text.as_str()).collect();
        assert_eq!(rows, ["模型模型", "模型", "\tx"]);
        text.place(0, 3);
        assert_eq!(text.shown(9).caret, (0, 6));
        assert!(text.step_row(true, 9));
        assert_eq!((text.caret(), text.shown(9).caret), ((0, 6), (1, 4)));
    }

    #[test]
    fn words_are_deleted_the_way_shells_do() {
        let mut text = Editor::with("keep this word");
        text.input(KeyEvent::new(KeyCode::Char('w'), KeyModifiers::CONTROL));
        assert_eq!(text.text(), "keep this ");
        text.input(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL));
        assert!(text.is_empty());
    }
}
