//! Clients as strict as the official SDKs, and stricter: they add up a stream and fail at the first thing out of order.

use relaydeck::relay::translate::Dialect;
use relaydeck::wire::sse::SseItem;
use serde_json::{Value, json};

use crate::gemini;
use crate::support::events;

/// What a stream, or a whole answer, adds up to, in no dialect.
#[derive(Debug, Default, PartialEq)]
pub struct Told {
    pub thinking: String,
    pub text: String,
    /// Names, and arguments as they were written.
    pub calls: Vec<(String, String)>,
    pub call_ids: Vec<String>,
    /// The dialect's own word for why it ended; none where it failed.
    pub finish: Option<String>,
    pub usage: Value,
    pub error: Option<Value>,
}

/// Reads a stream of any dialect.
pub fn read(client: Dialect, bytes: &[u8]) -> Told {
    match client {
        Dialect::Chat => read_chat(bytes),
        Dialect::Messages => read_messages(bytes),
        Dialect::Responses => read_responses(bytes),
        Dialect::Gemini => gemini::read_stream(bytes),
    }
}

/// The events as name and JSON; a data line that is no JSON fails.
fn parsed(bytes: &[u8]) -> Vec<(Option<String>, Value)> {
    let parse = |item| match item {
        SseItem::Event { name, data } if data == "[DONE]" => (name, json!("[DONE]")),
        SseItem::Event { name, data } => {
            let value = serde_json::from_str(&data).unwrap_or_else(|_| panic!("no JSON: {data}"));
            (name, value)
        }
        SseItem::Bare(line) => panic!("a bare line: {line}"),
    };
    events(bytes).into_iter().map(parse).collect()
}

fn read_messages(bytes: &[u8]) -> Told {
    let mut told = Told::default();
    let (mut started, mut stopped, mut next_index) = (false, false, 0);
    let mut open: Option<Value> = None;
    let mut arguments = String::new();
    for (name, event) in parsed(bytes) {
        let kind = event["type"].as_str().unwrap().to_owned();
        assert_eq!(name.as_deref(), Some(kind.as_str()), "name and type differ");
        assert!(!stopped && told.error.is_none(), "{kind} after the end");
        if kind == "error" {
            assert!(event["error"]["message"].is_string() && event["error"]["type"].is_string());
            told.error = Some(event);
            continue;
        }
        assert_eq!(started, kind != "message_start", "{kind} out of order");
        match kind.as_str() {
            "message_start" => {
                started = true;
                let message = &event["message"];
                assert!(message["id"].as_str().unwrap().starts_with("msg_"));
                assert_eq!(message["content"], json!([]));
                assert!(
                    message["usage"]["input_tokens"].is_u64()
                        && message["usage"]["output_tokens"].is_u64()
                );
                assert_eq!(
                    (&message["role"], &message["type"]),
                    (&json!("assistant"), &json!("message"))
                );
            }
            "ping" => {}
            "content_block_start" => {
                assert!(
                    open.is_none() && told.finish.is_none(),
                    "a block inside a block"
                );
                assert_eq!(
                    event["index"], next_index,
                    "indexes must follow one another"
                );
                open = Some(event["content_block"].clone());
                arguments.clear();
            }
            "content_block_delta" => {
                assert_eq!(event["index"], next_index);
                let delta = &event["delta"];
                let block = open.as_ref().expect("a delta without a block");
                let text = |member: &str| delta[member].as_str().expect("a text").to_owned();
                match (
                    block["type"].as_str().unwrap(),
                    delta["type"].as_str().unwrap(),
                ) {
                    ("text", "text_delta") => told.text += &text("text"),
                    ("thinking", "thinking_delta") => told.thinking += &text("thinking"),
                    ("thinking", "signature_delta") => {
                        told.thinking += &format!("<{}>", text("signature"))
                    }
                    ("tool_use", "input_json_delta") => arguments += &text("partial_json"),
                    wrong => panic!("{wrong:?}"),
                }
            }
            "content_block_stop" => {
                assert_eq!(event["index"], next_index);
                next_index += 1;
                let block = open.take().expect("a stop without a block");
                if block["type"] == "tool_use" {
                    told.calls.push((
                        block["name"].as_str().unwrap().to_owned(),
                        arguments.clone(),
                    ));
                    told.call_ids.push(block["id"].as_str().unwrap().to_owned());
                    assert_eq!(block["input"], json!({}));
                }
            }
            "message_delta" => {
                assert!(open.is_none(), "the message ended inside a block");
                told.finish = Some(event["delta"]["stop_reason"].as_str().unwrap().to_owned());
                assert!(event["usage"]["output_tokens"].is_u64());
                told.usage = event["usage"].clone();
            }
            "message_stop" => {
                assert!(told.finish.is_some(), "no message_delta");
                stopped = true;
            }
            other => panic!("unknown event {other}"),
        }
    }
    assert!(
        stopped != told.error.is_some(),
        "neither an end nor an error"
    );
    // Only a call may stay open, and only where the stream failed.
    if let Some(block) = open {
        assert!(
            told.error.is_some() && block["type"] == "tool_use",
            "left open: {block}"
        );
    }
    told
}

fn read_chat(bytes: &[u8]) -> Told {
    let mut told = Told::default();
    let (mut role, mut done) = (false, false);
    for (name, event) in parsed(bytes) {
        assert_eq!(name, None, "chat events have no names");
        assert!(!done, "something after [DONE]");
        if event == "[DONE]" {
            done = true;
            continue;
        }
        assert!(told.error.is_none(), "something after the error");
        if let Some(error) = event.get("error") {
            assert!(error["message"].is_string() && error["type"].is_string());
            told.error = Some(event.clone());
            continue;
        }
        assert_eq!(event["object"], "chat.completion.chunk");
        assert!(event["id"].is_string() && event["created"].is_u64() && event["model"].is_string());
        let choices = event["choices"].as_array().unwrap();
        let Some(choice) = choices.first() else {
            assert!(told.finish.is_some(), "usage before the end");
            told.usage = event["usage"].clone();
            assert!(told.usage.is_object());
            continue;
        };
        assert!(told.finish.is_none(), "a delta after the finish");
        assert_eq!(choice["index"], 0);
        let delta = &choice["delta"];
        assert_eq!(
            !std::mem::replace(&mut role, true),
            delta["role"] == "assistant"
        );
        let text = |member: &str| delta[member].as_str().unwrap_or_default().to_owned();
        told.text += &text("content");
        told.text += &text("refusal");
        told.thinking += &text("reasoning_content");
        for call in delta["tool_calls"].as_array().into_iter().flatten() {
            let index = call["index"].as_u64().unwrap() as usize;
            let arguments = call["function"]["arguments"].as_str().unwrap();
            if index == told.calls.len() {
                assert_eq!(call["type"], "function");
                told.calls.push((
                    call["function"]["name"].as_str().unwrap().into(),
                    arguments.into(),
                ));
                told.call_ids.push(call["id"].as_str().unwrap().into());
            } else {
                assert_eq!(index + 1, told.calls.len(), "calls must follow one another");
                assert!(call.get("id").is_none() && call["function"].get("name").is_none());
                told.calls[index].1 += arguments;
            }
        }
        for (at, block) in delta["thinking_blocks"]
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
        {
            assert_eq!(block["index"], at);
            told.thinking += &format!("<{}>", block["signature"].as_str().unwrap_or_default());
        }
        told.finish = choice["finish_reason"].as_str().map(str::to_owned);
    }
    assert!(done, "no [DONE]");
    assert!(
        told.finish.is_some() != told.error.is_some(),
        "neither a finish nor an error"
    );
    told
}

fn read_responses(bytes: &[u8]) -> Told {
    let mut told = Told::default();
    let mut ended: Option<Value> = None;
    let mut items: Vec<Value> = Vec::new();
    let mut open: Option<(Value, String, bool)> = None;
    for (number, (name, event)) in parsed(bytes).into_iter().enumerate() {
        let kind = event["type"].as_str().unwrap().to_owned();
        assert_eq!(name.as_deref(), Some(kind.as_str()), "name and type differ");
        assert_eq!(
            event["sequence_number"], number,
            "numbers must follow one another"
        );
        assert!(ended.is_none(), "{kind} after the end");
        let order = ["response.created", "response.in_progress"];
        assert_eq!(
            order.get(number).copied(),
            order.contains(&kind.as_str()).then_some(kind.as_str()),
            "order"
        );
        if let Some(response) = event.get("response") {
            assert_eq!(response["id"], "resp_t1");
            for member in [
                "object",
                "created_at",
                "model",
                "output",
                "tools",
                "tool_choice",
                "parallel_tool_calls",
            ] {
                assert!(response.get(member).is_some(), "{member} is missing");
            }
            if !order.contains(&kind.as_str()) {
                let status = kind.strip_prefix("response.").unwrap();
                assert_eq!(response["status"], status);
                ended = Some(response.clone());
            }
            continue;
        }
        let at = items.len();
        assert_eq!(event["output_index"], at, "{kind}");
        if kind == "response.output_item.added" {
            assert!(open.is_none(), "an item inside an item");
            assert_eq!(event["item"]["status"], "in_progress");
            open = Some((event["item"].clone(), String::new(), false));
            continue;
        }
        let (item, text, inner_done) = open.as_mut().expect("an event without its item");
        if kind == "response.output_item.done" {
            let done = &event["item"];
            assert_eq!((&done["id"], &done["type"]), (&item["id"], &item["type"]));
            assert_eq!(done.get("call_id"), item.get("call_id"));
            let whole = done["status"] == "completed";
            assert!(whole || done["status"] == "incomplete");
            match done["type"].as_str().unwrap() {
                "message" => {
                    let part = &done["content"][0];
                    let said = part["text"].as_str().or(part["refusal"].as_str()).unwrap();
                    assert_eq!(said, text);
                    told.text += text;
                }
                "reasoning" => {
                    assert_eq!(
                        done["summary"][0]["text"].as_str().unwrap_or_default(),
                        text
                    );
                    told.thinking += text;
                    if let Some(sealed) = done["encrypted_content"].as_str() {
                        let (_, signature) = sealed.split_once(':').unwrap();
                        told.thinking += &format!("<{signature}>");
                    }
                }
                "function_call" => {
                    assert!(*inner_done || !whole);
                    let arguments = done["arguments"].as_str().unwrap();
                    assert!(arguments == text || text.trim().is_empty() && arguments == "{}");
                    told.calls
                        .push((done["name"].as_str().unwrap().into(), text.clone()));
                    told.call_ids.push(done["call_id"].as_str().unwrap().into());
                }
                "custom_tool_call" => {
                    told.calls.push((
                        done["name"].as_str().unwrap().into(),
                        done["input"].to_string(),
                    ));
                    told.call_ids.push(done["call_id"].as_str().unwrap().into());
                }
                other => panic!("{other}"),
            }
            items.push(done.clone());
            open = None;
            continue;
        }
        assert_eq!(event["item_id"], item["id"], "{kind}");
        let fits = match item["type"].as_str().unwrap() {
            "message" => {
                kind.starts_with("response.output_text.")
                    || kind.starts_with("response.refusal.")
                    || kind.starts_with("response.content_part.")
            }
            "reasoning" => kind.starts_with("response.reasoning_summary_"),
            "function_call" => kind.starts_with("response.function_call_arguments."),
            "custom_tool_call" => kind.starts_with("response.custom_tool_call_input."),
            _ => false,
        };
        assert!(fits, "{kind} in {}", item["type"]);
        if kind.ends_with(".delta") {
            assert!(!*inner_done, "{kind} after its end");
            text.push_str(event["delta"].as_str().unwrap());
        } else if kind.ends_with("_text.done")
            || kind.ends_with("arguments.done")
            || kind.ends_with("input.done")
            || kind.ends_with("refusal.done")
        {
            *inner_done = true;
            let whole = ["text", "arguments", "input", "refusal"]
                .iter()
                .find_map(|member| event[*member].as_str());
            let whole = whole.unwrap();
            assert!(
                whole == text || text.trim().is_empty() && whole == "{}",
                "{whole} is not {text}"
            );
        }
    }
    assert!(open.is_none(), "an item was left open");
    let ended = ended.expect("no end");
    assert_eq!(
        ended["output"],
        Value::Array(items),
        "the end must hold the items"
    );
    told.usage = ended["usage"].clone();
    match ended["status"].as_str().unwrap() {
        "failed" => told.error = Some(ended["error"].clone()),
        "incomplete" => {
            told.finish = ended["incomplete_details"]["reason"]
                .as_str()
                .map(str::to_owned)
        }
        _ => told.finish = Some("completed".into()),
    }
    told
}

/// Reads a whole answer of any dialect.
pub fn read_whole(client: Dialect, body: &[u8]) -> Told {
    let value: Value = serde_json::from_slice(body).unwrap();
    let mut told = Told {
        usage: value["usage"].clone(),
        ..Told::default()
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match client {
        Dialect::Chat => {
            let message = &value["choices"][0]["message"];
            told.text = text(&message["content"]) + &text(&message["refusal"]);
            told.thinking = text(&message["reasoning_content"]);
            for block in message["thinking_blocks"].as_array().into_iter().flatten() {
                told.thinking += &format!("<{}>", text(&block["signature"]));
            }
            for call in message["tool_calls"].as_array().into_iter().flatten() {
                told.calls.push((
                    text(&call["function"]["name"]),
                    text(&call["function"]["arguments"]),
                ));
                told.call_ids.push(text(&call["id"]));
            }
            told.finish = value["choices"][0]["finish_reason"]
                .as_str()
                .map(str::to_owned);
        }
        Dialect::Messages => {
            for block in value["content"].as_array().unwrap() {
                match block["type"].as_str().unwrap() {
                    "text" => told.text += &text(&block["text"]),
                    "thinking" => told.thinking += &text(&block["thinking"]),
                    "tool_use" => {
                        told.calls
                            .push((text(&block["name"]), block["input"].to_string()));
                        told.call_ids.push(text(&block["id"]));
                    }
                    other => panic!("{other}"),
                }
            }
            told.finish = value["stop_reason"].as_str().map(str::to_owned);
        }
        Dialect::Gemini => gemini::add(&value, &mut told),
        Dialect::Responses => {
            for item in value["output"].as_array().unwrap() {
                match item["type"].as_str().unwrap() {
                    "message" => {
                        told.text += &(text(&item["content"][0]["text"])
                            + &text(&item["content"][0]["refusal"]))
                    }
                    "reasoning" => {
                        told.thinking += &text(&item["summary"][0]["text"]);
                        if let Some((_, signature)) =
                            text(&item["encrypted_content"]).split_once(':')
                        {
                            told.thinking += &format!("<{signature}>");
                        }
                    }
                    "function_call" => {
                        told.calls
                            .push((text(&item["name"]), text(&item["arguments"])));
                        told.call_ids.push(text(&item["call_id"]));
                    }
                    other => panic!("{other}"),
                }
            }
            told.finish = Some(match value["status"].as_str().unwrap() {
                "completed" => "completed".into(),
                _ => text(&value["incomplete_details"]["reason"]),
            });
        }
    }
    told
}
