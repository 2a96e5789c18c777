//! The program that sent a request, by the name it gives itself, as receipts and sums hold it.

use crate::locale::say;

/// What this program calls itself; the requests of this home stand under it.
pub const OURS: &str = "relaydeck";

/// What requests of a relaydeck with another home stand under: it calls itself the same, and its spend is not this home's.
pub const OTHER_RELAYDECK: &str = "other-relaydeck";

/// A program's name for people.
pub fn shown(program: &str) -> &str {
    match program {
        OTHER_RELAYDECK => say!("program-other-relaydeck"),
        program => program,
    }
}
