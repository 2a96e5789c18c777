//! The built-in models: they need no network, answer as an OpenAI-compatible upstream would, and say what they are.
//!
//! Neither is a language model. `relaydeck-handbook` finds the entry of the built-in handbook that fits a question;
//! `relaydeck-lab` streams filler, at the length and speed its prompt asks for, or fails in the way it asks for.
//! Both are metered by the relay like any other upstream. What always holds: `completion_tokens` is the number of
//! pieces that were streamed, `prompt_tokens` is [`count_prompt`](crate::domain::count::count_prompt) of the messages,
//! and no input makes them panic.

mod handbook;
mod lab;
mod pieces;
mod refusal;
mod reply;
mod request;
mod sse;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value};

use super::upstream::UpstreamReply;
use crate::domain::{Money, TokenPrices};
use refusal::Refusal;
use request::Ask;

/// A model that is built in, as the marketplace shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuiltinModel {
    /// The exact name.
    pub name: &'static str,
    /// Who makes it.
    pub vendor: &'static str,
    /// What it is, honestly.
    pub description: &'static str,
    /// Words to filter by.
    pub tags: &'static [&'static str],
    /// Longest prompt and output together, in tokens.
    pub context: u64,
    /// Longest output, in tokens.
    pub max_output: u64,
    /// What it costs in a group of ratio ×1.
    pub prices: TokenPrices,
}

/// The handbook's name.
const HANDBOOK: &str = "relaydeck-handbook";
/// The lab's name.
const LAB: &str = "relaydeck-lab";

static MODELS: [BuiltinModel; 2] = [
    BuiltinModel {
        name: HANDBOOK,
        vendor: "relaydeck",
        description: "Answers from the built-in handbook: how relays work and how to use this program. It looks \
                      entries up; it is not a language model. Needs no network.",
        tags: &["built-in", "offline", "handbook"],
        context: 131_072,
        max_output: 4_096,
        prices: prices(100_000_000, 400_000_000),
    },
    BuiltinModel {
        name: LAB,
        vendor: "relaydeck",
        description: "A test model: streams filler text, and obeys directives in the prompt for length, speed and \
                      faults, such as [[tokens=200 speed=80]] or [[fault=429]]. Not a language model. Needs no network.",
        tags: &["built-in", "offline", "test"],
        context: 131_072,
        max_output: lab::MAX_TOKENS,
        prices: prices(50_000_000, 200_000_000),
    },
];

/// Prices in nano-dollars per million tokens. There is no cache, so its prices are those of plain input.
const fn prices(input: i64, output: i64) -> TokenPrices {
    TokenPrices {
        input: Money::from_nanos(input),
        output: Money::from_nanos(output),
        cache_read: Money::from_nanos(input),
        cache_write: Money::from_nanos(input),
    }
}

/// The built-in models, by name.
pub fn models() -> &'static [BuiltinModel] {
    &MODELS
}

/// Answers the body of a `POST /v1/chat/completions`. Every trouble is an answer too, in the shape of OpenAI's errors.
///
/// `model` is the name of a built-in model; the `model` member of the body is not read. Waits that the answer wants
/// (the time to the first token, the pace of the stream) are spent here or in the body; dropping either ends them.
/// `address` is what the relay is known by: the handbook names it.
pub async fn answer(model: &str, body: &Map<String, Value>, address: SocketAddr) -> UpstreamReply {
    let Some(known) = MODELS.iter().find(|known| known.name == model) else {
        return Refusal::unknown_model(model).into_reply();
    };
    let ask = match Ask::read(known, body) {
        Ok(ask) => ask,
        Err(refusal) => return refusal.into_reply(),
    };
    let stamp = Stamp::now();
    match known.name {
        HANDBOOK => handbook::answer(ask, stamp, address).await,
        _ => lab::answer(ask, stamp).await,
    }
}

/// What makes one answer different from another with the same text.
#[derive(Clone, Debug)]
struct Stamp {
    /// The answer's id.
    id: String,
    /// When it was made, in seconds since 1970.
    created: u64,
}

impl Stamp {
    /// A new one. The counter keeps two answers of the same microsecond apart.
    fn now() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let count = COUNT.fetch_add(1, Ordering::Relaxed) & 0xffff;
        Stamp {
            id: format!("chatcmpl-{:x}{count:04x}", since.as_micros()),
            created: since.as_secs(),
        }
    }
}
