//! Clients that leave before there is an answer: nothing is charged, the upstream is told to stop, and the log says what was
//! sent all the same, on every path and for streams and whole answers alike.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::fake::{Fake, silent};
use crate::relay_support::{Deck, hello, json_response, limits, other, until};

/// A relay with a channel of each kind to an upstream; their models cost 2 and 8 dollars a million.
async fn before(fake: &Fake) -> (Deck, String) {
    let deck = Deck::with(limits()).await;
    for (kind, models) in [(1, "m,text-embed"), (14, "claude"), (24, "g")] {
        let prices = json!({"*": {"input": "2", "output": "8"}});
        deck.add_channel(
            json!({"type": kind, "base_url": fake.base, "models": models, "prices": prices}),
        )
        .await;
    }
    let key = deck.owner.first_key.expose().to_owned();
    (deck, key)
}

fn ask(
    deck: &Deck,
    key: &str,
    path: &str,
    model: &str,
    stream: bool,
) -> impl Future<Output = Result<reqwest::Response, reqwest::Error>> + use<> {
    let said = json!([{"role": "user", "content": "Hello"}]);
    let body = json!({"model": model, "stream": stream, "max_tokens": 9, "messages": said, "input": "Hello",
        "contents": [{"parts": [{"text": "Hello"}]}]});
    let url = format!("{}{path}", deck.base);
    deck.client.post(url).bearer_auth(key).json(&body).send()
}

/// Path, model, and whether a stream is asked for.
const CALLS: [(&str, &str, bool); 11] = [
    ("/v1/chat/completions", "m", true),
    ("/v1/chat/completions", "m", false),
    ("/v1/chat/completions", "claude", true),
    ("/v1/messages", "claude", true),
    ("/v1/messages", "claude", false),
    ("/v1/messages", "m", false),
    ("/v1/responses", "m", true),
    ("/v1/responses", "m", false),
    ("/v1/embeddings", "text-embed", false),
    ("/v1beta/models/g:streamGenerateContent?alt=sse", "g", true),
    ("/v1beta/models/g:generateContent", "g", false),
];

/// What a client that left leaves behind.
async fn left_alone(deck: &Deck, told: &mut mpsc::UnboundedReceiver<()>, stream: bool) -> Value {
    let left = tokio::time::timeout(Duration::from_secs(60), told.recv());
    left.await.expect("the upstream is still asked").unwrap();
    let row = until(|| async {
        let row = deck.last_log().await;
        (row["type"] == 2).then_some(row)
    })
    .await;
    assert_eq!(
        (&row["type"], &row["quota"], &row["completion_tokens"]),
        (&json!(2), &json!(0), &json!(0)),
        "{row}"
    );
    assert_eq!(
        row["content"], "The client went away before there was an answer: nothing was charged.",
        "{row}"
    );
    assert_eq!(
        (&row["is_stream"], &row["token_name"]),
        (&json!(stream), &json!("local-default")),
        "{row}"
    );
    assert!(!row["request_id"].as_str().unwrap().is_empty());
    let ended = json!({"status": "error", "end_reason": "client_gone"});
    assert_eq!(other(&row)["stream_status"], ended, "{row}");
    let own = deck.own().await;
    assert_eq!(
        (&own["used_quota"], &own["request_count"]),
        (&json!(0), &json!(1))
    );
    row
}

#[tokio::test]
async fn a_client_that_leaves_before_the_first_event_has_its_row_and_pays_nothing() {
    for (path, model, stream) in CALLS {
        let (fake, mut told) = silent("").await;
        let (deck, key) = before(&fake).await;
        let waiting = tokio::spawn(ask(&deck, &key, path, model, stream));
        // It leaves once the upstream is asked, however long that takes here.
        until(|| async { (!fake.paths().is_empty()).then_some(()) }).await;
        assert!(!waiting.is_finished(), "nothing is there to be answered");
        waiting.abort();
        let row = left_alone(&deck, &mut told, stream).await;
        assert_eq!(row["model_name"], model, "{path}");
        // Google's paths are told as a form of them.
        let asked = other(&row)["request_path"].clone();
        let asked = asked.as_str().unwrap().replace("{model}", "g");
        let begin = asked.split(':').next().unwrap();
        assert!(path.starts_with(begin), "{path}: {asked}");
        assert!(row["channel"].as_i64().unwrap() > 1, "{path}: {row}");
        // It is the client who left: the channel did nothing wrong.
        let rows = deck.get("/api/channel/").await;
        for row in rows["data"]["items"].as_array().unwrap() {
            assert_eq!(row["cooling_seconds"], 0, "{path}: {row}");
        }
        // Nothing is set aside for it any more.
        let heir = deck.heir().await;
        assert_eq!(heir.running.as_ref().unwrap().released(), 0);
        assert_eq!(heir.get("/api/log/self?type=2").await["data"]["total"], 1);
    }
}

#[tokio::test]
async fn an_answer_that_began_and_said_nothing_costs_nothing_either() {
    let role = "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
    let begun = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"1\",\"role\":\"assistant\",\
                 \"content\":[],\"usage\":{\"input_tokens\":7,\"output_tokens\":1}}}\n\n";
    for (path, model, first) in [
        ("/v1/chat/completions", "m", role),
        ("/v1/messages", "claude", begun),
    ] {
        let (fake, mut told) = silent(first).await;
        let (deck, key) = before(&fake).await;
        let response = ask(&deck, &key, path, model, true).await.unwrap();
        assert_eq!(response.status(), 200);
        drop(response);
        left_alone(&deck, &mut told, true).await;
    }
    // Half a document is no answer.
    let (fake, mut told) = silent("{\"choices\":[{\"index\":0,").await;
    let (deck, key) = before(&fake).await;
    let waiting = tokio::spawn(ask(&deck, &key, "/v1/chat/completions", "m", false));
    until(|| async { (!fake.paths().is_empty()).then_some(()) }).await;
    waiting.abort();
    left_alone(&deck, &mut told, false).await;
}

#[tokio::test]
async fn who_leaves_while_a_second_channel_is_asked_leaves_the_way_in_the_log() {
    let error = json!({"error": {"message": "out of order", "type": "server_error"}});
    let broken = Fake::start(move |_| json_response(500, &error)).await;
    let (fake, mut told) = silent("").await;
    let (deck, key) = before(&fake).await;
    deck.add_channel(json!({"base_url": broken.base, "models": "m", "priority": 9}))
        .await;
    let waiting = tokio::spawn(deck.chat(&key, &hello("m", true)).send());
    until(|| async { (!fake.paths().is_empty()).then_some(()) }).await;
    waiting.abort();
    let row = left_alone(&deck, &mut told, true).await;
    let way = json!({"use_channel": ["5", row["channel"].to_string()]});
    assert_eq!(other(&row)["admin_info"], way, "{row}");
}

#[tokio::test]
async fn a_request_that_waits_when_the_relay_ends_has_a_row_that_says_so() {
    let (fake, _told) = silent("").await;
    let (mut deck, key) = before(&fake).await;
    let waiting = tokio::spawn(ask(&deck, &key, "/v1/chat/completions", "m", true));
    until(|| async { (!fake.paths().is_empty()).then_some(()) }).await;
    deck.close().await;
    assert!(waiting.await.unwrap().is_err(), "it was let go");
    deck.open().await;
    let row = deck.last_log().await;
    assert_eq!((&row["type"], &row["quota"]), (&json!(5), &json!(0)));
    assert_eq!(other(&row)["error_code"], "relay_stopping", "{row}");
    assert_eq!(deck.running.as_ref().unwrap().released(), 0);
}
