//! The owner's part of a relay: its channels (`contract/new-api.md` 9.3). Needs the access token of an administrator.

pub mod accounts;
pub mod codes;
pub mod options;
pub mod walks;

use std::collections::BTreeMap;

use reqwest::Method;
use serde::Serialize;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::RelayClient;
use super::account::odd_answer;
use super::call::{As, Call};
use crate::domain::{Address, ApiKey, Fault, FaultKind, Money};
use crate::locale::say;
use crate::wire::new_api::ChannelRow;
use crate::wire::plain::one_line;

const LIST: &str = "/api/channel/";

/// What a channel's upstream speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// Any server that is compatible with OpenAI.
    OpenAi,
    /// Anthropic.
    Anthropic,
    /// Gemini.
    Gemini,
    /// Another one, by the protocol's number.
    Other(i64),
}

impl ChannelKind {
    /// The protocol's number.
    pub const fn code(self) -> i64 {
        match self {
            ChannelKind::OpenAi => 1,
            ChannelKind::Anthropic => 14,
            ChannelKind::Gemini => 24,
            ChannelKind::Other(code) => code,
        }
    }

    /// From the protocol's number.
    pub const fn from_code(code: i64) -> Self {
        match code {
            1 => ChannelKind::OpenAi,
            14 => ChannelKind::Anthropic,
            24 => ChannelKind::Gemini,
            code => ChannelKind::Other(code),
        }
    }

    /// From the word people type: `openai`, `anthropic`, `gemini`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "openai" => Some(ChannelKind::OpenAi),
            "anthropic" => Some(ChannelKind::Anthropic),
            "gemini" => Some(ChannelKind::Gemini),
            _ => None,
        }
    }

    /// The word people see.
    pub const fn word(self) -> &'static str {
        match self {
            ChannelKind::OpenAi => "openai",
            ChannelKind::Anthropic => "anthropic",
            ChannelKind::Gemini => "gemini",
            ChannelKind::Other(_) => "other",
        }
    }
}

/// Whether a channel is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelStatus {
    /// In use.
    Enabled,
    /// Switched off by hand.
    Disabled,
    /// Switched off by its failures.
    Failing,
}

impl ChannelStatus {
    /// The word people see.
    pub const fn word(self) -> &'static str {
        match self {
            ChannelStatus::Enabled => "enabled",
            ChannelStatus::Disabled => "disabled",
            ChannelStatus::Failing => "failing",
        }
    }
}

/// A channel as the relay describes it. Its credential is never told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// The relay's number for it.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What its upstream speaks.
    pub kind: ChannelKind,
    /// The upstream's base address, without `/v1`.
    pub base_url: String,
    /// The models it serves.
    pub models: Vec<String>,
    /// The groups it serves.
    pub groups: Vec<String>,
    /// Whether it is used.
    pub status: ChannelStatus,
    /// Higher is tried first.
    pub priority: i64,
    /// Its share among those of the same priority.
    pub weight: i64,
    /// The endpoints its upstream is said to have; empty where nobody said, or the relay does not tell.
    pub endpoints: Vec<String>,
    /// Its rest after failures, where it has one and the relay tells.
    pub cooling: Option<Cooling>,
    /// The models of it that rest by themselves.
    pub cooling_models: Vec<String>,
}

/// The time in which a channel that failed is tried after all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cooling {
    /// Seconds that are left.
    pub seconds: i64,
    /// What its last failure was.
    pub why: String,
}

/// What a model costs through a channel, in dollars a million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelPrice {
    /// A million prompt tokens.
    pub input: Money,
    /// A million generated tokens.
    pub output: Money,
}

/// A channel that is to be made.
#[derive(Clone, Debug)]
pub struct ChannelDraft {
    /// Its name.
    pub name: String,
    /// What its upstream speaks.
    pub kind: ChannelKind,
    /// The upstream's address.
    pub base_url: Address,
    /// The upstream's credential; may be empty for servers that want none.
    pub key: ApiKey,
    /// The models it serves; empty to let the relay ask its upstream, where the relay does that.
    pub models: Vec<String>,
    /// The groups it serves; `default` when empty.
    pub groups: Vec<String>,
    /// Our names of models to its upstream's.
    pub mapping: BTreeMap<String, String>,
    /// Higher is tried first.
    pub priority: i64,
    /// Its share among those of the same priority.
    pub weight: i64,
    /// The endpoints its upstream has, by their names; empty to let the relay find out.
    pub endpoints: Vec<String>,
    /// Prices by model, for a relay that takes them with the channel: ours does, others skip them.
    pub prices: BTreeMap<String, ChannelPrice>,
}

/// What is to be changed of a channel; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct ChannelChange {
    /// Its name.
    pub name: Option<String>,
    /// The upstream's address.
    pub base_url: Option<Address>,
    /// The upstream's credential.
    pub key: Option<ApiKey>,
    /// The models it serves.
    pub models: Option<Vec<String>>,
    /// The groups it serves.
    pub groups: Option<Vec<String>>,
    /// Higher is tried first.
    pub priority: Option<i64>,
    /// Its share among channels of the same priority.
    pub weight: Option<i64>,
}

/// The body of a creation: the members stand both at the top, as elder relays want them, and under `channel`.
#[derive(Serialize)]
struct AddBody<'a> {
    mode: &'static str,
    #[serde(flatten)]
    flat: ChannelBody<'a>,
    channel: ChannelBody<'a>,
}

#[derive(Clone, Serialize)]
struct ChannelBody<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: i64,
    key: &'a str,
    base_url: &'a str,
    models: String,
    group: String,
    model_mapping: String,
    priority: i64,
    weight: i64,
    auto_ban: i64,
    status: i64,
    #[serde(skip_serializing_if = "String::is_empty")]
    endpoints: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    prices: BTreeMap<&'a str, PriceBody>,
}

#[derive(Clone, Serialize)]
struct PriceBody {
    input: String,
    output: String,
}

impl RelayClient {
    /// All channels, by number.
    ///
    /// # Errors
    /// [`FaultKind::Forbidden`] when the account is no administrator; otherwise what the refusal means.
    pub async fn channels(&self) -> Result<Vec<Channel>, Fault> {
        self.needs_token(say!("what-channels"))?;
        let (rows, _) = self.all_rows(LIST, |row: &ChannelRow| row.id).await?;
        let mut channels: Vec<Channel> = rows.iter().map(channel).collect();
        channels.sort_by_key(|channel| channel.id);
        Ok(channels)
    }

    /// Adds a channel and gives it as the relay then describes it.
    ///
    /// # Errors
    /// When the relay refuses; nothing was added then.
    pub async fn add_channel(&self, draft: &ChannelDraft) -> Result<Channel, Fault> {
        self.needs_token(say!("what-channels"))?;
        let call = Call {
            body: Some(encoded(draft)),
            holds: Some(draft.key.clone()),
            ..Call::write(Method::POST, LIST, self.inner.options.console)
        };
        let answer = self.call(&call).await?.document()?;
        let told: Option<ChannelRow> = answer
            .get("data")
            .filter(|data| data.get("id").is_some())
            .and_then(|data| serde_json::from_value(data.clone()).ok());
        if let Some(row) = told.filter(|row| row.id > 0) {
            return Ok(channel(&row));
        }
        let newest = self.channels().await?.into_iter().rev().find(|channel| {
            channel.name == draft.name.trim() && channel.base_url == draft.base_url.base()
        });
        newest.ok_or_else(|| {
            Fault::new(
                FaultKind::Server,
                say!("owner-channel-unlisted", name = format!("{:?}", draft.name)),
            )
        })
    }

    /// Lets the relay call its upstream once through a channel; gives the milliseconds it took.
    ///
    /// # Errors
    /// When the upstream fails, with what it said.
    pub async fn test_channel(&self, id: i64, model: Option<&str>) -> Result<u64, Fault> {
        self.needs_token(say!("what-channels"))?;
        let query = model.map_or_else(String::new, |model| {
            let pair = Serializer::new(String::new())
                .append_pair("model", model)
                .finish();
            format!("?{pair}")
        });
        // A test costs a little each time, so it is not repeated like other reads.
        let path = format!("/api/channel/test/{id}{query}");
        let call = Call::get(path, As::Account, self.inner.options.pricing);
        let answer = self.call_without_repeating(&call).await?;
        let took = answer.took;
        let document = answer.document().map_err(|fault| match fault.kind {
            FaultKind::BadRequest => Fault {
                kind: FaultKind::Upstream,
                ..fault.advise(say!("owner-channel-advice"))
            },
            _ => fault,
        })?;
        let seconds = document.get("time").and_then(Value::as_f64);
        let told = seconds
            .filter(|seconds| (0.0..1.0e6).contains(seconds))
            .map(|seconds| (seconds * 1000.0).round() as u64);
        Ok(told.unwrap_or_else(|| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)))
    }

    /// The models a channel's upstream offers right now.
    ///
    /// # Errors
    /// When the upstream cannot be asked, or the relay does not do that.
    pub async fn channel_models(&self, id: i64) -> Result<Vec<String>, Fault> {
        self.needs_token(say!("what-channels"))?;
        let document = self
            .console(&format!("/api/channel/fetch_models/{id}"))
            .await?;
        let names = document
            .get("data")
            .and_then(crate::wire::model_list::names);
        let names = names.ok_or_else(|| odd_answer(say!("what-channel-models")))?;
        Ok(names.into_iter().map(|model| model.name).collect())
    }

    /// Changes a channel.
    ///
    /// # Errors
    /// [`FaultKind::NotFound`] when there is none of this number; otherwise what the refusal means.
    pub async fn edit_channel(&self, id: i64, change: &ChannelChange) -> Result<(), Fault> {
        self.change_channel(id, change.key.as_ref(), |row| {
            let mut put = |name: &str, value: Option<Value>| {
                if let Some(value) = value {
                    row.insert(name.to_owned(), value);
                }
            };
            put("name", change.name.as_deref().map(Value::from));
            put(
                "base_url",
                change.base_url.as_ref().map(|url| Value::from(url.base())),
            );
            put(
                "key",
                change.key.as_ref().map(|key| Value::from(key.expose())),
            );
            put(
                "models",
                change
                    .models
                    .as_ref()
                    .map(|names| Value::from(names.join(","))),
            );
            put(
                "group",
                change
                    .groups
                    .as_ref()
                    .map(|names| Value::from(names.join(","))),
            );
            put("priority", change.priority.map(Value::from));
            put("weight", change.weight.map(Value::from));
        })
        .await
    }

    /// Uses a channel, or stops using it.
    ///
    /// # Errors
    /// [`FaultKind::NotFound`] when there is none of this number; otherwise what the refusal means.
    pub async fn enable_channel(&self, id: i64, enabled: bool) -> Result<(), Fault> {
        self.change_channel(id, None, |row| {
            row.insert("status".into(), Value::from(if enabled { 1 } else { 2 }));
        })
        .await
    }

    /// Reads a channel, changes its row and writes it back whole, as elder relays want it.
    async fn change_channel(
        &self,
        id: i64,
        holds: Option<&ApiKey>,
        change: impl FnOnce(&mut serde_json::Map<String, Value>),
    ) -> Result<(), Fault> {
        self.needs_token(say!("what-channels"))?;
        let document = self.console(&format!("{LIST}{id}")).await?;
        let row = document.get("data").and_then(Value::as_object);
        let mut row = row
            .cloned()
            .ok_or_else(|| odd_answer(say!("what-channel")))?;
        // What is shown of a key is masked or nothing; it must not take the key's place.
        row.remove("key");
        change(&mut row);
        self.owner_writes(Method::PUT, LIST, &Value::Object(row), holds)
            .await
            .map(|_| ())
    }

    /// Removes a channel.
    ///
    /// # Errors
    /// [`FaultKind::NotFound`] when there is none of this number; otherwise what the refusal means.
    pub async fn remove_channel(&self, id: i64) -> Result<(), Fault> {
        self.needs_token(say!("what-channels"))?;
        let limit = self.inner.options.console;
        let call = Call::write(Method::DELETE, format!("{LIST}{id}"), limit);
        self.call(&call).await?.document().map(|_| ())
    }
}

fn encoded(draft: &ChannelDraft) -> Vec<u8> {
    let group = match draft.groups.is_empty() {
        true => "default".to_owned(),
        false => draft.groups.join(","),
    };
    let price = |price: &ChannelPrice| PriceBody {
        input: price.input.decimal(2),
        output: price.output.decimal(2),
    };
    let body = ChannelBody {
        name: draft.name.trim(),
        kind: draft.kind.code(),
        key: draft.key.expose(),
        base_url: draft.base_url.base(),
        models: draft.models.join(","),
        group,
        model_mapping: match draft.mapping.is_empty() {
            true => String::new(),
            // Texts always become JSON.
            false => serde_json::to_string(&draft.mapping).unwrap_or_default(),
        },
        priority: draft.priority,
        weight: draft.weight,
        auto_ban: 0,
        status: 1,
        endpoints: draft.endpoints.join(","),
        prices: draft
            .prices
            .iter()
            .map(|(model, prices)| (model.as_str(), price(prices)))
            .collect(),
    };
    let body = AddBody {
        mode: "single",
        flat: body.clone(),
        channel: body,
    };
    serde_json::to_vec(&body).unwrap_or_default()
}

fn channel(row: &ChannelRow) -> Channel {
    let names = |list: &str| -> Vec<String> {
        list.split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    };
    Channel {
        id: row.id,
        name: one_line(&row.name),
        kind: ChannelKind::from_code(row.kind),
        base_url: row.base_url.clone(),
        models: names(&row.models),
        groups: names(&row.group),
        status: match row.status {
            1 => ChannelStatus::Enabled,
            2 => ChannelStatus::Disabled,
            _ => ChannelStatus::Failing,
        },
        priority: row.priority,
        weight: row.weight,
        endpoints: names(&row.endpoints),
        cooling: (row.cooling_seconds > 0).then(|| Cooling {
            seconds: row.cooling_seconds,
            why: one_line(&row.cooling_why),
        }),
        cooling_models: names(&row.cooling_models),
    }
}
