//! What is done with receipts, as SQL: each function one question or one change inside a transaction.

use std::collections::HashSet;

use rusqlite::{
    Connection, OptionalExtension, Transaction, named_params, params, params_from_iter,
    types::Value,
};

use super::row::{self, COLUMNS, all_tokens, millis, nanos, tokens};
use super::usage::DISPUTED;
use super::values::{Bill, Ending, Outcome, Progress, ReceiptFilter, RunningTotals, Totals};
use super::words::word;
use crate::domain::{Money, Receipt, UnixMillis};

/// A sum of best figures could overflow 64 bits when a relay's log holds nonsense, so halves are summed apart.
/// The best figure is the relay's bill, else what is expected ([`Receipt::cost`]).
const SUMS: &str = "coalesce(sum(coalesce(charged_nanos, expected_nanos) / 1000000000), 0), \
    coalesce(sum(coalesce(charged_nanos, expected_nanos) % 1000000000), 0), \
    coalesce(sum(tokens >> 32), 0), coalesce(sum(tokens & 4294967295), 0), count(*)";

/// Writes how far a request has come; one that is not running any more, or that the relay's log has told of, stays as it is.
pub(super) fn progress(db: &Connection, id: i64, progress: &Progress) -> rusqlite::Result<()> {
    let counted = progress.counted;
    db.prepare_cached(
        "UPDATE receipts SET counted_input = :input, counted_cache_read = :read, counted_cache_write = :write,
            counted_output = :output, tokens = :tokens, expected_nanos = :expected, expected_basis = 'estimated', first_ms = :first,
            request_id = coalesce(:request_id, request_id)
         WHERE id = :id AND state = 'sent' AND reported_input IS NULL",
    )?
    .execute(named_params! {
        ":id": id,
        ":input": tokens(counted.input),
        ":read": tokens(counted.cache_read),
        ":write": tokens(counted.cache_write),
        ":output": tokens(counted.output),
        ":tokens": all_tokens(counted),
        ":expected": nanos(progress.expected),
        ":first": millis(progress.first_ms),
        ":request_id": progress.request_id,
    })
    .map(drop)
}

/// Writes the end of a request; says whether there was one to end. One that was called interrupted may still end.
pub(super) fn end(db: &Connection, id: i64, outcome: &Outcome) -> rusqlite::Result<bool> {
    let (counted, reported) = (outcome.counted, outcome.reported);
    let reported =
        |part: fn(crate::domain::Usage) -> u64| reported.map(|usage| tokens(part(usage)));
    let changed = db
        .prepare_cached(
            "UPDATE receipts SET state = :state, run = NULL, model_echoed = :echoed,
                counted_input = :input, counted_cache_read = :read, counted_cache_write = :write,
                counted_output = :output, reported_input = :r_input, reported_cache_read = :r_read,
                reported_cache_write = :r_write, reported_output = :r_output, tokens = :tokens, expected_nanos = :expected,
                expected_basis = :basis, finish = :finish, fault = :fault, status = :status,
                request_id = coalesce(:request_id, request_id), first_ms = :first, total_ms = :total
             WHERE id = :id AND state IN ('sent', 'interrupted')",
        )?
        .execute(named_params! {
            ":id": id,
            ":state": match outcome.how {
                Ending::Ended => "ended",
                Ending::Failed => "failed",
            },
            ":echoed": outcome.model_echoed,
            ":input": tokens(counted.input),
            ":read": tokens(counted.cache_read),
            ":write": tokens(counted.cache_write),
            ":output": tokens(counted.output),
            ":r_input": reported(|usage| usage.input),
            ":r_read": reported(|usage| usage.cache_read),
            ":r_write": reported(|usage| usage.cache_write),
            ":r_output": reported(|usage| usage.output),
            ":tokens": all_tokens(outcome.reported.unwrap_or(counted)),
            ":expected": nanos(outcome.expected),
            ":basis": word(&outcome.expected_basis)?,
            ":finish": outcome.finish.as_ref().map(word).transpose()?,
            ":fault": outcome.fault.as_ref().map(word).transpose()?,
            ":status": outcome.status,
            ":request_id": outcome.request_id,
            ":first": millis(outcome.first_ms),
            ":total": millis(outcome.total_ms),
        })?;
    Ok(changed > 0)
}

/// Writes what the relay charged; says whether there was such a receipt. A later bill takes the place of an earlier one.
pub(super) fn settle(db: &Connection, id: i64, bill: &Bill) -> rusqlite::Result<bool> {
    let changed = db
        .prepare_cached(
            "UPDATE receipts SET charged_nanos = ?2, billing_group = coalesce(?3, billing_group),
                request_id = coalesce(request_id, ?4) WHERE id = ?1",
        )?
        .execute(params![
            id,
            bill.charged.nanos(),
            bill.group,
            bill.request_id
        ])?;
    Ok(changed > 0)
}

/// Calls the requests of one run interrupted.
pub(super) fn interrupt(db: &Transaction<'_>, run: &str) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE receipts SET state = 'interrupted', run = NULL WHERE state = 'sent' AND run = ?1",
    )?
    .execute([run])
    .map(drop)
}

/// Calls the requests of all other runs interrupted; says how many there were.
pub(super) fn interrupt_all_but(
    db: &Transaction<'_>,
    alive: &HashSet<String>,
) -> rusqlite::Result<usize> {
    let mut interrupted = 0;
    for run in waiting_runs(db)? {
        if run.as_ref().is_none_or(|run| !alive.contains(run)) {
            interrupted += db.execute(
                "UPDATE receipts SET state = 'interrupted', run = NULL WHERE state = 'sent' AND run IS ?1",
                [run],
            )?;
        }
    }
    Ok(interrupted)
}

fn waiting_runs(db: &Transaction<'_>) -> rusqlite::Result<Vec<Option<String>>> {
    db.prepare("SELECT DISTINCT run FROM receipts WHERE state = 'sent'")?
        .query_map([], |row| row.get(0))?
        .collect()
}

/// One receipt.
pub(super) fn one(db: &Connection, id: i64) -> rusqlite::Result<Option<Receipt>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM receipts WHERE id = ?1"))?
        .query_row([id], row::read)
        .optional()
}

/// The receipts a filter lets through, newest first.
pub(super) fn list(db: &Connection, filter: &ReceiptFilter) -> rusqlite::Result<Vec<Receipt>> {
    let (sql, values) = list_query(filter);
    db.prepare_cached(&sql)?
        .query_map(params_from_iter(values), row::read)?
        .collect()
}

/// Only the conditions that are asked for stand in the statement: `x IS NULL OR …` would keep it off the indexes.
fn list_query(filter: &ReceiptFilter) -> (String, Vec<Value>) {
    let conditions = [
        ("profile = ", filter.profile.clone().map(Value::from)),
        ("model = ", filter.model.clone().map(Value::from)),
        ("key_masked = ", filter.key_masked.clone().map(Value::from)),
        (
            "sent_ms >= ",
            filter.since.map(|since| Value::from(since.0)),
        ),
        ("sent_ms < ", filter.until.map(|until| Value::from(until.0))),
    ];
    let (mut said, mut values) = (Vec::new(), Vec::new());
    for (condition, value) in conditions {
        if let Some(value) = value {
            values.push(value);
            said.push(format!("{condition}?{}", values.len()));
        }
    }
    if let Some((sent, id)) = filter.after {
        values.extend([Value::from(sent.0), Value::from(id.0)]);
        let (sent, id) = (values.len() - 1, values.len());
        said.push(format!("(sent_ms, id) < (?{sent}, ?{id})"));
    }
    if filter.disputed {
        said.push(DISPUTED.to_owned());
    }
    let mut sql = format!("SELECT {COLUMNS} FROM receipts");
    if !said.is_empty() {
        sql.push_str(" WHERE ");
        sql.push_str(&said.join(" AND "));
    }
    sql.push_str(&format!(
        " ORDER BY sent_ms DESC, id DESC LIMIT {}",
        filter.limit
    ));
    (sql, values)
}

const UNSETTLED: &str = "WHERE profile = ?1 AND sent_ms >= ?2 AND charged_nanos IS NULL \
    AND state IN ('ended', 'interrupted') ORDER BY sent_ms DESC, id DESC LIMIT ?3";

/// Receipts that the relay's log may still settle, newest first.
pub(super) fn unsettled(
    db: &Connection,
    profile: &str,
    since: UnixMillis,
    limit: u32,
) -> rusqlite::Result<Vec<Receipt>> {
    db.prepare_cached(&format!("SELECT {COLUMNS} FROM receipts {UNSETTLED}"))?
        .query_map(params![profile, since.0, limit], row::read)?
        .collect()
}

/// The sums since a point in time, over one profile or all.
pub(super) fn totals(
    db: &Connection,
    run: &str,
    profile: Option<&str>,
    since: UnixMillis,
) -> rusqlite::Result<Totals> {
    let (all_sql, running_sql) = totals_query(profile.is_some());
    let mut values = vec![Value::from(since.0)];
    values.extend(profile.map(|profile| Value::from(profile.to_owned())));
    let (sums, unknown) = db
        .prepare_cached(&all_sql)?
        .query_row(params_from_iter(&values), |row| {
            Ok((read_sums(row)?, row.get::<_, i64>(5)?))
        })?;
    let estimated = db
        .prepare_cached(&estimated_query(profile.is_some()))?
        .query_row(params_from_iter(&values), |row| row.get(0))?;
    values.push(Value::from(run.to_owned()));
    let running = db
        .prepare_cached(&running_sql)?
        .query_row(params_from_iter(&values), read_sums)?;
    Ok(Totals {
        spent: sums.spent,
        estimated,
        unknown: unknown.max(0) as u64,
        tokens: sums.tokens,
        requests: sums.requests,
        running,
    })
}

/// The sums over all, and over what this run waits for: of those there are few, so their own index is told to serve (`+`).
fn totals_query(of_profile: bool) -> (String, String) {
    let (profile, plus_profile, run) = match of_profile {
        true => (" AND profile = ?2", " AND +profile = ?2", "?3"),
        false => ("", "", "?2"),
    };
    (
        format!(
            "SELECT {SUMS}, count(*) FILTER (WHERE state IN ('ended', 'interrupted')
                AND charged_nanos IS NULL AND expected_nanos IS NULL)
             FROM receipts WHERE sent_ms >= ?1{profile}"
        ),
        format!(
            "SELECT {SUMS} FROM receipts
             WHERE +sent_ms >= ?1{plus_profile} AND state = 'sent' AND run = {run}"
        ),
    )
}

/// Whether any cost in the sums is an estimate. What is settled or costs nothing is told apart in the index already.
fn estimated_query(of_profile: bool) -> String {
    let profile = if of_profile { " AND profile = ?2" } else { "" };
    format!(
        "SELECT EXISTS (SELECT 1 FROM receipts WHERE sent_ms >= ?1{profile} AND charged_nanos IS NULL
            AND expected_nanos > 0 AND expected_basis = 'estimated')"
    )
}

fn read_sums(row: &rusqlite::Row<'_>) -> rusqlite::Result<RunningTotals> {
    let wide = |column: usize| row.get::<_, i64>(column).map(i128::from);
    let spent = wide(0)? * 1_000_000_000 + wide(1)?;
    let tokens = (wide(2)? << 32) + wide(3)?;
    Ok(RunningTotals {
        spent: Money::from_wide_nanos(spent),
        tokens: u64::try_from(tokens).unwrap_or(u64::MAX),
        requests: row.get::<_, i64>(4)?.max(0) as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What SQLite means to do, a line a step.
    fn plan(db: &Connection, sql: &str) -> String {
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let blanks = vec![Value::Null; statement.parameter_count()];
        let steps: Vec<String> = statement
            .query_map(params_from_iter(blanks), |row| row.get(3))
            .unwrap()
            .collect::<rusqlite::Result<_>>()
            .unwrap();
        steps.join("\n")
    }

    #[test]
    fn every_question_is_answered_from_an_index() {
        let home = tempfile::tempdir().unwrap();
        let db = super::super::opening::open(&home.path().join("ledger.db")).unwrap();

        for of_profile in [true, false] {
            let estimated = plan(&db, &estimated_query(of_profile));
            assert!(
                estimated.contains("SEARCH receipts USING INDEX"),
                "{estimated}"
            );
            let (all, running) = totals_query(of_profile);
            let all = plan(&db, &all);
            assert!(
                all.contains("SEARCH receipts USING COVERING INDEX"),
                "{all}"
            );
            let running = plan(&db, &running);
            assert!(
                running.contains("USING INDEX receipts_running (run=?)"),
                "{running}"
            );
        }
        let unsettled = plan(&db, &format!("SELECT {COLUMNS} FROM receipts {UNSETTLED}"));
        assert!(
            unsettled.contains("USING INDEX receipts_unsettled"),
            "{unsettled}"
        );
        for dead in ["run = ?1", "run IS ?1"] {
            let dead = plan(
                &db,
                &format!("UPDATE receipts SET run = NULL WHERE state = 'sent' AND {dead}"),
            );
            assert!(dead.contains("INDEX receipts_running (run=?)"), "{dead}");
        }

        let some = |text: &str| Some(text.to_owned());
        let disputed = ReceiptFilter {
            profile: some("p"),
            since: Some(UnixMillis(5)),
            disputed: true,
            ..ReceiptFilter::default()
        };
        let steps = plan(&db, &list_query(&disputed).0);
        assert!(steps.contains("INDEX receipts_disputed"), "{steps}");
        let time = Some(UnixMillis(5));
        for (profile, model, since, index) in [
            (some("p"), None, None, "receipts_by_profile (profile=?)"),
            (
                some("p"),
                None,
                time,
                "receipts_by_profile (profile=? AND sent_ms>?)",
            ),
            (None, None, time, "receipts_by_time (sent_ms>?)"),
            (None, some("m"), None, "receipts_by_model (model=?)"),
            (None, None, None, "receipts_by_time"),
        ] {
            let filter = ReceiptFilter {
                profile,
                model,
                since,
                ..ReceiptFilter::default()
            };
            let steps = plan(&db, &list_query(&filter).0);
            assert!(steps.contains(index), "{filter:?}: {steps}");
            assert!(
                !steps.contains("TEMP B-TREE"),
                "{filter:?} is sorted anew: {steps}"
            );
        }
    }
}
