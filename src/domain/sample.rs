//! Samples of code that call a relay (S-70, S-72): whole programs, with the form of the address that each library wants
//! and the key from an environment variable, never in the text.

use super::address::Address;
use super::model::Endpoint;
use crate::locale::say;

/// The variable that holds the key in every sample.
pub const KEY_VARIABLE: &str = "RELAY_API_KEY";

/// A language and library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// curl, the whole answer at once.
    Curl,
    /// curl, streaming.
    CurlStream,
    /// Python with OpenAI's library.
    PythonOpenai,
    /// Python with Anthropic's library.
    PythonAnthropic,
    /// Node with OpenAI's library.
    NodeOpenai,
    /// Node with Anthropic's library.
    NodeAnthropic,
}

impl Sample {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Sample; 6] = [
        Sample::Curl,
        Sample::CurlStream,
        Sample::PythonOpenai,
        Sample::PythonAnthropic,
        Sample::NodeOpenai,
        Sample::NodeAnthropic,
    ];

    /// The word that names it.
    pub const fn word(self) -> &'static str {
        match self {
            Sample::Curl => "curl",
            Sample::CurlStream => "curl-stream",
            Sample::PythonOpenai => "python-openai",
            Sample::PythonAnthropic => "python-anthropic",
            Sample::NodeOpenai => "node-openai",
            Sample::NodeAnthropic => "node-anthropic",
        }
    }

    /// The way it calls models (S-73).
    pub const fn endpoint(self) -> Endpoint {
        match self {
            Sample::PythonAnthropic | Sample::NodeAnthropic => Endpoint::Messages,
            Sample::Curl | Sample::CurlStream | Sample::PythonOpenai | Sample::NodeOpenai => {
                Endpoint::Chat
            }
        }
    }

    /// The program, what is for people in the language that is spoken. The model's name is what a JSON text or a literal of the language may hold as it is; quotes,
    /// backslashes and control characters are written as JSON writes them.
    pub fn text(self, address: &Address, model: &str) -> String {
        let quoted = serde_json::Value::String(model.to_owned()).to_string();
        let model = quoted
            .trim_start_matches('"')
            .strip_suffix('"')
            .unwrap_or(&quoted);
        let model = match self {
            // Inside the shell's single quotes.
            Sample::Curl | Sample::CurlStream => model.replace('\'', "'\\''"),
            _ => model.to_owned(),
        };
        self.template()
            .replace("{key}", say!("sample-key"))
            .replace("{bare}", say!("sample-bare"))
            .replace("{prompt}", say!("sample-prompt"))
            .replace("{base}", address.base())
            .replace("{v1}", &address.v1())
            .replace("{model}", &model)
    }

    const fn template(self) -> &'static str {
        match self {
            Sample::Curl => include_str!("../../assets/samples/curl.sh"),
            Sample::CurlStream => include_str!("../../assets/samples/curl-stream.sh"),
            Sample::PythonOpenai => include_str!("../../assets/samples/python-openai.py"),
            Sample::PythonAnthropic => include_str!("../../assets/samples/python-anthropic.py"),
            Sample::NodeOpenai => include_str!("../../assets/samples/node-openai.mjs"),
            Sample::NodeAnthropic => include_str!("../../assets/samples/node-anthropic.mjs"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_72_each_library_gets_the_form_it_wants() {
        let (address, _) = Address::parse("https://relay.example/v1/").unwrap();
        for (sample, url) in [
            (Sample::Curl, "'https://relay.example/v1/chat/completions'"),
            (
                Sample::CurlStream,
                "'https://relay.example/v1/chat/completions'",
            ),
            (
                Sample::PythonOpenai,
                "base_url=\"https://relay.example/v1\"",
            ),
            (
                Sample::PythonAnthropic,
                "base_url=\"https://relay.example\"",
            ),
            (Sample::NodeOpenai, "baseURL: \"https://relay.example/v1\""),
            (Sample::NodeAnthropic, "baseURL: \"https://relay.example\""),
        ] {
            let text = sample.text(&address, "some-model");
            assert!(text.contains(url), "{}: {text}", sample.word());
            assert!(
                text.contains("\"some-model\"") && text.contains(KEY_VARIABLE),
                "{text}"
            );
            assert!(
                !text.contains("{v1}") && !text.contains("{base}") && !text.contains("{model}")
            );
        }
    }

    #[test]
    fn an_odd_name_cannot_leave_its_quotes() {
        let (address, _) = Address::parse("https://relay.example").unwrap();
        let odd = "a\"b\\c'd";
        assert!(
            Sample::PythonOpenai
                .text(&address, odd)
                .contains(r#"model="a\"b\\c'd""#)
        );
        assert!(
            Sample::Curl
                .text(&address, odd)
                .contains(r#""model": "a\"b\\c'\''d""#)
        );
    }
}
