//! The HTTP clients that reach upstreams, made when the first one is needed.
//!
//! What always holds: no redirect is followed (a credential would go along), loopback is never reached through a proxy,
//! and small writes are sent at once. An upstream that is reached straight is called through hyper's pool itself; only
//! where the system names a proxy for it does the whole of an HTTP client stand in between.

use std::error::Error;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use axum::http::{HeaderMap, Method, Request, Uri};
use bytes::Bytes;
use futures_util::future::Either;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Client};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use reqwest::Certificate;
use rustls::{CertificateError, ClientConfig};
use thread_local::ThreadLocal;

use super::super::upstream::UpstreamError;
use super::patient::Patient;
use crate::trust;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an idle connection is kept for the next request.
const IDLE: Duration = Duration::from_secs(60);
/// How often an idle connection is asked whether it is still there.
const ALIVE: Duration = Duration::from_secs(15);
/// The most bytes that are read at once of an answer.
const BUFFER: usize = 64 * 1024;

/// Who we say we are.
pub const AGENT: &str = concat!("relaydeck/", env!("CARGO_PKG_VERSION"));

/// One call of an upstream.
pub struct Call {
    pub method: Method,
    pub uri: Uri,
    /// Whether that is this machine.
    pub is_near: bool,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// What an upstream answered.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// The body as it arrives. Dropping it cancels the call.
    pub body: BoxStream<'static, Result<Bytes, UpstreamError>>,
}

type Straight = Client<Patient<HttpsConnector<HttpConnector>>, Full<Bytes>>;

/// The clients: one through whatever proxy the system names, and a straight one for each thread that asks, so that a
/// request and its upstream's connection are one thread's affair.
#[derive(Default)]
pub struct Clients {
    straight: ThreadLocal<Straight>,
    tls: OnceLock<ClientConfig>,
    proxied: OnceLock<reqwest::Client>,
    proxies: OnceLock<Matcher>,
}

impl Clients {
    /// Sends a request. Waits for status and headers, as long as it takes.
    pub fn send(
        &self,
        call: Call,
    ) -> impl Future<Output = Result<Answer, UpstreamError>> + Send + use<'_> {
        if !call.is_near && self.proxied(&call.uri) {
            return Either::Left(Box::pin(self.send_through_proxy(call)));
        }
        let mut request = Request::new(Full::new(call.body));
        *request.method_mut() = call.method;
        *request.uri_mut() = call.uri;
        *request.headers_mut() = call.headers;
        let sent = self.straight().map(|client| client.request(request));
        Either::Right(async move {
            let answer = sent?.await.map_err(|error| unreachable(&error))?;
            let (head, body) = answer.into_parts();
            Ok(Answer {
                status: head.status.as_u16(),
                headers: head.headers,
                body: body
                    .into_data_stream()
                    .map_err(|error| UpstreamError::Cut(innermost(&error)))
                    .boxed(),
            })
        })
    }

    async fn send_through_proxy(&self, call: Call) -> Result<Answer, UpstreamError> {
        let request = self
            .through_proxy()?
            .request(call.method, call.uri.to_string())
            .headers(call.headers)
            .body(call.body);
        let response = request.send().await.map_err(|error| {
            if error.is_timeout() && error.is_connect() {
                return UpstreamError::TimedOut(CONNECT.as_secs());
            }
            UpstreamError::Unreachable(within(&error))
        })?;
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response
                .bytes_stream()
                .map_err(|error| UpstreamError::Cut(within(&error)))
                .boxed(),
        })
    }

    /// Whether the system names a proxy for an upstream.
    fn proxied(&self, uri: &Uri) -> bool {
        let proxies = self.proxies.get_or_init(Matcher::from_system);
        proxies.intercept(uri).is_some()
    }

    fn straight(&self) -> Result<&Straight, UpstreamError> {
        self.straight.get_or_try(|| Ok(straight(self.tls()?)))
    }

    /// How upstreams are spoken to in secret: what it trusts is read once.
    fn tls(&self) -> Result<ClientConfig, UpstreamError> {
        if let Some(config) = self.tls.get() {
            return Ok(config.clone());
        }
        let made = trust::client_config().map_err(|error| no_client(&error))?;
        Ok(self.tls.get_or_init(|| made).clone())
    }

    fn through_proxy(&self) -> Result<&reqwest::Client, UpstreamError> {
        if let Some(client) = self.proxied.get() {
            return Ok(client);
        }
        let made = through_proxy().map_err(|error| no_client(&error))?;
        Ok(self.proxied.get_or_init(|| made))
    }
}

fn no_client(error: &dyn Error) -> UpstreamError {
    UpstreamError::Unreachable(format!("no HTTP client: {error}"))
}

fn straight(config: ClientConfig) -> Straight {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(ALIVE));
    tcp.set_keepalive_interval(Some(ALIVE));
    tcp.set_keepalive_retries(Some(3));
    let tls = HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(tcp);
    Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .http1_max_buf_size(BUFFER)
        .build(Patient::new(tls, CONNECT))
}

fn through_proxy() -> reqwest::Result<reqwest::Client> {
    trust::install();
    // Both sources of trust: hosts without certificate files work, and so do companies with roots of their own.
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .filter_map(|der| Certificate::from_der(der).ok());
    reqwest::Client::builder()
        .tls_certs_merge(roots)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE)
        .tcp_nodelay(true)
        .build()
}

fn unreachable(error: &legacy::Error) -> UpstreamError {
    let mut next: Option<&(dyn Error + 'static)> = error.source();
    while let Some(source) = next {
        if error.is_connect() && Patient::<()>::lost(source) {
            return UpstreamError::TimedOut(CONNECT.as_secs());
        }
        next = source.source();
    }
    UpstreamError::Unreachable(innermost(error))
}

/// The innermost reason, without the address: that belongs to the owner, and this text goes to whoever asked.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut told = error;
    while let Some(source) = told.source() {
        told = source;
    }
    if names_the_host(told) {
        return "its certificate is for another name".into();
    }
    told.to_string()
}

/// Whether an error is about the name that a certificate should have.
fn names_the_host(error: &(dyn Error + 'static)) -> bool {
    let inside = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    let inside = inside.and_then(|inside| inside.downcast_ref());
    matches!(
        inside.or_else(|| error.downcast_ref()),
        Some(rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
        ))
    )
}

/// The innermost reason behind what the HTTP client says itself, which names the address.
fn within(error: &reqwest::Error) -> String {
    error
        .source()
        .map_or_else(|| "the request failed".into(), innermost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstreams_name_is_not_told_with_its_certificates() {
        let wrong = || {
            rustls::Error::InvalidCertificate(CertificateError::NotValidForNameContext {
                expected: "upstream.internal".try_into().unwrap(),
                presented: vec!["other.internal".into()],
            })
        };
        assert!(wrong().to_string().contains("upstream.internal"));
        let errors: [Box<dyn Error>; 2] = [Box::new(wrong()), Box::new(io::Error::other(wrong()))];
        for error in errors {
            assert_eq!(innermost(&*error), "its certificate is for another name");
        }
        let other = io::Error::other(rustls::Error::DecryptError);
        assert_eq!(innermost(&other), rustls::Error::DecryptError.to_string());
    }
}
