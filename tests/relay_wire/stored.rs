//! Stored responses: fetched, listed, cancelled and deleted at the upstream that keeps them; told where nobody does.

use serde_json::{Value, json};

use crate::fake::{Call, Fake, before};
use crate::relay_support::{Deck, json_of, json_response};

fn keeper(call: &Call) -> axum::response::Response {
    match call.path.split('?').next().unwrap_or_default() {
        "/v1/responses/resp_1" => json_response(
            200,
            &json!({"id": "resp_1", "object": "response", "odd": [1.0], "path": call.path}),
        ),
        "/v1/responses/resp_1/input_items" => json_response(
            200,
            &json!({"object": "list", "data": [], "path": call.path}),
        ),
        "/v1/responses/resp_1/cancel" => json_response(
            409,
            &json!({"error": {"message": "Only background responses can be cancelled, upstream-secret", "type": "invalid_request_error"}}),
        ),
        _ => json_response(
            404,
            &json!({"error": {"message": "Response with id not found.", "type": "invalid_request_error"}}),
        ),
    }
}

async fn ask(deck: &Deck, method: &str, path: &str, key: &str) -> (u16, Value) {
    let url = format!("{}/v1/responses/{path}", deck.base);
    let request = deck.client.request(method.parse().unwrap(), url);
    let response = request.bearer_auth(key).send().await.unwrap();
    (response.status().as_u16(), json_of(response).await)
}

#[tokio::test]
async fn what_an_upstream_keeps_is_had_from_it() {
    let fake = Fake::start(keeper).await;
    let (deck, key) = before(&fake, 1, json!({"endpoints": "openai-response"})).await;
    let (status, told) = ask(&deck, "GET", "resp_1?include[]=a&token=secret&odd=1", &key).await;
    assert_eq!((status, &told["odd"]), (200, &json!([1.0])));
    assert_eq!(
        told["path"], "/v1/responses/resp_1?include[]=a",
        "the rest of the query stays here"
    );
    assert_eq!(
        fake.last().headers["authorization"],
        "Bearer upstream-secret"
    );
    let (status, told) = ask(&deck, "GET", "resp_1/input_items?limit=5&after=x", &key).await;
    assert_eq!(
        (status, &told["path"]),
        (
            200,
            &json!("/v1/responses/resp_1/input_items?limit=5&after=x")
        )
    );
    assert_eq!(ask(&deck, "DELETE", "resp_1", &key).await.0, 200);
    let (status, told) = ask(&deck, "POST", "resp_1/cancel", &key).await;
    assert_eq!(status, 409, "{told}");
    assert!(!told.to_string().contains("upstream-secret"), "{told}");
    let (status, told) = ask(&deck, "GET", "resp_2", &key).await;
    assert_eq!(
        (status, &told["error"]["code"]),
        (404, &json!("response_not_found"))
    );
    assert_eq!(deck.own().await["used_quota"], 0);
}

#[tokio::test]
async fn where_nobody_keeps_any_it_is_told() {
    let fake = Fake::start(keeper).await;
    let (deck, key) = before(&fake, 14, json!({})).await;
    let (status, told) = ask(&deck, "GET", "resp_1", &key).await;
    assert_eq!(
        (status, &told["error"]["code"]),
        (404, &json!("response_not_found"))
    );
    assert!(
        told["error"]["message"]
            .as_str()
            .unwrap()
            .contains("send the whole conversation")
    );
    assert!(fake.paths().is_empty());
    assert_eq!(ask(&deck, "GET", "resp_1", "sk-nobody").await.0, 401);
    for path in ["a%2F..%2Fb", "x?stream=true", "a.b"] {
        assert_eq!(ask(&deck, "GET", path, &key).await.0, 400, "{path}");
    }
}

#[tokio::test]
async fn what_was_learned_of_an_upstream_is_known_after_a_restart() {
    let plain = |call: &Call| match call.path.as_str() {
        "/v1/chat/completions" => json_response(
            200,
            &json!({"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}}], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}),
        ),
        _ => json_response(404, &json!({"detail": "Not Found"})),
    };
    let fake = Fake::start(plain).await;
    let (mut deck, key) = before(&fake, 1, json!({})).await;
    let respond = |base: String, client: reqwest::Client, key: String| async move {
        let asked = client.post(format!("{base}/v1/responses")).bearer_auth(key);
        let asked = asked.json(&json!({"model": "m", "input": "x"}));
        assert_eq!(asked.send().await.unwrap().status(), 200);
    };
    respond(deck.base.clone(), deck.client.clone(), key.clone()).await;
    assert_eq!(fake.paths(), ["/v1/responses", "/v1/chat/completions"]);
    deck.close().await;
    deck.open().await;
    respond(deck.base.clone(), deck.client.clone(), key.clone()).await;
    assert_eq!(
        fake.paths()[2..],
        ["/v1/chat/completions"],
        "it need not be tried again"
    );
    // A channel that leads elsewhere is another one.
    let row = deck.get("/api/channel/").await["data"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["type"] == 1)
        .unwrap()["id"]
        .clone();
    let changed = deck
        .as_owner("PUT", "/api/channel/")
        .json(&json!({"id": row, "key": "another-secret"}));
    assert_eq!(
        json_of(changed.send().await.unwrap()).await["success"],
        true
    );
    deck.close().await;
    deck.open().await;
    respond(deck.base.clone(), deck.client.clone(), key).await;
    assert_eq!(fake.paths()[3..], ["/v1/responses", "/v1/chat/completions"]);
}
