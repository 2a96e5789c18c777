//! What is written down of a request: its log row, and its line in the process's log. Never its words, never a key.

use serde_json::{Map, Value, json};

use super::super::answers::ApiError;
use super::super::catalog::dollars;
use super::super::store::logs::{CONSUMPTION, ERROR, NewLog};
use super::bill::{End, Facts, Settled, millis};
use crate::domain::Ratio;
use crate::domain::price::BasePrice;

/// The row of a request that was answered.
pub fn consumption(facts: &Facts, settled: &Settled, generated: bool, end: &End) -> NewLog {
    let mut other = prices(facts);
    let usage = &settled.usage;
    other.insert("cache_tokens".into(), usage.cache_read.into());
    if usage.cache_write > 0 {
        other.insert("cache_creation_tokens".into(), usage.cache_write.into());
    }
    let source = if settled.counted {
        "counted"
    } else {
        "upstream"
    };
    other.insert("usage_source".into(), source.into());
    let mut told = Vec::new();
    if settled.units.is_none() {
        other.insert("price".into(), "unknown".into());
        told.push("No price is set for this model: nothing was charged.".to_owned());
    } else if !generated {
        told.push("The answer was empty: nothing was charged.".to_owned());
    }
    let (status, reason) = match end {
        End::Complete => ("ok", "done".to_owned()),
        End::ClientGone => {
            told.push("The client went away; what was generated was charged.".to_owned());
            ("error", "client_gone".to_owned())
        }
        End::Broken(error) => {
            told.push(format!(
                "The answer broke off ({}); what was generated was charged.",
                error.message
            ));
            ("error", error.code_text())
        }
    };
    if facts.order.stream {
        other.insert(
            "stream_status".into(),
            json!({"status": status, "end_reason": reason}),
        );
    }
    NewLog {
        kind: CONSUMPTION,
        content: told.join(" "),
        quota: settled.units.unwrap_or(0),
        prompt_tokens: i64::try_from(usage.prompt()).unwrap_or(i64::MAX),
        completion_tokens: i64::try_from(usage.output).unwrap_or(i64::MAX),
        other: Value::Object(other).to_string(),
        ..row(facts)
    }
}

/// The row of a request that failed; it cost nothing.
pub fn failure(facts: &Facts, error: &ApiError) -> NewLog {
    let other = json!({
        "error_type": error.kind,
        "error_code": error.code,
        "status_code": error.status.as_u16(),
        "request_path": facts.order.path,
    });
    NewLog {
        kind: ERROR,
        content: error.message.clone(),
        other: other.to_string(),
        ..row(facts)
    }
}

fn row(facts: &Facts) -> NewLog {
    let order = &facts.order;
    let caller = &order.caller;
    NewLog {
        account_id: caller.account_id,
        created_at: facts.app.clock.seconds().0,
        key_id: caller.key_id,
        key_name: caller.key_name.clone(),
        model: order.model.clone(),
        use_time: i64::try_from((millis(order.started) + 500) / 1000).unwrap_or(i64::MAX),
        is_stream: order.stream,
        channel_id: facts.channel.as_ref().map_or(0, |channel| channel.id),
        channel_name: facts
            .channel
            .as_ref()
            .map_or_else(String::new, |channel| channel.name.clone()),
        group: caller.group.clone(),
        request_id: order.request_id.to_string(),
        ..NewLog::default()
    }
}

/// The members that let a client compute the charge again.
fn prices(facts: &Facts) -> Map<String, Value> {
    let order = &facts.order;
    let number = |ratio: Ratio| Value::from(ratio.to_f64());
    let mut other = Map::new();
    match &order.base {
        BasePrice::Ratios(ratios) => {
            other.insert("model_ratio".into(), number(ratios.model));
            other.insert("completion_ratio".into(), number(ratios.completion));
            other.insert(
                "cache_ratio".into(),
                number(ratios.cache_read.unwrap_or(Ratio::ONE)),
            );
            other.insert("model_price".into(), (-1).into());
        }
        BasePrice::PerCall { call } => {
            other.insert("model_price".into(), dollars(*call).into());
        }
        BasePrice::Tiered { .. } | BasePrice::Unknown => {}
    }
    other.insert("group_ratio".into(), number(order.group_ratio));
    other.insert("user_group_ratio".into(), (-1).into());
    if let Some(first) = facts.first_ms {
        other.insert("frt".into(), first.into());
    }
    other.insert("request_path".into(), order.path.into());
    if let Some(channel) = &facts.channel {
        let theirs = channel.upstream_name(&order.model);
        if theirs != order.model {
            other.insert("is_model_mapped".into(), true.into());
            other.insert("upstream_model_name".into(), theirs.into());
        }
    }
    other
}

/// One line for the process's log.
pub fn trace(facts: &Facts, settled: &Settled, end: &End, kept: bool) {
    let order = &facts.order;
    let how = match end {
        End::Complete => "complete",
        End::ClientGone => "client gone",
        End::Broken(_) => "broken off",
    };
    tracing::info!(
        request_id = %order.request_id,
        key = order.caller.key_masked,
        model = order.model,
        group = order.caller.group,
        channel = facts.channel.as_ref().map_or(0, |channel| channel.id),
        prompt_tokens = settled.usage.prompt(),
        completion_tokens = settled.usage.output,
        counted = settled.counted,
        units = settled.units,
        first_ms = facts.first_ms,
        total_ms = millis(order.started),
        how,
        kept,
        "answered"
    );
}

/// One line for the process's log, of a request that failed.
pub fn trace_failure(facts: &Facts, error: &ApiError) {
    let order = &facts.order;
    tracing::warn!(
        request_id = %order.request_id,
        key = order.caller.key_masked,
        model = order.model,
        group = order.caller.group,
        channel = facts.channel.as_ref().map_or(0, |channel| channel.id),
        status = error.status.as_u16(),
        code = error.code_text(),
        total_ms = millis(order.started),
        "failed"
    );
}
