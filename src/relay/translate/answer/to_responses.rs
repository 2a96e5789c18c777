//! Writes an answer for a Responses client: the events of a stream, and the document that they add up to.
//!
//! Items come one after the other, each from `output_item.added` to `output_item.done`, and every event is numbered. The
//! whole document is the one that the stream's last event would carry, so both are made by the same code.

use std::sync::Arc;

use serde_json::{Value, json};

use super::buffer::{end, event, json_text, number, raw};
use super::items::Items;
use super::sequence::Sequence;
use super::{Counts, Finish, Heard, Part, responses_usage};
use crate::relay::translate::recall::Recall;
use crate::relay::translate::{Stamp, Trouble, TroubleKind};

/// A stream, or what it adds up to.
pub(in crate::relay::translate) struct ResponsesWriter {
    stamp: Arc<Stamp>,
    recall: Arc<Recall>,
    row: Sequence,
    items: Items,
}

impl ResponsesWriter {
    pub fn new(stamp: Arc<Stamp>, recall: Arc<Recall>) -> Self {
        ResponsesWriter {
            row: Sequence::new(format!("call_{}_", stamp.id)),
            items: Items::new(stamp.id.to_string(), recall.clone()),
            stamp,
            recall,
        }
    }

    /// The answer is made, and in progress.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        for name in ["response.created", "response.in_progress"] {
            let response = self.response("in_progress", None, None);
            self.lifecycle(name, &response, out);
        }
    }

    pub fn part(&mut self, part: Part<'_>, out: &mut Vec<u8>) {
        self.row.part(part, &mut self.items, out);
    }

    /// The answer is complete, or as complete as it may be.
    ///
    /// # Errors
    /// When a call has no name.
    pub fn end(&mut self, heard: &Heard, out: &mut Vec<u8>) -> Result<(), Trouble> {
        let (name, response) = self.ended(heard, out)?;
        self.lifecycle(name, &response, out);
        Ok(())
    }

    /// The whole document.
    ///
    /// # Errors
    /// When a call has no name.
    pub fn document(mut self, heard: &Heard) -> Result<Vec<u8>, Trouble> {
        Ok(self.ended(heard, &mut Vec::new())?.1)
    }

    /// The answer failed.
    pub fn fail(&mut self, trouble: &Trouble, out: &mut Vec<u8>) {
        self.row.cut(&mut self.items, out);
        let error = json!({"code": code(trouble), "message": trouble.message});
        let response = self.response("failed", Some(&error), None);
        self.lifecycle("response.failed", &response, out);
    }

    fn ended(
        &mut self,
        heard: &Heard,
        out: &mut Vec<u8>,
    ) -> Result<(&'static str, Vec<u8>), Trouble> {
        let missing = match heard.finish() {
            Finish::Length => Some("max_output_tokens"),
            Finish::Refused => Some("content_filter"),
            Finish::Stop | Finish::StopText | Finish::Calls => None,
        };
        self.items.short = missing.is_some();
        self.row.finish(&mut self.items, out)?;
        let counts = Some(heard.told(self.stamp.prompt_tokens));
        Ok(match missing {
            Some(reason) => {
                let reason = json!({"reason": reason});
                (
                    "response.incomplete",
                    self.response("incomplete", Some(&reason), counts),
                )
            }
            None => (
                "response.completed",
                self.response("completed", None, counts),
            ),
        })
    }

    fn lifecycle(&mut self, name: &str, response: &[u8], out: &mut Vec<u8>) {
        event(out, name);
        self.items.head(name, out);
        raw(out, r#","response":"#);
        out.extend_from_slice(response);
        raw(out, "}");
        end(out);
    }

    /// The response as it is now. `why` tells why it failed or is incomplete.
    fn response(&self, status: &str, why: Option<&Value>, counts: Option<Counts>) -> Vec<u8> {
        let null = Value::Null;
        let (error, missing) = match status {
            "failed" => (why.unwrap_or(&null), &null),
            _ => (&null, why.unwrap_or(&null)),
        };
        let mut out = Vec::with_capacity(512 + self.recall.echo.len() + self.items.done.len());
        raw(&mut out, r#"{"id":"#);
        json_text(&mut out, &format!("resp_{}", self.stamp.id));
        raw(&mut out, r#","object":"response","created_at":"#);
        number(&mut out, self.stamp.created);
        raw(
            &mut out,
            &format!(",\"status\":\"{status}\",\"error\":{error},\"incomplete_details\":{missing}"),
        );
        raw(&mut out, r#","model":"#);
        json_text(&mut out, &self.stamp.model);
        raw(&mut out, r#","output":["#);
        out.extend_from_slice(&self.items.done);
        raw(&mut out, r#"],"usage":"#);
        let usage = counts.map_or(Value::Null, responses_usage);
        raw(&mut out, &usage.to_string());
        raw(&mut out, ",");
        raw(&mut out, &self.recall.echo);
        raw(&mut out, "}");
        out
    }
}

/// The few words that a failed response may say; the upstream's own where it has one.
fn code(trouble: &Trouble) -> &str {
    match (trouble.code_or_null(), trouble.kind) {
        (Some(code), _) => code,
        (None, TroubleKind::RateLimit) => "rate_limit_exceeded",
        (None, TroubleKind::BadRequest) => "invalid_prompt",
        (None, _) => "server_error",
    }
}
