//! What stands at an address, asked without a secret, and what a key can tell about itself: the rungs of a diagnosis.
//!
//! All of it are reads; nothing here costs money.

use std::time::Duration;

use serde_json::Value;

use super::account::{definite_site, odd_answer};
use super::answer::Answer;
use super::call::{As, Call};
use super::{Credentials, RelayClient};
use crate::domain::{ApiKey, Fault, FaultKind, Model, Money, QuotaUnits, UnixSeconds};
use crate::locale::say;
use crate::wire::family::Family;
use crate::wire::model_list;
use crate::wire::openai_error::{Shape, read_error};
use crate::wire::plain::one_line;

/// What stands at an address.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Its console: `None` for an address that has none we know; the fault where that could not be found out.
    pub console: Result<Option<ConsoleSeen>, Fault>,
    /// Its model API; the fault where none answers.
    pub api: Result<ApiSeen, Fault>,
    /// How long the model API took to answer.
    pub took: Option<Duration>,
}

/// A relay's console, seen from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleSeen {
    /// The program behind it, for people: `New API`, `One API`.
    pub family: &'static str,
    /// The name it gives itself; may be empty.
    pub name: String,
    /// The version it names.
    pub version: Option<String>,
}

/// A model API, seen from outside.
#[derive(Clone, Debug)]
pub enum ApiSeen {
    /// It wants a key.
    WantsKey,
    /// It lists its models to anybody.
    Open(Vec<Model>),
}

/// What an address answers to a plain read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The HTTP status.
    pub status: u16,
    /// Whether the body is JSON, as every answer of an API is.
    pub is_json: bool,
    /// Whether it is a web page.
    pub is_page: bool,
    /// Where it leads, for a redirect.
    pub leads_to: Option<String>,
}

/// What a relay tells a key about itself (`contract/new-api.md` 7.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyMoney {
    /// The key's name.
    pub name: String,
    /// What it may still spend; `None` for unlimited.
    pub left: Option<Money>,
    /// When it ends; `None` for never.
    pub expires: Option<UnixSeconds>,
    /// The only models it may call; `None` for all.
    pub models: Option<Vec<String>>,
}

impl RelayClient {
    /// What stands here. Two reads at most, each tried once: a diagnosis waits for nobody.
    pub async fn standing(&self) -> Standing {
        let limit = self.inner.options.console;
        let status = self
            .call_without_repeating(&Call::get("/api/status", As::Nobody, limit))
            .await;
        let console = match status {
            Ok(answer) => definite_site(&answer).map(|site| {
                site.map(|site| ConsoleSeen {
                    family: match site.family {
                        _ if site.ours => "relaydeck",
                        Family::NewApi => "New API",
                        Family::Veloera => "Veloera",
                        Family::OneApi => "One API",
                        Family::OneHub => "one-hub",
                    },
                    name: site.system_name,
                    version: site.version,
                })
            }),
            Err(fault) => Err(fault),
        };
        let models = self
            .call_without_repeating(&Call::get("/v1/models", As::Nobody, limit))
            .await;
        let (api, took) = match models {
            Ok(answer) => (api_seen(&answer), Some(answer.took)),
            Err(fault) => (Err(fault), None),
        };
        Standing { console, api, took }
    }

    /// What a path of this address answers to a plain read. The path is below the base.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn look(&self, path: &str) -> Result<Look, Fault> {
        let limit = self.inner.options.console;
        let answer = self
            .call_without_repeating(&Call::get(path, As::Nobody, limit))
            .await;
        match answer {
            Ok(answer) => {
                let shape = read_error(&answer.body).shape;
                Ok(Look {
                    status: answer.status,
                    is_json: shape == Shape::Json,
                    is_page: shape == Shape::Html,
                    leads_to: None,
                })
            }
            Err(fault) if fault.status.is_some() => Ok(Look {
                status: fault.status.unwrap_or_default(),
                is_json: false,
                is_page: false,
                leads_to: Some(fault.message),
            }),
            Err(fault) => Err(fault),
        }
    }

    /// The models this key may call, as `GET /v1/models` lists them to it; tried once.
    ///
    /// # Errors
    /// What the relay's refusal means.
    pub async fn served(&self, key: &ApiKey) -> Result<Vec<Model>, Fault> {
        let limit = self.inner.options.console;
        let answer = self
            .call_without_repeating(&Call::get("/v1/models", As::Key(key), limit))
            .await?;
        let value: Value = answer.json()?;
        model_list::read(&value).ok_or_else(|| odd_answer(say!("what-models")))
    }

    /// Whether a text that was given as a key opens the console instead: then it is an access token.
    pub async fn is_access_token(&self, text: &ApiKey) -> bool {
        let credentials = Credentials {
            access_token: Some(text.clone()),
            user_id: self.inner.credentials.user_id,
        };
        let address = self.inner.address.clone();
        let Ok(other) = RelayClient::with_options(address, credentials, self.inner.options) else {
            return false;
        };
        match other.console("/api/user/self").await {
            Ok(_) => true,
            // An elder relay knows the token and only misses the account's number beside it.
            Err(fault) => {
                fault.kind == FaultKind::CredentialRefused && fault.advice.contains("--user-id")
            }
        }
    }

    /// What the relay tells a key about its own quota. One call, which relays allow rarely: ask once.
    ///
    /// # Errors
    /// [`FaultKind::Unsupported`] where the relay has no such call; otherwise what its refusal means.
    pub async fn key_money(&self, key: &ApiKey) -> Result<KeyMoney, Fault> {
        let limit = self.inner.options.console;
        let answer = self
            .call_without_repeating(&Call::get("/api/usage/token/", As::Key(key), limit))
            .await?;
        let document = answer.document()?;
        let data = document
            .get("data")
            .filter(|data| data.is_object())
            .ok_or_else(|| odd_answer(say!("what-key-quota")))?;
        let number = |name: &str| data.get(name).and_then(Value::as_i64).unwrap_or(0);
        let flag = |name: &str| data.get(name).and_then(Value::as_bool).unwrap_or(false);
        let scale = self.scale().await?;
        let models = data
            .get("model_limits")
            .and_then(Value::as_object)
            .filter(|_| flag("model_limits_enabled"))
            .map(|limits| limits.keys().cloned().collect());
        Ok(KeyMoney {
            name: one_line(data.get("name").and_then(Value::as_str).unwrap_or_default()),
            left: (!flag("unlimited_quota"))
                .then(|| scale.money(QuotaUnits(number("total_available")))),
            expires: Some(number("expires_at"))
                .filter(|at| *at > 0)
                .map(UnixSeconds),
            models,
        })
    }
}

/// Whether an answer of `GET /v1/models` without a key comes from a model API.
fn api_seen(answer: &Answer) -> Result<ApiSeen, Fault> {
    let shape = read_error(&answer.body).shape;
    match answer.status {
        200..=299 => {
            let value: Value = answer.json()?;
            let says_no = value.get("error").is_some() || value.get("message").is_some();
            model_list::read(&value)
                .map(ApiSeen::Open)
                .ok_or_else(|| match says_no {
                    true => answer.failure(),
                    // JSON of something else, under an address that is no relay's.
                    false => Fault::new(
                        FaultKind::NotAnApi,
                        say!("trouble-relay-not-as", endpoint = "/v1/models"),
                    ),
                })
        }
        // It wants a key, or has a word with us about one: as good as an answer.
        401 | 403 if shape != Shape::Html => Ok(ApiSeen::WantsKey),
        400 | 402 | 429 if shape == Shape::Json => Ok(ApiSeen::WantsKey),
        _ => Err(answer.failure()),
    }
}
