//! The requests of an account, from the log of our own relay, which says what program sent each. The log cannot say
//! which of them are this home's own: another relaydeck goes by the same name. The ledger knows.

use serde_json::Value;

use super::RelayClient;
use super::charge::{Charge, charge};
use crate::domain::{Fault, LogMark, Money, QuotaUnits, UnixMillis, UnixSeconds};
use crate::locale::say;
use crate::wire::new_api::LogRow;
use crate::wire::plain::one_line;

/// A request, as the relay's log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedRequest {
    /// What it was charged, and for what.
    pub charge: Charge,
    /// The exact name of the model.
    pub model: String,
    /// The program that sent it, by its own word.
    pub tool: String,
    /// When it was sent, to the second.
    pub sent: UnixMillis,
    /// Milliseconds to the first part, where the log says.
    pub first_ms: Option<u64>,
    /// Milliseconds from sending to the end, to the second.
    pub total_ms: u64,
    /// Whether the answer broke off.
    pub broken: bool,
}

/// One page of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogPage {
    /// The requests on it that say what program sent them, newest first.
    pub requests: Vec<LoggedRequest>,
    /// Its newest row; rows after it are new the next time.
    pub newest: LogMark,
    /// The number of its oldest row; `None` on an empty page.
    pub oldest: Option<i64>,
    /// Whether the next page may hold rows that are wanted.
    pub more: bool,
    /// Whether the row that was read last is not in this log: it is another log, to be read from its beginning.
    pub another: bool,
}

impl RelayClient {
    /// A page of the log, counted from 1 and newest first, as far as rows are newer than `after`. Only our own relay says what
    /// program sent a request (`contract/new-api.md` 7.1 has no such member): others are not asked, and have nothing new.
    ///
    /// # Errors
    /// `Unsupported` without an access token; otherwise what the relay's refusal means.
    pub async fn logged_requests(&self, page: usize, after: &LogMark) -> Result<LogPage, Fault> {
        self.needs_token(say!("what-log"))?;
        if !self.site().await?.is_some_and(|site| site.ours) {
            return Ok(LogPage {
                newest: after.clone(),
                ..LogPage::default()
            });
        }
        let scale = self.scale().await?;
        let (rows, _) = self
            .page::<LogRow>("/api/log/self?type=2", page, page)
            .await?;
        let money = |row: &LogRow| scale.money(QuotaUnits(row.quota));
        Ok(look_through(&rows.rows, rows.is_full(), after, money))
    }
}

/// What a page of the log holds that is newer than `after`.
fn look_through(
    rows: &[LogRow],
    full: bool,
    after: &LogMark,
    money: impl Fn(&LogRow) -> Money,
) -> LogPage {
    let mark = |row: &LogRow| LogMark {
        row: row.id,
        request_id: row.request_id.clone(),
    };
    let fresh: Vec<&LogRow> = rows.iter().filter(|row| row.id > after.row).collect();
    let read = rows.iter().filter(|row| row.id <= after.row);
    let last_read = read.max_by_key(|row| row.id);
    LogPage {
        newest: rows
            .iter()
            .max_by_key(|row| row.id)
            .map_or_else(|| after.clone(), mark),
        oldest: rows.iter().map(|row| row.id).min(),
        more: full && fresh.len() == rows.len(),
        // Where nothing was read before there is no row to miss, whatever numbers a relay gives.
        another: after.row > 0 && last_read.is_some_and(|row| mark(row) != *after),
        requests: fresh
            .into_iter()
            .filter_map(|row| logged(row, money(row)))
            .collect(),
    }
}

/// A row; `None` where nobody says what program it comes from.
fn logged(row: &LogRow, money: Money) -> Option<LoggedRequest> {
    let other: Value = serde_json::from_str(&row.other).unwrap_or_default();
    let tool = one_line(other.get("tool")?.as_str()?);
    if row.request_id.is_empty() {
        return None;
    }
    let status = other
        .get("stream_status")
        .and_then(|status| status.get("status"));
    let seconds = row.use_time.max(0);
    Some(LoggedRequest {
        charge: charge(row, money),
        model: one_line(&row.model_name),
        tool,
        sent: UnixSeconds(row.created_at.saturating_sub(seconds)).millis(),
        first_ms: other.get("frt").and_then(Value::as_u64),
        total_ms: seconds.unsigned_abs().saturating_mul(1_000),
        broken: status.and_then(Value::as_str) == Some("error"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: i64, tool: &str) -> LogRow {
        let other = serde_json::json!({ "tool": tool }).to_string();
        serde_json::from_value(serde_json::json!({
            "id": id, "request_id": format!("req-{id}"), "model_name": "m", "other": other,
        }))
        .unwrap()
    }

    fn mark(row: i64) -> LogMark {
        LogMark {
            row,
            request_id: format!("req-{row}"),
        }
    }

    #[test]
    fn x_05_only_what_is_newer_than_the_mark_is_taken() {
        let rows = [row(9, "cursor"), row(8, "relaydeck"), row(7, "cursor")];
        let look = |after: &LogMark| look_through(&rows, true, after, |_| Money::ZERO);
        let page = look(&LogMark::default());
        assert_eq!((page.requests.len(), page.newest), (3, mark(9)));
        assert!(page.more && !page.another);
        let page = look(&mark(7));
        assert_eq!((page.requests.len(), page.newest), (2, mark(9)));
        assert!(!page.more && !page.another);
        let page = look(&mark(9));
        assert_eq!((page.requests.len(), page.newest), (0, mark(9)));
        assert!(!page.more && !page.another);
        let unnumbered = look_through(&[row(0, "cursor")], false, &LogMark::default(), |_| {
            Money::ZERO
        });
        assert!(!unnumbered.another && !unnumbered.more);
        let page = look_through(&[], false, &mark(9), |_| Money::ZERO);
        assert_eq!((page.newest, page.another), (mark(9), false));
    }

    #[test]
    fn x_05_a_log_that_began_anew_is_another_log() {
        let rows = [row(9, "cursor"), row(7, "cursor")];
        for after in [
            // Another request under the same number, a number that is gone, a log that is shorter now.
            LogMark {
                row: 7,
                request_id: "other".into(),
            },
            mark(8),
            mark(400),
        ] {
            let page = look_through(&rows, false, &after, |_| Money::ZERO);
            assert!(page.another, "{after:?}");
        }
    }
}
