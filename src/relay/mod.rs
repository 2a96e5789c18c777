//! The embedded relay: routes, authentication, metering, channels, built-in models and the store.
//!
//! [`start`] opens the database of a data folder, takes the folder's lock and an address, and serves until
//! [`Running::shutdown`]. A request's way through the room: [`serve`] → [`routes`] → [`inference`] → [`channels`] and
//! back, with money in [`book`] (memory) and [`store`] (file), and what is sold in [`catalog`].

mod answers;
mod app;
mod auth;
mod book;
pub mod builtin;
mod catalog;
mod channels;
mod clock;
mod error;
mod ids;
mod inference;
mod limiter;
mod live;
pub mod lock;
mod meter;
mod pages;
mod passwords;
mod protocol;
mod refusals;
mod routes;
mod rows;
mod running;
mod serve;
mod sessions;
mod settings;
mod sign;
mod store;
mod traffic;
pub mod translate;
mod unread;
pub mod upstream;
mod workers;

pub use app::Limits;
pub use clock::Clock;
pub use error::RelayError;
pub use running::{OwnerSecrets, RelayOptions, Running, start};
