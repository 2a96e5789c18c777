//! The door: accepts connections, gives each request its id and each answer its headers, and closes without cutting
//! what still runs.
//!
//! What always holds: small answers leave at once (`TCP_NODELAY`), a client that is slow with its headers is let go, and so
//! is one that takes nothing of its answer; and every answer names its request.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use futures_util::FutureExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::answers::RequestId;
use super::auth::Peer;
use super::clock::Clock;
use super::error::RelayError;
use super::ids;
use super::pages;
use super::routes::{self, Routes};
use super::sign::Sign;
use super::unread::Unread;
use super::workers::Workers;
use crate::locale::{Language, speaking, system};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-oneapi-request-id");
const VERSION: HeaderName = HeaderName::from_static("x-new-api-version");
/// The most bytes a connection buffers: enough for any headers, and memory that stays small with many connections.
const BUFFER: usize = 64 * 1024;

/// What every connection needs.
#[derive(Clone)]
pub struct Door {
    pub routes: Routes,
    pub clock: Clock,
    /// How long headers may take.
    pub patience: Duration,
    /// How long a client may take nothing of what it is sent.
    pub unread: Duration,
    /// Said when no new requests are taken.
    pub closing: CancellationToken,
    /// Said when connections must end, whatever they do.
    pub dropping: CancellationToken,
    /// The open connections.
    pub connections: TaskTracker,
}

/// Takes an address.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, RelayError> {
    TcpListener::bind(address)
        .await
        .map_err(|error| match error.kind() {
            ErrorKind::AddrInUse => RelayError::PortInUse(address),
            _ => RelayError::CannotListen {
                address,
                why: system(&error),
            },
        })
}

impl Door {
    /// Accepts connections until the door closes, then waits for those that are open.
    pub async fn accept(self, listener: TcpListener) {
        let mut workers = Workers::new();
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.closing.cancelled() => return workers.close().await,
                accepted = listener.accept() => accepted,
            };
            let taken = accepted.and_then(|(stream, peer)| {
                let served = self.clone().serve(stream.into_std()?, peer);
                // What clients read is English, whatever the dashboard around this relay speaks.
                let served = speaking(Language::English, served);
                workers.take(self.connections.track_future(served))
            });
            match taken {
                Ok(()) => {}
                // It was gone before it was taken; the next may be there already.
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
                    ) => {}
                Err(error) => {
                    // Out of file handles, most likely: those in use come free, so it is worth waiting for.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    /// Serves a connection, on the thread that it is to stay with.
    async fn serve(self, stream: std::net::TcpStream, peer: SocketAddr) {
        let stream = match TcpStream::from_std(stream) {
            Ok(stream) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be served");
                return;
            }
        };
        // Without this the first token waits for the client's delayed acknowledgement: 40 ms instead of a fraction of one.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
        let (routes, clock) = (&self.routes, &self.clock);
        let service = service_fn(|request| answer(routes, clock, peer, request));
        let mut connection = pin!(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(self.patience)
                .max_buf_size(BUFFER)
                .serve_connection(TokioIo::new(Unread::new(stream, self.unread)), service)
        );
        let (mut closing, mut dropping) = (Sign::of(&self.closing), Sign::of(&self.dropping));
        let mut told = false;
        loop {
            tokio::select! {
                biased;
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::trace!(%error, "a connection ended");
                    }
                    return;
                }
                () = dropping.given() => return,
                () = closing.given(), if !told => {
                    told = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }
}

/// Answers a request, under an id of its own.
fn answer<'a>(
    routes: &'a Routes,
    clock: &Clock,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> impl Future<Output = Result<Response, Infallible>> + Send + use<'a> {
    let id: Arc<str> = ids::request_id(clock.now()).into();
    let from_page = pages::comes_from_one(&request);
    let request = request.map(Body::new);
    let answered = routes.answer(request, RequestId(Arc::clone(&id)), Peer(peer));
    answered.map(move |response| {
        let mut response = signed(response, &id);
        if from_page {
            pages::let_read(&mut response);
        }
        Ok(response)
    })
}

fn signed(mut response: Response, id: &str) -> Response {
    let headers = response.headers_mut();
    // An id is letters and digits, so it always is a header.
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(VERSION, HeaderValue::from_static(routes::VERSION));
    response
}
