//! The HTTP clients that reach upstreams, made when the first one is needed.
//!
//! What always holds: no redirect is followed (a credential would go along), loopback is never reached through a proxy,
//! and small writes are sent at once.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::{Certificate, Client};

use super::super::upstream::UpstreamError;
use crate::domain::Address;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(60);

/// Two clients: one straight, one through whatever proxy the system names.
#[derive(Default)]
pub struct Clients {
    straight: OnceLock<Client>,
    proxied: OnceLock<Client>,
}

impl Clients {
    /// The client for an upstream.
    pub fn reaching(&self, base: &Address) -> Result<&Client, UpstreamError> {
        let straight = is_loopback(base.host());
        let place = if straight {
            &self.straight
        } else {
            &self.proxied
        };
        if let Some(client) = place.get() {
            return Ok(client);
        }
        let made = build(straight)
            .map_err(|error| UpstreamError::Unreachable(format!("no HTTP client: {error}")))?;
        Ok(place.get_or_init(|| made))
    }
}

fn build(straight: bool) -> reqwest::Result<Client> {
    // Both sources of trust: hosts without certificate files work, and so do companies with roots of their own.
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .filter_map(|der| Certificate::from_der(der).ok());
    let builder = Client::builder()
        .tls_certs_merge(roots)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .tcp_nodelay(true)
        .user_agent(concat!("relaydeck/", env!("CARGO_PKG_VERSION")));
    if straight {
        builder.no_proxy().build()
    } else {
        builder.build()
    }
}

/// Whether a host, with or without a port, is this machine.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.split(':').next().unwrap_or(host),
    };
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_told_from_the_rest() {
        for (host, near) in [
            ("127.0.0.1:8080", true),
            ("[::1]:8080", true),
            ("localhost", true),
            ("api.localhost:1", true),
            ("localhost.example", false),
            ("10.0.0.1", false),
        ] {
            assert_eq!(is_loopback(host), near, "{host}");
        }
    }
}
