//! Asking for a reply, and the parts in which it comes.

mod stream;

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use tokio::time::{Instant, timeout};

use super::RelayClient;
use super::answer::{Answer, redirect_fault, request_id};
use super::call::As;
use super::http::{network_fault, timeout_fault};
use crate::domain::{ApiKey, ChatRequest, Endpoint, Fault, FaultKind, Part};
use crate::locale::say;
use crate::wire::openai_chat::Delivery;
use crate::wire::plain::one_line;
use crate::wire::reply::{self, ReplyDecoder};

/// The version of Anthropic's dialect that is spoken.
const ANTHROPIC_VERSION: &str = "2023-06-01";
/// The longest error body that is read.
const ERROR_BODY: usize = 1024 * 1024;

/// A reply that has begun.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status; one of success.
    pub status: u16,
    /// The relay's id of the request, for the bill and for support.
    pub request_id: Option<String>,
    /// What comes.
    pub parts: Parts,
}

/// The parts of a reply as they arrive. After an `Err` nothing follows; what came before it stands. A reply that ends
/// without one is whole: [`Finish::Cut`](crate::domain::Finish::Cut) as its finish means that the relay ended it properly
/// but did not say why. Dropping it closes the connection, which cancels the generation.
pub struct Parts {
    inner: Pin<Box<dyn Stream<Item = Result<Part, Fault>> + Send>>,
}

impl Parts {
    /// The parts that a stream gives.
    pub(super) fn of(parts: impl Stream<Item = Result<Part, Fault>> + Send + 'static) -> Self {
        Parts {
            inner: Box::pin(parts),
        }
    }
}

impl Stream for Parts {
    type Item = Result<Part, Fault>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.inner.as_mut().poll_next(context)
    }
}

impl fmt::Debug for Parts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Parts")
    }
}

impl RelayClient {
    /// Sends a request for a streamed reply in its protocol, once; with no protocol settled it is `chat`: a chat may have been billed whatever became of its answer, so it is
    /// never repeated here. A server that answers in one piece all the same is understood too.
    ///
    /// # Errors
    /// When the relay refuses, or cannot be reached. Trouble after the beginning comes with the parts.
    pub async fn chat(&self, key: &ApiKey, request: &ChatRequest) -> Result<Reply, Fault> {
        self.chat_with_patience(key, request, None).await
    }

    /// The same; `silence` is the longest that nothing may come, where another time than the client's own is wanted.
    ///
    /// # Errors
    /// As above.
    pub async fn chat_with_patience(
        &self,
        key: &ApiKey,
        request: &ChatRequest,
        silence: Option<Duration>,
    ) -> Result<Reply, Fault> {
        let inner = &self.inner;
        let mut options = inner.options;
        if let Some(silence) = silence {
            options.first_byte = silence;
            options.stall = silence;
        }
        let delivery = match inner.refuses_usage.load(Ordering::Relaxed) {
            true => Delivery::StreamWithoutUsage,
            false => Delivery::Stream,
        };
        let mut headers = self.headers(As::Key(key))?;
        headers.insert(
            ACCEPT,
            HeaderValue::from_static("text/event-stream, application/json"),
        );
        let endpoint = request.protocol.endpoint(&request.model, &[]);
        if endpoint == Endpoint::Messages {
            let version = HeaderName::from_static("anthropic-version");
            headers.insert(version, HeaderValue::from_static(ANTHROPIC_VERSION));
        }
        let path = reply::path(&endpoint, &request.model).unwrap_or_default();
        let sent = Instant::now();
        let call = inner
            .http
            .post(self.url(&path)?)
            .headers(headers)
            .header(CONTENT_TYPE, "application/json")
            .body(reply::encode(&endpoint, request, delivery));
        let response = timeout(options.first_byte, call.send())
            .await
            .map_err(|_| timeout_fault(&inner.address))?
            .map_err(|error| network_fault(&inner.address, &error))?;
        let took = sent.elapsed();
        let status = response.status().as_u16();
        if (300..400).contains(&status) {
            let target = response
                .headers()
                .get(LOCATION)
                .and_then(|target| target.to_str().ok())
                .map(|target| one_line(target.split(['?', '#']).next().unwrap_or_default()));
            return Err(redirect_fault(status, target.as_deref()));
        }
        if status >= 400 {
            let headers = response.headers().clone();
            // The status is known; a body that never ends must not hide it.
            let body = timeout(inner.options.console, self.read(response, ERROR_BODY)).await;
            let answer = Answer {
                status,
                headers,
                body: body.ok().and_then(Result::ok).unwrap_or_else(Bytes::new),
                took,
                secrets: self.secrets(As::Key(key)),
            };
            return Err(self.refused(&answer));
        }
        Ok(Reply {
            status,
            request_id: request_id(response.headers()).map(one_line),
            parts: Parts::of(stream::parts(
                response,
                ReplyDecoder::new(&endpoint),
                inner.address.clone(),
                options,
                self.secrets(As::Key(key)),
            )),
        })
    }

    fn refused(&self, answer: &Answer) -> Fault {
        let fault = answer.failure();
        let about_usage = fault.message.contains("stream_options");
        if about_usage && fault.kind == FaultKind::BadRequest {
            self.inner.refuses_usage.store(true, Ordering::Relaxed);
            return fault.advise(say!("count-refused-advice"));
        }
        fault
    }
}
