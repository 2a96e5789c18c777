//! Channels: where a model's answers come from, what they speak, and what is remembered of them.

pub mod choice;
pub mod cooling;
pub mod http;
pub mod kind;
pub mod learned;
mod patient;
pub mod server;
pub mod target;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::builtin;
use super::protocol::Protocol;
use super::rows::{ENABLED, names};
use super::store::channels::StoredChannel;
use super::translate::Pair;
use crate::domain::{Address, ApiKey, UnixMillis};
use cooling::{Cause, Cooling};
use kind::Kind;
use learned::{Learned, Speaks};
pub use target::Server;

/// The number of the models built in; the protocol has none for them.
pub const BUILT_IN: i64 = 1000;

/// One upstream account, ready to be called.
pub struct Channel {
    pub id: i64,
    pub name: Arc<str>,
    pub upstream: Upstream,
    pub priority: i64,
    pub weight: i64,
    pub status: i64,
    models: Vec<String>,
    groups: Vec<String>,
    mapping: BTreeMap<String, String>,
    /// The protocols its upstream is said to speak; none where nobody said.
    speaks: Vec<Protocol>,
    memory: OnceLock<Arc<Memory>>,
    /// What was learned of its upstream before this process began, as it was kept.
    known: Option<String>,
}

/// What outlives the pictures of the catalog that a channel appears in.
#[derive(Default)]
struct Memory {
    learned: Learned,
    cooling: Cooling,
}

/// Who answers behind a channel.
pub enum Upstream {
    /// The models built in.
    BuiltIn,
    /// A server.
    Server(Box<Server>),
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
            let kind = Kind::of_number(stored.kind)
                .ok_or_else(|| unservable(format!("type {} is not known here", stored.kind)))?;
            let (base, _) =
                Address::parse(&stored.base_url).map_err(|error| unservable(error.to_string()))?;
            let secret = (!stored.secret.is_empty()).then(|| ApiKey::new(stored.secret));
            Upstream::Server(Box::new(Server::new(kind, base, secret)))
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
            name: stored.name.into(),
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
            memory: OnceLock::new(),
            known: None,
        })
    }

    /// The same with what was learned of its upstream in an earlier process.
    pub fn knowing(mut self, known: Option<String>) -> Self {
        self.known = known;
        self
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
        let kind = self.kind();
        let built_in = matches!(self.upstream, Upstream::BuiltIn);
        if built_in && protocol == Protocol::Embeddings {
            return None;
        }
        if self.speaks(protocol) {
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

    /// Whether its upstream speaks a protocol, as far as its kind and its owner say.
    pub fn speaks(&self, protocol: Protocol) -> bool {
        self.speaks.contains(&protocol) || self.kind().speaks(protocol)
    }

    const fn kind(&self) -> Kind {
        match &self.upstream {
            // The models built in are asked as an OpenAI-compatible server is.
            Upstream::BuiltIn => Kind::OpenAi,
            Upstream::Server(server) => server.kind,
        }
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
        &self.memory().learned
    }

    fn memory(&self) -> &Arc<Memory> {
        self.memory.get_or_init(|| {
            let learned = self.known.as_deref().map(Learned::read);
            Arc::new(Memory {
                learned: learned.unwrap_or_default(),
                ..Memory::default()
            })
        })
    }

    /// Its rests after failures. The models built in fail when they are told to, which is no trouble of theirs.
    pub fn cooling(&self) -> &Cooling {
        &self.memory().cooling
    }

    /// Remembers that a request for a model failed.
    pub fn failed(&self, model: &str, cause: Cause, why: &str, now: UnixMillis) {
        if !matches!(self.upstream, Upstream::BuiltIn) {
            self.cooling().failed(model, cause, why, now);
        }
    }

    /// Takes over what is remembered of the same upstream from before the picture was drawn anew.
    pub fn remember(&self, earlier: &Channel) {
        let same = match (&self.upstream, &earlier.upstream) {
            (Upstream::BuiltIn, Upstream::BuiltIn) => true,
            (Upstream::Server(own), Upstream::Server(theirs)) => own.is(theirs),
            _ => false,
        };
        if same && self.speaks == earlier.speaks {
            // It is new, so nothing is remembered of it yet.
            let _ = self.memory.set(Arc::clone(earlier.memory()));
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
        let secret = match &self.upstream {
            Upstream::Server(server) => server.secret.as_ref(),
            Upstream::BuiltIn => None,
        };
        match secret.filter(|secret| text.contains(secret.expose())) {
            Some(secret) => text.replace(secret.expose(), &secret.masked()),
            None => text.to_owned(),
        }
    }
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

    #[test]
    fn a_stored_channel_is_read_and_an_odd_one_told() {
        let ready = Channel::from_stored(channel(1, 0, 0)).unwrap();
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
