//! The HTTP client underneath: TLS, roots, proxies, and what its failures mean.

use std::error::Error as _;
use std::time::Duration;

use reqwest::{Certificate, Client, redirect};
use url::{Host, Url};

use crate::domain::{Address, Fault, FaultKind};
use crate::locale::{foreign, say, system};
use crate::trust;
use crate::wire::plain::one_line;

/// A client for one relay.
pub(super) fn client(address: &Address, connect: Duration) -> Result<Client, Fault> {
    trust::install();
    let mut builder = Client::builder()
        .user_agent(concat!("relaydeck/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(connect)
        .tcp_nodelay(true)
        .tcp_keepalive(Duration::from_secs(30))
        // Front ends close idle connections after a minute or so; a request written into a closing one is lost.
        .pool_idle_timeout(Duration::from_secs(50))
        // Followed by hand, so that no secret crosses to another origin.
        .redirect(redirect::Policy::none());
    let near = is_this_machine(address);
    if near {
        // Proxy variables catch loopback too, and no proxy can reach the relay inside this program.
        builder = builder.no_proxy();
    }
    let mut roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .filter_map(|der| Certificate::from_der(der).ok());
    builder = if near && address.base().starts_with("http://") {
        // No certificate will ever be looked at: reading hundreds of them would only delay the start.
        builder.tls_certs_only(roots.next())
    } else {
        // The system's and Mozilla's: a host without CA files works, and so does a company's own root.
        builder.tls_certs_merge(roots)
    };
    builder.build().map_err(|error| {
        Fault::new(
            FaultKind::Local,
            say!("http-no-setup", why = root_cause(&error)),
        )
        .advise(say!("http-no-setup-advice"))
    })
}

pub(super) fn is_this_machine(address: &Address) -> bool {
    match Url::parse(address.base()).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// What a failure on the way to a relay means.
pub(super) fn network_fault(address: &Address, error: &reqwest::Error) -> Fault {
    Fault {
        never_left: error.is_connect(),
        ..way_fault(address, error)
    }
}

fn way_fault(address: &Address, error: &reqwest::Error) -> Fault {
    let host = address.host();
    let cause = root_cause(error);
    if error.is_timeout() {
        return timeout_fault(address);
    }
    if error.is_dns() {
        return Fault::new(
            FaultKind::Network,
            say!("http-no-name", host = host, cause = cause),
        )
        .advise(say!("http-no-name-advice"));
    }
    if let Some(tls) = chain(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return super::tls::fault(host, tls);
    }
    if cause.contains("certificate") {
        return Fault::new(
            FaultKind::Network,
            say!("http-no-tls", host = host, cause = cause),
        )
        .advise(say!("http-no-tls-advice"));
    }
    if error.is_connect() {
        return Fault::new(
            FaultKind::Network,
            say!("http-no-reach", host = host, cause = cause),
        )
        .advise(say!("http-no-reach-advice"));
    }
    Fault::new(
        FaultKind::Network,
        say!("http-broke", host = host, cause = cause),
    )
}

/// It took too long.
pub(super) fn timeout_fault(address: &Address) -> Fault {
    Fault::new(FaultKind::Timeout, say!("http-late", host = address.host()))
}

fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    // TLS errors hide inside the io errors that carry them.
    fn inner<'a>(
        error: &'a (dyn std::error::Error + 'static),
    ) -> Option<&'a (dyn std::error::Error + 'static)> {
        match error.downcast_ref::<std::io::Error>() {
            Some(io) => io
                .get_ref()
                .map(|held| held as &(dyn std::error::Error + 'static)),
            None => error.source(),
        }
    }
    std::iter::successors(error.source(), |error| inner(*error))
}

/// The last of the causes: the one that says something. Never holds an address with its query.
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    match chain(error).last() {
        Some(cause) => one_line(&match cause.downcast_ref::<std::io::Error>() {
            Some(error) => system(error),
            None => foreign(cause),
        }),
        None => say!("http-unknown").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_in_every_form() {
        for (text, near) in [
            ("http://127.0.0.1:4141", true),
            ("http://localhost:1", true),
            ("http://[::1]:8080", true),
            ("http://192.168.1.2", false),
            ("https://relay.example", false),
            ("https://localhost.example", false),
        ] {
            let address = Address::parse(text).unwrap().0;
            assert_eq!(is_this_machine(&address), near, "{text}");
        }
    }

    #[test]
    fn a_client_can_be_built_twice_on_a_host_with_or_without_roots() {
        let address = Address::parse("https://relay.example").unwrap().0;
        trust::install();
        assert!(client(&address, Duration::from_secs(1)).is_ok());
        assert!(client(&address, Duration::from_secs(1)).is_ok());
    }
}
