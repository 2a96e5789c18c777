//! The marketplace: every model of the relay with its price in each group.

pub mod detail;
pub mod facet;
pub mod ranking;
pub mod state;
pub mod update;
pub mod view;
