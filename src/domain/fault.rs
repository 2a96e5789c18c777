//! What can go wrong between us and a relay, in words that say what to do.
//!
//! A [`Fault`] is made where the trouble is understood (the wire's classifier, the client, the ledger) and shown as it
//! is: one line *what went wrong*, one line *what to do*. Its kind decides the exit code of the command line.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::locale::say;

/// What kind of trouble it is. Source of the relay's kinds: `contract/new-api.md` 8.7, the classifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The address answers, but not as an API: HTML, a redirect, garbage.
    NotAnApi,
    /// The address has no such endpoint.
    EndpointMissing,
    /// The key or access token was refused.
    CredentialRefused,
    /// The account has a second factor, and the code that it shows now is wanted too.
    SecondFactor,
    /// The key is past its expiry.
    KeyExpired,
    /// The key is switched off.
    KeyDisabled,
    /// The key's own quota is used up or too small for the request.
    KeyQuota,
    /// The account's balance is used up or too small for the request.
    Balance,
    /// The key may not be used from this address.
    IpNotAllowed,
    /// The account is banned or the operation is not allowed to it.
    Forbidden,
    /// The key may not call this model.
    ModelNotAllowed,
    /// The key's group may not be used.
    GroupNotAllowed,
    /// No channel serves this model in this group: a naming or group error, never retried (S-93).
    ModelNotFound,
    /// The operator has set no price for the model.
    ModelUnpriced,
    /// Something else that was asked for does not exist.
    NotFound,
    /// The request itself is wrong.
    BadRequest,
    /// What was typed on the command line cannot be meant; nothing was asked of a relay.
    Usage,
    /// Too many requests.
    RateLimited,
    /// The relay's upstream is in trouble, not the user's account.
    Upstream,
    /// The relay is in trouble.
    Server,
    /// The relay could not be reached: name, connection or TLS.
    Network,
    /// It took too long.
    Timeout,
    /// The stream broke off or was not a stream.
    StreamBroken,
    /// A local file, database or port.
    Local,
    /// A feature the relay does not have, or does not have for this credential.
    Unsupported,
}

impl FaultKind {
    /// The exit code of the command line (`spec/cli.md`).
    pub const fn exit_code(self) -> u8 {
        match self {
            FaultKind::Usage => 2,
            FaultKind::CredentialRefused
            | FaultKind::SecondFactor
            | FaultKind::KeyExpired
            | FaultKind::KeyDisabled
            | FaultKind::IpNotAllowed
            | FaultKind::Forbidden
            | FaultKind::ModelNotAllowed
            | FaultKind::GroupNotAllowed => 3,
            FaultKind::ModelNotFound | FaultKind::NotFound | FaultKind::EndpointMissing => 4,
            FaultKind::KeyQuota | FaultKind::Balance => 5,
            FaultKind::Network | FaultKind::Timeout => 6,
            FaultKind::NotAnApi
            | FaultKind::ModelUnpriced
            | FaultKind::BadRequest
            | FaultKind::RateLimited
            | FaultKind::Upstream
            | FaultKind::Server
            | FaultKind::StreamBroken
            | FaultKind::Local
            | FaultKind::Unsupported => 1,
        }
    }

    /// Whether the same request may succeed a little later (S-97).
    pub const fn may_pass(self) -> bool {
        matches!(
            self,
            FaultKind::RateLimited
                | FaultKind::Upstream
                | FaultKind::Server
                | FaultKind::Network
                | FaultKind::Timeout
        )
    }

    /// What to do, when nobody nearer to the trouble knows better.
    pub fn advice(self) -> &'static str {
        match self {
            FaultKind::NotAnApi => {
                say!("advice-not-an-api")
            }
            FaultKind::EndpointMissing => {
                say!("advice-endpoint-missing")
            }
            FaultKind::CredentialRefused => {
                say!("advice-credential")
            }
            FaultKind::SecondFactor => {
                say!("advice-second-factor")
            }
            FaultKind::KeyExpired => say!("advice-key-expired"),
            FaultKind::KeyDisabled => say!("advice-key-disabled"),
            FaultKind::KeyQuota => say!("advice-key-quota"),
            FaultKind::Balance => say!("advice-balance"),
            FaultKind::IpNotAllowed => say!("advice-ip"),
            FaultKind::Forbidden => say!("advice-forbidden"),
            FaultKind::ModelNotAllowed => say!("advice-model-not-allowed"),
            FaultKind::GroupNotAllowed => say!("advice-group-not-allowed"),
            FaultKind::ModelNotFound => {
                say!("advice-model-not-found")
            }
            FaultKind::ModelUnpriced => {
                say!("advice-unpriced")
            }
            FaultKind::NotFound => say!("advice-not-found"),
            FaultKind::BadRequest => say!("advice-bad-request"),
            FaultKind::Usage => say!("advice-usage"),
            FaultKind::RateLimited => say!("advice-rate"),
            FaultKind::Upstream => {
                say!("advice-upstream")
            }
            FaultKind::Server => say!("advice-server"),
            FaultKind::Network => say!("advice-network"),
            FaultKind::Timeout => say!("advice-timeout"),
            FaultKind::StreamBroken => say!("advice-broken"),
            FaultKind::Local => say!("advice-local"),
            FaultKind::Unsupported => say!("advice-unsupported"),
        }
    }
}

/// Trouble, explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What kind it is.
    pub kind: FaultKind,
    /// One line: what went wrong. Never holds a key.
    pub message: String,
    /// One line: what to do.
    pub advice: String,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// The relay's request id, where there was one.
    pub request_id: Option<String>,
    /// Seconds the relay asks us to wait.
    pub retry_after: Option<u64>,
    /// Whether the request certainly never left: no name, no connection, no TLS. Where this is not said, nobody knows.
    #[serde(skip)]
    pub never_left: bool,
}

impl Fault {
    /// Trouble of a kind, with that kind's general advice.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Fault {
            kind,
            message: message.into(),
            advice: kind.advice().into(),
            status: None,
            request_id: None,
            retry_after: None,
            never_left: false,
        }
    }

    /// The same with advice that fits better.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = advice.into();
        self
    }

    /// The same with the HTTP status it came with.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The same with the relay's request id.
    #[must_use]
    pub fn with_request_id(mut self, id: Option<String>) -> Self {
        self.request_id = id.or(self.request_id);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}
