//! What is written down of a request: its log row, and its line in the process's log. Never its words, never a key.

use std::sync::Arc;

use serde_json::json;

use super::super::channels::Channel;
use super::super::store::logs::{CONSUMPTION, ERROR, NewLog};
use super::super::store::told::{self, CacheWrite, Ended, Rates, Told};
use super::bill::{End, Facts, Missed, Settled, millis};
use crate::domain::price::{BasePrice, DEFAULT_CACHE_WRITE};
use crate::domain::{Ratio, UnixSeconds};

/// The channels that a request was sent to, in their order. A request that the first of them answers costs no list.
#[derive(Default)]
pub struct Tried {
    before: Vec<Arc<Channel>>,
    last: Option<Arc<Channel>>,
}

impl Tried {
    /// The next one is tried.
    pub fn next(&mut self, channel: &Arc<Channel>) {
        let before = self.last.replace(Arc::clone(channel));
        self.before.extend(before);
    }

    /// The one that is tried, or that answered.
    pub fn last(&self) -> Option<&Arc<Channel>> {
        self.last.as_ref()
    }

    /// All of them, by their numbers.
    fn way(&self) -> Vec<i64> {
        let all = self.before.iter().chain(&self.last);
        all.map(|channel| channel.id).collect()
    }
}

/// The row of a request that was answered, or left by its client.
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
    } else if !generated && *end != End::ClientGone {
        say("The answer was empty: nothing was charged.");
    }
    // Where the price is unknown, that has been said.
    let billed = match settled.units {
        Some(_) => "; what was generated was charged.",
        None => ".",
    };
    let code;
    let ended = match end {
        End::Complete => Ended::Done,
        End::ClientGone => {
            if generated || settled.units.is_none() {
                say(&format!("The client went away{billed}"));
            } else {
                say("The client went away before there was an answer: nothing was charged.");
            }
            Ended::ClientGone
        }
        End::Broken(error) => {
            say(&format!("The answer broke off ({}){billed}", error.message));
            code = error.code_text();
            Ended::Broken(&code)
        }
    };
    let rates = match &order.base {
        BasePrice::Ratios(ratios) => Rates::Ratios {
            model: ratios.model,
            completion: ratios.completion,
            cache_read: ratios.cache_read.unwrap_or(Ratio::ONE),
        },
        BasePrice::PerCall { call } => Rates::Call(*call),
        BasePrice::Tiered { .. } | BasePrice::Unknown => Rates::Untold,
    };
    let cache_write = (usage.cache_write > 0).then(|| CacheWrite {
        tokens: usage.cache_write,
        ratio: match &order.base {
            BasePrice::Ratios(ratios) => Some(ratios.cache_write.unwrap_or(DEFAULT_CACHE_WRITE)),
            _ => None,
        },
    });
    let theirs = facts
        .tried
        .last()
        .map(|channel| channel.upstream_name(&order.model))
        .filter(|theirs| *theirs != &*order.model);
    let told = Told {
        rates,
        group_ratio: order.group_ratio,
        special_ratio: order.special_ratio,
        first_ms: facts.first_ms,
        path: order.path,
        tool: &order.tool,
        theirs,
        cache_read: usage.cache_read,
        cache_write,
        counted: settled.counted,
        priced: settled.units.is_some(),
        // A whole answer comes to its end or is none.
        stream: (order.stream || *end == End::ClientGone).then_some(ended),
    };
    let way = if facts.tried.before.is_empty() {
        Vec::new()
    } else {
        facts.tried.way()
    };
    NewLog {
        kind: CONSUMPTION,
        content: content.into(),
        quota: settled.units.unwrap_or(0),
        prompt_tokens: i64::try_from(usage.prompt()).unwrap_or(i64::MAX),
        completion_tokens: i64::try_from(usage.output).unwrap_or(i64::MAX),
        told: told.written(&way).into(),
        ..row(facts, facts.tried.last(), &order.caller.group, now)
    }
}

/// The row of a request that failed; it cost nothing.
pub fn failure<'a>(facts: &'a Facts, missed: &'a Missed, now: UnixSeconds) -> NewLog<'a> {
    let error = &missed.error;
    let other = json!({
        "error_type": error.kind,
        "error_code": error.code,
        "status_code": error.status.as_u16(),
        "request_path": facts.order.path,
        told::OF_ADMINISTRATORS: told::way(&facts.tried.way()),
    });
    NewLog {
        kind: ERROR,
        content: error.message.as_str().into(),
        other: other.to_string().into(),
        ..row(facts, missed.channel.as_ref(), &missed.group, now)
    }
}

fn row<'a>(
    facts: &'a Facts,
    channel: Option<&'a Arc<Channel>>,
    group: &'a str,
    now: UnixSeconds,
) -> NewLog<'a> {
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
        channel_id: channel.map_or(0, |channel| channel.id),
        channel_name: channel.map_or("", |channel| &channel.name),
        group,
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
        channel = facts.tried.last().map_or(0, |channel| channel.id),
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
pub fn trace_failure(facts: &Facts, missed: &Missed) {
    let (order, error) = (&facts.order, &missed.error);
    tracing::warn!(
        request_id = %order.request_id,
        key = &*order.caller.key_masked,
        model = &*order.model,
        group = &*missed.group,
        channel = missed.channel.as_ref().map_or(0, |channel| channel.id),
        status = error.status.as_u16(),
        code = error.code_text(),
        total_ms = millis(order.started),
        "failed"
    );
}
