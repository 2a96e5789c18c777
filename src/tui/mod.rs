//! The dashboard: a model, what changes it, and what is drawn of it.
//!
//! [`update::update`] takes one message into the [`model::Model`] and says what the world is asked for; [`view::view`] draws
//! the model; [`layout::layout`] says to both where everything stands. None of them does I/O, reads a clock or draws lots.
//! The dashboard knows the engine's door and the domain, and nothing of HTTP, SQL or configuration.

mod advice;
pub mod columns;
pub mod doors;
pub mod draw;
pub mod edit;
pub mod effect;
mod figures;
pub mod filtered;
pub mod fuzzy;
pub mod keymap;
pub mod layout;
pub mod list;
pub mod model;
pub mod msg;
pub mod order;
pub mod overlay;
pub mod purse;
pub mod relay;
pub mod remote;
mod run;
mod save;
pub mod start;
pub mod tabs;
pub mod term;
pub mod text;
pub mod theme;
pub mod update;
pub mod view;
pub mod words;

pub use start::{Options, Outcome, TuiError, run, run_on};
