//! What an error's body says, whatever shape it has.

use serde_json::Value;

use crate::wire::plain::one_line;

/// What kind of body it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// JSON with something to say.
    Json,
    /// A web page.
    Html,
    /// Some other text.
    Plain,
    /// Nothing.
    #[default]
    Empty,
}

/// An error's body, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorText {
    /// What it was.
    pub shape: Shape,
    /// The message without request ids, safe to show; a page's title; may be empty.
    pub message: String,
    /// The error's `type`; empty when it has none.
    pub kind: String,
    /// The error's `code`, numbers as text; empty when it has none.
    pub code: String,
    /// The ids at the end of the message, the outermost relay's last.
    pub request_ids: Vec<String>,
}

/// Reads a body of any shape.
pub fn read_error(body: &[u8]) -> ErrorText {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return ErrorText::default();
    }
    if text.starts_with('<') {
        return ErrorText {
            shape: Shape::Html,
            message: one_line(&page_title(text)),
            ..ErrorText::default()
        };
    }
    // An error may still wear its event's clothes: `data: {"error":…}`.
    let bare = text.strip_prefix("data:").unwrap_or(text).trim();
    match serde_json::from_str::<Value>(bare) {
        Ok(value) => read_value(&value),
        Err(_) => {
            let (message, request_ids) = strip_request_ids(text);
            ErrorText {
                shape: Shape::Plain,
                message: one_line(message),
                request_ids,
                ..ErrorText::default()
            }
        }
    }
}

fn read_value(value: &Value) -> ErrorText {
    // Google's streams wrap even errors in a list.
    let root = match value {
        Value::Array(rows) => rows.first().unwrap_or(value),
        other => other,
    };
    let inner = root.get("error").filter(|error| !error.is_null());
    let places = [inner, Some(root)];
    let member = |names: &[&str]| -> String {
        places
            .iter()
            .flatten()
            .find_map(|place| {
                names
                    .iter()
                    .find_map(|name| place.get(name).and_then(words))
            })
            .unwrap_or_default()
    };
    let message = match inner {
        Some(Value::String(text)) => text.clone(),
        _ => member(&["message", "msg", "detail", "description", "error_msg"]),
    };
    let message = match message.as_str() {
        "" => words(root).unwrap_or_default(),
        // Payment calls put the words beside this one.
        "error" => root.get("data").and_then(words).unwrap_or(message),
        _ => message,
    };
    let (message, request_ids) = strip_request_ids(&message);
    // The outer `type` of Anthropic's shape says only "error"; the inner one tells.
    let kind = inner
        .and_then(|error| error.get("type"))
        .or_else(|| root.get("type").filter(|_| inner.is_none()))
        .and_then(words)
        .unwrap_or_default();
    ErrorText {
        shape: Shape::Json,
        message: one_line(message),
        kind: one_line(&kind),
        code: one_line(&member(&["code"])),
        request_ids,
    }
}

/// The words in a value: a text, a number, the first words of a list (as validators answer), a nested message.
fn words(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Array(rows) => rows.iter().find_map(words)?,
        Value::Object(members) => ["message", "msg", "detail"]
            .iter()
            .find_map(|name| members.get(*name).and_then(words))?,
        Value::Null | Value::Bool(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Takes `(request id: …)` off the end of a message, once for every relay it came through. The outermost is last.
pub fn strip_request_ids(message: &str) -> (&str, Vec<String>) {
    let mut rest = message.trim_end();
    let mut ids = Vec::new();
    while let Some(start) = rest.rfind("(request id:") {
        let Some(id) = rest[start + "(request id:".len()..].strip_suffix(')') else {
            break;
        };
        if id.contains(')') || id.len() > 200 {
            break;
        }
        ids.push(one_line(id));
        rest = rest[..start].trim_end();
    }
    ids.reverse();
    (rest, ids)
}

fn page_title(page: &str) -> String {
    let lower = page.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|open| {
        let start = open + lower[open..].find('>')? + 1;
        let end = start + lower[start..].find('<')?;
        Some(page[start..end].to_owned())
    });
    title.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> ErrorText {
        read_error(body.as_bytes())
    }

    #[test]
    fn every_shape_gives_its_message() {
        for (body, message, kind, code) in [
            (
                r#"{"error":{"message":"Invalid token (request id: R)","type":"new_api_error","code":""}}"#,
                "Invalid token",
                "new_api_error",
                "",
            ),
            (
                r#"{"error":{"message":"no","type":"new_api_error","param":"","code":"insufficient_user_quota"}}"#,
                "no",
                "new_api_error",
                "insufficient_user_quota",
            ),
            (
                r#"{"type":"error","error":{"type":"new_api_error","message":"no"}}"#,
                "no",
                "new_api_error",
                "",
            ),
            (r#"{"error":"plain words"}"#, "plain words", "", ""),
            (
                r#"{"object":"error","message":"gone","type":"NotFoundError","code":404}"#,
                "gone",
                "NotFoundError",
                "404",
            ),
            (r#"{"detail":"Not Found"}"#, "Not Found", "", ""),
            (
                r#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#,
                "field required",
                "",
                "",
            ),
            (
                r#"[{"error":{"code":400,"message":"API key not valid","status":"INVALID_ARGUMENT"}}]"#,
                "API key not valid",
                "",
                "400",
            ),
            (
                r#"{"success":false,"message":"Token not provided"}"#,
                "Token not provided",
                "",
                "",
            ),
            (
                r#"{"error":{"message":null,"type":null,"code":null}}"#,
                "",
                "",
                "",
            ),
            (r#"data: {"error":{"message":"late"}}"#, "late", "", ""),
        ] {
            let text = read(body);
            assert_eq!(
                (
                    text.message.as_str(),
                    text.kind.as_str(),
                    text.code.as_str()
                ),
                (message, kind, code),
                "{body}"
            );
            assert_eq!(text.shape, Shape::Json);
        }
    }

    #[test]
    fn what_is_no_json_is_told_apart() {
        assert_eq!(read("  ").shape, Shape::Empty);
        let page = read("<!DOCTYPE html><html><head><TITLE>Just a moment…</TITLE></head></html>");
        assert_eq!(
            (page.shape, page.message.as_str()),
            (Shape::Html, "Just a moment…")
        );
        assert_eq!(read("upstream connect error").shape, Shape::Plain);
        assert_eq!(read("<title>").shape, Shape::Html);
    }

    #[test]
    fn request_ids_are_stripped_and_counted() {
        assert_eq!(
            strip_request_ids("no (request id: a) (request id: b)"),
            ("no", vec!["a".to_owned(), "b".to_owned()])
        );
        assert_eq!(
            strip_request_ids("no (request id: a"),
            ("no (request id: a", vec![])
        );
        assert_eq!(strip_request_ids("(a) b"), ("(a) b", vec![]));
        assert_eq!(
            strip_request_ids("模型 x 无可用渠道（distributor） (request id: 2026)").0,
            "模型 x 无可用渠道（distributor）"
        );
    }
}
