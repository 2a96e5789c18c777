//! Whether a refusal of `/v1/responses` says that the upstream does not speak that protocol, so that another may be tried.
//!
//! Servers say so in many ways, most of them with a 404 that names no model. What is doubtful is not taken for it: a
//! refusal that means the request has to reach the client.

use serde_json::Value;

/// For what it is not spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unspoken {
    /// For any model: the path is not there.
    Path,
    /// For this model.
    Model,
}

/// What a 404 is about when it is not about the path.
const THINGS: [&str; 8] = [
    "model",
    "item",
    "previous",
    "vector",
    "file",
    "prompt",
    "conversation",
    "container",
];
/// What is said where a path is known and a model cannot be called on it.
const UNABLE: [&str; 5] = [
    "not implemented",
    "not supported",
    "unsupported",
    "does not support",
    "doesn't support",
];

/// Reads a refusal.
pub fn read(status: u16, body: &[u8]) -> Option<Unspoken> {
    let text = message(body).to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match status {
        404 if text == "file not found" => Some(Unspoken::Path),
        404 | 405 | 501 if !says(&THINGS) => Some(Unspoken::Path),
        400 | 404 | 422 | 500 | 501 if says(&UNABLE) && says(&["responses", "endpoint"]) => {
            Some(Unspoken::Model)
        }
        // A relay behind whose name is an upstream that has no such thing.
        400 | 500 | 501 if text.starts_with("not implemented") => Some(Unspoken::Model),
        _ => None,
    }
}

/// Whether an answer with a status of success is none: a web page, or words about the path.
pub fn in_answer(body: &[u8]) -> bool {
    let text = body.trim_ascii_start();
    let error = message(body).to_lowercase();
    text.starts_with(b"<") || error.contains("endpoint") || error.contains("not found")
}

/// What an error says; the whole text where it has no shape. A web page says nothing.
fn message(body: &[u8]) -> String {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        let text = String::from_utf8_lossy(body).trim().to_owned();
        return if text.starts_with('<') {
            String::new()
        } else {
            text
        };
    };
    let error = &value["error"];
    let places = [
        &error["message"],
        error,
        &value["message"],
        &value["detail"],
    ];
    let found = places.into_iter().find_map(Value::as_str);
    found.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_many_ways_to_say_that_a_path_is_not_there() {
        for body in [
            r#"{"error":{"message":"Invalid URL (POST /v1/responses)","type":"invalid_request_error"}}"#,
            r#"{"detail":"Not Found"}"#,
            "404 page not found",
            r#"{"error":{"code":404,"message":"File Not Found","type":"not_found_error"}}"#,
            r#"{"error":{"message":"Unknown request URL: POST /openai/v1/responses. Please check the URL for typos","code":"unknown_url"}}"#,
            r#"{"message":"no Route matched with those values"}"#,
            "<html><body>Cannot POST /v1/responses about a model</body></html>",
            "",
        ] {
            assert_eq!(read(404, body.as_bytes()), Some(Unspoken::Path), "{body}");
        }
        assert_eq!(read(405, b""), Some(Unspoken::Path));
        let unexpected = br#"{"error":"Unexpected endpoint or method. (POST /v1/responses)"}"#;
        assert!(in_answer(unexpected) && in_answer(b"<html>"));
        assert!(!in_answer(br#"{"object":"response","error":null}"#));
    }

    #[test]
    fn a_model_may_not_have_it() {
        for (status, body) in [
            (
                400,
                r#"{"error":{"message":"The model gpt-x is not supported on the Responses API"}}"#,
            ),
            (
                500,
                r#"{"error":{"message":"not implemented (request id: 1)","code":"convert_request_failed"}}"#,
            ),
            (
                404,
                r#"{"error":{"message":"This model does not support the responses endpoint"}}"#,
            ),
        ] {
            assert_eq!(
                read(status, body.as_bytes()),
                Some(Unspoken::Model),
                "{body}"
            );
        }
    }

    #[test]
    fn a_refusal_that_means_the_request_is_none_of_them() {
        for (status, body) in [
            (
                404,
                r#"{"error":{"message":"The model `gpt-9` does not exist","code":"model_not_found"}}"#,
            ),
            (
                404,
                r#"{"error":{"message":"Item with id 'rs_1' not found.","param":"input"}}"#,
            ),
            (
                404,
                r#"{"error":{"message":"Vector store with id [vs_1] not found."}}"#,
            ),
            (
                400,
                r#"{"error":{"message":"Unsupported parameter: 'temperature' is not supported with this model."}}"#,
            ),
            (401, r#"{"error":{"message":"Incorrect API key provided"}}"#),
            (500, r#"{"error":{"message":"The server had an error"}}"#),
            (429, "{}"),
        ] {
            assert_eq!(read(status, body.as_bytes()), None, "{body}");
        }
    }
}
