//! What can go wrong between us and a relay, in words that say what to do.
//!
//! A [`Fault`] is made where the trouble is understood (the wire's classifier, the client, the ledger) and shown as it
//! is: one line *what went wrong*, one line *what to do*. Its kind decides the exit code of the command line.

use std::fmt;

use serde::{Deserialize, Serialize};

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
    pub const fn advice(self) -> &'static str {
        match self {
            FaultKind::NotAnApi => {
                "check the address: it must be the relay's API host, without a page's path"
            }
            FaultKind::EndpointMissing => {
                "the relay has no such endpoint; check the address for a missing or doubled /v1"
            }
            FaultKind::CredentialRefused => {
                "check the key: it starts with sk- and is not the login password or an access token"
            }
            FaultKind::SecondFactor => {
                "give the code that your second factor shows now, and log in again"
            }
            FaultKind::KeyExpired => "make a new key, or give this one a later expiry",
            FaultKind::KeyDisabled => "enable the key, or use another one",
            FaultKind::KeyQuota => "raise the key's quota, or use another key",
            FaultKind::Balance => "top up the wallet of this account",
            FaultKind::IpNotAllowed => "add this machine's address to the key's IP list",
            FaultKind::Forbidden => "ask the relay's support; this account may not do that",
            FaultKind::ModelNotAllowed => "use a key whose model list holds this model",
            FaultKind::GroupNotAllowed => "use a key of a group that this account may use",
            FaultKind::ModelNotFound => {
                "check the exact name in the marketplace and the groups that have it"
            }
            FaultKind::ModelUnpriced => {
                "choose another model; the relay's operator has set no price for this one"
            }
            FaultKind::NotFound => "check the name or number",
            FaultKind::BadRequest => "change the request as the message says",
            FaultKind::Usage => "see: relaydeck --help",
            FaultKind::RateLimited => "wait a moment, then try again",
            FaultKind::Upstream => {
                "the relay's upstream is in trouble: try again, or take another model or group"
            }
            FaultKind::Server => "the relay is in trouble: try again later",
            FaultKind::Network => "check the address and the network connection",
            FaultKind::Timeout => "try again; if it stays slow, try another node or model",
            FaultKind::StreamBroken => "try again; what had arrived is kept and was billed",
            FaultKind::Local => "mend the file or port named above, then try again",
            FaultKind::Unsupported => "this relay does not offer it to this credential",
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
