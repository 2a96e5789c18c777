//! Hostile clients and upstreams against the embedded relay: whatever they send, it answers JSON, and goes on.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use relay_support::{Deck, Upstream, hello, json_of, text_response};
use relaydeck::relay::Limits;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    })
}

/// What came back for these bytes; `None` when the connection was just closed.
async fn raw(deck: &Deck, bytes: &[u8], hangs_up: bool) -> Option<String> {
    let mut stream = TcpStream::connect(deck.base.trim_start_matches("http://"))
        .await
        .unwrap();
    // The relay may have seen enough before everything is written.
    let _ = stream.write_all(bytes).await;
    if hangs_up {
        let _ = stream.shutdown().await;
    }
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "it hangs");
    (!answer.is_empty()).then(|| String::from_utf8_lossy(&answer).into_owned())
}

fn never_a_page(answer: &str) {
    let lower = answer.to_ascii_lowercase();
    assert!(
        !lower.contains("text/html") && !lower.contains("text/plain"),
        "{answer}"
    );
    assert!(!lower.contains("internal_error"), "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    // What is not HTTP at all is refused by the parser, without a body.
    let json = head
        .to_ascii_lowercase()
        .contains("content-type: application/json");
    assert!(json || body.is_empty(), "{answer}");
}

#[test]
fn no_request_makes_it_panic_hang_or_answer_a_page() {
    let runtime = runtime();
    let deck = runtime.block_on(Deck::start());
    let paths = prop::sample::select(vec![
        "/v1/chat/completions",
        "/v1/models",
        "/v1/models/x",
        "/api/token/",
        "/api/token/1",
        "/api/token/batch",
        "/api/channel/",
        "/api/channel/1",
        "/api/channel/test/1",
        "/api/log/self",
        "/api/log/self/stat",
        "/api/token/search",
        "/api/pricing",
        "/api/usage/token/",
        "/api/status",
        "/dashboard/billing/usage",
        "/",
    ]);
    let bodies = prop_oneof![
        "\\PC{0,60}",
        Just(r#"{"model":"relaydeck-lab","messages":[{"role":"user","content":"[[tokens=1 speed=0]]"}],"stream":"yes","max_tokens":-1,"n":1e99}"#.to_owned()),
        Just(r#"{"model":"relaydeck-lab","messages":[[],null,{"content":{"a":[1]}},7]}"#.to_owned()),
        Just(format!("{{\"model\":\"relaydeck-lab\",\"messages\":{}{}}}", "[".repeat(3000), "]".repeat(3000))),
        Just(r#"{"model":{"a":1},"id":{"b":2},"ids":["x"],"name":7,"channel":{"type":[]},"prices":3}"#.to_owned()),
        Just(r#"{"id":99999999999999999999,"remain_quota":1e400,"name":"a","status":9}"#.to_owned()),
    ];
    let requests = (
        prop::sample::select(vec![
            "GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "FOO",
        ]),
        paths,
        "[a-z_]{0,12}=[%0-9a-zA-Z+&=._-]{0,30}",
        prop::collection::vec(("[a-z-]{1,20}", "[ -~]{0,40}"), 0..4),
        bodies,
        any::<bool>(),
    );
    let token = deck.owner.access_token.expose().to_owned();
    // Not the first key: that one may well be deleted on the way.
    let (_, key) = runtime.block_on(deck.make_key(json!({"name": "a", "unlimited_quota": true})));
    runner(250)
        .run(&requests, |(method, path, query, headers, body, owner)| {
            let credential = if owner { &token } else { &key };
            let mut text = format!(
                "{method} {path}?{query} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {credential}\r\ncontent-length: {}\r\n",
                body.len()
            );
            for (name, value) in headers.iter().filter(|(name, _)| !matches!(name.as_str(), "host" | "connection" | "upgrade" | "te" | "expect")) {
                text.push_str(&format!("x-{name}: {value}\r\n"));
            }
            text.push_str(&format!("\r\n{body}"));
            let answer = runtime.block_on(raw(&deck, text.as_bytes(), false));
            never_a_page(&answer.expect("HTTP is answered"));
            Ok(())
        })
        .unwrap();
    runner(150)
        .run(&prop::collection::vec(any::<u8>(), 0..200), |bytes| {
            if let Some(answer) = runtime.block_on(raw(&deck, &bytes, true)) {
                never_a_page(&answer);
            }
            Ok(())
        })
        .unwrap();
    let fine = runtime.block_on(async {
        deck.chat(&key, &hello("relaydeck-lab", false))
            .send()
            .await
            .unwrap()
            .status()
    });
    assert_eq!(fine, 200);
}

#[test]
fn no_upstream_makes_it_panic_hang_or_answer_a_page() {
    let runtime = runtime();
    let said: Arc<Mutex<(String, Vec<u8>)>> = Arc::default();
    let (deck, key) = runtime.block_on(async {
        let told = Arc::clone(&said);
        let upstream = Upstream::start(move |_| {
            let (kind, bytes) = told.lock().unwrap().clone();
            text_response(200, &kind, bytes)
        })
        .await;
        let deck = Deck::start().await;
        deck.add_channel(json!({"base_url": upstream.base, "models": "m", "prices": {"m": {"input": "2", "output": "8"}}})).await;
        let key = deck.owner.first_key.expose().to_owned();
        (deck, key)
    });
    let pieces = prop_oneof![
        Just(b"data: ".to_vec()),
        Just(b"\n\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"data: [DONE]\n\n".to_vec()),
        Just(b"data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n".to_vec()),
        Just(b"data: {\"choices\":[],\"usage\":{\"prompt_tokens\":18446744073709551615,\"completion_tokens\":-5}}\n\n".to_vec()),
        Just(b"data: {\"choices\":{\"a\":[null]},\"usage\":[]}\n\n".to_vec()),
        Just(b"data: {\"error\":null}\n\n".to_vec()),
        Just(b"data: {\"error\":[[1]]}\n\n".to_vec()),
        Just(b": comment\n".to_vec()),
        Just(b"<html>".to_vec()),
        Just(b"{\"choices\":[]}".to_vec()),
        prop::collection::vec(any::<u8>(), 0..30),
    ];
    let kinds = prop::sample::select(vec![
        "text/event-stream",
        "application/json",
        "text/html",
        "",
    ]);
    runner(200)
        .run(
            &(prop::collection::vec(pieces, 0..12), kinds, any::<bool>()),
            |(pieces, kind, stream)| {
                *said.lock().unwrap() = (kind.to_owned(), pieces.concat());
                runtime.block_on(async {
                    let response = tokio::time::timeout(
                        Duration::from_secs(10),
                        deck.chat(&key, &hello("m", stream)).send(),
                    );
                    let response = response.await.expect("it hangs").unwrap();
                    let kind = response.headers()["content-type"]
                        .to_str()
                        .unwrap()
                        .to_owned();
                    assert!(
                        kind.starts_with("application/json") || kind == "text/event-stream",
                        "{kind}"
                    );
                    let text = response.bytes().await.unwrap();
                    assert!(!String::from_utf8_lossy(&text).contains("internal_error"));
                });
                Ok(())
            },
        )
        .unwrap();
    let (quota, used) = runtime.block_on(async {
        let own = deck.own().await;
        (
            own["quota"].as_i64().unwrap(),
            own["used_quota"].as_i64().unwrap(),
        )
    });
    assert_eq!(quota + used, 5_000_000);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_413() {
    let deck = Deck::with(Limits {
        body: 1_000,
        ..Limits::default()
    })
    .await;
    let key = deck.owner.first_key.expose().to_owned();
    for size in [1_100, 5_000_000] {
        let mut body = hello("relaydeck-lab", false);
        body["padding"] = json!("x".repeat(size));
        let response = deck.chat(&key, &body).send().await.unwrap();
        assert_eq!(response.status(), 413);
        assert_eq!(
            json_of(response).await["error"]["code"],
            "read_request_body_failed"
        );
    }
}

#[tokio::test]
async fn who_is_slow_with_headers_or_body_is_let_go() {
    let deck = Deck::with(Limits {
        client: Duration::from_millis(150),
        headers: Duration::from_millis(150),
        ..Limits::default()
    })
    .await;
    let key = deck.owner.first_key.expose().to_owned();
    let address = deck.base.trim_start_matches("http://").to_owned();
    let mut slow = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: 10\r\n\r\n{{"
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 12];
    slow.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 408");
    let mut slower = TcpStream::connect(&address).await.unwrap();
    slower
        .write_all(b"GET /api/status HTTP/1.1\r\nhost:")
        .await
        .unwrap();
    let mut rest = Vec::new();
    tokio::time::timeout(Duration::from_secs(5), slower.read_to_end(&mut rest))
        .await
        .expect("it is let go")
        .unwrap();
    assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));
}

#[tokio::test]
async fn headers_beyond_the_limit_are_431_and_harm_nobody_else() {
    let deck = Deck::start().await;
    let address = deck.base.trim_start_matches("http://").to_owned();
    let long = format!("x-long: {}\r\n", "a".repeat(200_000));
    let many: String = (0..300).map(|at| format!("x-{at}: a\r\n")).collect();
    for headers in [long, many] {
        let mut client = TcpStream::connect(&address).await.unwrap();
        let head = format!("GET /api/status HTTP/1.1\r\nhost: x\r\n{headers}\r\n");
        // It may be refused before it was read to its end, and the rest is then nobody's.
        let _ = client.write_all(head.as_bytes()).await;
        let mut answer = vec![0; 12];
        let read = client.read_exact(&mut answer);
        match tokio::time::timeout(Duration::from_secs(60), read).await {
            Ok(Ok(_)) => assert_eq!(answer, b"HTTP/1.1 431"),
            // Closed with bytes of ours unread, the connection may be reset before the answer is seen.
            Ok(Err(error)) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
            Err(_) => panic!("it is left waiting"),
        }
    }
    let fits = "a".repeat(8_000);
    let url = format!("{}/api/status", deck.base);
    let answer = deck.client.get(url).header("x-long", fits).send().await;
    assert_eq!(answer.unwrap().status(), 200);
}
