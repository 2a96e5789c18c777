//! How well the groups of a relay have worked, from the ledger (S-30).

use crate::domain::UnixMillis;
use crate::domain::stability::Measured;
use crate::ledger::{Ledger, LedgerError};

/// How far back is looked: seven days.
const SPAN_MS: i64 = 7 * 24 * 60 * 60 * 1_000;
/// The newest requests tell enough, and a ledger of millions must not be read whole after every reply.
const MOST: u32 = 20_000;

/// Measures the groups of a profile by its requests of the last seven days.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn measure(
    ledger: &Ledger,
    profile: &str,
    now: UnixMillis,
) -> Result<Measured, LedgerError> {
    let since = UnixMillis(now.0.saturating_sub(SPAN_MS));
    let samples = ledger.samples(profile, since, MOST).await?;
    Ok(Measured::of(samples).with_marks(ledger.marks(profile).await?))
}
