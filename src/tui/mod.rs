//! The dashboard.

pub mod keymap;
pub mod text;
pub mod theme;
