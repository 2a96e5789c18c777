//! `/v1/responses` through the embedded relay in front of chat upstreams: events in order, errors in shape, money exact.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use relay_support::{
    DONE, Deck, STOP, USAGE, Upstream, behind, charge_by_row, chunk, data_lines, json_of, limits,
    other, stream_response,
};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

const LAB: &str = "relaydeck-lab";

fn ask(model: &str, text: &str, stream: bool) -> Value {
    json!({"model": model, "stream": stream, "input": text})
}

fn post(deck: &Deck, key: &str, body: &Value) -> RequestBuilder {
    deck.client
        .post(format!("{}/v1/responses", deck.base))
        .bearer_auth(key)
        .json(body)
}

/// The events of a stream, each numbered after the one before.
async fn stream_of(response: reqwest::Response) -> Vec<Value> {
    assert_eq!(response.status(), 200);
    let lines = data_lines(response).await;
    let events: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect();
    for (at, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], at, "{event}");
    }
    events
}

fn kinds(events: &[Value]) -> Vec<&str> {
    let mut kinds: Vec<&str> = events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    kinds.dedup();
    kinds
}

#[tokio::test]
async fn a_stream_has_its_events_in_order_and_is_charged_as_it_says() {
    let deck = Deck::start().await;
    let (row, key) = deck
        .make_key(json!({"name": "codex", "remain_quota": 100_000}))
        .await;
    let before = deck.own().await["quota"].as_i64().unwrap();
    let body = ask(LAB, "[[tokens=12 speed=0]] Hi", true);
    let events = stream_of(post(&deck, &key, &body).send().await.unwrap()).await;
    assert_eq!(
        kinds(&events),
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed"
        ]
    );
    let told = &events.last().unwrap()["response"];
    assert_eq!(
        (
            &told["status"],
            &told["model"],
            &told["usage"]["output_tokens"]
        ),
        (&json!("completed"), &json!(LAB), &json!(12))
    );
    let log = deck.last_log().await;
    assert_eq!(log["completion_tokens"], told["usage"]["output_tokens"]);
    assert_eq!(log["prompt_tokens"], told["usage"]["input_tokens"]);
    assert_eq!(other(&log)["request_path"], "/v1/responses");
    assert_eq!(log["quota"], charge_by_row(&log));
    let charged = log["quota"].as_i64().unwrap();
    assert!(charged > 0);
    let key_row = deck.get(&format!("/api/token/{}", row["id"])).await["data"].clone();
    assert_eq!(key_row["used_quota"], charged);
    assert_eq!(deck.own().await["quota"], before - charged);
}

#[tokio::test]
async fn a_document_is_a_response_and_instructions_are_the_system_prompt() {
    let upstream = Upstream::start(|_| {
        let body = json!({"id": "c", "choices": [{"index": 0, "finish_reason": "stop", "message":
            {"role": "assistant", "content": "The quick brown fox jumps over the lazy dog."}}]});
        relay_support::json_response(200, &body)
    })
    .await;
    let (deck, key) = behind(&upstream, limits()).await;
    let mut body = ask("m", "Hello", false);
    body["instructions"] = json!("Be brief.");
    let answer = json_of(post(&deck, &key, &body).send().await.unwrap()).await;
    assert_eq!(
        (&answer["object"], &answer["status"]),
        (&json!("response"), &json!("completed"))
    );
    assert_eq!(
        answer["output"][0]["content"][0]["text"],
        "The quick brown fox jumps over the lazy dog."
    );
    let log = deck.last_log().await;
    assert_eq!(other(&log)["usage_source"], "counted");
    assert_eq!(answer["usage"]["output_tokens"], 10);
    assert_eq!(log["completion_tokens"], 10);
    assert_eq!(answer["usage"]["input_tokens"], log["prompt_tokens"]);
    assert_eq!(log["quota"], charge_by_row(&log));
    let sent = upstream.last()["messages"].clone();
    assert_eq!(sent[0]["content"], "Be brief.");
    assert_eq!(sent[1]["role"], "user");
}

#[tokio::test]
async fn pieces_may_be_cut_anywhere() {
    let whole = [
        chunk("Grüß "),
        chunk("dich"),
        STOP.into(),
        USAGE.into(),
        DONE.into(),
    ]
    .concat();
    for size in [1, 7, 64] {
        let pieces: Vec<Vec<u8>> = whole.as_bytes().chunks(size).map(<[u8]>::to_vec).collect();
        let upstream = Upstream::start(move |_| {
            let pieces = pieces.clone().into_iter();
            let pieces = pieces.map(|piece| Ok::<_, std::io::Error>(bytes::Bytes::from(piece)));
            let body = axum::body::Body::from_stream(futures_util::stream::iter(pieces));
            relay_support::text_response(200, "text/event-stream", body)
        })
        .await;
        let (deck, key) = behind(&upstream, limits()).await;
        let response = post(&deck, &key, &ask("m", "Hello", true)).send().await;
        let events = stream_of(response.unwrap()).await;
        let text = &events.last().unwrap()["response"]["output"][0]["content"][0]["text"];
        assert_eq!(text, "Grüß dich", "{size}");
        assert_eq!(deck.last_log().await["completion_tokens"], 50);
    }
}

#[tokio::test]
async fn refusals_have_openais_shape_and_cost_nothing() {
    let deck = Deck::start().await;
    let key = deck.owner.first_key.expose().to_owned();
    let continued = json!({"model": LAB, "input": "hi", "previous_response_id": "resp_1"});
    for (key, body, status, words) in [
        ("sk-wrong", ask(LAB, "hi", true), 401, "Invalid token"),
        (&key, json!({"model": LAB}), 400, "input"),
        (&key, continued, 400, "previous_response_id"),
        (&key, ask("gpt-9", "hi", true), 503, "No available channel"),
        (&key, ask(LAB, "[[fault=429]]", true), 429, ""),
        (&key, ask(LAB, "[[fault=html]]", true), 500, "web page"),
        (&key, ask(LAB, "[[fault=empty]]", false), 500, "empty"),
        (
            &key,
            ask(LAB, "[[fault=json-as-stream]]", true),
            502,
            "labelled text/event-stream",
        ),
    ] {
        let response = post(&deck, key, &body).send().await.unwrap();
        assert_eq!(response.status(), status, "{body}");
        let id = response.headers()["x-oneapi-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        let error = json_of(response).await["error"].clone();
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
        assert!(
            message.ends_with(&format!(" (request id: {id})")),
            "{message}"
        );
    }
    assert_eq!(deck.own().await["used_quota"], 0);
}

#[tokio::test]
async fn a_stream_that_breaks_off_fails_and_bills_what_came() {
    let deck = Deck::start().await;
    let key = deck.owner.first_key.expose().to_owned();
    for fault in ["cut", "reset", "garbage"] {
        let prompt = format!("[[tokens=20 speed=0 after=9 fault={fault}]]");
        let response = post(&deck, &key, &ask(LAB, &prompt, true)).send().await;
        let events = stream_of(response.unwrap()).await;
        let last = events.last().unwrap();
        assert_eq!(last["type"], "response.failed", "{fault}: {last}");
        assert_eq!(last["response"]["status"], "failed");
        let log = deck.last_log().await;
        assert!(log["quota"].as_i64().unwrap() > 0, "{fault}: {log}");
    }
}

#[tokio::test]
async fn no_response_completes_before_its_bill_is_kept() {
    let deck = Deck::start().await;
    let key = deck.owner.first_key.expose().to_owned();
    for stream in [true, false] {
        // Somebody else holds the database: nothing can be committed until that ends.
        let holder = deck.database();
        holder.execute_batch("BEGIN IMMEDIATE").unwrap();
        let request = post(&deck, &key, &ask(LAB, "[[tokens=12 speed=0]]", stream));
        let text = request.send().await.unwrap().text().await.unwrap();
        let heir = deck.heir().await;
        assert_eq!(heir.last_log().await["completion_tokens"], 12, "{stream}");
        holder.execute_batch("COMMIT").unwrap();
        assert!(text.contains("completed"));
        assert_eq!(deck.last_log().await["completion_tokens"], 12);
    }
}

#[tokio::test]
async fn an_empty_answer_costs_nothing() {
    let upstream = Upstream::start(|_| stream_response(&[&chunk(""), STOP, DONE])).await;
    let (deck, key) = behind(&upstream, limits()).await;
    let response = post(&deck, &key, &ask("m", "Hello", true)).send().await;
    let events = stream_of(response.unwrap()).await;
    assert_eq!(events.last().unwrap()["type"], "response.completed");
    assert_eq!(deck.last_log().await["quota"], 0);
    assert_eq!(deck.own().await["used_quota"], 0);
}
