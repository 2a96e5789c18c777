//! What goes straight through the relay in a protocol of its own, and what each kind of channel is called with.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../relay_support/mod.rs"]
mod relay_support;

mod auto_groups;
mod choice;
mod embeddings;
mod fake;
mod gemini;
mod gone;
mod groups;
mod headers;
mod hostile;
mod life;
mod references;
mod responses;
mod stored;
