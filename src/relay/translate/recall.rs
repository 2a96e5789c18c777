//! What the translation of an answer must know of its request.

use serde_json::{Map, Value, json};

/// Before a signature in `encrypted_content`, so that another vendor's sealed reasoning is not taken for one.
const SIGNATURE_SEAL: &str = "claude-signature:";
/// Before the data of a redacted block.
const REDACTED_SEAL: &str = "claude-redacted:";

/// Notes about a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Recall {
    /// Texts that end the answer.
    pub stops: Vec<String>,
    /// Whether a Chat client asked for the chunk with the usage.
    pub usage_chunk: bool,
    /// Whether a Gemini client wants to see what was thought.
    pub thoughts: bool,
    /// Responses tools whose input is free text.
    pub free_form: Vec<String>,
    /// Responses tools that stand in a namespace, as `namespace` and name, under the one name the upstream knows.
    pub in_namespace: Vec<(String, Namespaced)>,
    /// Names that were too long for the upstream: the short one, then the client's own.
    pub renamed: Vec<(String, String)>,
    /// The members that a Responses answer repeats, as JSON members without braces.
    pub echo: String,
}

/// The two names of a tool in a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Namespaced {
    pub namespace: String,
    pub name: String,
}

impl Recall {
    /// The namespace of a tool and its name there, where it stands in one.
    pub fn namespaced(&self, flat: &str) -> Option<&Namespaced> {
        let known = self.in_namespace.iter().find(|(name, _)| name == flat);
        known.map(|(_, two)| two)
    }

    /// The client's own name of a tool that the upstream called.
    pub fn own_name<'a>(&'a self, name: &'a str) -> &'a str {
        let known = self.renamed.iter().find(|(short, _)| short == name);
        known.map_or(name, |(_, own)| own)
    }
}

/// A signature as a client keeps it.
pub(super) fn seal_signature(signature: &str) -> String {
    format!("{SIGNATURE_SEAL}{signature}")
}

/// A redacted block as a client keeps it.
pub(super) fn seal_redacted(data: &str) -> String {
    format!("{REDACTED_SEAL}{data}")
}

/// What was sealed here: whether it is a redacted block, and its content. `None` for what others have sealed.
pub(super) fn unseal(sealed: &str) -> Option<(bool, &str)> {
    match sealed.strip_prefix(REDACTED_SEAL) {
        Some(data) => Some((true, data)),
        None => sealed
            .strip_prefix(SIGNATURE_SEAL)
            .map(|signature| (false, signature)),
    }
}

/// The members of a Responses request that its answer repeats, with OpenAI's defaults where nothing was said. What is
/// not done here is not claimed: nothing is stored, nothing runs in the background.
pub(super) fn echo(body: &Map<String, Value>) -> String {
    let members: [(&str, Value); 14] = [
        ("instructions", Value::Null),
        ("max_output_tokens", Value::Null),
        ("metadata", json!({})),
        ("parallel_tool_calls", Value::Bool(true)),
        ("reasoning", json!({"effort": null, "summary": null})),
        ("temperature", Value::Null),
        ("text", json!({"format": {"type": "text"}})),
        ("tool_choice", json!("auto")),
        ("tools", json!([])),
        ("top_p", Value::Null),
        ("truncation", json!("disabled")),
        ("user", Value::Null),
        ("safety_identifier", Value::Null),
        ("prompt_cache_key", Value::Null),
    ];
    let mut text = String::from(r#""background":false,"previous_response_id":null,"store":false"#);
    for (name, default) in members {
        let value = body
            .get(name)
            .filter(|value| !value.is_null())
            .unwrap_or(&default);
        text.push_str(&format!(",\"{name}\":{value}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seals_are_told_apart() {
        assert_eq!(unseal(&seal_signature("EqQB")), Some((false, "EqQB")));
        assert_eq!(unseal(&seal_redacted("Emw")), Some((true, "Emw")));
        assert_eq!(unseal("gAAAAABo"), None);
    }

    #[test]
    fn the_echo_is_json_and_repeats_what_was_said() {
        let body = json!({"instructions": "Be \"brief\".", "temperature": 0.5, "store": true, "tools": null});
        let echo = echo(body.as_object().unwrap());
        let value: Value = serde_json::from_str(&format!("{{{echo}}}")).unwrap();
        assert_eq!(value["instructions"], "Be \"brief\".");
        assert_eq!(value["temperature"], 0.5);
        assert_eq!(value["store"], false);
        assert_eq!(value["tools"], json!([]));
    }
}
