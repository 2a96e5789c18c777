//! The dashboard.

pub mod text;
pub mod theme;
