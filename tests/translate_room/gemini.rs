//! Clients of Gemini's in front of chat and Anthropic upstreams (X-10): what they ask, and what they are told.

use relaydeck::relay::translate::{Bridge, Pair};
use serde_json::{Value, json};

use crate::client::{Told, read, read_whole};
use crate::support::{
    chat_stream, chunk, events, messages_stream, object, open, play, stamp, upstream_model,
};
use relaydeck::wire::sse::SseItem;

/// Reads a stream as strictly as Google's SDKs: every line is an event with a JSON of its shape, and the last says why it
/// ended.
pub fn read_stream(bytes: &[u8]) -> Told {
    let mut told = Told::default();
    for item in events(bytes) {
        let SseItem::Event { name: None, data } = item else {
            panic!("not a plain event: {item:?}");
        };
        let chunk: Value =
            serde_json::from_str(&data).unwrap_or_else(|_| panic!("no JSON: {data}"));
        assert!(
            told.error.is_none() && told.finish.is_none(),
            "something after the end: {chunk}"
        );
        if let Some(error) = chunk.get("error") {
            assert!(
                error["code"].is_u64()
                    && error["message"].is_string()
                    && error["status"].is_string()
            );
            told.error = Some(error.clone());
            continue;
        }
        add(&chunk, &mut told);
    }
    assert!(
        told.finish.is_some() != told.error.is_some(),
        "neither a finish nor an error"
    );
    told
}

/// Adds what a chunk, or a whole answer, holds.
pub fn add(chunk: &Value, told: &mut Told) {
    assert!(chunk["modelVersion"].is_string() && chunk["responseId"].is_string());
    let candidate = &chunk["candidates"][0];
    assert_eq!(
        (&candidate["index"], &candidate["content"]["role"]),
        (&json!(0), &json!("model"))
    );
    for part in candidate["content"]["parts"].as_array().unwrap() {
        let text = part["text"].as_str().unwrap_or_default();
        match (part["thought"] == true, part.get("functionCall")) {
            (true, _) => {
                told.thinking += text;
                if let Some(sealed) = part["thoughtSignature"].as_str() {
                    let (_, signature) = sealed.split_once(':').unwrap();
                    told.thinking += &format!("<{signature}>");
                }
            }
            (false, Some(call)) => {
                assert!(call["args"].is_object());
                told.calls.push((
                    call["name"].as_str().unwrap().into(),
                    call["args"].to_string(),
                ));
                told.call_ids.push(call["id"].as_str().unwrap().into());
            }
            (false, None) => told.text += part["text"].as_str().unwrap(),
        }
    }
    told.finish = candidate["finishReason"].as_str().map(str::to_owned);
    told.usage = chunk["usageMetadata"].clone();
    assert_eq!(told.finish.is_some(), told.usage.is_object());
}

fn asked() -> Value {
    json!({
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Read a and b."}, {"inline_data": {"mime_type": "image/png", "data": "iVBO"}}]},
            {"role": "model", "parts": [
                {"text": "Two ", "thought": true}, {"text": "files", "thought": true, "thoughtSignature": "claude-signature:EqQB"},
                {"functionCall": {"name": "read", "args": {"path": "a"}}},
                {"functionCall": {"name": "read", "args": {"path": "b"}}},
            ]},
            {"role": "user", "parts": [
                {"functionResponse": {"name": "read", "id": "made-by-the-client", "response": {"output": "A"}}},
                {"functionResponse": {"name": "read", "response": {"error": "no such file"}}},
            ]},
            {"role": "user", "parts": [{"text": "And?"}]},
        ],
        "tools": [{"functionDeclarations": [{
            "name": "read", "description": "Reads a file.",
            "parameters": {"type": "OBJECT", "properties": {"path": {"type": "STRING"}}, "required": ["path"]},
        }]}, {"googleSearch": {}}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["read"]}},
        "generationConfig": {
            "temperature": 0.5, "topP": 0.9, "maxOutputTokens": 500, "stopSequences": ["END"], "seed": 7, "candidateCount": 1,
            "responseMimeType": "application/json", "responseSchema": {"type": "OBJECT", "properties": {"n": {"type": "INTEGER"}}},
        },
        "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
        "stream": true,
    })
}

fn request(pair: Pair, body: Value) -> Value {
    Value::Object(open(pair, body).request().clone())
}

#[test]
fn x_10_what_a_gemini_client_asks_reaches_a_chat_upstream() {
    let parameters =
        json!({"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]});
    let call = |id: &str, path: &str| json!({"id": id, "type": "function", "function": {"name": "read", "arguments": format!("{{\"path\":\"{path}\"}}")}});
    assert_eq!(
        request(Pair::GeminiToChat, asked()),
        json!({
            "model": "deepseek-v3.2", "max_tokens": 500, "temperature": 0.5, "top_p": 0.9, "stop": ["END"],
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": [
                    {"type": "text", "text": "Read a and b."},
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}},
                ]},
                {"role": "assistant", "content": null, "tool_calls": [call("call_1", "a"), call("call_2", "b")]},
                {"role": "tool", "tool_call_id": "call_1", "content": "A"},
                {"role": "tool", "tool_call_id": "call_2", "content": "Error: no such file"},
                {"role": "user", "content": "And?"},
            ],
            "tools": [{"type": "function", "function": {"name": "read", "description": "Reads a file.", "parameters": parameters}}],
            "tool_choice": {"type": "function", "function": {"name": "read"}},
            "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object", "properties": {"n": {"type": "integer"}}}, "strict": false}},
            "stream": true, "stream_options": {"include_usage": true},
        })
    );
}

#[test]
fn x_10_what_a_gemini_client_asks_reaches_claude_with_its_signed_thinking() {
    let mut body = asked();
    body["generationConfig"] = json!({"thinkingConfig": {"thinkingBudget": -1, "includeThoughts": true}, "maxOutputTokens": 30_000});
    body["contents"].as_array_mut().unwrap().pop();
    body.as_object_mut().unwrap().remove("toolConfig");
    let sent = request(Pair::GeminiToMessages, body);
    assert_eq!(sent["system"], "Be brief.");
    assert_eq!(sent["thinking"]["type"], "enabled", "{sent}");
    let turn = &sent["messages"][1]["content"];
    assert_eq!(
        turn[0],
        json!({"type": "thinking", "thinking": "Two files", "signature": "EqQB"})
    );
    assert_eq!(
        turn[1],
        json!({"type": "tool_use", "id": "call_1", "name": "read", "input": {"path": "a"}})
    );
    assert_eq!(
        sent["messages"][2]["content"][1],
        json!({"type": "tool_result", "tool_use_id": "call_2", "content": "no such file", "is_error": true})
    );
}

#[test]
fn x_10_what_another_model_cannot_mean_is_refused_by_name() {
    let hello = json!([{"role": "user", "parts": [{"text": "Hi"}]}]);
    let with = |name: &str, value: Value| {
        let mut body = json!({"contents": hello});
        body[name] = value;
        body
    };
    let part = |part: Value| json!({"contents": [{"role": "user", "parts": [part]}]});
    for (body, member) in [
        (json!({}), "contents"),
        (
            with("cachedContent", json!("cachedContents/1")),
            "cachedContent",
        ),
        (
            with("generationConfig", json!({"candidateCount": 2})),
            "candidateCount",
        ),
        (
            with(
                "generationConfig",
                json!({"response_modalities": ["IMAGE"]}),
            ),
            "responseModalities",
        ),
        (
            with(
                "generationConfig",
                json!({"responseMimeType": "text/x.enum"}),
            ),
            "generationConfig.responseMimeType",
        ),
        (
            with("generationConfig", json!({"maxOutputTokens": "many"})),
            "generationConfig.maxOutputTokens",
        ),
        (
            with("tools", json!([{"googleSearch": {}}])),
            "tools[0].googleSearch",
        ),
        (
            part(json!({"inlineData": {"mimeType": "audio/wav", "data": "AA=="}})),
            "contents[0].parts[0].inlineData",
        ),
        (
            part(json!({"fileData": {"mimeType": "image/png", "fileUri": "gs://bucket/a.png"}})),
            "contents[0].parts[0].fileData.fileUri",
        ),
        (
            part(json!({"executableCode": {"code": "1"}})),
            "contents[0].parts[0].executableCode",
        ),
        (
            part(json!({"functionResponse": {"name": "f", "response": {}}})),
            "contents[0].parts[0].functionResponse",
        ),
        (part(json!({})), "contents[0].parts[0]"),
    ] {
        let refused = Bridge::open(Pair::GeminiToChat, &object(body.clone()), "m").unwrap_err();
        assert_eq!(refused.member, member, "{body}: {refused}");
    }
}

const CALLS: &str = r#"{"path":"a"}"#;

#[test]
fn x_10_a_chat_stream_is_told_to_a_gemini_client() {
    let bytes = chat_stream(&[
        chunk(
            json!({"role": "assistant", "reasoning_content": "hm"}),
            None,
        ),
        chunk(json!({"content": "The "}), None),
        chunk(json!({"content": "answer"}), None),
        chunk(
            json!({"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "read", "arguments": "{\"path\""}}]}),
            None,
        ),
        chunk(
            json!({"tool_calls": [{"index": 0, "function": {"arguments": ":\"a\"}"}}, {"index": 1, "function": {"name": "read", "arguments": CALLS}}]}),
            None,
        ),
        chunk(json!({}), Some("tool_calls")),
        json!({"choices": [], "usage": {"prompt_tokens": 30, "completion_tokens": 12, "prompt_tokens_details": {"cached_tokens": 20}, "completion_tokens_details": {"reasoning_tokens": 5}}}),
    ]);
    let mut body = asked();
    for shown in [false, true] {
        body["generationConfig"] = json!({"thinkingConfig": {"includeThoughts": shown}});
        let (out, _) = play(
            &open(Pair::GeminiToChat, body.clone()),
            &bytes,
            &[7, 90, 300],
        );
        let told = read(relaydeck::relay::translate::Dialect::Gemini, &out);
        assert_eq!(
            (told.text.as_str(), told.thinking.as_str()),
            ("The answer", if shown { "hm" } else { "" })
        );
        assert_eq!(
            told.calls,
            [
                ("read".to_owned(), CALLS.to_owned()),
                ("read".to_owned(), CALLS.to_owned())
            ]
        );
        assert_eq!(told.call_ids, ["c1", "call_t1_1"]);
        assert_eq!(told.finish.as_deref(), Some("STOP"));
        assert_eq!(
            told.usage,
            json!({"promptTokenCount": 30, "cachedContentTokenCount": 20, "candidatesTokenCount": 7, "thoughtsTokenCount": 5, "totalTokenCount": 42})
        );
    }
}

#[test]
fn x_10_a_cut_stream_shows_no_half_of_a_call_and_ends_in_googles_error() {
    let mut bytes = chat_stream(&[
        chunk(json!({"content": "Wait"}), None),
        chunk(
            json!({"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "read", "arguments": "{\"pa"}}]}),
            None,
        ),
    ]);
    bytes.truncate(bytes.len() - b"data: [DONE]\n\n".len());
    let (out, _) = play(&open(Pair::GeminiToChat, asked()), &bytes, &[]);
    let told = read_stream(&out);
    assert_eq!((told.text.as_str(), told.calls.len()), ("Wait", 0));
    let error = told.error.unwrap();
    assert_eq!(
        (&error["code"], &error["status"]),
        (&json!(502), &json!("UNAVAILABLE"))
    );
    // The model itself stopped in the middle: the reason says so.
    let short = chat_stream(&[chunk(
        json!({"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "read", "arguments": "{\"pa"}}]}),
        Some("length"),
    )]);
    let (out, _) = play(&open(Pair::GeminiToChat, asked()), &short, &[]);
    let told = read_stream(&out);
    assert_eq!(
        (told.finish.as_deref(), told.calls.len()),
        (Some("MAX_TOKENS"), 0)
    );
}

#[test]
fn x_10_a_call_that_came_to_no_json_is_left_out_and_the_reason_says_so() {
    let call =
        json!({"id": "c1", "type": "function", "function": {"name": "read", "arguments": "{\"pa"}});
    let mut piece = call.clone();
    piece["index"] = json!(0);
    let stream = chat_stream(&[
        chunk(json!({"content": "Wait"}), None),
        chunk(json!({"tool_calls": [piece]}), Some("tool_calls")),
    ]);
    let bridge = open(Pair::GeminiToChat, asked());
    let (out, _) = play(&bridge, &stream, &[]);
    let streamed = read_stream(&out);
    let whole = json!({"choices": [{"message": {"content": "Wait", "tool_calls": [call]}, "finish_reason": "tool_calls"}]});
    let answer = bridge
        .answer(whole.to_string().as_bytes(), stamp())
        .unwrap();
    let whole = read_whole(relaydeck::relay::translate::Dialect::Gemini, &answer.body);
    for told in [streamed, whole] {
        assert_eq!(
            (told.text.as_str(), told.calls.len(), told.finish.as_deref()),
            ("Wait", 0, Some("MALFORMED_FUNCTION_CALL"))
        );
    }
}

#[test]
fn x_10_claudes_thinking_comes_back_as_it_was_given_streamed_and_whole() {
    let bytes = messages_stream(&[
        json!({"type": "message_start", "message": {"usage": {"input_tokens": 9, "output_tokens": 1}}}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Let me "}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "see"}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "Sig"}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "toolu_1", "name": "read", "input": {}}}),
        json!({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": CALLS}}),
        json!({"type": "content_block_stop", "index": 1}),
        json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 7}}),
        json!({"type": "message_stop"}),
    ]);
    let mut body = asked();
    body["generationConfig"] =
        json!({"thinkingConfig": {"thinkingBudget": 2000, "includeThoughts": true}});
    let bridge = open(Pair::GeminiToMessages, body.clone());
    let (out, _) = play(&bridge, &bytes, &[]);
    let told = read_stream(&out);
    assert_eq!(told.thinking, "Let me see<Sig>");
    assert_eq!(told.call_ids, ["toolu_1"]);

    // What was streamed goes back in its pieces, and is one thought again.
    let mut parts = Vec::new();
    for item in events(&out) {
        let SseItem::Event { data, .. } = item else {
            continue;
        };
        let chunk: Value = serde_json::from_str(&data).unwrap();
        parts.extend(
            chunk["candidates"][0]["content"]["parts"]
                .as_array()
                .unwrap()
                .clone(),
        );
    }
    let back = json!({"contents": [
        {"role": "user", "parts": [{"text": "Hi"}]}, {"role": "model", "parts": parts},
        {"role": "user", "parts": [{"functionResponse": {"name": "read", "response": {"result": "A"}}}]},
    ], "generationConfig": {"thinkingConfig": {"thinkingBudget": 2000}, "maxOutputTokens": 9000}});
    let again = Bridge::open(
        Pair::GeminiToMessages,
        &object(back),
        upstream_model(Pair::GeminiToMessages),
    )
    .unwrap();
    assert_eq!(
        again.request()["messages"][1]["content"][0],
        json!({"type": "thinking", "thinking": "Let me see", "signature": "Sig"})
    );

    let whole = json!({"type": "message", "role": "assistant", "stop_reason": "tool_use", "usage": {"input_tokens": 9, "output_tokens": 7}, "content": [
        {"type": "thinking", "thinking": "Let me see", "signature": "Sig"},
        {"type": "tool_use", "id": "toolu_1", "name": "read", "input": {"path": "a"}},
    ]});
    let answer = bridge
        .answer(whole.to_string().as_bytes(), stamp())
        .unwrap();
    let document = read_whole(relaydeck::relay::translate::Dialect::Gemini, &answer.body);
    assert_eq!(document, told);
}
