//! The async task behind the dashboard: commands in, events out.
//!
//! It owns the client, the ledger and everything that waits; whoever stands at its [`door`] neither sees HTTP nor SQL.
//! What it needs from outside (profiles, secrets, the embedded relay) it asks of a [`host::Host`].

mod asks;
pub mod bringing;
pub mod clock;
mod command;
pub mod compare;
mod credential_door;
pub mod door;
mod event;
pub mod export;
pub mod figures;
pub mod handle;
pub mod host;
mod key_asks;
mod key_door;
pub mod keys;
mod list_door;
pub mod measured;
pub mod nodes;
mod noting;
mod offer_asks;
pub mod offers;
mod opening;
pub mod outbox;
pub mod pictures;
pub mod proof;
mod proving;
mod refreshes;
pub mod relays;
mod replies;
mod row_door;
pub mod session;
pub mod sessions;
mod settling;
pub mod spend;
mod task;
mod tool_asks;
pub mod tools;
pub mod turn;
mod usage;
mod wallet_asks;
mod wallet_door;

pub use task::spawn;
