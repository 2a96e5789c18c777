//! Reads the table of keys and refuses one that could surprise: unknown names, a key with two meanings in one place,
//! a key that silently loses the meaning it has further out.

use serde::Deserialize;

use super::action::Action;
use super::chord::Chord;
use super::context::Context;
use crate::locale::named;
use crate::locale::say;

/// One line of the table, with what it says.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    pub context: Context,
    pub keys: Vec<Chord>,
    pub action: Action,
    pub description: String,
    pub hint: Option<String>,
    pub dangerous: bool,
    pub hides: Option<Action>,
}

impl Binding {
    fn name(&self) -> String {
        let (place, action) = (self.context.word(), self.action.word());
        format!(
            "{} → {}",
            place.unwrap_or_default(),
            action.unwrap_or_default()
        )
    }
}

/// A table of keys that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeymapError {
    /// Not TOML, or a name that is not known; the reader's message names the line.
    #[error("{0}")]
    Table(#[from] toml::de::Error),
    /// A binding without a key.
    #[error("{}", say!("keymap-no-key", what = _0))]
    NoKey(String),
    /// Two bindings of one place share a key.
    #[error("{}", say!("keymap-twice", key = key, first = first, second = second))]
    Twice {
        /// The key.
        key: String,
        /// The binding that came first.
        first: String,
        /// The other.
        second: String,
    },
    /// A binding takes a key from a place behind it without saying so.
    #[error("{}", say!("keymap-hidden", key = key, inner = inner, outer = outer))]
    Hidden {
        /// The key.
        key: String,
        /// The binding that hides.
        inner: String,
        /// The binding that is hidden.
        outer: String,
    },
    /// `hides` names something that is not hidden.
    #[error("{}", say!("keymap-hides-nothing", inner = inner, what = what.word().unwrap_or_default()))]
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
    bind: Vec<Line>,
}

/// One line as it is written. A line of the user's table changes the binding of the same action in the same place, or adds
/// one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Line {
    context: Context,
    keys: Vec<Chord>,
    action: Action,
    description: Option<String>,
    hint: Option<HintWord>,
    #[serde(default)]
    dangerous: bool,
    hides: Option<Action>,
}

/// Whether the bottom row shows it, or the word it shows there.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum HintWord {
    Shown(bool),
    Own(String),
}

impl Line {
    /// What the catalogue says of this action in this place: `bind-keys-new-key`, or `bind-keys-new-key.hint`.
    fn says(&self, attribute: &str) -> Option<String> {
        let (place, action) = (self.context.word()?, self.action.word()?);
        named(&format!("bind-{place}-{action}{attribute}")).map(str::to_owned)
    }

    fn description(&self) -> Option<String> {
        self.description.clone().or_else(|| self.says(""))
    }

    fn hint(&self) -> Option<String> {
        match &self.hint {
            Some(HintWord::Own(word)) => Some(word.clone()),
            Some(HintWord::Shown(true)) => self.says(".hint"),
            Some(HintWord::Shown(false)) | None => None,
        }
    }

    fn binding(self) -> Binding {
        Binding {
            description: self.description().unwrap_or_default(),
            hint: self.hint(),
            context: self.context,
            keys: self.keys,
            action: self.action,
            dangerous: self.dangerous,
            hides: self.hides,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnTable {
    #[serde(default)]
    bind: Vec<Line>,
}

/// Reads and checks a table.
pub(super) fn parse(text: &str) -> Result<Vec<Binding>, KeymapError> {
    let table: Table = toml::from_str(text)?;
    let mut bindings: Vec<Binding> = table.bind.into_iter().map(Line::binding).collect();
    // A line as it is written is several times the size of a binding, and the vector was made for lines.
    bindings.shrink_to_fit();
    if let Some(without) = bindings.iter().find(|binding| binding.keys.is_empty()) {
        return Err(KeymapError::NoKey(without.name()));
    }
    check(&bindings)?;
    for binding in &bindings {
        hides_something(binding, &bindings)?;
    }
    Ok(bindings)
}

/// Lays the user's table over one that was checked, and checks the whole. A line with no keys takes the action's keys away.
pub(super) fn lay_over(
    mut bindings: Vec<Binding>,
    text: &str,
) -> Result<Vec<Binding>, KeymapError> {
    let own: OwnTable = toml::from_str(text)?;
    for line in own.bind {
        let same = |binding: &&mut Binding| {
            binding.context == line.context && binding.action == line.action
        };
        if let Some(binding) = bindings.iter_mut().find(same) {
            binding.hides = line.hides.or(binding.hides);
            binding.hint = line.hint().or(binding.hint.take());
            if let Some(description) = &line.description {
                binding.description.clone_from(description);
            }
            binding.keys = line.keys;
            continue;
        }
        // What an action does is the same everywhere, so it is called the same.
        let elsewhere = bindings
            .iter()
            .find(|binding| binding.action == line.action);
        let called = elsewhere.map(|binding| binding.description.clone());
        bindings.push(Binding {
            description: line.description().or(called).unwrap_or_default(),
            hint: line.hint(),
            context: line.context,
            keys: line.keys,
            action: line.action,
            dangerous: elsewhere.is_some_and(|binding| binding.dangerous),
            hides: line.hides,
        });
    }
    check(&bindings)?;
    Ok(bindings)
}

/// No key has two meanings in one place, and none loses the meaning it has further out without saying so.
fn check(bindings: &[Binding]) -> Result<(), KeymapError> {
    for (index, binding) in bindings.iter().enumerate() {
        twice(binding, &bindings[..index])?;
        hidden(binding, bindings)?;
    }
    Ok(())
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

/// The keys of a binding that mean something behind it too, with what they mean there.
fn taken<'a>(
    binding: &'a Binding,
    all: &'a [Binding],
) -> impl Iterator<Item = (&'a Chord, &'a Binding)> {
    binding.keys.iter().filter_map(|key| {
        // Plain characters are text where one types, whatever they mean further out.
        if binding.context.is_typing() && key.is_text() {
            return None;
        }
        let outer = binding.context.behind().iter().find_map(|context| {
            all.iter()
                .find(|other| other.context == *context && other.keys.contains(key))
        })?;
        Some((key, outer))
    })
}

fn hidden(binding: &Binding, all: &[Binding]) -> Result<(), KeymapError> {
    let wrong = taken(binding, all).find(|(_, outer)| {
        let meant = outer.action == binding.action || binding.hides == Some(outer.action);
        !meant && (binding.hides.is_none() || !said_elsewhere(binding, outer))
    });
    match wrong {
        Some((key, outer)) => Err(KeymapError::Hidden {
            key: key.to_string(),
            inner: binding.name(),
            outer: outer.name(),
        }),
        None => Ok(()),
    }
}

fn hides_something(binding: &Binding, all: &[Binding]) -> Result<(), KeymapError> {
    let Some(what) = binding.hides else {
        return Ok(());
    };
    if taken(binding, all).any(|(_, outer)| outer.action == what) {
        return Ok(());
    }
    Err(KeymapError::HidesNothing {
        inner: binding.name(),
        what,
    })
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
            "j is bound twice: list → down and list → up; take it from one of them"
        );
    }

    #[test]
    fn a_key_taken_from_a_place_behind_must_be_meant() {
        let outer = bind("list", "g", "top", "");
        let error = refusal(&[outer.clone(), bind("market", "g", "cycle-group", "")]);
        assert_eq!(
            error,
            "g of market → cycle-group hides list → top; choose another key, or say `hides` to mean it"
        );
        let meant = bind("market", "g", "cycle-group", "hides = \"top\"");
        assert_eq!(parse(&[outer, meant].concat()).unwrap().len(), 2);
    }

    #[test]
    fn hiding_what_is_not_there_is_refused() {
        let error = refusal(&[bind("market", "g", "cycle-group", "hides = \"top\"")]);
        assert!(error.contains("says it hides top"), "{error}");
    }

    #[test]
    fn letters_where_one_types_hide_nothing() {
        let lines = [
            bind("global", "q", "quit", ""),
            bind("filter", "q", "accept", ""),
        ];
        assert_eq!(parse(&lines.concat()).unwrap().len(), 2);
    }

    fn laid_over(own: &str) -> Result<Vec<Binding>, String> {
        let lines = [
            bind("list", "j", "down", ""),
            bind("list", "k", "up", ""),
            bind("market", "t", "chat", ""),
        ];
        let built_in = parse(&lines.concat()).unwrap();
        lay_over(built_in, own).map_err(|error| error.to_string())
    }

    #[test]
    fn a_table_of_ones_own_changes_keys_adds_some_and_takes_some_away() {
        let own = "[[bind]]\ncontext = \"list\"\naction = \"down\"\nkeys = [\"n\"]\n\
            [[bind]]\ncontext = \"list\"\naction = \"up\"\nkeys = []\n\
            [[bind]]\ncontext = \"keys\"\naction = \"chat\"\nkeys = [\"C\"]\n";
        let bindings = laid_over(own).unwrap();
        let keys: Vec<String> = bindings
            .iter()
            .map(|binding| format!("{} {:?}", binding.name(), binding.keys.len()))
            .collect();
        assert_eq!(
            keys,
            [
                "list → down 1",
                "list → up 0",
                "market → chat 1",
                "keys → chat 1"
            ]
        );
        assert_eq!(
            (
                bindings[0].description.as_str(),
                bindings[3].description.as_str()
            ),
            ("-", "-")
        );
        assert!(laid_over("").is_ok());
    }

    #[test]
    fn a_conflict_with_ones_own_names_both() {
        let twice = "[[bind]]\ncontext = \"list\"\naction = \"down\"\nkeys = [\"k\"]\n";
        assert_eq!(
            laid_over(twice).unwrap_err(),
            "k is bound twice: list → down and list → up; take it from one of them"
        );
        let hidden = "[[bind]]\ncontext = \"market\"\naction = \"chat\"\nkeys = [\"j\"]\n";
        assert!(
            laid_over(hidden)
                .unwrap_err()
                .starts_with("j of market → chat hides list → down"),
        );
        assert!(laid_over(&format!("{hidden}hides = \"down\"\n")).is_ok());
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
