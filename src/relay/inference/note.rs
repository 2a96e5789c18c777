//! What is written down of a request: its log row, and its line in the process's log. Never its words, never a key.

use serde::Serialize;
use serde_json::json;

use super::super::answers::ApiError;
use super::super::catalog::dollars;
use super::super::store::logs::{CONSUMPTION, ERROR, NewLog};
use super::bill::{End, Facts, Settled, millis};
use crate::domain::price::BasePrice;
use crate::domain::{Ratio, UnixSeconds};

/// A row is seldom told in more bytes than these.
const USUAL: usize = 448;

/// What a log row tells beside its columns, so that a client can compute the charge again: a JSON object that is written member by member. There is one for each request,
/// and names that are known need none of the care that a name from outside does.
struct Told(Vec<u8>);

impl Told {
    fn new() -> Self {
        let mut text = Vec::with_capacity(USUAL);
        text.push(b'{');
        Told(text)
    }

    /// Writes a member whose name stands in JSON as it is.
    fn put(&mut self, name: &'static str, value: impl Serialize) {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
        // Numbers, texts and lists of them always become JSON.
        let _ = serde_json::to_writer(&mut self.0, &value);
    }

    /// Writes one that may be missing.
    fn put_some(&mut self, name: &'static str, value: Option<impl Serialize>) {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    fn finish(mut self) -> String {
        self.0.push(b'}');
        String::from_utf8(self.0).unwrap_or_default()
    }
}

/// How a stream ended.
#[derive(Serialize)]
struct StreamStatus {
    status: &'static str,
    end_reason: String,
}

/// The row of a request that was answered.
pub fn consumption<'a>(
    facts: &'a Facts,
    settled: &Settled,
    generated: bool,
    end: &End,
    now: UnixSeconds,
) -> NewLog<'a> {
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
    let mut told = Told::new();
    if let Some(ratios) = ratios {
        told.put("model_ratio", number(ratios.model));
        told.put("completion_ratio", number(ratios.completion));
        told.put(
            "cache_ratio",
            number(ratios.cache_read.unwrap_or(Ratio::ONE)),
        );
    }
    // −1 where the price is by the token.
    told.put_some("model_price", call.or(ratios.map(|_| -1.0)));
    told.put("group_ratio", number(order.group_ratio));
    told.put("user_group_ratio", order.special_ratio.map_or(-1.0, number));
    told.put_some("frt", facts.first_ms);
    told.put("request_path", order.path);
    told.put("tool", &*order.tool);
    told.put_some("is_model_mapped", theirs.map(|_| true));
    told.put_some("upstream_model_name", theirs);
    told.put("cache_tokens", usage.cache_read);
    told.put_some(
        "cache_creation_tokens",
        Some(usage.cache_write).filter(|tokens| *tokens > 0),
    );
    told.put(
        "usage_source",
        if settled.counted {
            "counted"
        } else {
            "upstream"
        },
    );
    told.put_some("price", settled.units.is_none().then_some("unknown"));
    told.put_some(
        "stream_status",
        order.stream.then_some(StreamStatus { status, end_reason }),
    );
    NewLog {
        kind: CONSUMPTION,
        content: content.into(),
        quota: settled.units.unwrap_or(0),
        prompt_tokens: i64::try_from(usage.prompt()).unwrap_or(i64::MAX),
        completion_tokens: i64::try_from(usage.output).unwrap_or(i64::MAX),
        other: told.finish().into(),
        ..row(facts, now)
    }
}

/// The row of a request that failed; it cost nothing.
pub fn failure<'a>(facts: &'a Facts, error: &'a ApiError, now: UnixSeconds) -> NewLog<'a> {
    let other = json!({
        "error_type": error.kind,
        "error_code": error.code,
        "status_code": error.status.as_u16(),
        "request_path": facts.order.path,
    });
    NewLog {
        kind: ERROR,
        content: error.message.as_str().into(),
        other: other.to_string().into(),
        ..row(facts, now)
    }
}

fn row(facts: &Facts, now: UnixSeconds) -> NewLog<'_> {
    let order = &facts.order;
    let caller = &order.caller;
    NewLog {
        account_id: caller.account_id,
        created_at: now.0,
        key_id: caller.key_id,
        key_name: &caller.key_name,
        model: &order.model,
        use_time: i64::try_from((millis(order.started) + 500) / 1000).unwrap_or(i64::MAX),
        is_stream: order.stream,
        channel_id: facts.channel.as_ref().map_or(0, |channel| channel.id),
        channel_name: facts.channel.as_ref().map_or("", |channel| &channel.name),
        group: &caller.group,
        request_id: &order.request_id,
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
