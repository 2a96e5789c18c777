//! `/v1/messages` through the embedded relay in front of chat upstreams: events in order, errors in shape, money exact.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use std::time::Duration;

use futures_util::StreamExt;
use relay_support::{
    DONE, Deck, STOP, USAGE, Upstream, behind, charge_by_row, chunk, fed_response, json_of,
    json_response, limits, other, stream_response, until,
};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

const LAB: &str = "relaydeck-lab";

fn ask(model: &str, text: &str, stream: bool) -> Value {
    json!({"model": model, "max_tokens": 200, "stream": stream, "messages": [{"role": "user", "content": text}]})
}

/// A request as Anthropic's SDKs send it.
fn post(deck: &Deck, key: &str, body: &Value) -> RequestBuilder {
    deck.client
        .post(format!("{}/v1/messages", deck.base))
        .header("x-api-key", key)
        .header("anthropic-version", "2023-06-01")
        .json(body)
}

/// The events of a stream: names and data, which must agree.
fn events(text: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for event in text.split("\n\n").filter(|event| !event.is_empty()) {
        if event.starts_with(':') {
            continue;
        }
        let (name, data) = event.split_once('\n').expect(event);
        let name = name.strip_prefix("event: ").expect(event);
        let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(data["type"], name);
        found.push((name.to_owned(), data));
    }
    found
}

async fn stream_of(response: reqwest::Response) -> Vec<(String, Value)> {
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    events(&response.text().await.unwrap())
}

fn names(events: &[(String, Value)]) -> Vec<&str> {
    let mut names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    names.retain(|name| *name != "ping");
    names.dedup();
    names
}

fn text_of(events: &[(String, Value)]) -> String {
    let pieces = events
        .iter()
        .filter_map(|(_, data)| data["delta"]["text"].as_str());
    pieces.collect()
}

#[tokio::test]
async fn a_stream_has_its_events_in_order_and_is_charged_as_it_says() {
    let deck = Deck::start().await;
    let (row, key) = deck
        .make_key(json!({"name": "claude", "remain_quota": 100_000}))
        .await;
    let before = deck.own().await["quota"].as_i64().unwrap();
    let response = post(&deck, &key, &ask(LAB, "[[tokens=12 speed=0]] Hi", true))
        .send()
        .await
        .unwrap();
    let events = stream_of(response).await;
    assert_eq!(
        names(&events),
        [
            "message_start",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop"
        ]
    );
    assert_eq!(events[0].1["message"]["model"], LAB);
    assert!(!text_of(&events).is_empty());
    let told = &events[events.len() - 2].1;
    assert_eq!(told["delta"]["stop_reason"], "end_turn");
    assert_eq!(told["usage"]["output_tokens"], 12);
    let log = deck.last_log().await;
    assert_eq!(log["completion_tokens"], told["usage"]["output_tokens"]);
    assert_eq!(log["prompt_tokens"], told["usage"]["input_tokens"]);
    assert_eq!(other(&log)["request_path"], "/v1/messages");
    assert_eq!(log["quota"], charge_by_row(&log));
    let charged = log["quota"].as_i64().unwrap();
    assert!(charged > 0);
    let key_row = deck.get(&format!("/api/token/{}", row["id"])).await["data"].clone();
    assert_eq!(key_row["used_quota"], charged);
    assert_eq!(deck.own().await["quota"], before - charged);
}

#[tokio::test]
async fn a_document_has_anthropics_shape_and_a_bearer_key_will_do() {
    let deck = Deck::start().await;
    let key = deck.owner.first_key.expose().to_owned();
    let response = deck
        .client
        .post(format!("{}/v1/messages", deck.base))
        .bearer_auth(&key)
        .json(&ask("relaydeck-handbook", "What is a group?", false))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let body = json_of(response).await;
    assert_eq!(
        (&body["type"], &body["role"], &body["stop_reason"]),
        (&json!("message"), &json!("assistant"), &json!("end_turn"))
    );
    assert!(body["content"][0]["text"].as_str().unwrap().len() > 20);
    let log = deck.last_log().await;
    assert_eq!(log["completion_tokens"], body["usage"]["output_tokens"]);
    assert_eq!(log["prompt_tokens"], body["usage"]["input_tokens"]);
    assert_eq!(log["quota"], charge_by_row(&log));
}

#[tokio::test]
async fn what_nobody_counted_is_told_as_it_is_billed() {
    for stream in [true, false] {
        let upstream = Upstream::start(|body| {
            if body["stream"] == true {
                return stream_response(&[
                    &chunk("The quick brown fox "),
                    &chunk("jumps over the lazy dog."),
                    STOP,
                    DONE,
                ]);
            }
            json_response(
                200,
                &json!({"id": "c", "choices": [{"index": 0, "finish_reason": "stop", "message":
                    {"role": "assistant", "content": "The quick brown fox jumps over the lazy dog."}}]}),
            )
        })
        .await;
        let (deck, key) = behind(&upstream, limits()).await;
        let mut body = ask("m", "Hello there", stream);
        body["system"] = json!("You are a fox.");
        let response = post(&deck, &key, &body).send().await.unwrap();
        let usage = if stream {
            let events = stream_of(response).await;
            events[events.len() - 2].1["usage"].clone()
        } else {
            json_of(response).await["usage"].clone()
        };
        let log = deck.last_log().await;
        assert_eq!(other(&log)["usage_source"], "counted");
        assert_eq!(log["completion_tokens"], 10);
        assert_eq!(usage["output_tokens"], 10);
        assert_eq!(usage["input_tokens"], log["prompt_tokens"]);
        assert_eq!(log["quota"], charge_by_row(&log));
        let sent = upstream.last();
        assert_eq!(sent["messages"][0]["role"], "system");
        assert_eq!(
            sent["messages"].as_array().unwrap().len(),
            2,
            "the system prompt is a message of its own"
        );
    }
}

#[tokio::test]
async fn cached_tokens_are_told_and_cost_what_the_row_says() {
    let upstream = Upstream::start(|_| {
        let usage = json!({"choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 50,
            "prompt_tokens_details": {"cached_tokens": 600}}});
        stream_response(&[&chunk("hi"), STOP, &format!("data: {usage}\n\n"), DONE])
    })
    .await;
    let (deck, key) = behind(&upstream, limits()).await;
    let response = post(&deck, &key, &ask("m", "Hello", true)).send().await;
    let events = stream_of(response.unwrap()).await;
    let usage = &events[events.len() - 2].1["usage"];
    assert_eq!(
        (&usage["input_tokens"], &usage["cache_read_input_tokens"]),
        (&json!(400), &json!(600))
    );
    let log = deck.last_log().await;
    assert_eq!(other(&log)["cache_tokens"], 600);
    assert_eq!(log["quota"], charge_by_row(&log));
    assert_eq!(upstream.last()["stream_options"]["include_usage"], true);
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
    for size in [1, 2, 7, 64] {
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
        assert_eq!(text_of(&events), "Grüß dich", "{size}");
        assert_eq!(events.last().unwrap().0, "message_stop");
        assert_eq!(deck.last_log().await["completion_tokens"], 50);
    }
}

#[tokio::test]
async fn a_tool_call_arrives_as_a_block_and_its_result_goes_back() {
    let upstream = Upstream::start(|_| {
        let piece = |delta: Value| {
            let body = json!({"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": null}]});
            format!("data: {body}\n\n")
        };
        let calls = "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n";
        stream_response(&[
            &piece(json!({"tool_calls": [{"index": 0, "id": "call_1", "function": {"name": "weather", "arguments": "{\"ci"}}]})),
            &piece(json!({"tool_calls": [{"index": 0, "function": {"arguments": "ty\":\"Paris\"}"}}]})),
            calls,
            USAGE,
            DONE,
        ])
    })
    .await;
    let (deck, key) = behind(&upstream, limits()).await;
    let mut body = ask("m", "Weather?", true);
    body["tools"] = json!([{"name": "weather", "description": "tells it", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}]);
    let events = stream_of(post(&deck, &key, &body).send().await.unwrap()).await;
    let block = &events
        .iter()
        .find(|(name, _)| name == "content_block_start")
        .unwrap()
        .1;
    assert_eq!(
        (
            &block["content_block"]["type"],
            &block["content_block"]["name"]
        ),
        (&json!("tool_use"), &json!("weather"))
    );
    let pieces = events
        .iter()
        .filter_map(|(_, data)| data["delta"]["partial_json"].as_str());
    assert_eq!(pieces.collect::<String>(), "{\"city\":\"Paris\"}");
    assert_eq!(
        events[events.len() - 2].1["delta"]["stop_reason"],
        "tool_use"
    );
    let tool = &upstream.last()["tools"][0]["function"];
    assert_eq!(tool["name"], "weather");

    body["messages"] = json!([
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": block["content_block"]["id"], "name": "weather", "input": {"city": "Paris"}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": block["content_block"]["id"], "content": "rain"}]},
    ]);
    stream_of(post(&deck, &key, &body).send().await.unwrap()).await;
    let sent = upstream.last()["messages"].clone();
    assert_eq!(
        (&sent[2]["role"], &sent[2]["content"]),
        (&json!("tool"), &json!("rain"))
    );
}

#[tokio::test]
async fn refusals_have_anthropics_shape_and_words() {
    let deck = Deck::start().await;
    let fine = deck.owner.first_key.expose().to_owned();
    let (_, limited) = deck
        .make_key(json!({"name": "m", "unlimited_quota": true, "model_limits_enabled": true, "model_limits": "relaydeck-handbook"}))
        .await;
    let (_, poor) = deck.make_key(json!({"name": "p", "remain_quota": 1})).await;
    let mut much = ask("relaydeck-handbook", "hi", false);
    much["max_tokens"] = json!(4_000_000_000_u64);
    let mut strange = ask(LAB, "hi", false);
    strange["messages"] = json!([{"role": "user", "content": [{"type": "document", "source": {"type": "file", "file_id": "f"}}]}]);
    for (key, body, status, kind, words) in [
        (
            "sk-wrong",
            ask(LAB, "hi", true),
            401,
            "authentication_error",
            "Invalid token",
        ),
        (
            limited.as_str(),
            ask(LAB, "hi", true),
            403,
            "permission_error",
            "no access to model",
        ),
        (
            fine.as_str(),
            ask("gpt-9", "hi", true),
            503,
            "not_found_error",
            "No available channel",
        ),
        (
            fine.as_str(),
            json!({"model": LAB}),
            400,
            "invalid_request_error",
            "messages",
        ),
        (
            fine.as_str(),
            json!({"messages": []}),
            400,
            "invalid_request_error",
            "Model name",
        ),
        (
            fine.as_str(),
            strange,
            400,
            "invalid_request_error",
            "messages[0]",
        ),
        (
            poor.as_str(),
            much,
            403,
            "permission_error",
            "token quota is not enough",
        ),
        (
            fine.as_str(),
            ask(LAB, "[[fault=401]]", true),
            401,
            "authentication_error",
            "Incorrect API key",
        ),
        (
            fine.as_str(),
            ask(LAB, "[[fault=429 retry-after=2]]", true),
            429,
            "rate_limit_error",
            "",
        ),
        (
            fine.as_str(),
            ask(LAB, "[[fault=404]]", false),
            404,
            "not_found_error",
            "",
        ),
        (
            fine.as_str(),
            ask(LAB, "[[fault=503]]", true),
            503,
            "overloaded_error",
            "",
        ),
        (
            fine.as_str(),
            ask(LAB, "[[fault=500]]", false),
            500,
            "api_error",
            "",
        ),
        (
            fine.as_str(),
            ask(LAB, "[[fault=html]]", true),
            500,
            "api_error",
            "web page",
        ),
        (
            fine.as_str(),
            ask(LAB, "[[fault=empty]]", true),
            500,
            "api_error",
            "empty",
        ),
        (
            fine.as_str(),
            ask(LAB, "[[fault=json-as-stream]]", true),
            502,
            "api_error",
            "json-as-stream",
        ),
    ] {
        let response = post(&deck, key, &body).send().await.unwrap();
        assert_eq!(response.status(), status, "{body}");
        let id = response.headers()["x-oneapi-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        if status == 429 {
            assert_eq!(response.headers()["retry-after"], "2");
        }
        let answer = json_of(response).await;
        assert_eq!(
            (&answer["type"], &answer["error"]["type"]),
            (&json!("error"), &json!(kind)),
            "{answer}"
        );
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
        assert!(
            message.ends_with(&format!(" (request id: {id})")),
            "{message}"
        );
    }
    assert_eq!(
        deck.own().await["used_quota"],
        0,
        "what failed costs nothing"
    );
}

#[tokio::test]
async fn a_stream_that_breaks_off_ends_with_an_error_event_and_bills_what_came() {
    let fox = chunk("The quick brown fox jumps over the lazy dog.");
    for (end, words) in [
        (String::new(), "before it was complete"),
        (
            "data: {\"error\":{\"message\":\"lost it\",\"code\":\"oops\"}}\n\n".into(),
            "lost it",
        ),
        ("garbage that is no event\n\n".into(), "no event"),
    ] {
        let pieces = [fox.clone(), end];
        let upstream = Upstream::start(move |_| stream_response(&[&pieces[0], &pieces[1]])).await;
        let (deck, key) = behind(&upstream, limits()).await;
        let response = post(&deck, &key, &ask("m", "Hello", true)).send().await;
        let events = stream_of(response.unwrap()).await;
        let (last, data) = events.last().unwrap();
        assert_eq!(last, "error");
        let message = data["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
        assert!(names(&events).iter().all(|name| *name != "message_stop"));
        let log = deck.last_log().await;
        assert_eq!(
            (&log["type"], &log["completion_tokens"]),
            (&json!(2), &json!(10))
        );
        assert!(
            log["content"].as_str().unwrap().contains("broke off"),
            "{log}"
        );
        assert_eq!(deck.own().await["used_quota"], log["quota"]);
    }
}

#[tokio::test]
async fn faults_of_the_lab_in_the_middle_never_look_complete() {
    let deck = Deck::start().await;
    let key = deck.owner.first_key.expose().to_owned();
    for fault in ["cut", "reset", "garbage"] {
        let prompt = format!("[[tokens=20 speed=0 after=9 fault={fault}]]");
        let response = post(&deck, &key, &ask(LAB, &prompt, true)).send().await;
        let events = stream_of(response.unwrap()).await;
        assert_eq!(events.last().unwrap().0, "error", "{fault}");
        assert!(!text_of(&events).is_empty(), "{fault}");
        let log = deck.last_log().await;
        assert!(log["quota"].as_i64().unwrap() > 0, "{fault}: {log}");
    }
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_upstream_call_and_pays_for_what_came() {
    let (gone, mut told) = tokio::sync::mpsc::unbounded_channel();
    let upstream = Upstream::start(move |_| {
        let (feed, response) = fed_response();
        let gone = gone.clone();
        tokio::spawn(async move {
            feed.send(Ok(chunk("The quick brown fox jumps over the lazy dog.")))
                .unwrap();
            feed.closed().await;
            gone.send(()).unwrap();
        });
        response
    })
    .await;
    let (deck, key) = behind(&upstream, limits()).await;
    let response = post(&deck, &key, &ask("m", "Hello", true))
        .send()
        .await
        .unwrap();
    let mut pieces = response.bytes_stream();
    assert!(
        pieces
            .next()
            .await
            .unwrap()
            .unwrap()
            .starts_with(b"event: message_start")
    );
    drop(pieces);
    tokio::time::timeout(Duration::from_secs(5), told.recv())
        .await
        .unwrap()
        .unwrap();
    let log = until(|| async {
        let log = deck.last_log().await;
        (log["type"] == 2).then_some(log)
    })
    .await;
    assert_eq!(log["completion_tokens"], 10);
    assert!(
        log["content"].as_str().unwrap().contains("went away"),
        "{log}"
    );
    assert_eq!(deck.own().await["used_quota"], log["quota"]);
}

#[tokio::test]
async fn no_message_stops_before_its_bill_is_committed() {
    let deck = Deck::start().await;
    let key = deck.owner.first_key.expose().to_owned();
    for stream in [true, false] {
        // Somebody else holds the database: nothing can be committed until that ends.
        let holder = deck.database();
        holder.execute_batch("BEGIN IMMEDIATE").unwrap();
        let request = post(&deck, &key, &ask(LAB, "[[tokens=12 speed=0]]", stream));
        let mut answer = Box::pin(async { request.send().await.unwrap().text().await.unwrap() });
        let early = tokio::time::timeout(Duration::from_millis(200), &mut answer).await;
        assert!(early.is_err(), "it ended unbilled: {early:?}");
        holder.execute_batch("COMMIT").unwrap();
        let text = answer.await;
        assert!(
            !stream || text.ends_with("data: {\"type\":\"message_stop\"}\n\n"),
            "{text}"
        );
        assert_eq!(deck.last_log().await["completion_tokens"], 12);
    }
}

#[tokio::test]
async fn an_empty_answer_costs_nothing() {
    let upstream = Upstream::start(|_| stream_response(&[&chunk(""), STOP, DONE])).await;
    let (deck, key) = behind(&upstream, limits()).await;
    let response = post(&deck, &key, &ask("m", "Hello", true)).send().await;
    let events = stream_of(response.unwrap()).await;
    assert_eq!(events.last().unwrap().0, "message_stop");
    assert_eq!(deck.last_log().await["quota"], 0);
    assert_eq!(deck.own().await["used_quota"], 0);
}
