//! Third-party tools: what each would really use, setting it up and back; samples of code and links for apps below them.

pub mod state;
pub mod update;
pub mod view;
