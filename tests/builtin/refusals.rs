//! Requests that cannot be meant: refused in OpenAI's shape, with the member named. And anything at all: never a panic.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::probe::{HANDBOOK, LAB, body, send, stream};

async fn refused(model: &str, body: &Map<String, Value>) -> Value {
    let answer = send(model, body).await;
    assert_eq!(
        (answer.status, answer.content_type.as_str()),
        (400, "application/json"),
        "{body:?}"
    );
    let error = answer.document()["error"].clone();
    assert_eq!(error["type"], "invalid_request_error");
    error
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_named() {
    let user = |content: Value| json!({"messages": [{"role": "user", "content": content}]});
    for (members, param) in [
        (json!({"messages": null}), "messages"),
        (json!({"messages": []}), "messages"),
        (json!({"messages": {}}), "messages"),
        (json!({"messages": "hi"}), "messages"),
        (json!({"messages": ["hi"]}), "messages[0]"),
        (json!({"messages": [{"content": "hi"}]}), "messages[0].role"),
        (
            json!({"messages": [{"role": 5, "content": "hi"}]}),
            "messages[0].role",
        ),
        (
            json!({"messages": [{"role": "robot", "content": "hi"}]}),
            "messages[0].role",
        ),
        (user(json!(null)), "messages[0].content"),
        (user(json!(5)), "messages[0].content"),
        (user(json!({"text": "hi"})), "messages[0].content"),
        (user(json!(["hi"])), "messages[0].content[0]"),
        (user(json!([{"type": "text"}])), "messages[0].content[0]"),
        (
            user(json!([{"type": "text", "text": 5}])),
            "messages[0].content[0]",
        ),
        (
            user(json!([{"type": "text", "text": ""}, {"type": "image_url"}])),
            "messages[0].content[1]",
        ),
        (json!({"stream": "true"}), "stream"),
        (json!({"stream_options": true}), "stream_options"),
        (
            json!({"stream_options": {"include_usage": 1}}),
            "include_usage",
        ),
        (json!({"max_tokens": 0}), "max_tokens"),
        (json!({"max_tokens": -1}), "max_tokens"),
        (json!({"max_tokens": 1.5}), "max_tokens"),
        (
            json!({"max_completion_tokens": "5"}),
            "max_completion_tokens",
        ),
        (json!({"n": 2}), "n"),
        (json!({"stop": 5}), "stop"),
        (json!({"stop": ["a", "b", "c", "d", "e"]}), "stop"),
        (json!({"stop": [1]}), "stop"),
    ] {
        for model in [HANDBOOK, LAB] {
            let error = refused(model, &body("hi", members.clone())).await;
            assert_eq!(error["param"], param, "{members}");
            assert!(error["message"].as_str().unwrap().len() > 10);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_programs_send_besides_is_left_alone() {
    let members = json!({
        "messages": [
            {"role": "developer", "content": "be brief"},
            {"role": "user", "content": "hi", "name": "anna"},
            {"role": "assistant", "content": null, "tool_calls": []},
            {"role": "tool", "content": "42", "tool_call_id": "x"},
            {"role": "user", "content": []},
        ],
        "temperature": 0.3, "tools": [], "top_p": null, "max_tokens": null, "stop": null, "n": null, "seed": 7,
        "stream": null, "user": "u", "response_format": {"type": "text"}, "stop_sequences": 5,
    });
    for model in [HANDBOOK, LAB] {
        let answer = send(model, &body("", members.clone())).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_model_and_a_prompt_beyond_the_context_are_refused() {
    let answer = send("gpt-4o", &body("hi", json!({}))).await;
    assert_eq!(
        (answer.status, &answer.document()["error"]["code"]),
        (404, &json!("model_not_found"))
    );
    let long = "word ".repeat(140_000);
    for model in [HANDBOOK, LAB] {
        let error = refused(model, &body(&long, json!({}))).await;
        assert_eq!(error["code"], "context_length_exceeded");
    }
}

#[tokio::test(start_paused = true)]
async fn x09_an_unknown_directive_is_refused_with_the_known_ones() {
    let answer = stream(LAB, "[[tokens=5 colour=red]]").await;
    assert_eq!(
        (answer.status, answer.content_type.as_str()),
        (400, "application/json")
    );
    let error = &answer.document()["error"];
    assert_eq!(
        (&error["code"], &error["param"]),
        (&json!("unknown_directive"), &json!("messages"))
    );
    let message = error["message"].as_str().unwrap();
    for known in [
        "\"colour=red\"",
        "tokens=N",
        "fault=401|402|403",
        "retry-after=SECONDS",
        "echo",
    ] {
        assert!(message.contains(known), "{known}: {message}");
    }
    // The handbook knows no directives: to it they are words.
    assert_eq!(
        stream(HANDBOOK, "[[tokens=5 colour=red]]").await.status,
        200
    );
}

/// Any JSON, with the names that matter among the members.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "(\\PC|\\[\\[|\\]\\]|tokens=|speed=0|[0-9]|fault=cut| ){0,20}".prop_map(Value::from),
        prop::sample::select(vec![
            "user",
            "system",
            "assistant",
            "text",
            "你好",
            "[[speed=0 tokens=9]]"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        let name = prop::sample::select(vec![
            "messages",
            "role",
            "content",
            "type",
            "text",
            "stream",
            "stream_options",
            "include_usage",
            "max_tokens",
            "stop",
            "n",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..6).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect::<Map<_, _>>()
                    .into()
            }),
        ]
    })
}

/// Messages that are right but for their texts.
fn any_messages() -> impl Strategy<Value = Value> {
    let role = prop::sample::select(vec!["user", "system", "assistant"]);
    let text = "(\\PC|\\[\\[|\\]\\]|tokens=[0-9]{1,4}|speed=0|reasoning=3|fault=(cut|reset|garbage|429)|echo|after=2| |\n){0,30}";
    prop::collection::vec((role, text), 1..5).prop_map(|list| {
        list.into_iter()
            .map(|(role, text)| json!({"role": role, "content": text}))
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn any_body_is_answered_or_refused(messages in prop_oneof![any_json(), any_messages()], more in any_json(), lab in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let mut members = more.as_object().cloned().unwrap_or_default();
        members.insert("messages".into(), messages);
        let model = if lab { LAB } else { HANDBOOK };
        let answer = runtime.block_on(send(model, &body("", members.into())));
        prop_assert!(matches!(answer.status, 200 | 400 | 429), "{answer:?}");
        if answer.status != 200 {
            prop_assert!(answer.document()["error"]["message"].is_string());
        }
    }
}
