//! An upstream that answers whatever path it is called on, and remembers how it was called.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::serve::ListenerExt;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::relay_support::{Deck, fed_response, limits};

/// How it was called.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: String,
    /// Path and query.
    pub path: String,
    pub headers: HeaderMap,
    /// Null where the body is no JSON.
    pub body: Value,
}

pub struct Fake {
    pub base: String,
    pub calls: Arc<Mutex<Vec<Call>>>,
}

impl Fake {
    pub async fn start(answer: impl Fn(&Call) -> Response + Clone + Send + Sync + 'static) -> Self {
        let calls: Arc<Mutex<Vec<Call>>> = Arc::default();
        let kept = Arc::clone(&calls);
        let handle = move |request: Request| {
            let (answer, kept) = (answer.clone(), Arc::clone(&kept));
            async move {
                let (parts, body) = request.into_parts();
                let text = axum::body::to_bytes(body, usize::MAX).await.unwrap();
                let call = Call {
                    method: parts.method.to_string(),
                    path: parts.uri.path_and_query().unwrap().to_string(),
                    headers: parts.headers,
                    body: serde_json::from_slice(&text).unwrap_or_default(),
                };
                let response = answer(&call);
                kept.lock().unwrap().push(call);
                response
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        tokio::spawn(async move {
            let router = Router::new().fallback(handle);
            axum::serve(listener, router).await.unwrap();
        });
        Fake { base, calls }
    }

    pub fn last(&self) -> Call {
        self.calls.lock().unwrap().last().unwrap().clone()
    }

    /// The paths it was called on, in order.
    pub fn paths(&self) -> Vec<String> {
        let calls = self.calls.lock().unwrap();
        calls.iter().map(|call| call.path.clone()).collect()
    }
}

/// A relay with one channel of a type to it; its models cost 2 and 8 dollars a million.
pub async fn before(fake: &Fake, kind: i64, more: Value) -> (Deck, String) {
    let deck = Deck::with(limits()).await;
    let mut settings = serde_json::json!({"type": kind, "key": "upstream-secret", "base_url": fake.base, "models": "m,text-embed",
        "model_mapping": {"m": "theirs"}, "prices": {"*": {"input": "2", "output": "8"}}});
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    deck.add_channel(settings).await;
    let key = deck.owner.first_key.expose().to_owned();
    (deck, key)
}

/// An upstream that sends this and then nothing, until it is left; it tells when that is.
pub async fn silent(first: &'static str) -> (Fake, mpsc::UnboundedReceiver<()>) {
    let (gone, told) = mpsc::unbounded_channel();
    let fake = Fake::start(move |_| {
        let (feed, response) = fed_response();
        if !first.is_empty() {
            feed.send(Ok(first.to_owned())).unwrap();
        }
        let gone = gone.clone();
        tokio::spawn(async move {
            feed.closed().await;
            let _ = gone.send(());
        });
        response
    })
    .await;
    (fake, told)
}
