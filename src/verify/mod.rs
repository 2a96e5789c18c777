//! Proof and diagnosis: the ladder that finds what is wrong, the three tests that show what works, and the checklist.
//!
//! Everything here is planned first, run through a [`Door`](door::Door) that tests can replace, and judged by functions
//! that do nothing else. What is said is evidence with its measure, never a verdict on anybody; what costs money says
//! the most it can cost before it is sent.

pub mod checklist;
pub mod choice;
pub mod door;
pub mod evidence;
pub mod judge;
pub mod ladder;
pub mod needles;
pub mod plan;
pub mod report;
pub mod trials;
pub mod workflow;

mod climb;
mod mending;
mod model_rungs;
