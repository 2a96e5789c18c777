//! What a request refers to by an id instead of saying it: an earlier response, an item of one, the container that a tool
//! ran in. Upstreams keep these for the credential of a channel, which many accounts share.
//!
//! What always holds: what another account made is not to be had, in the same words as what never was; and what one's
//! own account made is asked for at the channel that made it. A conversation is no single request's, so the relay cannot
//! tell whose it is: none is taken ([`super::ask`]).

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::super::answers::ApiError;
use super::super::app::App;
use super::super::channels::{Channel, Route};
use super::super::protocol::Protocol;
use super::super::store::items::{self, Kept};
use super::ask::{Ask, invalid};
use super::body::Members;
use super::stored::{made_at, unreadable};

/// Items that say all they mean themselves: nobody looks up their ids.
const SAID: [&str; 7] = [
    "message",
    "function_call",
    "function_call_output",
    "custom_tool_call",
    "custom_tool_call_output",
    "computer_call_output",
    "compaction",
];

/// What an id stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// An item, and nothing is said beside its id.
    Item,
    /// An item that is said in part; an upstream may look up the rest.
    PartOfItem,
    /// A container.
    Container,
}

/// What a request refers to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct References {
    response: Option<String>,
    others: Vec<(What, String)>,
}

impl References {
    /// Of a request in a protocol.
    ///
    /// # Errors
    /// When what it says can be read in two ways.
    pub fn read(protocol: Protocol, members: &Members<'_>) -> Result<Self, ApiError> {
        let mut found = References::default();
        match protocol {
            Protocol::Responses => {
                found.response = members.value("previous_response_id");
                found.in_input(members)?;
                found.in_tools(members)?;
            }
            Protocol::Messages => {
                if let Some(container) = members.get("container") {
                    found.container(container, "container")?;
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
        }
        let items: Vec<&RawValue> = members.value("input").unwrap_or_default();
        for (at, raw) in items.into_iter().enumerate() {
            if !raw.get().starts_with('{') {
                continue;
            }
            let item: Item<'_> = once(raw, || format!("input[{at}]"))?;
            let kind = text(item.kind);
            let kind = kind.as_deref();
            let bare = kind.is_none() && item.role.is_none() && item.content.is_none();
            let said = item.encrypted_content.is_some()
                || item.result.is_some()
                || item.content.is_some_and(|content| content.get() != "[]");
            let what = match kind {
                Some("item_reference") => Some(What::Item),
                None if bare => Some(What::Item),
                None => None,
                Some(kind) if said || SAID.contains(&kind) => None,
                Some(_) => Some(What::PartOfItem),
            };
            if let Some(what) = what {
                self.note(what, item.id);
            }
            self.note(What::PartOfItem, item.approval_request_id);
            // A client that sends back what it was told names the container of a call that is over.
            self.note(What::PartOfItem, item.container_id);
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
            if !raw.get().starts_with('{') {
                continue;
            }
            let place = || format!("tools[{at}]");
            let tool: Tool<'_> = once(raw, place)?;
            // The environment of some tools is a word, and no container.
            let environment = tool
                .environment
                .filter(|place| place.get().starts_with('{'));
            for container in [tool.container, environment].into_iter().flatten() {
                self.container(container, &place())?;
            }
        }
        Ok(())
    }

    /// A container by its id, or a description that may hold one.
    fn container(&mut self, container: &RawValue, place: &str) -> Result<(), ApiError> {
        #[derive(Deserialize)]
        struct Held<'a> {
            #[serde(borrow)]
            id: Option<&'a RawValue>,
            #[serde(borrow)]
            container_id: Option<&'a RawValue>,
        }
        if !container.get().starts_with('{') {
            self.note(What::Container, Some(container));
            return Ok(());
        }
        let held: Held<'_> = once(container, || place.to_owned())?;
        self.note(What::Container, held.id);
        self.note(What::Container, held.container_id);
        Ok(())
    }

    fn note(&mut self, what: What, id: Option<&RawValue>) {
        if let Some(id) = text(id) {
            self.others.push((what, id.into_owned()));
        }
    }

    /// Whether it refers to nothing.
    pub fn is_empty(&self) -> bool {
        self.response.is_none() && self.others.is_empty()
    }

    /// Leaves the channels that have what is referred to. Whether that bound the request to them.
    ///
    /// # Errors
    /// When this account has no such thing at any of them.
    pub async fn bind(
        &self,
        app: &App,
        account: i64,
        ask: &Ask<'_>,
        channels: &mut Vec<Arc<Channel>>,
    ) -> Result<bool, ApiError> {
        let now = app.clock.now();
        let may_keep = |channel: &Arc<Channel>| {
            let route = channel.route(ask.protocol, &ask.model, now);
            matches!(route, Some(Route::Straight | Route::StraightOr(_)))
        };
        // Where nobody keeps any, the translation says so.
        let kept_somewhere = channels.iter().any(may_keep);
        if let Some(id) = &self.response {
            if kept_somewhere {
                let made = made_at(app, id, account).await?;
                channels.retain(|channel| made.contains(&channel.id));
            }
            if channels.is_empty() {
                return Err(not_found(
                    "previous_response_not_found",
                    "previous_response_id",
                    format!("Previous response with id '{id}' not found."),
                ));
            }
        }
        if !kept_somewhere || self.others.is_empty() {
            return Ok(self.response.is_some());
        }
        let ids: Vec<String> = self.others.iter().map(|(_, id)| id.clone()).collect();
        let read = app
            .store
            .read(move |connection| items::of(connection, &ids));
        let known = read.await.map_err(|error| unreadable(&error))?;
        let bound = self.only_where_kept(account, &known, channels)?;
        Ok(bound || self.response.is_some())
    }

    /// The same for what stands for items and containers.
    fn only_where_kept(
        &self,
        account: i64,
        known: &[Kept],
        channels: &mut Vec<Arc<Channel>>,
    ) -> Result<bool, ApiError> {
        let mut bound = false;
        for (what, id) in &self.others {
            let all = || known.iter().filter(|kept| kept.id == *id);
            let own = all().filter(|kept| kept.account == account);
            let own: HashSet<i64> = own.map(|kept| kept.channel).collect();
            let here = channels.iter().any(|channel| own.contains(&channel.id));
            let refused = match what {
                What::Item | What::Container => !here,
                // It may be an item of a server that keeps none, and then it means no more than it says.
                What::PartOfItem => own.is_empty() && all().next().is_some(),
            };
            if refused {
                return Err(what.not_found(id));
            }
            if here {
                channels.retain(|channel| own.contains(&channel.id));
                bound = true;
            }
        }
        Ok(bound)
    }
}

impl What {
    fn not_found(self, id: &str) -> ApiError {
        match self {
            What::Item | What::PartOfItem => not_found(
                "item_not_found",
                "input",
                format!(
                    "Item with id '{id}' not found: this account has none of this id at an upstream that could answer; \
                     send the item itself"
                ),
            ),
            What::Container => not_found(
                "container_not_found",
                "container",
                format!(
                    "Container with id '{id}' not found: this account's requests made none of this id at an upstream that \
                     could answer; leave the id out and a new one is made"
                ),
            ),
        }
    }
}

fn not_found(code: &'static str, param: &'static str, message: String) -> ApiError {
    ApiError {
        kind: "invalid_request_error".into(),
        param: Box::new(Value::from(param)),
        ..ApiError::own(StatusCode::BAD_REQUEST, code, message)
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

fn text(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    serde_json::from_str::<Name<'_>>(raw?.get())
        .ok()
        .map(|name| name.0)
}

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(protocol: Protocol, body: &Value) -> Vec<(What, String)> {
        let text = body.to_string();
        let members = Members::read(text.as_bytes()).unwrap();
        References::read(protocol, &members).unwrap().others
    }

    #[test]
    fn a_reference_is_known_in_all_its_forms() {
        let body = json!({"input": [
            "x", 7, null,
            {"type": "item_reference", "id": "a"},
            {"id": "b"},
            {"type": null, "id": "c"},
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
                (part, "d"),
                (part, "e"),
                (part, "f"),
                (part, "g"),
                (part, "h"),
                (container, "i"),
                (container, "j")
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
    fn what_can_be_read_in_two_ways_is_refused() {
        for text in [
            r#"{"input":[{"type":"item_reference","id":"a","id":"b"}]}"#,
            r#"{"input":[{"type":"message","ty\u0070e":"item_reference","id":"b"}]}"#,
            r#"{"tools":[{"container":"a","container":"b"}]}"#,
        ] {
            let members = Members::read(text.as_bytes()).unwrap();
            let told = References::read(Protocol::Responses, &members).unwrap_err();
            assert!(told.message.contains("duplicate field"), "{}", told.message);
        }
    }
}
