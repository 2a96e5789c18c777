//! The embedded relay's streams in time: broken off, left by the client, silent, cut at a shutdown; and each event at once.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod relay_support;

use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use relay_support::{
    DONE, STOP, USAGE, Upstream, behind, chunk, data_lines, fed_response, hello, http, json_of,
    limits, other, stream_response, text_response, until,
};
use relaydeck::relay::Limits;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

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
async fn a_stream_that_breaks_off_and_told_of_its_prompt_alone_is_counted() {
    let told = chunk("The quick brown fox jumps over the lazy dog.").replace(
        "\"choices\"",
        "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":0},\"choices\"",
    );
    let upstream = Upstream::start(move |_| stream_response(&[&told])).await;
    let (deck, key) = behind(&upstream, limits()).await;
    data_lines(deck.chat(&key, &hello("m", true)).send().await.unwrap()).await;
    let log = deck.last_log().await;
    assert_eq!(
        (&log["prompt_tokens"], &log["completion_tokens"]),
        (&json!(9), &json!(10)),
        "{log}"
    );
    assert_eq!(other(&log)["usage_source"], "counted");
    // 9 × 2 + 10 × 8 dollars a million.
    assert_eq!(log["quota"], 49);
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
async fn a_client_that_takes_nothing_is_let_go_and_pays_for_what_came() {
    let upstream = Upstream::start(|_| {
        let first = chunk("The quick brown fox jumps over the lazy dog.");
        // Without end, and more than what lies between the two can hold.
        let more = format!(": {}\n\n", "x".repeat(60_000));
        let pieces = stream::iter([first]).chain(stream::repeat(more));
        let pieces = pieces.map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
        text_response(200, "text/event-stream", Body::from_stream(pieces))
    })
    .await;
    let patient = Limits {
        unread: Duration::from_millis(200),
        ..limits()
    };
    let (deck, key) = behind(&upstream, patient).await;
    let mut client = TcpStream::connect(deck.base.trim_start_matches("http://"))
        .await
        .unwrap();
    let body = hello("m", true).to_string();
    let request = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    client.write_all(request.as_bytes()).await.unwrap();
    let log = until(|| async {
        let log = deck.last_log().await;
        (log["type"] == 2).then_some(log)
    })
    .await;
    assert_eq!(log["completion_tokens"], 10);
    assert_eq!(deck.own().await["used_quota"], log["quota"]);
    drop(client);
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
async fn an_upstream_that_only_keeps_the_line_alive_is_silent_all_the_same() {
    let upstream = Upstream::start(|_| {
        let (feed, response) = fed_response();
        feed.send(Ok(chunk("hi"))).unwrap();
        tokio::spawn(async move {
            while feed.send(Ok(": PING\n\n".into())).is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        response
    })
    .await;
    let stall = Duration::from_millis(300);
    let (deck, key) = behind(&upstream, Limits { stall, ..limits() }).await;
    let response = deck.chat(&key, &hello("m", true)).send().await.unwrap();
    let text = tokio::time::timeout(Duration::from_secs(60), response.text());
    let text = text.await.expect("comments are no life").unwrap();
    assert!(text.contains(": PING"), "they pass all the same: {text}");
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
    let mut longest = Vec::new();
    // With Nagle's algorithm on, every connection has an event that waits 40 ms for the client's delayed
    // acknowledgement. A busy machine can delay one too, but not in every one of several tries.
    for _ in 0..20 {
        let fresh = http();
        // A connection on which questions and answers alternate is one on which acknowledgements are delayed.
        for _ in 0..3 {
            json_of(
                fresh
                    .get(format!("{}/api/status", deck.base))
                    .send()
                    .await
                    .unwrap(),
            )
            .await;
        }
        let request = fresh
            .post(format!("{}/v1/chat/completions", deck.base))
            .bearer_auth(&key);
        let response = request.json(&hello("m", true)).send().await.unwrap();
        let mut pieces = response.bytes_stream();
        pieces.next().await.unwrap().unwrap();
        let feed = feeds.recv().await.unwrap();
        let mut wait = Duration::ZERO;
        for number in 0..120 {
            let begun = Instant::now();
            feed.send(Ok(chunk(&number.to_string()))).unwrap();
            pieces.next().await.unwrap().unwrap();
            wait = wait.max(begun.elapsed());
        }
        longest.push(wait);
        if wait < Duration::from_millis(35) {
            return;
        }
    }
    panic!("{longest:?}");
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
            grace: Duration::from_millis(1500),
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
