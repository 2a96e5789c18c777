//! What the tests share: opening bridges, playing streams, reading what was written.

use relaydeck::relay::translate::{Bridge, Pair, Progress, Stamp, StreamTranslator};
use relaydeck::wire::sse::{SseDecoder, SseItem};
use serde_json::{Map, Value, json};

/// All pairs.
pub const PAIRS: [Pair; 6] = [
    Pair::MessagesToChat,
    Pair::ChatToMessages,
    Pair::ResponsesToChat,
    Pair::ResponsesToMessages,
    Pair::GeminiToChat,
    Pair::GeminiToMessages,
];

pub fn stamp() -> Stamp {
    Stamp {
        id: "t1".into(),
        created: 1_790_000_000,
        model: "asked-for".into(),
        prompt_tokens: 21,
    }
}

pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("no object: {other}"),
    }
}

/// A model that the upstream of a pair would have.
pub fn upstream_model(pair: Pair) -> &'static str {
    match pair {
        Pair::MessagesToChat | Pair::ResponsesToChat | Pair::GeminiToChat => "deepseek-v3.2",
        Pair::ChatToMessages | Pair::ResponsesToMessages | Pair::GeminiToMessages => {
            "claude-sonnet-4-5"
        }
    }
}

pub fn open(pair: Pair, body: Value) -> Bridge {
    Bridge::open(pair, &object(body), upstream_model(pair)).unwrap_or_else(|no| panic!("{no}"))
}

/// The smallest request of a pair's client.
pub fn plain_request(pair: Pair) -> Value {
    match pair {
        Pair::MessagesToChat => {
            json!({"model": "m", "max_tokens": 50, "stream": true, "messages": [{"role": "user", "content": "hi"}]})
        }
        Pair::ChatToMessages => {
            json!({"model": "m", "stream": true, "stream_options": {"include_usage": true}, "messages": [{"role": "user", "content": "hi"}]})
        }
        Pair::GeminiToChat | Pair::GeminiToMessages => {
            json!({"stream": true, "contents": [{"role": "user", "parts": [{"text": "hi"}]}], "generationConfig": {"thinkingConfig": {"includeThoughts": true}}})
        }
        Pair::ResponsesToChat | Pair::ResponsesToMessages => {
            json!({"model": "m", "stream": true, "input": "hi", "tools": [{"type": "custom", "name": "patch"}]})
        }
    }
}

/// Plays the bytes of an upstream's stream, cut at the given places; `finish` says whether its end is played too.
pub fn play(bridge: &Bridge, bytes: &[u8], cuts: &[usize]) -> (Vec<u8>, StreamTranslator) {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    cuts.push(bytes.len());
    cuts.sort_unstable();
    let (mut translator, mut out) = (bridge.stream(stamp()), Vec::new());
    let (mut decoder, mut items, mut from) = (SseDecoder::default(), Vec::new(), 0);
    for cut in cuts {
        decoder.push(&bytes[from..cut], &mut items).unwrap();
        for item in items.drain(..) {
            translator.push(&item, &mut out);
        }
        from = cut;
    }
    decoder.finish(&mut items);
    for item in items.drain(..) {
        translator.push(&item, &mut out);
    }
    translator.finish(&mut out);
    (out, translator)
}

/// The events that were written.
pub fn events(bytes: &[u8]) -> Vec<SseItem> {
    let (mut decoder, mut items) = (SseDecoder::default(), Vec::new());
    decoder.push(bytes, &mut items).unwrap();
    decoder.finish(&mut items);
    items
}

/// An SSE stream of data lines, as chat upstreams send it.
pub fn chat_stream(chunks: &[Value]) -> Vec<u8> {
    let mut bytes: Vec<u8> = chunks
        .iter()
        .flat_map(|chunk| format!("data: {chunk}\n\n").into_bytes())
        .collect();
    bytes.extend_from_slice(b"data: [DONE]\n\n");
    bytes
}

/// An SSE stream of named events, as Anthropic upstreams send it.
pub fn messages_stream(events: &[Value]) -> Vec<u8> {
    let event = |event: &Value| {
        let name = event["type"].as_str().unwrap_or("message_start");
        format!("event: {name}\ndata: {event}\n\n").into_bytes()
    };
    events.iter().flat_map(event).collect()
}

/// A chunk with one choice.
pub fn chunk(delta: Value, finish: Option<&str>) -> Value {
    json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "up", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})
}

pub fn is_failed(translator: &StreamTranslator) -> bool {
    matches!(translator.progress(), Progress::Failed(_))
}
