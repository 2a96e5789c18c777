//! The terminal itself: what it is asked for, what comes from it, and leaving it as it was found.

pub mod backend;
pub mod clipboard;
pub mod crash;
pub mod guard;
pub mod input;
pub mod link;
pub mod outlet;
pub mod pacer;
pub mod screen;
pub mod signals;
pub mod tty;

pub use clipboard::{Clipboard, CopyRefused, Copyable, Sent};
pub use crash::CrashReports;
pub use input::{Input, Reader};
pub use link::{Link, LinkChoice};
pub use outlet::Drained;
pub use pacer::{Pacer, Urgency};
pub use screen::Screen;
pub use signals::{Signal, Signals};
pub use tty::{NoTerminal, Tty};
