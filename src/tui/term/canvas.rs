//! What a frame is drawn on: ratatui's terminal with nothing behind it, so that what comes out is a whole buffer and a place
//! for the cursor, and no bytes. Those are the writer's business.

use std::convert::Infallible;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

/// A sheet of cells to draw frames on.
#[derive(Debug)]
pub struct Canvas {
    /// Without sheets of its own: it lends its frame to whoever draws, and finds nothing to compare afterwards.
    terminal: Terminal<Easel>,
    drawn: Buffer,
}

impl Canvas {
    /// An empty one of this size.
    pub fn new(size: Size) -> Self {
        let area = Rect::from((Position::ORIGIN, size));
        let options = TerminalOptions {
            viewport: Viewport::Fixed(area),
        };
        // An easel never fails, so the type of its error has no value.
        let mut terminal = Terminal::with_options(Easel::default(), options)
            .unwrap_or_else(|never| match never {});
        for _ in 0..2 {
            *terminal.current_buffer_mut() = Buffer::default();
            terminal.swap_buffers();
        }
        let drawn = Buffer::empty(area);
        Self { terminal, drawn }
    }

    /// The next frame has another size.
    pub fn resize(&mut self, size: Size) {
        *self = Self::new(size);
    }

    /// Draws a frame: every cell of it, and where the cursor is to be seen, if it is.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> (&Buffer, Option<Position>) {
        let drawn = &mut self.drawn;
        drawn.reset();
        let done = self.terminal.draw(|frame| {
            std::mem::swap(frame.buffer_mut(), drawn);
            view(frame);
            std::mem::swap(frame.buffer_mut(), drawn);
        });
        if let Err(never) = done {
            match never {}
        }
        (&self.drawn, self.terminal.backend().cursor)
    }
}

/// A backend that remembers the cursor and forgets the rest.
#[derive(Debug, Default)]
struct Easel {
    cursor: Option<Position>,
}

impl Backend for Easel {
    type Error = Infallible;

    fn draw<'a, I>(&mut self, _content: I) -> Result<(), Infallible>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        Ok(())
    }

    fn hide_cursor(&mut self) -> Result<(), Infallible> {
        self.cursor = None;
        Ok(())
    }

    fn show_cursor(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn get_cursor_position(&mut self) -> Result<Position, Infallible> {
        Ok(self.cursor.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), Infallible> {
        self.cursor = Some(position.into());
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Infallible> {
        Ok(())
    }

    fn clear_region(&mut self, _region: ClearType) -> Result<(), Infallible> {
        Ok(())
    }

    fn size(&self) -> Result<Size, Infallible> {
        Ok(Size::default())
    }

    fn window_size(&mut self) -> Result<WindowSize, Infallible> {
        Ok(WindowSize {
            columns_rows: Size::default(),
            pixels: Size::default(),
        })
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_out_whole_and_nothing_of_it_is_in_the_next() {
        let mut canvas = Canvas::new(Size::new(8, 2));
        let (drawn, cursor) = canvas.draw(|frame| {
            frame.render_widget("first", frame.area());
            frame.set_cursor_position((3, 1));
        });
        assert_eq!(drawn, &Buffer::with_lines(["first   ", "        "]));
        assert_eq!(cursor, Some(Position::new(3, 1)));
        let (drawn, cursor) = canvas.draw(|frame| frame.render_widget("2", frame.area()));
        assert_eq!(drawn, &Buffer::with_lines(["2       ", "        "]));
        assert_eq!(cursor, None);
        canvas.resize(Size::new(4, 1));
        let (drawn, _) = canvas.draw(|frame| frame.render_widget("third", frame.area()));
        assert_eq!(drawn, &Buffer::with_lines(["thir"]));
    }
}
