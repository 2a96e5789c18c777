//! Requests to Claude: what each version wants, what the API refuses, what forms an answer may have.

use relaydeck::relay::translate::Pair;
use serde_json::{Value, json};

use crate::requests::{chat, sent};

#[test]
fn x_10_claude_thinks_in_the_way_of_its_version() {
    let of = |model: &str, body: Value| {
        let sent = sent(Pair::ChatToMessages, model, chat(body)).unwrap();
        (
            sent["thinking"].clone(),
            sent["output_config"].clone(),
            sent["max_tokens"].clone(),
            sent["temperature"].clone(),
        )
    };
    let high = || json!({"reasoning_effort": "high", "temperature": 0.5});
    let budget = json!({"type": "enabled", "budget_tokens": 21_332});
    assert_eq!(
        of("claude-sonnet-4-5", high()),
        (budget, Value::Null, json!(32_000), Value::Null)
    );
    let effort = json!({"effort": "high"});
    assert_eq!(
        of("claude-opus-4-6", high()),
        (
            json!({"type": "adaptive"}),
            effort.clone(),
            json!(32_000),
            Value::Null
        )
    );
    let shown = json!({"type": "adaptive", "display": "summarized"});
    assert_eq!(
        of("claude-opus-4-8", high()),
        (shown, effort, json!(32_000), Value::Null)
    );
    assert_eq!(
        of("claude-3-5-haiku-20241022", high()),
        (Value::Null, Value::Null, json!(8_192), json!(0.5))
    );
    let none = || json!({"reasoning_effort": "none"});
    assert_eq!(of("claude-opus-5", none()).0, json!({"type": "disabled"}));
    assert_eq!(of("claude-opus-4-8", none()).0, Value::Null);
    // A forced call leaves no thinking, in either way.
    for model in ["claude-sonnet-4-5", "claude-opus-4-8"] {
        let forced = json!({"reasoning_effort": "high", "tool_choice": "required", "tools": [{"type": "function", "function": {"name": "f"}}]});
        assert_eq!(of(model, forced).0, Value::Null, "{model}");
    }
    // Too small a limit leaves no room to think.
    let small = of(
        "claude-sonnet-4-5",
        json!({"reasoning_effort": "high", "max_tokens": 1200}),
    );
    assert_eq!(small.0, Value::Null);
}

#[test]
fn x_10_a_round_that_lost_its_thinking_goes_on_without() {
    let round = |blocks: Value| {
        chat(json!({"reasoning_effort": "low", "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "", "thinking_blocks": blocks, "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}]},
            {"role": "tool", "tool_call_id": "a", "content": ""},
        ]}))
    };
    let body = sent(
        Pair::ChatToMessages,
        "claude-sonnet-4-5",
        round(json!(null)),
    )
    .unwrap();
    assert_eq!(body.get("thinking"), None);
    // Tools that are spoken of are described, and not called.
    assert_eq!(
        body["tools"],
        json!([{"name": "f", "input_schema": {"type": "object"}}])
    );
    assert_eq!(body["tool_choice"], json!({"type": "none"}));
    let signed = json!([{"index": 0, "type": "thinking", "thinking": "hm", "signature": "EqQB"}]);
    let body = sent(Pair::ChatToMessages, "claude-sonnet-4-5", round(signed)).unwrap();
    assert_eq!(body["thinking"]["type"], "enabled");
    assert_eq!(
        body["messages"][1]["content"][0],
        json!({"type": "thinking", "thinking": "hm", "signature": "EqQB"})
    );
    assert_eq!(
        body["messages"][2]["content"],
        json!([{"type": "tool_result", "tool_use_id": "a"}])
    );
}

#[test]
fn x_10_what_anthropic_refuses_is_mended() {
    let body = sent(
        Pair::ChatToMessages,
        "claude-sonnet-4-5",
        chat(json!({"messages": [
            {"role": "user", "content": ""},
            {"role": "user", "content": "one"},
            {"role": "user", "content": "two"},
            {"role": "assistant", "content": "It is "},
        ]})),
    )
    .unwrap();
    assert_eq!(
        body["messages"],
        json!([
            {"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]},
            {"role": "assistant", "content": "It is"},
        ])
    );
    let only = sent(
        Pair::ChatToMessages,
        "claude-sonnet-4-5",
        json!({"model": "m", "messages": [{"role": "system", "content": "Tell a joke."}]}),
    )
    .unwrap();
    assert_eq!(
        only["messages"],
        json!([{"role": "user", "content": "Tell a joke."}])
    );
    assert_eq!(only.get("system"), None);
}

#[test]
fn x_10_forms_of_answers_are_asked_for() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "integer", "minimum": 1}}, "required": ["a"], "additionalProperties": false});
    let format = json!({"response_format": {"type": "json_schema", "json_schema": {"name": "x", "strict": true, "schema": schema}}});
    let body = sent(Pair::ChatToMessages, "claude-sonnet-4-5", chat(format)).unwrap();
    assert_eq!(body["output_config"]["format"]["type"], "json_schema");
    assert_eq!(
        body["output_config"]["format"]["schema"]["properties"]["a"]["description"],
        "(minimum: 1)"
    );
    let body = sent(
        Pair::ChatToMessages,
        "claude-sonnet-4-5",
        chat(json!({"response_format": {"type": "json_object"}})),
    )
    .unwrap();
    assert!(body["system"].as_str().unwrap().contains("JSON object"));

    let ask = |schema: &Value| json!({"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}], "output_config": {"format": {"type": "json_schema", "schema": schema}}});
    let body = sent(Pair::MessagesToChat, "gpt-4o", ask(&schema)).unwrap();
    assert_eq!(
        body["response_format"],
        json!({"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": true}})
    );
    let loose = json!({"type": "object", "properties": {"a": {}}});
    let body = sent(Pair::MessagesToChat, "gpt-4o", ask(&loose)).unwrap();
    assert_eq!(body["response_format"]["json_schema"]["strict"], false);
}
