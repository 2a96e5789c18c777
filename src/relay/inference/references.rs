//! What a request refers to by an id instead of saying it: an earlier response, an item of one, the container that a tool
//! ran in. Whether this account may, and where it is to be had, is [`super::binding`]'s.
//!
//! A conversation is no single request's, so the relay cannot tell whose it is, and makes none: whoever made one did so
//! with a channel's credential. That is the owner, who alone may name one.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::answers::ApiError;
use super::super::protocol::Protocol;
use super::ask::invalid;
use super::body::Members;

/// No honest request refers to so many things: each stands for a call of a tool or a thought in one conversation.
const MOST: usize = 5_000;

/// Items that say all they mean themselves: nobody looks up their ids.
const SAID: [&str; 6] = [
    "message",
    "function_call",
    "function_call_output",
    "custom_tool_call",
    "custom_tool_call_output",
    "computer_call_output",
];

/// What an id stands for. What a request cannot do without comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// An item, and nothing is said beside its id.
    Item,
    /// A container.
    Container,
    /// An item that is said in part; an upstream may look up the rest.
    PartOfItem,
}

/// What a request refers to.
#[derive(Debug, Default)]
pub struct References {
    /// Whether it goes on in a conversation.
    pub conversation: bool,
    /// The response that it goes on from.
    pub response: Option<String>,
    /// Everything else, each once.
    pub others: BTreeSet<(What, String)>,
}

impl References {
    /// Of a request in a protocol.
    ///
    /// # Errors
    /// When what it says can be read in two ways, or it refers to more than any conversation has.
    pub fn read(protocol: Protocol, members: &Members<'_>) -> Result<Self, ApiError> {
        let mut found = References::default();
        match protocol {
            Protocol::Responses => {
                found.conversation = conversation_in(members);
                found.response = members.value("previous_response_id");
                found.in_input(members)?;
                found.in_tools(members)?;
            }
            Protocol::Messages => {
                if let Some(container) = members.get("container") {
                    found.container(What::Container, container, || "container".into())?;
                }
            }
            Protocol::Chat | Protocol::Embeddings | Protocol::Gemini => {}
        }
        Ok(found)
    }

    fn in_input(&mut self, members: &Members<'_>) -> Result<(), ApiError> {
        #[derive(Deserialize)]
        struct Item<'a> {
            #[serde(borrow, rename = "type")]
            kind: Option<&'a RawValue>,
            #[serde(borrow)]
            id: Option<&'a RawValue>,
            role: Option<&'a RawValue>,
            content: Option<&'a RawValue>,
            encrypted_content: Option<&'a RawValue>,
            result: Option<&'a RawValue>,
            approval_request_id: Option<&'a RawValue>,
            container_id: Option<&'a RawValue>,
            environment: Option<&'a RawValue>,
        }
        let items: Vec<&RawValue> = members.value("input").unwrap_or_default();
        for (at, raw) in items.into_iter().enumerate() {
            if !is_object(raw) {
                continue;
            }
            let place = || format!("input[{at}]");
            let item: Item<'_> = once(raw, place)?;
            let said = [item.content, item.encrypted_content, item.result];
            let said = said.into_iter().flatten().any(says_something);
            let what = match text(item.kind).as_deref() {
                Some("item_reference") => Some(What::Item),
                // The same without its type, whatever stands beside it.
                None if item.role.is_none() && item.content.is_none() => Some(What::Item),
                _ if said => None,
                Some(kind) if SAID.contains(&kind) => None,
                Some(_) | None => Some(What::PartOfItem),
            };
            if let Some(what) = what {
                self.note(what, item.id)?;
            }
            self.note(What::PartOfItem, item.approval_request_id)?;
            // A client that sends back what it was told names the container of a call that is over.
            self.note(What::PartOfItem, item.container_id)?;
            if let Some(environment) = item.environment.filter(|raw| is_object(raw)) {
                self.container(What::PartOfItem, environment, place)?;
            }
        }
        Ok(())
    }

    fn in_tools(&mut self, members: &Members<'_>) -> Result<(), ApiError> {
        #[derive(Deserialize)]
        struct Tool<'a> {
            #[serde(borrow)]
            container: Option<&'a RawValue>,
            #[serde(borrow)]
            environment: Option<&'a RawValue>,
        }
        let tools: Vec<&RawValue> = members.value("tools").unwrap_or_default();
        for (at, raw) in tools.into_iter().enumerate() {
            if !is_object(raw) {
                continue;
            }
            let place = || format!("tools[{at}]");
            let tool: Tool<'_> = once(raw, place)?;
            // The environment of some tools is a word, and no container.
            let environment = tool.environment.filter(|raw| is_object(raw));
            for container in [tool.container, environment].into_iter().flatten() {
                self.container(What::Container, container, place)?;
            }
        }
        Ok(())
    }

    /// A container by its id, or a description that may hold one.
    fn container(
        &mut self,
        what: What,
        container: &RawValue,
        place: impl Fn() -> String,
    ) -> Result<(), ApiError> {
        #[derive(Deserialize)]
        struct Held<'a> {
            #[serde(borrow)]
            id: Option<&'a RawValue>,
            #[serde(borrow)]
            container_id: Option<&'a RawValue>,
        }
        if !is_object(container) {
            return self.note(what, Some(container));
        }
        let held: Held<'_> = once(container, place)?;
        self.note(what, held.id)?;
        self.note(what, held.container_id)
    }

    fn note(&mut self, what: What, id: Option<&RawValue>) -> Result<(), ApiError> {
        if let Some(id) = text(id) {
            self.others.insert((what, id.into_owned()));
        }
        if self.others.len() > MOST {
            return Err(invalid(format!(
                "Invalid request: it refers to more than {MOST} items and containers by their ids; send the items \
                 themselves, or go on with previous_response_id"
            )));
        }
        Ok(())
    }

    /// Whether it refers to nothing.
    pub fn is_empty(&self) -> bool {
        self.response.is_none() && self.others.is_empty()
    }
}

/// An object in which nothing that is looked at stands twice: readers differ in which one counts.
fn once<'a, T: Deserialize<'a>>(
    raw: &'a RawValue,
    place: impl Fn() -> String,
) -> Result<T, ApiError> {
    serde_json::from_str(raw.get())
        .map_err(|error| invalid(format!("Invalid request: {}: {error}", place())))
}

fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

/// Whether a member is a text or a list, and not empty. It is valid JSON without blanks around it, so no more than that
/// has to be looked at, however long it is.
fn says_something(raw: &RawValue) -> bool {
    let inside = |start, end| raw.get().strip_prefix(start)?.strip_suffix(end);
    let list = inside('[', ']').map(|list: &str| list.trim_ascii());
    list.or(inside('"', '"'))
        .is_some_and(|inside| !inside.is_empty())
}

fn text(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    serde_json::from_str::<Name<'_>>(raw?.get())
        .ok()
        .map(|name| name.0)
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// Whether a request is to go on in a conversation that an upstream keeps.
pub fn conversation_in(members: &Members<'_>) -> bool {
    let named = members.get("conversation");
    named.is_some_and(|conversation| conversation.get() != "null")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(protocol: Protocol, text: &str) -> Result<Vec<(What, String)>, ApiError> {
        let members = Members::read(text.as_bytes()).unwrap();
        let found = References::read(protocol, &members)?;
        Ok(found.others.into_iter().collect())
    }

    fn of(protocol: Protocol, body: &Value) -> Vec<(What, String)> {
        read(protocol, &body.to_string()).unwrap()
    }

    #[test]
    fn a_reference_is_known_in_all_its_forms() {
        let body = json!({"input": [
            "x", 7, null,
            {"type": "item_reference", "id": "a"},
            {"id": "b"},
            {"type": null, "id": "c"},
            {"id": "c1", "result": "x"},
            {"type": null, "id": "c2", "encrypted_content": "x"},
            {"role": "user", "id": "not", "content": "x"},
            {"type": "message", "role": "assistant", "id": "not", "content": []},
            {"type": "function_call", "id": "not", "call_id": "1"},
            {"type": "reasoning", "id": "d", "summary": [], "content": []},
            {"type": "reasoning", "id": "not", "summary": [], "encrypted_content": "x"},
            {"type": "reasoning", "id": "not", "content": [{"type": "reasoning_text", "text": "x"}]},
            {"type": "image_generation_call", "id": "e"},
            {"type": "image_generation_call", "id": "not", "result": "AA=="},
            {"type": "mcp_approval_response", "approval_request_id": "f", "approve": true},
            {"type": "code_interpreter_call", "id": "g", "container_id": "h"},
            {"type": "shell_call_output", "output": [], "environment": {"type": "container_reference", "container_id": "h2"}},
            {"type": "computer_call_output", "id": "not", "environment": "browser"},
            {"type": "compaction", "id": "not", "encrypted_content": "x"},
            {"type": "item_reference", "id": "a"},
        ], "tools": [
            {"type": "code_interpreter", "container": "i"},
            {"type": "code_interpreter", "container": {"type": "auto"}},
            {"type": "shell", "environment": {"type": "container_reference", "container_id": "j"}},
            {"type": "computer_use_preview", "environment": "browser"},
            {"type": "function", "name": "container"},
        ]});
        let found = of(Protocol::Responses, &body);
        let found: Vec<(What, &str)> = found.iter().map(|(what, id)| (*what, &**id)).collect();
        let (item, part, container) = (What::Item, What::PartOfItem, What::Container);
        assert_eq!(
            found,
            [
                (item, "a"),
                (item, "b"),
                (item, "c"),
                (item, "c1"),
                (item, "c2"),
                (container, "i"),
                (container, "j"),
                (part, "d"),
                (part, "e"),
                (part, "f"),
                (part, "g"),
                (part, "h"),
                (part, "h2"),
            ]
        );
        for container in [json!("k"), json!({"id": "k", "skills": []})] {
            let found = of(Protocol::Messages, &json!({"container": container}));
            assert_eq!(found, [(What::Container, "k".into())]);
        }
        for none in [
            json!({"container": null}),
            json!({"container": {"skills": []}}),
        ] {
            assert_eq!(of(Protocol::Messages, &none), []);
        }
        assert_eq!(of(Protocol::Chat, &body), []);
    }

    #[test]
    fn an_item_is_said_only_by_a_text_or_a_list_that_is_not_empty() {
        for empty in [
            "[]",
            "[ ]",
            "[\n\t]",
            "\"\"",
            "null",
            "{}",
            "{\"a\":1}",
            "0",
            "false",
        ] {
            for member in ["content", "encrypted_content", "result"] {
                for kind in [
                    "reasoning",
                    "image_generation_call",
                    "compaction",
                    "a_new_one",
                ] {
                    let body =
                        format!(r#"{{"input":[{{"type":"{kind}","id":"a","{member}":{empty}}}]}}"#);
                    let found = read(Protocol::Responses, &body).unwrap();
                    assert_eq!(found, [(What::PartOfItem, "a".into())], "{body}");
                }
                let body =
                    format!(r#"{{"input":[{{"id":"a","role":"user","{member}":{empty}}}]}}"#);
                assert_eq!(read(Protocol::Responses, &body).unwrap().len(), 1, "{body}");
            }
        }
        for full in ["[{}]", "[ {\"type\":\"x\"} ]", "\"x\"", "\" \""] {
            for member in ["content", "encrypted_content", "result"] {
                let body =
                    format!(r#"{{"input":[{{"type":"reasoning","id":"a","{member}":{full}}}]}}"#);
                assert_eq!(read(Protocol::Responses, &body).unwrap(), [], "{body}");
            }
        }
    }

    #[test]
    fn more_than_any_conversation_has_is_refused_and_a_repetition_is_none() {
        let refer = |number: usize| json!({"type": "item_reference", "id": number.to_string()});
        let mut input: Vec<Value> = (0..MOST).map(refer).collect();
        input.extend(input.clone());
        assert_eq!(
            of(Protocol::Responses, &json!({"input": input})).len(),
            MOST
        );
        input.push(refer(MOST));
        let told = read(Protocol::Responses, &json!({"input": input}).to_string()).unwrap_err();
        assert!(told.message.contains("send the items"), "{}", told.message);
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        for text in [
            r#"{"input":[{"type":"item_reference","id":"a","id":"b"}]}"#,
            r#"{"input":[{"type":"message","ty\u0070e":"item_reference","id":"b"}]}"#,
            r#"{"tools":[{"container":"a","container":"b"}]}"#,
        ] {
            let told = read(Protocol::Responses, text).unwrap_err();
            assert!(told.message.contains("duplicate field"), "{}", told.message);
        }
    }
}
