//! The smallest request of every endpoint, answered in one piece: what a test call sends, and what it reads back.
//!
//! Each dialect names text, counts and the end of an answer differently; here they become the same parts as a stream's.

use serde_json::{Value, json};

use super::gemini::finish as gemini_finish;
use super::openai_chat::{ChatDecoder, Delivery, encode, usage};
use crate::domain::{ChatRequest, Endpoint, Fault, FaultKind, Finish, Part, Usage};
use crate::locale::say;

/// The body of a request that is to be answered in one piece. `None` for an endpoint that we do not know to call.
pub fn body(endpoint: &Endpoint, request: &ChatRequest) -> Option<Vec<u8>> {
    let text = || -> String {
        let texts: Vec<&str> = request
            .messages
            .iter()
            .map(|message| message.text.as_str())
            .collect();
        texts.join("\n\n")
    };
    let most = request.max_tokens.unwrap_or(64);
    let value = match endpoint {
        Endpoint::Chat => return Some(encode(request, Delivery::Whole)),
        Endpoint::Messages => json!({
            "model": request.model,
            "max_tokens": most,
            "messages": [{"role": "user", "content": text()}],
        }),
        Endpoint::Responses => json!({
            "model": request.model,
            "max_output_tokens": most.max(16),
            "input": text(),
        }),
        Endpoint::Gemini => json!({
            "contents": [{"role": "user", "parts": [{"text": text()}]}],
            "generationConfig": {"maxOutputTokens": most},
        }),
        Endpoint::Embeddings => json!({"model": request.model, "input": text()}),
        Endpoint::Other(_) => return None,
    };
    Some(value.to_string().into_bytes())
}

/// The parts of an answer in one piece.
///
/// # Errors
/// When it is no answer of this endpoint.
pub fn read(endpoint: &Endpoint, value: &Value) -> Result<Vec<Part>, Fault> {
    let mut parts = Vec::new();
    let known = match endpoint {
        Endpoint::Chat => {
            ChatDecoder::default().take(&value.to_string(), &mut parts)?;
            value.get("choices").is_some()
        }
        Endpoint::Messages => messages(value, &mut parts),
        Endpoint::Responses => responses(value, &mut parts),
        Endpoint::Gemini => gemini(value, &mut parts),
        Endpoint::Embeddings => embeddings(value, &mut parts),
        Endpoint::Other(_) => false,
    };
    if known {
        return Ok(parts);
    }
    Err(Fault::new(
        FaultKind::NotAnApi,
        say!("trouble-relay-not-as", endpoint = endpoint),
    ))
}

fn string(value: &Value, name: &str) -> Option<String> {
    let text = value.get(name)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}

fn count(value: Option<&Value>, name: &str) -> u64 {
    value
        .and_then(|value| value.get(name))
        .and_then(Value::as_u64)
        .unwrap_or(0)
}

fn rows<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn messages(value: &Value, parts: &mut Vec<Part>) -> bool {
    parts.extend(string(value, "model").map(Part::Model));
    for block in rows(value, "content") {
        parts.extend(string(block, "thinking").map(Part::Reasoning));
        parts.extend(string(block, "text").map(Part::Text));
    }
    let told = value.get("usage");
    if told.is_some() {
        parts.push(Part::Usage(Usage {
            input: count(told, "input_tokens"),
            cache_read: count(told, "cache_read_input_tokens"),
            cache_write: count(told, "cache_creation_input_tokens"),
            output: count(told, "output_tokens"),
        }));
    }
    parts.extend(string(value, "stop_reason").map(|reason| {
        Part::Finish(match reason.as_str() {
            "end_turn" | "stop_sequence" => Finish::Stop,
            "max_tokens" => Finish::Length,
            "tool_use" => Finish::ToolCalls,
            "refusal" => Finish::ContentFilter,
            _ => Finish::Other(reason),
        })
    }));
    value.get("content").is_some_and(Value::is_array)
}

fn responses(value: &Value, parts: &mut Vec<Part>) -> bool {
    parts.extend(string(value, "model").map(Part::Model));
    for item in rows(value, "output") {
        for piece in rows(item, "content") {
            parts.extend(string(piece, "text").map(Part::Text));
        }
        for piece in rows(item, "summary") {
            parts.extend(string(piece, "text").map(Part::Reasoning));
        }
    }
    let told = value.get("usage");
    if told.is_some_and(Value::is_object) {
        let cached = count(
            told.and_then(|told| told.get("input_tokens_details")),
            "cached_tokens",
        );
        parts.push(Part::Usage(Usage {
            input: count(told, "input_tokens").saturating_sub(cached),
            cache_read: cached,
            cache_write: 0,
            output: count(told, "output_tokens"),
        }));
    }
    parts.extend(string(value, "status").map(|status| {
        Part::Finish(match status.as_str() {
            "completed" => Finish::Stop,
            "incomplete" => Finish::Length,
            _ => Finish::Other(status),
        })
    }));
    value.get("output").is_some_and(Value::is_array)
}

fn gemini(value: &Value, parts: &mut Vec<Part>) -> bool {
    parts.extend(string(value, "modelVersion").map(Part::Model));
    let candidate = rows(value, "candidates").next();
    if let Some(content) = candidate.and_then(|candidate| candidate.get("content")) {
        for piece in rows(content, "parts") {
            parts.extend(string(piece, "text").map(Part::Text));
        }
    }
    let told = value.get("usageMetadata");
    if told.is_some() {
        let cached = count(told, "cachedContentTokenCount");
        parts.push(Part::Usage(Usage {
            input: count(told, "promptTokenCount").saturating_sub(cached),
            cache_read: cached,
            cache_write: 0,
            output: count(told, "candidatesTokenCount") + count(told, "thoughtsTokenCount"),
        }));
    }
    if let Some(reason) = candidate.and_then(|candidate| string(candidate, "finishReason")) {
        parts.push(Part::Finish(gemini_finish(&reason)));
    }
    candidate.is_some()
}

fn embeddings(value: &Value, parts: &mut Vec<Part>) -> bool {
    parts.extend(string(value, "model").map(Part::Model));
    let numbers = rows(value, "data")
        .next()
        .and_then(|row| row.get("embedding"))
        .and_then(Value::as_array)
        .map(Vec::len);
    if let Some(numbers) = numbers {
        parts.push(Part::Text(say!("trouble-relay-numbers", count = numbers)));
        parts.push(Part::Finish(Finish::Stop));
    }
    parts.extend(value.get("usage").and_then(usage).map(Part::Usage));
    numbers.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ChatMessage, Role};

    fn request() -> ChatRequest {
        ChatRequest {
            model: "m".into(),
            messages: vec![ChatMessage::new(Role::User, "hi")],
            max_tokens: Some(8),
            ..ChatRequest::default()
        }
    }

    #[test]
    fn s_73_every_dialect_is_asked_in_its_own_words() {
        for (endpoint, wanted) in [
            (Endpoint::Chat, r#""stream":false"#),
            (Endpoint::Messages, r#""max_tokens":8"#),
            (Endpoint::Responses, r#""max_output_tokens":16"#),
            (Endpoint::Gemini, r#""maxOutputTokens":8"#),
            (Endpoint::Embeddings, r#""input":"hi""#),
        ] {
            let body = String::from_utf8(body(&endpoint, &request()).unwrap()).unwrap();
            assert!(body.contains(wanted), "{endpoint}: {body}");
        }
        assert_eq!(body(&Endpoint::Other("jina".into()), &request()), None);
    }

    #[test]
    fn every_dialect_s_answer_becomes_the_same_parts() {
        let usage = |input, output| {
            Part::Usage(Usage {
                input,
                output,
                ..Usage::default()
            })
        };
        for (endpoint, answer) in [
            (
                Endpoint::Chat,
                json!({"model":"x","choices":[{"index":0,"message":{"content":"ready"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}}),
            ),
            (
                Endpoint::Messages,
                json!({"model":"x","content":[{"type":"text","text":"ready"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":1}}),
            ),
            (
                Endpoint::Responses,
                json!({"model":"x","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"ready"}]}],"usage":{"input_tokens":3,"output_tokens":1}}),
            ),
            (
                Endpoint::Gemini,
                json!({"modelVersion":"x","candidates":[{"content":{"parts":[{"text":"ready"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1}}),
            ),
        ] {
            let parts = read(&endpoint, &answer).unwrap();
            for wanted in [
                Part::Model("x".into()),
                Part::Text("ready".into()),
                Part::Finish(Finish::Stop),
                usage(3, 1),
            ] {
                assert!(
                    parts.contains(&wanted),
                    "{endpoint}: {wanted:?} in {parts:?}"
                );
            }
        }
        assert!(read(&Endpoint::Messages, &json!({"ok": true})).is_err());
    }
}
