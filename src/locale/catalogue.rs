//! One file of a language's texts, as the program carries it: looked up by id, put together with arguments.
//!
//! The dashboard's first frame waits for this, and says some sixty of eighteen hundred texts. So a file is not read as a
//! whole: its lines are looked through once for where each text begins, and a text is read when it is first said.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::{Entry, Message, Pattern, PatternElement};
use fluent_syntax::parser::parse_runtime;
use unic_langid::LanguageIdentifier;

use super::Language;

/// A file of texts. The first word of an id tells which one has it, so that nothing is read for a text that it cannot hold:
/// the dashboard's first frame waits for one file alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum File {
    /// The dashboard, and what the rooms behind it tell.
    Deck,
    /// `cli-…`: what sub-commands print.
    Cli,
    /// `help-…`: `--help`, and what is wrong with arguments.
    Help,
    /// `trouble-…`: what is wrong with files, settings, the ledger and what came over the wire.
    Trouble,
}

impl File {
    const COUNT: usize = 4;

    fn of(id: &str) -> Self {
        match id.split('-').next() {
            Some("cli") => File::Cli,
            Some("help") => File::Help,
            Some("trouble") => File::Trouble,
            _ => File::Deck,
        }
    }

    fn text(self, language: Language) -> &'static str {
        macro_rules! file {
            ($name:literal) => {
                match language {
                    Language::English => {
                        include_str!(concat!("../../assets/locale/en/", $name, ".ftl"))
                    }
                    Language::Chinese => {
                        include_str!(concat!("../../assets/locale/zh/", $name, ".ftl"))
                    }
                }
            };
        }
        match self {
            File::Deck => file!("deck"),
            File::Cli => file!("cli"),
            File::Help => file!("help"),
            File::Trouble => file!("trouble"),
        }
    }
}

/// One text: where it lies, and what it says once it was said.
struct Kept {
    source: &'static str,
    read: OnceLock<Option<Box<Message<&'static str>>>>,
}

impl Kept {
    /// Reads it. What is no text says nothing; a test sees to it that there is none.
    fn message(&'static self) -> Option<&'static Message<&'static str>> {
        let read = self.read.get_or_init(|| {
            let resource = match parse_runtime(self.source) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            let message = |entry| match entry {
                Entry::Message(message) => Some(Box::new(message)),
                _ => None,
            };
            resource.body.into_iter().find_map(message)
        });
        read.as_deref()
    }
}

/// The texts of a file in a language.
pub(super) struct Catalogue {
    texts: HashMap<&'static str, Kept>,
    /// The language's rules for putting a text together. It holds no text.
    rules: FluentBundle<FluentResource>,
    /// Plain texts of more than one piece, put together once; there are few, and they are kept for good.
    joined: Mutex<HashMap<&'static str, &'static str>>,
}

impl Catalogue {
    /// The catalogue of a language that may have an id, opened the first time it is asked for.
    pub(super) fn of(language: Language, id: &str) -> &'static Self {
        static KEPT: [[OnceLock<Catalogue>; File::COUNT]; Language::ALL.len()] =
            [const { [const { OnceLock::new() }; File::COUNT] }; Language::ALL.len()];
        let file = File::of(id);
        let kept = &KEPT[language as usize][file as usize];
        kept.get_or_init(|| Self::open(language, file.text(language)))
    }

    /// Finds where each text of a file lies.
    fn open(language: Language, file: &'static str) -> Self {
        let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut rules = FluentBundle::new_concurrent(vec![tag]);
        // Marks around arguments would be cells of their own in a terminal.
        rules.set_use_isolating(false);
        let kept = |(id, source)| {
            let read = OnceLock::new();
            (id, Kept { source, read })
        };
        Catalogue {
            texts: texts(file).map(kept).collect(),
            rules,
            joined: Mutex::default(),
        }
    }

    /// `keys-empty`, or `keys-empty.hint` for an attribute of it.
    fn pattern(&'static self, id: &str) -> Option<&'static Pattern<&'static str>> {
        let message = |id| self.texts.get(id)?.message();
        match id.split_once('.') {
            None => message(id)?.value.as_ref(),
            Some((id, name)) => {
                let mut attributes = message(id)?.attributes.iter();
                let found = attributes.find(|attribute| attribute.id.name == name);
                found.map(|attribute| &attribute.value)
            }
        }
    }

    /// A text without arguments.
    pub(super) fn plain(&'static self, id: &str) -> Option<&'static str> {
        let pattern = self.pattern(id)?;
        if let [PatternElement::TextElement { value }] = pattern.elements.as_slice() {
            return Some(value);
        }
        let mut joined = self.joined.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = joined.get(id) {
            return Some(text);
        }
        let text: &'static str = self.format(pattern, None).leak();
        joined.insert(id.to_owned().leak(), text);
        Some(text)
    }

    /// A text with arguments.
    pub(super) fn with(&'static self, id: &str, arguments: &FluentArgs<'_>) -> Option<String> {
        Some(self.format(self.pattern(id)?, Some(arguments)))
    }

    /// Puts a text together. What it lacks stands in it by name; a test gives every text what it takes.
    fn format(&self, pattern: &Pattern<&str>, arguments: Option<&FluentArgs<'_>>) -> String {
        let mut lacks = Vec::new();
        let text = self.rules.format_pattern(pattern, arguments, &mut lacks);
        text.into_owned()
    }
}

/// The texts of a file, each by its id with the lines it lies on. A text begins where a line begins with a letter:
/// whatever goes on in the next line is indented, and a comment begins with its sign.
fn texts(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let begins = |at: &usize| {
        file.as_bytes()
            .get(*at)
            .is_some_and(u8::is_ascii_alphabetic)
    };
    let lines =
        std::iter::once(0).chain(memchr::memchr_iter(b'\n', file.as_bytes()).map(|at| at + 1));
    let mut starts = lines.filter(begins).peekable();
    std::iter::from_fn(move || {
        let start = starts.next()?;
        let source = &file[start..starts.peek().copied().unwrap_or(file.len())];
        let length = source.find([' ', '=']).unwrap_or(source.len());
        Some((&source[..length], source))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_by_itself_is_what_it_is_in_its_file() {
        for language in Language::ALL {
            for file in [File::Deck, File::Cli, File::Help, File::Trouble] {
                let whole = parse_runtime(file.text(language)).unwrap();
                let mut messages = Vec::new();
                for entry in whole.body {
                    let Entry::Message(message) = entry else {
                        panic!("neither a text nor a comment: {entry:?}");
                    };
                    messages.push(message);
                }
                let by_itself: Vec<_> = texts(file.text(language)).collect();
                let ids: Vec<_> = messages.iter().map(|message| message.id.name).collect();
                let found: Vec<_> = by_itself.iter().map(|(id, _)| *id).collect();
                assert_eq!(found, ids);
                let catalogue: &Catalogue =
                    Box::leak(Box::new(Catalogue::open(language, file.text(language))));
                for message in &messages {
                    let read = catalogue.texts[message.id.name].message();
                    assert_eq!(read, Some(message));
                }
            }
        }
    }

    #[test]
    fn the_first_word_of_an_id_tells_its_file() {
        for (id, file) in [
            ("cli-keys-made", File::Cli),
            ("help-keys.name", File::Help),
            ("trouble-ledger-closed", File::Trouble),
            ("keys-help-title", File::Deck),
            ("client-gone", File::Deck),
            ("cli", File::Cli),
            ("", File::Deck),
        ] {
            assert_eq!(File::of(id), file, "{id}");
        }
    }
}
