//! The embedded relay: routes, authentication, metering, channels, built-in models and the store.

pub mod builtin;
pub mod translate;
pub mod upstream;
