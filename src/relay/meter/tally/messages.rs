//! Reads Anthropic's events and documents.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::super::inference::body::from_json;
use super::super::usage;
use super::{Seen, Tally, error_of, told};

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    content_block: Option<&'a RawValue>,
    content: Option<&'a RawValue>,
    delta: Option<&'a RawValue>,
    stop_reason: Option<&'a RawValue>,
    usage: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
    container: Option<&'a RawValue>,
}

/// Reads an event, or a document. `None` when it is no JSON object.
pub(super) fn read(tally: &mut Tally, text: &[u8]) -> Option<Seen> {
    let event: Event<'_> = from_json(text).ok()?;
    if let Some(error) = error_of(event.error) {
        return Some(Seen::Error(error));
    }
    match event.kind.as_deref().unwrap_or_default() {
        "message_stop" => return Some(Seen::Done),
        "ping" => return Some(Seen::Other),
        "message_start" => {
            let message = event.message.map(|message| message.get());
            let message = message.and_then(|text| serde_json::from_str::<Event<'_>>(text).ok());
            hold(tally, message.as_ref());
            if let Some(usage) = message.and_then(|message| message.usage) {
                // Its output is a placeholder; the end of the answer has the true one.
                usage::read_messages(usage.get(), &mut tally.begun_with);
            }
            return Some(Seen::Part);
        }
        _ => {}
    }
    let words = [event.content_block, event.delta, event.content];
    for words in words.into_iter().flatten() {
        tally.words(words.get());
    }
    let inner = event.delta.map(|delta| delta.get());
    let inner = inner.and_then(|text| serde_json::from_str::<Event<'_>>(text).ok());
    hold(tally, Some(&event));
    hold(tally, inner.as_ref());
    tally.finished |= told(event.stop_reason) || inner.is_some_and(|delta| told(delta.stop_reason));
    if let Some(usage) = event.usage
        && usage::read_messages(usage.get(), &mut tally.begun_with)
        && !tally.begun_with.is_empty()
    {
        tally.reported = Some(tally.begun_with);
    }
    Some(Seen::Part)
}

/// Notes the container that tools of the answer run in.
fn hold(tally: &mut Tally, event: Option<&Event<'_>>) {
    let container = event.and_then(|event| event.container);
    if let Some(container) = container {
        tally.referable.container(container.get());
    }
}
