//! What the relay's tests share: a relay in a folder of its own, a client, and upstreams that do as they are told.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod messages;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::serve::ListenerExt;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use relaydeck::domain::{ApiKey, UnixMillis};
use relaydeck::relay::{Clock, Limits, OwnerSecrets, RelayOptions, Running};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc;

/// A relay that runs, and everything to talk to it with.
pub struct Deck {
    pub folder: TempDir,
    pub running: Option<Running>,
    pub base: String,
    pub owner: OwnerSecrets,
    pub client: Client,
    /// Unix milliseconds; stands still until a test moves it.
    pub time: Arc<AtomicI64>,
    pub limits: Limits,
}

pub const START: i64 = 1_767_225_600_000;

/// A secret that no scanner takes for a real one.
pub fn secret(letter: &str) -> ApiKey {
    ApiKey::new(format!("sk-{}", letter.repeat(48)))
}

pub fn http() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().unwrap()
}

impl Deck {
    pub async fn start() -> Self {
        Deck::with(Limits {
            grace: Duration::from_millis(200),
            ..Limits::default()
        })
        .await
    }

    pub async fn with(limits: Limits) -> Self {
        Deck::prepared(limits, |_| {}).await
    }

    /// A relay whose database was changed by hand before it started for good.
    pub async fn prepared(limits: Limits, prepare: impl FnOnce(&rusqlite::Connection)) -> Self {
        let mut deck = Deck {
            folder: tempfile::tempdir().unwrap(),
            running: None,
            base: String::new(),
            owner: OwnerSecrets {
                access_token: ApiKey::new("T".repeat(32)),
                first_key: secret("k"),
            },
            client: http(),
            time: Arc::new(AtomicI64::new(START)),
            limits,
        };
        deck.open().await;
        deck.close().await;
        prepare(&deck.database());
        deck.open().await;
        deck
    }

    pub fn options(&self) -> RelayOptions {
        let time = Arc::clone(&self.time);
        RelayOptions {
            limits: self.limits,
            clock: Clock::from_fn(move || UnixMillis(time.load(Ordering::Relaxed))),
            ..RelayOptions::new(
                self.folder.path().to_path_buf(),
                SocketAddr::from(([127, 0, 0, 1], 0)),
                self.owner.clone(),
            )
        }
    }

    pub async fn open(&mut self) {
        let running = relaydeck::relay::start(self.options()).await.unwrap();
        self.base = format!("http://{}", running.address());
        self.running = Some(running);
    }

    pub async fn close(&mut self) {
        self.running.take().unwrap().shutdown().await;
    }

    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("relay.db")).unwrap()
    }

    /// A relay on what this one would leave behind if it were killed at this moment.
    pub async fn heir(&self) -> Deck {
        let folder = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name() != "relay.lock" {
                std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
            }
        }
        let mut heir = Deck {
            folder,
            running: None,
            base: String::new(),
            owner: self.owner.clone(),
            client: self.client.clone(),
            time: Arc::clone(&self.time),
            limits: self.limits,
        };
        heir.open().await;
        heir
    }

    pub fn advance(&self, seconds: i64) {
        self.time.fetch_add(seconds * 1_000, Ordering::Relaxed);
    }

    /// A request as the owner of the account.
    pub fn as_owner(&self, method: &str, path: &str) -> RequestBuilder {
        self.client
            .request(method.parse().unwrap(), format!("{}{path}", self.base))
            .bearer_auth(self.owner.access_token.expose())
    }

    pub async fn get(&self, path: &str) -> Value {
        let response = self.as_owner("GET", path).send().await.unwrap();
        json_of(response).await
    }

    pub async fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = self.as_owner(method, path).json(body);
        json_of(request.send().await.unwrap()).await
    }

    /// A chat request with a key.
    pub fn chat(&self, key: &str, body: &Value) -> RequestBuilder {
        self.client
            .post(format!("{}/v1/chat/completions", self.base))
            .bearer_auth(key)
            .json(body)
    }

    /// Makes a key; its row as created, with the secret including `sk-` beside it.
    pub async fn make_key(&self, settings: Value) -> (Value, String) {
        let answer = self.send("POST", "/api/token/", &settings).await;
        assert_eq!(answer["success"], true, "{answer}");
        let secret = format!("sk-{}", answer["data"]["key"].as_str().unwrap());
        (answer["data"].clone(), secret)
    }

    /// Adds a channel to an upstream.
    pub async fn add_channel(&self, settings: Value) -> Value {
        let answer = self.send("POST", "/api/channel/", &settings).await;
        assert_eq!(answer["success"], true, "{answer}");
        answer["data"].clone()
    }

    /// The newest log row.
    pub async fn last_log(&self) -> Value {
        self.get("/api/log/self?page_size=1").await["data"]["items"][0].clone()
    }

    pub async fn own(&self) -> Value {
        self.get("/api/user/self").await["data"].clone()
    }
}

pub async fn json_of(response: reqwest::Response) -> Value {
    let kind = response
        .headers()
        .get("content-type")
        .map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(
        kind.as_deref(),
        Some("application/json; charset=utf-8"),
        "{response:?}"
    );
    response.json().await.unwrap()
}

/// The `data:` lines of a stream as they came.
pub async fn data_lines(response: reqwest::Response) -> Vec<String> {
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let text = response.text().await.unwrap();
    text.lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(str::to_owned)
        .collect()
}

/// The members of a log row's `other`.
pub fn other(row: &Value) -> Value {
    serde_json::from_str(row["other"].as_str().unwrap()).unwrap()
}

/// Asks again until something holds; for what happens after a client has gone.
pub async fn until<T, F: Future<Output = Option<T>>>(mut ask: impl FnMut() -> F) -> T {
    let patience = std::time::Instant::now() + Duration::from_secs(60);
    while std::time::Instant::now() < patience {
        if let Some(found) = ask().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never came to that")
}

/// An upstream that does as a test tells it.
pub struct Upstream {
    pub base: String,
    /// The requests it got: headers and body.
    pub seen: Arc<Mutex<Vec<(axum::http::HeaderMap, Value)>>>,
}

impl Upstream {
    pub async fn start(
        answer: impl Fn(&Value) -> Response + Clone + Send + Sync + 'static,
    ) -> Self {
        let seen: Arc<Mutex<Vec<_>>> = Arc::default();
        let kept = Arc::clone(&seen);
        let handle = move |request: Request| {
            let (answer, kept) = (answer.clone(), Arc::clone(&kept));
            async move {
                if request.uri().path() == "/v1/models" {
                    let models = json!({"object": "list", "data": [{"id": "one"}, {"id": "vendor/two"}, {"id": "one"}]});
                    return json_response(200, &models);
                }
                let (parts, body) = request.into_parts();
                if !["/v1/chat/completions", "/v1/messages"].contains(&parts.uri.path()) {
                    return text_response(200, "text/html", "<html>hello</html>");
                }
                let text = axum::body::to_bytes(body, usize::MAX).await.unwrap();
                let body: Value = serde_json::from_slice(&text).unwrap();
                let response = answer(&body);
                kept.lock().unwrap().push((parts.headers, body));
                response
            }
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        tokio::spawn(async move {
            axum::serve(listener, Router::new().fallback(handle))
                .await
                .unwrap();
        });
        Upstream { base, seen }
    }

    pub fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    pub fn last(&self) -> Value {
        self.seen.lock().unwrap().last().unwrap().1.clone()
    }
}

pub fn json_response(status: u16, body: &Value) -> Response {
    text_response(status, "application/json", body.to_string())
}

pub fn text_response(status: u16, kind: &str, text: impl Into<Body>) -> Response {
    Response::builder()
        .status(status)
        .header("content-type", kind)
        .body(text.into())
        .unwrap()
}

/// A stream of these pieces, all at once.
pub fn stream_response(pieces: &[&str]) -> Response {
    let pieces: Vec<_> = pieces
        .iter()
        .map(|piece| Ok::<_, std::io::Error>(Bytes::from((*piece).to_owned())))
        .collect();
    text_response(
        200,
        "text/event-stream",
        Body::from_stream(stream::iter(pieces)),
    )
}

/// A stream that a test feeds as it goes; an `Err` cuts it, dropping the sender ends it.
pub fn fed_response() -> (
    mpsc::UnboundedSender<Result<String, std::io::Error>>,
    Response,
) {
    let (feed, food) = mpsc::unbounded_channel();
    let pieces = stream::unfold(food, |mut food| async move {
        let piece: Result<String, std::io::Error> = food.recv().await?;
        Some((piece, food))
    });
    (
        feed,
        text_response(200, "text/event-stream", Body::from_stream(pieces.boxed())),
    )
}

/// One chunk of a stream in OpenAI's dialect.
pub fn chunk(text: &str) -> String {
    let body = json!({"id": "c1", "object": "chat.completion.chunk", "created": 7, "model": "m", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]});
    format!("data: {body}\n\n")
}

pub const STOP: &str =
    "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
pub const USAGE: &str = "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":50,\"total_tokens\":150}}\n\n";
pub const DONE: &str = "data: [DONE]\n\n";

pub fn hello(model: &str, stream: bool) -> Value {
    json!({"model": model, "stream": stream, "messages": [{"role": "user", "content": "[[tokens=12 speed=0]] Hello there"}]})
}

/// A relay with one channel to an upstream, its models priced at 2 and 8 dollars a million.
pub async fn behind(upstream: &Upstream, limits: Limits) -> (Deck, String) {
    let deck = Deck::with(limits).await;
    deck.add_channel(json!({"base_url": upstream.base, "models": "m,renamed", "model_mapping": {"renamed": "theirs"},
        "prices": {"m": {"input": "2", "output": "8"}}}))
        .await;
    let key = deck.owner.first_key.expose().to_owned();
    (deck, key)
}

/// The usual limits, with a shutdown that does not wait.
pub fn limits() -> Limits {
    Limits {
        grace: Duration::from_millis(100),
        ..Limits::default()
    }
}

/// What a log row charges by the ratios and counts it names, as any client can compute it.
pub fn charge_by_row(row: &Value) -> i64 {
    let other = other(row);
    let number = |name: &str| other[name].as_f64().unwrap();
    let written = other["cache_creation_tokens"].as_f64().unwrap_or(0.0);
    let written_at = match written {
        0.0 => 0.0,
        _ => number("cache_creation_ratio"),
    };
    let tokens = row["prompt_tokens"].as_f64().unwrap() - number("cache_tokens") - written
        + number("cache_tokens") * number("cache_ratio")
        + written * written_at
        + row["completion_tokens"].as_f64().unwrap() * number("completion_ratio");
    (tokens * number("model_ratio") * number("group_ratio")).round() as i64
}
