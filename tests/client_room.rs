//! The client against fake relays: every era's shapes, every misbehaviour, every way an answer can end.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "client/chat.rs"]
mod chat;
#[allow(dead_code)]
#[path = "client/fake.rs"]
mod fake;
