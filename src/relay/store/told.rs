//! What a request's log row tells beside its columns, so that a client can compute the charge again. Every request has
//! one and hardly any is ever read: so it is kept as its bare figures, and becomes the protocol's JSON (`other`,
//! `contract/new-api.md` 5) for whoever reads the row.
//!
//! What always holds: bytes that a later version wrote, or nobody, are told as nothing instead of as something else.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::super::catalog::dollars;
use super::entry;
use crate::domain::{Money, Ratio};

/// What the bytes begin with. Whoever changes the members gives them a new one, and goes on reading the old ones: they
/// stand in databases.
const VERSION: u8 = 1;
/// The same behind a list: of the channels that were tried before one answered.
const VERSION_WITH_WAY: u8 = 2;
/// They are seldom more than these.
const USUAL: usize = 96;

/// What a row tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told<'a> {
    /// The published price.
    pub rates: Rates,
    /// The group's ratio on it.
    pub group_ratio: Ratio,
    /// The ratio of the account's own group instead, where it has one.
    pub special_ratio: Option<Ratio>,
    /// Milliseconds to the first event.
    pub first_ms: Option<u64>,
    pub path: &'a str,
    /// The program it came from, by its own word.
    pub tool: &'a str,
    /// The upstream's name of the model, where it is another.
    pub theirs: Option<&'a str>,
    pub cache_read: u64,
    pub cache_write: Option<CacheWrite>,
    /// Whether the relay counted, because the upstream reported nothing.
    pub counted: bool,
    /// Whether there was a price.
    pub priced: bool,
    /// How a stream ended.
    #[serde(borrow)]
    pub stream: Option<Ended<'a>>,
}

/// What was written to a cache.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CacheWrite {
    pub tokens: u64,
    /// What it costs as a multiple of the input price, where the price is by the token.
    pub ratio: Option<Ratio>,
}

/// A price, as far as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Rates {
    /// By the token.
    Ratios {
        model: Ratio,
        completion: Ratio,
        cache_read: Ratio,
    },
    /// By the call.
    Call(Money),
    /// In another way, or not at all.
    Untold,
}

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ended<'a> {
    Done,
    ClientGone,
    /// With an error of this code.
    Broken(&'a str),
}

impl Told<'_> {
    /// As its row keeps it; with the channels that were tried in turn, where there is more to tell than who answered.
    pub fn written(&self, way: &[i64]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(USUAL);
        if way.is_empty() {
            bytes.push(VERSION);
            return entry::write_behind(bytes, self);
        }
        bytes.push(VERSION_WITH_WAY);
        entry::write_behind(bytes, &(way, self))
    }

    /// As clients read it; `None` where these are no bytes of these versions.
    pub fn json(bytes: &[u8]) -> Option<String> {
        let (way, told): (Vec<i64>, Told<'_>) = match bytes.split_first()? {
            (&VERSION, told) => (Vec::new(), postcard::from_bytes(told).ok()?),
            (&VERSION_WITH_WAY, told) => postcard::from_bytes(told).ok()?,
            _ => return None,
        };
        let admin_info = (!way.is_empty()).then(|| self::way(&way));
        serde_json::to_string(&Other {
            admin_info,
            ..Other::of(&told)
        })
        .ok()
    }
}

/// The member of `other` that is for administrators alone.
pub const OF_ADMINISTRATORS: &str = "admin_info";

/// What that member tells: the channels that were tried in turn, as the protocol writes them.
pub fn way(channels: &[i64]) -> Value {
    let channels: Vec<String> = channels.iter().map(i64::to_string).collect();
    json!({ "use_channel": channels })
}

/// `other` as everybody else may read it.
pub fn for_everybody(other: &mut String) {
    if !other.contains(OF_ADMINISTRATORS) {
        return;
    }
    if let Ok(mut members) = serde_json::from_str::<Map<String, Value>>(other)
        && members.shift_remove(OF_ADMINISTRATORS).is_some()
    {
        *other = Value::Object(members).to_string();
    }
}

/// The JSON, in its order.
#[derive(Serialize)]
struct Other<'a> {
    #[serde(flatten)]
    ratios: Option<Ratios>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_creation_ratio: Option<f64>,
    usage_source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_status: Option<StreamStatus<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    admin_info: Option<Value>,
}

#[derive(Serialize)]
struct Ratios {
    model_ratio: f64,
    completion_ratio: f64,
    cache_ratio: f64,
}

#[derive(Serialize)]
struct StreamStatus<'a> {
    status: &'static str,
    end_reason: &'a str,
}

impl<'a> Other<'a> {
    fn of(told: &Told<'a>) -> Self {
        let (ratios, model_price) = match told.rates {
            Rates::Ratios {
                model,
                completion,
                cache_read,
            } => {
                let ratios = Ratios {
                    model_ratio: model.to_f64(),
                    completion_ratio: completion.to_f64(),
                    cache_ratio: cache_read.to_f64(),
                };
                // −1 where the price is by the token.
                (Some(ratios), Some(-1.0))
            }
            Rates::Call(call) => (None, Some(dollars(call))),
            Rates::Untold => (None, None),
        };
        let stream_status = told.stream.map(|ended| {
            let (status, end_reason) = match ended {
                Ended::Done => ("ok", "done"),
                Ended::ClientGone => ("error", "client_gone"),
                Ended::Broken(code) => ("error", code),
            };
            StreamStatus { status, end_reason }
        });
        let written = told.cache_write;
        Other {
            ratios,
            model_price,
            group_ratio: told.group_ratio.to_f64(),
            user_group_ratio: told.special_ratio.map_or(-1.0, Ratio::to_f64),
            frt: told.first_ms,
            request_path: told.path,
            tool: told.tool,
            is_model_mapped: told.theirs.map(|_| true),
            upstream_model_name: told.theirs,
            cache_tokens: told.cache_read,
            cache_creation_tokens: written.map(|written| written.tokens),
            cache_creation_ratio: written.and_then(|written| written.ratio).map(Ratio::to_f64),
            usage_source: if told.counted { "counted" } else { "upstream" },
            price: (!told.priced).then_some("unknown"),
            stream_status,
            admin_info: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told() -> Told<'static> {
        Told {
            rates: Rates::Ratios {
                model: Ratio::from_billionths(50_000_000),
                completion: Ratio::ONE,
                cache_read: Ratio::ONE,
            },
            group_ratio: Ratio::ONE,
            special_ratio: None,
            first_ms: Some(12),
            path: "/v1/chat/completions",
            tool: "curl",
            theirs: None,
            cache_read: 0,
            cache_write: None,
            counted: false,
            priced: true,
            stream: None,
        }
    }

    #[test]
    fn a_row_is_told_in_the_protocols_words() {
        let json = |told: &Told<'_>| Told::json(&told.written(&[])).unwrap();
        assert_eq!(
            json(&told()),
            r#"{"model_ratio":0.05,"completion_ratio":1.0,"cache_ratio":1.0,"model_price":-1.0,"group_ratio":1.0,"user_group_ratio":-1.0,"frt":12,"request_path":"/v1/chat/completions","tool":"curl","cache_tokens":0,"usage_source":"upstream"}"#
        );
        let other = Told {
            rates: Rates::Call(Money::from_nanos(20_000_000)),
            special_ratio: Some(Ratio::from_billionths(500_000_000)),
            first_ms: None,
            tool: "a \"tool\"",
            theirs: Some("theirs"),
            cache_read: 3,
            cache_write: Some(CacheWrite {
                tokens: 4,
                ratio: Some(Ratio::from_billionths(1_250_000_000)),
            }),
            counted: true,
            priced: false,
            stream: Some(Ended::Broken("upstream_error")),
            ..told()
        };
        assert_eq!(
            json(&other),
            r#"{"model_price":0.02,"group_ratio":1.0,"user_group_ratio":0.5,"request_path":"/v1/chat/completions","tool":"a \"tool\"","is_model_mapped":true,"upstream_model_name":"theirs","cache_tokens":3,"cache_creation_tokens":4,"cache_creation_ratio":1.25,"usage_source":"counted","price":"unknown","stream_status":{"status":"error","end_reason":"upstream_error"}}"#
        );
        let untold = Told {
            rates: Rates::Untold,
            stream: Some(Ended::Done),
            ..told()
        };
        assert!(json(&untold).starts_with(r#"{"group_ratio":1.0,"#));
        assert!(json(&untold).ends_with(r#""stream_status":{"status":"ok","end_reason":"done"}}"#));
    }

    /// Such bytes stand in databases, so these are read for ever.
    #[test]
    fn a_row_is_written_as_it_always_was() {
        let mut bytes = vec![1, 0, 128, 194, 215, 47, 128, 168, 214, 185, 7];
        bytes.extend([128, 168, 214, 185, 7, 128, 168, 214, 185, 7, 0, 1, 12, 20]);
        bytes.extend(b"/v1/chat/completions\x04curl\0\0\0\0\x01\0");
        assert_eq!(told().written(&[]), bytes);
        let behind = bytes.split_off(1);
        assert_eq!(
            told().written(&[7, 9]),
            [&[2, 2, 14, 18], &*behind].concat()
        );
    }

    #[test]
    fn administrators_read_which_channels_were_tried_and_nobody_else_does() {
        let mut other = Told::json(&told().written(&[7, 9])).unwrap();
        let alone = Told::json(&told().written(&[])).unwrap();
        let way = r#","admin_info":{"use_channel":["7","9"]}}"#;
        assert_eq!(other, format!("{}{way}", &alone[..alone.len() - 1]));
        for_everybody(&mut other);
        assert_eq!(other, alone);
        let mut said = r#"{"tool":"admin_info","x":1}"#.to_owned();
        for_everybody(&mut said);
        assert_eq!(said, r#"{"tool":"admin_info","x":1}"#);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = Told::json(&bytes);
        }

        #[test]
        fn what_was_cut_off_is_told_as_nothing(at in 0_usize..40) {
            let bytes = told().written(&[]);
            prop_assert_eq!(Told::json(&bytes[..at.min(bytes.len() - 1)]), None);
        }
    }
}
