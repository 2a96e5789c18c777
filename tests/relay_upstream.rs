//! The embedded relay in front of real HTTP upstreams: what passes unchanged, what is hidden, what is counted, what is told.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use relay_support::{
    DONE, Deck, STOP, USAGE, Upstream, chunk, data_lines, fed_response, hello, json_of,
    json_response, other, stream_response, text_response, until,
};
use relaydeck::relay::Limits;
use serde_json::{Value, json};

/// A relay with one channel to an upstream, its models priced at 2 and 8 dollars a million.
async fn behind(upstream: &Upstream, limits: Limits) -> (Deck, String) {
    let deck = Deck::with(limits).await;
    deck.add_channel(json!({"base_url": upstream.base, "models": "m,renamed", "model_mapping": {"renamed": "theirs"},
        "prices": {"m": {"input": "2", "output": "8"}}}))
        .await;
    let key = deck.owner.first_key.expose().to_owned();
    (deck, key)
}

fn limits() -> Limits {
    Limits {
        grace: Duration::from_millis(100),
        ..Limits::default()
    }
}

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
    data_lines(deck.chat(&key, &hello("m", true)).send().await.unwrap()).await;
    assert_eq!(failing.count(), 2);
}

#[tokio::test]
async fn a_stream_that_breaks_off_ends_with_an_error_and_bills_what_came() {
    for (end, code) in [
        (Vec::new(), json!("read_response_body_failed")),
        (
            vec!["data: {\"error\":{\"message\":\"lost it\",\"code\":\"oops\"}}\n\n"],
            json!("oops"),
        ),
    ] {
        let upstream = Upstream::start(move |_| {
            let first = chunk("The quick brown fox jumps over the lazy dog.");
            stream_response(&[&[first.as_str()], end.as_slice()].concat())
        })
        .await;
        let (deck, key) = behind(&upstream, limits()).await;
        let response = deck.chat(&key, &hello("m", true)).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let id = response.headers()["x-oneapi-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        let lines = data_lines(response).await;
        assert_eq!(lines.len(), 2, "{lines:?}");
        let last: Value = serde_json::from_str(&lines[1]).unwrap();
        assert_eq!(last["error"]["code"], code);
        assert!(
            last["error"]["message"]
                .as_str()
                .unwrap()
                .ends_with(&format!("(request id: {id})"))
        );
        let log = deck.last_log().await;
        assert_eq!(
            (&log["type"], &log["completion_tokens"]),
            (&json!(2), &json!(10))
        );
        assert!(log["quota"].as_i64().unwrap() > 0);
        assert!(
            log["content"].as_str().unwrap().contains("broke off"),
            "{log}"
        );
        assert_eq!(deck.own().await["used_quota"], log["quota"]);
    }
}

#[tokio::test]
async fn a_stream_that_ends_without_its_mark_gets_one() {
    let upstream = Upstream::start(|_| stream_response(&[&chunk("hi"), STOP.trim_end()])).await;
    let (deck, key) = behind(&upstream, limits()).await;
    let lines = data_lines(deck.chat(&key, &hello("m", true)).send().await.unwrap()).await;
    assert_eq!((lines.len(), lines.last().unwrap().as_str()), (3, "[DONE]"));
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
    let response = deck.chat(&key, &hello("m", true)).send().await.unwrap();
    let mut pieces = response.bytes_stream();
    assert!(pieces.next().await.unwrap().unwrap().starts_with(b"data: "));
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
async fn silence_is_kept_alive_with_comments_and_ended_when_it_lasts() {
    let upstream = Upstream::start(|_| {
        let (feed, response) = fed_response();
        feed.send(Ok(chunk("hi"))).unwrap();
        // Kept open, and silent.
        tokio::spawn(async move { feed.closed().await });
        response
    })
    .await;
    let (deck, key) = behind(
        &upstream,
        Limits {
            ping: Duration::from_millis(40),
            stall: Duration::from_millis(200),
            ..limits()
        },
    )
    .await;
    let begun = Instant::now();
    let text = deck
        .chat(&key, &hello("m", true))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(200));
    assert!(text.matches(": PING\n\n").count() >= 2, "{text}");
    assert!(text.contains("channel:response_time_exceeded"), "{text}");
}

#[tokio::test]
async fn an_upstream_that_says_nothing_at_all_is_given_up_with_504() {
    let upstream = Upstream::start(|_| {
        let (feed, response) = fed_response();
        tokio::spawn(async move { feed.closed().await });
        response
    })
    .await;
    let (deck, key) = behind(
        &upstream,
        Limits {
            first_event: Duration::from_millis(80),
            ..limits()
        },
    )
    .await;
    let response = deck.chat(&key, &hello("m", true)).send().await.unwrap();
    assert_eq!(response.status(), 504);
    assert_eq!(
        json_of(response).await["error"]["code"],
        "channel:response_time_exceeded"
    );
}

#[tokio::test]
async fn each_event_leaves_at_once() {
    let (hand, mut feeds) = tokio::sync::mpsc::unbounded_channel();
    let upstream = Upstream::start(move |_| {
        let (feed, response) = fed_response();
        feed.send(Ok(chunk("0"))).unwrap();
        hand.send(feed).unwrap();
        response
    })
    .await;
    let (deck, key) = behind(&upstream, limits()).await;
    let response = deck.chat(&key, &hello("m", true)).send().await.unwrap();
    let mut pieces = response.bytes_stream();
    pieces.next().await.unwrap().unwrap();
    let feed = feeds.recv().await.unwrap();
    let mut waits = Vec::new();
    for number in 0..15 {
        let begun = Instant::now();
        feed.send(Ok(chunk(&number.to_string()))).unwrap();
        pieces.next().await.unwrap().unwrap();
        waits.push(begun.elapsed());
    }
    waits.sort();
    // With Nagle's algorithm on, every second event waits 40 ms for the client's delayed acknowledgement.
    assert!(waits[7] < Duration::from_millis(20), "{waits:?}");
}

#[tokio::test]
async fn a_shutdown_lets_streams_end_and_cuts_and_settles_what_does_not() {
    let upstream = Upstream::start(|body| {
        let (feed, response) = fed_response();
        feed.send(Ok(chunk("The quick brown fox jumps over the lazy dog.")))
            .unwrap();
        let quick = body["messages"][0]["content"] == "quick";
        tokio::spawn(async move {
            if quick {
                tokio::time::sleep(Duration::from_millis(50)).await;
                let _ = feed.send(Ok(format!("{STOP}{USAGE}{DONE}")));
            }
            feed.closed().await;
        });
        response
    })
    .await;
    let (mut deck, key) = behind(
        &upstream,
        Limits {
            grace: Duration::from_millis(400),
            ..Limits::default()
        },
    )
    .await;
    let mut quick = hello("m", true);
    quick["messages"][0]["content"] = json!("quick");
    let ends = deck.chat(&key, &quick).send().await.unwrap();
    let never = deck.chat(&key, &hello("m", true)).send().await.unwrap();
    let (_, ended, cut) = tokio::join!(deck.close(), data_lines(ends), data_lines(never));
    assert_eq!(ended.last().unwrap(), "[DONE]");
    assert!(cut.last().unwrap().contains("relay_stopping"), "{cut:?}");
    deck.open().await;
    assert_eq!(
        deck.running.as_ref().unwrap().released(),
        0,
        "nothing was left open"
    );
    let rows = deck.get("/api/log/self?type=2").await["data"]["items"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 2, "{rows}");
    let sum: i64 = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["quota"].as_i64().unwrap())
        .sum();
    assert_eq!(deck.own().await["used_quota"], sum);
}
