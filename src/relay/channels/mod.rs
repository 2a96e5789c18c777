//! Channels: where a model's answers come from, and in which order several are tried.

pub mod http;
pub mod server;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::builtin;
use super::rows::{ENABLED, names};
use super::store::channels::StoredChannel;
use super::translate::Dialect;
use crate::domain::{Address, ApiKey};

/// The number the protocol gives to OpenAI-compatible upstreams.
pub const OPENAI: i64 = 1;
/// The number the protocol gives to Anthropic.
pub const ANTHROPIC: i64 = 14;
/// The number of the models built in; the protocol has none for them.
pub const BUILT_IN: i64 = 1000;

/// The dialects that servers are called in, with the protocol's numbers.
pub const SERVERS: [(i64, Dialect); 2] = [(OPENAI, Dialect::Chat), (ANTHROPIC, Dialect::Messages)];

/// The dialect of a server by the protocol's number.
pub fn dialect_of(kind: i64) -> Option<Dialect> {
    let known = SERVERS.into_iter().find(|(number, _)| *number == kind);
    known.map(|(_, dialect)| dialect)
}

/// One upstream account, ready to be called.
pub struct Channel {
    pub id: i64,
    pub name: String,
    pub upstream: Upstream,
    pub priority: i64,
    pub weight: i64,
    pub status: i64,
    models: Vec<String>,
    groups: Vec<String>,
    mapping: BTreeMap<String, String>,
    /// Learned: it refuses requests that ask for the usage of a stream.
    refuses_stream_options: AtomicBool,
}

/// Who answers behind a channel.
pub enum Upstream {
    /// The models built in.
    BuiltIn,
    /// A server that speaks one of the dialects of [`SERVERS`].
    Server {
        dialect: Dialect,
        base: Address,
        secret: Option<ApiKey>,
    },
}

/// Why a stored channel cannot be served.
#[derive(Debug)]
pub struct Unservable(String);

impl fmt::Display for Unservable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Channel {
    /// Reads a stored channel.
    pub fn from_stored(stored: StoredChannel) -> Result<Self, Unservable> {
        let unservable = |why: String| Unservable(format!("channel {}: {why}", stored.id));
        let upstream = if stored.kind == BUILT_IN {
            Upstream::BuiltIn
        } else {
            Upstream::Server {
                dialect: dialect_of(stored.kind)
                    .ok_or_else(|| unservable(format!("type {} is not known here", stored.kind)))?,
                base: Address::parse(&stored.base_url)
                    .map_err(|error| unservable(error.to_string()))?
                    .0,
                secret: (!stored.secret.is_empty()).then(|| ApiKey::new(stored.secret)),
            }
        };
        let mapping = match stored.model_mapping.trim() {
            "" => BTreeMap::new(),
            text => serde_json::from_str(text)
                .map_err(|error| unservable(format!("its model mapping: {error}")))?,
        };
        let models = match upstream {
            Upstream::BuiltIn => builtin::models()
                .iter()
                .map(|model| model.name.to_owned())
                .collect(),
            Upstream::Server { .. } => names(&stored.models).map(str::to_owned).collect(),
        };
        Ok(Channel {
            id: stored.id,
            name: stored.name,
            upstream,
            priority: stored.priority,
            weight: stored.weight,
            status: stored.status,
            models,
            groups: names(&stored.groups).map(str::to_owned).collect(),
            mapping,
            refuses_stream_options: AtomicBool::new(false),
        })
    }

    /// Whether it may be used.
    pub fn enabled(&self) -> bool {
        self.status == ENABLED
    }

    /// Its models, as our side names them.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        self.models.iter().map(String::as_str)
    }

    /// Its groups.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(String::as_str)
    }

    /// Whether it serves a group.
    pub fn in_group(&self, group: &str) -> bool {
        self.groups.iter().any(|name| name == group)
    }

    /// What its upstream speaks.
    pub fn dialect(&self) -> Dialect {
        match self.upstream {
            Upstream::BuiltIn => Dialect::Chat,
            Upstream::Server { dialect, .. } => dialect,
        }
    }

    /// The name its upstream knows a model by.
    pub fn upstream_name<'a>(&'a self, model: &'a str) -> &'a str {
        self.mapping.get(model).map_or(model, String::as_str)
    }

    /// Its mapping, as the protocol writes it: a JSON map in a text, or nothing.
    pub fn mapping_text(&self) -> String {
        if self.mapping.is_empty() {
            return String::new();
        }
        serde_json::to_string(&self.mapping).unwrap_or_default()
    }

    /// Whether it can be asked for the usage of a stream.
    pub fn takes_stream_options(&self) -> bool {
        !self.refuses_stream_options.load(Ordering::Relaxed)
    }

    /// Remembers that it cannot.
    pub fn learn_refusal_of_stream_options(&self) {
        self.refuses_stream_options.store(true, Ordering::Relaxed);
    }

    /// Takes the upstream's credential out of a text that came from it, so that nobody else reads it.
    pub fn scrub(&self, text: &str) -> String {
        match &self.upstream {
            Upstream::Server {
                secret: Some(secret),
                ..
            } if text.contains(secret.expose()) => text.replace(secret.expose(), &secret.masked()),
            _ => text.to_owned(),
        }
    }
}

/// The order to try channels in: the highest priority first, and among equals each as often first as its weight says.
/// Where none has a weight, all weigh the same; where some do, those without come after them.
pub fn order(mut channels: Vec<Arc<Channel>>, lot: u64) -> Vec<Arc<Channel>> {
    if channels.len() < 2 {
        return channels;
    }
    channels.sort_by_key(|channel| std::cmp::Reverse(channel.priority));
    let mut ordered = Vec::with_capacity(channels.len());
    let mut lot = lot;
    while let Some(best) = channels.first().map(|channel| channel.priority) {
        let equals = channels.partition_point(|channel| channel.priority == best);
        let mut rank: Vec<_> = channels.drain(..equals).collect();
        while !rank.is_empty() {
            let picked = pick(&rank, lot);
            ordered.push(rank.remove(picked));
            lot = lot.rotate_left(17).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }
    ordered
}

/// Which of a rank comes first.
fn pick(rank: &[Arc<Channel>], lot: u64) -> usize {
    let weight = |channel: &Arc<Channel>| u64::from(u32::try_from(channel.weight).unwrap_or(0));
    let total: u64 = rank.iter().map(weight).sum();
    let len = rank.len() as u64;
    if total == 0 {
        return usize::try_from(lot % len).unwrap_or(0);
    }
    let mut point = lot % total;
    for (place, channel) in rank.iter().enumerate() {
        let share = weight(channel);
        if point < share {
            return place;
        }
        point -= share;
    }
    0
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A channel of a name, priority and weight.
    pub fn channel(id: i64, priority: i64, weight: i64) -> StoredChannel {
        StoredChannel {
            id,
            name: format!("channel {id}"),
            kind: OPENAI,
            secret: "upstream-secret".into(),
            base_url: "http://127.0.0.1:9/v1".into(),
            models: "a, b".into(),
            groups: "default,vip".into(),
            model_mapping: r#"{"a":"theirs"}"#.into(),
            priority,
            weight,
            status: ENABLED,
            created: 0,
        }
    }

    fn ready(id: i64, priority: i64, weight: i64) -> Arc<Channel> {
        Arc::new(Channel::from_stored(channel(id, priority, weight)).unwrap())
    }

    #[test]
    fn priority_comes_before_weight() {
        let channels = vec![ready(1, 0, 100), ready(2, 5, 0), ready(3, 5, 1)];
        for lot in 0..50 {
            let ids: Vec<i64> = order(channels.clone(), lot)
                .iter()
                .map(|channel| channel.id)
                .collect();
            assert_eq!(ids, [3, 2, 1], "who has no weight waits behind who has");
        }
    }

    #[test]
    fn equals_share_as_their_weights_say() {
        let channels = vec![ready(1, 0, 3), ready(2, 0, 1)];
        let first = (0..400).filter(|lot| order(channels.clone(), *lot)[0].id == 1);
        assert_eq!(first.count(), 300);
    }

    #[test]
    fn a_stored_channel_is_read_and_an_odd_one_told() {
        let ready = ready(1, 0, 0);
        assert_eq!(
            (ready.upstream_name("a"), ready.upstream_name("b")),
            ("theirs", "b")
        );
        assert!(ready.in_group("vip") && !ready.in_group("svip"));
        assert!(
            !ready
                .scrub("Incorrect API key: upstream-secret")
                .contains("upstream-secret")
        );
        let mut odd = channel(2, 0, 0);
        odd.kind = 77;
        assert!(
            Channel::from_stored(odd)
                .err()
                .unwrap()
                .to_string()
                .contains("77")
        );
    }
}
