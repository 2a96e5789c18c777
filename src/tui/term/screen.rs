//! The screen as the loop sees it: drawn on, resized, left for a pause, given back.

use std::io::{self, Write};
use std::time::Duration;

use ratatui::Frame;
use ratatui::layout::Size;

use super::canvas::Canvas;
use super::dialect::Dialect;
use super::guard::{Guard, KEYBOARD, MOUSE};
use super::outlet::{Drained, Outlet};
use super::probe::{Found, Probe, QUESTIONS};
use super::signals;
use super::tty::Tty;
use super::writer::Writer;

/// How long the last frame may take before the terminal is given back without it.
const PATIENCE: Duration = Duration::from_millis(500);

/// The terminal, ours to draw on. Dropping it gives it back.
#[derive(Debug)]
pub struct Screen {
    canvas: Canvas,
    writer: Writer,
    outlet: Outlet,
    drained: Drained,
    guard: Guard,
    tty: Tty,
    size: Size,
}

impl Screen {
    /// Takes the terminal over. Signals should be listened to before, so that none can end the process in between.
    ///
    /// # Errors
    /// What the system says; the terminal is then as it was.
    pub fn open(tty: Tty, dialect: Dialect) -> io::Result<Self> {
        let ours = tty.try_clone()?;
        let outlet = Outlet::start(ours.output.try_clone()?)?;
        let drained = outlet.drained();
        let size = tty.size();
        let guard = Guard::enter(ours.input, ours.output)?;
        Ok(Self {
            canvas: Canvas::new(size),
            writer: Writer::new(size, dialect),
            outlet,
            drained,
            guard,
            tty,
            size,
        })
    }

    /// Puts the questions about the terminal before the first frame; says whether it was asked.
    ///
    /// # Errors
    /// Never: nothing is sent before the frame is.
    pub fn ask(&mut self, term: &str) -> io::Result<bool> {
        let may = Probe::may_ask(term, self.size.height);
        if may {
            self.outlet.write_all(QUESTIONS)?;
        }
        Ok(may)
    }

    /// Takes in what the terminal can do.
    ///
    /// # Errors
    /// When the terminal takes no more.
    pub fn learn(&mut self, found: &Found) -> io::Result<()> {
        let dialect = found.improve(self.writer.dialect());
        self.writer.set_dialect(dialect);
        if found.keyboard {
            let on = self.guard.switch_on(&KEYBOARD);
            self.send(on)?;
        }
        Ok(())
    }

    /// Listens to the mouse from the next frame on.
    ///
    /// # Errors
    /// Never: nothing is sent before the frame is.
    pub fn use_mouse(&mut self) -> io::Result<()> {
        self.outlet.write_all(self.guard.switch_on(&MOUSE))
    }

    /// Draws a frame and hands what changed to the terminal, in one piece; nothing where nothing changed. While the terminal
    /// is not ours, nothing is drawn: it would end up among what the shell shows.
    ///
    /// # Errors
    /// When the terminal takes no more; it is gone then.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if !self.guard.is_entered() {
            return Ok(());
        }
        let (drawn, cursor) = self.canvas.draw(view);
        let frame = self.writer.frame(drawn, cursor);
        self.outlet.write_all(frame)?;
        self.outlet.flush()
    }

    /// Tells when the terminal has taken everything: the time for the next frame.
    pub fn drained(&self) -> Drained {
        self.drained.clone()
    }

    /// The size frames are drawn for.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Asks the terminal for its size, which may have changed; the next frame is drawn for it, whole.
    pub fn resize(&mut self) -> Size {
        if self.tty.size() != self.size {
            self.repaint();
        }
        self.size
    }

    /// The next frame is drawn whole, for the size the terminal has now: something else has written on it.
    pub fn repaint(&mut self) {
        self.size = self.tty.size();
        self.canvas.resize(self.size);
        self.writer.reset(self.size);
    }

    /// Sends bytes that are no frame, such as a clipboard sequence; nothing while the terminal is not ours.
    ///
    /// # Errors
    /// When the terminal takes no more.
    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        if !self.guard.is_entered() {
            return Ok(());
        }
        self.outlet.write_all(bytes)?;
        self.outlet.flush()
    }

    /// Shows a text on the terminal's first screen, as it is, until [`Screen::cover`].
    ///
    /// # Errors
    /// When the terminal takes no more.
    pub fn uncover(&mut self, text: &str) -> io::Result<()> {
        // A frame that is half written would end up beside the text.
        self.drained.wait_blocking(PATIENCE);
        self.guard.uncover();
        self.outlet
            .write_all(text.replace('\n', "\r\n").as_bytes())?;
        self.outlet.flush()
    }

    /// Takes the screen over again after [`Screen::uncover`]; the next frame is drawn whole.
    ///
    /// # Errors
    /// When the terminal takes no more.
    pub fn cover(&mut self) -> io::Result<()> {
        let modes = self.guard.cover();
        self.outlet.write_all(&modes)?;
        self.repaint();
        Ok(())
    }

    /// Gives the terminal back and stops the process until the shell says `fg`. Then [`super::signals::Signal::Resumed`]
    /// comes, to be answered by [`Screen::resume`].
    ///
    /// # Errors
    /// What the system says; the terminal is restored in any case.
    pub fn pause(&mut self) -> io::Result<()> {
        self.restore();
        signals::pause()
    }

    /// Gives the terminal to another program of ours; [`Screen::resume`] takes it over again.
    ///
    /// # Errors
    /// When there are no more file descriptors; the terminal is restored in any case.
    pub fn lend(&mut self) -> io::Result<Tty> {
        self.restore();
        self.tty.try_clone()
    }

    /// Takes the terminal over again after a pause, whoever asked for it; the next frame is drawn whole.
    ///
    /// # Errors
    /// What the system says.
    pub fn resume(&mut self) -> io::Result<()> {
        self.guard.retake()?;
        self.repaint();
        Ok(())
    }

    /// Gives the terminal back as it was found. A second time changes nothing.
    pub fn restore(&mut self) {
        // A frame that is half written would end up on the first screen.
        self.drained.wait_blocking(PATIENCE);
        self.guard.restore();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.restore();
    }
}
