//! Asks a built-in model on a clock that stands still until something waits, and takes its answer apart.

use std::time::Duration;

use futures_util::StreamExt;
use relaydeck::relay::builtin;
use serde_json::{Map, Value, json};
use tokio::time::Instant;

pub const HANDBOOK: &str = "relaydeck-handbook";
pub const LAB: &str = "relaydeck-lab";

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub retry_after: Option<u64>,
    /// The pieces of the body, and when each came.
    pub pieces: Vec<(Duration, Vec<u8>)>,
    /// Why the body broke off, where it did.
    pub broken: Option<String>,
    /// From asking to the end of the body.
    pub took: Duration,
}

/// Where the relay is meant to listen.
pub fn address() -> std::net::SocketAddr {
    "127.0.0.1:4141".parse().unwrap()
}

/// A body that asks this.
pub fn body(prompt: &str, more: Value) -> Map<String, Value> {
    let mut body = json!({"model": "any", "messages": [{"role": "user", "content": prompt}]});
    let members = more.as_object().cloned().unwrap_or_default();
    body.as_object_mut().unwrap().extend(members);
    body.as_object().unwrap().clone()
}

/// Sends a body and reads the answer to its end.
pub async fn send(model: &str, body: &Map<String, Value>) -> Answer {
    let start = Instant::now();
    let mut reply = builtin::answer(model, body, address()).await;
    let mut pieces = Vec::new();
    let mut broken = None;
    while let Some(piece) = reply.body.next().await {
        match piece {
            Ok(bytes) => pieces.push((start.elapsed(), bytes.to_vec())),
            Err(error) => broken = Some(error.to_string()),
        }
    }
    Answer {
        status: reply.status,
        content_type: reply.content_type,
        retry_after: reply.retry_after,
        pieces,
        broken,
        took: start.elapsed(),
    }
}

/// Asks for a stream, usage included.
pub async fn stream(model: &str, prompt: &str) -> Answer {
    let options = json!({"stream": true, "stream_options": {"include_usage": true}});
    send(model, &body(prompt, options)).await
}

/// Asks for one document.
pub async fn whole(model: &str, prompt: &str) -> Answer {
    send(model, &body(prompt, json!({}))).await
}

impl Answer {
    /// The body as text; what is no text becomes �.
    pub fn text(&self) -> String {
        let bytes: Vec<u8> = self
            .pieces
            .iter()
            .flat_map(|(_, piece)| piece.clone())
            .collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The body as a document.
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.text()).expect("one JSON document")
    }

    /// The chunks of the stream, the closing event left out, and when each came.
    pub fn chunks(&self) -> Vec<(Duration, Value)> {
        let mut chunks = Vec::new();
        for (at, piece) in &self.pieces {
            let event = std::str::from_utf8(piece).unwrap();
            let data = event
                .strip_prefix("data: ")
                .and_then(|rest| rest.strip_suffix("\n\n"));
            match data.expect("one event a piece") {
                "[DONE]" => {}
                data => chunks.push((*at, serde_json::from_str(data).unwrap())),
            }
        }
        chunks
    }

    /// The texts of one member of the deltas, and when each came.
    pub fn deltas(&self, member: &str) -> Vec<(Duration, String)> {
        let text = |chunk: &Value| {
            let delta = &chunk["choices"].get(0)?["delta"];
            delta
                .get("role")
                .is_none()
                .then(|| delta[member].as_str().map(str::to_owned))?
        };
        let chunks = self.chunks();
        chunks
            .iter()
            .filter_map(|(at, chunk)| Some((*at, text(chunk)?)))
            .collect()
    }

    /// The text that was streamed.
    pub fn streamed(&self) -> String {
        self.deltas("content")
            .into_iter()
            .map(|(_, text)| text)
            .collect()
    }

    /// The finish reason of the stream.
    pub fn finish(&self) -> Option<String> {
        let reason = |(_, chunk): &(Duration, Value)| {
            let choice = chunk["choices"].get(0)?;
            choice["finish_reason"].as_str().map(str::to_owned)
        };
        self.chunks().iter().find_map(reason)
    }

    /// Whether the stream was closed as OpenAI closes it.
    pub fn is_closed(&self) -> bool {
        self.text().ends_with("data: [DONE]\n\n")
    }

    /// The usage of the stream.
    pub fn usage(&self) -> Option<Value> {
        let chunks = self.chunks();
        let usages: Vec<_> = chunks
            .into_iter()
            .filter_map(|(_, chunk)| chunk.get("usage").cloned())
            .collect();
        assert!(usages.len() <= 1, "{usages:?}");
        usages.into_iter().next()
    }
}
