//! What we know of each third-party tool: one file of `assets/tools` a tool, read here. Source: `contract/tools.md`.
//!
//! The code knows no tool by name: where its files lie, what is written where, which form of the address it wants, which
//! layer wins and what is to be done by hand all stand in its description.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::edit::Format;
use crate::domain::Endpoint;
use crate::locale::{self, Language, say};

/// How well the facts of a tool are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Read in its own source or documents, or seen at work.
    Verified,
    /// Read in another program that writes this configuration for real.
    SecondHand,
    /// Believed, not checked: instructions only, nothing is written.
    Unverified,
}

impl Evidence {
    /// A word for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Evidence::Verified => "verified",
            Evidence::SecondHand => "second-hand",
            Evidence::Unverified => "unverified",
        }
    }

    /// The word people see.
    pub fn word(self) -> &'static str {
        match self {
            Evidence::Verified => say!("tools-facts-verified"),
            Evidence::SecondHand => say!("tools-facts-second-hand"),
            Evidence::Unverified => say!("tools-facts-unverified"),
        }
    }
}

/// Which form of a relay's address a tool wants (S-72, S-95).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UrlForm {
    /// `https://host`
    Base,
    /// `https://host/v1`
    V1,
    /// `https://host/v1/chat/completions`
    Full,
}

/// A tool.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// The word that names it on the command line.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What people read about it, in English.
    en: Words,
    /// The same in Chinese.
    zh: Words,
    /// How well the facts are known.
    pub evidence: Evidence,
    /// The form of the address it wants.
    pub form: UrlForm,
    /// What it puts behind the address itself.
    pub calls: String,
    /// The way it calls models.
    pub endpoint: Endpoint,
    /// Programs whose presence shows that it is installed.
    #[serde(default)]
    pub programs: Vec<String>,
    /// Files and folders whose presence shows it.
    #[serde(default)]
    pub traces: Vec<String>,
    /// How it is installed.
    #[serde(default)]
    pub install: Option<String>,
    /// Where it goes when nothing is set up.
    #[serde(default)]
    pub default_url: Option<String>,
    /// Parts of the names of models that suit it, best first.
    #[serde(default)]
    pub prefers: Vec<String>,
    /// The variable that must hold the key, where the file only names it.
    #[serde(default)]
    pub variable: Option<String>,
    /// The files that are written.
    #[serde(default, rename = "file")]
    pub files: Vec<FileRule>,
    /// Values that stand elsewhere and are part of paths.
    #[serde(default, rename = "lookup")]
    pub lookups: BTreeMap<String, Lookup>,
    /// Where it looks for address, key and model, the strongest first.
    #[serde(default, rename = "layer")]
    pub layers: Vec<Layer>,
}

/// What people read about a tool. What it calls its own things stays in its own language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// What it is, in a few words.
    pub about: String,
    /// What is to be done by hand, in order: instead of writing where nothing is written, after it where something is.
    #[serde(default)]
    pub steps: Vec<String>,
    /// What people should know.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// A file that is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// Where it may lie: the first whose variable is set, else the first that is there, else the last.
    pub path: Vec<String>,
    /// How it is written.
    pub format: Format,
    /// What a new one begins with.
    #[serde(default)]
    pub begin: String,
    /// What is set in it, in order.
    pub set: Vec<SetRule>,
}

/// One value that is set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRule {
    /// The path.
    pub at: Vec<String>,
    /// The value: text with `{url}`, `{key}`, `{model}` in it, a flag, or a number.
    pub value: serde_json::Value,
    /// Only where nothing stands yet.
    #[serde(default)]
    pub unless_set: bool,
    /// Only where something stands already: what would otherwise win over us.
    #[serde(default)]
    pub only_if_set: bool,
}

/// A value that stands elsewhere.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// The file, as in [`FileRule`].
    pub path: Vec<String>,
    /// How it is written.
    pub format: Format,
    /// Where in it.
    #[serde(default)]
    pub at: Vec<String>,
    /// Only what stands before this.
    #[serde(default)]
    pub before: Option<String>,
    /// What holds when nothing stands there.
    #[serde(default)]
    pub default: Option<String>,
}

/// A place where a tool looks.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// The file; the environment where there is none.
    #[serde(default)]
    pub path: Vec<String>,
    /// How it is written.
    #[serde(default = "dotenv")]
    pub format: Format,
    /// Where the address stands: paths, the first that holds something counts.
    #[serde(default)]
    pub url: Vec<Vec<String>>,
    /// Where the key stands, or a reference to a variable that holds it.
    #[serde(default)]
    pub key: Vec<Vec<String>>,
    /// Where the name of a variable stands that holds the key.
    #[serde(default)]
    pub key_variable: Vec<Vec<String>>,
    /// Where the model stands.
    #[serde(default)]
    pub model: Vec<Vec<String>>,
    /// The model is what stands behind this.
    #[serde(default)]
    pub model_after: Option<String>,
}

const fn dotenv() -> Format {
    Format::Dotenv
}

impl Tool {
    /// What people read about it, in the language that is spoken now.
    pub fn words(&self) -> &Words {
        match locale::spoken() {
            Language::English => &self.en,
            Language::Chinese => &self.zh,
        }
    }

    /// Whether its configuration is written by us; else there are instructions.
    pub fn is_written(&self) -> bool {
        self.evidence != Evidence::Unverified && !self.files.is_empty()
    }
}

/// The descriptions, by name of the tool.
const SOURCES: [&str; 31] = [
    include_str!("../../assets/tools/aichat.toml"),
    include_str!("../../assets/tools/aider.toml"),
    include_str!("../../assets/tools/anthropic-sdk.toml"),
    include_str!("../../assets/tools/chatbox.toml"),
    include_str!("../../assets/tools/cherry-studio.toml"),
    include_str!("../../assets/tools/claude-code.toml"),
    include_str!("../../assets/tools/claude-code-router.toml"),
    include_str!("../../assets/tools/cline.toml"),
    include_str!("../../assets/tools/cline-cli.toml"),
    include_str!("../../assets/tools/codex.toml"),
    include_str!("../../assets/tools/continue.toml"),
    include_str!("../../assets/tools/crush.toml"),
    include_str!("../../assets/tools/curl.toml"),
    include_str!("../../assets/tools/cursor.toml"),
    include_str!("../../assets/tools/dify.toml"),
    include_str!("../../assets/tools/gemini-cli.toml"),
    include_str!("../../assets/tools/hermes.toml"),
    include_str!("../../assets/tools/kilo-code.toml"),
    include_str!("../../assets/tools/langchain.toml"),
    include_str!("../../assets/tools/litellm.toml"),
    include_str!("../../assets/tools/llm.toml"),
    include_str!("../../assets/tools/lobechat.toml"),
    include_str!("../../assets/tools/n8n.toml"),
    include_str!("../../assets/tools/nextchat.toml"),
    include_str!("../../assets/tools/open-webui.toml"),
    include_str!("../../assets/tools/openai-sdk.toml"),
    include_str!("../../assets/tools/openclaw.toml"),
    include_str!("../../assets/tools/opencode.toml"),
    include_str!("../../assets/tools/roo-code.toml"),
    include_str!("../../assets/tools/zed.toml"),
    include_str!("../../assets/tools/cursor-plus.toml"),
];

static TOOLS: LazyLock<Vec<Tool>> = LazyLock::new(|| {
    // That each can be read is a test; one that cannot is left out rather than ending the program.
    let mut tools: Vec<Tool> = SOURCES
        .iter()
        .filter_map(|text| toml::from_str(text).ok())
        .collect();
    tools.sort_by(|one, other| one.id.cmp(&other.id));
    tools
});

/// Every tool, by name.
pub fn all() -> &'static [Tool] {
    &TOOLS
}

/// The tool of a name.
pub fn find(id: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_description_can_be_read_and_is_whole() {
        for text in SOURCES {
            let tool: Tool = toml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            let told = tool.is_written() || !tool.en.steps.is_empty();
            assert!(told, "{}: neither written nor told how", tool.id);
            assert!(
                !tool.is_written() || !tool.layers.is_empty(),
                "{}: what is written must be read back",
                tool.id
            );
        }
        assert_eq!(all().len(), SOURCES.len());
    }

    #[test]
    fn x_12_every_tool_is_told_in_both_languages_with_the_same_values() {
        let han = |text: &str| text.chars().any(|letter| ('一'..='鿿').contains(&letter));
        let values = |text: &str| {
            let mut names: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()))
                .collect();
            names.sort();
            names
        };
        for tool in all() {
            let all = |words: &Words| -> Vec<String> {
                let about = std::iter::once(&words.about);
                about
                    .chain(&words.steps)
                    .chain(&words.notes)
                    .cloned()
                    .collect()
            };
            let count = |words: &Words| (words.steps.len(), words.notes.len());
            assert_eq!(count(&tool.en), count(&tool.zh), "{}", tool.id);
            assert!(han(&tool.zh.about), "{}", tool.id);
            for (english, chinese) in all(&tool.en).iter().zip(all(&tool.zh)) {
                let differs = *english != chinese && !han(english);
                assert!(differs, "{}: {chinese}", tool.id);
                assert_eq!(values(english), values(&chinese), "{}: {chinese}", tool.id);
            }
            let told = locale::within(Language::Chinese, || tool.words().about.clone());
            assert_eq!(told, tool.zh.about);
        }
    }

    #[test]
    fn s_72_what_a_tool_calls_is_the_path_of_its_endpoint() {
        for tool in all() {
            let base = "https://relay.example";
            let url = match tool.form {
                UrlForm::Base => base.to_owned(),
                UrlForm::V1 => format!("{base}/v1"),
                UrlForm::Full => format!("{base}/v1/chat/completions"),
            };
            let called = format!("{url}{}", tool.calls);
            let path = tool.endpoint.path("MODEL").unwrap();
            assert_eq!(called, format!("{base}{path}"), "{}", tool.id);
        }
    }
}
