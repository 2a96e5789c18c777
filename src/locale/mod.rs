//! Every text of the interface, in the language of whoever looks: one catalogue a language, `assets/locale/*/*.ftl`.
//!
//! A text is said by its id, which tells where it stands and what it is; both catalogues have the same ids with the same
//! arguments, and tests hold them and the source to that (`tests/words.rs`). To add a text: choose an id, write one line
//! in `en/` and one in `zh/`, and say it. The first word of the id chooses the file: `cli-…` is what sub-commands print,
//! `help-…` what `--help` says, `trouble-…` what is wrong with files, settings, the ledger and the wire, anything else the
//! dashboard and the rooms behind it (`deck.ftl`):
//!
//! ```text
//! keys-empty = No keys yet.                                  say!("keys-empty")               → &'static str
//! keys-of-group = { $count } keys of { $group }              say!("keys-of-group", count = 3, group = name) → String
//! keys-deleted = { $count ->                                 say!("keys-deleted", count = #deleted) → String
//!     [one] One key is deleted.
//!    *[other] { $count } keys are deleted.
//!  }
//! ```
//!
//! An argument is anything that can be displayed and stands in the text as it displays; `#` before it gives a whole
//! number that the text may choose by, for plurals. [`Word`] is a text that is named now and said later: the title of a
//! column in a constant. Names of models, ids, codes, commands and keys are no texts: they are the same everywhere.
//!
//! The language is chosen once, at the start ([`choose`]); until then it is English. A file is looked through when its first
//! text is said, a text is read when it is said first, and the English one besides only when another lacks an id. A text without arguments is handed out as it
//! lies in the program, so that a frame costs no more than with texts in the source.

mod catalogue;
mod foreign;
mod language;
mod list;
mod system;

use std::borrow::Cow;
use std::fmt;

use fluent_bundle::{FluentArgs, FluentValue};

pub use foreign::{foreign, quoted};
pub use language::{Language, Speaking, choose, speaking, spoken, within};
pub use list::{clauses, listed, pair, sentences};
pub use system::{exit, system};

use catalogue::Catalogue;

/// Says a text of the catalogue: see [`crate::locale`].
macro_rules! say {
    ($id:literal $(,)?) => { $crate::locale::plain($id) };
    ($id:literal, $($arguments:tt)+) => {{
        let mut text = $crate::locale::Text::of($id);
        $crate::locale::say!(@ text $($arguments)+);
        text.say()
    }};
    (@ $text:ident $name:ident = # $number:expr $(, $($rest:tt)*)?) => {
        $text.number(stringify!($name), $number);
        $($crate::locale::say!(@ $text $($rest)*);)?
    };
    (@ $text:ident $name:ident = $value:expr $(, $($rest:tt)*)?) => {
        $text.argument(stringify!($name), &$value);
        $($crate::locale::say!(@ $text $($rest)*);)?
    };
    (@ $text:ident) => {};
}
pub(crate) use say;

/// The id of a text without arguments, to be said later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word(pub &'static str);

impl Word {
    /// The text, in the language that is spoken now.
    pub fn say(self) -> &'static str {
        plain(self.0)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.say())
    }
}

/// The text of this id, which takes no arguments. An id that no catalogue has is said as it is.
pub fn plain(id: &'static str) -> &'static str {
    named(id).unwrap_or(id)
}

/// The text of an id that was put together; `None` where no catalogue has it.
pub fn named(id: &str) -> Option<&'static str> {
    let found = Catalogue::of(spoken(), id).plain(id);
    found.or_else(|| Catalogue::of(Language::English, id).plain(id))
}

/// A text that takes arguments, while they are gathered.
pub struct Text {
    id: &'static str,
    arguments: FluentArgs<'static>,
}

impl Text {
    /// Begins the text of this id.
    pub fn of(id: &'static str) -> Self {
        let arguments = FluentArgs::with_capacity(4);
        Text { id, arguments }
    }

    /// Gives an argument that stands in the text as it displays.
    pub fn argument(&mut self, name: &'static str, value: &dyn fmt::Display) {
        let value = FluentValue::String(Cow::Owned(value.to_string()));
        self.arguments.set(name, value);
    }

    /// Gives a whole number that the text may choose by.
    pub fn number(&mut self, name: &'static str, value: impl Into<FluentValue<'static>>) {
        self.arguments.set(name, value);
    }

    /// Says it. An id that no catalogue has is said as it is.
    pub fn say(self) -> String {
        let said = |language| Catalogue::of(language, self.id).with(self.id, &self.arguments);
        said(spoken())
            .or_else(|| said(Language::English))
            .unwrap_or_else(|| self.id.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_12_a_text_is_said_in_the_language_that_is_spoken_here() {
        assert_eq!(say!("place-keys"), "Keys");
        let chinese = within(Language::Chinese, || say!("place-keys"));
        assert_eq!((chinese, say!("place-keys")), ("令牌", "Keys"));
        assert_eq!(Word("place-keys").say(), "Keys");
    }

    #[test]
    fn arguments_stand_as_they_display_and_numbers_choose_the_form() {
        let opening = say!("deck-opening", name = 30);
        assert_eq!(opening, " opening 30");
        let requests = |count: u64| say!("figure-all-of", count = count, requests = #count);
        assert_eq!(requests(1), "all of 1 request");
        assert_eq!(requests(12), "all of 12 requests");
    }

    #[test]
    fn what_no_catalogue_has_is_said_by_its_id() {
        let missing = || plain("no-such-text");
        assert_eq!(
            (missing(), within(Language::Chinese, missing)),
            ("no-such-text", "no-such-text")
        );
        assert_eq!(named("no-such-text"), None);
    }
}
