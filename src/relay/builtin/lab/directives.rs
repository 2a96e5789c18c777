//! The directives of the lab's prompt: one table that reads them, documents them, and lists them when one is unknown.
//!
//! A directive block is `[[name=value name=value]]`, anywhere in a system message or in the last user message; what
//! comes later wins. Double brackets that do not begin with a letter are text, so that code and lists pass through.

use std::time::Duration;

use super::faults::{self, Fault};
use super::filler::Language;

/// Most pieces of filler, and of reasoning.
pub(in crate::relay::builtin) const MAX_TOKENS: u64 = 32_768;
/// Longest wait that can be asked for.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// Fastest pace that is still paced; above it 0 says *as fast as possible*.
const MAX_SPEED: u64 = 100_000;
/// Longest name that can be echoed.
const LONGEST_NAME: usize = 200;

/// What the prompt asks for. `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wishes {
    pub tokens: Option<u64>,
    pub speed: Option<u64>,
    pub first: Option<Duration>,
    pub stall: Option<Duration>,
    pub after: Option<u64>,
    pub finish: Option<&'static str>,
    pub reasoning: u64,
    pub no_usage: bool,
    pub echo: bool,
    pub model: Option<String>,
    pub language: Option<Language>,
    pub fault: Option<Fault>,
    pub retry_after: Option<u64>,
    pub help: bool,
}

/// A directive: how it is written, what it does, and how it is read.
pub(in crate::relay::builtin) struct Directive {
    /// The name before the sign.
    pub name: &'static str,
    /// The form of the value; empty for a directive that is only a name.
    pub value: &'static str,
    /// What it does, in one line.
    pub doc: &'static str,
    /// Takes a value, or says what the value must be.
    read: fn(&mut Wishes, &str) -> Result<(), String>,
}

/// All directives, in the order in which they are explained.
pub(in crate::relay::builtin) const DIRECTIVES: [Directive; 14] = [
    Directive {
        name: "tokens",
        value: "N",
        doc: "the length of the reply in tokens, 0 to 32768; 120 by default",
        read: |wishes, value| {
            wishes.tokens = Some(number(value, MAX_TOKENS)?);
            Ok(())
        },
    },
    Directive {
        name: "speed",
        value: "N",
        doc: "tokens a second; 60 by default, 0 for as fast as possible",
        read: |wishes, value| {
            wishes.speed = Some(number(value, MAX_SPEED)?);
            Ok(())
        },
    },
    Directive {
        name: "first",
        value: "DURATION",
        doc: "the time to the first token, such as 500ms or 2s",
        read: |wishes, value| {
            wishes.first = Some(duration(value)?);
            Ok(())
        },
    },
    Directive {
        name: "stall",
        value: "DURATION",
        doc: "a silence in the middle of the stream; after=N says where",
        read: |wishes, value| {
            wishes.stall = Some(duration(value)?);
            Ok(())
        },
    },
    Directive {
        name: "after",
        value: "N",
        doc: "how many tokens come before a stall, cut, reset, late-error or garbage; by default half of them, for garbage none",
        read: |wishes, value| {
            wishes.after = Some(number(value, MAX_TOKENS)?);
            Ok(())
        },
    },
    Directive {
        name: "finish",
        value: "stop|length",
        doc: "the finish reason that is reported",
        read: |wishes, value| {
            wishes.finish = Some(match value {
                "stop" => "stop",
                "length" => "length",
                _ => return Err("must be stop or length".into()),
            });
            Ok(())
        },
    },
    Directive {
        name: "reasoning",
        value: "N",
        doc: "so many tokens of reasoning come before the reply",
        read: |wishes, value| {
            wishes.reasoning = number(value, MAX_TOKENS)?;
            Ok(())
        },
    },
    Directive {
        name: "usage",
        value: "none",
        doc: "the reply reports no token usage, as some upstreams do",
        read: |wishes, value| match value {
            "none" => {
                wishes.no_usage = true;
                Ok(())
            }
            _ => Err("must be none".into()),
        },
    },
    Directive {
        name: "echo",
        value: "",
        doc: "repeats the prompt, without its directives, instead of filler",
        read: |wishes, value| match value {
            "" => {
                wishes.echo = true;
                Ok(())
            }
            _ => Err("takes no value".into()),
        },
    },
    Directive {
        name: "model",
        value: "NAME",
        doc: "the reply claims to come from another model",
        read: |wishes, value| match value.len() {
            1..=LONGEST_NAME => {
                wishes.model = Some(value.to_owned());
                Ok(())
            }
            _ => Err("must be a name of at most 200 bytes".into()),
        },
    },
    Directive {
        name: "lang",
        value: "en|zh|code|markdown",
        doc: "the kind of filler",
        read: |wishes, value| {
            wishes.language = Some(match value {
                "en" => Language::English,
                "zh" => Language::Chinese,
                "code" => Language::Code,
                "markdown" => Language::Markdown,
                _ => return Err("must be en, zh, code or markdown".into()),
            });
            Ok(())
        },
    },
    Directive {
        name: "fault",
        value: faults::FORM,
        doc: "fails in this way",
        read: |wishes, value| {
            let fault = faults::named(value);
            wishes.fault = Some(fault.ok_or_else(|| format!("must be one of {}", faults::FORM))?);
            Ok(())
        },
    },
    Directive {
        name: "retry-after",
        value: "SECONDS",
        doc: "with a fault of status 429 or 503: how long the client is told to wait",
        read: |wishes, value| {
            wishes.retry_after = Some(number(value, 86_400)?);
            Ok(())
        },
    },
    Directive {
        name: "help",
        value: "",
        doc: "the reply is the list of all directives and faults",
        read: |wishes, value| match value {
            "" => {
                wishes.help = true;
                Ok(())
            }
            _ => Err("takes no value".into()),
        },
    },
];

impl Directive {
    /// As it is written in a prompt: `tokens=N`, `echo`.
    pub fn form(&self) -> String {
        match self.value {
            "" => self.name.to_owned(),
            value => format!("{}={value}", self.name),
        }
    }
}

/// All directives as a Markdown list, faults included: for the handbook.
pub(in crate::relay::builtin) fn as_list() -> String {
    let mut list = String::new();
    for directive in &DIRECTIVES {
        list.push_str(&format!("- `{}`: {}\n", directive.form(), directive.doc));
    }
    list.push_str("\nThe faults:\n\n");
    for fault in &faults::FAULTS {
        list.push_str(&format!("- `fault={}`: {}\n", fault.name, fault.doc));
    }
    list
}

/// Takes the directives out of a text. What is left is the text itself.
///
/// # Errors
/// What was not understood, and what would have been.
pub(super) fn take(text: &str, wishes: &mut Wishes) -> Result<String, String> {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("[[") {
        let inside = &rest[start + 2..];
        let line = &inside[..inside.find('\n').unwrap_or(inside.len())];
        let is_block = line
            .trim_start()
            .starts_with(|c: char| c.is_ascii_alphabetic());
        match line.find("]]").filter(|_| is_block) {
            Some(end) => {
                left.push_str(&rest[..start]);
                read_block(&line[..end], wishes)?;
                rest = &inside[end + 2..];
            }
            None if is_block && starts_with_a_directive(line) => {
                let shown: String = line.chars().take(60).collect();
                return Err(format!("the directives in [[{shown} are not closed by ]]"));
            }
            None => {
                // One bracket further: `[[[tokens=5]]` still holds a block.
                left.push_str(&rest[..=start]);
                rest = &rest[start + 1..];
            }
        }
    }
    left.push_str(rest);
    Ok(left)
}

fn starts_with_a_directive(line: &str) -> bool {
    let word = line.trim_start();
    let end = word
        .find(|c: char| !c.is_ascii_alphabetic() && c != '-')
        .unwrap_or(word.len());
    find(&word[..end]).is_some()
}

fn find(name: &str) -> Option<&'static Directive> {
    DIRECTIVES
        .iter()
        .find(|directive| directive.name.eq_ignore_ascii_case(name))
}

fn read_block(block: &str, wishes: &mut Wishes) -> Result<(), String> {
    let words = block
        .split(|c: char| c.is_whitespace() || c == ',' || c == ';')
        .filter(|word| !word.is_empty());
    for word in words {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let shown: String = word.chars().take(60).collect();
        let Some(directive) = find(name) else {
            let known: Vec<String> = DIRECTIVES
                .iter()
                .map(|known| format!("{} ({})", known.form(), known.doc))
                .collect();
            return Err(format!(
                "unknown directive {shown:?}; relaydeck-lab knows: {}",
                known.join("; ")
            ));
        };
        (directive.read)(wishes, value)
            .map_err(|why| format!("directive {shown:?}: {} {why}", directive.name))?;
    }
    Ok(())
}

fn number(value: &str, most: u64) -> Result<u64, String> {
    value
        .parse()
        .ok()
        .filter(|number| *number <= most)
        .ok_or_else(|| format!("must be a whole number from 0 to {most}"))
}

/// `500ms`, `2s`, `1.5s`, `1m`.
fn duration(value: &str) -> Result<Duration, String> {
    let wrong = || "must be a duration up to 10m, such as 500ms, 1.5s or 2m".to_owned();
    let digits = value
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(value.len());
    let unit = match &value[digits..] {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "" if value == "0" => 1.0,
        _ => return Err(wrong()),
    };
    let number: f64 = value[..digits].parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(number * unit)
        .ok()
        .filter(|wait| *wait <= LONGEST_WAIT)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<(String, Wishes), String> {
        let mut wishes = Wishes::default();
        let left = take(text, &mut wishes)?;
        Ok((left, wishes))
    }

    #[test]
    fn every_directive_is_read() {
        let text = "Go. [[tokens=200 speed=80 first=500ms]] On. [[stall=1.5s after=7, finish=length reasoning=9]]\
                    [[usage=none echo model=gpt-9 lang=code fault=429 retry-after=2]]";
        let (left, wishes) = read(text).unwrap();
        assert_eq!(left, "Go.  On. ");
        assert_eq!(
            wishes,
            Wishes {
                tokens: Some(200),
                speed: Some(80),
                first: Some(Duration::from_millis(500)),
                stall: Some(Duration::from_millis(1500)),
                after: Some(7),
                finish: Some("length"),
                reasoning: 9,
                no_usage: true,
                echo: true,
                model: Some("gpt-9".into()),
                language: Some(Language::Code),
                fault: faults::named("429"),
                retry_after: Some(2),
                help: false,
            }
        );
        assert!(read("[[help]]").unwrap().1.help);
    }

    #[test]
    fn an_unknown_directive_is_refused_with_all_known_ones() {
        let message = read("[[tokns=5]]").unwrap_err();
        assert!(message.contains("\"tokns=5\""), "{message}");
        for directive in &DIRECTIVES {
            assert!(message.contains(&directive.form()), "{message}");
        }
        assert!(read("[[please be quick]]").is_err());
    }

    #[test]
    fn a_wrong_value_is_named_with_what_it_must_be() {
        for (text, part) in [
            ("[[tokens=many]]", "whole number from 0 to 32768"),
            ("[[tokens=32769]]", "whole number"),
            ("[[tokens=-1]]", "whole number"),
            ("[[first=500]]", "such as 500ms"),
            ("[[first=..s]]", "such as 500ms"),
            ("[[first=11m]]", "up to 10m"),
            ("[[stall=]]", "such as 500ms"),
            ("[[finish=tool_calls]]", "stop or length"),
            ("[[usage=all]]", "must be none"),
            ("[[echo=yes]]", "takes no value"),
            ("[[model=]]", "must be a name"),
            ("[[lang=fr]]", "en, zh, code or markdown"),
            ("[[fault=418]]", "401|402|403|404"),
            ("[[retry-after=soon]]", "whole number"),
            ("[[tokens=5", "not closed"),
            ("[[speed=5\n]]", "not closed"),
        ] {
            let message = read(text).expect_err(text);
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn double_brackets_of_other_kinds_are_text() {
        for text in [
            "[[1, 2], [3, 4]]",
            "if [[ -f x ]]; then",
            "a[[\"k\"]]",
            "[[",
            "see [[wiki",
            "[[]]",
            "]] [[",
        ] {
            let (left, wishes) = read(text).unwrap();
            assert_eq!((left.as_str(), wishes), (text, Wishes::default()));
        }
        assert_eq!(read("[[[tokens=5]]").unwrap().1.tokens, Some(5));
    }

    #[test]
    fn the_table_documents_every_name_once() {
        let mut names: Vec<_> = DIRECTIVES.iter().map(|known| known.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), DIRECTIVES.len());
        let list = as_list();
        assert!(list.contains(&format!("0 to {MAX_TOKENS}")), "{list}");
        assert!(DIRECTIVES.iter().all(|known| list.contains(&known.form())));
    }

    proptest! {
        #[test]
        fn any_prompt_is_read_or_refused(text in "(\\[\\[|\\]\\]|[a-z]{1,9}|=|[0-9.]{1,4}|ms|\\PC|\n| ){0,40}") {
            let _ = read(&text);
        }
    }
}
