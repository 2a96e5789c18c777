//! What the form of a key knows to be wrong among the groups and models that are typed into it.
//!
//! Only a list that was fetched can say so: what is unknown is not wrong, and goes to the relay. Nor is what a key has
//! already, as long as its group stays: whoever changes its name need not mend its limits first.
//!
//! A list may lack what the relay would take: a name with a suffix that only the relay reads (`-thinking`), a model that was
//! added since, and whatever a fallback cannot see, as it lists what one key may call. So what a list says is told once,
//! and never forbidden (S-45): a form that is sent again as it is goes to the relay.

use super::{Editing, Field, KeyField, KeyForm, split};
use crate::domain::group::AUTO;
use crate::domain::model_name::suggest;
use crate::domain::{KeyDraft, Model};
use crate::locale::{listed, say, sentences};
use crate::tui::relay::Relay;

/// The names that are wrong, apart from those that the key has had before.
#[derive(Debug, Default)]
pub(super) struct Wrong {
    /// What is to be said of those that were typed.
    pub typed: Option<String>,
    /// What is to be said of all of them.
    pub all: Option<String>,
}

impl Wrong {
    fn among(names: &[String], had: &[String], told: impl Fn(&[String]) -> Option<String>) -> Self {
        let new: Vec<String> = names
            .iter()
            .filter(|name| !had.contains(name))
            .cloned()
            .collect();
        Wrong {
            typed: told(&new),
            all: told(names),
        }
    }
}

/// The fields of which only a list says that they are wrong.
const DOUBTED: [KeyField; 2] = [KeyField::AutoGroups, KeyField::Models];

impl KeyForm {
    /// Puts what is wrong among the names beside their fields, unless that was told of this very form before. `false` where
    /// anything at all stands beside a field now.
    pub(super) fn passes(&mut self, relay: &Relay) -> bool {
        let insists = self.form.insists();
        for (field, wrong) in self.wrong(relay) {
            let told = wrong.typed.filter(|_| !insists);
            self.form.set_error(field, told);
        }
        if self.form.stop_at_error() {
            let wrong = |field: &&Field<KeyField>| field.visible && field.error.is_some();
            let mut wrong = self.form.fields.iter().filter(wrong);
            if wrong.all(|field| DOUBTED.contains(&field.name)) {
                self.form.doubt();
            }
            return false;
        }
        true
    }

    /// The groups to try that this account does not have.
    pub(super) fn wrong_groups(&self, relay: &Relay) -> Wrong {
        if self.group() != AUTO || relay.groups.value().is_none() {
            return Wrong::default();
        }
        let named = split(&self.form.text(KeyField::AutoGroups));
        Wrong::among(&named, self.had(|was| &was.auto.groups), |names| {
            let known = |name: &&String| *name != AUTO && relay.group(name).is_some();
            let strange: Vec<&String> = names.iter().filter(|name| !known(name)).collect();
            let told = || say!("form-key-auto-unknown", names = listed(&strange));
            (!strange.is_empty()).then(told)
        })
    }

    /// The models that the marketplace does not have, or that are not served where the key is.
    pub(super) fn wrong_models(&self, relay: &Relay) -> Wrong {
        if relay.models.value().is_none() {
            return Wrong::default();
        }
        let groups = self.reached(relay);
        Wrong::among(&self.models(), self.had(|was| &was.models), |names| {
            told(names, &groups, relay)
        })
    }

    /// What the key has had before; nothing when it moves to another group.
    fn had(&self, part: fn(&KeyDraft) -> &Vec<String>) -> &[String] {
        let stays = |editing: &&Editing| editing.was.group == self.group();
        let was = self.editing.as_ref().filter(stays);
        was.map_or(&[], |editing| part(&editing.was))
    }

    /// The groups that the key may use; empty where nobody says.
    fn reached(&self, relay: &Relay) -> Vec<String> {
        match self.group() {
            "" => relay.own_group().map(str::to_owned).into_iter().collect(),
            AUTO => match self.auto().groups {
                none if none.is_empty() => vec![AUTO.to_owned()],
                // Of a group that is misspelt it is said beside that field.
                named if named.iter().any(|name| relay.group(name).is_none()) => Vec::new(),
                named => named,
            },
            group => vec![group.to_owned()],
        }
    }
}

/// What is wrong with these models, for a key that may use these groups.
fn told(names: &[String], groups: &[String], relay: &Relay) -> Option<String> {
    let (known, strange): (Vec<&String>, Vec<&String>) =
        names.iter().partition(|name| relay.model(name).is_some());
    let serves = |model: &Model| groups.iter().any(|group| model.in_group(group));
    let unserved: Vec<&String> = known
        .into_iter()
        .filter(|_| !groups.is_empty())
        .filter(|name| {
            !relay
                .model_rows()
                .iter()
                .any(|m| m.name == **name && serves(m))
        })
        .collect();
    let unknown = match strange.as_slice() {
        [] => None,
        [one] => Some(unknown(one, relay)),
        more => Some(say!("form-key-models-unknown", names = listed(more))),
    };
    let unserved = (!unserved.is_empty()).then(|| {
        say!(
            "form-key-models-unserved",
            names = listed(&unserved),
            groups = listed(groups)
        )
    });
    // What may end with a question comes last.
    let both: Vec<String> = unserved.into_iter().chain(unknown).collect();
    (!both.is_empty()).then(|| sentences(&both))
}

/// That there is no such model, and which is the nearest (S-45).
fn unknown(name: &str, relay: &Relay) -> String {
    let names = relay.model_rows().iter().map(|model| model.name.as_str());
    match suggest(name, names, 1).first() {
        None => say!("form-key-model-unknown", one = name),
        Some(near) => say!("form-key-model-unknown-near", one = name, near = near),
    }
}
