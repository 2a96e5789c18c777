//! What a streamed token costs to translate, for each pair, in microseconds: the translation alone, and with the decoding
//! of the upstream's events before it. Prints and judges nothing.
#![allow(
    clippy::unwrap_used,
    reason = "a measurement that cannot run must say so"
)]

use std::hint::black_box;
use std::time::Instant;

use relaydeck::relay::translate::{Bridge, Dialect, Pair, Stamp};
use relaydeck::wire::sse::{SseDecoder, SseItem};
use serde_json::{Value, json};

/// Tokens of one stream.
const TOKENS: usize = 2_000;
/// Bytes that arrive at a time.
const READ: usize = 1_400;

fn main() {
    // `cargo bench` says so; whoever only builds and runs everything gets one quick round.
    let rounds = if std::env::args().any(|word| word == "--bench") {
        60
    } else {
        1
    };
    println!(
        "{:<30} {:>8} {:>18} {:>12}",
        "pair", "µs/token", "with decoding", "bytes/token"
    );
    for pair in [
        Pair::MessagesToChat,
        Pair::ChatToMessages,
        Pair::ResponsesToChat,
        Pair::ResponsesToMessages,
    ] {
        for calls in [false, true] {
            let bytes = stream(pair.upstream(), calls);
            let items = decoded(&bytes);
            let bridge = Bridge::open(
                pair,
                request(pair.client()).as_object().unwrap(),
                "claude-sonnet-4-5",
            )
            .unwrap();
            let mut size = 0;
            let alone = best(rounds, || size = translate(&bridge, &items));
            let whole = best(rounds, || size = decode_and_translate(&bridge, &bytes));
            let name = format!("{pair:?}{}", if calls { " (calls)" } else { "" });
            println!(
                "{name:<30} {alone:>8.3} {whole:>18.3} {:>12.0}",
                size as f64 / TOKENS as f64
            );
        }
    }
}

/// Microseconds a token in the best round.
fn best(rounds: usize, mut work: impl FnMut()) -> f64 {
    let round = |_| {
        let begun = Instant::now();
        work();
        begun.elapsed().as_secs_f64() * 1e6 / TOKENS as f64
    };
    (0..rounds).map(round).fold(f64::INFINITY, f64::min)
}

fn stamp() -> Stamp {
    Stamp {
        id: "0123456789abcdef".into(),
        created: 1_790_000_000,
        model: "claude-sonnet-4-5".into(),
        prompt_tokens: 100,
    }
}

fn translate(bridge: &Bridge, items: &[SseItem]) -> usize {
    let (mut stream, mut out, mut size) = (bridge.stream(stamp()), Vec::with_capacity(4_096), 0);
    for item in items {
        stream.push(item, &mut out);
        size += black_box(&out).len();
        out.clear();
    }
    stream.finish(&mut out);
    size + out.len()
}

fn decode_and_translate(bridge: &Bridge, bytes: &[u8]) -> usize {
    let (mut stream, mut out, mut size) = (bridge.stream(stamp()), Vec::with_capacity(4_096), 0);
    let (mut decoder, mut items) = (SseDecoder::default(), Vec::new());
    for piece in bytes.chunks(READ) {
        decoder.push(piece, &mut items).unwrap();
        for item in items.drain(..) {
            stream.push(&item, &mut out);
        }
        size += black_box(&out).len();
        out.clear();
    }
    stream.finish(&mut out);
    size + out.len()
}

fn decoded(bytes: &[u8]) -> Vec<SseItem> {
    let (mut decoder, mut items) = (SseDecoder::default(), Vec::new());
    decoder.push(bytes, &mut items).unwrap();
    items
}

fn request(client: Dialect) -> Value {
    match client {
        Dialect::Responses => json!({"model": "m", "stream": true, "input": "hi"}),
        _ => {
            json!({"model": "m", "max_tokens": 9_000, "stream": true, "messages": [{"role": "user", "content": "hi"}]})
        }
    }
}

/// A stream of text, or of calls' arguments.
fn stream(upstream: Dialect, calls: bool) -> Vec<u8> {
    let words = [
        " the",
        " relay",
        ",",
        " \"quoted\"",
        "\n",
        " 键",
        " streaming",
        ".",
    ];
    let mut out = String::new();
    let mut chat = |delta: Value, finish: Value| {
        let chunk = json!({"id": "chatcmpl-0123456789abcdef", "object": "chat.completion.chunk", "created": 1_790_000_000, "model": "up-model", "system_fingerprint": "fp_0123456789", "choices": [{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]});
        out.push_str(&format!("data: {chunk}\n\n"));
    };
    if upstream == Dialect::Chat {
        if calls {
            chat(
                json!({"tool_calls": [{"index": 0, "id": "call_a", "type": "function", "function": {"name": "write", "arguments": "{\"text\":\""}}]}),
                Value::Null,
            );
        }
        for word in words.iter().cycle().take(TOKENS) {
            let piece = word.replace(['"', '\n'], "");
            match calls {
                true => chat(
                    json!({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}),
                    Value::Null,
                ),
                false => chat(json!({"content": word}), Value::Null),
            }
        }
        chat(json!({}), json!("stop"));
        return (out + "data: [DONE]\n\n").into_bytes();
    }
    let mut event = |value: Value| {
        out.push_str(&format!(
            "event: {}\ndata: {value}\n\n",
            value["type"].as_str().unwrap()
        ))
    };
    event(
        json!({"type": "message_start", "message": {"usage": {"input_tokens": 100, "output_tokens": 1}}}),
    );
    event(match calls {
        true => {
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "toolu_a", "name": "write", "input": {}}})
        }
        false => {
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
        }
    });
    for word in words.iter().cycle().take(TOKENS) {
        event(
            json!({"type": "content_block_delta", "index": 0, "delta": match calls {
                true => json!({"type": "input_json_delta", "partial_json": word.replace(['"', '\n'], "")}),
                false => json!({"type": "text_delta", "text": word}),
            }}),
        );
    }
    event(json!({"type": "content_block_stop", "index": 0}));
    event(
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": {"output_tokens": TOKENS}}),
    );
    event(json!({"type": "message_stop"}));
    out.into_bytes()
}
