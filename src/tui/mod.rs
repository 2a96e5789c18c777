//! The dashboard.

pub mod keymap;
pub mod term;
pub mod text;
pub mod theme;
