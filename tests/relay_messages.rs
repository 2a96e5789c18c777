//! `/v1/messages` through the embedded relay in front of chat upstreams: events in order, tools, counts, money exact.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use relay_support::messages::{ask, names, post, stream_of, text_of};
use relay_support::{
    DONE, Deck, STOP, USAGE, Upstream, behind, charge_by_row, chunk, json_of, json_response,
    limits, other, stream_response,
};
use serde_json::{Value, json};

const LAB: &str = "relaydeck-lab";

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
async fn tokens_are_counted_for_nothing_and_for_nobody_without_a_key() {
    let deck = Deck::start().await;
    let key = deck.owner.first_key.expose().to_owned();
    let count = |key: &str, body: &Value| {
        deck.client
            .post(format!("{}/v1/messages/count_tokens", deck.base))
            .header("x-api-key", key)
            .json(body)
    };
    let mut body =
        json!({"model": LAB, "messages": [{"role": "user", "content": "What is a group?"}]});
    let short = json_of(count(&key, &body).send().await.unwrap()).await;
    let short = short["input_tokens"].as_u64().unwrap();
    assert!((5..20).contains(&short), "{short}");
    body["system"] = json!([{"type": "text", "text": "You know all of the words of relays."}]);
    let longer = json_of(count(&key, &body).send().await.unwrap()).await;
    assert!(longer["input_tokens"].as_u64().unwrap() > short + 5);
    for (key, body, status) in [
        ("sk-wrong", &body, 401),
        (&key, &json!({"model": LAB}), 400),
        (&key, &json!({"model": "gpt-9", "messages": []}), 503),
    ] {
        let refused = count(key, body).send().await.unwrap();
        assert_eq!(refused.status(), status);
        assert_eq!(json_of(refused).await["type"], "error");
    }
    assert_eq!(deck.own().await["request_count"], 0);
}
