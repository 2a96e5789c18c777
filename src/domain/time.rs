//! Points in time as plain integers. Nothing here reads a clock; whoever has one passes the value in.

use serde::{Deserialize, Serialize};

/// How long something took, in a unit that suits it: `810 ms`, `1.31 s`, `41.2 s`.
pub fn took(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..10_000 => format!("{}.{:02} s", ms / 1_000, ms % 1_000 / 10),
        _ => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
    }
}

/// Seconds since 1970, UTC: the unit of the New API protocol.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixSeconds(pub i64);

/// Milliseconds since 1970, UTC: the unit of the ledger and of every latency.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct UnixMillis(pub i64);

impl UnixMillis {
    /// The whole second this millisecond lies in.
    pub const fn seconds(self) -> UnixSeconds {
        UnixSeconds(self.0.div_euclid(1000))
    }

    /// Milliseconds from an earlier point to this one; 0 when the clock went backwards.
    pub const fn since(self, earlier: UnixMillis) -> u64 {
        let gap = self.0.saturating_sub(earlier.0);
        if gap < 0 { 0 } else { gap as u64 }
    }
}

impl UnixSeconds {
    /// The same point in milliseconds.
    pub const fn millis(self) -> UnixMillis {
        UnixMillis(self.0.saturating_mul(1000))
    }
}
