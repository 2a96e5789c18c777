//! What a request asks for, in whichever protocol: the members the relay must know, and what each channel is sent.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode, Uri};
use bytes::Bytes;
use serde_json::{Map, Value};

use super::super::answers::ApiError;
use super::super::channels::{Channel, Route, server};
use super::super::meter::text::Prompt;
use super::super::protocol::Protocol;
use super::super::translate::{Bridge, Pair, Untranslatable};
use super::body::Members;
use super::gemini::Method;
use super::references::{self, References};
use crate::domain::UnixMillis;

/// The longest answer that is expected of a request that does not say: for the reservation only.
const USUAL_OUTPUT: u64 = 1_024;

/// A request to the model API.
pub struct Ask<'a> {
    /// What the client speaks.
    pub protocol: Protocol,
    members: Members<'a>,
    body: &'a Bytes,
    /// The exact name of the model.
    pub model: Arc<str>,
    /// Whether the answer is to be streamed.
    pub stream: bool,
    /// Whether the client wants the usage at the end of the stream.
    pub wants_usage: bool,
    /// What a Gemini client calls.
    method: Method,
    passed: Passed,
}

/// Tells none of its words.
impl fmt::Debug for Ask<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask")
            .field("protocol", &self.protocol)
            .field("model", &self.model)
            .field("stream", &self.stream)
            .finish_non_exhaustive()
    }
}

/// What goes on to an upstream of the client's own protocol, beside the body.
#[derive(Debug, Default)]
struct Passed {
    headers: HeaderMap,
    query: &'static str,
}

impl Passed {
    /// Of a request in Anthropic's protocol: which version and features it means.
    fn of_messages(headers: &HeaderMap, uri: &Uri) -> Self {
        let mut passed = Passed::default();
        for name in [server::ANTHROPIC_VERSION, server::ANTHROPIC_BETA] {
            for value in headers.get_all(&name) {
                passed.headers.append(&name, value.clone());
            }
        }
        let mut asked = uri.query().unwrap_or_default().split('&');
        if asked.any(|pair| pair == "beta=true") {
            passed.query = "?beta=true";
        }
        passed
    }
}

/// What one channel gets.
pub struct Sent {
    /// Path and query at the upstream.
    pub path: Cow<'static, str>,
    pub body: Bytes,
    /// What the upstream will answer in.
    pub protocol: Protocol,
    /// Whether the relay asked for the usage, so that a client of the same dialect must not see it.
    pub usage_is_ours: bool,
    /// The way back, where the upstream speaks another dialect than the client.
    pub bridge: Option<Bridge>,
    /// What to do when the upstream turns out not to speak the client's protocol.
    pub otherwise: Option<Pair>,
}

impl<'a> Ask<'a> {
    /// Reads a body that names its model.
    pub fn read(protocol: Protocol, body: &'a Bytes) -> Result<Self, ApiError> {
        let members = Ask::members_of(body)?;
        let model: String = members.value("model").unwrap_or_default();
        if model.is_empty() {
            return Err(invalid(
                "Model name not specified, model name cannot be empty",
            ));
        }
        let stream = protocol != Protocol::Embeddings && members.value("stream").unwrap_or(false);
        let wants_usage = stream
            && protocol == Protocol::Chat
            && members
                .value::<Map<String, Value>>("stream_options")
                .is_some_and(|options| options.get("include_usage") == Some(&Value::Bool(true)));
        Ok(Ask {
            protocol,
            members,
            body,
            model: model.into(),
            stream,
            wants_usage,
            method: Method::default(),
            passed: Passed::default(),
        })
    }

    /// Reads a body of Gemini's, whose model and method are in the path.
    pub fn gemini(model: String, method: Method, body: &'a Bytes) -> Result<Self, ApiError> {
        Ok(Ask {
            protocol: Protocol::Gemini,
            members: Ask::members_of(body)?,
            body,
            model: model.into(),
            stream: method == Method::Stream,
            wants_usage: false,
            method,
            passed: Passed::default(),
        })
    }

    fn members_of(body: &Bytes) -> Result<Members<'_>, ApiError> {
        Members::read(body).map_err(|error| {
            invalid(format!(
                "Invalid request: the body is not a JSON object ({error})"
            ))
        })
    }

    /// The same with what its headers and query ask of an upstream of the same protocol.
    pub fn with_headers(mut self, headers: &HeaderMap, uri: &Uri) -> Self {
        if self.protocol == Protocol::Messages {
            self.passed = Passed::of_messages(headers, uri);
        }
        self
    }

    /// Whether a channel can answer it. What Google calls vectors no other dialect has.
    pub fn can_go_to(&self, channel: &Channel) -> bool {
        let makes_vectors = matches!(self.method, Method::Embed | Method::EmbedMany);
        !makes_vectors || channel.speaks(Protocol::Gemini)
    }

    /// What an endpoint cannot do without.
    pub fn check(&self) -> Result<(), ApiError> {
        let begins = |name: &str, starts: &[char]| {
            let raw = self.members.get(name);
            raw.is_some_and(|raw| raw.get().starts_with(starts))
        };
        let missing = match self.protocol {
            Protocol::Chat | Protocol::Messages if begins("messages", &['[']) => return Ok(()),
            Protocol::Responses if self.runs_unseen() => {
                "background responses are not offered: their end could not be billed; leave background out"
            }
            // A stored prompt, a conversation or an earlier response can stand for the input.
            Protocol::Responses
                if begins("input", &['[', '"'])
                    || references::conversation_in(&self.members)
                    || self.members.get("prompt").is_some()
                    || self.members.get("previous_response_id").is_some() =>
            {
                return Ok(());
            }
            Protocol::Embeddings if begins("input", &['[', '"']) => return Ok(()),
            Protocol::Gemini => match self.method.wants() {
                None => return Ok(()),
                Some((name, _)) if begins(name, &['[', '{', '"']) => return Ok(()),
                Some((_, missing)) => missing,
            },
            Protocol::Chat | Protocol::Messages => "field messages is required and must be a list",
            Protocol::Responses | Protocol::Embeddings => {
                "field input is required and must be a text or a list"
            }
        };
        Err(invalid(missing))
    }

    /// Whether the answer would go on where nobody sees its end.
    fn runs_unseen(&self) -> bool {
        self.members.value("background").unwrap_or(false)
    }

    /// What it refers to that an upstream keeps.
    ///
    /// # Errors
    /// When what it says can be read in two ways.
    pub fn references(&self) -> Result<References, ApiError> {
        References::read(self.protocol, &self.members)
    }

    /// Whether an upstream may keep its answer: it does unless it is told not to.
    pub fn stores(&self) -> bool {
        let told = || self.members.value::<bool>("store").unwrap_or(true);
        self.protocol == Protocol::Responses && told()
    }

    /// The light count of its prompt.
    pub fn prompt_tokens(&self) -> u64 {
        Prompt::of(self.protocol, &self.members).light()
    }

    /// The most tokens the answer may have, over all the choices that are asked for; `limit` is the model's own, where known.
    pub fn expected_output(&self, limit: Option<u64>) -> u64 {
        if self.protocol == Protocol::Embeddings || !self.method.generates() {
            return 0;
        }
        let config: Map<String, Value> = self.members.value("generationConfig").unwrap_or_default();
        let number = |name: &str| {
            let own = self.members.value::<f64>(name);
            own.or_else(|| config.get(name)?.as_f64())
                .filter(|value| *value >= 0.0)
        };
        let asked = [
            "max_completion_tokens",
            "max_output_tokens",
            "max_tokens",
            "maxOutputTokens",
        ];
        let asked = asked.into_iter().find_map(number);
        let one = asked.map_or(USUAL_OUTPUT, |value| value as u64);
        let choices = number("n").or_else(|| number("candidateCount"));
        let choices = choices.map_or(1, |value| value as u64).max(1);
        one.min(limit.unwrap_or(u64::MAX)).saturating_mul(choices)
    }

    /// What is sent to the first channel whose upstream can be asked for this at all. A request may use what an upstream's
    /// dialect has no words for; the channels where that is so are taken off the front of the list.
    ///
    /// # Errors
    /// Why the first channel cannot be asked, where none can; `None` where the list is empty.
    pub fn for_first(
        &self,
        channels: &mut Vec<Arc<Channel>>,
        now: UnixMillis,
    ) -> Result<Sent, Option<ApiError>> {
        let mut refusal = None;
        while let Some(channel) = channels.first() {
            match self.for_channel(channel, now) {
                Ok(sent) => return Ok(sent),
                Err(error) => {
                    refusal.get_or_insert(error);
                    channels.remove(0);
                }
            }
        }
        Err(refusal)
    }

    /// What a channel gets: the model under the name its upstream knows, and a wish for the usage of a stream.
    ///
    /// # Errors
    /// When the channel's upstream speaks another dialect, in which this request cannot be meant.
    pub fn for_channel(&self, channel: &Channel, now: UnixMillis) -> Result<Sent, ApiError> {
        match channel.route(self.protocol, &self.model, now) {
            Some(Route::Straight) => Ok(self.straight(channel)),
            Some(Route::Translated(pair)) => self.translated(pair, channel),
            Some(Route::StraightOr(pair)) => Ok(Sent {
                otherwise: Some(pair),
                ..self.straight(channel)
            }),
            None => Err(invalid(format!(
                "the channel cannot be called on {}",
                self.protocol.path()
            ))),
        }
    }

    /// What a channel gets that speaks another dialect.
    ///
    /// # Errors
    /// When this request cannot be meant in it.
    pub fn translated(&self, pair: Pair, channel: &Channel) -> Result<Sent, ApiError> {
        // So far it is only known to be an object. A text in it may hold half a letter, or a number be beyond all numbers:
        // such a body could be passed on as it came, but not be read and written anew.
        let read = serde_json::from_slice::<Map<String, Value>>(self.body);
        let mut body = read.map_err(|error| unreadable_body(&error))?;
        if self.protocol == Protocol::Gemini {
            // Its path says so; all other bodies say it themselves.
            body.insert("stream".into(), self.stream.into());
        }
        let bridge = Bridge::open(pair, &body, channel.upstream_name(&self.model))
            .map_err(|refusal| untranslatable(&refusal))?;
        let takes_options = channel.learned().takes_stream_options();
        let asks_for_usage = bridge.request().contains_key("stream_options");
        let text = if asks_for_usage && !takes_options {
            let mut request = bridge.request().clone();
            request.remove("stream_options");
            serde_json::to_vec(&request)
        } else {
            serde_json::to_vec(bridge.request())
        };
        let dialect = pair.upstream();
        Ok(Sent {
            path: dialect.path().into(),
            // A JSON object always becomes text.
            body: Bytes::from(text.unwrap_or_default()),
            protocol: dialect.into(),
            usage_is_ours: asks_for_usage && takes_options,
            bridge: Some(bridge),
            otherwise: None,
        })
    }

    fn straight(&self, channel: &Channel) -> Sent {
        let mut edits: Vec<(&str, Option<String>)> = Vec::new();
        let theirs = channel.upstream_name(&self.model);
        let in_path = self.protocol == Protocol::Gemini;
        if theirs != &*self.model && !in_path {
            edits.push(("model", serde_json::to_string(theirs).ok()));
        }
        let mut usage_is_ours = false;
        let chat = self.protocol == Protocol::Chat;
        if chat && self.stream && !channel.learned().takes_stream_options() {
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
            path: if in_path {
                self.method.path(theirs).into()
            } else if self.passed.query.is_empty() {
                self.protocol.path().into()
            } else {
                format!("{}{}", self.protocol.path(), self.passed.query).into()
            },
            body: body.unwrap_or_else(|| self.body.clone()),
            protocol: self.protocol,
            usage_is_ours,
            bridge: None,
            otherwise: None,
        }
    }

    /// The headers that go on with what is sent to a channel: only those of the protocol it is sent in.
    pub fn passed_headers(&self, sent: &Sent) -> HeaderMap {
        if sent.protocol == self.protocol {
            self.passed.headers.clone()
        } else {
            HeaderMap::new()
        }
    }
}

/// A refusal of a request that is wrong in itself.
pub fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::own(StatusCode::BAD_REQUEST, "invalid_request", message)
}

/// A refusal of a body that is JSON, and still cannot be read: half a letter, a number beyond all numbers, a nesting
/// without end. Who passes it on as it came need not read it.
pub fn unreadable_body(error: &serde_json::Error) -> ApiError {
    invalid(format!(
        "Invalid request: the body cannot be read ({error})"
    ))
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
            channel.learned().refused_stream_options();
        }
        let sent = Ask::read(Protocol::Chat, &body)
            .unwrap()
            .for_channel(&channel, UnixMillis(0))
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
            Ask::read(Protocol::Chat, &body)
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
    fn a_request_prints_none_of_its_words() {
        let body = Bytes::from_static(br#"{"model":"m","messages":[{"content":"secret"}]}"#);
        let printed = format!("{:?}", Ask::read(Protocol::Chat, &body).unwrap());
        assert!(printed.contains("\"m\"") && !printed.contains("secret"));
    }

    #[test]
    fn a_request_without_a_model_or_messages_is_told_so() {
        let body = Bytes::from_static(b"{\"messages\":[]}");
        assert!(
            Ask::read(Protocol::Chat, &body)
                .unwrap_err()
                .message
                .contains("Model name")
        );
        let body = Bytes::from_static(b"{\"model\":\"a\"}");
        assert!(
            Ask::read(Protocol::Chat, &body)
                .unwrap()
                .check()
                .unwrap_err()
                .message
                .contains("messages")
        );
        let body = Bytes::from_static(b"not json");
        assert_eq!(
            Ask::read(Protocol::Chat, &body).unwrap_err().status,
            StatusCode::BAD_REQUEST
        );
    }
}
