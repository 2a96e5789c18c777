//! What was found, in words: one line *what went wrong*, one line *what to do*.

use super::read::{ErrorText, Shape};
use crate::domain::{Fault, FaultKind};

/// A kind of trouble, with advice that is nearer to it than the kind's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The kind.
    pub kind: FaultKind,
    /// What to do, where the kind's own advice does not fit.
    pub advice: Option<&'static str>,
}

impl From<FaultKind> for Verdict {
    fn from(kind: FaultKind) -> Self {
        Verdict { kind, advice: None }
    }
}

impl Verdict {
    /// A kind with advice of its own.
    pub const fn advised(kind: FaultKind, advice: &'static str) -> Self {
        Verdict {
            kind,
            advice: Some(advice),
        }
    }

    /// The fault to show: our words for what it is, then the relay's own.
    pub fn fault(self, status: Option<u16>, text: &ErrorText) -> Fault {
        let head = headline(self.kind);
        let message = match (text.message.as_str(), status) {
            ("", Some(status)) => format!("{head} (HTTP {status})"),
            ("", None) => head.to_owned(),
            (title, Some(status)) if text.shape == Shape::Html => {
                format!("{head} (HTTP {status}): a web page titled {title:?}")
            }
            (words, _) => format!("{head}: {words}"),
        };
        let mut fault = Fault::new(self.kind, message);
        if let Some(advice) = self.advice {
            fault = fault.advise(advice);
        }
        fault.status = status;
        fault
    }
}

/// What went wrong, by kind, where a relay's answer is the source.
fn headline(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::NotAnApi => "the address did not answer as an API",
        FaultKind::EndpointMissing => "the relay has no such endpoint",
        FaultKind::CredentialRefused => "the relay refused the key",
        FaultKind::SecondFactor => "the account has a second factor",
        FaultKind::KeyExpired => "the key has expired",
        FaultKind::KeyDisabled => "the key is disabled",
        FaultKind::KeyQuota => "the key's quota does not suffice",
        FaultKind::Balance => "the balance does not suffice",
        FaultKind::IpNotAllowed => "the key may not be used from this address",
        FaultKind::Forbidden => "the relay does not allow it",
        FaultKind::ModelNotAllowed => "the key may not call this model",
        FaultKind::GroupNotAllowed => "the key's group may not be used",
        FaultKind::ModelNotFound => "the model is not served here",
        FaultKind::ModelUnpriced => "the model has no price at this relay",
        FaultKind::NotFound => "the relay does not know it",
        FaultKind::BadRequest | FaultKind::Usage => "the relay refused the request",
        FaultKind::RateLimited => "too many requests",
        FaultKind::Upstream => "the relay's upstream failed",
        FaultKind::Server => "the relay failed",
        FaultKind::Network => "the relay could not be reached",
        FaultKind::Timeout => "it took too long",
        FaultKind::StreamBroken => "the stream broke off",
        FaultKind::Local => "something on this machine failed",
        FaultKind::Unsupported => "the relay does not offer it",
    }
}
