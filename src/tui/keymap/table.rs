//! Reads the table of keys and refuses one that could surprise: unknown names, a key with two meanings in one place,
//! a key that silently loses the meaning it has further out.

use serde::Deserialize;

use super::action::Action;
use super::chord::Chord;
use super::context::Context;

/// One line of the table.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Binding {
    pub context: Context,
    pub keys: Vec<Chord>,
    pub action: Action,
    pub description: String,
    pub hint: Option<String>,
    #[serde(default)]
    pub dangerous: bool,
    pub hides: Option<Action>,
}

impl Binding {
    fn name(&self) -> String {
        format!("{:?} → {:?}", self.context, self.action)
    }
}

/// A table of keys that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeymapError {
    /// Not TOML, or a name that is not known; the reader's message names the line.
    #[error("{0}")]
    Table(#[from] toml::de::Error),
    /// A binding without a key.
    #[error("{0} has no key")]
    NoKey(String),
    /// Two bindings of one place share a key.
    #[error("{key} is bound twice: {first} and {second}; take it from one of them")]
    Twice {
        /// The key.
        key: String,
        /// The binding that came first.
        first: String,
        /// The other.
        second: String,
    },
    /// A binding takes a key from a place behind it without saying so.
    #[error("{key} of {inner} hides {outer}; choose another key, or say `hides` to mean it")]
    Hidden {
        /// The key.
        key: String,
        /// The binding that hides.
        inner: String,
        /// The binding that is hidden.
        outer: String,
    },
    /// `hides` names something that is not hidden.
    #[error(
        "{inner} says it hides {what:?}, but none of its keys has that meaning behind it; take the line out"
    )]
    HidesNothing {
        /// The binding.
        inner: String,
        /// What it names.
        what: Action,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    bind: Vec<Binding>,
}

/// Reads and checks a table.
pub(super) fn parse(text: &str) -> Result<Vec<Binding>, KeymapError> {
    let table: Table = toml::from_str(text)?;
    let bindings = table.bind;
    for (index, binding) in bindings.iter().enumerate() {
        if binding.keys.is_empty() {
            return Err(KeymapError::NoKey(binding.name()));
        }
        twice(binding, &bindings[..index])?;
        hidden(binding, &bindings)?;
    }
    Ok(bindings)
}

fn twice(binding: &Binding, before: &[Binding]) -> Result<(), KeymapError> {
    for (place, key) in binding.keys.iter().enumerate() {
        let other = before
            .iter()
            .find(|other| other.context == binding.context && other.keys.contains(key))
            .or_else(|| binding.keys[..place].contains(key).then_some(binding));
        if let Some(other) = other {
            return Err(KeymapError::Twice {
                key: key.to_string(),
                first: other.name(),
                second: binding.name(),
            });
        }
    }
    Ok(())
}

fn hidden(binding: &Binding, all: &[Binding]) -> Result<(), KeymapError> {
    let mut hides_as_said = false;
    for key in &binding.keys {
        // Plain characters are text where one types, whatever they mean further out.
        if binding.context.is_typing() && key.is_text() {
            continue;
        }
        let nearest = binding.context.behind().iter().find_map(|context| {
            all.iter()
                .find(|other| other.context == *context && other.keys.contains(key))
        });
        let Some(outer) = nearest else { continue };
        if outer.action == binding.action || binding.hides == Some(outer.action) {
            hides_as_said |= binding.hides == Some(outer.action);
        } else if binding.hides.is_none() || !said_elsewhere(binding, outer) {
            return Err(KeymapError::Hidden {
                key: key.to_string(),
                inner: binding.name(),
                outer: outer.name(),
            });
        }
    }
    match binding.hides {
        Some(what) if !hides_as_said => Err(KeymapError::HidesNothing {
            inner: binding.name(),
            what,
        }),
        _ => Ok(()),
    }
}

/// Closing an overlay may take over every key that would otherwise leave or quit what is behind it.
fn said_elsewhere(binding: &Binding, outer: &Binding) -> bool {
    let closes = |action| {
        matches!(
            action,
            Action::Back | Action::Quit | Action::Help | Action::No
        )
    };
    closes(binding.action) && closes(outer.action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bind(context: &str, key: &str, action: &str, more: &str) -> String {
        format!(
            "[[bind]]\ncontext = \"{context}\"\nkeys = [\"{key}\"]\naction = \"{action}\"\ndescription = \"-\"\n{more}\n"
        )
    }

    fn refusal(lines: &[String]) -> String {
        parse(&lines.concat()).unwrap_err().to_string()
    }

    #[test]
    fn a_key_bound_twice_in_one_place_names_both() {
        let error = refusal(&[bind("list", "j", "down", ""), bind("list", "j", "up", "")]);
        assert_eq!(
            error,
            "j is bound twice: List → Down and List → Up; take it from one of them"
        );
    }

    #[test]
    fn a_key_taken_from_a_place_behind_must_be_meant() {
        let outer = bind("list", "g", "top", "");
        let error = refusal(&[outer.clone(), bind("market", "g", "cycle-group", "")]);
        assert_eq!(
            error,
            "g of Market → CycleGroup hides List → Top; choose another key, or say `hides` to mean it"
        );
        let meant = bind("market", "g", "cycle-group", "hides = \"top\"");
        assert_eq!(parse(&[outer, meant].concat()).unwrap().len(), 2);
    }

    #[test]
    fn hiding_what_is_not_there_is_refused() {
        let error = refusal(&[bind("market", "g", "cycle-group", "hides = \"top\"")]);
        assert!(error.contains("says it hides Top"), "{error}");
    }

    #[test]
    fn letters_where_one_types_hide_nothing() {
        let lines = [
            bind("global", "q", "quit", ""),
            bind("filter", "q", "accept", ""),
        ];
        assert_eq!(parse(&lines.concat()).unwrap().len(), 2);
    }

    #[test]
    fn unknown_names_are_refused_with_their_line() {
        for wrong in [
            bind("lisst", "j", "down", ""),
            bind("list", "j", "dwon", ""),
            bind("list", "jj", "down", ""),
            bind("list", "j", "down", "hidden = true"),
            bind("list", "ctrl-s", "down", ""),
        ] {
            let error = refusal(std::slice::from_ref(&wrong));
            assert!(error.contains("line "), "{error}");
        }
    }
}
