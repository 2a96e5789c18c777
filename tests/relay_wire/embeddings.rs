//! `/v1/embeddings`: straight through, billed by the prompt.

use serde_json::{Value, json};

use crate::fake::{Fake, before};
use crate::relay_support::{Deck, charge_by_row, json_of, json_response, other};

fn ask(deck: &Deck, key: &str, body: &Value) -> reqwest::RequestBuilder {
    deck.client
        .post(format!("{}/v1/embeddings", deck.base))
        .bearer_auth(key)
        .json(body)
}

#[tokio::test]
async fn vectors_pass_unchanged_and_cost_their_prompt() {
    let answer = json!({"object": "list", "model": "text-embed", "odd": 1, "data": [{"object": "embedding", "index": 0, "embedding": "AACAPw=="}],
        "usage": {"prompt_tokens": 1000, "total_tokens": 1000}});
    let told = answer.clone();
    let fake = Fake::start(move |_| json_response(200, &told)).await;
    let (deck, key) = before(&fake, 1, json!({})).await;
    let body = json!({"model": "text-embed", "input": ["a", "b"], "encoding_format": "base64", "dimensions": 8, "odd": null});
    let read = json_of(ask(&deck, &key, &body).send().await.unwrap()).await;
    assert_eq!(read, answer);
    assert_eq!(
        (fake.last().path.as_str(), fake.last().body),
        ("/v1/embeddings", body)
    );
    let log = deck.last_log().await;
    // 1000 at 2 dollars a million: 0.002 dollars, 1000 units.
    assert_eq!(
        (&log["quota"], &log["completion_tokens"]),
        (&json!(1_000), &json!(0))
    );
    assert_eq!(other(&log)["request_path"], "/v1/embeddings");
    assert_eq!(charge_by_row(&log), 1_000);
    assert_eq!(deck.own().await["used_quota"], 1_000);
}

#[tokio::test]
async fn a_server_that_reports_nothing_is_counted() {
    let fake = Fake::start(|_| {
        json_response(
            200,
            &json!({"object": "list", "data": [{"embedding": [0.5]}]}),
        )
    })
    .await;
    let (deck, key) = before(&fake, 1, json!({})).await;
    for (input, tokens) in [
        (json!("The quick brown fox"), 4),
        (json!([[1, 2, 3], [4, 5]]), 5),
    ] {
        let body = json!({"model": "text-embed", "input": input});
        let read = json_of(ask(&deck, &key, &body).send().await.unwrap()).await;
        assert_eq!(
            read["usage"],
            json!({"prompt_tokens": tokens, "total_tokens": tokens})
        );
        let log = deck.last_log().await;
        assert_eq!(log["prompt_tokens"], tokens);
        assert_eq!(other(&log)["usage_source"], "counted");
        assert!(log["quota"].as_i64().unwrap() > 0);
    }
}

#[tokio::test]
async fn what_cannot_be_embedded_is_refused_and_the_list_says_what_can() {
    let fake = Fake::start(|_| json_response(500, &json!({}))).await;
    let (deck, key) = before(&fake, 1, json!({})).await;
    let none = ask(&deck, &key, &json!({"model": "text-embed"}))
        .send()
        .await
        .unwrap();
    assert_eq!(none.status(), 400);
    // The models built in speak chat and nothing else would come of it.
    let lab = json!({"model": "relaydeck-lab", "input": "x"});
    let lab = ask(&deck, &key, &lab).send().await.unwrap();
    assert_eq!(lab.status(), 404);
    let error = json_of(lab).await["error"].clone();
    assert_eq!(error["code"], "endpoint_not_supported");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("/v1/chat/completions"),
        "{error}"
    );
    let list: Value = deck
        .client
        .get(format!("{}/v1/models", deck.base))
        .bearer_auth(&key)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let types = |name: &str| {
        let rows = list["data"].as_array().unwrap();
        let row = rows.iter().find(|row| row["id"] == name).unwrap();
        row["supported_endpoint_types"].clone()
    };
    assert_eq!(types("text-embed"), json!(["embeddings"]));
    assert_eq!(
        types("m"),
        json!(["openai", "anthropic", "openai-response", "gemini"])
    );
    assert_eq!(
        types("relaydeck-lab"),
        json!(["openai", "anthropic", "openai-response", "gemini"])
    );
    let pricing = deck.get("/api/pricing").await;
    assert_eq!(
        pricing["supported_endpoint"]["embeddings"]["path"],
        "/v1/embeddings"
    );
    assert_eq!(
        pricing["supported_endpoint"]["gemini"]["path"],
        "/v1beta/models/{model}:generateContent"
    );
}
