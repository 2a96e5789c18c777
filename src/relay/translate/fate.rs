//! What becomes of every member of a request: carried over, left out, or refused. One table for each dialect of clients.
//!
//! A member is left out where the answer means the same without it, and refused where it would not: whoever asked for two
//! answers, for probabilities or for a search on the web must not get something else in silence. A member that is in
//! no table is left out: servers of all dialects ignore what they do not know.
//!
//! Inside members that are carried over, the same rule holds:
//!
//! | where | what becomes of it |
//! | --- | --- |
//! | blocks of server tools, items of hosted tools, tools that only one vendor knows | refused |
//! | hosted tools that a Responses or Gemini client offers beside functions | left out: a model need not use what it is offered |
//! | hosted tools where there is nothing else, or where a tool must be called | refused |
//! | namespaces of a Responses client's functions | each function gets one name of the two, and both back |
//! | files, images and items by id (`file_id`, `item_reference`, a `file` source) | refused: they are stored with the vendor |
//! | audio and video parts | refused |
//! | `stop` texts of white space only, for Anthropic | refused |
//! | custom tools of a Chat client | refused; those of a Responses client become functions with one text, and back |
//! | `cache_control`, `prompt_cache_breakpoint`, `citations`, `detail` of images, `name` of speakers | left out |
//! | `strict` of tools | kept for OpenAI where the schema is of its strict kind, else left out: the schema stays |
//! | reasoning without a signature, for Anthropic | left out: it would be refused |
//! | reasoning of earlier rounds, for chat upstreams | left out: some servers refuse it |
//! | a result that failed, images in a result, for chat upstreams | told in words; the images follow as the user's |
//! | instructions in the middle of a conversation, for Anthropic | keep their place as the user's text, marked |
//! | temperature above 1, for Anthropic | becomes 1; sampling that the model refuses is left out |
//! | constraints of an answer's schema that Anthropic refuses | told in words |
//! | arguments that are no JSON object, for Anthropic and for Gemini's clients | handed on in one, as `INVALID_JSON` |
//! | calls without ids of a Gemini client | get ids by their place, and results those of their calls |
//! | thinking, for a Gemini client that did not ask for it | left out, as Google does |

mod gemini;

use serde_json::{Map, Value};

use super::spelling::either;
use super::{Dialect, Untranslatable};
pub use gemini::{GEMINI, GEMINI_CONFIG};

/// What becomes of a member.
#[derive(Clone, Copy)]
pub enum Fate {
    /// It has a counterpart, or is answered here.
    Carried,
    /// It has none; the text says why nothing of the meaning is lost.
    Dropped(&'static str),
    /// It has none and matters. The test says for which values it does not; the text is told to the client.
    Refused(fn(&Value) -> bool, &'static str),
}

use Fate::{Carried, Dropped, Refused};

const SAMPLING: &str = "a wish about sampling, not about the answer";
const CACHE: &str = "changes what a cache costs, not the answer";
const TIER: &str = "changes how fast it comes, not the answer";
const STORED: &str = "nothing is stored here";
const PROBABILITIES: &str = "the model behind this name does not tell probabilities; leave it out";
const MODERATION: &str =
    "the model behind this name has no moderation beside the answer; leave it out";

/// Members of a Chat Completions request in front of an Anthropic upstream.
pub const CHAT: &[(&str, Fate)] = &[
    ("model", Carried),
    ("messages", Carried),
    ("tools", Carried),
    ("tool_choice", Carried),
    ("parallel_tool_calls", Carried),
    ("max_tokens", Carried),
    ("max_completion_tokens", Carried),
    ("temperature", Carried),
    ("top_p", Carried),
    ("top_k", Carried),
    ("stop", Carried),
    ("user", Carried),
    ("safety_identifier", Carried),
    ("reasoning_effort", Carried),
    ("thinking", Carried),
    ("response_format", Carried),
    ("stream", Carried),
    ("stream_options", Carried),
    ("seed", Dropped(SAMPLING)),
    ("frequency_penalty", Dropped(SAMPLING)),
    ("presence_penalty", Dropped(SAMPLING)),
    ("prediction", Dropped(TIER)),
    ("service_tier", Dropped(TIER)),
    (
        "verbosity",
        Dropped("a wish about style that models of this dialect do not know"),
    ),
    ("store", Dropped(STORED)),
    (
        "metadata",
        Dropped("labels for stored answers, and nothing is stored here"),
    ),
    ("prompt_cache_key", Dropped(CACHE)),
    ("prompt_cache_options", Dropped(CACHE)),
    ("prompt_cache_retention", Dropped(CACHE)),
    (
        "n",
        Refused(
            is_one,
            "the model behind this name gives one answer to a request; send the request several times",
        ),
    ),
    ("logprobs", Refused(says_nothing, PROBABILITIES)),
    ("top_logprobs", Refused(says_nothing, PROBABILITIES)),
    (
        "logit_bias",
        Refused(
            says_nothing,
            "the model behind this name takes no bias on tokens; leave it out",
        ),
    ),
    (
        "audio",
        Refused(
            says_nothing,
            "the model behind this name neither speaks nor listens; leave it out",
        ),
    ),
    (
        "modalities",
        Refused(
            only_text,
            "the model behind this name answers in text only; ask for text",
        ),
    ),
    (
        "functions",
        Refused(says_nothing, "the old form of tools; send tools instead"),
    ),
    (
        "function_call",
        Refused(
            says_nothing,
            "the old form of tool_choice; send tool_choice instead",
        ),
    ),
    (
        "web_search_options",
        Refused(
            says_nothing,
            "the model behind this name does not search the web; leave it out",
        ),
    ),
    ("moderation", Refused(says_nothing, MODERATION)),
];

/// Members of a Messages request in front of a chat upstream.
pub const MESSAGES: &[(&str, Fate)] = &[
    ("model", Carried),
    ("messages", Carried),
    ("system", Carried),
    ("tools", Carried),
    ("tool_choice", Carried),
    ("max_tokens", Carried),
    ("temperature", Carried),
    ("top_p", Carried),
    ("stop_sequences", Carried),
    ("metadata", Carried),
    ("thinking", Carried),
    ("output_config", Carried),
    ("output_format", Carried),
    ("stream", Carried),
    ("top_k", Dropped(SAMPLING)),
    ("cache_control", Dropped(CACHE)),
    ("service_tier", Dropped(TIER)),
    ("speed", Dropped(TIER)),
    ("diagnostics", Dropped(CACHE)),
    (
        "context_management",
        Dropped("saves context at the upstream; the conversation is sent whole"),
    ),
    (
        "user_profile_id",
        Dropped("an account matter of another vendor"),
    ),
    (
        "container",
        Refused(
            says_nothing,
            "the model behind this name has no containers; leave it out",
        ),
    ),
    (
        "mcp_servers",
        Refused(
            says_nothing,
            "the model behind this name calls no MCP servers; pass their tools as tools",
        ),
    ),
    (
        "inference_geo",
        Refused(
            says_nothing,
            "where this is computed cannot be promised for the model behind this name",
        ),
    ),
];

/// Members of a Responses request in front of any other upstream.
pub const RESPONSES: &[(&str, Fate)] = &[
    ("model", Carried),
    ("input", Carried),
    ("instructions", Carried),
    ("tools", Carried),
    ("tool_choice", Carried),
    ("parallel_tool_calls", Carried),
    ("max_output_tokens", Carried),
    ("temperature", Carried),
    ("top_p", Carried),
    ("user", Carried),
    ("safety_identifier", Carried),
    ("reasoning", Carried),
    ("text", Carried),
    ("metadata", Carried),
    ("stream", Carried),
    ("store", Dropped(STORED)),
    ("include", Dropped("what can be included always is")),
    (
        "truncation",
        Dropped("the conversation is sent whole; too long a one is refused by the upstream"),
    ),
    (
        "context_management",
        Dropped("saves context at the upstream; the conversation is sent whole"),
    ),
    (
        "max_tool_calls",
        Dropped("counts tools that servers run, and none are"),
    ),
    ("service_tier", Dropped(TIER)),
    (
        "stream_options",
        Dropped("padding against eavesdroppers only"),
    ),
    ("prompt_cache_key", Dropped(CACHE)),
    ("prompt_cache_options", Dropped(CACHE)),
    ("prompt_cache_retention", Dropped(CACHE)),
    (
        "previous_response_id",
        Refused(
            says_nothing,
            "answers are not stored here; send the whole conversation in input",
        ),
    ),
    (
        "conversation",
        Refused(
            says_nothing,
            "conversations are not stored here; send the whole conversation in input",
        ),
    ),
    (
        "prompt",
        Refused(
            says_nothing,
            "stored prompts are not known here; send instructions and input",
        ),
    ),
    (
        "background",
        Refused(
            says_nothing,
            "answers are not stored here, so none can be fetched later; leave it out",
        ),
    ),
    ("top_logprobs", Refused(says_nothing, PROBABILITIES)),
    ("moderation", Refused(says_nothing, MODERATION)),
];

/// The table of a client's dialect.
pub const fn table(client: Dialect) -> &'static [(&'static str, Fate)] {
    match client {
        Dialect::Chat => CHAT,
        Dialect::Messages => MESSAGES,
        Dialect::Responses => RESPONSES,
        Dialect::Gemini => GEMINI,
    }
}

/// Looks for members that must be refused.
///
/// # Errors
/// Names the first one.
pub(super) fn check(client: Dialect, body: &Map<String, Value>) -> Result<(), Untranslatable> {
    if client != Dialect::Gemini {
        return refused(table(client), |name| body.get(name));
    }
    refused(GEMINI, |name| either(body, name))?;
    match either(body, "generationConfig").and_then(Value::as_object) {
        Some(config) => refused(GEMINI_CONFIG, |name| either(config, name)),
        None => Ok(()),
    }
}

fn refused<'a>(
    table: &'static [(&'static str, Fate)],
    given: impl Fn(&str) -> Option<&'a Value>,
) -> Result<(), Untranslatable> {
    for (member, fate) in table {
        if let Refused(harmless, why) = fate
            && let Some(value) = given(member)
            && !harmless(value)
        {
            return Err(Untranslatable::new(*member, *why));
        }
    }
    Ok(())
}

/// Null, false, zero, and everything that is empty: what clients send for *not set*.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty() || text == "none",
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

fn is_one(value: &Value) -> bool {
    value.is_null() || value.as_f64() == Some(1.0)
}

fn only_text(value: &Value) -> bool {
    says_nothing(value)
        || value
            .as_array()
            .is_some_and(|list| list.iter().all(|word| word == "text" || word == "TEXT"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(client: Dialect, body: Value) -> Option<String> {
        let body = body.as_object().unwrap().clone();
        check(client, &body).err().map(|found| found.member)
    }

    #[test]
    fn what_would_change_the_meaning_is_refused_by_name() {
        for (client, body, member) in [
            (Dialect::Chat, json!({"n": 2}), "n"),
            (Dialect::Chat, json!({"logprobs": true}), "logprobs"),
            (
                Dialect::Chat,
                json!({"logit_bias": {"50256": -100}}),
                "logit_bias",
            ),
            (
                Dialect::Chat,
                json!({"modalities": ["text", "audio"]}),
                "modalities",
            ),
            (
                Dialect::Chat,
                json!({"functions": [{"name": "f"}]}),
                "functions",
            ),
            (
                Dialect::Messages,
                json!({"mcp_servers": [{"url": "x"}]}),
                "mcp_servers",
            ),
            (
                Dialect::Responses,
                json!({"previous_response_id": "resp_1"}),
                "previous_response_id",
            ),
            (
                Dialect::Responses,
                json!({"background": true}),
                "background",
            ),
            (
                Dialect::Gemini,
                json!({"cached_content": "cachedContents/1"}),
                "cachedContent",
            ),
            (
                Dialect::Gemini,
                json!({"generation_config": {"candidateCount": 2}}),
                "candidateCount",
            ),
        ] {
            assert_eq!(
                refused(client, body.clone()).as_deref(),
                Some(member),
                "{body}"
            );
        }
    }

    #[test]
    fn what_says_nothing_is_not_refused() {
        for (client, body) in [
            (
                Dialect::Chat,
                json!({"n": 1, "logprobs": false, "top_logprobs": 0, "logit_bias": {}, "modalities": ["text"]}),
            ),
            (
                Dialect::Chat,
                json!({"n": null, "audio": null, "function_call": "none", "seed": 7, "unheard_of": [1]}),
            ),
            (
                Dialect::Messages,
                json!({"container": null, "mcp_servers": []}),
            ),
            (
                Dialect::Responses,
                json!({"previous_response_id": null, "background": false, "store": true}),
            ),
            (
                Dialect::Gemini,
                json!({"generationConfig": {"candidateCount": 1, "responseModalities": ["TEXT"]}, "safetySettings": [1]}),
            ),
        ] {
            assert_eq!(refused(client, body.clone()), None, "{body}");
        }
    }

    #[test]
    fn no_member_is_in_a_table_twice() {
        for table in [CHAT, MESSAGES, RESPONSES, GEMINI, GEMINI_CONFIG] {
            let mut names: Vec<&str> = table.iter().map(|(name, _)| *name).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all);
        }
    }
}
