//! Enums as words in a column, spelled as they are in JSON.

use rusqlite::types::Type;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::domain::{Fault, FaultKind, Finish};

/// The word for a value: `"stop"` → `stop`; a value with something inside stays JSON: `{"other":"x"}`.
pub(super) fn word<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => Ok(word),
        Ok(other) => Ok(other.to_string()),
        Err(error) => Err(rusqlite::Error::ToSqlConversionFailure(Box::new(error))),
    }
}

/// The value of a word that a constraint of the table vouches for.
pub(super) fn read_word<T: DeserializeOwned>(column: usize, word: &str) -> rusqlite::Result<T> {
    parse(word).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}

/// Why an answer ended; a word we do not know is shown as it stands.
pub(super) fn read_finish(word: String) -> Finish {
    parse(&word).unwrap_or(Finish::Other(word))
}

/// What went wrong. A word that a newer relaydeck wrote is still trouble, so it is not dropped.
pub(super) fn read_fault_kind(word: &str) -> FaultKind {
    parse(word).unwrap_or(FaultKind::Local)
}

/// A whole fault; what cannot be read in it is kept as its message.
pub(super) fn read_fault(text: &str) -> Fault {
    serde_json::from_str(text).unwrap_or_else(|_| Fault::new(FaultKind::Local, text))
}

fn parse<T: DeserializeOwned>(word: &str) -> serde_json::Result<T> {
    if word.starts_with('{') {
        serde_json::from_str(word)
    } else {
        serde_json::from_value(Value::from(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Basis;

    #[test]
    fn words_are_read_back_and_unknown_ones_do_not_lose_a_row() {
        for finish in [
            Finish::Stop,
            Finish::ContentFilter,
            Finish::Other("maël\u{0}".into()),
            Finish::Cut,
        ] {
            assert_eq!(read_finish(word(&finish).unwrap()), finish);
        }
        assert_eq!(word(&Finish::ToolCalls).unwrap(), "tool_calls");
        assert_eq!(read_finish("moved".into()), Finish::Other("moved".into()));
        assert_eq!(read_fault_kind("from_the_future"), FaultKind::Local);
        assert_eq!(read_fault_kind("key_quota"), FaultKind::KeyQuota);
        assert_eq!(read_fault("not JSON").message, "not JSON");
        assert!(read_word::<Basis>(0, "guessed").is_err());
    }
}
