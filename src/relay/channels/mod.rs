//! Channels: where a model's answers come from, and in which order several are tried.

pub mod http;
pub mod kind;
pub mod learned;
pub mod server;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::builtin;
use super::protocol::Protocol;
use super::rows::{ENABLED, names};
use super::store::channels::StoredChannel;
use super::translate::Pair;
use crate::domain::{Address, ApiKey, UnixMillis};
use kind::Kind;
use learned::{Learned, Speaks};

/// The number of the models built in; the protocol has none for them.
pub const BUILT_IN: i64 = 1000;

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
    /// The protocols its upstream is said to speak; none where nobody said.
    speaks: Vec<Protocol>,
    learned: OnceLock<Arc<Learned>>,
}

/// Who answers behind a channel.
pub enum Upstream {
    /// The models built in.
    BuiltIn,
    /// A server.
    Server(Server),
}

/// A server, and what it takes to call it.
pub struct Server {
    pub kind: Kind,
    pub base: Address,
    pub secret: Option<ApiKey>,
}

impl Server {
    /// Whether it is the same server, called with the same credential.
    fn is(&self, other: &Server) -> bool {
        let secret = |server: &Server| server.secret.as_ref().map(|key| key.expose().to_owned());
        self.kind == other.kind && self.base == other.base && secret(self) == secret(other)
    }
}

/// The way a channel answers what is asked in some protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Its upstream speaks that protocol.
    Straight,
    /// It speaks another.
    Translated(Pair),
    /// Nobody knows whether it speaks it; if not, this is the way.
    StraightOr(Pair),
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
            Upstream::Server(Server {
                kind: Kind::of_number(stored.kind)
                    .ok_or_else(|| unservable(format!("type {} is not known here", stored.kind)))?,
                base: Address::parse(&stored.base_url)
                    .map_err(|error| unservable(error.to_string()))?
                    .0,
                secret: (!stored.secret.is_empty()).then(|| ApiKey::new(stored.secret)),
            })
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
            Upstream::Server(_) => names(&stored.models).map(str::to_owned).collect(),
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
            speaks: names(&stored.endpoints)
                .filter_map(Protocol::named)
                .collect(),
            learned: OnceLock::new(),
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

    /// The way it answers what is asked of a model in a protocol; `None` when it cannot.
    pub fn route(&self, protocol: Protocol, model: &str, now: UnixMillis) -> Option<Route> {
        let kind = match &self.upstream {
            // The models built in are asked as an OpenAI-compatible server is.
            Upstream::BuiltIn => Kind::OpenAi,
            Upstream::Server(server) => server.kind,
        };
        let built_in = matches!(self.upstream, Upstream::BuiltIn);
        if built_in && protocol == Protocol::Embeddings {
            return None;
        }
        if self.speaks.contains(&protocol) || kind.speaks(protocol) {
            return Some(Route::Straight);
        }
        let pair = Pair::between(protocol.dialect()?, kind.dialect()?)?;
        let asks = kind == Kind::OpenAi
            && protocol == Protocol::Responses
            && self.speaks.is_empty()
            && !built_in;
        Some(match asks.then(|| self.learned().responses(model, now)) {
            Some(Speaks::Yes) => Route::Straight,
            Some(Speaks::Unknown) => Route::StraightOr(pair),
            Some(Speaks::No) | None => Route::Translated(pair),
        })
    }

    /// Whether it can answer in a protocol at all.
    pub fn serves(&self, protocol: Protocol) -> bool {
        self.route(protocol, "", UnixMillis(0)).is_some()
    }

    /// What its owner said it speaks: names of endpoints, separated by commas.
    pub fn endpoints(&self) -> String {
        let names: Vec<&str> = self.speaks.iter().map(|known| known.name()).collect();
        names.join(",")
    }

    /// What was learned of it.
    pub fn learned(&self) -> &Learned {
        self.learned.get_or_init(Arc::default)
    }

    /// Takes over what was learned of the same upstream before the picture was drawn anew.
    pub fn remember(&self, earlier: &Channel) {
        let same = match (&self.upstream, &earlier.upstream) {
            (Upstream::BuiltIn, Upstream::BuiltIn) => true,
            (Upstream::Server(own), Upstream::Server(theirs)) => own.is(theirs),
            _ => false,
        };
        if same && self.speaks == earlier.speaks {
            // It is new, so nothing was learned of it yet.
            let known = earlier.learned.get_or_init(Arc::default);
            let _ = self.learned.set(Arc::clone(known));
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

    /// Takes the upstream's credential out of a text that came from it, so that nobody else reads it.
    pub fn scrub(&self, text: &str) -> String {
        match &self.upstream {
            Upstream::Server(Server {
                secret: Some(secret),
                ..
            }) if text.contains(secret.expose()) => text.replace(secret.expose(), &secret.masked()),
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
            kind: Kind::OpenAi.number(),
            secret: "upstream-secret".into(),
            base_url: "http://127.0.0.1:9/v1".into(),
            models: "a, b".into(),
            groups: "default,vip".into(),
            model_mapping: r#"{"a":"theirs"}"#.into(),
            priority,
            weight,
            status: ENABLED,
            created: 0,
            endpoints: String::new(),
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
