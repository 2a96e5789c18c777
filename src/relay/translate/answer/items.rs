//! The output items of a Responses answer, and the numbered events that build them.

use std::sync::Arc;

use serde_json::Value;

use super::buffer::{end, event, json_text, number, raw};
use super::sequence::{Blocks, Close, Head, Kind};
use crate::relay::translate::recall::{Recall, seal_redacted, seal_signature};

/// The items so far.
pub(super) struct Items {
    /// What the ids of items end with.
    id_seed: String,
    recall: Arc<Recall>,
    /// Number of the next event.
    sequence: u64,
    /// Index of the open item, or of the next one.
    index: u64,
    /// Whether items that end now are incomplete.
    pub short: bool,
    /// The finished items as JSON, with commas between them.
    pub done: Vec<u8>,
    /// The open item.
    what: What,
    item_id: String,
    call_id: String,
    name: String,
    /// What was written into it, and the signature of thinking.
    text: String,
    signature: String,
    /// Whether the part of thinking's summary was announced.
    summarised: bool,
}

/// What the open item is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Reasoning,
    Sealed,
    Text,
    Refusal,
    Function,
    /// A call whose arguments are free text.
    FreeForm,
}

impl Items {
    pub fn new(id_seed: String, recall: Arc<Recall>) -> Self {
        Items {
            id_seed,
            recall,
            sequence: 0,
            index: 0,
            short: false,
            done: Vec::new(),
            what: What::Text,
            item_id: String::new(),
            call_id: String::new(),
            name: String::new(),
            text: String::new(),
            signature: String::new(),
            summarised: false,
        }
    }

    /// Writes what every event begins with.
    pub fn head(&mut self, name: &str, out: &mut Vec<u8>) {
        raw(out, r#"{"type":""#);
        raw(out, name);
        raw(out, r#"","sequence_number":"#);
        number(out, self.sequence);
        self.sequence += 1;
    }

    /// An event about the item as a whole.
    fn item_event(&mut self, name: &str, item: &[u8], out: &mut Vec<u8>) {
        event(out, name);
        self.head(name, out);
        raw(out, r#","output_index":"#);
        number(out, self.index);
        raw(out, r#","item":"#);
        out.extend_from_slice(item);
        raw(out, "}");
        end(out);
    }

    /// The beginning of an event about what is inside the item: `inside` names the place.
    fn inner_event(&mut self, name: &str, inside: &str, out: &mut Vec<u8>) {
        event(out, name);
        self.head(name, out);
        raw(out, r#","item_id":""#);
        raw(out, &self.item_id);
        raw(out, r#"","output_index":"#);
        number(out, self.index);
        raw(out, inside);
    }

    /// An event with a text in a member, after which `rest` closes it.
    fn text_event(&mut self, name: &str, inside: &str, text: &str, rest: &str, out: &mut Vec<u8>) {
        self.inner_event(name, inside, out);
        json_text(out, text);
        raw(out, rest);
        end(out);
    }

    /// The item as it is, with the text that it holds so far.
    fn item(&self, status: &str, text: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() + 160);
        raw(&mut out, r#"{"id":""#);
        raw(&mut out, &self.item_id);
        match self.what {
            What::Reasoning | What::Sealed => {
                raw(&mut out, r#"","type":"reasoning","summary":["#);
                if self.summarised {
                    part(&mut out, r#"{"type":"summary_text","text":"#, text, "}");
                }
                raw(&mut out, "]");
                let sealed = match self.what {
                    What::Sealed => Some(seal_redacted(&self.signature)),
                    _ => Some(&self.signature)
                        .filter(|text| !text.is_empty())
                        .map(|text| seal_signature(text)),
                };
                if let Some(sealed) = sealed {
                    part(&mut out, r#","encrypted_content":"#, &sealed, "");
                }
            }
            What::Text | What::Refusal => {
                raw(
                    &mut out,
                    r#"","type":"message","role":"assistant","content":["#,
                );
                if status != "in_progress" {
                    self.content_part(text, &mut out);
                }
                raw(&mut out, "]");
            }
            What::Function | What::FreeForm => {
                let (kind, member) = match self.what {
                    What::Function => ("function_call", "arguments"),
                    _ => ("custom_tool_call", "input"),
                };
                raw(&mut out, &format!("\",\"type\":\"{kind}\",\"call_id\":"));
                json_text(&mut out, &self.call_id);
                part(&mut out, r#","name":"#, self.tool_name(), "");
                if let Some(two) = self.recall.namespaced(&self.name) {
                    part(&mut out, r#","namespace":"#, &two.namespace, "");
                }
                part(&mut out, &format!(",\"{member}\":"), text, "");
            }
        }
        raw(&mut out, &format!(",\"status\":\"{status}\"}}"));
        out
    }

    /// The client's own name of the tool that is called, without its namespace.
    fn tool_name(&self) -> &str {
        let two = self.recall.namespaced(&self.name);
        two.map_or(&self.name, |two| &two.name)
    }

    /// The only part of a message.
    fn content_part(&self, text: &str, out: &mut Vec<u8>) {
        match self.what {
            What::Refusal => part(out, r#"{"type":"refusal","refusal":"#, text, "}"),
            _ => part(
                out,
                r#"{"type":"output_text","text":"#,
                text,
                r#","annotations":[],"logprobs":[]}"#,
            ),
        }
    }

    fn part_event(&mut self, name: &str, text: &str, out: &mut Vec<u8>) {
        self.inner_event(name, r#","content_index":0,"part":"#, out);
        self.content_part(text, out);
        raw(out, "}");
        end(out);
    }

    fn summary_part(&mut self, name: &str, text: &str, out: &mut Vec<u8>) {
        let inside = r#","summary_index":0,"part":{"type":"summary_text","text":"#;
        self.text_event(name, inside, text, "}}", out);
    }

    /// The events that say what the item holds now that it is over; `text` is all of it.
    fn inner_done(&mut self, text: &str, how: Close, out: &mut Vec<u8>) {
        match self.what {
            What::Reasoning if self.summarised => {
                let inside = r#","summary_index":0,"text":"#;
                self.text_event(
                    "response.reasoning_summary_text.done",
                    inside,
                    text,
                    "}",
                    out,
                );
                self.summary_part("response.reasoning_summary_part.done", text, out);
            }
            What::Reasoning | What::Sealed => {}
            What::Text => {
                let inside = r#","content_index":0,"text":"#;
                self.text_event(
                    "response.output_text.done",
                    inside,
                    text,
                    r#","logprobs":[]}"#,
                    out,
                );
                self.part_event("response.content_part.done", text, out);
            }
            What::Refusal => {
                let inside = r#","content_index":0,"refusal":"#;
                self.text_event("response.refusal.done", inside, text, "}", out);
                self.part_event("response.content_part.done", text, out);
            }
            // Half of the arguments are not the arguments.
            What::Function | What::FreeForm if how != Close::Whole => {}
            What::Function => {
                self.inner_event("response.function_call_arguments.done", r#","name":"#, out);
                json_text(out, self.tool_name());
                part(out, r#","arguments":"#, text, "}");
                end(out);
            }
            What::FreeForm => {
                let name = "response.custom_tool_call_input.delta";
                self.text_event(name, r#","delta":"#, text, "}", out);
                let name = "response.custom_tool_call_input.done";
                self.text_event(name, r#","input":"#, text, "}", out);
            }
        }
    }
}

/// Writes a text between two pieces of JSON.
fn part(out: &mut Vec<u8>, before: &str, text: &str, after: &str) {
    raw(out, before);
    json_text(out, text);
    raw(out, after);
}

/// The free text in the arguments of a call that this relay described as a function; the arguments as they are where the
/// model made them otherwise.
fn free_text(arguments: &str) -> String {
    let value: Option<Value> = serde_json::from_str(arguments).ok();
    let input = value
        .as_ref()
        .and_then(|value| value.get("input")?.as_str());
    input.unwrap_or(arguments).to_owned()
}

impl Blocks for Items {
    fn open(&mut self, head: Head<'_>, out: &mut Vec<u8>) {
        let free_form = self.recall.free_form.iter().any(|name| name == head.name);
        let (what, prefix) = match head.kind {
            Kind::Thinking => (What::Reasoning, "rs"),
            Kind::Redacted => (What::Sealed, "rs"),
            Kind::Text => (What::Text, "msg"),
            Kind::Refusal => (What::Refusal, "msg"),
            Kind::Call if free_form => (What::FreeForm, "ctc"),
            Kind::Call => (What::Function, "fc"),
        };
        self.what = what;
        self.item_id = format!("{prefix}_{}_{}", self.id_seed, self.index);
        head.id.clone_into(&mut self.call_id);
        head.name.clone_into(&mut self.name);
        self.text.clear();
        self.signature.clear();
        self.summarised = false;
        let item = self.item("in_progress", "");
        self.item_event("response.output_item.added", &item, out);
        if matches!(what, What::Text | What::Refusal) {
            self.part_event("response.content_part.added", "", out);
        }
    }

    fn piece(&mut self, text: &str, out: &mut Vec<u8>) {
        let (name, inside, rest) = match self.what {
            What::Text => (
                "response.output_text.delta",
                r#","content_index":0,"delta":"#,
                r#","logprobs":[]}"#,
            ),
            What::Refusal => (
                "response.refusal.delta",
                r#","content_index":0,"delta":"#,
                "}",
            ),
            What::Function => (
                "response.function_call_arguments.delta",
                r#","delta":"#,
                "}",
            ),
            What::Reasoning => {
                if !std::mem::replace(&mut self.summarised, true) {
                    self.summary_part("response.reasoning_summary_part.added", "", out);
                }
                (
                    "response.reasoning_summary_text.delta",
                    r#","summary_index":0,"delta":"#,
                    "}",
                )
            }
            // Its text is only known when all of its JSON is.
            What::FreeForm => return self.text.push_str(text),
            What::Sealed => return self.signature.push_str(text),
        };
        self.text.push_str(text);
        self.text_event(name, inside, text, rest, out);
    }

    fn signature(&mut self, signature: &str, _: &mut Vec<u8>) {
        self.signature.push_str(signature);
    }

    fn close(&mut self, how: Close, out: &mut Vec<u8>) {
        let mut text = std::mem::take(&mut self.text);
        match self.what {
            What::Function if text.trim().is_empty() => text = "{}".into(),
            What::FreeForm if how == Close::Whole => text = free_text(&text),
            _ => {}
        }
        let status = match how == Close::Whole && !self.short {
            true => "completed",
            false => "incomplete",
        };
        self.inner_done(&text, how, out);
        let item = self.item(status, &text);
        self.item_event("response.output_item.done", &item, out);
        if !self.done.is_empty() {
            self.done.push(b',');
        }
        self.done.extend_from_slice(&item);
        self.index += 1;
    }
}
