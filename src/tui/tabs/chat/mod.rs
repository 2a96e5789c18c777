//! The chat: one conversation as it streams, with what every token costs.

pub mod banner;
pub mod input;
pub mod rows;
pub mod scroll;
pub mod state;
pub mod take_away;
pub mod transcript;
pub mod update;
pub mod view;
