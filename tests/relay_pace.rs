//! How fast a key may be used: stored with the key, told and set through the token routes, refused with 429 and the time
//! to wait in the shape of the dialect that was called.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use relay_support::{
    DONE, Deck, STOP, USAGE, Upstream, behind, chunk, data_lines, fed_response, hello, json_of,
    limits, stream_response, until,
};
use relaydeck::client::{Credentials, Options, RelayClient};
use relaydeck::domain::{Address, ApiKey, ChatMessage, ChatRequest, FaultKind, Role};
use serde_json::json;
use std::time::Duration;

const LAB: &str = "relaydeck-lab";

#[tokio::test]
async fn requests_per_minute_hold_in_every_dialect_and_come_back_with_time() {
    let deck = Deck::start().await;
    let (row, key) = deck
        .make_key(json!({"name": "slow", "unlimited_quota": true, "requests_per_minute": 2}))
        .await;
    assert_eq!(
        (
            &row["requests_per_minute"],
            &row["tokens_per_minute"],
            &row["concurrency"]
        ),
        (&json!(2), &json!(0), &json!(0))
    );
    for _ in 0..2 {
        let response = deck.chat(&key, &hello(LAB, false)).send().await.unwrap();
        assert_eq!(response.status(), 200);
        deck.advance(10);
    }
    let refused = deck.chat(&key, &hello(LAB, true)).send().await.unwrap();
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "40");
    let told = json_of(refused).await;
    assert_eq!(told["error"]["code"], "rate_limit_exceeded", "{told}");
    assert_eq!(told["error"]["param"], "requests_per_minute");
    assert_eq!(told["error"]["type"], "new_api_error");
    assert!(
        told["error"]["message"]
            .as_str()
            .unwrap()
            .contains("request limit: maximum 2 requests in 1 minutes")
    );

    let messages = deck
        .client
        .post(format!("{}/v1/messages", deck.base))
        .header("x-api-key", &key)
        .json(&json!({"model": LAB, "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}))
        .send()
        .await
        .unwrap();
    assert_eq!(messages.status(), 429);
    assert_eq!(messages.headers()["retry-after"], "40");
    let told = json_of(messages).await;
    assert_eq!(
        (&told["type"], &told["error"]["type"]),
        (&json!("error"), &json!("rate_limit_error")),
        "{told}"
    );

    // Another key of the same account is not slowed, and what is refused costs and counts nothing.
    let first = deck.owner.first_key.expose();
    let other = deck.chat(first, &hello(LAB, false)).send().await.unwrap();
    assert_eq!(other.status(), 200);
    deck.advance(40);
    let again = deck.chat(&key, &hello(LAB, false)).send().await.unwrap();
    assert_eq!(again.status(), 200);
    assert_eq!(deck.own().await["request_count"], 4);
}

#[tokio::test]
async fn tokens_per_minute_stop_the_next_request_and_survive_a_change_of_the_key() {
    let upstream = Upstream::start(|_| stream_response(&[&chunk("hi"), STOP, USAGE, DONE])).await;
    let (deck, _) = behind(&upstream, limits()).await;
    let (row, key) = deck
        .make_key(json!({"name": "few", "unlimited_quota": true, "tokens_per_minute": "100"}))
        .await;
    let mut body = hello("m", true);
    body["max_tokens"] = json!(50);
    // The upstream reports 150 tokens, whatever was expected.
    data_lines(deck.chat(&key, &body).send().await.unwrap()).await;
    deck.advance(5);
    let renamed = json!({"id": row["id"], "name": "fewer"});
    assert_eq!(
        deck.send("PUT", "/api/token/", &renamed).await["data"]["tokens_per_minute"],
        100
    );
    let refused = deck.chat(&key, &body).send().await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["retry-after"]),
        (429, &"55".parse().unwrap())
    );
    assert_eq!(
        json_of(refused).await["error"]["param"],
        "tokens_per_minute"
    );
    deck.send(
        "PUT",
        "/api/token/",
        &json!({"id": row["id"], "tokens_per_minute": 0}),
    )
    .await;
    let free = deck.chat(&key, &body).send().await.unwrap();
    assert_eq!(
        free.status(),
        200,
        "a limit that is lifted holds nobody back"
    );
}

#[tokio::test]
async fn so_many_run_at_once_and_a_client_that_leaves_makes_room() {
    let (hand, mut feeds) = tokio::sync::mpsc::unbounded_channel();
    let upstream = Upstream::start(move |_| {
        let (feed, response) = fed_response();
        feed.send(Ok(chunk("hi"))).unwrap();
        hand.send(feed).unwrap();
        response
    })
    .await;
    let (mut deck, _) = behind(&upstream, limits()).await;
    let (row, key) = deck
        .make_key(json!({"name": "one", "unlimited_quota": true, "concurrency": 1}))
        .await;
    let running = deck.chat(&key, &hello("m", true)).send().await.unwrap();
    assert_eq!(running.status(), 200);
    let refused = deck.chat(&key, &hello("m", true)).send().await.unwrap();
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "1");
    assert_eq!(json_of(refused).await["error"]["param"], "concurrency");
    let feed = feeds.recv().await.unwrap();
    drop(running);
    drop(feed);
    let next = until(|| async {
        let response = deck.chat(&key, &hello("m", true)).send().await.unwrap();
        (response.status() == 200).then_some(response)
    })
    .await;
    let feed = feeds.recv().await.unwrap();
    feed.send(Ok(format!("{STOP}{USAGE}{DONE}"))).unwrap();
    assert_eq!(data_lines(next).await.last().unwrap(), "[DONE]");

    // It is stored with the key.
    deck.close().await;
    deck.open().await;
    let path = format!("/api/token/{}", row["id"]);
    assert_eq!(deck.get(&path).await["data"]["concurrency"], 1);
}

#[tokio::test]
async fn a_pace_that_cannot_be_is_refused_in_words() {
    let deck = Deck::start().await;
    for (name, value) in [
        ("requests_per_minute", json!(-1)),
        ("tokens_per_minute", json!(4_294_967_296_i64)),
        ("concurrency", json!(-5)),
    ] {
        let answer = deck
            .send("POST", "/api/token/", &json!({"name": "odd", name: value}))
            .await;
        assert_eq!(answer["success"], false, "{answer}");
        assert!(
            answer["message"].as_str().unwrap().starts_with(name),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_refusal_of_the_pace_is_understood_by_our_own_client() {
    let deck = Deck::start().await;
    let (_, key) = deck
        .make_key(json!({"name": "slow", "unlimited_quota": true, "requests_per_minute": 1}))
        .await;
    let address = Address::parse(&deck.base).unwrap().0;
    let options = Options {
        backoff: Duration::ZERO,
        retries: 0,
        ..Options::default()
    };
    let client = RelayClient::with_options(address, Credentials::default(), options).unwrap();
    let ask = ChatRequest {
        model: LAB.into(),
        messages: vec![ChatMessage::new(Role::User, "[[tokens=3 speed=0]] hi")],
        ..ChatRequest::default()
    };
    let key = ApiKey::new(key);
    assert!(client.chat(&key, &ask).await.is_ok());
    let Err(fault) = client.chat(&key, &ask).await else {
        panic!("the second in a minute is one too many");
    };
    assert_eq!(fault.kind, FaultKind::RateLimited, "{fault}");
    assert_eq!((fault.status, fault.retry_after), (Some(429), Some(60)));
    assert!(
        fault.message.contains("maximum 1 requests in 1 minutes") && fault.request_id.is_some(),
        "{fault}"
    );
}
