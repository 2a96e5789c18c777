//! The groups of the relay, with their ratios and how well each has worked.

pub mod detail;
pub mod state;
pub mod support;
pub mod update;
pub mod view;
