//! The dialect of `/v1beta/models/{model}:streamGenerateContent`: requests out, answers in (`contract/new-api.md` 8.5).
//!
//! As lenient as its siblings: members may be missing, null or of another type, and what is not understood is skipped.

use serde_json::{Map, Value, json};

use super::openai_chat::{is_error, text};
use super::reply::{fault_of, json_of};
use crate::domain::{ChatMessage, ChatRequest, Effort, Fault, Finish, Part, Role, Usage};

/// Encodes a request; that a stream is wanted stands in its path.
pub fn encode(request: &ChatRequest) -> Vec<u8> {
    let mut body = Map::new();
    let system: Vec<Value> = request
        .messages
        .iter()
        .filter(|message| message.role == Role::System)
        .map(|message| json!({"text": message.text}))
        .collect();
    if !system.is_empty() {
        body.insert("systemInstruction".into(), json!({"parts": system}));
    }
    let said = request
        .messages
        .iter()
        .filter(|message| message.role != Role::System);
    body.insert("contents".into(), said.map(content).collect());
    let mut config = Map::new();
    if let Some(count) = request.max_tokens {
        config.insert("maxOutputTokens".into(), json!(count));
    }
    if let Some(temperature) = request.temperature {
        config.insert("temperature".into(), json!(temperature));
    }
    if let Some(effort) = request.effort {
        let budget = match effort {
            Effort::Minimal => 512,
            Effort::Low => 1_024,
            Effort::Medium => 8_192,
            Effort::High => 24_576,
        };
        let thinking = json!({"thinkingBudget": budget, "includeThoughts": true});
        config.insert("thinkingConfig".into(), thinking);
    }
    if !config.is_empty() {
        body.insert("generationConfig".into(), Value::Object(config));
    }
    Value::Object(body).to_string().into_bytes()
}

fn content(message: &ChatMessage) -> Value {
    let mut parts: Vec<Value> = message
        .images
        .iter()
        .map(|image| json!({"inlineData": {"mimeType": image.kind, "data": image.base64()}}))
        .collect();
    parts.push(json!({"text": message.text}));
    let role = match message.role {
        Role::Assistant => "model",
        Role::User | Role::System => "user",
    };
    json!({"role": role, "parts": parts})
}

/// What has been seen of an answer so far. The dialect has no end mark.
#[derive(Debug, Default)]
pub struct GeminiDecoder {
    model: String,
    finished: bool,
    done: bool,
}

impl GeminiDecoder {
    /// Whether the answer said why it ended.
    pub const fn finished(&self) -> bool {
        self.finished
    }

    /// Whether an end mark came, as some relays send one all the same.
    pub const fn done(&self) -> bool {
        self.done
    }

    /// Takes the data of one event, or a whole document, and appends its parts to `out`.
    ///
    /// # Errors
    /// When it is an error, or no JSON.
    pub fn take(&mut self, data: &str, out: &mut Vec<Part>) -> Result<(), Fault> {
        if data == "[DONE]" {
            self.done = true;
            return Ok(());
        }
        let value = json_of(data)?;
        if is_error(&value) {
            return Err(fault_of(data));
        }
        let model = text(value.get("modelVersion"));
        if let Some(model) = model.filter(|model| *model != self.model) {
            self.model.clone_from(&model);
            out.push(Part::Model(model));
        }
        let first = value.get("candidates").and_then(|all| all.get(0));
        let parts = first
            .and_then(|first| first.get("content")?.get("parts"))
            .and_then(Value::as_array);
        for part in parts.into_iter().flatten() {
            let thought = part.get("thought").and_then(Value::as_bool) == Some(true);
            let kind = if thought { Part::Reasoning } else { Part::Text };
            out.extend(text(part.get("text")).map(kind));
        }
        let blocked = value
            .get("promptFeedback")
            .and_then(|feedback| feedback.get("blockReason"))
            .filter(|reason| reason.is_string())
            .map(|_| "SAFETY");
        let reason = first
            .and_then(|first| first.get("finishReason"))
            .and_then(Value::as_str)
            .filter(|reason| !reason.is_empty())
            .or(blocked);
        if let Some(reason) = reason
            && !std::mem::replace(&mut self.finished, true)
        {
            out.push(Part::Finish(finish(reason)));
        }
        // Every piece carries the count so far; only the last one is the count.
        if self.finished {
            out.extend(value.get("usageMetadata").and_then(count).map(Part::Usage));
        }
        Ok(())
    }
}

/// Thinking is counted beside the answer, and billed as it.
fn count(told: &Value) -> Option<Usage> {
    let figure = |name: &str| told.get(name).and_then(Value::as_u64).unwrap_or(0);
    let (prompt, cached) = (
        figure("promptTokenCount"),
        figure("cachedContentTokenCount"),
    );
    let usage = Usage {
        input: prompt.saturating_sub(cached),
        cache_read: cached.min(prompt),
        cache_write: 0,
        output: figure("candidatesTokenCount").saturating_add(figure("thoughtsTokenCount")),
    };
    (!usage.is_empty()).then_some(usage)
}

/// What the dialect's word for an end means; one that is not known stays as it is, in small letters.
pub(super) fn finish(reason: &str) -> Finish {
    match reason {
        "STOP" => Finish::Stop,
        "MAX_TOKENS" => Finish::Length,
        "SAFETY" | "RECITATION" | "PROHIBITED_CONTENT" | "BLOCKLIST" | "SPII" | "IMAGE_SAFETY" => {
            Finish::ContentFilter
        }
        other => Finish::Other(other.to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Image;

    #[test]
    fn a_request_is_encoded_as_the_dialect_wants_it() {
        let image = Image::new("a.gif", b"GIF89a".to_vec()).unwrap();
        let request = ChatRequest {
            model: "gemini-2.5-pro".into(),
            messages: vec![
                ChatMessage::new(Role::System, "Be brief."),
                ChatMessage {
                    images: vec![image],
                    ..ChatMessage::new(Role::User, "What is it?")
                },
                ChatMessage::new(Role::Assistant, "A cat."),
            ],
            max_tokens: Some(64),
            effort: Some(Effort::Low),
            ..ChatRequest::default()
        };
        let body: Value = serde_json::from_slice(&encode(&request)).unwrap();
        assert_eq!(
            body,
            json!({
                "systemInstruction": {"parts": [{"text": "Be brief."}]},
                "contents": [
                    {"role": "user", "parts": [
                        {"inlineData": {"mimeType": "image/gif", "data": "R0lGODlh"}},
                        {"text": "What is it?"},
                    ]},
                    {"role": "model", "parts": [{"text": "A cat."}]},
                ],
                "generationConfig": {
                    "maxOutputTokens": 64,
                    "thinkingConfig": {"thinkingBudget": 1024, "includeThoughts": true},
                },
            })
        );
    }

    #[test]
    fn a_stream_becomes_parts_and_only_the_last_count_counts() {
        let (mut decoder, mut out) = (GeminiDecoder::default(), Vec::new());
        for data in [
            r#"{"modelVersion":"g","candidates":[{"content":{"parts":[{"text":"hm","thought":true}]}}],"usageMetadata":{"promptTokenCount":10,"thoughtsTokenCount":3}}"#,
            r#"{"modelVersion":"g","candidates":[{"content":{"parts":[{"text":"Hello"}]}}],"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":1}}"#,
            r#"{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":10,"cachedContentTokenCount":4,"candidatesTokenCount":2,"thoughtsTokenCount":3}}"#,
            r#"{"candidates":null,"usageMetadata":7}"#,
        ] {
            decoder.take(data, &mut out).unwrap();
        }
        assert_eq!(
            out,
            [
                Part::Model("g".into()),
                Part::Reasoning("hm".into()),
                Part::Text("Hello".into()),
                Part::Finish(Finish::Stop),
                Part::Usage(Usage {
                    input: 6,
                    cache_read: 4,
                    output: 5,
                    ..Usage::default()
                }),
            ]
        );
        assert!(decoder.finished() && !decoder.done());
    }

    #[test]
    fn a_call_that_is_no_call_ends_the_answer_with_a_word_of_its_own() {
        let (mut decoder, mut out) = (GeminiDecoder::default(), Vec::new());
        let data = r#"{"candidates":[{"content":{"role":"model"},"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"Malformed function call: print(read"}],"usageMetadata":{"promptTokenCount":10}}"#;
        decoder.take(data, &mut out).unwrap();
        let word = Finish::Other("malformed_function_call".into());
        assert_eq!(out[0], Part::Finish(word));
        assert!(matches!(out[1..], [Part::Usage(Usage { input: 10, .. })]));
        assert!(decoder.finished());
    }

    #[test]
    fn a_blocked_prompt_and_an_error_say_so() {
        let mut out = Vec::new();
        GeminiDecoder::default()
            .take(r#"{"promptFeedback":{"blockReason":"OTHER"}}"#, &mut out)
            .unwrap();
        assert_eq!(out, [Part::Finish(Finish::ContentFilter)]);
        let error = r#"{"error":{"code":400,"message":"bad model","status":"INVALID_ARGUMENT"}}"#;
        assert!(GeminiDecoder::default().take(error, &mut out).is_err());
    }
}
