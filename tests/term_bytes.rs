//! The bytes a terminal gets, read by a terminal emulator: the screen is exactly the picture, cursor and styles included,
//! whatever was there before and whatever the terminal is known to obey; and nothing is sent in vain.

mod term_support;

use std::num::NonZeroU16;

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::{Color, Modifier, Style};
use relaydeck::tui::term::guard::{ENTER, LEAVE};
use relaydeck::tui::term::{Dialect, Scroll, Writer};
use relaydeck::tui::text::grapheme_width;

const SIZE: Size = Size::new(24, 8);

fn emulator(size: Size) -> vt100::Parser {
    let cells = |cells| NonZeroU16::new(cells).unwrap_or(NonZeroU16::MIN);
    let mut emulator = vt100::Parser::new(cells(size.height), cells(size.width), 0);
    emulator.process(ENTER);
    emulator
}

fn blank(size: Size) -> Buffer {
    Buffer::empty(Rect::from((Position::ORIGIN, size)))
}

/// A frame: texts at places in styles, and perhaps a cursor.
#[derive(Clone, Debug)]
struct Drawing {
    size: Size,
    texts: Vec<(u16, u16, String, Style)>,
    cursor: Option<Position>,
}

impl Drawing {
    fn buffer(&self) -> Buffer {
        let mut buffer = blank(self.size);
        for (x, y, text, style) in &self.texts {
            if *x < self.size.width && *y < self.size.height {
                buffer.set_string(*x, *y, text, *style);
            }
        }
        buffer
    }
}

fn style() -> impl Strategy<Value = Style> {
    let colour = prop_oneof![
        4 => Just(Color::Reset),
        1 => Just(Color::Red),
        1 => Just(Color::LightBlue),
        1 => Just(Color::Indexed(208)),
        1 => Just(Color::Rgb(1, 2, 3)),
    ];
    let modifier = prop_oneof![3 => Just(0u16), 1 => 0u16..0x200]
        .prop_map(|bits| Modifier::from_bits_truncate(bits) - UNKNOWN);
    (colour.clone(), colour, modifier)
        .prop_map(|(fg, bg, modifier)| Style::new().fg(fg).bg(bg).add_modifier(modifier))
}

/// What the emulator does not tell.
const UNKNOWN: Modifier = Modifier::SLOW_BLINK
    .union(Modifier::RAPID_BLINK)
    .union(Modifier::HIDDEN)
    .union(Modifier::CROSSED_OUT);

/// Letters, ideographs, box drawing, marks on letters, emoji of one and of several characters, flags, blanks.
const GLYPHS: &str =
    "([a-f ]|[模型市场，。]|[─│é]|e\u{301}|👩|👍🏽|❤\u{fe0f}|👩‍👩‍👧|1\u{fe0f}\u{20e3}|🇨🇳|  ){0,14}";

fn drawing(size: impl Strategy<Value = Size>) -> impl Strategy<Value = Drawing> {
    let text = (0..SIZE.width, 0..SIZE.height, GLYPHS, style());
    let cursor = proptest::option::of((0..SIZE.width, 0..SIZE.height));
    (size, proptest::collection::vec(text, 0..10), cursor).prop_map(|(size, texts, cursor)| {
        Drawing {
            size,
            texts,
            cursor: cursor
                .map(|(x, y)| Position::new(x.min(size.width - 1), y.min(size.height - 1))),
        }
    })
}

fn dialect() -> impl Strategy<Value = Dialect> {
    let scroll = prop_oneof![
        Just(Scroll::Never),
        Just(Scroll::Index),
        Just(Scroll::Region)
    ];
    (scroll, any::<bool>(), any::<bool>()).prop_map(|(scroll, synchronized, ambiguous_wide)| {
        Dialect {
            scroll,
            synchronized,
            ambiguous_wide,
        }
    })
}

/// What is on the emulator's screen and not in the picture.
fn difference(
    screen: &vt100::Screen,
    picture: &Buffer,
    cursor: Option<Position>,
) -> Result<(), String> {
    if screen.hide_cursor() == cursor.is_some() {
        return Err("the cursor is shown when it should not be, or hidden".to_owned());
    }
    if let Some(cursor) = cursor.filter(|at| screen.cursor_position() != (at.y, at.x)) {
        return Err(format!("the cursor is not at {cursor}"));
    }
    let area = picture.area;
    for y in 0..area.height {
        let mut x = 0;
        while x < area.width {
            let wanted = &picture[(x, y)];
            let symbol = wanted.symbol();
            let width = u16::try_from(grapheme_width(symbol)).unwrap_or(1).max(1);
            // A wide glyph of which a part is outside or covered cannot be shown.
            let rest =
                (x + 1..x + width).map(|x| (x < area.width).then(|| picture[(x, y)].symbol()));
            let whole = rest
                .into_iter()
                .all(|rest| rest.is_some_and(|rest| rest == " "));
            let (symbol, width) = if whole { (symbol, width) } else { (" ", 1) };
            let shown = screen.cell(y, x).ok_or("a cell that is not there")?;
            let contents = if shown.has_contents() {
                shown.contents()
            } else {
                " "
            };
            // The emulator takes the characters of an emoji for glyphs of their own.
            let same = contents == symbol || contents.chars().next() == symbol.chars().next();
            if !same {
                return Err(format!("at {x},{y}: {contents:?} instead of {symbol:?}"));
            }
            if look(shown, symbol == " ") != wanted_look(wanted, symbol == " ") {
                return Err(format!("at {x},{y}: {symbol:?} looks different"));
            }
            x += width;
        }
    }
    Ok(())
}

type Look = (bool, bool, bool, bool, bool, vt100::Color, vt100::Color);

fn look(cell: &vt100::Cell, blank: bool) -> Look {
    seen(
        (
            cell.bold(),
            cell.dim(),
            cell.italic(),
            cell.underline(),
            cell.inverse(),
            cell.fgcolor(),
            cell.bgcolor(),
        ),
        blank,
    )
}

fn wanted_look(cell: &ratatui::buffer::Cell, blank: bool) -> Look {
    let has = |modifier| cell.modifier.contains(modifier);
    let colour = |colour| match colour {
        Color::Red => vt100::Color::Idx(1),
        Color::LightBlue => vt100::Color::Idx(12),
        Color::Indexed(index) => vt100::Color::Idx(index),
        Color::Rgb(red, green, blue) => vt100::Color::Rgb(red, green, blue),
        _ => vt100::Color::Default,
    };
    seen(
        (
            has(Modifier::BOLD),
            has(Modifier::DIM),
            has(Modifier::ITALIC),
            has(Modifier::UNDERLINED),
            has(Modifier::REVERSED),
            colour(cell.fg),
            colour(cell.bg),
        ),
        blank,
    )
}

/// On a blank, only what is behind it is seen, and what is drawn through it.
fn seen(look: Look, blank: bool) -> Look {
    let (bold, dim, italic, underline, inverse, fg, bg) = look;
    match blank {
        true if underline || inverse => (false, false, false, underline, inverse, fg, bg),
        true => (false, false, false, false, false, vt100::Color::Default, bg),
        // The emulator, like some terminals, knows either bold or dim.
        false => (bold || dim, false, italic, underline, inverse, fg, bg),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_screen_is_exactly_the_picture(
        drawings in proptest::collection::vec(drawing(Just(SIZE)), 1..6),
        dialect in dialect(),
    ) {
        let mut writer = Writer::new(SIZE, dialect);
        let mut emulator = emulator(SIZE);
        for drawing in &drawings {
            let picture = drawing.buffer();
            emulator.process(writer.frame(&picture, drawing.cursor));
            let difference = difference(emulator.screen(), &picture, drawing.cursor);
            prop_assert_eq!(difference, Ok(()));
            prop_assert_eq!(writer.frame(&picture, drawing.cursor), b"", "the same frame again");
        }
    }

    #[test]
    fn a_resize_shows_the_whole_picture(
        drawings in proptest::collection::vec(drawing((4..SIZE.width, 2..SIZE.height).prop_map(Size::from)), 1..6),
        dialect in dialect(),
    ) {
        let mut writer = Writer::new(SIZE, dialect);
        let mut emulator = emulator(SIZE);
        for drawing in &drawings {
            let picture = drawing.buffer();
            let cells = |cells| NonZeroU16::new(cells).unwrap_or(NonZeroU16::MIN);
            emulator.screen_mut().set_size(cells(drawing.size.height), cells(drawing.size.width));
            emulator.process(writer.frame(&picture, drawing.cursor));
            let difference = difference(emulator.screen(), &picture, drawing.cursor);
            prop_assert_eq!(difference, Ok(()));
        }
    }

    /// A pane between a bar above and two below, as in the chat and in lists: it moves, and its rows change.
    #[test]
    fn a_pane_that_moves_is_exact_too(
        lines in proptest::collection::vec((GLYPHS, style()), 24),
        tops in proptest::collection::vec((0usize..20, proptest::option::of(0usize..24)), 1..8),
        dialect in dialect(),
    ) {
        let mut writer = Writer::new(SIZE, dialect);
        let mut emulator = emulator(SIZE);
        let mut lines = lines;
        for (top, changed) in tops {
            if let Some((text, _)) = changed.and_then(|at| lines.get_mut(at)) {
                text.insert(0, '*');
            }
            let mut picture = blank(SIZE);
            picture.set_string(0, 0, format!("from {top}"), Style::new().reversed());
            for (y, (text, style)) in (1..SIZE.height - 2).zip(&lines[top..]) {
                picture.set_string(0, y, text, *style);
            }
            picture.set_string(0, SIZE.height - 2, "──────", Style::new());
            emulator.process(writer.frame(&picture, None));
            prop_assert_eq!(difference(emulator.screen(), &picture, None), Ok(()));
        }
    }
}

const PANE: Size = Size::new(120, 40);

const KNOWN: Dialect = Dialect {
    scroll: Scroll::Region,
    synchronized: true,
    ambiguous_wide: false,
};

/// A chat as it stands in a deck: bars above and below, a full pane, the cursor in the input.
fn chat(lines: &[String], cost: &str) -> Buffer {
    let mut buffer = blank(PANE);
    buffer.set_string(0, 0, " relaydeck  4sapi", Style::new().bold());
    for (y, line) in (2..36).zip(lines) {
        buffer.set_string(2, y, line, Style::new());
    }
    buffer.set_string(1, 36, cost, Style::new().dim());
    buffer.set_string(0, 37, "─".repeat(120), Style::new().dim());
    buffer
}

fn prose(count: usize) -> Vec<String> {
    let line = |at| {
        format!("{at} 这是一行中文，and some English words that fill most of the row in a chat")
    };
    (0..count).map(line).collect()
}

/// The bytes that lead from one picture to another.
fn cost(before: &Buffer, after: &Buffer) -> usize {
    let mut writer = Writer::new(before.area.as_size(), KNOWN);
    let caret = Some(Position::new(1, 38));
    writer.frame(before, caret);
    writer.frame(after, caret).len()
}

#[test]
fn an_unchanged_frame_costs_nothing() {
    let picture = chat(&prose(34), "~$0.01");
    assert_eq!(cost(&picture, &picture), 0);
}

#[test]
fn one_more_ideograph_costs_at_most_24_bytes() {
    let before = prose(34);
    let mut after = before.clone();
    after[33].push('中');
    let bytes = cost(&chat(&before, "~$0.01"), &chat(&after, "~$0.01"));
    assert!((3..=24).contains(&bytes), "{bytes} bytes");
}

#[test]
fn a_pane_that_scrolls_by_one_row_costs_at_most_160_bytes() {
    let lines = prose(35);
    for (before, after) in [(&lines[..34], &lines[1..]), (&lines[1..], &lines[..34])] {
        let bytes = cost(&chat(before, "~$0.01"), &chat(after, "~$0.01"));
        assert!((40..=160).contains(&bytes), "{bytes} bytes");
    }
    let (before, after) = (chat(&lines[..34], ""), chat(&lines[1..], ""));
    let mut plain = Writer::new(PANE, Dialect::default());
    plain.frame(&before, None);
    let sent_again = plain.frame(&after, None).len();
    assert!(
        sent_again > 160,
        "without margins rows are sent again: {sent_again}"
    );
}

#[test]
fn a_row_that_becomes_shorter_is_erased_and_not_overwritten() {
    let row = |text: &str| {
        let mut buffer = blank(PANE);
        buffer.set_string(0, 3, text, Style::new());
        buffer
    };
    let bytes = cost(&row(&"long ".repeat(20)), &row("long"));
    assert!(bytes <= 20, "{bytes} bytes");
    let letter = cost(&row("tok"), &row("toke"));
    assert!(letter <= 16, "{letter} bytes for a letter, there and back");
}

#[test]
fn long_frames_are_bracketed_and_short_ones_are_not() {
    let mut writer = Writer::new(PANE, KNOWN);
    let whole = writer.frame(&chat(&prose(34), ""), None).to_vec();
    assert!(whole.starts_with(b"\x1b[?2026h") && whole.ends_with(b"\x1b[?2026l"));
    let short = writer.frame(&chat(&prose(34), "~$0.01"), None);
    assert!(!short.windows(4).any(|bytes| bytes == b"2026"));
}

#[test]
fn after_a_glyph_whose_width_terminals_doubt_the_next_place_is_named() {
    let mut writer = Writer::new(Size::new(20, 1), KNOWN);
    let mut picture = blank(Size::new(20, 1));
    picture.set_string(0, 0, "👩‍👩‍👧ab模c", Style::new());
    let frame = String::from_utf8_lossy(writer.frame(&picture, None)).into_owned();
    assert!(frame.contains("👩‍👩‍👧\u{1b}[;3Hab模c"), "{frame:?}");
}

#[test]
fn what_was_on_the_screen_before_is_there_again_afterwards() {
    let mut emulator = vt100::Parser::default();
    emulator.process(b"\x1b[1mshell$ \x1b[0mrelaydeck\r\n");
    let before = emulator.screen().clone();
    emulator.process(ENTER);
    assert!(emulator.screen().alternate_screen() && emulator.screen().bracketed_paste());
    emulator.process(b"\x1b[?25l\x1b[7;31mframe\x1b[6;1Hbottom");
    emulator.process(LEAVE);
    let after = emulator.screen();
    assert_eq!(after.contents_formatted(), before.contents_formatted());
    assert_eq!(after.attributes_formatted(), before.attributes_formatted());
    assert_eq!(after.input_mode_formatted(), before.input_mode_formatted());
    assert!(!after.alternate_screen() && !after.hide_cursor());
    assert_eq!(after.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
}
