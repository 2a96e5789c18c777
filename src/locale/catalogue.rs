//! One file of a language's texts: read once from what the program carries, looked up by id, put together with arguments.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::{Pattern, PatternElement};
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

/// The texts of a file in a language.
pub(super) struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    /// Plain texts of more than one piece, put together once; there are few, and they are kept for good.
    joined: Mutex<HashMap<&'static str, &'static str>>,
}

impl Catalogue {
    /// The catalogue of a language that may have an id, read the first time it is asked for.
    pub(super) fn of(language: Language, id: &str) -> &'static Self {
        static KEPT: [[OnceLock<Catalogue>; File::COUNT]; Language::ALL.len()] =
            [const { [const { OnceLock::new() }; File::COUNT] }; Language::ALL.len()];
        let file = File::of(id);
        let kept = &KEPT[language as usize][file as usize];
        kept.get_or_init(|| Self::read(language, file.text(language)))
    }

    /// Reads a catalogue. A line that is no text is left out; a test sees to it that there is none.
    fn read(language: Language, text: &str) -> Self {
        let resource = match FluentResource::try_new(text.to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Marks around arguments would be cells of their own in a terminal.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        let joined = Mutex::default();
        Catalogue { bundle, joined }
    }

    /// `keys-empty`, or `keys-empty.hint` for an attribute of it.
    fn pattern(&'static self, id: &str) -> Option<&'static Pattern<&'static str>> {
        match id.split_once('.') {
            None => self.bundle.get_message(id)?.value(),
            Some((id, attribute)) => {
                let message = self.bundle.get_message(id)?;
                Some(message.get_attribute(attribute)?.value())
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
        let text = self.bundle.format_pattern(pattern, arguments, &mut lacks);
        text.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
