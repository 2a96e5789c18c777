//! The client against fake relays: every era's shapes, every misbehaviour, every way an answer can end.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "client/bill.rs"]
mod bill;
#[path = "client/catalogue.rs"]
mod catalogue;
#[path = "client/chat.rs"]
mod chat;
#[path = "client/console.rs"]
mod console;
#[path = "client/cuts.rs"]
mod cuts;
#[path = "client/eras.rs"]
mod eras;
#[path = "client/fake.rs"]
mod fake;
#[path = "client/gateways.rs"]
mod gateways;
#[path = "client/key_changes.rs"]
mod key_changes;
#[path = "client/login.rs"]
mod login;
#[path = "client/misbehaviour.rs"]
mod misbehaviour;
#[path = "client/owner.rs"]
mod owner;
#[path = "client/wallet.rs"]
mod wallet;
