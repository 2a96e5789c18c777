//! The terminal itself: what it is asked for, what comes from it, and leaving it as it was found.
//!
//! Not here: what is drawn, and what keys mean. What always holds: every mode that was switched on is switched off again,
//! whatever ends the program; a frame is one write; an idle dashboard makes no system call and sends no byte; the terminal
//! is asked once what it can do, and no answer is ever waited for.
//!
//! The parts in the order in which a program uses them: [`CrashReports`] and [`Signals`] first, so that nothing can end the
//! process while the terminal is in our hands; then [`Tty`] (or [`NoTerminal`], with words for the user), [`Screen`] and
//! [`Reader`]. The loop selects over signals, [`Input`], its own events, [`Drained`] and the deadline of the [`Pacer`]. At the
//! end the screen is restored before the crash reports are printed.

mod background;
mod canvas;
pub mod clipboard;
pub mod crash;
pub mod dialect;
mod editor;
pub mod guard;
pub mod input;
pub mod link;
pub mod outlet;
pub mod pacer;
pub mod probe;
pub mod screen;
pub mod signals;
pub mod tty;
pub mod writer;

pub use background::is_light;
pub use canvas::Canvas;
pub use clipboard::{Clipboard, CopyRefused, Copyable, Sent};
pub use crash::CrashReports;
pub use dialect::{Dialect, Scroll};
pub use editor::{Editing, EditorCommand};
pub use input::{Answer, Deed, Input, Pointer, Reader};
pub use link::{Link, LinkChoice};
pub use outlet::Drained;
pub use pacer::{Pacer, Urgency};
pub use probe::{Found, Probe};
pub use screen::Screen;
pub use signals::{Signal, Signals};
pub use tty::{NoTerminal, Tty};
pub use writer::Writer;
