//! What a model takes, told by its name: vendors refuse members that others need.
//!
//! OpenAI's reasoning models want `max_completion_tokens` and take no temperature, its others refuse
//! `reasoning_effort`; Claude models before 3.7 do not think, those to 4.5 think within a budget, those from 4.6 on by
//! effort, and from 4.7 on sampling cannot be set. A name that says nothing is taken for an OpenAI-compatible server
//! of the patient kind, or for a Claude-compatible one that thinks within a budget.

/// What a model behind a chat upstream takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChatModel {
    /// The limit's name is `max_completion_tokens`, sampling cannot be set, and `verbosity` is understood.
    pub openai_reasoner: bool,
    /// `reasoning_effort` may be sent.
    pub takes_effort: bool,
}

impl ChatModel {
    /// By name; a vendor's prefix such as `openai/` is looked through.
    pub fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let name = name.rsplit('/').next().unwrap_or(&name);
        let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
        let openai_reasoner =
            begins(&["o1", "o3", "o4", "gpt-5", "gpt-6", "codex-"]) && !name.contains("-chat");
        ChatModel {
            openai_reasoner,
            takes_effort: !begins(&[
                "gpt-3",
                "gpt-4",
                "chatgpt-",
                "mistral",
                "ministral",
                "codestral",
                "pixtral",
                "llama",
                "claude-2",
                "claude-3-opus",
                "claude-3-haiku",
                "claude-3-sonnet",
                "claude-3-5",
            ]) && !name.contains("-chat-latest"),
        }
    }
}

/// How a Claude model is told to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thinks {
    /// It does not.
    Never,
    /// `thinking: {type: enabled, budget_tokens}`.
    ByBudget,
    /// `thinking: {type: adaptive}` with `output_config.effort`.
    ByEffort,
}

/// Which sampling members a Claude model takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// All of them.
    All,
    /// Temperature or `top_p`, not both.
    One,
    /// None: they are refused with status 400.
    None,
}

/// What a model behind an Anthropic upstream takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaudeModel {
    /// How it is told to think.
    pub thinks: Thinks,
    /// Which sampling members it takes.
    pub sampling: Sampling,
    /// Whether what it thought is only shown when asked for.
    pub hides_thoughts: bool,
    /// Whether it thinks unless told not to.
    pub thinks_unasked: bool,
    /// The limit of an answer where the client named none: Anthropic requires one.
    pub max_tokens: u64,
}

impl ClaudeModel {
    /// By name, in any of the forms `claude-opus-4-6`, `claude-3-5-haiku-20241022`, `anthropic.claude-sonnet-4.5-v1:0`.
    pub fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let Some(version) = version(&name) else {
            return ClaudeModel {
                thinks: Thinks::ByBudget,
                sampling: Sampling::All,
                hides_thoughts: false,
                thinks_unasked: false,
                max_tokens: 8_192,
            };
        };
        ClaudeModel {
            thinks: match version {
                _ if version < (3, 7) => Thinks::Never,
                _ if version < (4, 6) => Thinks::ByBudget,
                _ => Thinks::ByEffort,
            },
            sampling: match version {
                _ if version < (4, 1) => Sampling::All,
                _ if version < (4, 7) => Sampling::One,
                _ => Sampling::None,
            },
            hides_thoughts: version >= (4, 7),
            // The families that cannot be told not to think are not told.
            thinks_unasked: version >= (5, 0)
                && !name.contains("mythos")
                && !name.contains("fable"),
            max_tokens: match version {
                _ if version < (3, 5) => 4_096,
                _ if version < (3, 7) => 8_192,
                _ => 32_000,
            },
        }
    }
}

/// The version in a Claude model's name; a family without a number is of the newest kind.
fn version(name: &str) -> Option<(u32, u32)> {
    let (_, after) = name.split_once("claude")?;
    let mut words = after.split(|letter: char| !letter.is_ascii_alphanumeric());
    // Dates are numbers too, but longer ones.
    let small = |word: &str| word.parse::<u32>().ok().filter(|number| *number < 100);
    let Some(major) = words.find_map(small) else {
        return ["mythos", "fable"]
            .iter()
            .any(|family| after.contains(family))
            .then_some((5, 0));
    };
    Some((major, words.next().and_then(small).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_every_form_of_name() {
        for (name, expected) in [
            ("claude-3-opus-20240229", Some((3, 0))),
            ("claude-3-5-haiku-20241022", Some((3, 5))),
            ("claude-3-7-sonnet-latest", Some((3, 7))),
            ("claude-sonnet-4-20250514", Some((4, 0))),
            ("claude-opus-4-1-20250805", Some((4, 1))),
            ("anthropic.claude-sonnet-4.5-v1:0", Some((4, 5))),
            ("claude-4-opus-20250514", Some((4, 0))),
            ("anthropic/claude-opus-4-7", Some((4, 7))),
            ("claude-opus-5", Some((5, 0))),
            ("claude-mythos-preview", Some((5, 0))),
            ("claude-instant", None),
            ("deepseek-chat", None),
        ] {
            assert_eq!(version(name), expected, "{name}");
        }
    }

    #[test]
    fn claude_models_are_asked_as_their_version_wants_it() {
        let of = ClaudeModel::of;
        assert_eq!(of("claude-3-opus-20240229").thinks, Thinks::Never);
        assert_eq!(of("claude-3-opus-20240229").max_tokens, 4_096);
        assert_eq!(of("claude-sonnet-4-5-20250929").thinks, Thinks::ByBudget);
        assert_eq!(of("claude-sonnet-4-5-20250929").sampling, Sampling::One);
        assert_eq!(of("claude-sonnet-4-6").thinks, Thinks::ByEffort);
        assert!(!of("claude-sonnet-4-6").hides_thoughts);
        assert_eq!(of("claude-opus-4-7").sampling, Sampling::None);
        assert!(of("claude-opus-5").thinks_unasked && !of("claude-mythos-5").thinks_unasked);
        assert_eq!(of("glm-4.6").thinks, Thinks::ByBudget);
    }

    #[test]
    fn chat_models_are_asked_as_their_name_wants_it() {
        let of = |name| {
            let model = ChatModel::of(name);
            (model.openai_reasoner, model.takes_effort)
        };
        assert_eq!(of("gpt-5.1-codex"), (true, true));
        assert_eq!(of("openai/o3-mini"), (true, true));
        assert_eq!(of("gpt-5-chat-latest"), (false, false));
        assert_eq!(of("gpt-4o"), (false, false));
        assert_eq!(of("gpt-oss-120b"), (false, true));
        assert_eq!(of("deepseek-v3.2"), (false, true));
        assert_eq!(of("meta/llama-3.3-70b"), (false, false));
    }
}
