//! The tests, the diagnosis ladder, the checklist and the history, run and shown in one place.

pub mod rows;
pub mod state;
pub mod update;
pub mod view;
