//! One connection to an address, step by step and each step timed: its name, the connection, TLS, the first byte (S-51).
//!
//! Made by hand, because an HTTP client hides the steps. No secret is sent. Where a proxy is in the way of the calls,
//! the steps cannot be seen, and one call through the proxy stands for all of them.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, HOST, USER_AGENT};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::call::{As, Call};
use super::http::{is_this_machine, timeout_fault};
use super::{RelayClient, tls};
use crate::domain::{Address, Fault, FaultKind};
use crate::locale::{say, system};
use crate::wire::plain::one_line;

/// A step of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Finding the host's address.
    Name,
    /// Connecting.
    Connect,
    /// Agreeing on encryption.
    Tls,
    /// Waiting for the answer.
    Answer,
}

/// How far a connection came, and how long each step took. A step that was not needed or not reached is `None`.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Finding the host's address.
    pub dns: Option<Duration>,
    /// Connecting to it.
    pub connect: Option<Duration>,
    /// Agreeing on encryption.
    pub tls: Option<Duration>,
    /// From asking to the first byte.
    pub first_byte: Option<Duration>,
    /// Who answered.
    pub peer: Option<SocketAddr>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// The proxy everything went through.
    pub proxy: Option<String>,
    /// Where it ended early, and why.
    pub trouble: Option<(Step, Fault)>,
    /// The hosts the certificate is for, where it is for others.
    pub certificate_names: Vec<String>,
}

impl RelayClient {
    /// Connects anew and asks for the relay's status, which costs nothing anywhere.
    pub async fn reach(&self) -> Reach {
        let mut reach = Reach::default();
        let address = &self.inner.address;
        if let Err(trouble) = self.walk(address, &mut reach).await {
            reach.trouble = Some(trouble);
        }
        reach
    }

    async fn walk(&self, address: &Address, reach: &mut Reach) -> Result<(), (Step, Fault)> {
        let broken = |why: String| (Step::Name, Fault::new(FaultKind::BadRequest, why));
        let url =
            Url::parse(&address.join("/api/status")).map_err(|error| broken(error.to_string()))?;
        let host = url
            .host()
            .ok_or_else(|| broken(say!("reach-no-host").into()))?;
        let port = url.port_or_known_default().unwrap_or(443);
        if let Some(proxy) = proxy_of(address, &url) {
            reach.proxy = Some(proxy);
            return self.through_proxy(reach).await;
        }
        let limit = self.inner.options.connect;
        let late = |step| (step, timeout_fault(address));

        let begun = Instant::now();
        let peers: Vec<SocketAddr> = match &host {
            Host::Ipv4(ip) => vec![(*ip, port).into()],
            Host::Ipv6(ip) => vec![(*ip, port).into()],
            Host::Domain(name) => {
                let found = timeout(limit, tokio::net::lookup_host((*name, port)))
                    .await
                    .map_err(|_| late(Step::Name))?
                    .map_err(|error| (Step::Name, name_fault(address, &system(&error))))?
                    .collect();
                reach.dns = Some(begun.elapsed());
                found
            }
        };
        let stream = self.connect_to_one(address, &peers, limit, reach).await?;
        if url.scheme() != "https" {
            return self.await_answer(stream, &url, reach).await;
        }
        let config = tls::config().ok_or_else(|| {
            let fault = Fault::new(FaultKind::Local, say!("reach-no-tls-here"));
            (Step::Tls, fault.advise(say!("reach-no-tls-here-advice")))
        })?;
        let name = ServerName::try_from(match &host {
            Host::Domain(name) => (*name).to_owned(),
            Host::Ipv4(ip) => ip.to_string(),
            Host::Ipv6(ip) => ip.to_string(),
        })
        .map_err(|error| broken(error.to_string()))?;
        let begun = Instant::now();
        let secured = timeout(limit, TlsConnector::from(config).connect(name, stream))
            .await
            .map_err(|_| late(Step::Tls))?;
        let secured = secured.map_err(|error| {
            let fault = match tls::inside(&error) {
                Some(inner) => {
                    if let rustls::Error::InvalidCertificate(certificate) = inner {
                        reach.certificate_names = tls::certificate_names(certificate);
                    }
                    tls::fault(address.host(), inner)
                }
                None => Fault::new(
                    FaultKind::Network,
                    say!(
                        "reach-closed",
                        host = address.host(),
                        why = one_line(&error.to_string())
                    ),
                )
                .advise(say!("reach-closed-advice")),
            };
            (Step::Tls, fault)
        })?;
        reach.tls = Some(begun.elapsed());
        self.await_answer(secured, &url, reach).await
    }

    /// Connects to the first address that takes the connection.
    async fn connect_to_one(
        &self,
        address: &Address,
        peers: &[SocketAddr],
        limit: Duration,
        reach: &mut Reach,
    ) -> Result<TcpStream, (Step, Fault)> {
        let mut trouble = name_fault(address, say!("reach-no-address"));
        for peer in peers {
            let begun = Instant::now();
            match timeout(limit, TcpStream::connect(peer)).await {
                Ok(Ok(stream)) => {
                    reach.connect = Some(begun.elapsed());
                    reach.peer = Some(*peer);
                    // Without it the small request may wait for an acknowledgement, and be counted to the relay.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => trouble = connect_fault(address, &error),
                Err(_) => trouble = timeout_fault(address),
            }
        }
        let step = if peers.is_empty() {
            Step::Name
        } else {
            Step::Connect
        };
        Err((step, trouble))
    }

    /// Asks for the status and waits for the head of the answer.
    async fn await_answer<S>(
        &self,
        stream: S,
        url: &Url,
        reach: &mut Reach,
    ) -> Result<(), (Step, Fault)>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let address = &self.inner.address;
        let broke = |why: String| {
            let what = say!("reach-no-answer", host = address.host(), why = why);
            (Step::Answer, Fault::new(FaultKind::Network, what))
        };
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| broke(error.to_string()))?;
        let driver = tokio::spawn(connection);
        let request = hyper::Request::get(url.path())
            .header(HOST, address.host())
            .header(USER_AGENT, concat!("relaydeck/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, "application/json")
            .body(String::new())
            .map_err(|error| broke(error.to_string()))?;
        let begun = Instant::now();
        let answer = timeout(self.inner.options.console, sender.send_request(request)).await;
        let outcome = match answer {
            Err(_) => Err((Step::Answer, timeout_fault(address))),
            Ok(Err(error)) => Err(broke(one_line(&error.to_string()))),
            Ok(Ok(response)) => {
                reach.first_byte = Some(begun.elapsed());
                reach.status = Some(response.status().as_u16());
                // Only so much as to let the server end in peace.
                let mut body = response.into_body();
                let _ = timeout(Duration::from_millis(200), body.frame()).await;
                Ok(())
            }
        };
        driver.abort();
        outcome
    }

    async fn through_proxy(&self, reach: &mut Reach) -> Result<(), (Step, Fault)> {
        let limit = self.inner.options.console;
        let call = Call::get("/api/status", As::Nobody, limit);
        match self.call_without_repeating(&call).await {
            Ok(answer) => {
                reach.first_byte = Some(answer.took);
                reach.status = Some(answer.status);
                Ok(())
            }
            Err(fault) => Err((step_of(&fault), fault)),
        }
    }
}

/// The step that a failed call through a proxy points at, by what our own words say of it.
fn step_of(fault: &Fault) -> Step {
    if fault.message.contains(say!("reach-word-name")) {
        Step::Name
    } else if fault.message.contains(say!("reach-word-tls")) {
        Step::Tls
    } else if fault.message.contains(say!("reach-word-reach")) {
        Step::Connect
    } else {
        Step::Answer
    }
}

/// The proxy that calls to this address go through, its password left out.
fn proxy_of(address: &Address, url: &Url) -> Option<String> {
    if is_this_machine(address) {
        return None;
    }
    let uri = url.as_str().parse().ok()?;
    let proxy = Matcher::from_system().intercept(&uri)?;
    proxy.uri().host().map(str::to_owned)
}

fn name_fault(address: &Address, why: &str) -> Fault {
    let host = address.host();
    Fault::new(
        FaultKind::Network,
        say!("http-no-name", host = host, cause = one_line(why)),
    )
    .advise(say!("http-no-name-advice"))
}

fn connect_fault(address: &Address, error: &std::io::Error) -> Fault {
    let host = address.host();
    let why = one_line(&system(error));
    let advice = match error.kind() {
        std::io::ErrorKind::ConnectionRefused => {
            say!("reach-nothing-listens")
        }
        _ => say!("http-no-reach-advice"),
    };
    Fault::new(
        FaultKind::Network,
        say!("reach-not", host = host, why = why),
    )
    .advise(advice)
}
