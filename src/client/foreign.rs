//! Requests that other programs sent, from the log of our own relay, which says what each came from.

use serde_json::Value;

use super::RelayClient;
use super::charge::{Charge, charge};
use crate::domain::{Fault, QuotaUnits, UnixMillis, UnixSeconds};
use crate::locale::say;
use crate::wire::new_api::LogRow;
use crate::wire::plain::one_line;

/// What this program calls itself.
const OURSELVES: &str = "relaydeck";

/// A request of another program, as the relay's log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignRequest {
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
pub struct ForeignPage {
    /// The requests of other programs on it, newest first.
    pub requests: Vec<ForeignRequest>,
    /// The number of its newest row; rows after it are new the next time.
    pub newest: i64,
    /// Whether the next page may hold rows that are wanted.
    pub more: bool,
}

impl RelayClient {
    /// A page of the log, counted from 1 and newest first, as far as rows are newer than `after`.
    ///
    /// # Errors
    /// `Unsupported` without an access token; otherwise what the relay's refusal means.
    pub async fn foreign_requests(&self, page: usize, after: i64) -> Result<ForeignPage, Fault> {
        self.needs_token(say!("what-log"))?;
        let scale = self.scale().await?;
        let (rows, _) = self
            .page::<LogRow>("/api/log/self?type=2", page, page)
            .await?;
        let full = rows.is_full();
        let newest = rows.rows.iter().map(|row| row.id).max().unwrap_or(after);
        let fresh: Vec<&LogRow> = rows.rows.iter().filter(|row| row.id > after).collect();
        let more = full && fresh.len() == rows.rows.len();
        let requests = fresh
            .into_iter()
            .filter_map(|row| foreign(row, scale.money(QuotaUnits(row.quota))))
            .collect();
        Ok(ForeignPage {
            requests,
            newest,
            more,
        })
    }
}

/// A row of another program; `None` where it is ours, or where nobody says whose it is.
fn foreign(row: &LogRow, money: crate::domain::Money) -> Option<ForeignRequest> {
    let other: Value = serde_json::from_str(&row.other).unwrap_or_default();
    let tool = one_line(other.get("tool")?.as_str()?);
    if tool == OURSELVES || row.request_id.is_empty() {
        return None;
    }
    let status = other
        .get("stream_status")
        .and_then(|status| status.get("status"));
    let seconds = row.use_time.max(0);
    Some(ForeignRequest {
        charge: charge(row, money),
        model: one_line(&row.model_name),
        tool,
        sent: UnixSeconds(row.created_at.saturating_sub(seconds)).millis(),
        first_ms: other.get("frt").and_then(Value::as_u64),
        total_ms: seconds.unsigned_abs().saturating_mul(1_000),
        broken: status.and_then(Value::as_str) == Some("error"),
    })
}
