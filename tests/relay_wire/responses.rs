//! `/v1/responses` straight through to channels that speak it, and the way back to the bridge for those that do not.

use serde_json::{Value, json};

use crate::fake::{Call, Fake, before};
use crate::relay_support::{
    DONE, Deck, STOP, USAGE, charge_by_row, chunk, json_of, json_response, other, stream_response,
    text_response,
};

const LAST: &str = "response.completed";

fn event(data: &Value) -> String {
    format!(
        "event: {}\ndata: {data}\n\n",
        data["type"].as_str().unwrap()
    )
}

fn document(status: &str) -> Value {
    json!({"id": "resp_1", "object": "response", "status": status, "error": null, "model": "theirs", "odd": {"a": null},
        "output": [{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": "The quick brown fox", "annotations": []}]}],
        "usage": {"input_tokens": 120, "input_tokens_details": {"cached_tokens": 100}, "output_tokens": 50,
            "output_tokens_details": {"reasoning_tokens": 10}, "total_tokens": 170}})
}

/// A stream as OpenAI sends it, with members that nobody knows.
fn stream(end: &str) -> Vec<String> {
    [
        json!({"type": "response.created", "sequence_number": 0, "response": {"id": "resp_1", "status": "in_progress", "output": [], "usage": null, "error": null}}),
        json!({"type": "response.output_item.added", "sequence_number": 1, "output_index": 0, "item": {"type": "message", "content": []}}),
        json!({"type": "response.output_text.delta", "sequence_number": 2, "delta": "The quick ", "obfuscation": "x9"}),
        json!({"type": "response.output_text.delta", "sequence_number": 3, "delta": "brown fox"}),
        json!({"type": end, "sequence_number": 4, "response": document(end.trim_start_matches("response."))}),
    ]
    .iter()
    .map(event)
    .collect()
}

fn streamed(pieces: &[String]) -> axum::response::Response {
    let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
    stream_response(&pieces)
}

async fn ask(deck: &Deck, key: &str, body: &Value) -> reqwest::Response {
    deck.client
        .post(format!("{}/v1/responses", deck.base))
        .bearer_auth(key)
        .json(body)
        .send()
        .await
        .unwrap()
}

/// A request with what only Responses knows.
fn native(stream: bool) -> Value {
    json!({"model": "m", "stream": stream, "input": "Hello", "tools": [{"type": "web_search"}], "store": false,
        "prompt": {"id": "pmpt_1"}, "vendor_thing": [1.0]})
}

async fn billed(deck: &Deck, prompt: i64, output: i64) {
    let log = deck.last_log().await;
    assert_eq!(
        (&log["prompt_tokens"], &log["completion_tokens"]),
        (&json!(prompt), &json!(output)),
        "{log}"
    );
    assert_eq!(other(&log)["request_path"], "/v1/responses");
    assert_eq!(log["quota"], charge_by_row(&log));
    assert!(log["quota"].as_i64().unwrap() > 0);
    let sum = deck.get("/api/log/self/stat").await["data"]["quota"].clone();
    assert_eq!(deck.own().await["used_quota"], sum);
}

fn openai(call: &Call) -> axum::response::Response {
    assert_eq!(call.path, "/v1/responses");
    if call.body["stream"] == true {
        streamed(&stream(LAST))
    } else {
        json_response(200, &document("completed"))
    }
}

#[tokio::test]
async fn what_openai_sends_passes_unchanged_and_is_billed_by_its_last_event() {
    let fake = Fake::start(openai).await;
    let (deck, key) = before(&fake, 1, json!({})).await;
    let response = ask(&deck, &key, &native(true)).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.text().await.unwrap(), stream(LAST).concat());
    billed(&deck, 120, 50).await;
    assert_eq!(other(&deck.last_log().await)["cache_tokens"], 100);
    let mut sent = native(true);
    sent["model"] = json!("theirs");
    assert_eq!(fake.last().body, sent);
    assert_eq!(
        fake.last().headers["authorization"],
        "Bearer upstream-secret"
    );

    let whole = json_of(ask(&deck, &key, &native(false)).await).await;
    assert_eq!(whole, document("completed"));
    billed(&deck, 120, 50).await;
}

#[tokio::test]
async fn an_answer_that_is_cut_short_by_its_limit_is_whole() {
    let fake = Fake::start(|_| streamed(&stream("response.incomplete"))).await;
    let (deck, key) = before(&fake, 1, json!({"endpoints": "openai-response"})).await;
    let text = ask(&deck, &key, &native(true)).await.text().await.unwrap();
    assert_eq!(text, stream("response.incomplete").concat());
    billed(&deck, 120, 50).await;
}

#[tokio::test]
async fn pieces_may_be_cut_anywhere_and_the_end_waits_for_the_bill() {
    for size in [1, 7, 64] {
        let fake = Fake::start(move |_| {
            let whole = stream(LAST).concat();
            let pieces: Vec<String> = whole
                .as_bytes()
                .chunks(size)
                .map(|piece| String::from_utf8(piece.to_vec()).unwrap())
                .collect();
            streamed(&pieces)
        })
        .await;
        let (deck, key) = before(&fake, 1, json!({})).await;
        let text = ask(&deck, &key, &native(true)).await.text().await.unwrap();
        assert_eq!(text, stream(LAST).concat(), "{size}");
        // The client has the end, so the row is there: nothing is waited for.
        billed(&deck, 120, 50).await;
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_says_so_and_bills_what_came() {
    let failed = json!({"type": "response.failed", "sequence_number": 4, "response": {"id": "resp_1", "status": "failed",
        "error": {"code": "server_error", "message": "It broke, upstream-secret: <\nsk-of-somebody-behind-it"},
        "output": [{"type": "message", "content": [{"type": "output_text", "text": "export KEY=sk-your-own-key-here"}]}], "usage": null}});
    for end in [String::new(), event(&failed)] {
        let mut pieces = stream(LAST);
        pieces.truncate(4);
        pieces.push(end.clone());
        let fake = Fake::start(move |_| streamed(&pieces)).await;
        let (deck, key) = before(&fake, 1, json!({})).await;
        let text = ask(&deck, &key, &native(true)).await.text().await.unwrap();
        let last = text.trim_end().rsplit("\n\n").next().unwrap();
        let (name, data) = last.split_once('\n').unwrap();
        let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(data["sequence_number"], 4, "{data}");
        assert!(!text.contains("upstream-secret") && !text.contains("sk-of-somebody-behind-it"));
        if end.is_empty() {
            assert_eq!((name, &data["type"]), ("event: error", &json!("error")));
            let error = data["error"]["message"].as_str().unwrap();
            assert!(error.contains("before it was complete"), "{error}");
        } else {
            assert_eq!(name, "event: response.failed");
            assert_eq!(data["response"]["error"]["code"], "server_error");
            let said = &data["response"]["output"][0]["content"][0]["text"];
            assert_eq!(
                said, "export KEY=sk-your-own-key-here",
                "an answer's words are its own"
            );
        }
        let log = deck.last_log().await;
        assert_eq!(other(&log)["usage_source"], "counted");
        assert_eq!(log["completion_tokens"], 4, "{log}");
        assert_eq!(deck.own().await["used_quota"], log["quota"]);
    }
}

#[tokio::test]
async fn who_does_not_speak_it_is_asked_once_and_bridged_from_then_on() {
    for unspoken in [
        || {
            json_response(
                404,
                &json!({"error": {"message": "Invalid URL (POST /v1/responses)", "type": "invalid_request_error"}}),
            )
        },
        || text_response(404, "text/plain", "404 page not found"),
        || text_response(200, "text/html", "<html>Welcome</html>"),
        || {
            json_response(
                200,
                &json!({"error": "Unexpected endpoint or method. (POST /v1/responses)"}),
            )
        },
        || text_response(405, "text/html", "<html>405</html>"),
    ] {
        let fake = Fake::start(move |call| {
            if call.path == "/v1/responses" {
                return unspoken();
            }
            stream_response(&[&chunk("Hel"), &chunk("lo"), STOP, USAGE, DONE])
        })
        .await;
        let (deck, key) = before(&fake, 1, json!({})).await;
        let body = json!({"model": "m", "input": "Hello", "stream": true});
        for _ in 0..2 {
            let text = ask(&deck, &key, &body).await.text().await.unwrap();
            assert!(text.contains("event: response.completed"), "{text}");
            billed(&deck, 100, 50).await;
        }
        let once = [
            "/v1/responses",
            "/v1/chat/completions",
            "/v1/chat/completions",
        ];
        assert_eq!(fake.paths(), once);
        // A change of anything else is no reason to ask again; a long time is.
        let id = deck.get("/api/channel/").await["data"]["items"][0]["id"].clone();
        deck.send("PUT", "/api/channel/", &json!({"id": id, "priority": 3}))
            .await;
        ask(&deck, &key, &body).await.text().await.unwrap();
        assert_eq!(fake.paths().last().unwrap(), "/v1/chat/completions");
        deck.advance(2 * 60 * 60);
        ask(&deck, &key, &body).await.text().await.unwrap();
        assert_eq!(fake.paths()[4..], ["/v1/responses", "/v1/chat/completions"]);
        // What only Responses can mean is refused then, and costs nothing.
        let refused = ask(&deck, &key, &native(true)).await;
        assert_eq!(refused.status(), 400);
    }
}

#[tokio::test]
async fn a_refusal_that_means_the_request_is_told_and_teaches_nothing() {
    let fake = Fake::start(|call| {
        if call.body["input"] == "wrong" {
            return json_response(404, &json!({"error": {"message": "The model `theirs` does not exist", "code": "model_not_found", "type": "invalid_request_error"}}));
        }
        openai(call)
    })
    .await;
    let (deck, key) = before(&fake, 1, json!({})).await;
    let wrong = ask(&deck, &key, &json!({"model": "m", "input": "wrong"})).await;
    assert_eq!(wrong.status(), 404);
    assert_eq!(json_of(wrong).await["error"]["code"], "model_not_found");
    let whole = json_of(ask(&deck, &key, &native(false)).await).await;
    assert_eq!(whole["id"], "resp_1");
    assert_eq!(fake.paths(), ["/v1/responses", "/v1/responses"]);
}

#[tokio::test]
async fn its_owner_can_say_what_a_channel_speaks() {
    let fake = Fake::start(|call| {
        if call.path == "/v1/messages" {
            return json_response(200, &json!({"type": "message", "content": [{"type": "text", "text": "Hi"}], "stop_reason": "end_turn",
                "usage": {"input_tokens": 3, "output_tokens": 2}}));
        }
        json_response(200, &json!({"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": 2}}))
    })
    .await;
    let (deck, key) = before(&fake, 1, json!({"endpoints": "openai,anthropic"})).await;
    let row = deck.get("/api/channel/").await["data"]["items"][0].clone();
    assert_eq!(row["endpoints"], "openai,anthropic");
    // It was said what it speaks, so nothing is tried.
    ask(&deck, &key, &json!({"model": "m", "input": "Hello"})).await;
    assert_eq!(fake.paths(), ["/v1/chat/completions"]);
    let message = crate::relay_support::messages::ask("m", "Hello", false);
    crate::relay_support::messages::post(&deck, &key, &message)
        .send()
        .await
        .unwrap();
    assert_eq!(fake.last().path, "/v1/messages");
    assert_eq!(
        fake.last().headers["authorization"],
        "Bearer upstream-secret"
    );
    for wrong in ["gemini", "chat"] {
        let told = deck
            .send(
                "PUT",
                "/api/channel/",
                &json!({"id": row["id"], "endpoints": wrong}),
            )
            .await;
        assert_eq!(told["success"], false, "{told}");
    }
}

#[tokio::test]
async fn an_answer_whose_end_nobody_would_see_is_refused() {
    let fake = Fake::start(openai).await;
    let (deck, key) = before(&fake, 1, json!({})).await;
    let mut body = native(false);
    body["background"] = json!(true);
    let refused = ask(&deck, &key, &body).await;
    assert_eq!(refused.status(), 400);
    let message = json_of(refused).await["error"]["message"].to_string();
    assert!(message.contains("background"), "{message}");
    assert!(fake.paths().is_empty());
}
