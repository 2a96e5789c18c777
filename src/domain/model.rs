//! Models as a relay sells them.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::group::{AUTO, Group, Ratio};
use super::money::QuotaScale;
use super::own_words;
use super::price::{BasePrice, Price};
use super::price_catalogue;

/// A way a model is called. Source of the names: `supported_endpoint_types` of `GET /api/pricing`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// `/v1/chat/completions`
    #[serde(rename = "openai")]
    Chat,
    /// `/v1/messages`
    #[serde(rename = "anthropic")]
    Messages,
    /// `/v1/responses`
    #[serde(rename = "openai-response")]
    Responses,
    /// `/v1beta/models/{model}:generateContent`
    Gemini,
    /// `/v1/embeddings`
    Embeddings,
    /// Something else the operator offers, by its own name.
    #[serde(untagged)]
    Other(String),
}

impl Endpoint {
    /// From a relay's name for it.
    pub fn from_name(name: &str) -> Self {
        match name {
            "openai" => Endpoint::Chat,
            "anthropic" => Endpoint::Messages,
            "openai-response" => Endpoint::Responses,
            "gemini" => Endpoint::Gemini,
            "embeddings" => Endpoint::Embeddings,
            other => Endpoint::Other(other.to_owned()),
        }
    }

    /// The path below a relay's base address; `None` where we do not know it.
    pub fn path(&self, model: &str) -> Option<String> {
        Some(match self {
            Endpoint::Chat => "/v1/chat/completions".into(),
            Endpoint::Messages => "/v1/messages".into(),
            Endpoint::Responses => "/v1/responses".into(),
            Endpoint::Gemini => format!("/v1beta/models/{model}:generateContent"),
            Endpoint::Embeddings => "/v1/embeddings".into(),
            Endpoint::Other(_) => return None,
        })
    }
}

impl fmt::Display for Endpoint {
    /// The short word of the marketplace's column.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Endpoint::Chat => "chat",
            Endpoint::Messages => "messages",
            Endpoint::Responses => "responses",
            Endpoint::Gemini => "gemini",
            Endpoint::Embeddings => "embeddings",
            Endpoint::Other(name) => name,
        })
    }
}

/// A model on a relay's marketplace. There may be thousands: what many of them say alike they share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// The exact name, byte for byte (S-44).
    pub name: String,
    /// The vendor's name; empty when the relay does not say.
    pub vendor: Arc<str>,
    /// What the relay says of it; may be empty.
    pub description: String,
    /// The relay's tags.
    pub tags: Arc<[String]>,
    /// The groups that serve it; `None` when the relay does not say, which is not the same as *none*.
    pub groups: Option<Arc<[String]>>,
    /// The ways it is called; empty when the relay does not say.
    pub endpoints: Arc<[Endpoint]>,
    /// The published price, before any group.
    pub price: BasePrice,
    /// Longest prompt and output together, in tokens, where known.
    pub context: Option<u64>,
    /// Longest output in tokens, where known.
    pub max_output: Option<u64>,
}

impl Model {
    /// What the relay says of it, for people; our own words in the language that is spoken.
    pub fn about(&self) -> &str {
        own_words::told(self.description.trim())
    }

    /// The relay's tags, for people; our own in the language that is spoken.
    pub fn shown_tags(&self) -> Vec<&str> {
        self.tags.iter().map(|tag| own_words::tag(tag)).collect()
    }

    /// Whether it has this tag, in the relay's words or as it is shown.
    pub fn is_tagged(&self, tag: &str) -> bool {
        let of = |own: &String| own == tag || own_words::tag(own) == tag;
        self.tags.iter().any(of)
    }

    /// Whether a group serves it; unknown counts as yes, because the relay will say if not.
    pub fn in_group(&self, group: &str) -> bool {
        self.groups.as_ref().is_none_or(|groups| {
            groups.iter().any(|name| name == group || name == "all")
                || group == AUTO && !groups.is_empty()
        })
    }

    /// The longest prompt and answer together that its vendor's list tells, in tokens, where the relay tells none.
    pub fn listed_context(&self) -> Option<u64> {
        match self.context {
            Some(_) => None,
            None => price_catalogue::find(&self.name)?.context,
        }
    }

    /// Its price in a group; where the relay publishes none, the bundled catalogue's.
    pub fn price_in(&self, ratio: Option<Ratio>, scale: QuotaScale) -> Price {
        match self.price {
            BasePrice::Unknown => self.listed(),
            _ => self.price.at(ratio, scale),
        }
    }

    /// Its price where nobody says which group it is billed in, as to a key alone: the bundled catalogue's estimate, as long
    /// as it is billed by the token.
    pub fn price_in_no_group(&self) -> Price {
        match &self.price {
            BasePrice::Unknown | BasePrice::Ratios(_) => self.listed(),
            BasePrice::PerCall { .. } => Price::Unknown,
            BasePrice::Tiered { expression } => Price::Tiered {
                expression: expression.clone(),
            },
        }
    }

    /// What the bundled catalogue has of it, as a price that says so.
    pub fn listed(&self) -> Price {
        let found = price_catalogue::find(&self.name);
        found.map_or(Price::Unknown, |listed| Price::Listed(listed.prices))
    }

    /// Its price in the named one of these groups; unknown where the group or its ratio is.
    pub fn price_in_group(&self, group: &str, groups: &[Group], scale: QuotaScale) -> Price {
        let known = groups.iter().find(|known| known.name == group);
        let ratio = match known.and_then(|known| known.ratio) {
            None if group == AUTO => self.ratio_wherever(groups),
            ratio => ratio,
        };
        self.price_in(ratio, scale)
    }

    /// The ratio in all groups that serve it, where it is one: then it does not matter which of them the relay chooses.
    fn ratio_wherever(&self, groups: &[Group]) -> Option<Ratio> {
        let mut serving = groups
            .iter()
            .filter(|group| group.name != AUTO && self.in_group(&group.name));
        let first = serving.next()?.ratio?;
        serving
            .all(|group| group.ratio == Some(first))
            .then_some(first)
    }
}
