//! The embedded relay in front of real HTTP upstreams: what passes unchanged, what is hidden, what is counted, what is told.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use relay_support::{
    DONE, Deck, STOP, USAGE, Upstream, behind, chunk, data_lines, hello, json_of, json_response,
    limits, other, stream_response, text_response,
};
use serde_json::{Value, json};

#[tokio::test]
async fn what_the_relay_does_not_need_passes_unchanged_both_ways() {
    let answer = json!({"id": "x", "choices": [{"message": {"content": "hi", "odd": [1.0]}}], "new": {"a": null}, "usage": {"prompt_tokens": 10, "completion_tokens": 5}});
    let text = answer.to_string();
    let upstream =
        Upstream::start(move |_| text_response(200, "application/json", text.clone())).await;
    let (deck, key) = behind(&upstream, limits()).await;
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}], "seed": 7, "vendor_thing": {"b": 1, "a": [true]}});
    let read = deck.chat(&key, &body).send().await.unwrap();
    assert_eq!(json_of(read).await, answer);
    assert_eq!(upstream.last(), body);
    let log = deck.last_log().await;
    // 10 × 2 + 5 × 8 dollars a million are 60 nano-thousandths: 0.00006 dollars, 30 units.
    assert_eq!(log["quota"], 30);

    let mut body = hello("renamed", false);
    body["x"] = json!(1);
    deck.chat(&key, &body).send().await.unwrap();
    assert_eq!(
        (&upstream.last()["model"], &upstream.last()["x"]),
        (&json!("theirs"), &json!(1))
    );
    let log = deck.last_log().await;
    assert_eq!(log["model_name"], "renamed");
    assert_eq!(other(&log)["upstream_model_name"], "theirs");
}

#[tokio::test]
async fn a_model_without_a_price_says_so_and_never_passes_for_free() {
    let upstream = Upstream::start(|_| json_response(200, &json!({"choices": [{"message": {"content": "hi"}}], "usage": {"prompt_tokens": 10, "completion_tokens": 5}}))).await;
    let (deck, key) = behind(&upstream, limits()).await;
    let pricing = deck.get("/api/pricing").await;
    let row = pricing["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["model_name"] == "renamed")
        .unwrap()
        .clone();
    assert_eq!(
        (&row["model_ratio"], &row["model_price"]),
        (&Value::Null, &Value::Null)
    );
    deck.chat(&key, &hello("renamed", false))
        .send()
        .await
        .unwrap();
    let log = deck.last_log().await;
    assert_eq!(
        (&log["quota"], &log["completion_tokens"]),
        (&json!(0), &json!(5))
    );
    assert!(
        log["content"].as_str().unwrap().contains("No price"),
        "{log}"
    );
    assert_eq!(other(&log)["price"], "unknown");
    // A price set later counts from the next request on.
    let id = deck.get("/api/channel/").await["data"]["items"][0]["id"].clone();
    deck.send(
        "PUT",
        "/api/channel/",
        &json!({"id": id, "prices": {"renamed": {"call": "0.01"}}}),
    )
    .await;
    deck.chat(&key, &hello("renamed", false))
        .send()
        .await
        .unwrap();
    assert_eq!(deck.last_log().await["quota"], 5_000);
}

#[tokio::test]
async fn the_usage_of_a_stream_is_asked_for_and_hidden_from_who_did_not_ask() {
    let upstream =
        Upstream::start(|_| stream_response(&[&chunk("Hel"), &chunk("lo"), STOP, USAGE, DONE]))
            .await;
    let (deck, key) = behind(&upstream, limits()).await;
    let response = deck.chat(&key, &hello("m", true)).send().await.unwrap();
    let text = response.text().await.unwrap();
    assert_eq!(text, format!("{}{}{STOP}{DONE}", chunk("Hel"), chunk("lo")));
    assert_eq!(
        upstream.last()["stream_options"],
        json!({"include_usage": true})
    );
    // 100 × 2 + 50 × 8 dollars a million: 0.0006 dollars, 300 units.
    assert_eq!(deck.last_log().await["quota"], 300);

    let mut asks = hello("m", true);
    asks["stream_options"] = json!({"include_usage": true});
    let response = deck.chat(&key, &asks).send().await.unwrap();
    assert_eq!(
        response.text().await.unwrap(),
        format!("{}{}{STOP}{USAGE}{DONE}", chunk("Hel"), chunk("lo"))
    );
}

#[tokio::test]
async fn x_02_what_reports_no_usage_is_counted_exactly_and_marked() {
    let upstream = Upstream::start(|body| {
        let words = "The quick brown fox jumps over the lazy dog.";
        if body["stream"] == true {
            stream_response(&[
                &chunk("The quick brown fox jumps"),
                &chunk(" over the lazy dog."),
                STOP,
                DONE,
            ])
        } else {
            json_response(
                200,
                &json!({"choices": [{"message": {"content": words}, "finish_reason": "stop"}]}),
            )
        }
    })
    .await;
    let (deck, key) = behind(&upstream, limits()).await;
    let mut asks = hello("m", true);
    asks["messages"][0]["content"] = json!("Hello there");
    asks["stream_options"] = json!({"include_usage": true});
    let lines = data_lines(deck.chat(&key, &asks).send().await.unwrap()).await;
    let usage: Value = serde_json::from_str(&lines[lines.len() - 2]).unwrap();
    assert_eq!(
        (&usage["id"], &usage["choices"]),
        (&json!("c1"), &json!([]))
    );
    // Two words of prompt in a frame of seven; ten tokens of answer by the table.
    assert_eq!(
        usage["usage"],
        json!({"prompt_tokens": 9, "completion_tokens": 10, "total_tokens": 19})
    );
    let log = deck.last_log().await;
    assert_eq!(other(&log)["usage_source"], "counted");
    assert_eq!(log["quota"], 49);

    asks["stream"] = json!(false);
    let whole = json_of(deck.chat(&key, &asks).send().await.unwrap()).await;
    assert_eq!(
        whole["usage"]["completion_tokens"], 10,
        "a document without usage gets ours"
    );
    assert_eq!(deck.last_log().await["quota"], 49);
}

#[tokio::test]
async fn an_upstream_that_refuses_the_wish_for_usage_is_not_asked_again() {
    let upstream = Upstream::start(|body| {
        if body.get("stream_options").is_some() {
            return json_response(400, &json!({"error": {"message": "Unknown field: stream_options", "type": "invalid_request_error"}}));
        }
        stream_response(&[&chunk("hi"), STOP, DONE])
    })
    .await;
    let (deck, key) = behind(&upstream, limits()).await;
    for requests in [2, 3] {
        let lines = data_lines(deck.chat(&key, &hello("m", true)).send().await.unwrap()).await;
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert_eq!(upstream.count(), requests);
    }
}

#[tokio::test]
async fn an_upstreams_refusal_is_passed_on_without_its_credential() {
    let upstream = Upstream::start(|_| json_response(401, &json!({"error": {"message": "Incorrect API key provided: upstream-credential-of-ours", "type": "invalid_request_error", "param": null, "code": "invalid_api_key"}}))).await;
    let (deck, key) = behind(&upstream, limits()).await;
    let id = deck.get("/api/channel/").await["data"]["items"][0]["id"].clone();
    deck.send(
        "PUT",
        "/api/channel/",
        &json!({"id": id, "key": "upstream-credential-of-ours"}),
    )
    .await;
    let response = deck.chat(&key, &hello("m", true)).send().await.unwrap();
    assert_eq!(response.status(), 401);
    let error = json_of(response).await["error"].clone();
    assert_eq!(
        (&error["code"], &error["type"], &error["param"]),
        (
            &json!("invalid_api_key"),
            &json!("invalid_request_error"),
            &Value::Null
        )
    );
    let message = error["message"].as_str().unwrap();
    assert!(
        message.starts_with("Incorrect API key provided: upst**********ours"),
        "{message}"
    );
    let log = deck.last_log().await;
    assert!(!log.to_string().contains("credential"), "{log}");
}

#[tokio::test]
async fn what_is_no_answer_becomes_an_error_before_the_status_is_sent() {
    let upstream = Upstream::start(
        |body| match body["messages"][0]["content"].as_str().unwrap() {
            "html" => text_response(200, "text/html", "<html>Welcome</html>"),
            "html-as-stream" => {
                text_response(200, "text/event-stream", "<html>\n<p>Welcome</p></html>")
            }
            "empty" => text_response(200, "text/event-stream", ""),
            "comments" => stream_response(&[": PING\n\n", ": PING\n\n"]),
            "error-event" => {
                stream_response(&["data: {\"error\":{\"message\":\"busy\",\"code\":429}}\n\n"])
            }
            "error-as-stream" => text_response(
                200,
                "text/event-stream",
                "{\"error\":{\"message\":\"no\",\"code\":503}}",
            ),
            "error-200" => json_response(
                200,
                &json!({"error": {"message": "no", "type": "server_error"}}),
            ),
            "bare" => text_response(502, "text/html", "<html>Bad gateway</html>"),
            "redirect" => text_response(302, "", ""),
            other => panic!("{other}"),
        },
    )
    .await;
    let (deck, key) = behind(&upstream, limits()).await;
    for (what, status, code) in [
        ("html", 500, json!("bad_response_body")),
        ("html-as-stream", 500, json!("bad_response_body")),
        ("empty", 500, json!("empty_response")),
        ("comments", 500, json!("empty_response")),
        ("error-event", 429, json!(429)),
        ("error-as-stream", 503, json!(503)),
        ("error-200", 502, Value::Null),
        ("bare", 502, json!("bad_response_status_code")),
        ("redirect", 502, json!("bad_response_status_code")),
    ] {
        let mut body = hello("m", true);
        body["messages"][0]["content"] = json!(what);
        let response = deck.chat(&key, &body).send().await.unwrap();
        assert_eq!(response.status(), status, "{what}");
        assert_eq!(json_of(response).await["error"]["code"], code, "{what}");
    }
    assert_eq!(deck.own().await["used_quota"], 0);
    assert_eq!(deck.get("/api/log/self?type=5").await["data"]["total"], 9);
}

#[tokio::test]
async fn an_upstream_that_is_not_there_is_told_and_the_next_channel_is_tried() {
    let upstream = Upstream::start(|_| stream_response(&[&chunk("hi"), STOP, USAGE, DONE])).await;
    let failing =
        Upstream::start(|_| json_response(503, &json!({"error": {"message": "overloaded"}}))).await;
    let deck = Deck::with(limits()).await;
    let key = deck.owner.first_key.expose().to_owned();
    let gone = deck
        .add_channel(json!({"base_url": "http://127.0.0.1:9", "models": "m", "priority": 9}))
        .await;
    let alone = deck.chat(&key, &hello("m", true)).send().await.unwrap();
    assert_eq!(alone.status(), 500);
    let error = json_of(alone).await["error"].clone();
    assert_eq!(error["code"], "do_request_failed");
    assert!(
        !error["message"].as_str().unwrap().contains("127.0.0.1"),
        "{error}"
    );

    deck.add_channel(json!({"base_url": failing.base, "models": "m", "priority": 5}))
        .await;
    let last = deck
        .add_channel(
            json!({"name": "good", "base_url": upstream.base, "models": "m", "priority": 1}),
        )
        .await;
    let lines = data_lines(deck.chat(&key, &hello("m", true)).send().await.unwrap()).await;
    assert_eq!(lines.last().unwrap(), "[DONE]");
    assert_eq!((failing.count(), upstream.count()), (1, 1));
    let log = deck.last_log().await;
    assert_eq!(
        (&log["channel"], &log["channel_name"]),
        (&last["id"], &json!("good"))
    );
    // A disabled channel is not tried at all.
    deck.send(
        "PUT",
        "/api/channel/",
        &json!({"id": gone["id"], "status": 2}),
    )
    .await;
    deck.advance(60);
    data_lines(deck.chat(&key, &hello("m", true)).send().await.unwrap()).await;
    assert_eq!(failing.count(), 2);
}
