//! JSON schemas between the two vendors: which of them OpenAI takes as strict, and what Anthropic understands of one.

use serde_json::{Map, Value};

/// How deep a schema is followed; what lies deeper is left as it is.
const DEEPEST: u32 = 60;

/// Whether OpenAI takes a schema as strict: every object in it closed, and all its members required.
pub(super) fn is_strict(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            let properties = members.get("properties").and_then(Value::as_object);
            let is_object =
                properties.is_some() || members.get("type").is_some_and(|kind| kind == "object");
            let required = members.get("required").and_then(Value::as_array);
            let all_required = properties.is_none_or(|properties| {
                properties.keys().all(|name| {
                    required.is_some_and(|list| list.iter().any(|wanted| wanted == name.as_str()))
                })
            });
            let closed = members.get("additionalProperties") == Some(&Value::Bool(false));
            (!is_object || closed && all_required) && members.values().all(is_strict)
        }
        Value::Array(list) => list.iter().all(is_strict),
        _ => true,
    }
}

/// Members that are counts.
const COUNTS: [&str; 8] = [
    "minItems",
    "maxItems",
    "min_items",
    "max_items",
    "minLength",
    "maxLength",
    "minProperties",
    "maxProperties",
];

/// Members that constrain a value in ways Anthropic's structured output refuses; they go into the description.
const CONSTRAINTS: [&str; 16] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "contains",
    "minContains",
    "maxContains",
    "default",
];

/// A schema as Anthropic's structured output takes it: objects closed, constraints told in words.
pub(super) fn for_messages(schema: &Value) -> Value {
    rewrite(schema, 0)
}

fn rewrite(schema: &Value, depth: u32) -> Value {
    let Value::Object(members) = schema else {
        return schema.clone();
    };
    if depth > DEEPEST {
        return schema.clone();
    }
    let mut out = Map::new();
    let mut told = Vec::new();
    for (name, value) in members {
        let value = match (name.as_str(), value) {
            (
                "properties" | "$defs" | "definitions" | "patternProperties",
                Value::Object(inner),
            ) => {
                let each = inner
                    .iter()
                    .map(|(key, inner)| (key.clone(), rewrite(inner, depth + 1)));
                Value::Object(each.collect())
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(list)) => {
                Value::Array(list.iter().map(|inner| rewrite(inner, depth + 1)).collect())
            }
            ("items" | "not", inner) => rewrite(inner, depth + 1),
            ("minItems", few) if few.as_u64().is_some_and(|few| few <= 1) => few.clone(),
            (constraint, value)
                if constraint == "minItems" || CONSTRAINTS.contains(&constraint) =>
            {
                told.push(format!("{name}: {value}"));
                continue;
            }
            (_, other) => other.clone(),
        };
        // `oneOf` is understood as `anyOf` only.
        let name = if name == "oneOf" { "anyOf" } else { name };
        out.insert(name.to_owned(), value);
    }
    if out.contains_key("properties") || out.get("type").is_some_and(|kind| kind == "object") {
        out.insert("additionalProperties".into(), Value::Bool(false));
    }
    if !told.is_empty() {
        let before = out
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let words = format!("{before} ({})", told.join(", "));
        out.insert("description".into(), words.trim_start().into());
    }
    Value::Object(out)
}

/// A schema as Google writes it, as everybody else does: the names of types in small letters, `nullable` as a type,
/// and without the order of members, which JSON has not.
pub(super) fn of_gemini(schema: &Value) -> Value {
    plain(schema, 0)
}

fn plain(schema: &Value, depth: u32) -> Value {
    let Value::Object(members) = schema else {
        return schema.clone();
    };
    if depth > DEEPEST {
        return schema.clone();
    }
    let mut out = Map::new();
    for (name, value) in members {
        let value = match (name.as_str(), value) {
            ("propertyOrdering" | "property_ordering" | "nullable", _) => continue,
            ("type", Value::String(kind)) if kind == "TYPE_UNSPECIFIED" => continue,
            ("type", Value::String(kind)) => kind.to_ascii_lowercase().into(),
            ("properties" | "$defs" | "defs", Value::Object(inner)) => {
                let each = inner
                    .iter()
                    .map(|(key, inner)| (key.clone(), plain(inner, depth + 1)));
                Value::Object(each.collect())
            }
            ("anyOf" | "any_of" | "oneOf" | "allOf" | "prefixItems", Value::Array(list)) => {
                Value::Array(list.iter().map(|inner| plain(inner, depth + 1)).collect())
            }
            ("items" | "additionalProperties", inner) => plain(inner, depth + 1),
            // Whole numbers of 64 bits are texts in Google's JSON.
            (_, Value::String(digits)) if COUNTS.contains(&name.as_str()) => digits
                .parse::<u64>()
                .map_or_else(|_| value.clone(), Value::from),
            (_, other) => other.clone(),
        };
        let name = match name.as_str() {
            "any_of" => "anyOf",
            "min_items" => "minItems",
            "max_items" => "maxItems",
            other => other,
        };
        out.insert(name.to_owned(), value);
    }
    if members.get("nullable") == Some(&Value::Bool(true))
        && let Some(kind @ Value::String(_)) = out.get("type").cloned()
    {
        out.insert("type".into(), Value::Array(vec![kind, "null".into()]));
    }
    Value::Object(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn strictness_is_seen_at_every_depth() {
        let leaf = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false});
        assert!(is_strict(&leaf));
        assert!(is_strict(&json!({"type": "array", "items": leaf})));
        let mut open = leaf.clone();
        open.as_object_mut().unwrap().remove("additionalProperties");
        assert!(!is_strict(&open));
        assert!(!is_strict(&json!({"type": "array", "items": open})));
        let mut optional = leaf;
        optional["required"] = json!([]);
        assert!(!is_strict(&optional));
    }

    #[test]
    fn googles_schemas_become_everybodys() {
        let theirs = json!({
            "type": "OBJECT", "propertyOrdering": ["b", "a"], "required": ["a"],
            "properties": {
                "a": {"type": "ARRAY", "minItems": "1", "items": {"type": "STRING", "enum": ["X"], "nullable": true}},
                "type": {"anyOf": [{"type": "INTEGER", "format": "int32"}, {"type": "NULL"}]},
            },
        });
        assert_eq!(
            of_gemini(&theirs),
            json!({
                "type": "object", "required": ["a"],
                "properties": {
                    "a": {"type": "array", "minItems": 1, "items": {"type": ["string", "null"], "enum": ["X"]}},
                    "type": {"anyOf": [{"type": "integer", "format": "int32"}, {"type": "null"}]},
                },
            })
        );
    }

    #[test]
    fn constraints_are_told_in_words() {
        let schema = json!({
            "type": "object",
            "properties": {
                "age": {"type": "integer", "minimum": 0, "maximum": 150, "description": "In years"},
                "minimum": {"type": "string"},
                "pets": {"type": "array", "items": {"oneOf": [{"type": "string", "maxLength": 9}]}, "minItems": 1},
            },
            "required": ["age"],
        });
        assert_eq!(
            for_messages(&schema),
            json!({
                "type": "object",
                "properties": {
                    "age": {"type": "integer", "description": "In years (minimum: 0, maximum: 150)"},
                    "minimum": {"type": "string"},
                    "pets": {"type": "array", "items": {"anyOf": [{"type": "string", "description": "(maxLength: 9)"}]}, "minItems": 1},
                },
                "required": ["age"],
                "additionalProperties": false,
            })
        );
    }
}
