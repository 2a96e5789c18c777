//! What a request asks for, in no dialect: a conversation in turns, tools, limits and wishes.

use std::borrow::Cow;

use serde_json::Value;

/// A request.
#[derive(Debug, Default)]
pub(super) struct Ask<'a> {
    /// Instructions before the conversation.
    pub system: Vec<&'a str>,
    pub turns: Vec<Turn<'a>>,
    pub tools: Vec<Tool<'a>>,
    pub choice: Option<Choice<'a>>,
    /// Whether several calls in one turn are welcome; `None` where the client did not say.
    pub parallel: Option<bool>,
    /// Most tokens of the answer, reasoning included.
    pub max_tokens: Option<u64>,
    pub temperature: Option<f64>,
    pub top_p: Option<f64>,
    pub top_k: Option<u64>,
    pub stop: Vec<&'a str>,
    /// Whom the client says it acts for.
    pub user: Option<&'a str>,
    pub thinking: Thinking,
    pub format: Format<'a>,
    pub verbosity: Option<&'a str>,
    pub stream: bool,
}

/// What one side said at a time.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub speaker: Speaker,
    pub pieces: Vec<Piece<'a>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    /// Instructions in the middle of a conversation.
    System,
    /// The user, and the tools' results.
    User,
    Assistant,
}

#[derive(Debug)]
pub(super) enum Piece<'a> {
    Text(Cow<'a, str>),
    Image(Media<'a>),
    File {
        name: Option<&'a str>,
        media: Media<'a>,
    },
    Thinking {
        text: Cow<'a, str>,
        /// Without it, Anthropic does not take it back.
        signature: Option<&'a str>,
    },
    /// Thinking that only its maker can read.
    Redacted(&'a str),
    Call {
        id: Cow<'a, str>,
        name: Cow<'a, str>,
        arguments: Arguments<'a>,
    },
    Result {
        id: Cow<'a, str>,
        /// Text, images and files.
        pieces: Vec<Piece<'a>>,
        failed: bool,
    },
}

/// Where the bytes of an image or a file are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Media<'a> {
    /// Base64, and what it is.
    Data {
        kind: &'a str,
        base64: &'a str,
    },
    /// Plain text.
    Plain(&'a str),
    Url(&'a str),
}

#[derive(Debug)]
pub(super) enum Arguments<'a> {
    /// JSON as the model wrote it: OpenAI's form, not always valid.
    Written(Cow<'a, str>),
    /// An object: Anthropic's form.
    Object(&'a Value),
}

#[derive(Debug)]
pub(super) struct Tool<'a> {
    pub name: Cow<'a, str>,
    pub description: Option<Cow<'a, str>>,
    pub schema: Cow<'a, Value>,
    pub strict: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice<'a> {
    Auto,
    /// Some tool must be called.
    Any,
    None,
    Tool(Cow<'a, str>),
}

/// What is said about reasoning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Thinking {
    #[default]
    Unsaid,
    Off,
    /// As much as the model thinks fit.
    Adaptive,
    Effort(Effort),
    /// At most so many tokens.
    Budget(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    Minimal,
    Low,
    Medium,
    High,
    /// `xhigh` and `max`, where a model knows them.
    Highest,
}

impl Effort {
    /// The word of any dialect. `None` for words of no known meaning.
    pub fn read(word: &str) -> Option<Self> {
        Some(match word {
            "minimal" => Effort::Minimal,
            "low" => Effort::Low,
            "medium" => Effort::Medium,
            "high" => Effort::High,
            "xhigh" | "max" => Effort::Highest,
            _ => return None,
        })
    }

    /// OpenAI's word. `xhigh` is not used: most models refuse it, and none of them refuses `high`.
    pub const fn for_chat(self) -> &'static str {
        match self {
            Effort::Minimal => "minimal",
            Effort::Low => "low",
            Effort::Medium => "medium",
            Effort::High | Effort::Highest => "high",
        }
    }

    /// Anthropic's word.
    pub const fn for_messages(self) -> &'static str {
        match self {
            Effort::Minimal | Effort::Low => "low",
            Effort::Medium => "medium",
            Effort::High => "high",
            Effort::Highest => "max",
        }
    }

    /// The budget for models that think within one.
    pub const fn budget(self) -> u64 {
        match self {
            Effort::Minimal => 1_024,
            Effort::Low => 4_096,
            Effort::Medium => 10_240,
            Effort::High => 24_576,
            Effort::Highest => 31_999,
        }
    }

    /// The effort that comes nearest to a budget: 4,000, 10,000 and 31,999 are the ones that coding tools ask for.
    pub const fn of_budget(budget: u64) -> Self {
        match budget {
            ..5_000 => Effort::Low,
            5_000..16_000 => Effort::Medium,
            _ => Effort::High,
        }
    }
}

/// What form the answer must have.
#[derive(Debug, Default)]
pub(super) enum Format<'a> {
    #[default]
    Text,
    /// Some JSON object.
    Json,
    Schema {
        name: Option<&'a str>,
        description: Option<&'a str>,
        schema: Cow<'a, Value>,
    },
}
