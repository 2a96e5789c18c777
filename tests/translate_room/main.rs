//! The translation between dialects, as a whole: requests there and back, answers and streams as SDKs check them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's helper fails by panicking"
)]

mod answers;
mod claude;
mod client;
mod gemini;
mod hostile;
mod requests;
mod round_trip;
mod streams;
mod support;
