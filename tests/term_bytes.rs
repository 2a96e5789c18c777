//! The bytes a terminal gets, read by a terminal emulator: the screen is exactly the buffer, and nothing is sent in vain.

mod term_support;

use std::io::{self, Write};
use std::num::NonZeroU16;

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::buffer::CellWidth;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier, Style};
use relaydeck::tui::term::backend::FrameBackend;
use relaydeck::tui::term::guard::{ENTER, LEAVE};

/// Keeps every write apart.
#[derive(Debug, Default)]
struct Writes(Vec<Vec<u8>>);

impl Write for Writes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const WIDTH: u16 = 24;
const HEIGHT: u16 = 6;

fn emulator() -> vt100::Parser {
    let size = |cells| NonZeroU16::new(cells).unwrap_or(NonZeroU16::MIN);
    vt100::Parser::new(size(HEIGHT), size(WIDTH), 0)
}

/// A frame: texts at places in styles, and perhaps a cursor.
#[derive(Clone, Debug)]
struct Drawing {
    texts: Vec<(u16, u16, String, Style)>,
    cursor: Option<(u16, u16)>,
}

fn drawing() -> impl Strategy<Value = Drawing> {
    let style = (0u8..8, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(colour, bold, reverse, underline)| {
            let mut style = Style::new().fg(if colour == 0 {
                Color::Reset
            } else {
                Color::Indexed(colour)
            });
            for (on, modifier) in [
                (bold, Modifier::BOLD),
                (reverse, Modifier::REVERSED),
                (underline, Modifier::UNDERLINED),
            ] {
                if on {
                    style = style.add_modifier(modifier);
                }
            }
            style
        },
    );
    let text = proptest::option::of((0..WIDTH, "[a-z 模型市场，。]{0,12}", style));
    let cursor = proptest::option::of((0..WIDTH, 0..HEIGHT));
    // One text a row: a glyph on half of another would be no buffer that ratatui promises to draw.
    (proptest::collection::vec(text, usize::from(HEIGHT)), cursor).prop_map(|(texts, cursor)| {
        Drawing {
            texts: (0..)
                .zip(texts)
                .filter_map(|(y, text)| text.map(|(x, text, style)| (x, y, text, style)))
                .collect(),
            cursor,
        }
    })
}

fn draw(
    terminal: &mut Terminal<FrameBackend<Writes>>,
    drawing: &Drawing,
) -> ratatui::buffer::Buffer {
    let frame = terminal.draw(|frame| {
        for (x, y, text, style) in &drawing.texts {
            frame.buffer_mut().set_string(*x, *y, text, *style);
        }
        if let Some(cursor) = drawing.cursor {
            frame.set_cursor_position(cursor);
        }
    });
    frame.map(|frame| frame.buffer.clone()).unwrap_or_default()
}

proptest! {
    #[test]
    fn the_screen_is_exactly_the_buffer_and_a_frame_is_one_write(drawings in proptest::collection::vec(drawing(), 1..6)) {
        let Ok(mut terminal) = Terminal::new(FrameBackend::new(Writes::default(), Size::new(WIDTH, HEIGHT))) else {
            return Err(TestCaseError::fail("no terminal"));
        };
        let mut emulator = emulator();
        emulator.process(ENTER);
        let mut seen = 0;
        for drawing in &drawings {
            let buffer = draw(&mut terminal, drawing);
            let writes = &terminal.backend().out().0;
            prop_assert!(writes.len() <= seen + 1, "a frame of {} writes", writes.len() - seen);
            for bytes in &writes[seen..] {
                emulator.process(bytes);
            }
            seen = writes.len();
            let screen = emulator.screen();
            prop_assert_eq!(screen.hide_cursor(), drawing.cursor.is_none());
            if let Some((x, y)) = drawing.cursor {
                prop_assert_eq!(screen.cursor_position(), (y, x));
            }
            for y in 0..HEIGHT {
                let mut x = 0;
                while x < WIDTH {
                    let wanted = &buffer[Position::new(x, y)];
                    let Some(shown) = screen.cell(y, x) else {
                        return Err(TestCaseError::fail("no cell"));
                    };
                    let contents = if shown.has_contents() { shown.contents() } else { " " };
                    prop_assert_eq!(contents, wanted.symbol(), "at {},{}", x, y);
                    prop_assert_eq!(shown.inverse(), wanted.modifier.contains(Modifier::REVERSED));
                    prop_assert_eq!(shown.underline(), wanted.modifier.contains(Modifier::UNDERLINED));
                    if contents != " " {
                        // Neither is seen on a blank.
                        prop_assert_eq!(shown.bold(), wanted.modifier.contains(Modifier::BOLD));
                        let colour = match wanted.fg {
                            Color::Indexed(index) => vt100::Color::Idx(index),
                            _ => vt100::Color::Default,
                        };
                        prop_assert_eq!(shown.fgcolor(), colour);
                    }
                    x += wanted.cell_width().max(1);
                }
            }
        }
        // The same frame again costs nothing at all.
        let last = &drawings[drawings.len() - 1];
        draw(&mut terminal, last);
        prop_assert_eq!(terminal.backend().out().0.len(), seen);
    }
}

/// What a row costs, from one text to another.
fn cost(before: &str, after: &str) -> usize {
    let Ok(mut terminal) = Terminal::new(FrameBackend::new(Writes::default(), Size::new(80, 3)))
    else {
        return usize::MAX;
    };
    let mut bytes = 0;
    for text in [before, after] {
        let drawn = terminal.draw(|frame| {
            frame.buffer_mut().set_string(0, 1, text, Style::new());
        });
        assert!(drawn.is_ok());
        bytes = terminal.backend().out().0.last().map_or(0, Vec::len);
    }
    bytes
}

#[test]
fn bytes_are_sent_for_what_changed_only() {
    // A move and the letters, nothing else.
    let more = cost("模型", "模型市场价格");
    assert!(more <= 6 + 12, "{more} bytes for four ideographs");
    let letter = cost("tok", "toke");
    assert!(letter <= 6 + 1, "{letter} bytes for a letter");
    let emoji = cost("", "👩a👩b");
    assert!(
        emoji >= 8 + 2 + 2 * 6,
        "after an emoji the cursor is put in its place: {emoji}"
    );
}

#[test]
fn what_was_on_the_screen_before_is_there_again_afterwards() {
    let mut emulator = emulator();
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
