//! What a failure of TLS means, and which certificates are trusted where connections are made by hand.

use std::sync::{Arc, OnceLock};

use rustls::{CertificateError, ClientConfig, Error, InvalidMessage};

use crate::domain::{Fault, FaultKind};
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
            "it does not speak TLS".to_owned(),
            "the server speaks plain http on this port: check the port, or write http:// if that is really meant".to_owned(),
        ),
        other => (
            one_line(&other.to_string()),
            "a proxy or firewall may be in between; try another network or node".to_owned(),
        ),
    };
    Fault::new(
        FaultKind::Network,
        format!("no secure connection to {host}: {what}"),
    )
    .advise(advice)
}

fn certificate_words(host: &str, error: &CertificateError) -> (String, String) {
    let names = certificate_names(error);
    let advice = match error {
        CertificateError::UnknownIssuer => {
            "the certificate is the server's own, or a proxy's: use the relay's official address, or add the company's root to this machine"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "check the clock of this machine; if it is right, the relay's operator must renew the certificate: try another node"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "check the clock of this machine: it seems to be behind"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            if names.is_empty() {
                "check the spelling of the host: the server belongs to another name"
            } else {
                return (
                    format!("its certificate is for {}", names.join(", ")),
                    format!("use the host the certificate is for: https://{}", names[0]),
                );
            }
        }
        _ => {
            "check the clock of this machine and whether the address is right; a proxy may be in between"
        }
    };
    let what = match error {
        CertificateError::UnknownIssuer => {
            "nobody this machine trusts has signed its certificate".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet".to_owned()
        }
        CertificateError::NotValidForName => {
            format!("its certificate is not for {host}")
        }
        other => one_line(&other.to_string()),
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
