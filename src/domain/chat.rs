//! A chat turn: what is asked, and the parts in which the answer arrives, whatever dialect the relay speaks.

use serde::{Deserialize, Serialize};

use super::image::Image;
use super::model::Endpoint;
use super::usage::Usage;

use crate::locale::say;

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions to the model.
    System,
    /// The person, or the program, that asks.
    User,
    /// The model.
    Assistant,
}

/// One message of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatMessage {
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub text: String,
    /// Pictures that go with it, before the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
}

impl ChatMessage {
    /// A message of text alone.
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        ChatMessage {
            role,
            text: text.into(),
            images: Vec::new(),
        }
    }
}

/// How hard a model is to think before it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// As little as it can.
    Minimal,
    /// A little.
    Low,
    /// As usual.
    Medium,
    /// Much.
    High,
}

impl Effort {
    /// Every degree, least first.
    pub const ALL: [Effort; 4] = [Effort::Minimal, Effort::Low, Effort::Medium, Effort::High];

    /// The word on the wire and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Effort::Minimal => "minimal",
            Effort::Low => "low",
            Effort::Medium => "medium",
            Effort::High => "high",
        }
    }
}

/// Which dialect a reply is asked for in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// The one that fits the model best, among those its relay names for it (S-57).
    #[default]
    Auto,
    /// `/v1/chat/completions`
    Chat,
    /// `/v1/messages`
    Messages,
    /// `/v1/responses`
    Responses,
    /// `/v1beta/models/{model}:streamGenerateContent`
    Gemini,
}

impl Protocol {
    /// All of them.
    pub const ALL: [Protocol; 5] = [
        Protocol::Auto,
        Protocol::Chat,
        Protocol::Messages,
        Protocol::Responses,
        Protocol::Gemini,
    ];

    /// The word on the command line and on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Protocol::Auto => "auto",
            Protocol::Chat => "chat",
            Protocol::Messages => "messages",
            Protocol::Responses => "responses",
            Protocol::Gemini => "gemini",
        }
    }

    /// The protocol that calls an endpoint; `None` where no reply can be asked for on it.
    pub const fn of(endpoint: &Endpoint) -> Option<Self> {
        match endpoint {
            Endpoint::Chat => Some(Protocol::Chat),
            Endpoint::Messages => Some(Protocol::Messages),
            Endpoint::Responses => Some(Protocol::Responses),
            Endpoint::Gemini => Some(Protocol::Gemini),
            Endpoint::Embeddings | Endpoint::Other(_) => None,
        }
    }

    /// The endpoint that is called, told what the relay names for the model; nothing where it names none. Claude models
    /// are called natively where they can be: only there their cache and their thinking are told apart (S-73).
    pub fn endpoint(self, model: &str, offered: &[Endpoint]) -> Endpoint {
        match self {
            Protocol::Chat => Endpoint::Chat,
            Protocol::Messages => Endpoint::Messages,
            Protocol::Responses => Endpoint::Responses,
            Protocol::Gemini => Endpoint::Gemini,
            Protocol::Auto => {
                let has = |endpoint: &Endpoint| offered.contains(endpoint);
                if has(&Endpoint::Messages) && model.to_ascii_lowercase().contains("claude") {
                    return Endpoint::Messages;
                }
                [
                    Endpoint::Chat,
                    Endpoint::Messages,
                    Endpoint::Responses,
                    Endpoint::Gemini,
                ]
                .into_iter()
                .find(has)
                .unwrap_or(Endpoint::Chat)
            }
        }
    }
}

/// What a model is told beside the messages. What is `None` is the model's own default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChatSettings {
    /// At most so many tokens in the answer.
    pub max_tokens: Option<u32>,
    /// Sampling temperature.
    pub temperature: Option<f32>,
    /// How hard it is to think.
    pub effort: Option<Effort>,
    /// Which dialect it is asked in.
    pub protocol: Protocol,
}

/// The highest temperature any vendor takes.
pub const HOTTEST: f32 = 2.0;

impl ChatSettings {
    /// Reads a temperature as it is typed.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse_temperature(text: &str) -> Result<f32, String> {
        match text.trim().parse::<f32>() {
            Ok(value) if (0.0..=HOTTEST).contains(&value) => Ok(value),
            _ => Err(say!(
                "chat-no-temperature",
                text = format!("{:?}", text.trim()),
                hottest = HOTTEST
            )),
        }
    }

    /// Reads a limit of tokens as it is typed.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse_max_tokens(text: &str) -> Result<u32, String> {
        match text.trim().parse::<u32>() {
            Ok(0) | Err(_) => Err(say!(
                "chat-no-max-tokens",
                text = format!("{:?}", text.trim())
            )),
            Ok(count) => Ok(count),
        }
    }
}

/// A request for one reply.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChatRequest {
    /// The exact name of the model.
    pub model: String,
    /// The conversation so far, the system message first if there is one.
    pub messages: Vec<ChatMessage>,
    /// At most so many tokens in the answer; the model's own limit when absent.
    pub max_tokens: Option<u32>,
    /// Sampling temperature; the model's own default when absent.
    pub temperature: Option<f32>,
    /// How hard the model is to think; its own default when absent.
    #[serde(default)]
    pub effort: Option<Effort>,
    /// The dialect it is asked in.
    #[serde(default)]
    pub protocol: Protocol,
}

impl ChatRequest {
    /// A request with these settings.
    pub fn with(model: String, messages: Vec<ChatMessage>, settings: ChatSettings) -> Self {
        ChatRequest {
            model,
            messages,
            max_tokens: settings.max_tokens,
            temperature: settings.temperature,
            effort: settings.effort,
            protocol: settings.protocol,
        }
    }

    /// Whether a picture goes with it.
    pub fn has_images(&self) -> bool {
        self.messages
            .iter()
            .any(|message| !message.images.is_empty())
    }
}

/// A piece of an answer, in the order of arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text of the answer.
    Text(String),
    /// Text of the model's reasoning, where the relay shows it.
    Reasoning(String),
    /// The relay's own count, usually once, near the end.
    Usage(Usage),
    /// The name of the model that answers, as the relay echoes it.
    Model(String),
    /// The mark by which the vendor tells one set-up of the model from another, where it gives one.
    Fingerprint(String),
    /// Why the answer ended.
    Finish(Finish),
}

/// Why an answer ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// It was complete.
    Stop,
    /// The limit of tokens was reached.
    Length,
    /// A filter of the vendor cut it.
    ContentFilter,
    /// The model wants a tool called.
    ToolCalls,
    /// A reason we have no word for, as the relay spells it.
    Other(String),
    /// The user stopped it.
    Cancelled,
    /// The stream ended without saying why.
    Cut,
}

impl Finish {
    /// From OpenAI's `finish_reason`.
    pub fn from_openai(reason: &str) -> Self {
        match reason {
            "stop" => Finish::Stop,
            "length" => Finish::Length,
            "content_filter" => Finish::ContentFilter,
            "tool_calls" | "function_call" => Finish::ToolCalls,
            other => Finish::Other(other.to_owned()),
        }
    }

    /// The word people see.
    pub fn word(&self) -> &str {
        match self {
            Finish::Stop => "stop",
            Finish::Length => "length",
            Finish::ContentFilter => "content filter",
            Finish::ToolCalls => "tool calls",
            Finish::Other(reason) => reason,
            Finish::Cancelled => "cancelled",
            Finish::Cut => "cut",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_57_the_endpoint_is_what_the_relay_names_for_the_model() {
        let auto = |model, offered: &[Endpoint]| Protocol::Auto.endpoint(model, offered);
        let both = [Endpoint::Chat, Endpoint::Messages];
        assert_eq!(auto("claude-sonnet-4-5", &both), Endpoint::Messages);
        assert_eq!(auto("gpt-4o", &both), Endpoint::Chat);
        assert_eq!(
            auto("gpt-5-codex", &[Endpoint::Responses]),
            Endpoint::Responses
        );
        assert_eq!(
            auto("gemini-2.5-pro", &[Endpoint::Gemini]),
            Endpoint::Gemini
        );
        assert_eq!(auto("claude-opus-4-5", &[Endpoint::Chat]), Endpoint::Chat);
        assert_eq!(auto("anything", &[]), Endpoint::Chat, "nothing is known");
        let asked = Protocol::Responses.endpoint("claude-opus-4-5", &both);
        assert_eq!(asked, Endpoint::Responses, "whoever asks decides");
    }

    #[test]
    fn settings_that_no_vendor_takes_are_refused_with_an_example() {
        for text in ["", "hot", "-1", "2.1", "NaN", "inf"] {
            assert!(ChatSettings::parse_temperature(text).is_err(), "{text}");
        }
        assert_eq!(ChatSettings::parse_temperature(" 0.25 "), Ok(0.25));
        for text in ["", "0", "-3", "1.5", "99999999999"] {
            let why = ChatSettings::parse_max_tokens(text).unwrap_err();
            assert!(why.contains("4096"), "{why}");
        }
        assert_eq!(ChatSettings::parse_max_tokens("64"), Ok(64));
    }
}
