//! One reply in one piece, on whichever endpoint a model is called: what a test call asks for.

use bytes::Bytes;
use futures_util::stream;
use reqwest::Method;

use super::RelayClient;
use super::answer::request_id;
use super::call::{As, Call};
use super::chat::{Parts, Reply};
use crate::domain::{ApiKey, ChatRequest, Endpoint, Fault, FaultKind};
use crate::locale::say;
use crate::wire::plain::one_line;
use crate::wire::short;

impl RelayClient {
    /// Sends a request for a reply in one piece, once. The reply's parts are all there when this returns.
    ///
    /// # Errors
    /// When the relay refuses or cannot be reached, and when what it answers is no reply.
    pub async fn ask(
        &self,
        key: &ApiKey,
        request: &ChatRequest,
        endpoint: &Endpoint,
    ) -> Result<Reply, Fault> {
        let known = endpoint
            .path(&request.model)
            .zip(short::body(endpoint, request));
        let (path, body) = known.ok_or_else(|| {
            Fault::new(
                FaultKind::Unsupported,
                say!("ask-unknown", endpoint = endpoint),
            )
            .advise(say!("ask-unknown-advice"))
        })?;
        let call = Call {
            method: Method::POST,
            path,
            by: As::Key(key),
            body: Some(body),
            holds: None,
            headers: Vec::new(),
            limit: self.inner.options.first_byte,
        };
        let answer = self.call_without_repeating(&call).await?;
        let value = answer.json().map_err(|fault| {
            if answer.is_good() && answer.body == Bytes::new() {
                Fault::new(FaultKind::Upstream, say!("ask-nothing")).with_status(answer.status)
            } else {
                fault
            }
        })?;
        let parts =
            short::read(endpoint, &value).map_err(|fault| fault.with_status(answer.status))?;
        Ok(Reply {
            status: answer.status,
            request_id: request_id(&answer.headers).map(one_line),
            parts: Parts::of(stream::iter(parts.into_iter().map(Ok))),
        })
    }
}
