//! The owner's part of the embedded relay's console: channels, made, shown, changed, tested, and hidden from others.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use relay_support::{Deck, Upstream, json_of, json_response, secret};
use relaydeck::relay::Limits;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

#[tokio::test]
async fn channels_are_the_owners_and_their_keys_are_masked() {
    let upstream = Upstream::start(|_| {
        json_response(200, &json!({"choices": [{"message": {"content": "hi"}}]}))
    })
    .await;
    let deck = Deck::start().await;
    let channel = deck
        .add_channel(json!({"name": "mine", "type": 1, "base_url": format!("{}/v1/", upstream.base), "key": secret("u").expose()}))
        .await;
    assert_eq!(channel["models"], "one,vendor/two", "fetched, each once");
    assert_eq!(channel["base_url"], upstream.base);
    assert_eq!(channel["key"], "sk-uuuu**********uuuu");
    let id = channel["id"].as_i64().unwrap();
    let tested = deck.get(&format!("/api/channel/test/{id}?model=one")).await;
    assert_eq!(
        (&tested["success"], &tested["message"]),
        (&json!(true), &json!(""))
    );
    assert_eq!(deck.own().await["used_quota"], 0);
    assert_eq!(
        deck.get(&format!("/api/channel/fetch_models/{id}")).await["data"],
        json!(["one", "vendor/two"])
    );

    // Read, modified and written back as a whole, as clients of this protocol do: the masked key changes nothing.
    let mut edited = channel.clone();
    edited["name"] = json!("renamed");
    edited["priority"] = json!(5);
    edited["models"] = json!("one");
    let answer = deck.send("PUT", "/api/channel/", &edited).await;
    assert_eq!(
        (&answer["data"]["name"], &answer["data"]["models"]),
        (&json!("renamed"), &json!("one"))
    );
    deck.get(&format!("/api/channel/test/{id}")).await;
    let seen = upstream.seen.lock().unwrap().last().unwrap().0.clone();
    assert_eq!(
        seen["authorization"],
        format!("Bearer {}", secret("u").expose())
    );

    let list = deck.get("/api/channel/?p=1&page_size=10").await["data"].clone();
    assert_eq!(list["total"], 2);
    assert_eq!(list["type_counts"], json!({"1": 1, "1000": 1}));
    assert_eq!(
        deck.send("DELETE", &format!("/api/channel/{id}"), &json!({}))
            .await["success"],
        true
    );
    assert_eq!(
        deck.get(&format!("/api/channel/{id}")).await["success"],
        false
    );
    let kept = deck.send("DELETE", "/api/channel/1", &json!({})).await;
    assert!(
        kept["message"].as_str().unwrap().contains("built in"),
        "{kept}"
    );
    let off = deck
        .send("PUT", "/api/channel/", &json!({"id": 1, "status": 2}))
        .await;
    assert_eq!(off["data"]["status"], 2);
    assert_eq!(deck.get("/api/pricing").await["data"], json!([]));
}

#[tokio::test]
async fn a_channel_that_cannot_be_is_refused_with_a_sentence() {
    let deck = Deck::start().await;
    let page = Upstream::start(|_| json_response(200, &Value::Null)).await;
    for (body, told) in [
        (json!({"type": 77, "models": "a"}), "type 77"),
        (
            json!({"type": 24, "models": "a", "endpoints": "openai"}),
            "type 1",
        ),
        (json!({"base_url": "ftp://x", "models": "a"}), "https://"),
        (
            json!({"base_url": "http://127.0.0.1:9", "models": ""}),
            "could not be reached",
        ),
        (
            json!({"base_url": format!("{}/nowhere", page.base)}),
            "list of models",
        ),
        (json!({"models": "a", "group": "vip"}), "no group"),
        (
            json!({"models": "a", "model_mapping": "{"}),
            "model_mapping",
        ),
        (
            json!({"models": "a", "prices": {"a": {"input": "cheap", "output": "1"}}}),
            "price of a",
        ),
        (
            json!({"mode": "batch", "channel": {"models": "a"}}),
            "batch",
        ),
    ] {
        let answer = deck.send("POST", "/api/channel/", &body).await;
        assert_eq!(answer["success"], false, "{body}");
        assert!(
            answer["message"].as_str().unwrap().contains(told),
            "{answer}"
        );
    }
    assert_eq!(deck.get("/api/channel/").await["data"]["total"], 1);
}

#[tokio::test]
async fn an_account_without_the_role_does_not_see_channels() {
    let token = "U".repeat(32);
    let hash = Sha256::digest(token.as_bytes()).to_vec();
    let deck = Deck::prepared(Limits::default(), move |database| {
        database
            .execute(
                "INSERT INTO accounts (username, display_name, role, user_group, quota, access_token, created_time)
                 VALUES ('ann', 'Ann', 1, 'default', 0, ?1, 0)",
                [hash],
            )
            .unwrap();
    })
    .await;
    for (method, path) in [
        ("GET", "/api/channel/"),
        ("POST", "/api/channel/"),
        ("PUT", "/api/channel/"),
        ("GET", "/api/channel/1"),
        ("DELETE", "/api/channel/1"),
        ("GET", "/api/channel/test/1"),
        ("GET", "/api/channel/fetch_models/1"),
    ] {
        let url = format!("{}{path}", deck.base);
        let request = deck.client.request(method.parse().unwrap(), url);
        let response = request
            .bearer_auth(&token)
            .json(&json!({}))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 403, "{method} {path}");
        assert_eq!(
            json_of(response).await["code"],
            "AUTH_INSUFFICIENT_PRIVILEGE"
        );
    }
}
