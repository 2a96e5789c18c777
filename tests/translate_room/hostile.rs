//! Hostile input: no request, answer, event or byte makes the translation panic, and no cut makes its output ill-formed.

use proptest::prelude::*;
use relaydeck::relay::translate::{Bridge, Dialect, Pair};
use serde_json::{Value, json};

use crate::client::{read, read_whole};
use crate::support::{
    PAIRS, chat_stream, chunk, is_failed, messages_stream, open, plain_request, play, stamp,
    upstream_model,
};

/// Any JSON, made of the words that the dialects are made of.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        word().prop_map(Value::from),
        Just(json!("data:image/png;base64,AA==")),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((word(), inner), 0..6).prop_map(|members| Value::Object(
                members
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect()
            )),
        ]
    })
}

fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "model",
        "messages",
        "input",
        "role",
        "user",
        "assistant",
        "tool",
        "system",
        "content",
        "type",
        "text",
        "input_text",
        "image_url",
        "url",
        "image",
        "source",
        "base64",
        "media_type",
        "data",
        "tool_use",
        "tool_result",
        "tool_use_id",
        "id",
        "name",
        "arguments",
        "function",
        "function_call",
        "function_call_output",
        "call_id",
        "output",
        "tool_calls",
        "tools",
        "tool_choice",
        "thinking",
        "signature",
        "reasoning",
        "summary",
        "encrypted_content",
        "stop",
        "stop_sequences",
        "format",
        "json_schema",
        "schema",
        "properties",
        "input_schema",
        "parameters",
        "choices",
        "delta",
        "message",
        "index",
        "usage",
        "error",
        "finish_reason",
        "stop_reason",
        "content_block",
        "partial_json",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_start",
        "message_delta",
        "message_stop",
        "text_delta",
        "input_json_delta",
        "auto",
        "contents",
        "parts",
        "functionCall",
        "functionResponse",
        "args",
        "response",
        "inlineData",
        "mimeType",
        "generationConfig",
        "thinkingConfig",
        "functionDeclarations",
        "thought",
        "thoughtSignature",
        "systemInstruction",
    ])
}

/// A delta of a chat upstream, sound or odd.
fn chat_event() -> impl Strategy<Value = Value> {
    let text = "[a-z{}\":, é键]{0,8}";
    prop_oneof![
        4 => text.prop_map(|text| chunk(json!({"content": text}), None)),
        2 => text.prop_map(|text| chunk(json!({"reasoning_content": text}), None)),
        1 => text.prop_map(|text| chunk(json!({"refusal": text}), None)),
        4 => (0_u64..3, "[ab]?", prop::option::of(prop::sample::select(vec!["read", "patch"])), text).prop_map(|(index, id, name, arguments)| {
            chunk(json!({"tool_calls": [{"index": index, "id": id, "function": {"name": name, "arguments": arguments}}]}), None)
        }),
        1 => prop::sample::select(vec!["stop", "length", "tool_calls", "content_filter", ""]).prop_map(|word| chunk(json!({}), Some(word))),
        1 => Just(json!({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 3}})),
        1 => any_json(),
    ]
}

/// An event of an Anthropic upstream, sound or odd.
fn messages_event() -> impl Strategy<Value = Value> {
    let text = "[a-z{}\":, é键]{0,8}";
    prop_oneof![
        1 => Just(json!({"type": "message_start", "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}})),
        3 => (0_u64..3, prop::sample::select(vec!["text", "thinking", "tool_use", "redacted_thinking", "server_tool_use"]), "[ab]?").prop_map(|(index, kind, id)| {
            json!({"type": "content_block_start", "index": index, "content_block": {"type": kind, "id": id, "name": "read", "text": "", "thinking": "", "data": "Em", "input": {}}})
        }),
        6 => (0_u64..3, prop::sample::select(vec!["text_delta", "thinking_delta", "input_json_delta", "signature_delta", "citations_delta"]), text).prop_map(|(index, kind, text)| {
            json!({"type": "content_block_delta", "index": index, "delta": {"type": kind, "text": text, "thinking": text, "partial_json": text, "signature": text}})
        }),
        2 => (0_u64..3).prop_map(|index| json!({"type": "content_block_stop", "index": index})),
        1 => prop::sample::select(vec!["end_turn", "max_tokens", "tool_use", "refusal"]).prop_map(|word| {
            json!({"type": "message_delta", "delta": {"stop_reason": word}, "usage": {"output_tokens": 7}})
        }),
        1 => Just(json!({"type": "message_stop"})),
        1 => Just(json!({"type": "ping"})),
        1 => any_json(),
    ]
}

fn is_chat(pair: Pair) -> bool {
    pair.upstream() == Dialect::Chat
}

/// Plays a stream into the strict client, and checks what holds for every stream.
fn check(pair: Pair, bytes: &[u8], cuts: &[usize]) {
    let bridge = open(pair, plain_request(pair));
    let (out, translator) = play(&bridge, bytes, cuts);
    let (whole, _) = play(&bridge, bytes, &[]);
    assert_eq!(
        String::from_utf8_lossy(&out),
        String::from_utf8_lossy(&whole),
        "cuts changed something"
    );
    if out.is_empty() {
        // Nothing was said: the relay can still answer with a status.
        assert!(is_failed(&translator));
        return;
    }
    let told = read(pair.client(), &out);
    assert_eq!(told.error.is_some(), is_failed(&translator));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn x_10_whatever_a_chat_upstream_sends_clients_get_a_sound_stream(
        chunks in prop::collection::vec(chat_event(), 0..14),
        end in 0_usize..400,
        cuts in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let mut bytes = chat_stream(&chunks);
        let whole = bytes.len();
        bytes.truncate(whole.saturating_sub(end.saturating_sub(200)));
        check(Pair::MessagesToChat, &bytes, &cuts);
        check(Pair::ResponsesToChat, &bytes, &cuts);
        check(Pair::GeminiToChat, &bytes, &cuts);
    }

    #[test]
    fn x_10_whatever_claude_sends_clients_get_a_sound_stream(
        events in prop::collection::vec(messages_event(), 0..14),
        end in 0_usize..400,
        cuts in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let mut bytes = messages_stream(&events);
        let whole = bytes.len();
        bytes.truncate(whole.saturating_sub(end.saturating_sub(200)));
        check(Pair::ChatToMessages, &bytes, &cuts);
        check(Pair::ResponsesToMessages, &bytes, &cuts);
        check(Pair::GeminiToMessages, &bytes, &cuts);
    }

    #[test]
    fn x_10_no_request_makes_it_panic(members in prop::collection::vec((word(), any_json()), 0..8)) {
        let body = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        for pair in PAIRS {
            if let Err(no) = Bridge::open(pair, &body, upstream_model(pair)) {
                prop_assert!(!no.member.is_empty() && !no.why.is_empty());
            }
        }
    }

    #[test]
    fn x_10_no_answer_makes_it_panic(value in any_json(), cut in any::<usize>()) {
        let text = value.to_string();
        let cut = cut % (text.len() + 1);
        for pair in PAIRS {
            let bridge = open(pair, plain_request(pair));
            for body in [text.as_bytes(), &text.as_bytes()[..cut]] {
                if let Ok(answer) = bridge.answer(body, stamp()) {
                    read_whole(pair.client(), &answer.body);
                }
            }
        }
    }

    #[test]
    fn x_10_no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for pair in PAIRS {
            let bridge = open(pair, plain_request(pair));
            let (out, translator) = play(&bridge, &bytes, &[]);
            prop_assert!(out.is_empty() && is_failed(&translator));
        }
    }
}

#[test]
fn x_10_deep_json_is_refused_not_followed() {
    let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
    for pair in PAIRS {
        let bridge = open(pair, plain_request(pair));
        assert!(bridge.answer(deep.as_bytes(), stamp()).is_err());
        let data = match is_chat(pair) {
            true => format!(
                r#"{{"choices":[{{"delta":{{"tool_calls":[{{"id":"a","function":{{"name":"f","arguments":{deep}}}}}]}}}}]}}"#
            ),
            false => format!(
                r#"{{"type":"content_block_start","content_block":{{"type":"tool_use","id":"a","name":"f","input":{deep}}}}}"#
            ),
        };
        let (mut stream, mut out) = (bridge.stream(stamp()), Vec::new());
        stream.event(None, &data, &mut out);
        stream.finish(&mut out);
        assert!(is_failed(&stream));
    }
}

#[test]
fn x_10_a_flood_of_calls_neither_hangs_nor_overflows() {
    let calls: Vec<Value> = (0..4_000_u64)
        .map(|index| json!({"index": index, "id": "same", "function": {"name": "f", "arguments": if index == 0 { "{" } else { "{}" }}}))
        .collect();
    let bytes = chat_stream(&[chunk(json!({"tool_calls": calls}), Some("tool_calls"))]);
    check(Pair::MessagesToChat, &bytes, &[]);
    check(Pair::ResponsesToChat, &bytes, &[]);
    check(Pair::GeminiToChat, &bytes, &[]);
}
