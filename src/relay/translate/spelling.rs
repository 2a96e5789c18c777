//! Google takes every member of a request in two spellings, `functionCall` and `function_call`; both are found here.

use serde_json::{Map, Value};

/// A member by its first spelling or its second, unless it is null.
pub(super) fn either<'a>(object: &'a Map<String, Value>, camel: &str) -> Option<&'a Value> {
    let given = |name: &str| object.get(name).filter(|value| !value.is_null());
    given(camel).or_else(|| given(&snake(camel)))
}

/// A member of a value that should be an object.
pub(super) fn member<'a>(value: &'a Value, camel: &str) -> Option<&'a Value> {
    either(value.as_object()?, camel)
}

fn snake(camel: &str) -> String {
    let mut snake = String::with_capacity(camel.len() + 4);
    for letter in camel.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_spellings_are_found_and_null_is_nothing() {
        let body = json!({"systemInstruction": null, "system_instruction": 1, "topP": 2});
        assert_eq!(member(&body, "systemInstruction"), Some(&json!(1)));
        assert_eq!(member(&body, "topP"), Some(&json!(2)));
        assert_eq!(member(&body, "topK"), None);
        assert_eq!(member(&json!("text"), "topK"), None);
    }
}
