//! What a client of Anthropic's says of its version and features goes on to an Anthropic upstream, and to no other.

use serde_json::json;

use crate::fake::{Fake, before};
use crate::relay_support::{json_response, messages};

#[tokio::test]
async fn versions_and_features_go_on_to_the_protocol_they_belong_to() {
    let answer = json!({"type": "message", "content": [{"type": "text", "text": "Hi"}], "stop_reason": "end_turn", "usage": {"input_tokens": 3, "output_tokens": 2},
        "choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}]});
    let fake = Fake::start(move |_| json_response(200, &answer)).await;
    let (deck, key) = before(&fake, 14, json!({})).await;
    let body = messages::ask("m", "Hello", false);
    let request = deck
        .client
        .post(format!("{}/v1/messages?beta=true&x=1", deck.base))
        .header("x-api-key", &key)
        .header("anthropic-version", "2099-01-01")
        .header("anthropic-beta", "one-2025,two-2025")
        .header("anthropic-beta", "three")
        .header("x-own", "stays here")
        .json(&body);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let call = fake.last();
    assert_eq!(call.path, "/v1/messages?beta=true");
    assert_eq!(call.headers["anthropic-version"], "2099-01-01");
    let features: Vec<_> = call.headers.get_all("anthropic-beta").iter().collect();
    assert_eq!(features, ["one-2025,two-2025", "three"]);
    assert_eq!(call.headers["x-api-key"], "upstream-secret");
    assert!(!call.headers.contains_key("x-own"));

    messages::post(&deck, &key, &body).send().await.unwrap();
    assert_eq!(fake.last().path, "/v1/messages");
    assert!(!fake.last().headers.contains_key("anthropic-beta"));
    let chat = json!({"model": "m", "messages": [{"role": "user", "content": "x"}]});
    let chat = deck.chat(&key, &chat).header("anthropic-beta", "not-meant");
    assert_eq!(chat.send().await.unwrap().status(), 200);
    assert_eq!(fake.last().headers["anthropic-version"], "2023-06-01");
    assert!(!fake.last().headers.contains_key("anthropic-beta"));

    let (deck, key) = before(&fake, 1, json!({})).await;
    let bridged = messages::post(&deck, &key, &body).header("anthropic-beta", "one");
    bridged.send().await.unwrap();
    assert_eq!(fake.last().path, "/v1/chat/completions");
    assert!(!fake.last().headers.contains_key("anthropic-beta"));
    assert!(!fake.last().headers.contains_key("anthropic-version"));
}
