//! Replies: streamed, whole, cut, stalled, refused.

use std::time::Duration;

use futures_util::StreamExt;
use proptest::prelude::*;
use relaydeck::client::{Options, Reply};
use relaydeck::domain::{ChatMessage, ChatRequest, Fault, FaultKind, Finish, Part, Role, Usage};
use serde_json::json;

use crate::fake::{Fake, Piece, Told, key, options};

fn request() -> ChatRequest {
    ChatRequest {
        model: "m-1".into(),
        messages: vec![ChatMessage {
            role: Role::User,
            text: "Say hello".into(),
        }],
        max_tokens: None,
        temperature: None,
    }
}

/// What came, and what went wrong after it.
async fn all(mut reply: Reply) -> (Vec<Part>, Option<Fault>) {
    let mut parts = Vec::new();
    while let Some(part) = reply.parts.next().await {
        match part {
            Ok(part) => parts.push(part),
            Err(fault) => {
                assert!(reply.parts.next().await.is_none(), "nothing after a fault");
                return (parts, Some(fault));
            }
        }
    }
    (parts, None)
}

async fn ask(told: Told) -> Result<(Vec<Part>, Option<Fault>), Fault> {
    ask_with(told, options()).await
}

async fn ask_with(told: Told, options: Options) -> Result<(Vec<Part>, Option<Fault>), Fault> {
    let fake = Fake::start(move |_| told.clone()).await;
    let reply = fake.member_with(options).chat(&key(), &request()).await?;
    Ok(all(reply).await)
}

fn text(parts: &[Part]) -> String {
    parts
        .iter()
        .map(|part| match part {
            Part::Text(text) => text.as_str(),
            _ => "",
        })
        .collect()
}

const STREAM: [&str; 5] = [
    r#"{"model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#,
    r#"{"model":"m-1","choices":[{"index":0,"delta":{"content":"Hé "}}]}"#,
    r#"{"model":"m-1","choices":[{"index":0,"delta":{"content":"世界"},"finish_reason":"stop"}]}"#,
    r#"{"model":"m-1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4}}}"#,
    "[DONE]",
];

fn whole_stream() -> Vec<Part> {
    vec![
        Part::Model("m-1".into()),
        Part::Text("Hé ".into()),
        Part::Text("世界".into()),
        Part::Finish(Finish::Stop),
        Part::Usage(Usage {
            input: 5,
            cache_read: 4,
            output: 2,
            ..Usage::default()
        }),
    ]
}

#[tokio::test]
async fn a_stream_comes_part_by_part() {
    let fake =
        Fake::start(|_| Told::events(&STREAM).header("x-oneapi-request-id", "20260101R")).await;
    let reply = fake.member().chat(&key(), &request()).await.unwrap();
    assert_eq!(
        (reply.status, reply.request_id.as_deref()),
        (200, Some("20260101R"))
    );
    assert_eq!(all(reply).await, (whole_stream(), None));

    let asked = &fake.asked()[0];
    assert_eq!(asked.line(), "POST /v1/chat/completions");
    assert_eq!(
        asked.header("authorization"),
        Some(format!("Bearer {}", key().expose()).as_str())
    );
    assert_eq!(asked.header("accept-language"), Some("en"));
    assert_eq!(
        asked.header("new-api-user"),
        None,
        "a key needs no account's number"
    );
    assert_eq!(
        asked.json()["stream_options"],
        json!({"include_usage":true})
    );
}
