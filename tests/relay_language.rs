//! The relay's wire is English, whatever the program around it speaks: other programs read it.

#![allow(clippy::unwrap_used, reason = "a test that cannot ask fails")]

mod relay_support;

use relay_support::{Deck, Upstream, hello, json_response, limits};
use relaydeck::domain::Address;
use relaydeck::locale::{self, Language};
use serde_json::{Value, json};

/// Every route that takes something.
const ROUTES: [(&str, &str); 26] = [
    ("POST", "/api/user/login"),
    ("POST", "/api/user/register"),
    ("GET", "/api/user/self"),
    ("PUT", "/api/user/self"),
    ("POST", "/api/user/"),
    ("PUT", "/api/user/"),
    ("GET", "/api/user/99"),
    ("POST", "/api/user/manage"),
    ("POST", "/api/user/topup"),
    ("POST", "/api/user/pay"),
    ("POST", "/api/token/"),
    ("PUT", "/api/token/"),
    ("GET", "/api/token/99"),
    ("DELETE", "/api/token/99"),
    ("POST", "/api/token/99/key"),
    ("POST", "/api/redemption/"),
    ("DELETE", "/api/redemption/99"),
    ("PUT", "/api/option/"),
    ("PATCH", "/api/option/model_pricing"),
    ("POST", "/api/channel/"),
    ("PUT", "/api/channel/"),
    ("GET", "/api/channel/test/99"),
    ("GET", "/api/channel/fetch_models/99"),
    ("DELETE", "/api/channel/99"),
    ("POST", "/v1/chat/completions"),
    ("GET", "/no/such/path"),
];

fn bodies() -> Vec<Value> {
    let mut bodies = vec![json!({}), json!([]), json!(null), json!({"id": "x"})];
    for url in [
        "",
        "ftp://host",
        "sk-0123456789abcdef0123",
        "http://a:b@host",
        "ht tp:/",
    ] {
        bodies.push(
            json!({"id": 1, "name": "x", "type": 1, "base_url": url, "models": "m", "key": "k"}),
        );
    }
    for price in ["-1", "abc", "0.00000000001", "99999999999999"] {
        bodies.push(
            json!({"id": 1, "name": "x", "type": 1, "base_url": "http://127.0.0.1:1", "models": "m",
            "prices": {"m": {"input": price, "output": price}}}),
        );
        bodies
            .push(json!({"model": "m", "price": {"input": price, "output": price}, "call": price}));
    }
    for name in ["", "\u{1}", &"n".repeat(300)] {
        bodies.push(json!({"name": name, "username": name, "password": name, "remain_quota": -1, "quota": -1,
            "count": 1000, "expired_time": 1, "allow_ips": "nowhere", "group": "none", "key": name,
            "action": name, "value": name, "model_limits": name, "model_limits_enabled": true}));
    }
    bodies
}

fn is_english(text: &str) -> bool {
    let wide = |letter: char| // The sign of dollars of this width is the protocol's own.
        matches!(letter, '\u{3000}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}') && letter != '\u{ff04}';
    !text.contains(wide)
}

#[tokio::test]
async fn x_12_what_the_relay_answers_is_english_in_a_chinese_program() {
    locale::choose(Language::Chinese);
    let wrong = Address::parse("ftp://host").unwrap_err();
    assert!(
        !is_english(&wrong.to_string()),
        "the program itself speaks Chinese: {wrong}"
    );
    let english = locale::within(Language::English, || wrong.to_string());

    let failing =
        Upstream::start(|_| json_response(500, &json!({"error": {"message": "broken"}}))).await;
    let deck = Deck::with(limits()).await;
    deck.add_channel(json!({"base_url": failing.base, "models": "m", "prices": {"m": {"input": "2", "output": "8"}}}))
        .await;
    let mut answers = Vec::new();
    for (method, path) in ROUTES {
        for body in bodies() {
            let answer = deck
                .as_owner(method, path)
                .json(&body)
                .send()
                .await
                .unwrap();
            answers.push((
                format!("{method} {path} {body}"),
                answer.text().await.unwrap(),
            ));
        }
    }
    // What uses up an account, ends a key or asks for what is not there.
    let (dear, poor) = deck
        .make_key(json!({"name": "poor", "remain_quota": 1, "unlimited_quota": false}))
        .await;
    let (_, narrow) = deck
        .make_key(json!({"name": "narrow", "unlimited_quota": true, "model_limits_enabled": true, "model_limits": "other"}))
        .await;
    let (off, disabled) = deck
        .make_key(json!({"name": "off", "unlimited_quota": true}))
        .await;
    deck.send(
        "PUT",
        "/api/token/?status_only=true",
        &json!({"id": off["id"], "status": 2}),
    )
    .await;
    let (_, expired) = deck
        .make_key(json!({"name": "old", "unlimited_quota": true, "expired_time": relay_support::START / 1_000 + 60}))
        .await;
    deck.advance(120);
    let first = deck.owner.first_key.expose().to_owned();
    for key in [
        first.as_str(),
        &poor,
        &narrow,
        &disabled,
        &expired,
        "sk-nobody",
        "",
    ] {
        for model in ["m", "relaydeck-lab", "nobody", ""] {
            for stream in [false, true] {
                let mut body = hello(model, stream);
                let answer = deck.chat(key, &body).send().await.unwrap();
                answers.push((format!("{key} {model}"), answer.text().await.unwrap()));
                body["max_tokens"] = json!("many");
                let answer = deck.chat(key, &body).send().await.unwrap();
                answers.push((format!("{key} {model} many"), answer.text().await.unwrap()));
            }
        }
    }
    assert!(dear["id"].is_number(), "{dear}");
    let faults = answers
        .iter()
        .filter(|(_, text)| text.contains("message"))
        .count();
    assert!(
        faults > 500,
        "only {faults} of {} answers say what is wrong",
        answers.len()
    );
    assert!(
        answers.iter().any(|(_, text)| text.contains(&english)),
        "nobody was told {english:?}"
    );
    for (asked, text) in &answers {
        assert!(is_english(text), "{asked}: {text}");
    }
}
