//! Readers for `tests/words.rs`: of the catalogues of texts, and of the source that says them.

pub mod catalogue;
pub mod source;

#[path = "../support/tree.rs"]
pub mod tree;
