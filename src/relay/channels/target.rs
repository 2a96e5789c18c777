//! A server, and what every request to it has in common, made ready once: where it is, and the headers with its credential.

use std::net::IpAddr;

use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use axum::http::uri::{Authority, PathAndQuery, Scheme};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use bytes::Bytes;
use thread_local::ThreadLocal;

use super::super::protocol::Protocol;
use super::super::upstream::UpstreamError;
use super::http::AGENT;
use super::kind::Kind;
use super::server::{ANTHROPIC_VERSION, USUAL_VERSION};
use crate::domain::{Address, ApiKey};

/// The paths that are called all day.
const USUAL: [&str; 4] = [
    Protocol::Chat.path(),
    Protocol::Messages.path(),
    Protocol::Responses.path(),
    Protocol::Embeddings.path(),
];

/// A server, and what it takes to call it.
pub struct Server {
    pub kind: Kind,
    pub base: Address,
    pub secret: Option<ApiKey>,
    place: Option<Place>,
    is_near: bool,
    /// Once for each thread that calls it: the texts are shared by all of its requests, and two threads that count who
    /// shares a text wait for each other at every count.
    ready: ThreadLocal<Ready>,
}

/// What its requests have in common.
struct Ready {
    /// The addresses that it is called on all day.
    usual: Vec<(&'static str, Uri)>,
    headers: Option<HeaderMap>,
}

/// Where a server is.
struct Place {
    scheme: Scheme,
    authority: Authority,
    /// What stands before every path; empty or `/…` without a slash at its end.
    before: String,
}

impl Server {
    /// A server of a kind at an address.
    pub fn new(kind: Kind, base: Address, secret: Option<ApiKey>) -> Self {
        let place = Place::of(&base);
        Server {
            is_near: place.as_ref().is_some_and(Place::is_near),
            place,
            kind,
            base,
            secret,
            ready: ThreadLocal::new(),
        }
    }

    fn ready(&self) -> &Ready {
        self.ready.get_or(|| {
            // Made anew, so that this thread shares no text with another.
            let place = Place::of(&self.base);
            let uri = |path: &'static str| Some((path, place.as_ref()?.uri(path)?));
            Ready {
                usual: USUAL.into_iter().filter_map(uri).collect(),
                headers: headers(self.kind, self.secret.as_ref(), place.as_ref()),
            }
        })
    }

    /// Whether it is on this machine.
    pub fn is_near(&self) -> bool {
        self.is_near
    }

    /// Whether it is the same server, called with the same credential.
    pub fn is(&self, other: &Server) -> bool {
        let secret = |server: &Server| server.secret.as_ref().map(|key| key.expose().to_owned());
        self.kind == other.kind && self.base == other.base && secret(self) == secret(other)
    }

    /// The headers every request to it has that carries a body: its credential where its kind looks for it.
    ///
    /// # Errors
    /// When no header can carry its credential.
    pub fn headers(&self) -> Result<&HeaderMap, UpstreamError> {
        self.ready().headers.as_ref().ok_or_else(|| {
            UpstreamError::Unreachable("its key holds a character no header can carry".into())
        })
    }

    /// The address of a path, query included.
    ///
    /// # Errors
    /// When no request can be sent there.
    pub fn uri(&self, path: &str) -> Result<Uri, UpstreamError> {
        let mut usual = self.ready().usual.iter();
        if let Some((_, uri)) = usual.find(|(known, _)| *known == path) {
            return Ok(uri.clone());
        }
        let place = self.place.as_ref();
        place.and_then(|place| place.uri(path)).ok_or_else(|| {
            UpstreamError::Unreachable("its address is none that can be called".into())
        })
    }
}

impl Place {
    /// What it knows itself by: its name, and its port where its scheme does not imply it.
    fn host(&self) -> String {
        let host = self.authority.host();
        match self.authority.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Whether it is this machine; a sixth-version address has its brackets.
    fn is_near(&self) -> bool {
        let host = self.authority.host();
        let name = host.trim_start_matches('[').trim_end_matches(']');
        name == "localhost"
            || name.ends_with(".localhost")
            || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    fn of(base: &Address) -> Option<Self> {
        // Names in other letters are spelled in ASCII on the way.
        let url = url::Url::parse(base.base()).ok()?;
        let parts = url.as_str().parse::<Uri>().ok()?.into_parts();
        let path = parts.path_and_query.as_ref().map_or("", PathAndQuery::path);
        Some(Place {
            before: path.trim_end_matches('/').to_owned(),
            scheme: parts.scheme?,
            authority: parts.authority?,
        })
    }

    /// The address of a path there; `None` where it is none.
    fn uri(&self, path: &str) -> Option<Uri> {
        let path = Bytes::from([&self.before, path].concat());
        let uri = Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(PathAndQuery::from_maybe_shared(path).ok()?);
        uri.build().ok()
    }
}

fn headers(kind: Kind, secret: Option<&ApiKey>, place: Option<&Place>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    // Written out once; the client would write it anew for every call. Behind TLS it may be HTTP/2, which has no such header.
    let plain = place.filter(|place| place.scheme == Scheme::HTTP);
    if let Some(host) = plain.and_then(|place| HeaderValue::try_from(place.host()).ok()) {
        headers.insert(HOST, host);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    if kind == Kind::Anthropic {
        headers.insert(ANTHROPIC_VERSION, USUAL_VERSION);
    }
    if let Some(secret) = secret {
        let secret = secret.expose();
        let (name, text) = match kind {
            Kind::OpenAi => (AUTHORIZATION, format!("Bearer {secret}")),
            Kind::Anthropic => (HeaderName::from_static("x-api-key"), secret.to_owned()),
            Kind::Gemini => (HeaderName::from_static("x-goog-api-key"), secret.to_owned()),
        };
        let mut value = HeaderValue::try_from(text).ok()?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Some(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(base: &str, secret: &str) -> Server {
        let base = Address::parse(base).unwrap().0;
        Server::new(Kind::OpenAi, base, Some(ApiKey::new(secret)))
    }

    #[test]
    fn a_path_goes_behind_whatever_the_address_has() {
        for (base, path, uri) in [
            (
                "http://127.0.0.1:9/v1",
                "/v1/models",
                "http://127.0.0.1:9/v1/models",
            ),
            (
                "https://host.example/openai/v1",
                "/v1/x?a=b",
                "https://host.example/openai/v1/x?a=b",
            ),
            (
                "https://bücher.example",
                "/v1/x",
                "https://xn--bcher-kva.example/v1/x",
            ),
        ] {
            let server = server(base, "k");
            assert_eq!(server.uri(path).unwrap(), uri);
        }
        let odd = server("http://127.0.0.1:9", "k").uri("/a b");
        assert!(odd.is_err());
    }

    #[test]
    fn a_plain_server_is_named_in_a_header_as_it_knows_itself() {
        for (base, host) in [
            ("http://127.0.0.1:9/v1", Some("127.0.0.1:9")),
            ("http://[::1]:9", Some("[::1]:9")),
            ("http://localhost:80", Some("localhost")),
            ("https://host.example", None),
        ] {
            let server = server(base, "k");
            let named = server.headers().unwrap().get(HOST).cloned();
            assert_eq!(
                named.as_ref().map(|host| host.to_str().unwrap()),
                host,
                "{base}"
            );
        }
    }

    #[test]
    fn a_key_that_no_header_carries_is_told() {
        let server = server("http://127.0.0.1:9", "two\nlines");
        let told = server.headers().unwrap_err().to_string();
        assert!(told.contains("no header can carry"), "{told}");
        assert!(!told.contains("lines"));
    }

    #[test]
    fn loopback_is_told_from_the_rest() {
        for (base, near) in [
            ("http://127.0.0.1:8080/", true),
            ("http://[::1]:8080", true),
            ("http://localhost", true),
            ("http://api.localhost:1", true),
            ("http://localhost.example", false),
            ("https://10.0.0.1", false),
        ] {
            assert_eq!(server(base, "k").is_near(), near, "{base}");
        }
    }
}
