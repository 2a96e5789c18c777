//! Channels to an Anthropic upstream: messages straight through, the other dialects translated, caches in the bill.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use relay_support::messages::{ask, events, post, stream_of, text_of};
use relay_support::{
    Deck, Upstream, charge_by_row, data_lines, hello, json_of, json_response, limits, other,
    stream_response,
};
use serde_json::{Value, json};

fn event(data: &Value) -> String {
    format!(
        "event: {}\ndata: {data}\n\n",
        data["type"].as_str().unwrap()
    )
}

/// A stream as Anthropic sends it, with a member that nobody knows.
fn stream() -> Vec<String> {
    [
        json!({"type": "message_start", "message": {"id": "msg_up", "type": "message", "role": "assistant", "model": "theirs", "content": [],
            "stop_reason": null, "usage": {"input_tokens": 20, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 0, "output_tokens": 1}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "ping"}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "The quick brown fox "}, "odd": 1}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "jumps over the lazy dog."}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": {"output_tokens": 50}}),
        json!({"type": "message_stop"}),
    ]
    .iter()
    .map(event)
    .collect()
}

fn document() -> Value {
    json!({"id": "msg_up", "type": "message", "role": "assistant", "model": "theirs", "odd": {"x": 1},
        "content": [{"type": "text", "text": "Hi"}], "stop_reason": "end_turn", "stop_sequence": null,
        "usage": {"input_tokens": 20, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 0, "output_tokens": 50}})
}

async fn claude() -> Upstream {
    Upstream::start(|body| {
        if body["stream"] == true {
            let pieces = stream();
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            return stream_response(&pieces);
        }
        json_response(200, &document())
    })
    .await
}

async fn before(upstream: &Upstream) -> (Deck, String) {
    let deck = Deck::with(limits()).await;
    deck.add_channel(json!({"type": 14, "key": "upstream-secret", "base_url": upstream.base, "models": "m", "model_mapping": {"m": "theirs"},
        "prices": {"m": {"input": "2", "output": "8"}}}))
        .await;
    let key = deck.owner.first_key.expose().to_owned();
    (deck, key)
}

async fn billed(deck: &Deck, path: &str) {
    let log = deck.last_log().await;
    assert_eq!(
        (&log["prompt_tokens"], &log["completion_tokens"]),
        (&json!(120), &json!(50))
    );
    assert_eq!(other(&log)["cache_tokens"], 100);
    assert_eq!(other(&log)["usage_source"], "upstream");
    assert_eq!(other(&log)["request_path"], path);
    assert_eq!(log["quota"], charge_by_row(&log));
    assert!(log["quota"].as_i64().unwrap() > 0);
}

#[tokio::test]
async fn messages_pass_straight_through_with_what_nobody_knows() {
    let upstream = claude().await;
    let (deck, key) = before(&upstream).await;
    let mut body = ask("m", "Hello", true);
    body["thinking"] = json!({"type": "adaptive"});
    body["odd"] = json!([1.0, {"a": null}]);
    let response = post(&deck, &key, &body).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), stream().concat());
    billed(&deck, "/v1/messages").await;
    let mut sent = body.clone();
    sent["model"] = json!("theirs");
    assert_eq!(upstream.last(), sent);
    let headers = upstream.seen.lock().unwrap().last().unwrap().0.clone();
    assert_eq!(headers["x-api-key"], "upstream-secret");
    assert_eq!(headers["anthropic-version"], "2023-06-01");
    assert!(!headers.contains_key("authorization"));

    body["stream"] = json!(false);
    let answer = json_of(post(&deck, &key, &body).send().await.unwrap()).await;
    assert_eq!(answer, document());
    billed(&deck, "/v1/messages").await;
    let sum = deck.get("/api/log/self/stat").await["data"]["quota"].clone();
    assert_eq!(deck.own().await["used_quota"], sum);
}

#[tokio::test]
async fn what_was_written_to_a_cache_is_in_the_bill_with_its_ratio() {
    let mut answer = document();
    answer["usage"]["cache_creation_input_tokens"] = json!(4_000);
    let upstream = Upstream::start(move |_| json_response(200, &answer)).await;
    let (deck, key) = before(&upstream).await;
    let request = post(&deck, &key, &ask("m", "Hello", false));
    assert_eq!(request.send().await.unwrap().status(), 200);
    let log = deck.last_log().await;
    assert_eq!(other(&log)["cache_creation_tokens"], 4_000);
    assert_eq!(log["quota"], charge_by_row(&log));
}

#[tokio::test]
async fn chat_and_responses_are_translated() {
    let upstream = claude().await;
    let (deck, key) = before(&upstream).await;
    let mut body = hello("m", true);
    body["stream_options"] = json!({"include_usage": true});
    let lines = data_lines(deck.chat(&key, &body).send().await.unwrap()).await;
    assert_eq!(lines.last().unwrap(), "[DONE]");
    let usage: Value = serde_json::from_str(&lines[lines.len() - 2]).unwrap();
    assert_eq!(usage["usage"]["prompt_tokens"], 120);
    assert_eq!(usage["usage"]["completion_tokens"], 50);
    billed(&deck, "/v1/chat/completions").await;
    let answer = json_of(deck.chat(&key, &hello("m", false)).send().await.unwrap()).await;
    assert_eq!(answer["choices"][0]["message"]["content"], "Hi");
    billed(&deck, "/v1/chat/completions").await;
    assert_eq!(upstream.last()["model"], "theirs");

    let request = |stream: bool| {
        deck.client
            .post(format!("{}/v1/responses", deck.base))
            .bearer_auth(&key)
            .json(&json!({"model": "m", "input": "Hello", "stream": stream}))
    };
    let lines = data_lines(request(true).send().await.unwrap()).await;
    let last: Value = serde_json::from_str(lines.last().unwrap()).unwrap();
    assert_eq!(last["type"], "response.completed");
    assert_eq!(last["response"]["usage"]["input_tokens"], 120);
    billed(&deck, "/v1/responses").await;
    let answer = json_of(request(false).send().await.unwrap()).await;
    assert_eq!(answer["output"][0]["content"][0]["text"], "Hi");
    billed(&deck, "/v1/responses").await;
}

#[tokio::test]
async fn a_stream_that_breaks_off_bills_the_prompt_it_named_and_what_came() {
    for end in [
        String::new(),
        event(
            &json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
        ),
    ] {
        let told = if end.is_empty() {
            "before it was complete"
        } else {
            "Overloaded"
        };
        let mut pieces = stream();
        pieces.truncate(5);
        pieces.push(end);
        let upstream = Upstream::start(move |_| {
            let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
            stream_response(&pieces)
        })
        .await;
        let (deck, key) = before(&upstream).await;
        let response = post(&deck, &key, &ask("m", "Hello", true)).send().await;
        let events = stream_of(response.unwrap()).await;
        let (name, data) = events.last().unwrap();
        assert_eq!(name, "error");
        assert!(
            data["error"]["message"].as_str().unwrap().contains(told),
            "{data}"
        );
        assert!(text_of(&events).ends_with("lazy dog."));
        let log = deck.last_log().await;
        assert_eq!(
            (&log["prompt_tokens"], &log["completion_tokens"]),
            (&json!(120), &json!(10)),
            "its one output token of the start is a placeholder"
        );
        assert_eq!(log["quota"], charge_by_row(&log));
        assert_eq!(deck.own().await["used_quota"], log["quota"]);
    }
}

#[tokio::test]
async fn pieces_may_be_cut_anywhere() {
    for size in [1, 7, 64] {
        let upstream = Upstream::start(move |_| {
            let whole = stream().concat();
            let pieces: Vec<_> = whole.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
            let pieces = pieces.into_iter();
            let pieces = pieces.map(|piece| Ok::<_, std::io::Error>(bytes::Bytes::from(piece)));
            let body = axum::body::Body::from_stream(futures_util::stream::iter(pieces));
            relay_support::text_response(200, "text/event-stream", body)
        })
        .await;
        let (deck, key) = before(&upstream).await;
        let response = post(&deck, &key, &ask("m", "Hello", true)).send().await;
        let text = response.unwrap().text().await.unwrap();
        assert_eq!(text, stream().concat(), "{size}");
        assert_eq!(events(&text).last().unwrap().0, "message_stop");
        billed(&deck, "/v1/messages").await;
    }
}

#[tokio::test]
async fn refusals_keep_their_words_in_either_shape_and_hide_the_upstreams_key() {
    let upstream = Upstream::start(|_| {
        json_response(
            401,
            &json!({"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key upstream-secret"}}),
        )
    })
    .await;
    let (deck, key) = before(&upstream).await;
    let own = post(&deck, &key, &ask("m", "Hello", true))
        .send()
        .await
        .unwrap();
    assert_eq!(own.status(), 401);
    let own = json_of(own).await;
    assert_eq!(own["error"]["type"], "authentication_error");
    assert!(!own.to_string().contains("upstream-secret"));
    let other = deck.chat(&key, &hello("m", true)).send().await.unwrap();
    assert_eq!(other.status(), 401);
    let other = json_of(other).await;
    assert!(
        other["error"]["message"]
            .as_str()
            .unwrap()
            .contains("invalid x-api-key")
    );
    assert_eq!(deck.own().await["used_quota"], 0);
}

#[tokio::test]
async fn models_are_fetched_and_the_channel_keeps_its_type() {
    let upstream = claude().await;
    let deck = Deck::with(limits()).await;
    let added = deck
        .add_channel(json!({"type": 14, "key": "upstream-secret", "base_url": upstream.base}))
        .await;
    assert_eq!(
        (&added["type"], &added["models"]),
        (&json!(14), &json!("one,vendor/two"))
    );
    let fetched = deck
        .get(&format!("/api/channel/fetch_models/{}", added["id"]))
        .await;
    assert_eq!(fetched["data"], json!(["one", "vendor/two"]));
    let tested = deck
        .get(&format!("/api/channel/test/{}", added["id"]))
        .await;
    assert_eq!(tested["success"], true, "{tested}");
}
