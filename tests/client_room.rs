//! The client against fake relays: every era's shapes, every misbehaviour, every way an answer can end.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "client/catalogue.rs"]
mod catalogue;
#[path = "client/chat.rs"]
mod chat;
#[path = "client/console.rs"]
mod console;
#[path = "client/eras.rs"]
mod eras;
#[path = "client/fake.rs"]
mod fake;
