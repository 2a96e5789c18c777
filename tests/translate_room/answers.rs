//! Whole answers and errors: what a client gets for what an upstream answered.

use relaydeck::domain::Usage;
use relaydeck::relay::translate::{Dialect, Pair, Trouble, TroubleKind, Untranslatable};
use serde_json::{Value, json};

use crate::support::{PAIRS, object, open, plain_request, stamp};

fn answer(pair: Pair, body: &Value) -> Value {
    let answer = open(pair, plain_request(pair))
        .answer(body.to_string().as_bytes(), stamp())
        .unwrap();
    serde_json::from_slice(&answer.body).unwrap()
}

fn chat_answer() -> Value {
    json!({
        "id": "c", "object": "chat.completion", "created": 1, "model": "up",
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
            "role": "assistant", "content": "Reading.", "reasoning_content": "Two files.",
            "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "read", "arguments": "{\"path\":\"a\"}"}},
                {"id": "call_2", "type": "function", "function": {"name": "read", "arguments": ""}},
            ],
        }}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 10}, "completion_tokens_details": {"reasoning_tokens": 8}},
    })
}

fn claude_answer() -> Value {
    json!({
        "id": "msg_up", "type": "message", "role": "assistant", "model": "claude-up",
        "content": [
            {"type": "thinking", "thinking": "Two files.", "signature": "EqQB"},
            {"type": "redacted_thinking", "data": "Emw"},
            {"type": "text", "text": "Reading."},
            {"type": "tool_use", "id": "toolu_1", "name": "read", "input": {"path": "a"}},
            {"type": "tool_use", "id": "toolu_2", "name": "read", "input": {}},
        ],
        "stop_reason": "tool_use", "stop_sequence": null,
        "usage": {"input_tokens": 30, "cache_read_input_tokens": 60, "cache_creation_input_tokens": 10, "output_tokens": 20, "output_tokens_details": {"thinking_tokens": 8}},
    })
}

#[test]
fn x_10_a_chat_answer_becomes_a_message() {
    assert_eq!(
        answer(Pair::MessagesToChat, &chat_answer()),
        json!({
            "id": "msg_t1", "type": "message", "role": "assistant", "model": "asked-for",
            "content": [
                {"type": "thinking", "thinking": "Two files.", "signature": ""},
                {"type": "text", "text": "Reading."},
                {"type": "tool_use", "id": "call_1", "name": "read", "input": {"path": "a"}},
                {"type": "tool_use", "id": "call_2", "name": "read", "input": {}},
            ],
            "stop_reason": "tool_use", "stop_sequence": null,
            "usage": {"input_tokens": 30, "cache_creation_input_tokens": 10, "cache_read_input_tokens": 60, "output_tokens": 20, "output_tokens_details": {"thinking_tokens": 8}},
        })
    );
}

#[test]
fn x_10_claude_s_answer_becomes_a_completion() {
    assert_eq!(
        answer(Pair::ChatToMessages, &claude_answer()),
        json!({
            "id": "chatcmpl-t1", "object": "chat.completion", "created": 1_790_000_000, "model": "asked-for",
            "choices": [{"index": 0, "message": {
                "role": "assistant", "content": "Reading.", "refusal": null, "reasoning_content": "Two files.",
                "thinking_blocks": [
                    {"index": 0, "type": "thinking", "thinking": "Two files.", "signature": "EqQB"},
                    {"index": 1, "type": "redacted_thinking", "data": "Emw"},
                ],
                "tool_calls": [
                    {"id": "toolu_1", "type": "function", "function": {"name": "read", "arguments": "{\"path\":\"a\"}"}},
                    {"id": "toolu_2", "type": "function", "function": {"name": "read", "arguments": "{}"}},
                ],
            }, "logprobs": null, "finish_reason": "tool_calls"}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 10}, "completion_tokens_details": {"reasoning_tokens": 8}},
        })
    );
}

#[test]
fn x_10_both_become_responses() {
    let from_claude = answer(Pair::ResponsesToMessages, &claude_answer());
    assert_eq!(
        from_claude["output"],
        json!([
            {"id": "rs_t1_0", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Two files."}], "encrypted_content": "claude-signature:EqQB", "status": "completed"},
            {"id": "rs_t1_1", "type": "reasoning", "summary": [], "encrypted_content": "claude-redacted:Emw", "status": "completed"},
            {"id": "msg_t1_2", "type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Reading.", "annotations": [], "logprobs": []}], "status": "completed"},
            {"id": "fc_t1_3", "type": "function_call", "call_id": "toolu_1", "name": "read", "arguments": "{\"path\":\"a\"}", "status": "completed"},
            {"id": "fc_t1_4", "type": "function_call", "call_id": "toolu_2", "name": "read", "arguments": "{}", "status": "completed"},
        ])
    );
    assert_eq!(
        from_claude["usage"],
        json!({"input_tokens": 100, "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 10}, "output_tokens": 20, "output_tokens_details": {"reasoning_tokens": 8}, "total_tokens": 120})
    );
    let from_chat = answer(Pair::ResponsesToChat, &chat_answer());
    assert_eq!(from_chat["usage"], from_claude["usage"]);
    assert_eq!(
        (&from_chat["status"], &from_chat["output"][3]["arguments"]),
        (&json!("completed"), &json!("{}"))
    );
    assert_eq!(
        (&from_chat["tools"][0]["name"], &from_chat["store"]),
        (&json!("patch"), &json!(false))
    );
}

#[test]
fn x_10_every_reason_to_stop_has_its_word() {
    let chat =
        |word: &str| json!({"choices": [{"message": {"content": "x"}, "finish_reason": word}]});
    for (word, messages, responses) in [
        ("stop", "end_turn", "completed"),
        ("length", "max_tokens", "incomplete"),
        ("content_filter", "refusal", "incomplete"),
        ("tool_calls", "end_turn", "completed"),
        ("eos", "end_turn", "completed"),
    ] {
        assert_eq!(
            answer(Pair::MessagesToChat, &chat(word))["stop_reason"],
            messages,
            "{word}"
        );
        assert_eq!(
            answer(Pair::ResponsesToChat, &chat(word))["status"],
            responses,
            "{word}"
        );
    }
    let claude = |word: &str| json!({"type": "message", "content": [{"type": "text", "text": "x"}], "stop_reason": word, "stop_sequence": "END"});
    for (word, finish) in [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("refusal", "content_filter"),
        ("pause_turn", "stop"),
    ] {
        assert_eq!(
            answer(Pair::ChatToMessages, &claude(word))["choices"][0]["finish_reason"],
            finish,
            "{word}"
        );
    }
    // A call is a call, whatever the server says about it.
    let silent = json!({"choices": [{"message": {"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": {"k": 1}}}]}, "finish_reason": "stop"}]});
    let message = answer(Pair::MessagesToChat, &silent);
    assert_eq!(
        (&message["stop_reason"], &message["content"][0]["input"]),
        (&json!("tool_use"), &json!({"k": 1}))
    );
}

#[test]
fn x_10_the_text_that_ended_an_answer_is_told_where_it_is_known() {
    let request = json!({"model": "m", "max_tokens": 9, "stop_sequences": ["END"], "messages": [{"role": "user", "content": "hi"}]});
    let body = json!({"choices": [{"message": {"content": "x"}, "finish_reason": "stop", "stop_reason": "END"}]});
    let answer = open(Pair::MessagesToChat, request)
        .answer(body.to_string().as_bytes(), stamp())
        .unwrap();
    let value: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(
        (&value["stop_reason"], &value["stop_sequence"]),
        (&json!("stop_sequence"), &json!("END"))
    );
}

#[test]
fn x_10_usage_that_nobody_reported_is_counted_and_known_as_ours() {
    let body = json!({"choices": [{"message": {"content": "Four words are here."}, "finish_reason": "stop"}]});
    let answer = open(Pair::MessagesToChat, plain_request(Pair::MessagesToChat))
        .answer(body.to_string().as_bytes(), stamp())
        .unwrap();
    assert_eq!(answer.usage, None);
    let value: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(value["usage"]["input_tokens"], 21);
    assert_eq!(value["usage"]["output_tokens"], answer.counted);
    assert!((4..8).contains(&answer.counted), "{}", answer.counted);

    let reported = open(
        Pair::ResponsesToMessages,
        plain_request(Pair::ResponsesToMessages),
    )
    .answer(claude_answer().to_string().as_bytes(), stamp())
    .unwrap();
    assert_eq!(
        reported.usage,
        Some(Usage {
            input: 30,
            cache_read: 60,
            cache_write: 10,
            output: 20
        })
    );
}

#[test]
fn x_10_a_free_form_tool_gets_its_text_back() {
    let body = json!({"choices": [{"message": {"tool_calls": [{"id": "a", "function": {"name": "patch", "arguments": "{\"input\":\"*** Begin\\n\"}"}}]}}]});
    let item = answer(Pair::ResponsesToChat, &body)["output"][0].clone();
    assert_eq!(
        item,
        json!({"id": "ctc_t1_0", "type": "custom_tool_call", "call_id": "a", "name": "patch", "input": "*** Begin\n", "status": "completed"})
    );
}

#[test]
fn x_10_a_tool_in_a_namespace_is_one_function_upstream_and_two_names_again_in_the_answer() {
    let close = json!({"type": "function", "name": "close", "description": "Closes", "parameters": {"type": "object"}});
    let request = json!({
        "model": "m",
        "input": [
            {"role": "user", "content": "hi"},
            {"type": "function_call", "call_id": "a", "namespace": "agents", "name": "close", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "a", "output": "closed"},
        ],
        "tools": [
            {"type": "function", "name": "read", "parameters": {"type": "object"}},
            {"type": "namespace", "name": "agents", "description": "Agents", "tools": [close]},
            // Offered beside functions, and not needed: left out.
            {"type": "web_search", "external_web_access": false},
        ],
    });
    for (pair, made) in [
        (
            Pair::ResponsesToChat,
            json!({"choices": [{"message": {"tool_calls": [{"id": "b", "function": {"name": "agents__close", "arguments": "{}"}}]}}]}),
        ),
        (
            Pair::ResponsesToMessages,
            json!({"type": "message", "role": "assistant", "content": [{"type": "tool_use", "id": "b", "name": "agents__close", "input": {}}],
                "stop_reason": "tool_use", "usage": {"input_tokens": 1, "output_tokens": 1}}),
        ),
    ] {
        let bridge = open(pair, request.clone());
        let sent = Value::Object(bridge.request().clone());
        let names: Vec<&str> = sent["tools"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tool| {
                tool["name"]
                    .as_str()
                    .or(tool["function"]["name"].as_str())
                    .unwrap()
            })
            .collect();
        assert_eq!(names, ["read", "agents__close"], "{pair:?}");
        assert_eq!(
            sent.to_string().matches("agents__close").count(),
            2,
            "{sent}"
        );
        let answer = bridge.answer(made.to_string().as_bytes(), stamp()).unwrap();
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        let call = &answer["output"][0];
        assert_eq!(
            (&call["namespace"], &call["name"], &call["type"]),
            (&json!("agents"), &json!("close"), &json!("function_call")),
            "{pair:?}: {answer}"
        );
    }
}

#[test]
fn x_10_an_answer_that_is_none_is_an_error() {
    for pair in PAIRS {
        let bridge = open(pair, plain_request(pair));
        for (body, code) in [
            ("", "empty_response"),
            ("<html></html>", "bad_response_body"),
            ("[]", "bad_response_body"),
            (
                r#"{"error":{"message":"no","type":"api_error","code":"odd"}}"#,
                "odd",
            ),
        ] {
            let trouble = bridge.answer(body.as_bytes(), stamp()).unwrap_err();
            assert_eq!(trouble.code, code, "{pair:?} {body}");
            let (status, document) = trouble.answer(pair.client());
            assert!(status >= 500 && document["error"]["message"].is_string());
        }
    }
    let none = open(Pair::MessagesToChat, plain_request(Pair::MessagesToChat))
        .answer(br#"{"choices":[]}"#, stamp());
    assert_eq!(none.unwrap_err().code, "empty_response");
}

#[test]
fn x_10_refusals_wear_the_shape_of_the_called_protocol() {
    let body = object(json!({"model": "m", "n": 2, "messages": []}));
    let no: Untranslatable =
        relaydeck::relay::translate::Bridge::open(Pair::ChatToMessages, &body, "m").unwrap_err();
    let (status, document) = no.answer(Dialect::Chat);
    assert_eq!(
        (
            status,
            &document["error"]["param"],
            &document["error"]["type"]
        ),
        (400, &json!("n"), &json!("invalid_request_error"))
    );
    let (_, document) = no.answer(Dialect::Messages);
    assert_eq!(
        (&document["type"], &document["error"]["type"]),
        (&json!("error"), &json!("invalid_request_error"))
    );
    assert_eq!(Trouble::new(TroubleKind::Timeout, "x").status, 504);
}
