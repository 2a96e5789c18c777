//! The model API: lists of models, and chat requests on their way to an upstream and back.
//!
//! In order: [`chat`] takes a request in, [`bill`] sets money aside, [`attempt`] finds an upstream that answers,
//! [`sieve`] watches what passes, [`answer`] streams it and settles before the client sees the end.

pub mod answer;
pub mod ask;
pub mod attempt;
pub mod bill;
pub mod binding;
pub mod body;
pub mod chat;
pub mod encoding;
pub mod gemini;
pub mod models;
pub mod note;
pub mod passage;
pub mod probe;
pub mod references;
pub mod sieve;
pub mod stored;
pub mod trouble;
pub mod unspoken;
pub mod way;
