//! The bill: what the relay's log says a request was charged (`contract/new-api.md` 7.1).

use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::RelayClient;
use crate::domain::{Fault, Money, QuotaUnits, UnixMillis, UnixSeconds, Usage};
use crate::locale::say;
use crate::wire::new_api::LogRow;

/// How far from the request's time a row may lie on the server's clock, in seconds: logs are written late, and before the
/// first answer we do not know how far apart the clocks are.
const MARGIN: i64 = 900;
/// How far a row without an id may lie from the request's end to be taken for it, in seconds.
const NEAR: i64 = 120;
/// Pages of a busy account's log that are looked through.
const PAGES: usize = 5;
/// Consumption, in the log's numbering.
const CONSUMED: i64 = 2;

/// Which request is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChargeQuery {
    /// The relay's id of it, which settles the question where the log has ids.
    pub request_id: Option<String>,
    /// The exact name of the model asked for.
    pub model: String,
    /// When it was sent, by our clock.
    pub sent: UnixMillis,
    /// When it ended, by our clock.
    pub ended: UnixMillis,
    /// What the relay reported, where it did.
    pub usage: Option<Usage>,
}

/// A row of the relay's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// What was charged.
    pub money: Money,
    /// The same in the relay's units.
    pub units: QuotaUnits,
    /// The tokens it was charged for.
    pub usage: Usage,
    /// Whether the relay counted the tokens itself because its upstream told none.
    pub usage_counted: bool,
    /// The group it was billed in; empty where the relay does not say.
    pub group: String,
    /// The key's name at that time.
    pub key_name: String,
    /// The key's number; `None` where the relay does not say.
    pub key_id: Option<i64>,
    /// The relay's id of the request.
    pub request_id: Option<String>,
    /// When the row was written, by the relay's clock.
    pub at: UnixSeconds,
}

impl RelayClient {
    /// What the relay charged for a request; `None` when its log has no such row (yet: logs are written late).
    ///
    /// # Errors
    /// `Unsupported` without an access token; otherwise what the relay's refusal means.
    pub async fn charge_of(&self, query: &ChargeQuery) -> Result<Option<Charge>, Fault> {
        self.needs_token(say!("what-bill"))?;
        let scale = self.scale().await?;
        let mut rows: Vec<LogRow> = Vec::new();
        let mut ahead = 0;
        let path = log_path(query);
        let mut p = 0;
        for number in 1..=PAGES {
            let (page, server) = self.page::<LogRow>(&path, p, number).await?;
            ahead = server.0 - (self.inner.options.clock)().seconds().0;
            let (more, next) = (page.is_full(), page.next(number));
            rows.extend(page.rows);
            if let Some(row) = by_id(query, &rows) {
                return Ok(Some(charge(row, scale.money(QuotaUnits(row.quota)))));
            }
            if !more {
                break;
            }
            p = next;
        }
        Ok(by_likeness(query, &rows, ahead)
            .map(|row| charge(row, scale.money(QuotaUnits(row.quota)))))
    }
}

fn log_path(query: &ChargeQuery) -> String {
    let mut text = Serializer::new(String::new());
    text.append_pair("type", "2")
        .append_pair(
            "start_timestamp",
            &(query.sent.seconds().0 - MARGIN).to_string(),
        )
        .append_pair(
            "end_timestamp",
            &(query.ended.seconds().0 + MARGIN).to_string(),
        );
    match &query.request_id {
        Some(id) => text.append_pair("request_id", id),
        // A percent sign would make it a pattern; then the rows are compared here alone.
        None if !query.model.contains('%') => text.append_pair("model_name", &query.model),
        None => &mut text,
    };
    format!("/api/log/self?{}", text.finish())
}

fn by_id<'a>(query: &ChargeQuery, rows: &'a [LogRow]) -> Option<&'a LogRow> {
    let id = query.request_id.as_deref().filter(|id| !id.is_empty())?;
    rows.iter()
        .find(|row| row.kind == CONSUMED && row.request_id == id)
}

/// The row that must be the request's, in a log without ids: same model, same tokens, same time. Without a reported count
/// only a row that stands alone in its time is taken; a wrong bill is worse than none.
fn by_likeness<'a>(query: &ChargeQuery, rows: &'a [LogRow], ahead: i64) -> Option<&'a LogRow> {
    let log_has_ids = rows.iter().any(|row| !row.request_id.is_empty());
    // In a log with ids a request without one, and without a count, cannot be told from its neighbours.
    if log_has_ids && (query.request_id.is_some() || query.usage.is_none()) {
        return None;
    }
    let from = query.sent.seconds().0 + ahead - NEAR;
    let to = query.ended.seconds().0 + ahead + NEAR;
    let mut alike = rows.iter().filter(|row| {
        row.kind == CONSUMED
            && row.model_name == query.model
            && (from..=to).contains(&row.created_at)
            && query.usage.is_none_or(|usage| same_tokens(row, &usage))
    });
    match query.usage {
        Some(_) => {
            let end = query.ended.seconds().0 + ahead;
            alike.min_by_key(|row| (row.created_at - end).abs())
        }
        None => alike.next().filter(|_| alike.next().is_none()),
    }
}

fn same_tokens(row: &LogRow, usage: &Usage) -> bool {
    let same = |logged: i64, ours: u64| u64::try_from(logged) == Ok(ours);
    same(row.completion_tokens, usage.output)
        && (same(row.prompt_tokens, usage.prompt()) || same(row.prompt_tokens, usage.input))
}

/// A row as a bill.
pub(super) fn charge(row: &LogRow, money: Money) -> Charge {
    let other: Value = serde_json::from_str(&row.other).unwrap_or_default();
    let figure = |name: &str| other.get(name).and_then(Value::as_u64).unwrap_or(0);
    let flag = |name: &str| other.get(name).and_then(Value::as_bool).unwrap_or(false);
    let (read, write) = (figure("cache_tokens"), figure("cache_creation_tokens"));
    let prompt = u64::try_from(row.prompt_tokens).unwrap_or(0);
    // Anthropic's counters are disjoint in the log too.
    let input = match flag("claude") {
        true => prompt,
        false => prompt
            .checked_sub(read.saturating_add(write))
            .unwrap_or(prompt),
    };
    Charge {
        money,
        units: QuotaUnits(row.quota),
        usage: Usage {
            input,
            cache_read: read,
            cache_write: write,
            output: u64::try_from(row.completion_tokens).unwrap_or(0),
        },
        // Our own relay's word; others estimate silently.
        usage_counted: other.get("usage_source").and_then(Value::as_str) == Some("counted"),
        group: row.group.clone(),
        key_name: crate::wire::plain::one_line(&row.token_name),
        key_id: (row.token_id > 0).then_some(row.token_id),
        request_id: (!row.request_id.is_empty()).then(|| row.request_id.clone()),
        at: UnixSeconds(row.created_at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_that_no_request_has_are_no_trouble() {
        let other = serde_json::json!({"cache_tokens": u64::MAX, "cache_creation_tokens": 9});
        let row = serde_json::json!({"prompt_tokens": 7, "other": other.to_string()});
        let found = charge(&serde_json::from_value(row).unwrap(), Money::ZERO);
        assert_eq!((found.usage.input, found.usage.cache_write), (7, 9));
    }
}
