//! Requests: what an upstream is sent for what a client asked.

use relaydeck::relay::translate::{Bridge, Pair};
use serde_json::{Value, json};

use crate::support::object;

/// The upstream's request, or why there is none.
pub fn sent(pair: Pair, model: &str, body: Value) -> Result<Value, String> {
    match Bridge::open(pair, &object(body), model) {
        Ok(bridge) => Ok(Value::Object(bridge.request().clone())),
        Err(no) => Err(no.to_string()),
    }
}

fn refused(pair: Pair, model: &str, body: Value) -> String {
    sent(pair, model, body).expect_err("it was translated")
}

const PNG: &str = "data:image/png;base64,iVBORw0KGgo=";

/// A turn of a coding tool made for Claude, with all it sends.
fn coding_turn() -> Value {
    json!({
        "model": "claude-sonnet-4-5",
        "max_tokens": 32000,
        "temperature": 1,
        "top_k": 40,
        "stop_sequences": ["END"],
        "metadata": {"user_id": "user_7"},
        "stream": true,
        "thinking": {"type": "enabled", "budget_tokens": 10000},
        "system": [
            {"type": "text", "text": "You code.", "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": "Be brief."},
        ],
        "tools": [
            {"name": "read", "description": "Reads a file", "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}},
            {"type": "custom", "name": "shot", "input_schema": {"type": "object", "properties": {}}},
        ],
        "tool_choice": {"type": "auto", "disable_parallel_tool_use": true},
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Look."}, {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "Two files.", "signature": ""},
                {"type": "text", "text": "Reading."},
                {"type": "tool_use", "id": "toolu_1", "name": "read", "input": {"path": "a.rs"}},
                {"type": "tool_use", "id": "toolu_2", "name": "shot", "input": {}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": "no such file", "is_error": true},
                {"type": "tool_result", "tool_use_id": "toolu_2", "content": [{"type": "text", "text": "done"}, {"type": "image", "source": {"type": "url", "url": "https://example.org/s.png"}}]},
                {"type": "text", "text": "Go on."},
            ]},
        ],
    })
}

#[test]
fn x_10_a_messages_request_reaches_a_chat_upstream() {
    assert_eq!(
        sent(Pair::MessagesToChat, "deepseek-v3.2", coding_turn()).unwrap(),
        json!({
            "model": "deepseek-v3.2",
            "messages": [
                {"role": "system", "content": "You code.\n\nBe brief."},
                {"role": "user", "content": [{"type": "text", "text": "Look."}, {"type": "image_url", "image_url": {"url": PNG}}]},
                {"role": "assistant", "content": "Reading.", "reasoning_content": "Two files.", "tool_calls": [
                    {"id": "toolu_1", "type": "function", "function": {"name": "read", "arguments": "{\"path\":\"a.rs\"}"}},
                    {"id": "toolu_2", "type": "function", "function": {"name": "shot", "arguments": "{}"}},
                ]},
                {"role": "tool", "tool_call_id": "toolu_1", "content": "Error: no such file"},
                {"role": "tool", "tool_call_id": "toolu_2", "content": "done\n[1 item attached below]"},
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.org/s.png"}}, {"type": "text", "text": "Go on."}]},
            ],
            "max_tokens": 32000,
            "temperature": 1.0,
            "stop": ["END"],
            "user": "user_7",
            "reasoning_effort": "medium",
            "tools": [
                {"type": "function", "function": {"name": "read", "description": "Reads a file", "parameters": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}}},
                {"type": "function", "function": {"name": "shot", "parameters": {"type": "object", "properties": {}}}},
            ],
            "tool_choice": "auto",
            "parallel_tool_calls": false,
            "stream": true,
            "stream_options": {"include_usage": true},
        })
    );
}

#[test]
fn x_10_openai_s_own_models_are_asked_as_they_want_it() {
    let body = sent(Pair::MessagesToChat, "gpt-5.1", coding_turn()).unwrap();
    assert_eq!(body["max_completion_tokens"], 32000);
    assert_eq!(body["reasoning_effort"], "medium");
    for member in ["max_tokens", "temperature"] {
        assert_eq!(body.get(member), None, "{member}");
    }
    let body = sent(Pair::MessagesToChat, "gpt-4o", coding_turn()).unwrap();
    assert_eq!(
        (&body["max_tokens"], body.get("reasoning_effort")),
        (&json!(32000), None)
    );
}

#[test]
fn x_10_thinking_of_earlier_rounds_stays_at_home() {
    let mut body = coding_turn();
    body["messages"].as_array_mut().unwrap().extend([
        json!({"role": "assistant", "content": "There."}),
        json!({"role": "user", "content": "Thanks. And now?"}),
    ]);
    let body = sent(Pair::MessagesToChat, "deepseek-v3.2", body).unwrap();
    assert_eq!(body["messages"][2].get("reasoning_content"), None);
}

#[test]
fn x_10_a_chat_request_reaches_claude() {
    let body = json!({
        "model": "gpt-4o", "temperature": 1.4, "top_p": 0.9, "stop": "END", "user": "u-1", "seed": 3, "presence_penalty": 0.2,
        "reasoning_effort": "low", "max_completion_tokens": 9000, "parallel_tool_calls": false, "stream": false,
        "messages": [
            {"role": "system", "content": "You code."},
            {"role": "developer", "content": [{"type": "text", "text": "Be brief."}]},
            {"role": "user", "name": "ann", "content": [{"type": "text", "text": "Look."}, {"type": "image_url", "image_url": {"url": PNG, "detail": "low"}}, {"type": "image_url", "image_url": {"url": "https://example.org/a.jpg"}}]},
            {"role": "assistant", "content": null, "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "read", "arguments": "{\"path\":\"a.rs\"}"}},
                {"id": "functions.read:1", "type": "function", "function": {"name": "read", "arguments": "{\"path\":"}},
            ]},
            {"role": "tool", "tool_call_id": "call_1", "content": "fn main() {}"},
            {"role": "tool", "tool_call_id": "functions.read:1", "content": [{"type": "text", "text": "broken"}]},
            {"role": "system", "content": "Answer in French."},
            {"role": "user", "content": "Well?"},
        ],
        "tools": [{"type": "function", "function": {"name": "read", "description": "Reads", "strict": true, "parameters": {"type": "object", "properties": {"path": {"type": "string"}}}}}],
        "tool_choice": {"type": "function", "function": {"name": "read"}},
    });
    let sent = sent(Pair::ChatToMessages, "claude-sonnet-4-5", body).unwrap();
    let id = sent["messages"][1]["content"][1]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(id.starts_with("functions_read_1_"), "{id}");
    assert_eq!(
        sent,
        json!({
            "model": "claude-sonnet-4-5",
            "max_tokens": 9000,
            "system": "You code.\n\nBe brief.",
            "messages": [
                {"role": "user", "content": [
                    {"type": "text", "text": "Look."},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}},
                    {"type": "image", "source": {"type": "url", "url": "https://example.org/a.jpg"}},
                ]},
                {"role": "assistant", "content": [
                    {"type": "tool_use", "id": "call_1", "name": "read", "input": {"path": "a.rs"}},
                    {"type": "tool_use", "id": id, "name": "read", "input": {"INVALID_JSON": "{\"path\":"}},
                ]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "call_1", "content": "fn main() {}"},
                    {"type": "tool_result", "tool_use_id": id, "content": "broken"},
                    {"type": "text", "text": "<system>\nAnswer in French.\n</system>"},
                    {"type": "text", "text": "Well?"},
                ]},
            ],
            "temperature": 1.0,
            "stop_sequences": ["END"],
            "metadata": {"user_id": "u-1"},
            "tools": [{"name": "read", "description": "Reads", "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}}}],
            "tool_choice": {"type": "tool", "name": "read", "disable_parallel_tool_use": true},
            "stream": false,
        })
    );
}
/// A small chat request with more members.
pub fn chat(more: Value) -> Value {
    let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
    body.as_object_mut().unwrap().extend(object(more));
    body
}

#[test]
fn x_10_choices_of_tools_have_their_words_in_both() {
    let tools = json!([{"type": "function", "function": {"name": "f"}}, {"type": "function", "function": {"name": "g"}}]);
    for (choice, expected) in [
        (json!("auto"), json!({"type": "auto"})),
        (json!("required"), json!({"type": "any"})),
        (json!("none"), json!({"type": "none"})),
        (
            json!({"type": "function", "function": {"name": "g"}}),
            json!({"type": "tool", "name": "g"}),
        ),
        (
            json!({"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [{"type": "function", "function": {"name": "g"}}]}}),
            json!({"type": "any"}),
        ),
    ] {
        let body = sent(
            Pair::ChatToMessages,
            "claude-x",
            chat(json!({"tools": tools, "tool_choice": choice})),
        )
        .unwrap();
        assert_eq!(body["tool_choice"], expected, "{choice}");
        let left = if choice["type"] == "allowed_tools" {
            1
        } else {
            2
        };
        assert_eq!(body["tools"].as_array().unwrap().len(), left, "{choice}");
        assert_eq!(body["tools"][0]["input_schema"]["type"], "object");
    }
    for (choice, expected) in [
        (json!({"type": "any"}), json!("required")),
        (json!({"type": "none"}), json!("none")),
        (
            json!({"type": "tool", "name": "f"}),
            json!({"type": "function", "function": {"name": "f"}}),
        ),
    ] {
        let body = json!({"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}], "tools": [{"name": "f", "input_schema": {"type": "object"}}], "tool_choice": choice});
        let body = sent(Pair::MessagesToChat, "x", body).unwrap();
        assert_eq!(
            (&body["tool_choice"], body.get("parallel_tool_calls")),
            (&expected, None)
        );
    }
}

#[test]
fn x_10_a_choice_may_name_a_function_in_a_namespace() {
    let ask = |choice: Value| {
        json!({
            "model": "m", "input": "hi", "tool_choice": choice,
            "tools": [
                {"type": "namespace", "name": "files", "tools": [{"type": "function", "name": "read"}, {"type": "function", "name": "write"}]},
                {"type": "function", "name": "read"},
            ],
        })
    };
    let named = ask(json!({"type": "function", "namespace": "files", "name": "read"}));
    let body = sent(Pair::ResponsesToChat, "qwen3", named.clone()).unwrap();
    assert_eq!(
        body["tool_choice"],
        json!({"type": "function", "function": {"name": "files__read"}})
    );
    let body = sent(Pair::ResponsesToMessages, "claude-x", named).unwrap();
    assert_eq!(
        body["tool_choice"],
        json!({"type": "tool", "name": "files__read"})
    );
    let some = ask(
        json!({"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "namespace": "files", "name": "write"}]}),
    );
    let body = sent(Pair::ResponsesToChat, "qwen3", some).unwrap();
    assert_eq!(body["tools"].as_array().unwrap().len(), 1);
    assert_eq!(body["tools"][0]["function"]["name"], "files__write");
}

#[test]
fn x_10_a_responses_request_reaches_both_kinds_of_upstream() {
    let body = || {
        json!({
            "model": "gpt-5", "instructions": "You code.", "max_output_tokens": 4000, "stream": true, "store": true,
            "reasoning": {"effort": "medium", "summary": "auto"}, "include": ["reasoning.encrypted_content"],
            "text": {"format": {"type": "json_object"}}, "parallel_tool_calls": true,
            "tools": [
                {"type": "function", "name": "read", "description": "Reads", "parameters": {"type": "object", "properties": {}}, "strict": false},
                {"type": "custom", "name": "patch", "description": "Edits files", "format": {"type": "grammar", "syntax": "lark", "definition": "start: X"}},
            ],
            "input": [
                {"role": "developer", "content": "Be brief."},
                {"role": "user", "content": [{"type": "input_text", "text": "Look."}, {"type": "input_image", "detail": "auto", "image_url": PNG}]},
                {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Two calls."}], "encrypted_content": "claude-signature:EqQB"},
                {"type": "message", "role": "assistant", "id": "msg_1", "status": "completed", "content": [{"type": "output_text", "text": "Reading.", "annotations": []}]},
                {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "read", "arguments": "{}"},
                {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_2", "name": "patch", "input": "*** Begin"},
                {"type": "function_call_output", "call_id": "call_1", "output": [{"type": "input_text", "text": "ok"}, {"type": "input_image", "detail": "low", "image_url": PNG}]},
                {"type": "custom_tool_call_output", "call_id": "call_2", "output": "done"},
            ],
        })
    };
    let chat = sent(Pair::ResponsesToChat, "qwen3", body()).unwrap();
    assert_eq!(
        chat["messages"],
        json!([
            {"role": "system", "content": "You code.\n\nBe brief."},
            {"role": "user", "content": [{"type": "text", "text": "Look."}, {"type": "image_url", "image_url": {"url": PNG}}]},
            {"role": "assistant", "content": "Reading.", "reasoning_content": "Two calls.", "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "read", "arguments": "{}"}},
                {"id": "call_2", "type": "function", "function": {"name": "patch", "arguments": "{\"input\":\"*** Begin\"}"}},
            ]},
            {"role": "tool", "tool_call_id": "call_1", "content": "ok\n[1 item attached below]"},
            {"role": "tool", "tool_call_id": "call_2", "content": "done"},
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": PNG}}]},
        ])
    );
    assert_eq!(
        chat["tools"][1]["function"]["parameters"]["required"],
        json!(["input"])
    );
    assert_eq!(
        chat["tools"][1]["function"]["description"],
        "Edits files\n\nThe input must follow this lark grammar:\nstart: X"
    );
    assert_eq!(
        (&chat["reasoning_effort"], &chat["response_format"]),
        (&json!("medium"), &json!({"type": "json_object"}))
    );

    let claude = sent(Pair::ResponsesToMessages, "claude-sonnet-4-5", body()).unwrap();
    assert_eq!(
        claude["messages"][1]["content"],
        json!([
            {"type": "thinking", "thinking": "Two calls.", "signature": "EqQB"},
            {"type": "text", "text": "Reading."},
            {"type": "tool_use", "id": "call_1", "name": "read", "input": {}},
            {"type": "tool_use", "id": "call_2", "name": "patch", "input": {"input": "*** Begin"}},
        ])
    );
    assert_eq!(
        claude["thinking"],
        json!({"type": "enabled", "budget_tokens": 2666})
    );
    assert_eq!(
        claude["messages"][2]["content"][0]["content"][1]["type"],
        "image"
    );
}

#[test]
fn x_10_names_that_are_too_long_come_back_whole() {
    let name = format!("mcp__{}", "very_long_".repeat(8));
    let body = json!({"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}], "tools": [{"name": name, "input_schema": {"type": "object"}}], "tool_choice": {"type": "tool", "name": name}});
    let bridge = Bridge::open(Pair::MessagesToChat, &object(body), "gpt-4o").unwrap();
    let short = bridge.request()["tools"][0]["function"]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(short.len() <= 64);
    assert_eq!(bridge.request()["tool_choice"]["function"]["name"], short);
    let answer = json!({"choices": [{"message": {"tool_calls": [{"id": "a", "function": {"name": short, "arguments": "{}"}}]}, "finish_reason": "tool_calls"}]});
    let answer = bridge
        .answer(answer.to_string().as_bytes(), crate::support::stamp())
        .unwrap();
    let value: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(value["content"][0]["name"], name);
}

#[test]
fn x_10_what_cannot_be_carried_over_is_refused_by_name() {
    let messages = |more: Value| {
        let mut body =
            json!({"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]});
        body.as_object_mut().unwrap().extend(object(more));
        body
    };
    for (pair, body, begins) in [
        (Pair::ChatToMessages, chat(json!({"n": 2})), "n:"),
        (Pair::ChatToMessages, chat(json!({"stop": ["\n"]})), "stop:"),
        (
            Pair::ChatToMessages,
            chat(json!({"tools": [{"type": "custom", "custom": {"name": "x"}}]})),
            "tools[0]:",
        ),
        (
            Pair::ChatToMessages,
            chat(
                json!({"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]}),
            ),
            "messages[0].content[0]:",
        ),
        (
            Pair::ChatToMessages,
            chat(
                json!({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "ftp://x"}}]}]}),
            ),
            "messages[0].content[0].image_url:",
        ),
        (
            Pair::ChatToMessages,
            chat(json!({"messages": []})),
            "messages:",
        ),
        (Pair::ChatToMessages, json!({"model": "m"}), "messages:"),
        (
            Pair::MessagesToChat,
            messages(json!({"tools": [{"type": "web_search_20250305", "name": "web_search"}]})),
            "tools[0]:",
        ),
        (
            Pair::MessagesToChat,
            messages(
                json!({"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "file", "file_id": "f"}}]}]}),
            ),
            "messages[0].content[0].source:",
        ),
        (
            Pair::MessagesToChat,
            messages(
                json!({"messages": [{"role": "assistant", "content": [{"type": "server_tool_use", "id": "a", "name": "b", "input": {}}]}]}),
            ),
            "messages[0].content[0]:",
        ),
        (
            Pair::ResponsesToChat,
            json!({"model": "m", "input": "hi", "previous_response_id": "resp_1"}),
            "previous_response_id:",
        ),
        (
            Pair::ResponsesToChat,
            json!({"model": "m", "input": [{"type": "item_reference", "id": "x"}]}),
            "input[0]:",
        ),
        (
            Pair::ResponsesToMessages,
            json!({"model": "m", "input": "hi", "tools": [{"type": "web_search"}]}),
            "tools[0]:",
        ),
        (
            Pair::ResponsesToChat,
            json!({"model": "m", "input": "hi", "tool_choice": "required", "tools": [
                {"type": "function", "name": "f", "parameters": {}}, {"type": "web_search"}]}),
            "tools[1]:",
        ),
        (
            Pair::ResponsesToChat,
            json!({"model": "m", "input": "hi", "tools": [{"type": "namespace", "name": "n", "tools": [{"type": "custom", "name": "f"}]}]}),
            "tools[0].tools[0]:",
        ),
        (Pair::ResponsesToMessages, json!({"model": "m"}), "input:"),
    ] {
        let why = refused(pair, "any", body.clone());
        assert!(why.starts_with(begins), "{body} gave {why}");
    }
}
