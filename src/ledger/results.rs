//! Results of tests: written once, read newest first (S-84).

use rusqlite::{Connection, named_params, params};

use super::row::{millis, nanos, read_millis, read_money};
use super::words::{read_word, word};
use crate::domain::key::mask;
use crate::domain::test_result::TestResult;
use crate::domain::{Cost, UnixMillis};

/// Writes a result; answers its number.
pub(super) fn note(db: &Connection, result: &TestResult) -> rusqlite::Result<i64> {
    db.prepare_cached(
        "INSERT INTO test_results (profile, relay, at_ms, test, model, grp, key_masked, passed, summary, requests,
            cost_nanos, cost_basis, first_ms, total_ms, detail)
         VALUES (:profile, :relay, :at, :test, :model, :group, :key, :passed, :summary, :requests, :cost, :basis, :first,
            :total, :detail)",
    )?
    .insert(named_params! {
        ":profile": result.profile,
        ":relay": result.relay,
        ":at": result.at.0,
        ":test": word(&result.test)?,
        ":model": result.model,
        ":group": result.group,
        ":key": mask(&result.key_masked),
        ":passed": result.passed,
        ":summary": result.summary,
        ":requests": result.requests,
        ":cost": nanos(result.cost.amount),
        ":basis": word(&result.cost.basis)?,
        ":first": millis(result.first_ms),
        ":total": millis(result.total_ms),
        ":detail": result.detail,
    })
}

/// The latest results of a profile, newest first.
pub(super) fn list(
    db: &Connection,
    profile: &str,
    limit: u32,
) -> rusqlite::Result<Vec<TestResult>> {
    let mut rows = db.prepare_cached(
        "SELECT profile, relay, at_ms, test, model, grp, key_masked, passed, summary, requests, cost_nanos, cost_basis,
            first_ms, total_ms, detail
         FROM test_results WHERE profile = ?1 ORDER BY id DESC LIMIT ?2",
    )?;
    let rows = rows.query_map(params![profile, limit], |row| {
        Ok(TestResult {
            profile: row.get(0)?,
            relay: row.get(1)?,
            at: UnixMillis(row.get(2)?),
            test: read_word(3, row.get_ref(3)?.as_str()?)?,
            model: row.get(4)?,
            group: row.get(5)?,
            key_masked: row.get(6)?,
            passed: row.get(7)?,
            summary: row.get(8)?,
            requests: row.get(9)?,
            cost: Cost {
                amount: read_money(row, 10)?,
                basis: read_word(11, row.get_ref(11)?.as_str()?)?,
            },
            first_ms: read_millis(row, 12)?,
            total_ms: read_millis(row, 13)?,
            detail: row.get(14)?,
        })
    })?;
    rows.collect()
}
