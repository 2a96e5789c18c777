//! A fake relay: answers whatever a test says, byte for byte, and remembers what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Response};
use axum::serve::ListenerExt;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use relaydeck::client::{Credentials, Options, RelayClient};
use relaydeck::domain::{Address, ApiKey};
use serde_json::Value;

/// What was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// With its query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Asked {
    /// The path without its query.
    pub fn place(&self) -> &str {
        self.path.split('?').next().unwrap()
    }

    /// `GET /api/status`
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.place())
    }

    /// A value of the query; empty when it is not there.
    pub fn query(&self, name: &str) -> String {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        url::form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map_or_else(String::new, |(_, value)| value.into_owned())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A piece of an answer's body.
#[derive(Clone, Debug)]
pub enum Piece {
    Bytes(Vec<u8>),
    /// Bytes after a while.
    Late(std::time::Duration, &'static str),
    /// Nothing more, and no end.
    Stall,
    /// The same; the sender goes when the client does.
    Watch(tokio::sync::mpsc::Sender<()>),
    /// Nothing more until a test gives leave.
    #[allow(dead_code, reason = "the tests of the engine use it")]
    Leave(Arc<tokio::sync::Notify>),
    /// The connection breaks.
    Cut,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Told {
    status: u16,
    headers: Vec<(&'static str, String)>,
    pieces: Vec<Piece>,
}

impl Told {
    pub fn bytes(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Told {
        Told {
            status,
            headers: vec![("content-type", kind.into())],
            pieces: vec![Piece::Bytes(body.into())],
        }
    }

    pub fn json(status: u16, body: Value) -> Told {
        Told::bytes(status, "application/json; charset=utf-8", body.to_string())
    }

    /// The console's envelope around some data.
    pub fn data(data: Value) -> Told {
        Told::json(
            200,
            serde_json::json!({"success":true,"message":"","data":data}),
        )
    }

    /// The console's refusal.
    pub fn refused(status: u16, message: &str) -> Told {
        Told::json(
            status,
            serde_json::json!({"success":false,"message":message}),
        )
    }

    pub fn html(status: u16) -> Told {
        Told::bytes(
            status,
            "text/html",
            "<!doctype html><html><head><title>Example</title></head><body>app</body></html>",
        )
    }

    pub fn empty(status: u16) -> Told {
        Told {
            status,
            headers: vec![],
            pieces: vec![],
        }
    }

    /// What relays of this family answer on a path they do not have.
    pub fn no_route(asked: &Asked) -> Told {
        let message = format!("Invalid URL ({} {})", asked.method, asked.place());
        Told::json(
            404,
            serde_json::json!({"error":{"message":message,"type":"invalid_request_error","param":"","code":""}}),
        )
    }

    /// A stream of events with this data each.
    pub fn events(data: &[&str]) -> Told {
        let text: String = data
            .iter()
            .map(|data| format!("data: {data}\n\n"))
            .collect();
        Told::bytes(200, "text/event-stream", text)
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Told {
        self.headers.push((name, value.into()));
        self
    }

    pub fn then(mut self, piece: Piece) -> Told {
        self.pieces.push(piece);
        self
    }

    /// The same body in pieces of so many bytes.
    pub fn in_pieces_of(mut self, length: usize) -> Told {
        self.pieces = self
            .pieces
            .into_iter()
            .flat_map(|piece| match piece {
                Piece::Bytes(bytes) => bytes
                    .chunks(length)
                    .map(|chunk| Piece::Bytes(chunk.to_vec()))
                    .collect(),
                other => vec![other],
            })
            .collect();
        self
    }

    fn response(self) -> Response<Body> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        let pieces = stream::iter(self.pieces).then(|piece| async {
            // Each piece becomes a write of its own.
            tokio::task::yield_now().await;
            match piece {
                Piece::Bytes(bytes) => Ok(Bytes::from(bytes)),
                Piece::Late(wait, text) => {
                    tokio::time::sleep(wait).await;
                    Ok(Bytes::from_static(text.as_bytes()))
                }
                Piece::Stall => std::future::pending().await,
                Piece::Watch(sender) => {
                    let _held = sender;
                    std::future::pending().await
                }
                Piece::Leave(leave) => {
                    leave.notified().await;
                    Ok(Bytes::new())
                }
                Piece::Cut => Err(std::io::Error::other("cut")),
            }
        });
        response.body(Body::from_stream(pieces)).unwrap()
    }
}

/// A running fake.
pub struct Fake {
    pub address: Address,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Fake {
    /// Listens on a free port of this machine and answers by the function, until the test ends.
    pub async fn start(answer: impl Fn(&Asked) -> Told + Send + Sync + 'static) -> Fake {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (notes, answer) = (asked.clone(), Arc::new(answer));
        let router = Router::new().fallback(move |request: Request| {
            let (notes, answer) = (notes.clone(), answer.clone());
            async move {
                let (head, body) = request.into_parts();
                let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
                let asked = Asked {
                    method: head.method.to_string(),
                    path: head.uri.to_string(),
                    headers: head.headers,
                    body: String::from_utf8_lossy(&body).into_owned(),
                };
                notes.lock().unwrap().push(asked.clone());
                answer(&asked).response()
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        // With Nagle's algorithm on, every answer in two writes would take 40 ms.
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Fake {
            address: Address::parse(&address).unwrap().0,
            asked,
        }
    }

    /// What was asked so far, oldest first.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The lines of what was asked so far.
    pub fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }

    /// A client of it without an account.
    pub fn visitor(&self) -> RelayClient {
        RelayClient::with_options(self.address.clone(), Credentials::default(), options()).unwrap()
    }

    /// A client of it with an access token and the account's number 7.
    pub fn member(&self) -> RelayClient {
        self.member_with(options())
    }

    pub fn member_with(&self, options: Options) -> RelayClient {
        let credentials = Credentials {
            access_token: Some(access_token()),
            user_id: Some(7),
        };
        RelayClient::with_options(self.address.clone(), credentials, options).unwrap()
    }
}

/// Options that wait for nothing.
pub fn options() -> Options {
    Options {
        backoff: Duration::ZERO,
        jitter: || 0.0,
        ..Options::default()
    }
}

pub fn access_token() -> ApiKey {
    ApiKey::new("tok3nOfAnAccount".repeat(2))
}

/// A key as relays make them, and its masked form.
pub fn key() -> ApiKey {
    ApiKey::new(format!("sk-{}", "aB3x9Zk7".repeat(6)))
}
