//! Which key does what, where: one table, from which dispatch, hints and help are all made.
//!
//! A place is given as a list of contexts, innermost first; [`Context::behind`] says what else holds there, so that
//! naming the innermost is enough. The innermost context that knows a key decides. Where one types
//! ([`Context::is_typing`]), a plain character is text unless the typing place itself binds it.

mod action;
mod chord;
mod context;
mod table;

use std::collections::HashMap;

use crossterm::event::KeyEvent;

pub use action::Action;
pub use chord::{Chord, ChordError};
pub use context::Context;
pub use table::KeymapError;

use table::Binding;

const TABLE: &str = include_str!("../../../assets/keymap.toml");

/// The table of keys, checked.
#[derive(Clone, Debug)]
pub struct Keymap {
    bindings: Vec<Binding>,
    index: HashMap<(Context, Chord), usize>,
}

/// One entry of the hint row: the key that is best known, and a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The key as it is shown, such as `^P`.
    pub keys: String,
    /// What it does.
    pub label: String,
    /// What it does, for those who collect hints by meaning.
    pub action: Action,
    /// Whether it asks before it does it.
    pub dangerous: bool,
}

/// The keys of one context, for the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpSection {
    /// The context's heading.
    pub title: &'static str,
    /// Its keys, in the order of the table.
    pub rows: Vec<HelpRow>,
}

/// One line of the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpRow {
    /// All keys that do it, with blanks between.
    pub keys: String,
    /// What it does.
    pub description: String,
    /// What it does, for those who collect rows by meaning.
    pub action: Action,
    /// Whether it asks before it does it.
    pub dangerous: bool,
}

impl Keymap {
    /// The table the program carries.
    ///
    /// # Errors
    /// When it is not a sound table; a test reads it, so this does not happen in a program that was tested.
    pub fn built_in() -> Result<Self, KeymapError> {
        Self::parse(TABLE)
    }

    /// Reads and checks a table.
    ///
    /// # Errors
    /// When it names something unknown, or a key has two meanings in one place.
    pub fn parse(text: &str) -> Result<Self, KeymapError> {
        Ok(Self::of_bindings(table::parse(text)?))
    }

    /// The table the program carries with the user's over it: each of its lines gives an action in a place other keys, or
    /// none.
    ///
    /// # Errors
    /// When it names something unknown, or a key would have two meanings in one place; both are named.
    pub fn with_own(text: &str) -> Result<Self, KeymapError> {
        let bindings = table::lay_over(table::parse(TABLE)?, text)?;
        Ok(Self::of_bindings(bindings))
    }

    fn of_bindings(bindings: Vec<Binding>) -> Self {
        let mut index = HashMap::new();
        for (at, binding) in bindings.iter().enumerate() {
            for key in &binding.keys {
                index.insert((binding.context, *key), at);
            }
        }
        Self { bindings, index }
    }

    /// What a key does in a place; `None` where it does nothing, or is text.
    pub fn action(&self, contexts: &[Context], event: KeyEvent) -> Option<Action> {
        let chord = Chord::of(event);
        let typing = contexts.first().is_some_and(|context| context.is_typing());
        let reach = if typing && chord.is_text() {
            1
        } else {
            usize::MAX
        };
        whole(contexts).into_iter().take(reach).find_map(|context| {
            let at = self.index.get(&(context, chord))?;
            Some(self.bindings[*at].action)
        })
    }

    /// The hints for a place, innermost first, in the order of the table. A key that a place further in gives
    /// another meaning is left out.
    pub fn hints(&self, contexts: &[Context]) -> Vec<Hint> {
        let contexts = whole(contexts);
        let mut hints: Vec<Hint> = Vec::new();
        for (depth, context) in contexts.iter().enumerate() {
            for binding in self.of(*context) {
                let Some(label) = &binding.hint else { continue };
                let Some(key) = self.reachable(binding, &contexts[..depth]).next() else {
                    continue;
                };
                if hints.iter().all(|hint| hint.action != binding.action) {
                    hints.push(Hint {
                        keys: key.to_string(),
                        label: label.clone(),
                        action: binding.action,
                        dangerous: binding.dangerous,
                    });
                }
            }
        }
        hints
    }

    /// The help for a place, innermost first. Keys that a place further in has taken are left out.
    pub fn help(&self, contexts: &[Context]) -> Vec<HelpSection> {
        let contexts = whole(contexts);
        let mut sections = Vec::new();
        for (depth, context) in contexts.iter().enumerate() {
            let rows: Vec<HelpRow> = self
                .of(*context)
                .filter_map(|binding| {
                    let keys: Vec<String> = self
                        .reachable(binding, &contexts[..depth])
                        .map(ToString::to_string)
                        .collect();
                    (!keys.is_empty()).then(|| HelpRow {
                        keys: keys.join(" "),
                        description: binding.description.clone(),
                        action: binding.action,
                        dangerous: binding.dangerous,
                    })
                })
                .collect();
            if !rows.is_empty() {
                sections.push(HelpSection {
                    title: context.title(),
                    rows,
                });
            }
        }
        sections
    }

    /// The first key that does something in a place, as it is shown.
    pub fn key_for(&self, contexts: &[Context], action: Action) -> Option<String> {
        let contexts = whole(contexts);
        contexts.iter().enumerate().find_map(|(depth, context)| {
            self.of(*context)
                .filter(|binding| binding.action == action)
                .find_map(|binding| self.reachable(binding, &contexts[..depth]).next())
                .map(ToString::to_string)
        })
    }

    fn of(&self, context: Context) -> impl Iterator<Item = &Binding> {
        self.bindings
            .iter()
            .filter(move |binding| binding.context == context)
    }

    /// The keys of a binding that no place further in has taken, and that are not text there.
    fn reachable<'a>(
        &'a self,
        binding: &'a Binding,
        inner: &'a [Context],
    ) -> impl Iterator<Item = &'a Chord> {
        let typing = inner.first().is_some_and(|context| context.is_typing());
        binding.keys.iter().filter(move |key| {
            !(typing && key.is_text())
                && inner
                    .iter()
                    .all(|context| !self.index.contains_key(&(*context, **key)))
        })
    }
}

/// The contexts with all that lies behind them, each once.
fn whole(contexts: &[Context]) -> Vec<Context> {
    let mut all: Vec<Context> = Vec::new();
    let behind = contexts.iter().flat_map(|context| context.behind());
    for context in contexts.iter().chain(behind) {
        if !all.contains(context) && *context != Context::Global {
            all.push(*context);
        }
    }
    all.push(Context::Global);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};

    fn keymap() -> Keymap {
        Keymap::built_in().unwrap()
    }

    fn press(contexts: &[Context], code: KeyCode, modifiers: KeyModifiers) -> Option<Action> {
        keymap().action(contexts, KeyEvent::new(code, modifiers))
    }

    fn letter(context: Context, letter: char) -> Option<Action> {
        press(&[context], KeyCode::Char(letter), KeyModifiers::NONE)
    }

    #[test]
    fn the_innermost_place_decides() {
        assert_eq!(letter(Context::Keys, 'g'), Some(Action::Top));
        assert_eq!(letter(Context::Market, 'g'), Some(Action::CycleGroup));
        assert_eq!(letter(Context::Keys, 'k'), Some(Action::Up));
        assert_eq!(letter(Context::Groups, 'k'), Some(Action::Keys));
        assert_eq!(letter(Context::Market, '3'), Some(Action::TabMarket));
        assert_eq!(letter(Context::Market, 'x'), None);
    }

    #[test]
    fn where_one_types_characters_are_text() {
        for context in Context::ALL
            .into_iter()
            .filter(|context| context.is_typing())
        {
            for typed in ['1', 'q', '?', 'j', 'y', '/', ' ', 'é', '中'] {
                assert_eq!(letter(context, typed), None, "{context:?} {typed}");
            }
            assert_eq!(
                press(&[context], KeyCode::F(1), KeyModifiers::NONE),
                Some(Action::Help)
            );
            assert_eq!(
                press(&[context], KeyCode::Char('c'), KeyModifiers::CONTROL),
                Some(Action::Interrupt)
            );
        }
    }

    #[test]
    fn the_chat_can_be_scrolled_and_steered_while_writing() {
        let write = |code, modifiers| press(&[Context::ChatInput], code, modifiers);
        for (code, modifiers, action) in [
            (KeyCode::Enter, KeyModifiers::NONE, Action::Send),
            (KeyCode::Enter, KeyModifiers::ALT, Action::Newline),
            (KeyCode::Char('j'), KeyModifiers::CONTROL, Action::Newline),
            (KeyCode::PageUp, KeyModifiers::NONE, Action::PageUp),
            (KeyCode::End, KeyModifiers::NONE, Action::Follow),
            (KeyCode::Char('p'), KeyModifiers::CONTROL, Action::PickModel),
            (KeyCode::Char('k'), KeyModifiers::CONTROL, Action::PickKey),
            (KeyCode::Tab, KeyModifiers::NONE, Action::NextTab),
        ] {
            assert_eq!(write(code, modifiers), Some(action), "{code:?}");
        }
    }

    #[test]
    fn hints_come_from_the_inside_out_and_never_promise_a_hidden_key() {
        let hints = keymap().hints(&[Context::Market]);
        let shown: Vec<String> = hints
            .iter()
            .map(|hint| format!("{} {}", hint.keys, hint.label))
            .collect();
        assert_eq!(
            shown,
            [
                "y copy name",
                "t chat",
                "g group",
                "f filter by",
                "o only group",
                "w groups",
                "u copy URL",
                "Enter open",
                "/ filter",
                "r refresh",
                "Tab tabs",
                ": command",
                "q quit"
            ]
        );
    }

    #[test]
    fn every_context_has_help_and_no_key_twice_in_it() {
        for context in Context::ALL {
            let help = keymap().help(&[context]);
            let keys: Vec<&str> = help
                .iter()
                .flat_map(|section| &section.rows)
                .flat_map(|row| row.keys.split(' '))
                .collect();
            let mut once = keys.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), keys.len(), "{context:?}: {keys:?}");
            assert!(!help.is_empty());
        }
    }

    #[test]
    fn what_cannot_be_taken_back_is_marked() {
        let hints = keymap().hints(&[Context::Keys]);
        let delete = hints
            .iter()
            .find(|hint| hint.action == Action::Delete)
            .unwrap();
        assert!(delete.dangerous);
        assert_eq!(
            keymap()
                .key_for(&[Context::Keys], Action::Delete)
                .as_deref(),
            Some("^D")
        );
    }
}
