//! The chat: one conversation as it streams, with what every token costs, and the kept ones beside it.

pub mod banner;
pub mod earlier;
pub mod input;
mod mark;
pub mod rows;
pub mod scroll;
pub mod sessions;
pub mod side;
pub mod state;
pub mod take_away;
pub mod transcript;
pub mod update;
pub mod view;
