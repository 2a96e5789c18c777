//! Metering: what a request used, read from the answer as it passes, or counted where nobody says.

pub mod count;
pub mod lines;
pub mod tally;
pub mod text;
pub mod usage;
