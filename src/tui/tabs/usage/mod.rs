//! What was spent: sums, a chart, a breakdown, and the receipts behind them.

mod chart;
pub mod detail;
pub mod places;
pub mod state;
pub mod update;
pub mod view;
