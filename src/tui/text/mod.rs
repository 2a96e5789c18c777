//! Text as it meets the screen: cleaned, measured, cut, wrapped, and Markdown made into rows.
//!
//! One function measures ([`width`]), and everything that lays text out uses it; it agrees with what ratatui puts into
//! cells. Whatever comes from outside goes through [`sanitize`] before it reaches a cell, a title or the clipboard.

mod breaks;
mod code;
mod cut;
mod document;
mod emphasis;
mod markdown;
mod ruler;
mod sanitize;
mod segment;
mod table;
mod width;
mod wrap;

pub use cut::{Align, fit, truncate, truncate_start};
pub use document::Document;
pub use ruler::Ruler;
pub use sanitize::{Breaks, Sanitizer, sanitize};
pub use width::{grapheme_width, width};
pub use wrap::{Wrap, wrap, wrap_spans, wrap_text};
