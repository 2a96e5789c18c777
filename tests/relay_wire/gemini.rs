//! `/v1beta/models…`: straight through to channels of type 24 (whole, streamed, counted, embedded), translated to all others and
//! to the models built in; errors in Google's shape.

use serde_json::{Value, json};

use crate::fake::{Call, Fake, before};
use crate::relay_support::{
    Deck, charge_by_row, json_of, json_response, other, stream_response, text_response,
};

fn part(text: &str, finish: Value) -> Value {
    json!({"candidates": [{"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": finish, "index": 0}],
        "usageMetadata": {"promptTokenCount": 120, "cachedContentTokenCount": 100, "candidatesTokenCount": 40, "thoughtsTokenCount": 10, "totalTokenCount": 170},
        "modelVersion": "theirs", "odd": {"a": null}})
}

fn stream() -> Vec<String> {
    [
        part("The quick ", Value::Null),
        part("brown fox", json!("STOP")),
    ]
    .iter()
    .map(|data| format!("data: {data}\r\n\r\n"))
    .collect()
}

fn google(call: &Call) -> axum::response::Response {
    match call.path.as_str() {
        "/v1beta/models?pageSize=1000" => json_response(
            200,
            &json!({"models": [{"name": "models/one", "supportedGenerationMethods": ["generateContent"]}], "nextPageToken": "2"}),
        ),
        "/v1beta/models?pageSize=1000&pageToken=2" => json_response(
            200,
            &json!({"models": [{"name": "models/two-embed", "supportedGenerationMethods": ["embedContent"]}]}),
        ),
        "/v1beta/models/theirs:generateContent" | "/v1beta/models/one:generateContent" => {
            json_response(200, &part("Hi", json!("STOP")))
        }
        "/v1beta/models/theirs:streamGenerateContent?alt=sse" => {
            let pieces = stream();
            stream_response(&pieces.iter().map(String::as_str).collect::<Vec<_>>())
        }
        "/v1beta/models/theirs:countTokens" => json_response(200, &json!({"totalTokens": 7})),
        "/v1beta/models/text-embed:embedContent" => {
            json_response(200, &json!({"embedding": {"values": [0.5]}}))
        }
        other => text_response(404, "text/html", format!("<html>{other}</html>")),
    }
}

fn post(deck: &Deck, path: &str, body: &Value) -> reqwest::RequestBuilder {
    deck.client
        .post(format!("{}/v1beta/models/{path}", deck.base))
        .json(body)
}

fn hello() -> Value {
    json!({"contents": [{"role": "user", "parts": [{"text": "Hello"}]}], "generationConfig": {"maxOutputTokens": 100}, "odd": [1.0]})
}

async fn billed(deck: &Deck) {
    let log = deck.last_log().await;
    assert_eq!(
        (&log["prompt_tokens"], &log["completion_tokens"]),
        (&json!(120), &json!(50))
    );
    assert_eq!(other(&log)["cache_tokens"], 100);
    assert_eq!(log["quota"], charge_by_row(&log));
    assert!(log["quota"].as_i64().unwrap() > 0);
}

#[tokio::test]
async fn whole_and_streamed_answers_pass_unchanged_with_each_way_to_give_the_key() {
    let fake = Fake::start(google).await;
    let (deck, key) = before(&fake, 24, json!({})).await;
    let whole = post(&deck, "m:generateContent", &hello()).header("x-goog-api-key", &key);
    assert_eq!(
        json_of(whole.send().await.unwrap()).await,
        part("Hi", json!("STOP"))
    );
    billed(&deck).await;
    let call = fake.last();
    assert_eq!(call.body, hello());
    assert_eq!(call.headers["x-goog-api-key"], "upstream-secret");
    assert!(!call.headers.contains_key("authorization"));

    let streamed = post(
        &deck,
        &format!("m:streamGenerateContent?alt=sse&key={key}"),
        &hello(),
    );
    let response = streamed.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.text().await.unwrap(), stream().concat());
    billed(&deck).await;
    assert!(
        !fake.last().path.contains(&key),
        "the client's key goes no further"
    );

    let named = post(&deck, "models/m:generateContent", &hello()).bearer_auth(&key);
    assert_eq!(named.send().await.unwrap().status(), 200);
    let version_one = deck
        .client
        .post(format!("{}/v1/models/m:generateContent", deck.base))
        .json(&hello())
        .bearer_auth(&key);
    assert_eq!(version_one.send().await.unwrap().status(), 200);
    let sum = deck.get("/api/log/self/stat").await["data"]["quota"].clone();
    assert_eq!(deck.own().await["used_quota"], sum);
}

#[tokio::test]
async fn tokens_are_counted_by_the_upstream_for_nothing_and_vectors_are_billed() {
    let fake = Fake::start(google).await;
    let (deck, key) = before(&fake, 24, json!({})).await;
    let counted = post(&deck, "m:countTokens", &hello()).bearer_auth(&key);
    assert_eq!(
        json_of(counted.send().await.unwrap()).await,
        json!({"totalTokens": 7})
    );
    assert_eq!(deck.own().await["used_quota"], 0);
    let body =
        json!({"content": {"parts": [{"text": "The quick brown fox jumps over the lazy dog"}]}});
    let embedded = post(&deck, "text-embed:embedContent", &body).bearer_auth(&key);
    let answer = json_of(embedded.send().await.unwrap()).await;
    assert_eq!(answer["embedding"]["values"], json!([0.5]));
    let log = deck.last_log().await;
    assert!(log["prompt_tokens"].as_i64().unwrap() >= 9, "{log}");
    assert!(log["quota"].as_i64().unwrap() > 0);
}

#[tokio::test]
async fn models_are_listed_fetched_and_tested() {
    let fake = Fake::start(google).await;
    let (deck, key) = before(&fake, 24, json!({"models": ""})).await;
    let list = |path: &str| {
        let request = deck.client.get(format!("{}{path}", deck.base));
        let request = request.header("x-goog-api-key", &key);
        async move { json_of(request.send().await.unwrap()).await }
    };
    let listed = list("/v1beta/models?pageSize=50").await;
    let names: Vec<&str> = listed["models"]
        .as_array()
        .unwrap()
        .iter()
        .map(|model| model["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "models/one",
            "models/relaydeck-handbook",
            "models/relaydeck-lab",
            "models/two-embed"
        ]
    );
    assert_eq!(
        listed["models"][3]["supportedGenerationMethods"][0],
        "embedContent"
    );
    assert_eq!(list("/v1beta/models/one").await["name"], "models/one");
    assert_eq!(
        list("/v1beta/models/models/one").await["baseModelId"],
        "one"
    );
    let missing = list("/v1beta/models/none").await;
    assert_eq!(missing["error"]["status"], "NOT_FOUND");
    let row = deck.get("/api/channel/").await["data"]["items"][0].clone();
    assert_eq!(
        (&row["type"], &row["models"]),
        (&json!(24), &json!("one,two-embed"))
    );
    let tested = deck.get(&format!("/api/channel/test/{}", row["id"])).await;
    assert_eq!(tested["success"], true, "{tested}");
    let listed = list("/v1/models").await;
    let row = listed["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == "one")
        .unwrap();
    assert_eq!(row["supported_endpoint_types"], json!(["gemini"]));
}

#[tokio::test]
async fn errors_have_googles_shape() {
    let fake = Fake::start(|call| {
        if call.path.contains("stream") {
            return stream_response(&["data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"The quick\"}]}}]}\n\n"]);
        }
        json_response(429, &json!({"error": {"code": 429, "message": "Quota exceeded for upstream-secret", "status": "RESOURCE_EXHAUSTED", "details": []}}))
    })
    .await;
    let (deck, key) = before(&fake, 24, json!({})).await;
    for (path, key, status, word) in [
        ("m:generateContent", "sk-nobody", 401, "UNAUTHENTICATED"),
        ("m:generateContent", key.as_str(), 429, "RESOURCE_EXHAUSTED"),
        ("nothing:generateContent", &key, 503, "UNAVAILABLE"),
        ("relaydeck-lab:embedContent", &key, 404, "NOT_FOUND"),
        ("m:predict", &key, 404, "NOT_FOUND"),
        ("m", &key, 404, "NOT_FOUND"),
    ] {
        let response = post(&deck, path, &hello())
            .bearer_auth(key)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), status, "{path}");
        let error = json_of(response).await["error"].clone();
        assert_eq!(
            (&error["code"], &error["status"]),
            (&json!(status), &json!(word)),
            "{error}"
        );
        let message = error["message"].as_str().unwrap();
        assert!(
            message.contains("request id") && !message.contains("upstream-secret"),
            "{message}"
        );
    }
    let empty = post(&deck, "m:generateContent", &json!({})).bearer_auth(&key);
    assert_eq!(
        json_of(empty.send().await.unwrap()).await["error"]["status"],
        "INVALID_ARGUMENT"
    );
    assert_eq!(deck.own().await["used_quota"], 0);

    let cut = post(&deck, "m:streamGenerateContent?alt=sse", &hello()).bearer_auth(&key);
    let text = cut.send().await.unwrap().text().await.unwrap();
    let last = text.trim_end().rsplit("data: ").next().unwrap();
    let last: Value = serde_json::from_str(last).unwrap();
    assert_eq!(last["error"]["status"], "UNAVAILABLE", "{last}");
    let log = deck.last_log().await;
    assert_eq!(
        (&log["completion_tokens"], &log["quota"]),
        (&json!(2), &deck.own().await["used_quota"])
    );
}

#[tokio::test]
async fn a_model_of_gemini_is_told_where_to_be_called() {
    let fake = Fake::start(google).await;
    let (deck, key) = before(&fake, 24, json!({})).await;
    let chat = deck.chat(
        &key,
        &json!({"model": "m", "messages": [{"role": "user", "content": "x"}]}),
    );
    let response = chat.send().await.unwrap();
    assert_eq!(response.status(), 404);
    let message = json_of(response).await["error"]["message"].to_string();
    assert!(
        message.contains("/v1beta/models/m:generateContent"),
        "{message}"
    );
    assert!(fake.paths().is_empty());
}

/// The chunks of a stream; every line that is not empty must hold one, as Google's readers want it.
fn chunks(text: &str) -> Vec<Value> {
    let lines = text.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let data = line
                .strip_prefix("data: ")
                .unwrap_or_else(|| panic!("{line:?}"));
            serde_json::from_str(data).unwrap()
        })
        .collect()
}

fn said(chunks: &[Value]) -> String {
    let parts = chunks
        .iter()
        .map(|chunk| &chunk["candidates"][0]["content"]["parts"][0]["text"]);
    parts.map(|text| text.as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_models_built_in_answer_geminis_clients_too() {
    let deck = Deck::start().await;
    let key = deck.owner.first_key.expose().to_owned();
    let ask = json!({"contents": [{"parts": [{"text": "What is a group of a relay?"}]}]});
    let ask_for = |path: &str| post(&deck, path, &ask).header("x-goog-api-key", &key);
    let whole = json_of(
        ask_for("relaydeck-handbook:generateContent")
            .send()
            .await
            .unwrap(),
    )
    .await;
    let text = said(std::slice::from_ref(&whole));
    assert!(text.contains("group"), "{whole}");
    assert_eq!(whole["candidates"][0]["finishReason"], "STOP");
    assert_eq!(whole["modelVersion"], "relaydeck-handbook");

    let streamed = ask_for("relaydeck-handbook:streamGenerateContent?alt=sse")
        .send()
        .await
        .unwrap();
    assert_eq!(streamed.headers()["content-type"], "text/event-stream");
    let chunks = chunks(&streamed.text().await.unwrap());
    assert_eq!(said(&chunks), text);
    let usage = &chunks.last().unwrap()["usageMetadata"];
    let log = deck.last_log().await;
    assert_eq!(
        (&usage["promptTokenCount"], &usage["candidatesTokenCount"]),
        (&log["prompt_tokens"], &log["completion_tokens"])
    );
    assert_eq!(log["quota"], charge_by_row(&log));
    assert!(log["quota"].as_i64().unwrap() > 0);

    let counted = json_of(
        ask_for("relaydeck-handbook:countTokens")
            .send()
            .await
            .unwrap(),
    )
    .await;
    assert!(counted["totalTokens"].as_u64().unwrap() > 5, "{counted}");
    let spent = deck.get("/api/log/self/stat").await["data"]["quota"].clone();
    assert_eq!(
        deck.own().await["used_quota"],
        spent,
        "counting costs nothing"
    );

    let fault = json!({"contents": [{"parts": [{"text": "[[fault=429]]"}]}]});
    let refused = post(&deck, "relaydeck-lab:generateContent", &fault).bearer_auth(&key);
    let refused = refused.send().await.unwrap();
    assert_eq!(refused.status(), 429);
    assert_eq!(
        json_of(refused).await["error"]["status"],
        "RESOURCE_EXHAUSTED"
    );
}

#[tokio::test]
async fn a_gemini_client_is_translated_for_chat_and_anthropic_upstreams() {
    let chat = |call: &Call| match call.body["stream"] == true {
        false => json_response(
            200,
            &json!({"object": "chat.completion", "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}}], "usage": {"prompt_tokens": 100, "completion_tokens": 50}}),
        ),
        true => stream_response(&[
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"The quick \"}}]}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"brown fox\"},\"finish_reason\":\"stop\"}]}\n\n",
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":50}}\n\n",
            "data: [DONE]\n\n",
        ]),
    };
    let fake = Fake::start(chat).await;
    let (deck, key) = before(&fake, 1, json!({})).await;
    let whole = post(&deck, "m:generateContent", &hello()).bearer_auth(&key);
    let whole = json_of(whole.send().await.unwrap()).await;
    assert_eq!(said(std::slice::from_ref(&whole)), "Hi");
    assert_eq!(whole["usageMetadata"]["totalTokenCount"], 150);
    let call = fake.last();
    assert_eq!(
        (call.path.as_str(), &call.body["model"]),
        ("/v1/chat/completions", &json!("theirs"))
    );
    assert_eq!(call.body["max_tokens"], 100);
    let streamed = post(&deck, "m:streamGenerateContent?alt=sse", &hello()).bearer_auth(&key);
    let chunks = chunks(&streamed.send().await.unwrap().text().await.unwrap());
    assert_eq!(said(&chunks), "The quick brown fox");
    let log = deck.last_log().await;
    // 100 in at 2 dollars a million and 50 out at 8: 0.0006 dollars, 300 units.
    assert_eq!(
        (&log["quota"], &other(&log)["request_path"]),
        (
            &json!(300),
            &json!("/v1beta/models/{model}:generateContent")
        )
    );
    let embedded = post(
        &deck,
        "text-embed:embedContent",
        &json!({"content": {"parts": [{"text": "x"}]}}),
    )
    .bearer_auth(&key);
    assert_eq!(
        embedded.send().await.unwrap().status(),
        404,
        "vectors are not translated"
    );
    let refused =
        json!({"contents": [{"parts": [{"text": "x"}]}], "cachedContent": "cachedContents/1"});
    let refused = post(&deck, "m:generateContent", &refused)
        .bearer_auth(&key)
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 400);
    assert!(
        json_of(refused).await["error"]["message"]
            .as_str()
            .unwrap()
            .contains("cachedContent")
    );

    let claude = |_: &Call| {
        json_response(
            200,
            &json!({"type": "message", "role": "assistant", "model": "c", "stop_reason": "max_tokens", "content": [{"type": "text", "text": "Hello"}], "usage": {"input_tokens": 10, "output_tokens": 5}}),
        )
    };
    let fake = Fake::start(claude).await;
    let (deck, key) = before(&fake, 14, json!({})).await;
    let whole = post(&deck, "m:generateContent", &hello()).bearer_auth(&key);
    let whole = json_of(whole.send().await.unwrap()).await;
    assert_eq!(said(std::slice::from_ref(&whole)), "Hello");
    assert_eq!(whole["candidates"][0]["finishReason"], "MAX_TOKENS");
    assert_eq!(fake.last().path, "/v1/messages");
}
