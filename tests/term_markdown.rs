//! A conversation's Markdown as it is drawn: wide and narrow, with Unicode and with ASCII, with colour and without.

mod term_support;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use relaydeck::tui::text::Document;
use relaydeck::tui::theme::{ColorLevel, Glyphs, Theme};

const SAMPLE: &str = include_str!("fixtures/markdown.md");

fn drawn(width: u16, level: ColorLevel, glyphs: Glyphs) -> Buffer {
    let mut document = Document::of(SAMPLE);
    let rows = document.rows(
        usize::from(width),
        &Theme::new(level, glyphs),
        0,
        usize::MAX,
    );
    let height = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    for (y, row) in (0..height).zip(rows.iter().copied()) {
        buffer.set_line(0, y, row, width);
    }
    buffer
}

#[test]
fn markdown_at_72_columns() {
    insta::assert_snapshot!(term_support::seen(&drawn(
        72,
        ColorLevel::None,
        Glyphs::Unicode
    )));
}

#[test]
fn markdown_at_36_columns() {
    insta::assert_snapshot!(term_support::seen(&drawn(
        36,
        ColorLevel::None,
        Glyphs::Unicode
    )));
}

#[test]
fn markdown_in_ascii() {
    insta::assert_snapshot!(term_support::seen(&drawn(
        72,
        ColorLevel::None,
        Glyphs::Ascii
    )));
}

#[test]
fn markdown_in_colour() {
    insta::assert_snapshot!(term_support::styled(&drawn(
        72,
        ColorLevel::Ansi16,
        Glyphs::Unicode
    )));
}

#[test]
fn markdown_without_colour() {
    insta::assert_snapshot!(term_support::styled(&drawn(
        72,
        ColorLevel::None,
        Glyphs::Unicode
    )));
}
