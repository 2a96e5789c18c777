//! One language's texts: read once from what the program carries, looked up by id, put together with arguments.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::{Pattern, PatternElement};
use unic_langid::LanguageIdentifier;

use super::Language;

/// The texts of a language.
pub(super) struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    /// Plain texts of more than one piece, put together once; there are few, and they are kept for good.
    joined: Mutex<HashMap<&'static str, &'static str>>,
}

impl Catalogue {
    /// The catalogue of a language, read the first time it is asked for.
    pub(super) fn of(language: Language) -> &'static Self {
        static ENGLISH: OnceLock<Catalogue> = OnceLock::new();
        static CHINESE: OnceLock<Catalogue> = OnceLock::new();
        let (kept, text) = match language {
            Language::English => (&ENGLISH, include_str!("../../assets/locale/en.ftl")),
            Language::Chinese => (&CHINESE, include_str!("../../assets/locale/zh.ftl")),
        };
        kept.get_or_init(|| Self::read(language, text))
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
