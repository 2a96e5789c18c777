//! The built-in models as the relay meets them: what they put on the wire, when, and what they refuse.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "builtin/faults.rs"]
mod faults;
#[path = "builtin/probe.rs"]
mod probe;
#[path = "builtin/refusals.rs"]
mod refusals;
#[path = "builtin/streams.rs"]
mod streams;
