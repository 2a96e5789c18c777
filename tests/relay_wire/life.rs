//! Streams in time, in the protocols that pass straight through: left by the client, silent, cut at a shutdown.

use std::time::Duration;

use futures_util::StreamExt;
use relaydeck::relay::Limits;
use serde_json::{Value, json};

use crate::fake::{Fake, silent};
use crate::relay_support::{Deck, json_response, limits, until};

const FIRST: &str = "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":7,\"delta\":\"The quick brown fox jumps over the lazy dog.\"}\n\n";
const PART: &str = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"The quick brown fox jumps over the lazy dog.\"}]}}]}\r\n\r\n";

async fn before(fake: &Fake, limits: Limits) -> (Deck, String) {
    let deck = Deck::with(limits).await;
    for (kind, model) in [(1, "m"), (24, "g")] {
        deck.add_channel(json!({"type": kind, "base_url": fake.base, "models": model, "prices": {"*": {"input": "2", "output": "8"}}}))
            .await;
    }
    let key = deck.owner.first_key.expose().to_owned();
    (deck, key)
}

fn ask(deck: &Deck, key: &str, path: &str) -> reqwest::RequestBuilder {
    let body = json!({"model": "m", "stream": true, "input": "Hello", "contents": [{"parts": [{"text": "Hello"}]}]});
    let url = format!("{}{path}", deck.base);
    deck.client.post(url).bearer_auth(key).json(&body)
}

const PATHS: [(&str, &str); 2] = [
    ("/v1/responses", FIRST),
    ("/v1beta/models/g:streamGenerateContent?alt=sse", PART),
];

#[tokio::test]
async fn a_client_that_goes_away_ends_the_upstream_call_and_pays_for_what_came() {
    for (path, first) in PATHS {
        let (fake, mut told) = silent(first).await;
        let (deck, key) = before(&fake, limits()).await;
        let response = ask(&deck, &key, path).send().await.unwrap();
        let mut pieces = response.bytes_stream();
        assert_eq!(pieces.next().await.unwrap().unwrap(), first);
        drop(pieces);
        let left = tokio::time::timeout(Duration::from_secs(30), told.recv());
        left.await.expect("the upstream is still asked").unwrap();
        let log = until(|| async {
            let log = deck.last_log().await;
            (log["type"] == 2).then_some(log)
        })
        .await;
        assert_eq!(log["completion_tokens"], 10, "{path}");
        assert_eq!(deck.own().await["used_quota"], log["quota"]);
    }
}

#[tokio::test]
async fn silence_is_kept_alive_where_readers_skip_comments_and_ended_when_it_lasts() {
    let short = Limits {
        ping: Duration::from_millis(40),
        stall: Duration::from_millis(600),
        ..limits()
    };
    for (path, first) in PATHS {
        let (fake, _told) = silent(first).await;
        let (deck, key) = before(&fake, short).await;
        let text = ask(&deck, &key, path)
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap();
        assert!(text.starts_with(first), "{text}");
        // Google's readers take every line for JSON.
        assert_eq!(text.contains(": PING"), path == "/v1/responses", "{text}");
        let last = text.trim_end().rsplit("data: ").next().unwrap();
        let last: Value = serde_json::from_str(last).unwrap();
        if path == "/v1/responses" {
            assert_eq!(
                (&last["type"], &last["sequence_number"]),
                (&json!("error"), &json!(8))
            );
            assert_eq!(last["code"], "channel:response_time_exceeded");
        } else {
            assert_eq!(last["error"]["status"], "DEADLINE_EXCEEDED", "{last}");
        }
    }
}

#[tokio::test]
async fn a_shutdown_cuts_and_settles_what_does_not_end() {
    let (fake, _told) = silent(FIRST).await;
    let (mut deck, key) = before(&fake, limits()).await;
    let response = ask(&deck, &key, "/v1/responses").send().await.unwrap();
    let text = tokio::spawn(response.text());
    deck.close().await;
    let text = text.await.unwrap().unwrap();
    assert!(text.contains("relay_stopping"), "{text}");
    deck.open().await;
    let log = deck.last_log().await;
    assert_eq!(
        (&log["type"], &log["completion_tokens"]),
        (&json!(2), &json!(10))
    );
    assert_eq!(deck.running.as_ref().unwrap().released(), 0);
}

#[tokio::test]
async fn who_leaves_while_it_is_noted_whose_an_answer_is_pays_for_it() {
    let fake = Fake::start(|_| {
        let output = json!([{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": "Hi", "annotations": []}]}]);
        let usage = json!({"input_tokens": 100, "output_tokens": 50, "total_tokens": 150});
        let whole = json!({"id": "resp_1", "object": "response", "status": "completed", "output": output, "usage": usage});
        json_response(200, &whole)
    })
    .await;
    let (deck, key) = before(&fake, limits()).await;
    let ask = || {
        let asked = deck.client.post(format!("{}/v1/responses", deck.base));
        let body = json!({"model": "m", "input": "x"});
        asked.bearer_auth(&key).json(&body).send()
    };
    assert_eq!(ask().await.unwrap().status(), 200);
    assert_eq!(deck.own().await["used_quota"], 300);
    let page = deck.folder.path().join("relay.journal-1");
    let length = || std::fs::metadata(&page).unwrap().len();
    let written = length();
    // Nothing can be noted while somebody else holds the database.
    let database = deck.database();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let asking = tokio::spawn(ask());
    until(|| async { (length() > written).then_some(()) }).await;
    asking.abort();
    let _ = asking.await;
    database.execute_batch("ROLLBACK").unwrap();
    until(|| async { (deck.own().await["used_quota"] == 600).then_some(()) }).await;
}
