//! `/v1/messages` when something goes wrong: refusals in Anthropic's shape, streams that break off, clients that leave.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use std::time::Duration;

use futures_util::StreamExt;
use relay_support::messages::{ask, names, post, stream_of, text_of};
use relay_support::{
    DONE, Deck, STOP, Upstream, behind, chunk, fed_response, json_of, json_response, limits,
    stream_response, until,
};
use serde_json::json;

const LAB: &str = "relaydeck-lab";

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
            "Invalid token",
        ),
        (
            fine.as_str(),
            ask(LAB, "[[fault=upstream-401]]", true),
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
            "labelled text/event-stream",
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
async fn no_message_stops_before_its_bill_is_kept() {
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

#[tokio::test]
async fn a_body_that_cannot_be_read_is_told_and_never_sent_as_another() {
    let upstream = Upstream::start(|_| {
        json_response(
            200,
            &json!({"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5}}),
        )
    })
    .await;
    let (deck, key) = behind(&upstream, limits()).await;
    // Half an emoji, as clients send that cut a text anywhere.
    let half = r#""messages":[{"role":"user","content":"cut \ud83d"}]}"#;
    let deep = format!(
        r#""messages":[{{"role":"user","content":"hi"}}],"metadata":{}1{}}}"#,
        "[".repeat(300),
        "]".repeat(300)
    );
    for (path, model) in [
        ("/v1/messages", "m"),
        ("/v1/chat/completions", "relaydeck-lab"),
    ] {
        for rest in [half, deep.as_str()] {
            let request = deck
                .client
                .post(format!("{}{path}", deck.base))
                .bearer_auth(&key)
                .header("content-type", "application/json")
                .body(format!(r#"{{"model":"{model}","max_tokens":9,{rest}"#));
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 400, "{path} {rest}");
            let told = json_of(response).await["error"]["message"].clone();
            assert!(told.as_str().unwrap().contains("cannot be read"), "{told}");
        }
    }
    assert_eq!(upstream.count(), 0);
    assert_eq!(deck.own().await["used_quota"], 0);
}

#[tokio::test]
async fn a_channel_that_a_request_cannot_be_meant_for_is_passed_over() {
    let chat = Upstream::start(|_| json_response(200, &json!({}))).await;
    let messages = Upstream::start(|_| {
        json_response(
            200,
            &json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "m",
            "content": [{"type": "text", "text": "hi"}], "stop_reason": "end_turn",
            "usage": {"input_tokens": 10, "output_tokens": 5}}),
        )
    })
    .await;
    let (deck, key) = behind(&chat, limits()).await;
    deck.add_channel(json!({"type": 14, "base_url": messages.base, "models": "m", "priority": -5}))
        .await;
    let mut body = ask("m", "hi", false);
    body["inference_geo"] = json!("us");
    let answer = json_of(post(&deck, &key, &body).send().await.unwrap()).await;
    assert_eq!(answer["content"][0]["text"], "hi", "{answer}");
    assert_eq!((chat.count(), messages.count()), (0, 1));
    let log = deck.last_log().await;
    assert_eq!((&log["type"], &log["quota"]), (&json!(2), &json!(30)));
}
