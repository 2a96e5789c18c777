//! What was found, in words: one line *what went wrong*, one line *what to do*.

use super::read::{ErrorText, Shape};
use crate::domain::{Fault, FaultKind};
use crate::locale::{foreign, say};

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
            ("", Some(status)) => say!("trouble-relay-status", head = head, status = status),
            ("", None) => head.to_owned(),
            (title, Some(status)) if text.shape == Shape::Html => say!(
                "trouble-relay-page",
                head = head,
                status = status,
                title = format!("{title:?}")
            ),
            (words, _) => say!("trouble-relay-says", head = head, words = foreign(words)),
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
        FaultKind::NotAnApi => say!("trouble-relay-not-an-api"),
        FaultKind::EndpointMissing => say!("trouble-relay-endpoint"),
        FaultKind::CredentialRefused => say!("trouble-relay-credential"),
        FaultKind::SecondFactor => say!("trouble-relay-second-factor"),
        FaultKind::KeyExpired => say!("trouble-relay-key-expired"),
        FaultKind::KeyDisabled => say!("trouble-relay-key-disabled"),
        FaultKind::KeyQuota => say!("trouble-relay-key-quota"),
        FaultKind::Balance => say!("trouble-relay-balance"),
        FaultKind::IpNotAllowed => say!("trouble-relay-ip"),
        FaultKind::Forbidden => say!("trouble-relay-forbidden"),
        FaultKind::ModelNotAllowed => say!("trouble-relay-model-not-allowed"),
        FaultKind::GroupNotAllowed => say!("trouble-relay-group-not-allowed"),
        FaultKind::ModelNotFound => say!("trouble-relay-model-not-found"),
        FaultKind::ModelUnpriced => say!("trouble-relay-unpriced"),
        FaultKind::NotFound => say!("trouble-relay-not-found"),
        FaultKind::BadRequest | FaultKind::Usage => say!("trouble-relay-bad-request"),
        FaultKind::RateLimited => say!("trouble-relay-rate"),
        FaultKind::Upstream => say!("trouble-relay-upstream"),
        FaultKind::Server => say!("trouble-relay-server"),
        FaultKind::Network => say!("trouble-relay-network"),
        FaultKind::Timeout => say!("trouble-relay-timeout"),
        FaultKind::StreamBroken => say!("trouble-relay-stream"),
        FaultKind::Local => say!("trouble-relay-local"),
        FaultKind::Unsupported => say!("trouble-relay-unsupported"),
    }
}
