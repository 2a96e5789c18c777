//! What this machine offers the embedded relay as upstreams: credentials in the environment, and servers that listen.
//!
//! A server is found by connecting to its port and hanging up: not a byte is sent.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::owner::ChannelKind;
use crate::domain::{Address, ApiKey};
use crate::engine::offers::Offer;
use crate::locale::say;

/// How long a port on this machine may take to answer.
const PATIENCE: Duration = Duration::from_millis(500);
/// Ports where servers for models listen, unless they are told otherwise.
pub const PORTS: [(u16, &str); 2] = [(11434, "ollama"), (8080, "llama.cpp")];

/// A vendor's variables: name, kind, key, address, and where it is without one.
const VENDORS: [(&str, ChannelKind, &str, &str, &str); 3] = [
    (
        "openai",
        ChannelKind::OpenAi,
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "https://api.openai.com",
    ),
    (
        "anthropic",
        ChannelKind::Anthropic,
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_BASE_URL",
        "https://api.anthropic.com",
    ),
    (
        "gemini",
        ChannelKind::Gemini,
        "GEMINI_API_KEY",
        "GOOGLE_GEMINI_BASE_URL",
        "https://generativelanguage.googleapis.com",
    ),
];

/// What the environment names. An address of the relay's own is none: it would ask itself for ever.
pub fn of_environment(variable: impl Fn(&str) -> Option<String>, own: &[SocketAddr]) -> Vec<Offer> {
    let mut offers = Vec::new();
    for (name, kind, key_variable, url_variable, usual) in VENDORS {
        let Some(pasted) = variable(key_variable) else {
            continue;
        };
        // A credential that cannot be one is not offered: nobody could use it.
        let Ok((key, _)) = ApiKey::from_pasted(&pasted) else {
            continue;
        };
        let url = variable(url_variable);
        let Ok((address, _)) = Address::parse(url.as_deref().unwrap_or(usual)) else {
            continue;
        };
        if is_own(&address, own) {
            continue;
        }
        let found = match url {
            Some(_) => say!(
                "cli-offer-variables",
                key = key_variable,
                url = url_variable
            ),
            None => key_variable.to_owned(),
        };
        offers.push(Offer {
            name: name.to_owned(),
            kind,
            address,
            key,
            found,
        });
    }
    offers
}

/// What listens on this machine, on the ports that are usual.
pub async fn of_this_machine(ports: &[(u16, &str)], own: &[SocketAddr]) -> Vec<Offer> {
    let mut offers = Vec::new();
    for (port, name) in ports {
        let at = SocketAddr::from((Ipv4Addr::LOCALHOST, *port));
        if own.iter().any(|own| own.port() == *port) {
            continue;
        }
        if !matches!(timeout(PATIENCE, TcpStream::connect(at)).await, Ok(Ok(_))) {
            continue;
        }
        let Ok((address, _)) = Address::parse(&format!("http://{at}")) else {
            continue;
        };
        offers.push(Offer {
            name: (*name).to_owned(),
            kind: ChannelKind::OpenAi,
            address,
            key: ApiKey::new(""),
            found: say!("cli-offer-listens", port = port, name = name),
        });
    }
    offers
}

fn is_own(address: &Address, own: &[SocketAddr]) -> bool {
    let Ok(url) = url::Url::parse(address.base()) else {
        return false;
    };
    let near = match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_matches(['[', ']'])
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified()),
        None => false,
    };
    near && own
        .iter()
        .any(|own| Some(own.port()) == url.port_or_known_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pairs: &[(&str, &str)], own: &[SocketAddr]) -> Vec<(String, String, String)> {
        let variable = |name: &str| {
            let found = pairs.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let offers = of_environment(variable, own).into_iter();
        offers
            .map(|offer| (offer.name, offer.address.base().to_owned(), offer.found))
            .collect()
    }

    #[test]
    fn the_environments_credentials_are_offered_with_their_addresses() {
        let key = "sk-abcdefgh12345678";
        assert!(told(&[("OPENAI_BASE_URL", "http://x.example")], &[]).is_empty());
        let found = told(
            &[
                ("OPENAI_API_KEY", key),
                ("OPENAI_BASE_URL", "https://relay.example/v1/"),
                ("ANTHROPIC_API_KEY", key),
                ("GEMINI_API_KEY", "not\u{1}a key"),
            ],
            &[],
        );
        let plain: Vec<(&str, &str, &str)> = found
            .iter()
            .map(|(name, url, found)| (name.as_str(), url.as_str(), found.as_str()))
            .collect();
        assert_eq!(
            plain,
            [
                (
                    "openai",
                    "https://relay.example",
                    "OPENAI_API_KEY and OPENAI_BASE_URL"
                ),
                (
                    "anthropic",
                    "https://api.anthropic.com",
                    "ANTHROPIC_API_KEY"
                ),
            ]
        );
    }

    #[test]
    fn the_relay_is_not_offered_to_itself() {
        let own = ["127.0.0.1:4141".parse().unwrap()];
        for url in [
            "http://127.0.0.1:4141/v1",
            "http://localhost:4141",
            "http://[::1]:4141",
        ] {
            let pairs = [
                ("OPENAI_API_KEY", "sk-abcdefgh12345678"),
                ("OPENAI_BASE_URL", url),
            ];
            assert!(told(&pairs, &own).is_empty(), "{url}");
        }
    }

    #[tokio::test]
    async fn a_server_is_found_by_a_connection_on_which_nothing_is_said() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = Vec::new();
            tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut bytes)
                .await
                .unwrap();
            bytes
        });
        let offers = of_this_machine(&[(port, "ollama"), (1, "nothing")], &[]).await;
        assert_eq!(offers.len(), 1);
        assert_eq!(offers[0].address.base(), format!("http://127.0.0.1:{port}"));
        assert!(heard.await.unwrap().is_empty());
        let own = [SocketAddr::from(([127, 0, 0, 1], port))];
        assert!(of_this_machine(&[(port, "ollama")], &own).await.is_empty());
    }
}
