//! How good answers were, as the user marked them (S-33): one mark a request, summed by group and model.

use rusqlite::{Connection, params};

use crate::domain::UnixMillis;
use crate::domain::stability::{Mark, Marks};

/// Writes a mark; it takes the place of an earlier one of the same request.
pub(super) fn put(
    db: &Connection,
    profile: &str,
    mark: &Mark,
    at: UnixMillis,
) -> rusqlite::Result<()> {
    if let Some(request_id) = &mark.request_id {
        db.prepare_cached("DELETE FROM marks WHERE profile = ?1 AND request_id = ?2")?
            .execute(params![profile, request_id])?;
    }
    db.prepare_cached(
        "INSERT INTO marks (profile, billing_group, model, at_ms, good, request_id)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        profile,
        mark.group,
        mark.model,
        at.0,
        mark.good,
        mark.request_id
    ])?;
    Ok(())
}

/// The marks of a profile: group, model, how many of each kind.
pub(super) fn sums(
    db: &Connection,
    profile: &str,
) -> rusqlite::Result<Vec<(String, String, Marks)>> {
    let mut statement = db.prepare_cached(
        "SELECT billing_group, model, sum(good), count(*) - sum(good) FROM marks
         WHERE profile = ?1 GROUP BY billing_group, model ORDER BY billing_group, model",
    )?;
    let rows = statement.query_map([profile], |row| {
        let marks = Marks {
            good: row.get::<_, i64>(2)?.unsigned_abs(),
            bad: row.get::<_, i64>(3)?.unsigned_abs(),
        };
        Ok((row.get(0)?, row.get(1)?, marks))
    })?;
    rows.collect()
}
