//! What is written down of a request: its log row, and its line in the process's log. Never its words, never a key.

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use super::super::answers::ApiError;
use super::super::catalog::dollars;
use super::super::store::logs::{CONSUMPTION, ERROR, NewLog};
use super::bill::{End, Facts, Settled, millis};
use crate::domain::Ratio;
use crate::domain::price::BasePrice;

/// A row is seldom told in more bytes than these.
const USUAL: usize = 448;

/// What a log row tells beside its columns: what lets a client compute the charge again, and how it came about.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    model_ratio: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_ratio: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_ratio: Option<f64>,
    /// −1 where the price is by the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    model_price: Option<f64>,
    group_ratio: f64,
    user_group_ratio: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    frt: Option<u64>,
    request_path: &'a str,
    tool: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_model_mapped: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream_model_name: Option<&'a str>,
    cache_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_creation_tokens: Option<u64>,
    usage_source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_status: Option<StreamStatus>,
}

/// How a stream ended.
#[derive(Serialize)]
struct StreamStatus {
    status: &'static str,
    end_reason: String,
}

/// The row of a request that was answered.
pub fn consumption(facts: &Facts, settled: &Settled, generated: bool, end: &End) -> NewLog {
    let order = &facts.order;
    let usage = &settled.usage;
    let mut content = String::new();
    let mut say = |sentence: &str| {
        if !content.is_empty() {
            content.push(' ');
        }
        content.push_str(sentence);
    };
    if settled.units.is_none() {
        say("No price is set for this model: nothing was charged.");
    } else if !generated {
        say("The answer was empty: nothing was charged.");
    }
    let (status, end_reason) = match end {
        End::Complete => ("ok", "done".to_owned()),
        End::ClientGone => {
            say("The client went away; what was generated was charged.");
            ("error", "client_gone".to_owned())
        }
        End::Broken(error) => {
            say(&format!(
                "The answer broke off ({}); what was generated was charged.",
                error.message
            ));
            ("error", error.code_text())
        }
    };
    let number = |ratio: Ratio| ratio.to_f64();
    let ratios = match &order.base {
        BasePrice::Ratios(ratios) => Some(ratios),
        BasePrice::PerCall { .. } | BasePrice::Tiered { .. } | BasePrice::Unknown => None,
    };
    let call = match &order.base {
        BasePrice::PerCall { call } => Some(dollars(*call)),
        BasePrice::Ratios(_) | BasePrice::Tiered { .. } | BasePrice::Unknown => None,
    };
    let channel = facts.channel.as_ref();
    let theirs = channel
        .map(|channel| channel.upstream_name(&order.model))
        .filter(|theirs| *theirs != &*order.model);
    let told = Told {
        model_ratio: ratios.map(|ratios| number(ratios.model)),
        completion_ratio: ratios.map(|ratios| number(ratios.completion)),
        cache_ratio: ratios.map(|ratios| number(ratios.cache_read.unwrap_or(Ratio::ONE))),
        model_price: call.or(ratios.map(|_| -1.0)),
        group_ratio: number(order.group_ratio),
        user_group_ratio: order.special_ratio.map_or(-1.0, number),
        frt: facts.first_ms,
        request_path: order.path,
        tool: &order.tool,
        is_model_mapped: theirs.map(|_| true),
        upstream_model_name: theirs,
        cache_tokens: usage.cache_read,
        cache_creation_tokens: (usage.cache_write > 0).then_some(usage.cache_write),
        usage_source: if settled.counted {
            "counted"
        } else {
            "upstream"
        },
        price: settled.units.is_none().then_some("unknown"),
        stream_status: order.stream.then_some(StreamStatus { status, end_reason }),
    };
    NewLog {
        kind: CONSUMPTION,
        content,
        quota: settled.units.unwrap_or(0),
        prompt_tokens: i64::try_from(usage.prompt()).unwrap_or(i64::MAX),
        completion_tokens: i64::try_from(usage.output).unwrap_or(i64::MAX),
        other: text_of(&told),
        ..row(facts)
    }
}

/// It has no member that could not become JSON.
fn text_of(told: &Told<'_>) -> String {
    let mut text = Vec::with_capacity(USUAL);
    let written = serde_json::to_writer(&mut text, told);
    String::from_utf8(text)
        .ok()
        .filter(|_| written.is_ok())
        .unwrap_or_default()
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
        key_name: Arc::clone(&caller.key_name),
        model: Arc::clone(&order.model),
        use_time: i64::try_from((millis(order.started) + 500) / 1000).unwrap_or(i64::MAX),
        is_stream: order.stream,
        channel_id: facts.channel.as_ref().map_or(0, |channel| channel.id),
        channel_name: facts
            .channel
            .as_ref()
            .map(|channel| Arc::clone(&channel.name))
            .unwrap_or_default(),
        group: Arc::clone(&caller.group),
        request_id: Arc::clone(&order.request_id),
        ..NewLog::default()
    }
}

/// One line for the process's log, for whoever looks closely: the request has its row in the database anyway, and a
/// line each would cost a relay under load a fifth of its time.
pub fn trace(facts: &Facts, settled: &Settled, end: &End) {
    let order = &facts.order;
    let how = match end {
        End::Complete => "complete",
        End::ClientGone => "client gone",
        End::Broken(_) => "broken off",
    };
    tracing::debug!(
        request_id = %order.request_id,
        key = &*order.caller.key_masked,
        model = &*order.model,
        group = &*order.caller.group,
        channel = facts.channel.as_ref().map_or(0, |channel| channel.id),
        prompt_tokens = settled.usage.prompt(),
        completion_tokens = settled.usage.output,
        counted = settled.counted,
        units = settled.units,
        first_ms = facts.first_ms,
        total_ms = millis(order.started),
        how,
        "answered"
    );
}

/// One line for the process's log, of a request that failed.
pub fn trace_failure(facts: &Facts, error: &ApiError) {
    let order = &facts.order;
    tracing::warn!(
        request_id = %order.request_id,
        key = &*order.caller.key_masked,
        model = &*order.model,
        group = &*order.caller.group,
        channel = facts.channel.as_ref().map_or(0, |channel| channel.id),
        status = error.status.as_u16(),
        code = error.code_text(),
        total_ms = millis(order.started),
        "failed"
    );
}
