//! Several channels for one model: which is tried, which rests after a failure, and when it is back (contract 8.8).

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::response::Response;
use serde_json::{Value, json};

use crate::fake::Fake;
use crate::relay_support::{
    DONE, Deck, STOP, USAGE, chunk, hello, json_of, json_response, limits, other, stream_response,
};

/// An upstream whose next status a test sets; 0 lets it answer.
async fn moody(text: &'static str) -> (Fake, Arc<AtomicU16>) {
    let mood = Arc::new(AtomicU16::new(0));
    let own = Arc::clone(&mood);
    let answer = move |_: &crate::fake::Call| -> Response {
        match own.load(Ordering::Relaxed) {
            0 => stream_response(&[&chunk(text), STOP, USAGE, DONE]),
            1 => stream_response(&[&chunk(text)]),
            2 => stream_response(&["<html>"]),
            429 => {
                let mut response = json_response(429, &json!({"error": {"message": "slow down"}}));
                let wait = axum::http::HeaderValue::from_static("30");
                response.headers_mut().insert("retry-after", wait);
                response
            }
            status => json_response(
                status,
                &json!({"error": {"message": "no", "type": "server_error"}}),
            ),
        }
    };
    (Fake::start(answer).await, mood)
}

struct Pair {
    deck: Deck,
    key: String,
    first: Fake,
    mood: Arc<AtomicU16>,
    second: Fake,
}

/// Two channels for one model; the first has the higher priority.
async fn pair() -> Pair {
    let (first, mood) = moody("first").await;
    let (second, _) = moody("second").await;
    let deck = Deck::with(limits()).await;
    for (fake, priority) in [(&first, 9), (&second, 1)] {
        deck.add_channel(json!({"name": priority.to_string(), "base_url": fake.base, "models": "m,n", "priority": priority,
            "prices": {"*": {"input": "2", "output": "8"}}}))
            .await;
    }
    let key = deck.owner.first_key.expose().to_owned();
    Pair {
        deck,
        key,
        first,
        mood,
        second,
    }
}

impl Pair {
    /// Who answers a request for a model; how often each was called for it.
    async fn ask(&self, model: &str) -> (String, usize, usize) {
        let before = (self.first.paths().len(), self.second.paths().len());
        let response = self
            .deck
            .chat(&self.key, &hello(model, true))
            .send()
            .await
            .unwrap();
        let text = response.text().await.unwrap();
        let who = ["first", "second"]
            .into_iter()
            .find(|who| text.contains(who));
        (
            who.unwrap_or(&text).to_owned(),
            self.first.paths().len() - before.0,
            self.second.paths().len() - before.1,
        )
    }

    async fn row(&self) -> Value {
        let list = self.deck.get("/api/channel/").await;
        let rows = list["data"]["items"].as_array().unwrap();
        rows.iter().find(|row| row["name"] == "9").unwrap().clone()
    }
}

fn who(name: &str, first: usize, second: usize) -> (String, usize, usize) {
    (name.into(), first, second)
}

#[tokio::test]
async fn a_channel_that_fails_rests_and_comes_back_by_itself() {
    for (status, rest) in [
        (500, 5),
        (502, 5),
        (503, 5),
        (504, 5),
        (524, 5),
        (429, 30),
        (401, 60),
        (402, 60),
        (2, 5),
    ] {
        let pair = pair().await;
        assert_eq!(pair.ask("m").await, who("first", 1, 0));
        pair.mood.store(status, Ordering::Relaxed);
        assert_eq!(pair.ask("m").await, who("second", 1, 1), "{status}");
        assert_eq!(
            pair.ask("n").await,
            who("second", 0, 1),
            "{status}: it rests"
        );
        let row = pair.row().await;
        assert_eq!(
            (&row["status"], &row["cooling_seconds"]),
            (&json!(1), &json!(rest)),
            "{row}"
        );
        assert!(!row["cooling_why"].as_str().unwrap().is_empty());
        // A change of something else does not wake it.
        pair.deck
            .send(
                "PUT",
                "/api/channel/",
                &json!({"id": row["id"], "weight": 3}),
            )
            .await;
        pair.deck.advance(rest - 1);
        assert_eq!(
            pair.ask("m").await,
            who("second", 0, 1),
            "{status}: it rests still"
        );
        pair.mood.store(0, Ordering::Relaxed);
        pair.deck.advance(1);
        assert_eq!(
            pair.ask("m").await,
            who("first", 1, 0),
            "{status}: it is back"
        );
        assert_eq!(pair.row().await["cooling_seconds"], 0);
        // What failed cost nothing: three answers of the four or five requests' upstream calls are billed as answers.
        let logs = pair.deck.get("/api/log/self?type=5").await;
        assert_eq!(
            logs["data"]["total"], 0,
            "{status}: every request was answered"
        );
    }
}

#[tokio::test]
async fn what_is_the_requests_own_fault_is_told_at_once_and_rests_nobody() {
    for status in [400, 413, 422] {
        let pair = pair().await;
        pair.mood.store(status, Ordering::Relaxed);
        let response = pair
            .deck
            .chat(&pair.key, &hello("m", true))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(pair.second.paths().len(), 0, "{status}");
        assert_eq!(pair.row().await["cooling_seconds"], 0);
    }
}

#[tokio::test]
async fn a_model_that_a_channel_does_not_have_rests_alone() {
    let pair = pair().await;
    pair.mood.store(404, Ordering::Relaxed);
    assert_eq!(pair.ask("m").await, who("second", 1, 1));
    assert_eq!(pair.ask("m").await, who("second", 0, 1));
    let row = pair.row().await;
    assert_eq!(
        (&row["cooling_seconds"], &row["cooling_models"]),
        (&json!(0), &json!("m"))
    );
    pair.mood.store(0, Ordering::Relaxed);
    assert_eq!(pair.ask("n").await, who("first", 1, 0));
    assert_eq!(pair.ask("m").await, who("second", 0, 1));
    pair.deck.advance(30);
    assert_eq!(pair.ask("m").await, who("first", 1, 0));
}

#[tokio::test]
async fn after_the_first_byte_nobody_else_is_asked() {
    let pair = pair().await;
    pair.mood.store(1, Ordering::Relaxed);
    let response = pair
        .deck
        .chat(&pair.key, &hello("m", true))
        .send()
        .await
        .unwrap();
    let text = response.text().await.unwrap();
    assert!(
        text.contains("first") && text.contains("read_response_body_failed"),
        "{text}"
    );
    assert_eq!(pair.second.paths().len(), 0);
    assert_eq!(
        pair.ask("m").await,
        who("second", 0, 1),
        "it broke off, so it rests"
    );
}

#[tokio::test]
async fn where_all_rest_all_are_tried_and_the_first_trouble_is_told() {
    let (fake, mood) = moody("alone").await;
    let deck = Deck::with(limits()).await;
    deck.add_channel(json!({"base_url": fake.base, "models": "m"}))
        .await;
    let key = deck.owner.first_key.expose().to_owned();
    mood.store(429, Ordering::Relaxed);
    for calls in 1..=3 {
        let response = deck.chat(&key, &hello("m", true)).send().await.unwrap();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["retry-after"], "30");
        assert_eq!(
            json_of(response).await["error"]["message"]
                .as_str()
                .unwrap()[..9],
            *"slow down"
        );
        assert_eq!(fake.paths().len(), calls, "a rest refuses nobody");
    }
    mood.store(0, Ordering::Relaxed);
    assert_eq!(
        deck.chat(&key, &hello("m", true))
            .send()
            .await
            .unwrap()
            .status(),
        200
    );
}

#[tokio::test]
async fn where_all_fail_the_row_names_the_channel_whose_error_is_told_and_the_way_there() {
    let pair = pair().await;
    let (deck, key) = (&pair.deck, &pair.key);
    let refusal = json!({"error": {"message": "the second is shut", "code": "shut"}});
    let other_one = Fake::start(move |_| json_response(502, &refusal)).await;
    let last = deck
        .add_channel(
            json!({"name": "last", "base_url": other_one.base, "models": "m", "priority": 5}),
        )
        .await;
    let second = deck.get("/api/channel/").await["data"]["items"].clone();
    let second = second
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] == "1");
    deck.send(
        "DELETE",
        &format!("/api/channel/{}", second.unwrap()["id"]),
        &json!({}),
    )
    .await;
    pair.mood.store(503, Ordering::Relaxed);
    let response = deck.chat(key, &hello("m", true)).send().await.unwrap();
    assert_eq!(response.status(), 503);
    let told = json_of(response).await["error"]["message"].clone();
    assert!(told.as_str().unwrap().starts_with("no (request"), "{told}");
    let first = pair.row().await["id"].clone();
    let row = deck.last_log().await;
    assert_eq!(
        (&row["channel"], &row["channel_name"], &row["content"]),
        (&first, &json!("9"), &json!("no"))
    );
    let said = other(&row);
    assert_eq!(said["status_code"], 503);
    let way = json!({"use_channel": [first.to_string(), last["id"].to_string()]});
    assert_eq!(said["admin_info"], way, "{row}");
    // Whoever has but the key reads nothing of channels.
    let rows = deck.client.get(format!("{}/api/log/token", deck.base));
    let rows = json_of(rows.bearer_auth(key).send().await.unwrap()).await;
    let row = &rows["data"][0];
    assert_eq!(
        (&row["channel_name"], &other(row)["admin_info"]),
        (&json!(""), &Value::Null)
    );
    assert_eq!(other(row)["status_code"], 503);
}

#[tokio::test]
async fn who_was_answered_after_a_failure_has_the_way_in_its_row() {
    let pair = pair().await;
    assert_eq!(pair.ask("m").await, who("first", 1, 0));
    let row = pair.deck.last_log().await;
    assert_eq!(other(&row)["admin_info"], Value::Null, "it went straight");
    pair.mood.store(503, Ordering::Relaxed);
    assert_eq!(pair.ask("m").await, who("second", 1, 1));
    let row = pair.deck.last_log().await;
    assert_eq!(row["channel_name"], "1");
    let first = pair.row().await["id"].to_string();
    let way = json!({"use_channel": [first, row["channel"].to_string()]});
    assert_eq!(other(&row)["admin_info"], way, "{row}");
}

#[tokio::test]
async fn at_most_four_channels_are_tried() {
    let (fake, mood) = moody("x").await;
    let deck = Deck::with(limits()).await;
    for _ in 0..6 {
        deck.add_channel(json!({"base_url": fake.base, "models": "m"}))
            .await;
    }
    mood.store(503, Ordering::Relaxed);
    let key = deck.owner.first_key.expose().to_owned();
    let response = deck.chat(&key, &hello("m", true)).send().await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(fake.paths().len(), 4);
}

#[tokio::test]
async fn the_models_built_in_fail_as_they_are_told_and_never_rest() {
    let deck = Deck::start().await;
    let key = deck.owner.first_key.expose().to_owned();
    let fault = json!({"model": "relaydeck-lab", "messages": [{"role": "user", "content": "[[fault=503]]"}]});
    assert_eq!(deck.chat(&key, &fault).send().await.unwrap().status(), 503);
    let row = deck.get("/api/channel/").await["data"]["items"][0].clone();
    assert_eq!(row["cooling_seconds"], 0);
}
