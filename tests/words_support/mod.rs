//! Readers for `tests/words.rs`: of the catalogues of texts, and of the source that says them.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

pub mod catalogue;
pub mod source;

#[path = "../support/tree.rs"]
pub mod tree;
