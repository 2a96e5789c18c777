//! There and back: a request that becomes the other dialect and returns keeps what was said; a stream says what the whole
//! answer says.

use proptest::prelude::*;
use relaydeck::relay::translate::{Bridge, Dialect, Pair};
use serde_json::{Map, Value, json};

use crate::client::{Told, read, read_whole};
use crate::support::{
    chat_stream, chunk, messages_stream, object, open, plain_request, play, stamp,
};

/// What a request says, in no dialect: speaker and words, images, calls, results.
fn said(messages: &[Value]) -> Vec<String> {
    let mut all = Vec::new();
    for message in messages {
        let role = message["role"].as_str().unwrap();
        match &message["content"] {
            Value::String(text) if role == "tool" => {
                all.push(format!("result {} {text}", message["tool_call_id"]))
            }
            Value::String(text) => all.push(format!("{role} {text}")),
            Value::Array(parts) => {
                for part in parts {
                    all.push(match part["type"].as_str().unwrap() {
                        "text" => format!("{role} {}", part["text"].as_str().unwrap()),
                        "image" => format!(
                            "{role} image {}{}",
                            part["source"]["data"], part["source"]["url"]
                        ),
                        "tool_use" => {
                            format!("call {} {} {}", part["id"], part["name"], part["input"])
                        }
                        "tool_result" => format!(
                            "result {} {}",
                            part["tool_use_id"],
                            part["content"].as_str().unwrap_or_default()
                        ),
                        other => panic!("{other}"),
                    });
                }
            }
            _ => {}
        }
    }
    all
}

#[derive(Clone, Debug)]
enum Turn {
    Asked(Vec<Option<String>>),
    Worked(String, Vec<(String, Map<String, Value>, String)>),
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let words = "[a-zé键\"\\\\\n{}]{1,10}[a-z]";
    let arguments = prop::collection::vec(("[a-z]{1,5}", words.prop_map(Value::from)), 0..3)
        .prop_map(|members| members.into_iter().collect());
    // None is an image.
    let asked =
        prop::collection::vec(prop::option::weighted(0.7, words), 1..4).prop_map(Turn::Asked);
    let worked = (
        words,
        prop::collection::vec(("[a-z]{1,5}", arguments, words), 1..4),
    )
        .prop_map(|(text, calls)| Turn::Worked(text, calls));
    prop::collection::vec(prop_oneof![asked, worked], 0..5).prop_map(|mut turns| {
        turns.insert(0, Turn::Asked(vec![Some("begin".into())]));
        turns
    })
}

/// A Messages request of these turns, as a client writes it.
fn messages_request(turns: &[Turn]) -> Value {
    let mut messages: Vec<Value> = Vec::new();
    let mut number = 0;
    for turn in turns {
        match turn {
            Turn::Asked(parts) => {
                let block = |part: &Option<String>| match part {
                    Some(text) => json!({"type": "text", "text": text}),
                    None => {
                        json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}})
                    }
                };
                messages.push(json!({"role": "user", "content": parts.iter().map(block).collect::<Vec<Value>>()}));
            }
            Turn::Worked(text, calls) => {
                let mut blocks = vec![json!({"type": "text", "text": text})];
                let mut results = Vec::new();
                for (name, arguments, result) in calls {
                    number += 1;
                    let id = format!("toolu_{number}");
                    blocks.push(
                        json!({"type": "tool_use", "id": id, "name": name, "input": arguments}),
                    );
                    results
                        .push(json!({"type": "tool_result", "tool_use_id": id, "content": result}));
                }
                messages.push(json!({"role": "assistant", "content": blocks}));
                messages.push(json!({"role": "user", "content": results}));
            }
        }
    }
    json!({"model": "m", "max_tokens": 99, "system": "Be kind.", "messages": messages, "tools": [{"name": "f", "description": "d", "input_schema": {"type": "object", "properties": {"a": {"type": "string"}}}}]})
}

/// One line for each, whatever was joined or split.
fn flat(lines: &[String]) -> String {
    let lines: Vec<String> = lines
        .iter()
        .map(|line| {
            line.replace("user ", "")
                .replace("assistant ", "")
                .replace("\n\n", "")
        })
        .collect();
    lines.concat()
}

/// What a model made, to be put into either dialect.
#[derive(Clone, Debug)]
struct Made {
    thinking: String,
    text: String,
    calls: Vec<(String, String)>,
    pieces: usize,
}

fn made() -> impl Strategy<Value = Made> {
    let words = "[a-z é键\"\\\\\n]{0,20}";
    let calls = prop::collection::vec(
        (
            "[a-z]{1,6}",
            words.prop_map(|text| json!({"k": text}).to_string()),
        ),
        0..4,
    );
    (words, words, calls, 1_usize..6).prop_map(|(thinking, text, calls, pieces)| Made {
        thinking,
        text,
        calls,
        pieces,
    })
}

fn cut(text: &str, pieces: usize) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters
        .chunks(letters.len().div_ceil(pieces).max(1))
        .map(|piece| piece.iter().collect())
        .collect()
}

impl Made {
    fn finish(&self) -> (&'static str, &'static str) {
        if self.calls.is_empty() {
            ("stop", "end_turn")
        } else {
            ("tool_calls", "tool_use")
        }
    }

    fn usage() -> (Value, Value) {
        (
            json!({"prompt_tokens": 50, "completion_tokens": 9, "total_tokens": 59, "prompt_tokens_details": {"cached_tokens": 40}}),
            json!({"input_tokens": 10, "cache_read_input_tokens": 40, "output_tokens": 9}),
        )
    }

    fn chat_whole(&self) -> Value {
        let call = |(at, (name, arguments)): (usize, &(String, String))| json!({"id": format!("call_{at}"), "type": "function", "function": {"name": name, "arguments": arguments}});
        let calls: Vec<Value> = self.calls.iter().enumerate().map(call).collect();
        json!({"choices": [{"message": {"role": "assistant", "content": self.text, "reasoning_content": self.thinking, "tool_calls": calls}, "finish_reason": self.finish().0}], "usage": Made::usage().0})
    }

    /// Calls come interleaved: a piece of each in turn.
    fn chat_stream(&self) -> Vec<u8> {
        let mut chunks = vec![chunk(json!({"role": "assistant", "content": ""}), None)];
        chunks.extend(
            cut(&self.thinking, self.pieces)
                .into_iter()
                .map(|text| chunk(json!({"reasoning_content": text}), None)),
        );
        chunks.extend(
            cut(&self.text, self.pieces)
                .into_iter()
                .map(|text| chunk(json!({"content": text}), None)),
        );
        for (at, (name, _)) in self.calls.iter().enumerate() {
            chunks.push(chunk(json!({"tool_calls": [{"index": at, "id": format!("call_{at}"), "type": "function", "function": {"name": name, "arguments": ""}}]}), None));
        }
        let pieces: Vec<Vec<String>> = self
            .calls
            .iter()
            .map(|(_, arguments)| cut(arguments, self.pieces))
            .collect();
        for round in 0..self.pieces {
            for (at, pieces) in pieces.iter().enumerate() {
                if let Some(piece) = pieces.get(round) {
                    chunks.push(chunk(
                        json!({"tool_calls": [{"index": at, "function": {"arguments": piece}}]}),
                        None,
                    ));
                }
            }
        }
        chunks.push(chunk(json!({}), Some(self.finish().0)));
        chunks.push(json!({"choices": [], "usage": Made::usage().0}));
        chat_stream(&chunks)
    }

    fn blocks(&self) -> Vec<Value> {
        let mut blocks = Vec::new();
        if !self.thinking.is_empty() {
            blocks
                .push(json!({"type": "thinking", "thinking": self.thinking, "signature": "EqQB"}));
        }
        if !self.text.is_empty() {
            blocks.push(json!({"type": "text", "text": self.text}));
        }
        for (at, (name, arguments)) in self.calls.iter().enumerate() {
            let input: Value = serde_json::from_str(arguments).unwrap();
            blocks.push(json!({"type": "tool_use", "id": format!("call_{at}"), "name": name, "input": input}));
        }
        blocks
    }

    fn messages_whole(&self) -> Value {
        json!({"type": "message", "role": "assistant", "content": self.blocks(), "stop_reason": self.finish().1, "usage": Made::usage().1})
    }

    fn messages_stream(&self) -> Vec<u8> {
        let mut events = vec![
            json!({"type": "message_start", "message": {"usage": {"input_tokens": 10, "cache_read_input_tokens": 40, "output_tokens": 1}}}),
        ];
        for (index, block) in self.blocks().into_iter().enumerate() {
            let mut begin = block.clone();
            let (kind, member, text) = match block["type"].as_str().unwrap() {
                "thinking" => ("thinking_delta", "thinking", self.thinking.clone()),
                "text" => ("text_delta", "text", self.text.clone()),
                _ => (
                    "input_json_delta",
                    "partial_json",
                    block["input"].to_string(),
                ),
            };
            for (member, empty) in [
                ("thinking", json!("")),
                ("signature", json!("")),
                ("text", json!("")),
                ("input", json!({})),
            ] {
                if begin.get(member).is_some() {
                    begin[member] = empty;
                }
            }
            events.push(
                json!({"type": "content_block_start", "index": index, "content_block": begin}),
            );
            for piece in cut(&text, self.pieces) {
                events.push(json!({"type": "content_block_delta", "index": index, "delta": {"type": kind, member: piece}}));
            }
            if block["type"] == "thinking" {
                events.push(json!({"type": "content_block_delta", "index": index, "delta": {"type": "signature_delta", "signature": "EqQB"}}));
            }
            events.push(json!({"type": "content_block_stop", "index": index}));
        }
        events.push(json!({"type": "message_delta", "delta": {"stop_reason": self.finish().1, "stop_sequence": null}, "usage": {"output_tokens": 9}}));
        events.push(json!({"type": "message_stop"}));
        messages_stream(&events)
    }
}

/// The answer through a pair, streamed and whole.
fn both(pair: Pair, made: &Made) -> (Told, Told) {
    let (bytes, whole) = match pair.upstream() {
        Dialect::Messages => (made.messages_stream(), made.messages_whole()),
        _ => (made.chat_stream(), made.chat_whole()),
    };
    let bridge = open(pair, plain_request(pair));
    let streamed = read(pair.client(), &play(&bridge, &bytes, &[]).0);
    let whole = bridge
        .answer(whole.to_string().as_bytes(), stamp())
        .unwrap();
    (streamed, read_whole(pair.client(), &whole.body))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn x_10_a_request_there_and_back_says_the_same(turns in turns()) {
        let first = messages_request(&turns);
        let there = Bridge::open(Pair::MessagesToChat, &object(first.clone()), "up").unwrap();
        let back = Bridge::open(Pair::ChatToMessages, there.request(), "claude-sonnet-4-5").unwrap();
        let (back, first) = (back.request(), object(first));
        let messages = |body: &Map<String, Value>| said(body["messages"].as_array().unwrap());
        prop_assert_eq!(flat(&messages(back)), flat(&messages(&first)));
        for member in ["system", "tools", "max_tokens"] {
            prop_assert_eq!(&back[member], &first[member]);
        }
        let again = Bridge::open(Pair::MessagesToChat, back, "up").unwrap();
        prop_assert_eq!(again.request()["tools"].clone(), there.request()["tools"].clone());
    }

    #[test]
    fn x_10_a_stream_adds_up_to_the_whole_answer(made in made()) {
        for pair in [Pair::MessagesToChat, Pair::ChatToMessages, Pair::ResponsesToChat, Pair::ResponsesToMessages] {
            let (streamed, whole) = both(pair, &made);
            prop_assert_eq!(&streamed, &whole, "{:?}", pair);
            prop_assert_eq!(&streamed.text, &made.text);
            prop_assert_eq!(&streamed.calls, &made.calls);
            prop_assert!(streamed.thinking.starts_with(&made.thinking));
        }
    }
}
