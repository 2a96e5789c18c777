//! What an answer names that a later request could refer to by its id, where the upstream keeps it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;

/// No answer has so many parts; what comes beyond cannot be referred to.
const MOST: usize = 1_000;
/// The longest id.
const LONGEST: usize = 200;

/// The ids of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Referable {
    /// Its items.
    pub items: BTreeSet<String>,
    /// The containers that its tools ran in.
    pub containers: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    container_id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    environment: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Place<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    container_id: Option<Cow<'a, str>>,
}

impl Referable {
    /// Whether it names nothing.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.containers.is_empty()
    }

    /// Adds the items of a Responses answer, and the containers that its tools ran in.
    pub fn output(&mut self, list: &str) {
        let list: Vec<&RawValue> = serde_json::from_str(list).unwrap_or_default();
        for item in list {
            self.item(item.get());
        }
    }

    /// Adds one of them.
    pub fn item(&mut self, item: &str) {
        let Ok(item) = serde_json::from_str::<Item<'_>>(item) else {
            return;
        };
        add(&mut self.items, item.id);
        add(&mut self.containers, item.container_id);
        let inside = item.environment.and_then(|place| read(place.get()));
        add(
            &mut self.containers,
            inside.and_then(|place| place.container_id),
        );
    }

    /// Adds the container that tools of an Anthropic answer ran in.
    pub fn container(&mut self, place: &str) {
        add(&mut self.containers, read(place).and_then(|place| place.id));
    }
}

fn add(ids: &mut BTreeSet<String>, id: Option<Cow<'_, str>>) {
    let fits = |id: &Cow<'_, str>| !id.is_empty() && id.len() <= LONGEST;
    if let Some(id) = id.filter(fits)
        && ids.len() < MOST
        && !ids.contains(&*id)
    {
        ids.insert(id.into_owned());
    }
}

fn read(place: &str) -> Option<Place<'_>> {
    serde_json::from_str(place).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(ids: &[&str]) -> BTreeSet<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn ids_are_found_where_answers_have_them() {
        let output = r#"[{"type":"message","id":"msg_1","content":[{"id":"no"}]}, 7, {"type":"reasoning","id":null},
            {"type":"code_interpreter_call","id":"ci_1","container_id":"cntr_1"},
            {"type":"shell_call","id":"sh_1","environment":{"type":"container_reference","container_id":"cntr_2"}}]"#;
        let mut found = Referable::default();
        found.output(output);
        found.item(r#"{"type":"message","id":"msg_1"}"#);
        assert_eq!(found.items, ids(&["msg_1", "ci_1", "sh_1"]));
        assert_eq!(found.containers, ids(&["cntr_1", "cntr_2"]));
        found.container(r#"{"id":"container_1","expires_at":"x"}"#);
        assert_eq!(found.containers, ids(&["cntr_1", "cntr_2", "container_1"]));
        let mut none = Referable::default();
        none.output("{}");
        none.output("[{\"id\":\"\"}]");
        none.container("null");
        assert!(none.is_empty());
    }

    #[test]
    fn an_answer_without_end_is_not_remembered_without_end() {
        let mut found = Referable::default();
        for number in 0..2 * MOST {
            found.item(&format!(r#"{{"id":"msg_{number}"}}"#));
        }
        assert_eq!(found.items.len(), MOST);
    }
}
