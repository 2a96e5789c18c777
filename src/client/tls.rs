//! What a failure of TLS means, and which certificates are trusted where connections are made by hand.

use std::sync::{Arc, OnceLock};

use rustls::{CertificateError, ClientConfig, Error, InvalidMessage};

use crate::domain::{Fault, FaultKind};
use crate::locale::{foreign, listed, say};
use crate::trust;
use crate::wire::plain::one_line;

/// The configuration of connections made by hand: it trusts what the HTTP client trusts, the system's roots and
/// Mozilla's, and speaks HTTP/1.1. `None` when this machine cannot make TLS connections.
pub(super) fn config() -> Option<Arc<ClientConfig>> {
    static ONCE: OnceLock<Option<Arc<ClientConfig>>> = OnceLock::new();
    ONCE.get_or_init(|| {
        let mut config = trust::client_config().ok()?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Some(Arc::new(config))
    })
    .clone()
}

/// What it means in words, and what to do.
pub(super) fn fault(host: &str, error: &Error) -> Fault {
    let (what, advice) = match error {
        Error::InvalidCertificate(certificate) => certificate_words(host, certificate),
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => (
            say!("tls-plain").to_owned(),
            say!("tls-plain-advice").to_owned(),
        ),
        other => (
            one_line(&foreign(other)),
            say!("tls-proxy-advice").to_owned(),
        ),
    };
    Fault::new(
        FaultKind::Network,
        say!("tls-none", host = host, what = what),
    )
    .advise(advice)
}

fn certificate_words(host: &str, error: &CertificateError) -> (String, String) {
    let names = certificate_names(error);
    let advice = match error {
        CertificateError::UnknownIssuer => {
            say!("tls-own-advice")
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            say!("tls-expired-advice")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            say!("tls-early-advice")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            if names.is_empty() {
                say!("tls-name-advice")
            } else {
                return (
                    say!("tls-name", host = listed(&names)),
                    say!("tls-use-host", host = names[0]),
                );
            }
        }
        _ => {
            say!("http-no-tls-advice")
        }
    };
    let what = match error {
        CertificateError::UnknownIssuer => say!("tls-nobody").to_owned(),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            say!("tls-expired").to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            say!("tls-early").to_owned()
        }
        CertificateError::NotValidForName => {
            say!("tls-not-for", host = host)
        }
        other => one_line(&foreign(other)),
    };
    (what, advice.to_owned())
}

/// The hosts a certificate is for, where that is what is wrong with it. Wildcards are left out: they name no host.
pub(super) fn certificate_names(error: &CertificateError) -> Vec<String> {
    let CertificateError::NotValidForNameContext { presented, .. } = error else {
        return Vec::new();
    };
    let host = |name: &String| -> Option<String> {
        // As rustls writes them: `DnsName("relay.example")`.
        let inner = name.split('"').nth(1).unwrap_or(name);
        let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.');
        (!inner.is_empty() && inner.chars().all(plain)).then(|| inner.to_owned())
    };
    presented.iter().filter_map(host).take(4).collect()
}

/// The TLS failure inside an input or output error, if it is one.
pub(super) fn inside(error: &std::io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref::<Error>()
}
