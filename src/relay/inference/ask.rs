//! What a request asks for, in whichever dialect: the members the relay must know, and the body each channel is sent.

use axum::http::StatusCode;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::super::answers::ApiError;
use super::super::channels::Channel;
use super::super::translate::{Bridge, Dialect, Pair, Untranslatable};
use super::body::Members;

/// The longest answer that is expected of a request that does not say: for the reservation only.
const USUAL_OUTPUT: u64 = 1_024;

/// A request to the model API.
#[derive(Debug)]
pub struct Ask<'a> {
    /// What the client speaks.
    pub dialect: Dialect,
    members: Members<'a>,
    body: &'a Bytes,
    /// The exact name of the model.
    pub model: String,
    /// Whether the answer is to be streamed.
    pub stream: bool,
    /// Whether the client wants the usage at the end of the stream.
    pub wants_usage: bool,
}

/// A body as one channel gets it.
pub struct Sent {
    pub body: Bytes,
    /// Whether the relay asked for the usage, so that a client of the same dialect must not see it.
    pub usage_is_ours: bool,
    /// The way back, where the upstream speaks another dialect than the client.
    pub bridge: Option<Bridge>,
}

impl<'a> Ask<'a> {
    /// Reads a body.
    pub fn read(dialect: Dialect, body: &'a Bytes) -> Result<Self, ApiError> {
        let members = Members::read(body).map_err(|error| {
            invalid(format!(
                "Invalid request: the body is not a JSON object ({error})"
            ))
        })?;
        let model: String = members.value("model").unwrap_or_default();
        if model.is_empty() {
            return Err(invalid(
                "Model name not specified, model name cannot be empty",
            ));
        }
        let stream = members.value("stream").unwrap_or(false);
        let wants_usage = stream
            && dialect == Dialect::Chat
            && members
                .value::<Map<String, Value>>("stream_options")
                .is_some_and(|options| options.get("include_usage") == Some(&Value::Bool(true)));
        Ok(Ask {
            dialect,
            members,
            body,
            model,
            stream,
            wants_usage,
        })
    }

    /// What an endpoint cannot do without.
    pub fn check(&self) -> Result<(), ApiError> {
        let begins = |name: &str, starts: &[char]| {
            let raw = self.members.get(name);
            raw.is_some_and(|raw| raw.get().starts_with(starts))
        };
        let missing = match self.dialect {
            Dialect::Chat | Dialect::Messages if begins("messages", &['[']) => return Ok(()),
            Dialect::Responses if begins("input", &['[', '"']) => return Ok(()),
            Dialect::Chat | Dialect::Messages => "field messages is required and must be a list",
            Dialect::Responses => "field input is required and must be a text or a list",
        };
        Err(invalid(missing))
    }

    /// The prompt as it was written: messages and tools.
    pub fn members(&self) -> &Members<'a> {
        &self.members
    }

    /// The most tokens the answer may have, over all the choices that are asked for; `limit` is the model's own, where known.
    pub fn expected_output(&self, limit: Option<u64>) -> u64 {
        let number = |name| {
            self.members
                .value::<f64>(name)
                .filter(|value| *value >= 0.0)
        };
        let names = ["max_completion_tokens", "max_output_tokens", "max_tokens"];
        let asked = names.into_iter().find_map(number);
        let one = asked.map_or(USUAL_OUTPUT, |value| value as u64);
        let choices = number("n").map_or(1, |value| value as u64).max(1);
        one.min(limit.unwrap_or(u64::MAX)).saturating_mul(choices)
    }

    /// The body for a channel: the model under the name its upstream knows, and a wish for the usage of a stream.
    ///
    /// # Errors
    /// When the channel's upstream speaks another dialect, in which this request cannot be meant.
    pub fn for_channel(&self, channel: &Channel) -> Result<Sent, ApiError> {
        match Pair::between(self.dialect, channel.dialect()) {
            Some(pair) => self.translated(pair, channel),
            None => Ok(self.straight(channel)),
        }
    }

    fn translated(&self, pair: Pair, channel: &Channel) -> Result<Sent, ApiError> {
        // The body was read as an object before, so it is one.
        let body: Map<String, Value> = serde_json::from_slice(self.body).unwrap_or_default();
        let bridge = Bridge::open(pair, &body, channel.upstream_name(&self.model))
            .map_err(|refusal| untranslatable(&refusal))?;
        let asks_for_usage = bridge.request().contains_key("stream_options");
        let text = if asks_for_usage && !channel.takes_stream_options() {
            let mut request = bridge.request().clone();
            request.remove("stream_options");
            serde_json::to_vec(&request)
        } else {
            serde_json::to_vec(bridge.request())
        };
        Ok(Sent {
            // A JSON object always becomes text.
            body: Bytes::from(text.unwrap_or_default()),
            usage_is_ours: asks_for_usage && channel.takes_stream_options(),
            bridge: Some(bridge),
        })
    }

    fn straight(&self, channel: &Channel) -> Sent {
        let mut edits: Vec<(&str, Option<String>)> = Vec::new();
        let theirs = channel.upstream_name(&self.model);
        if theirs != self.model {
            edits.push(("model", serde_json::to_string(theirs).ok()));
        }
        let mut usage_is_ours = false;
        let chat = self.dialect == Dialect::Chat;
        if chat && self.stream && !channel.takes_stream_options() {
            if self.members.get("stream_options").is_some() {
                edits.push(("stream_options", None));
            }
        } else if chat && self.stream && !self.wants_usage {
            let mut options: Map<String, Value> =
                self.members.value("stream_options").unwrap_or_default();
            options.insert("include_usage".into(), Value::Bool(true));
            edits.push(("stream_options", serde_json::to_string(&options).ok()));
            usage_is_ours = true;
        }
        let body = self.members.with(&edits);
        Sent {
            body: body.unwrap_or_else(|| self.body.clone()),
            usage_is_ours,
            bridge: None,
        }
    }
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::own(StatusCode::BAD_REQUEST, "invalid_request", message)
}

fn untranslatable(refusal: &Untranslatable) -> ApiError {
    ApiError {
        param: Box::new(Value::from(refusal.member.clone())),
        ..invalid(refusal.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::channels::tests::channel;
    use super::*;
    use serde_json::json;

    fn sent(body: &Value, refuses: bool) -> (Value, bool) {
        let body = Bytes::from(body.to_string());
        let channel = Channel::from_stored(channel(1, 0, 0)).unwrap();
        if refuses {
            channel.learn_refusal_of_stream_options();
        }
        let sent = Ask::read(Dialect::Chat, &body)
            .unwrap()
            .for_channel(&channel)
            .unwrap();
        (
            serde_json::from_slice(&sent.body).unwrap(),
            sent.usage_is_ours,
        )
    }

    #[test]
    fn a_stream_is_asked_for_its_usage_and_a_model_is_renamed() {
        let (body, ours) = sent(
            &json!({"model": "a", "stream": true, "messages": [], "x": 1}),
            false,
        );
        assert_eq!(
            body,
            json!({"model": "theirs", "stream": true, "messages": [], "x": 1, "stream_options": {"include_usage": true}})
        );
        assert!(ours);
        let (body, ours) = sent(
            &json!({"model": "b", "stream": true, "stream_options": {"include_obfuscation": false}}),
            false,
        );
        assert_eq!(
            body["stream_options"],
            json!({"include_obfuscation": false, "include_usage": true})
        );
        assert!(ours);
    }

    #[test]
    fn who_asks_for_the_usage_gets_it_and_who_does_not_stream_is_left_alone() {
        let asked =
            json!({"model": "b", "stream": true, "stream_options": {"include_usage": true}});
        assert_eq!(sent(&asked, false), (asked.clone(), false));
        let plain = json!({"model": "b", "messages": []});
        assert_eq!(sent(&plain, false), (plain.clone(), false));
        assert_eq!(
            sent(&asked, true).0,
            json!({"model": "b", "stream": true}),
            "a channel that refuses the wish is not asked again"
        );
    }

    #[test]
    fn the_expected_output_follows_what_is_asked() {
        let expected = |body: Value, limit| {
            let body = Bytes::from(body.to_string());
            Ask::read(Dialect::Chat, &body)
                .unwrap()
                .expected_output(limit)
        };
        assert_eq!(expected(json!({"model": "b"}), None), 1_024);
        assert_eq!(expected(json!({"model": "b"}), Some(500)), 500);
        assert_eq!(
            expected(json!({"model": "b", "max_tokens": 10, "n": 3}), None),
            30
        );
        assert_eq!(
            expected(
                json!({"model": "b", "max_tokens": 10, "max_completion_tokens": 20}),
                None
            ),
            20
        );
        assert_eq!(
            expected(json!({"model": "b", "max_tokens": 1e300, "n": 9}), None),
            u64::MAX
        );
    }

    #[test]
    fn a_request_without_a_model_or_messages_is_told_so() {
        let body = Bytes::from_static(b"{\"messages\":[]}");
        assert!(
            Ask::read(Dialect::Chat, &body)
                .unwrap_err()
                .message
                .contains("Model name")
        );
        let body = Bytes::from_static(b"{\"model\":\"a\"}");
        assert!(
            Ask::read(Dialect::Chat, &body)
                .unwrap()
                .check()
                .unwrap_err()
                .message
                .contains("messages")
        );
        let body = Bytes::from_static(b"not json");
        assert_eq!(
            Ask::read(Dialect::Chat, &body).unwrap_err().status,
            StatusCode::BAD_REQUEST
        );
    }
}
