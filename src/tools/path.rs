//! Where a value stands in a configuration file: a path of steps, the same for every format.

use std::fmt;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into the entry of this name.
    Key(String),
    /// Into the first element of a list.
    First,
    /// Into the element of a list whose field has this value.
    Where {
        /// The field.
        field: String,
        /// Its value.
        value: String,
    },
}

impl Step {
    /// Reads a step as the descriptions write it: `name`, `[0]`, or `[field=value]`.
    pub fn parse(text: &str) -> Self {
        let Some(inner) = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        else {
            return Step::Key(text.to_owned());
        };
        match inner.split_once('=') {
            Some((field, value)) => Step::Where {
                field: field.to_owned(),
                value: value.to_owned(),
            },
            None => Step::First,
        }
    }

    /// Whether it goes into a list.
    pub const fn into_list(&self) -> bool {
        !matches!(self, Step::Key(_))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Key(key) => out.write_str(key),
            Step::First => out.write_str("[0]"),
            Step::Where { field, value } => write!(out, "[{field}={value}]"),
        }
    }
}

/// A path for people: `models.[name=x].apiBase`.
pub fn shown(path: &[Step]) -> String {
    let steps: Vec<String> = path.iter().map(ToString::to_string).collect();
    steps.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_read_as_they_are_shown() {
        for text in ["env", "[0]", "[name=a b]", "a.b/c"] {
            assert_eq!(Step::parse(text).to_string(), text);
        }
        assert_eq!(
            shown(&[Step::Key("models".into()), Step::First]),
            "models.[0]"
        );
    }
}
