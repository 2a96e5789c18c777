//! The groups of the relay, with their ratios.

pub mod state;
pub mod update;
pub mod view;
