//! What an upstream may keep of an answer, by the ids that a later request could refer to it with.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// No answer has so many parts; what comes beyond cannot be referred to.
const MOST: usize = 1_000;
/// The longest id.
const LONGEST: usize = 200;

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

/// The items of a Responses answer, and the containers that its tools ran in.
pub fn in_output(list: &str) -> Vec<String> {
    let list: Vec<&RawValue> = serde_json::from_str(list).unwrap_or_default();
    let mut ids = Vec::new();
    for item in list {
        let Ok(item) = serde_json::from_str::<Item<'_>>(item.get()) else {
            continue;
        };
        let inside = item.environment.and_then(|place| read(place.get()));
        let inside = inside.and_then(|place| place.container_id);
        ids.extend([item.id, item.container_id, inside].into_iter().flatten());
    }
    ids.retain(|id| is_id(id));
    ids.truncate(MOST);
    ids.into_iter().map(Cow::into_owned).collect()
}

/// The container that tools of an Anthropic answer ran in.
pub fn container(place: &str) -> Option<String> {
    let id = read(place)?.id?;
    is_id(&id).then(|| id.into_owned())
}

fn read(place: &str) -> Option<Place<'_>> {
    serde_json::from_str(place).ok()
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_where_answers_have_them() {
        let output = r#"[{"type":"message","id":"msg_1","content":[{"id":"no"}]}, 7, {"type":"reasoning","id":null},
            {"type":"code_interpreter_call","id":"ci_1","container_id":"cntr_1"},
            {"type":"shell_call","id":"sh_1","environment":{"type":"container_reference","container_id":"cntr_2"}}]"#;
        assert_eq!(
            in_output(output),
            ["msg_1", "ci_1", "cntr_1", "sh_1", "cntr_2"]
        );
        assert!(in_output("{}").is_empty() && in_output("[{\"id\":\"\"}]").is_empty());
        let held = container(r#"{"id":"container_1","expires_at":"x"}"#);
        assert_eq!(held.as_deref(), Some("container_1"));
        assert_eq!(container("null"), None);
    }
}
