//! A client of Anthropic's dialect, as far as the relay's tests need one.

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::Deck;

pub fn ask(model: &str, text: &str, stream: bool) -> Value {
    json!({"model": model, "max_tokens": 200, "stream": stream, "messages": [{"role": "user", "content": text}]})
}

/// A request as Anthropic's SDKs send it.
pub fn post(deck: &Deck, key: &str, body: &Value) -> RequestBuilder {
    deck.client
        .post(format!("{}/v1/messages", deck.base))
        .header("x-api-key", key)
        .header("anthropic-version", "2023-06-01")
        .json(body)
}

/// The events of a stream: names and data, which must agree.
pub fn events(text: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for event in text.split("\n\n").filter(|event| !event.is_empty()) {
        if event.starts_with(':') {
            continue;
        }
        let (name, data) = event.split_once('\n').expect(event);
        let name = name.strip_prefix("event: ").expect(event);
        let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(data["type"], name);
        found.push((name.to_owned(), data));
    }
    found
}

pub async fn stream_of(response: reqwest::Response) -> Vec<(String, Value)> {
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    events(&response.text().await.unwrap())
}

pub fn names(events: &[(String, Value)]) -> Vec<&str> {
    let mut names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    names.retain(|name| *name != "ping");
    names.dedup();
    names
}

pub fn text_of(events: &[(String, Value)]) -> String {
    let pieces = events
        .iter()
        .filter_map(|(_, data)| data["delta"]["text"].as_str());
    pieces.collect()
}
