//! The keys of the account: listed, made, deleted.

pub mod detail;
pub mod state;
pub mod update;
pub mod view;
