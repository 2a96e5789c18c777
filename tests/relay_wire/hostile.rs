//! No request, upstream or channel makes the model API panic, hang, or answer a web page, in any of its protocols.
//! `RELAY_FUZZ` says how many times more is tried than usual: `RELAY_FUZZ=20 cargo test --test relay_wire hostile`.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::fake::Fake;
use crate::relay_support::{Deck, text_response};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

fn runner(cases: u32) -> TestRunner {
    let times = match std::env::var("RELAY_FUZZ") {
        Ok(text) => text.parse().expect("RELAY_FUZZ is a number"),
        Err(_) => 1,
    };
    TestRunner::new(Config {
        cases: cases.saturating_mul(times),
        failure_persistence: None,
        ..Config::default()
    })
}

/// Sends it and reads all of the answer: JSON or a stream, and no defect of ours.
async fn answered(request: reqwest::RequestBuilder) -> (u16, String) {
    let answer = async {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let kind = response.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            kind.starts_with("application/json") || kind == "text/event-stream",
            "{kind}"
        );
        assert!(response.headers().contains_key("x-oneapi-request-id"));
        let text = String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned();
        assert!(
            !text.contains("internal_error") && !text.contains("new_api_panic"),
            "{text}"
        );
        if kind != "text/event-stream" {
            serde_json::from_str::<Value>(&text).expect(&text);
        }
        (status, text)
    };
    tokio::time::timeout(Duration::from_secs(60), answer)
        .await
        .expect("it hangs")
}

/// Any JSON, small, with the words that requests are made of.
fn any_json() -> impl Strategy<Value = Value> {
    let words = select(vec![
        "user",
        "assistant",
        "system",
        "tool",
        "text",
        "image_url",
        "input_image",
        "tool_use",
        "tool_result",
        "function_call",
        "function_call_output",
        "message",
        "reasoning",
        "auto",
        "",
        "data:image/png;base64,AA==",
        "{\"a\":1}",
        "\u{0}\u{1b}[2J",
        "日本",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.prop_map(Value::from),
    ];
    let names = select(vec![
        "role",
        "content",
        "type",
        "text",
        "id",
        "name",
        "input",
        "arguments",
        "tool_calls",
        "function",
        "call_id",
        "output",
        "source",
        "image_url",
        "url",
        "parts",
        "inlineData",
        "tool_use_id",
        "tool_call_id",
        "parameters",
        "input_schema",
        "summary",
        "thinking",
    ]);
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..4).prop_map(|members| {
                let members = members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value));
                Value::Object(members.collect())
            }),
        ]
    })
}

/// The members of requests, in all protocols.
const MEMBERS: [&str; 34] = [
    "messages",
    "input",
    "contents",
    "system",
    "instructions",
    "tools",
    "tool_choice",
    "stream",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "temperature",
    "top_p",
    "stop",
    "stop_sequences",
    "thinking",
    "reasoning",
    "reasoning_effort",
    "response_format",
    "text",
    "n",
    "metadata",
    "generationConfig",
    "systemInstruction",
    "content",
    "requests",
    "background",
    "previous_response_id",
    "parallel_tool_calls",
    "encoding_format",
    "output_config",
    "store",
    "include",
];

#[test]
fn no_request_in_any_protocol() {
    let runtime = runtime();
    let (deck, key) = runtime.block_on(async {
        // The upstream answers every protocol in its own way, so that a request that passes is read to its end.
        let fake = Fake::start(|call| {
            let body = if call.path.contains("gemini") || call.path.contains(":") {
                json!({"candidates": [{"content": {"parts": [{"text": "hi"}]}, "finishReason": "STOP"}]})
            } else if call.path.contains("messages") {
                json!({"type": "message", "content": [{"type": "text", "text": "hi"}], "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 1}})
            } else if call.path.contains("responses") {
                json!({"object": "response", "status": "completed", "output": [], "usage": {"input_tokens": 1, "output_tokens": 1}})
            } else {
                json!({"choices": [{"message": {"content": "hi"}, "finish_reason": "stop"}], "data": [{"embedding": [1]}]})
            };
            text_response(200, "application/json", body.to_string())
        })
        .await;
        let deck = Deck::start().await;
        for (kind, models) in [(1, "o"), (14, "c"), (24, "g")] {
            deck.add_channel(json!({"type": kind, "key": "k", "base_url": fake.base, "models": models})).await;
        }
        let key = deck.owner.first_key.expose().to_owned();
        (deck, key)
    });
    let paths = select(vec![
        "/v1/chat/completions",
        "/v1/messages",
        "/v1/messages/count_tokens",
        "/v1/responses",
        "/v1/embeddings",
        "/v1beta/models/g:generateContent",
        "/v1beta/models/g:streamGenerateContent",
        "/v1beta/models/g:countTokens",
        "/v1beta/models/g:embedContent",
        "/v1beta/models/g",
        "/v1beta/models/%FF%00:generateContent",
        "/v1beta/models/:",
        "/v1/models/o:generateContent",
        "/v1beta/models",
        "/v1/models",
    ]);
    let body = (
        select(vec![
            "o",
            "c",
            "g",
            "relaydeck-lab",
            "relaydeck-handbook",
            "none",
            "",
        ]),
        prop::collection::vec((select(MEMBERS.to_vec()), any_json()), 0..8),
    );
    let headers = prop::collection::vec(
        (
            select(vec![
                "anthropic-version",
                "anthropic-beta",
                "x-api-key",
                "x-goog-api-key",
                "content-type",
                "accept",
                "content-encoding",
            ]),
            "[!-~]{0,30}",
        ),
        0..3,
    );
    let requests = (
        paths,
        body,
        headers,
        "[a-z]{0,6}(=[%0-9a-zA-Z&]{0,12})?",
        0_u8..10,
    );
    runner(300)
        .run(&requests, |(path, (model, members), headers, query, odd)| {
            let mut body = json!({"model": model, "messages": [{"role": "user", "content": "[[tokens=2 speed=0]] hi"}], "input": "hi",
                "contents": [{"parts": [{"text": "hi"}]}], "max_tokens": 9});
            for (name, value) in members {
                body[name] = value;
            }
            let mut text = body.to_string();
            if odd == 0 {
                text.truncate(text.len() / 2);
            }
            let method = if odd == 1 { "GET" } else { "POST" };
            runtime.block_on(async {
                let url = format!("{}{path}?{query}", deck.base);
                let mut request = deck.client.request(method.parse().unwrap(), url).bearer_auth(&key).body(text);
                for (name, value) in headers {
                    request = request.header(name, value);
                }
                answered(request).await;
            });
            Ok(())
        })
        .unwrap();
    let (status, _) = runtime.block_on(answered(
        deck.chat(&key, &crate::relay_support::hello("relaydeck-lab", false)),
    ));
    assert_eq!(status, 200);
}

/// Pieces of the streams of all protocols, right ones and wrong ones.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let events = select(vec![
        "data: ",
        "\n\n",
        "\r\n",
        "event: ",
        ": PING\n\n",
        "data: [DONE]\n\n",
        "<html>",
        "{\"error\":\"Unexpected endpoint\"}",
        "\u{feff}",
        "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":4294967296,\"function\":{\"arguments\":\"{\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\n",
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":-5,\"completion_tokens\":18446744073709551615}}\n\n",
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5}}}\n\n",
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":-1,\"content_block\":{\"type\":\"tool_use\",\"input\":[]}}\n\n",
        "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}}\n\n",
        "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":3}}\n\n",
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        "event: error\ndata: {\"type\":\"error\",\"error\":null}\n\n",
        "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":18446744073709551615,\"response\":{}}\n\n",
        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"hi\"}\n\n",
        "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":[],\"usage\":{\"input_tokens\":3,\"output_tokens\":1e300}}}\n\n",
        "event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":null}\n\n",
        "event: response.completed\n",
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hi\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":1e19}}\r\n\r\n",
        "data: {\"candidates\":{},\"promptFeedback\":{\"blockReason\":\"OTHER\"}}\n\n",
        "{\"object\":\"response\",\"status\":\"completed\",\"output\":[1,null,{\"type\":\"message\"}]}",
        "{\"data\":[],\"usage\":{\"prompt_tokens\":3}}",
        "{\"embedding\":{}}",
        "[{\"candidates\":[]}]",
    ]);
    prop_oneof![
        8 => events.prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..30),
    ]
}

#[test]
fn no_answer_of_an_upstream_in_any_protocol() {
    type Said = (u16, String, Vec<u8>);
    let runtime = runtime();
    let said: Arc<Mutex<Said>> = Arc::default();
    let (deck, key) = runtime.block_on(async {
        let told = Arc::clone(&said);
        let fake = Fake::start(move |_| {
            let (status, kind, bytes) = told.lock().unwrap().clone();
            text_response(status, &kind, bytes)
        })
        .await;
        let deck = Deck::start().await;
        for (kind, models) in [(1, "o"), (14, "c"), (24, "g")] {
            deck.add_channel(json!({"type": kind, "key": "k", "base_url": fake.base, "models": models, "prices": {"*": {"input": "2", "output": "8"}}})).await;
        }
        deck.add_channel(json!({"base_url": fake.base, "models": "r", "endpoints": "openai-response,anthropic", "prices": {"*": {"input": "2", "output": "8"}}})).await;
        let key = deck.owner.first_key.expose().to_owned();
        (deck, key)
    });
    let calls = select(vec![
        ("/v1/chat/completions", "o"),
        ("/v1/chat/completions", "c"),
        ("/v1/messages", "o"),
        ("/v1/messages", "c"),
        ("/v1/messages", "r"),
        ("/v1/responses", "o"),
        ("/v1/responses", "c"),
        ("/v1/responses", "r"),
        ("/v1/embeddings", "o"),
        ("/v1beta/models/g:generateContent", "g"),
        ("/v1beta/models/g:streamGenerateContent", "g"),
        ("/v1beta/models/g:countTokens", "g"),
        ("/v1beta/models/g:embedContent", "g"),
    ]);
    let kinds = select(vec![
        "text/event-stream",
        "application/json",
        "text/html",
        "",
    ]);
    let statuses = select(vec![
        200, 200, 200, 200, 201, 204, 302, 400, 404, 429, 500, 529,
    ]);
    let cases = (
        calls,
        prop::collection::vec(pieces(), 0..10),
        kinds,
        statuses,
        any::<bool>(),
    );
    runner(350)
        .run(&cases, |((path, model), pieces, kind, status, stream)| {
            *said.lock().unwrap() = (status, kind.to_owned(), pieces.concat());
            let body = json!({"model": model, "stream": stream, "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}], "input": "hi",
                "contents": [{"parts": [{"text": "hi"}]}], "content": {"parts": [{"text": "hi"}]}});
            runtime.block_on(async {
                let request = deck.client.post(format!("{}{path}", deck.base)).bearer_auth(&key).json(&body);
                answered(request).await;
            });
            Ok(())
        })
        .unwrap();
    let own = runtime.block_on(deck.own());
    let left = own["quota"].as_i64().unwrap() + own["used_quota"].as_i64().unwrap();
    assert_eq!(left, 5_000_000, "nothing is lost, whatever they said");
    let open: i64 = deck
        .database()
        .query_row("SELECT count(*) FROM reservations", [], |row| row.get(0))
        .unwrap();
    assert_eq!(open, 0);
}

#[test]
fn no_settings_of_a_channel() {
    let runtime = runtime();
    let (deck, key, base) = runtime.block_on(async {
        let fake = Fake::start(|_| text_response(200, "text/html", "<html>")).await;
        let deck = Deck::start().await;
        let key = deck.owner.first_key.expose().to_owned();
        (deck, key, fake.base)
    });
    let texts = || {
        select(vec![
            "",
            " ",
            "m",
            "m,m",
            ",,",
            "a/b:c@d",
            "日本",
            "\u{1b}[2J",
            "{\"m\":\"../x?y#z\"}",
            "{\"m\":\"\"}",
            "{\"m\":1}",
            "[]",
            "openai-response",
            "default",
            "nobody",
            "*",
            "../../etc",
            "\r\nx: y",
        ])
    };
    let addresses = select(vec![
        "", "/v1", "/a/b?c#d", "/%00", "/..", "/v1beta", "/v1/v1", "/ x",
    ]);
    let settings = (
        select(vec![1_i64, 14, 24, 0, -1, 1000]),
        addresses,
        (texts(), texts(), texts(), texts(), texts()),
        (any::<i64>(), any::<i64>(), any::<i64>()),
        any_json(),
    );
    runner(120)
        .run(&settings, |(kind, address, (name, models, mapping, endpoints, secret), (priority, weight, status), odd)| {
            let mut body = json!({"type": kind, "name": name, "key": secret, "base_url": format!("{base}{address}"), "models": models,
                "model_mapping": mapping, "endpoints": endpoints, "priority": priority, "weight": weight.rem_euclid(9), "status": 1, "prices": {}});
            match status.rem_euclid(5) {
                0 => body["group"] = odd,
                1 => body["prices"] = odd,
                2 => body["weight"] = odd,
                3 => body["models"] = odd,
                _ => {}
            }
            runtime.block_on(async {
                let (_, made) = answered(deck.as_owner("POST", "/api/channel/").json(&body)).await;
                let made: Value = serde_json::from_str(&made).unwrap();
                let row = &made["data"];
                let Some(id) = row["id"].as_i64() else { return };
                let model = row["models"].as_str().unwrap().split(',').next().unwrap().to_owned();
                for path in ["/v1/chat/completions", "/v1/messages", "/v1/responses", "/v1/embeddings"] {
                    let body = json!({"model": model, "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}], "input": "hi"});
                    let request = deck.client.post(format!("{}{path}", deck.base)).bearer_auth(&key).json(&body);
                    answered(request).await;
                }
                answered(deck.as_owner("GET", &format!("/api/channel/test/{id}"))).await;
                answered(deck.as_owner("GET", &format!("/api/channel/fetch_models/{id}"))).await;
                answered(deck.as_owner("DELETE", &format!("/api/channel/{id}"))).await;
            });
            Ok(())
        })
        .unwrap();
    let own = runtime.block_on(deck.own());
    assert_eq!(own["used_quota"], 0);
}
