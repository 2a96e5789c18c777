//! The command line: one file a sub-command; builds everything and hands it over.

pub mod args;
pub mod output;
